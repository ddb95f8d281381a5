"""Message documents: JSON Schemas by themselves as one AsyncAPI document, in which others find their messages."""

from pathlib import PurePosixPath
from typing import Final

from contractkit.definitions.messages import ROOT, DefinedMessage
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json
from contractkit.sources.bundling import bundled
from contractkit.sources.loading import read_document
from contractkit.sources.messages import holds_messages, messages_at
from contractkit.sources.places import FilePlace, GitPlace, Place

_NO_SCHEMA: Final = "application/octet-stream"
"""The format of what is no JSON Schema, though it stands where one is to be."""


def document_of_schemas(place: Place) -> Json | None:
    """Give the JSON Schemas at a place as one AsyncAPI document that holds them; None where anything else is there.

    Its messages are called as those of the schemas are. It says nothing of channels and operations.

    Raises:
        DefinitionError: A schema cannot be read, or there is no message.
    """
    if not isinstance(place, FilePlace | GitPlace) or not _are_schemas(place):
        return None
    definition = messages_at(place, place.name).definition
    documents = definition.documents
    root: Json = {
        "asyncapi": "3.0.0",
        "info": {"title": PurePosixPath(place.uri).name or ROOT, "version": ""},
        "components": {"messages": {name: _message(definition.message_as_written(name)) for name in definition.names}},
    }
    return bundled(root, ROOT, lambda uri: documents.target(uri, documents.root).value)


def _are_schemas(place: FilePlace | GitPlace) -> bool:
    is_directory = place.path.is_dir() if isinstance(place, FilePlace) else place.is_directory()
    try:
        return holds_messages(place) and (is_directory or "asyncapi" not in read_document(place.read(), place.uri))
    except DefinitionError:
        return False  # whoever reads it says what is wrong


def _message(message: DefinedMessage) -> Json:
    schema: Json = {"$ref": message.schema}
    if not message.problem:
        return {"name": message.name, "payload": schema}
    payload = {"schemaFormat": _NO_SCHEMA, "schema": schema}
    return {"name": message.name, "contentType": message.content_type, "payload": payload}

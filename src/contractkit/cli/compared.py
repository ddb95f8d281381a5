"""Compared definitions: what a location of the command line defines, be it operations or messages."""

from pathlib import Path
from typing import TypeAlias

from contractkit.changes.sites import DefinitionSource
from contractkit.locking.brokers import definition_of_broker
from contractkit.settings import Settings
from contractkit.sources import LoadedDefinition, load_definition
from contractkit.sources.messages import (
    LoadedMessages,
    defines_messages,
    read_fetched,
    read_messages,
    read_published,
)
from contractkit.sources.places import BROKER, UrlPlace, place_of

Loaded: TypeAlias = LoadedDefinition | LoadedMessages
"""A definition of operations or of messages, with where it came from."""


def load_compared(location: str, settings: Settings) -> Loaded:
    """Give the definition at a path, a URL, `git:REVISION:path` or `broker:NAME@WHERE`, as it is there now.

    Which kind it is says its content; of messages a URL gives AsyncAPI documents alone, as a broker does.

    Raises:
        DefinitionError: It cannot be read, or defines nothing.
        BrokerError: The broker cannot be reached.
    """
    if location.startswith(BROKER):
        return read_published(definition_of_broker(settings, location), source=location)
    place = place_of(location, Path.cwd())
    if isinstance(place, UrlPlace):
        return read_fetched(place, remote_references=settings.remote_references)
    if defines_messages(location, root=Path.cwd()):
        return read_messages(location, root=Path.cwd())
    return load_definition(location, remote_references=settings.remote_references)


def source_of(loaded: Loaded) -> DefinitionSource:
    """Give a definition's name and how its lines are found."""
    file_of = loaded.file_of if isinstance(loaded, LoadedMessages) else None
    return DefinitionSource(name=loaded.source, line_of=loaded.line_of, file_of=file_of)

"""JSON Schemas by themselves as one AsyncAPI document: what it holds is read as the schemas were."""

from pathlib import Path

import pytest

from contractkit.changes.messages import MessageChanges
from contractkit.exact_json import Json
from contractkit.sources.messages import LoadedMessages, load_messages, read_published
from contractkit.sources.publication import published_definition


def test_messages_of_a_directory_are_called_as_they_were_and_changed_in_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "events"
    files = {
        "OrderPlaced.schema.json": '{"required": ["id"], "properties": {"id": {"$ref": "common.json#/$defs/Id"}}}',
        "common.json": '{"$defs": {"Id": {"type": "integer"}}, "type": "object"}',
        "v1/Lost.yaml": "{type: object, properties: {old: {items: [{type: string}]}, me: {$ref: '#'}}}",
        "v2/Lost.yaml": "{type: object}",
        "7.json": "true",
        "Broken.json": "[1]",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    data, media_type = published_definition(folder)
    published, written = read_published(data, source="events"), load_messages("events", root=tmp_path)
    assert isinstance(published, LoadedMessages)
    assert (media_type, published.definition.title) == ("application/json", "events")
    assert published.definition.names == ("7", "Broken", "OrderPlaced", "common", "v1/Lost", "v2/Lost")
    assert MessageChanges(written, published.definition).every == ()
    assert MessageChanges(published.definition, written).every == ()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('{"type": "object"}', ("Placed",)),
        ('{"$defs": {"A": {"type": "object"}, "B": {}}}', ("A", "B")),
    ],
)
def test_a_single_file_is_a_document_too(tmp_path: Path, text: str, names: tuple[str, ...]) -> None:
    (tmp_path / "Placed.json").write_text(text)
    published = read_published(published_definition(tmp_path / "Placed.json")[0], source="events")
    assert isinstance(published, LoadedMessages)
    assert published.definition.names == names


@pytest.mark.parametrize("text", ['{"asyncapi": "3.0.0"}', '{"openapi": "3.1.0"}', '{"a": 1}', "{"])
def test_what_is_no_schema_by_itself_is_published_as_it_is(tmp_path: Path, text: Json) -> None:
    (tmp_path / "a.json").write_text(text)
    assert published_definition(tmp_path / "a.json") == (text.encode(), "application/json")

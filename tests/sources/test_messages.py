"""Definitions of messages: JSON Schemas, directories of them and AsyncAPI documents, right and wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from contractkit.definitions.interface import Promise
from contractkit.definitions.messages import DefinedMessage, MessageChannel, MessageDefinition, MessageOperation
from contractkit.errors import DefinitionError, UnknownNameError
from contractkit.model import HttpResponse, JsonBody, parse_location
from contractkit.sources.messages import load_messages


def write(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value))


def contents(definition: MessageDefinition, name: str) -> Any:
    body = definition.answers.answer(definition.contents(definition.message(name)), seed="s").response.body
    assert isinstance(body, JsonBody)
    return body.value


def refusals(definition: MessageDefinition, name: str, value: Any) -> list[tuple[str, str]]:
    operation = definition.contents(definition.message(name))
    response = HttpResponse(status=200, headers={"content-type": ("application/json",)}, body=JsonBody(value))
    found = definition.answers.check_response(operation, response)
    return [(str(each.location), each.expected) for each in found]


# JSON Schemas


def test_each_file_of_a_directory_and_below_is_a_message(tmp_path: Path) -> None:
    write(tmp_path / "s" / "OrderPlaced.schema.json", {"$ref": "parts/order.yaml"})
    write(tmp_path / "s" / "parts" / "order.yaml", "type: object\nrequired: [id]\nproperties: {id: {const: 7}}\n")
    write(tmp_path / "s" / "README.md", "# not a schema")
    definition = load_messages("s", root=tmp_path)
    assert definition.names == ("OrderPlaced", "order")
    assert contents(definition, "OrderPlaced") == {"id": 7}


def test_files_that_share_a_name_are_told_apart_by_their_path(tmp_path: Path) -> None:
    for folder in ("v1", "v2"):
        write(tmp_path / "s" / folder / "Placed.json", {"const": folder})
    definition = load_messages("s", root=tmp_path)
    assert (definition.names, contents(definition, "v2/Placed")) == (("v1/Placed", "v2/Placed"), "v2")


def test_a_file_is_a_message(tmp_path: Path) -> None:
    write(tmp_path / "order placed.json", {"type": "integer", "minimum": 7, "maximum": 7})
    definition = load_messages("order placed.json", root=tmp_path)
    assert (definition.names, contents(definition, "order placed")) == (("order placed",), 7)


@pytest.mark.parametrize("holder", ["$defs", "definitions"])
def test_a_file_that_only_holds_schemas_has_a_message_for_each(tmp_path: Path, holder: str) -> None:
    write(tmp_path / "all.json", {holder: {"Placed": {"const": 1}, "a/b~c": {"const": 2}}})
    definition = load_messages("all.json", root=tmp_path)
    assert definition.names == ("Placed", "a/b~c")
    assert (contents(definition, "Placed"), contents(definition, "a/b~c")) == (1, 2)


def test_a_schema_with_an_id_of_its_own_finds_its_parts(tmp_path: Path) -> None:
    schema = {"$id": "https://schemas.test/placed", "$ref": "#/definitions/Id", "definitions": {"Id": {"const": "x"}}}
    write(tmp_path / "Placed.json", schema)
    assert contents(load_messages("Placed.json", root=tmp_path), "Placed") == "x"


def test_older_drafts_are_read_as_they_mean_it(tmp_path: Path) -> None:
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {
            "pair": {"type": "array", "items": [{"type": "string"}, {"type": "integer"}], "additionalItems": False},
            "items": {"type": "array"},
            "dependencies": {"type": "object"},
            "kind": {"enum": [{"items": [1]}]},
        },
        "dependencies": {"pair": ["kind"], "kind": {"required": ["items"]}},
    }
    write(tmp_path / "Placed.json", schema)
    definition = load_messages("Placed.json", root=tmp_path)
    right = {"pair": ["a", 1], "kind": {"items": [1]}, "items": [1], "dependencies": {}}
    assert refusals(definition, "Placed", right) == []
    assert refusals(definition, "Placed", {**right, "pair": [1, "a", 2]}) == [
        ("response.body.pair[0]", "a string"),
        ("response.body.pair[1]", "an integer"),
        ("response.body.pair[2]", "no value"),
    ]
    assert refusals(definition, "Placed", {"pair": ["a", 1]}) == [("response.body.kind", 'the member "kind"')]
    assert definition.answers.warnings() == ()


def test_the_digest_is_that_of_the_content_whatever_the_order_of_its_keys(tmp_path: Path) -> None:
    digests = []
    for text in ('{"type": "object", "title": "x"}', '{"title": "x", "type": "object"}', '{"title": "y"}'):
        write(tmp_path / "s" / "Placed.json", text)
        digests.append(load_messages("s", root=tmp_path).digest)
    assert digests[0] == digests[1] != digests[2]


# AsyncAPI

SECOND = """\
asyncapi: 2.6.0
info: {title: Orders, version: 1.0.0}
channels:
  orders:
    publish:
      message:
        oneOf: [{$ref: '#/components/messages/Placed'}, {name: OrderLost, payload: {const: lost}}]
  stock:
    subscribe: {message: {messageId: moved, contentType: application/vnd.moved+json, payload: {const: moved}}}
components:
  messages:
    Placed:
      traits: [{$ref: '#/components/messageTraits/json'}]
      payload: {$ref: 'schemas/order.json'}
      headers: {type: object, required: [key], properties: {key: {type: string}, n: {type: integer}}}
  messageTraits: {json: {contentType: application/cloudevents+json}}
"""
THIRD = """\
asyncapi: 3.0.0
info: {title: Orders, version: 1.0.0}
defaultContentType: application/vnd.orders+json
channels:
  orders: {messages: {Placed: {$ref: '#/components/messages/Placed'}, Lost: {payload: {const: lost}}}}
components:
  messages:
    Placed:
      payload: {schemaFormat: 'application/schema+json;version=draft-07', schema: {type: object}}
      examples: [{payload: {id: 7}}, {name: large, payload: {id: 8}}]
    Avro: {payload: {schemaFormat: application/vnd.apache.avro;version=1.9.0, schema: {}}}
    Xml: {contentType: application/xml, payload: {type: string}}
    Anything: {}
"""


def test_messages_of_version_2_stand_in_components_and_channels(tmp_path: Path) -> None:
    write(tmp_path / "asyncapi.yaml", SECOND)
    write(tmp_path / "schemas" / "order.json", {"const": {"id": 7}})
    definition = load_messages("asyncapi.yaml", root=tmp_path)
    assert (definition.title, definition.names) == ("Orders", ("Placed", "OrderLost", "moved"))
    assert [contents(definition, name) for name in definition.names] == [{"id": 7}, "lost", "moved"]
    assert definition.message("moved").content_type == "application/vnd.moved+json"
    assert definition.message("Placed") == DefinedMessage(
        name="Placed",
        schema="asyncapi.yaml#/components/messages/Placed/payload",
        content_type="application/cloudevents+json",
        headers="asyncapi.yaml#/components/messages/Placed/headers",
        declared="asyncapi.yaml#/components/messages/Placed",
    )


def test_operations_and_channels_of_version_2_are_known_by_their_messages(tmp_path: Path) -> None:
    text = """\
asyncapi: 2.6.0
channels:
  orders/{region}:
    subscribe: {operationId: watch, message: {oneOf: [{$ref: '#/components/messages/A'}, {name: B, payload: {}}]}}
    publish: {message: {$ref: '#/components/messages/A'}}
components: {messages: {A: {payload: {}}}}
"""
    write(tmp_path / "asyncapi.yaml", text)
    definition = load_messages("asyncapi.yaml", root=tmp_path)
    assert definition.operations == {"watch": MessageOperation(messages=("A", "B"))}
    assert definition.channels == (
        MessageChannel(
            address="orders/{region}",
            messages=("A", "B"),
            uri="asyncapi.yaml",
            pointer="/channels/orders~1{region}",
        ),
    )


def test_of_several_messages_of_one_name_those_of_channels_are_called_after_these(tmp_path: Path) -> None:
    channels = {name: {"messages": {"A": {"payload": {"const": name}}}} for name in ("x", "y")}
    write(tmp_path / "asyncapi.yaml", {"asyncapi": "3.0.0", "channels": channels})
    assert load_messages("asyncapi.yaml", root=tmp_path).names == ("x/A", "y/A")
    channels["y"]["messages"]["A"] = {"$ref": "#/channels/x/messages/A"}
    write(tmp_path / "asyncapi.yaml", {"asyncapi": "3.0.0", "channels": channels})
    assert load_messages("asyncapi.yaml", root=tmp_path).names == ("A",)


def test_a_file_of_a_directory_that_is_no_schema_is_a_message_that_cannot_be_made(tmp_path: Path) -> None:
    write(tmp_path / "schemas" / "list.json", [1])
    with pytest.raises(DefinitionError, match="reason       its file holds no JSON Schema"):
        load_messages("schemas", root=tmp_path).message("list")


def test_a_file_of_a_directory_that_cannot_be_read_is_named_with_it(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "A.json").write_text("{")
    with pytest.raises(DefinitionError, match=r"^The definition schemas/A\.json is not JSON\."):
        load_messages("schemas", root=tmp_path)


def test_headers_are_an_object_with_what_is_promised(tmp_path: Path) -> None:
    write(tmp_path / "asyncapi.yaml", SECOND)
    definition = load_messages("asyncapi.yaml", root=tmp_path)
    headers = definition.headers(definition.message("Placed"))
    assert headers is not None
    promises = definition.answers.answer(headers, seed="s").promises
    assert promises[parse_location("response.body.key")] is Promise.PROMISED
    assert promises[parse_location("response.body.n")] is Promise.DECLARED
    assert definition.headers(definition.message("moved")) is None


def test_messages_of_version_3_stand_in_components_and_channels(tmp_path: Path) -> None:
    write(tmp_path / "asyncapi.yaml", THIRD)
    definition = load_messages("asyncapi.yaml", root=tmp_path)
    assert definition.names == ("Placed", "Avro", "Xml", "Anything", "Lost")
    assert (contents(definition, "Placed"), contents(definition, "Lost")) == ({"id": 7}, "lost")
    assert definition.message("Placed").content_type == "application/vnd.orders+json"
    assert definition.message("Placed").examples == {"example 1": {"id": 7}, "large": {"id": 8}}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Avro", "its schema is of the format application/vnd.apache.avro;version=1.9.0"),
        ("Xml", "its contents are application/xml"),
    ],
)
def test_messages_that_are_no_json_are_refused_when_they_are_asked_for(tmp_path: Path, name: str, reason: str) -> None:
    write(tmp_path / "asyncapi.yaml", THIRD)
    with pytest.raises(DefinitionError) as caught:
        load_messages("asyncapi.yaml", root=tmp_path).message(name)
    assert str(caught.value) == (
        f"The message {name} cannot be made.\n\n"
        "  definition   asyncapi.yaml\n"
        f"  reason       {reason}\n\n"
        "Messages with contents of JSON and a JSON Schema can be made."
    )


def test_an_unknown_message_suggests_the_nearest(tmp_path: Path) -> None:
    write(tmp_path / "asyncapi.yaml", THIRD)
    with pytest.raises(UnknownNameError) as caught:
        load_messages("asyncapi.yaml", root=tmp_path).message("Plced")
    assert str(caught.value) == "Orders defines no message 'Plced'.\n\nDid you mean Placed?"


# what is wrong


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "The definition m.json is not JSON.\n\n  at        line 1, column 2\n"),
        ('{"a": 1, "a": 2}', "The definition m.json says a key twice.\n"),
        ("[]", "The definition m.json is no JSON Schema.\n\n  expected   an object\n  received   list"),
        ('"text"', "The definition m.json is no JSON Schema.\n\n  expected   an object\n  received   str"),
        (
            '{"openapi": "3.1.0", "paths": {}}',
            "The definition m.json is an OpenAPI document, which defines no messages.\n\n"
            "Set it as the provider's definition, and a JSON Schema or an AsyncAPI document as its messages.",
        ),
        (
            '{"asyncapi": "1.2.0"}',
            "The definition m.json is AsyncAPI of a version that is not read.\n\n"
            '  at         /asyncapi\n  expected   "2.6.0" or "3.0.0"\n  received   "1.2.0"',
        ),
        ('{"asyncapi": 3.0}', "The definition m.json is AsyncAPI of a version that is not read.\n"),
        (
            '{"asyncapi": "3.0.0"}',
            "m.json defines no message.\n\n"
            "Name a JSON Schema, a directory of them, an AsyncAPI document or .proto files.",
        ),
        ('{"$defs": {}}', "m.json defines no message.\n"),
        (
            '{"items": [' * 200 + "{}" + "]}" * 200,
            "The definition m.json is nested too deeply to be followed.\n\n"
            "  expected   a few hundred levels of schemas at most",
        ),
        (
            '{"asyncapi": "3.0.0", "components": {"messages": {"A": {"$ref": "#/components/messages/B"}}}}',
            "A $ref leads nowhere: #/components/messages/B\n",
        ),
    ],
)
def test_what_defines_no_messages_says_why(tmp_path: Path, text: str, said: str) -> None:
    write(tmp_path / "m.json", text)
    with pytest.raises(DefinitionError) as caught:
        load_messages("m.json", root=tmp_path)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("gone.json", "The definition gone.json cannot be read.\n\n  reason   no such file: {root}/gone.json\n"),
        ("empty", "empty defines no message.\n"),
        ("https://example.test/m.json", "The messages https://example.test/m.json are elsewhere, and are read from"),
        ("git:HEAD", "Not a git location: git:HEAD"),
        ("broker:orders", "The messages broker:orders are elsewhere, and are read from a path alone.\n"),
    ],
)
def test_a_place_without_messages_says_why(tmp_path: Path, location: str, said: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DefinitionError) as caught:
        load_messages(location, root=tmp_path)
    assert str(caught.value).startswith(said.format(root=tmp_path))


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"$ref": "../outside.json"}, "refers to a document outside its folder."),
        ({"$ref": "gone.json"}, "The definition gone.json cannot be read."),
        ({"$ref": "#/$defs/Gone"}, "A $ref leads nowhere: #/$defs/Gone"),
        (False, "No valid answer could be made for a schema of the definition."),
    ],
)
def test_a_schema_that_nothing_fits_is_told_when_it_is_used(tmp_path: Path, schema: Any, said: str) -> None:
    write(tmp_path / "s" / "Placed.json", schema)
    with pytest.raises(DefinitionError) as caught:
        contents(load_messages("s", root=tmp_path), "Placed")
    assert said in str(caught.value)

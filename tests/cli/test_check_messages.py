"""`contractkit check` of messages: contracts held against AsyncAPI and JSON Schemas."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

EVENTS = """\
asyncapi: 3.0.0
info: {title: Orders, version: 1.2.0}
channels:
  orders:
    messages:
      OrderPlaced: {$ref: '#/components/messages/OrderPlaced'}
      OrderCounted:
        payload:
          schemaFormat: application/vnd.apache.avro;version=1.9.0
          schema: {type: record, name: Counted, fields: []}
      OrderLost: {payload: {$ref: '#/components/schemas/Gone'}}
      Ping: {contentType: application/json}
  returns:
    messages:
      OrderPlaced: {payload: {type: object, properties: {reason: {type: string}}}}
operations:
  sendOrders:
    action: send
    channel: {$ref: '#/channels/orders'}
    messages: [{$ref: '#/channels/orders/messages/OrderPlaced'}]
components:
  messages:
    OrderPlaced:
      traits: [{headers: {type: object, required: [tenant], properties: {tenant: {type: string}}}}]
      payload: {type: object, required: [id], properties: {id: {type: integer}, total: {type: number}}}
"""


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("events.yaml").write_text(EVENTS)
    return tmp_path


def message(contents: Any = None, description: str = "OrderPlaced", **more: Any) -> dict[str, Any]:
    told = {"type": "Asynchronous/Messages", "description": description, **more}
    return {**told, "contents": {"content": contents, "contentType": "application/json"}}


def write(*interactions: dict[str, Any]) -> None:
    Path("contracts").mkdir(exist_ok=True)
    pact = {"consumer": {"name": "packing"}, "provider": {"name": "orders"}, "interactions": interactions}
    text = json.dumps({**pact, "metadata": {"pactSpecification": {"version": "4.0"}}})
    Path("contracts/packing-orders.json").write_text(text)


def referring(operation: str) -> dict[str, Any]:
    return {"comments": {"references": {"AsyncAPI": {"operationId": operation}}}}


def test_what_a_message_needs_is_to_be_declared_in_contents_and_headers(contractkit: Callable) -> None:
    write(message({"id": 1, "sum": 2}, metadata={"tenant": "a", "zone": "b"}), message({"id": 1}, "an order"))
    ended = contractkit("check", "--definition", "events.yaml")
    assert (ended.code, ended.err) == (1, "")
    assert ended.out == (
        "packing with orders, held against events.yaml:\n\n"
        "  OrderPlaced\n"
        "    message.contents.sum: it is not declared\n"
        "    message.metadata.zone: it is not declared\n\n"
        "  an order\n"
        '    message: "an order" names no message of the definition. Did you mean OrderLost or OrderPlaced or '
        "OrderCounted? Contracts of other tools name it by the description, or its operation by "
        "comments.references.AsyncAPI.operationId.\n\n"
        "Of 2 interactions, 0 fit and 2 do not.\n"
    )


def test_contents_that_nobody_can_judge_are_not_said_to_fit(contractkit: Callable) -> None:
    write(message({}, "OrderCounted"), message({}, "Ping"), message({"id": 1}))
    ended = contractkit("check", "--definition", "events.yaml")
    assert ended.code == 0
    assert ended.out == (
        "packing with orders, held against events.yaml:\n\n"
        "  OrderCounted\n"
        "    message.contents: not judged: its schema is of the format application/vnd.apache.avro;version=1.9.0\n\n"
        "  Ping\n"
        "    message.contents: not judged: the definition says nothing of its contents\n\n"
        "Of 3 interactions, 1 fits; 2 could be judged in part alone.\n"
    )


@pytest.mark.parametrize(
    ("interaction", "said"),
    [
        (message({"id": 1}, "any", **referring("sendOrders")), None),
        (message({"reason": "late"}, "returns/OrderPlaced"), None),
        (
            message({"id": "1"}, "any", **referring("sendOrders")),
            'message.contents.id: expected by the consumer: "1"; declared: integer',
        ),
        (
            message({"id": 1}, "any", **referring("sendOrder")),
            "message: the definition has no operation sendOrder. Did you mean sendOrders?",
        ),
        (message({}, "OrderLost"), "message: not judged: A $ref leads nowhere: #/components/schemas/Gone"),
    ],
)
def test_a_message_is_found_by_its_operation_or_its_name(
    interaction: dict[str, Any], said: str | None, contractkit: Callable
) -> None:
    write(interaction)
    concerns = json.loads(contractkit("check", "--definition", "events.yaml", "--format", "json").out)
    found = [f"{each['location']}: {each['sentence']}" for each in concerns["contracts"][0]["concerns"]]
    assert found == ([said] if said else [])


def test_what_the_definition_cannot_be_read_for_is_counted_apart(contractkit: Callable) -> None:
    write(message({"id": 1, "sum": 2}), message({}, "OrderLost"))
    ended = contractkit("check", "--definition", "events.yaml")
    said = "Of 2 interactions, 0 fit and 1 does not; 1 could not be judged: the definition has a mistake there.\n"
    assert (ended.code, ended.out.endswith(said)) == (1, True)


@pytest.mark.parametrize("reply", ["", "    reply: {channel: {$ref: '#/channels/none'}}\n"])
def test_an_answer_that_the_definition_does_not_have_is_told(reply: str, contractkit: Callable) -> None:
    text = EVENTS.replace("channels:\n", "channels:\n  none: {messages: {}}\n", 1)
    Path("events.yaml").write_text(text.replace("    messages: [{", f"{reply}    messages: [{{"))
    sent, answer = ({"contents": {"content": value, "contentType": "application/json"}} for value in ({}, {"a": 1}))
    asked = {"type": "Synchronous/Messages", "description": "a", **referring("sendOrders")}
    write({**asked, "request": sent, "response": [answer]})
    out = contractkit("check", "--definition", "events.yaml").out
    assert '    request.contents.id: expected the member "id", recorded nothing\n' in out
    assert "    responses[0]: the definition says of no message that it answers this one\n" in out


def test_what_is_sent_to_be_answered_is_judged_as_a_request(contractkit: Callable) -> None:
    reply = "    reply: {channel: {$ref: '#/channels/returns'}}\n    messages: [{"
    text = EVENTS.replace("{id: {", "{nr: {readOnly: true}, pin: {type: string, writeOnly: true}, id: {")
    Path("events.yaml").write_text(text.replace("[id]", "[id, nr, pin]").replace("    messages: [{", reply))
    sent, answer = ({"contents": {"content": each}} for each in ({"id": 1, "pin": "a"}, {}))
    asked = {"type": "Synchronous/Messages", "description": "a", **referring("sendOrders"), "response": [answer]}
    write({**asked, "request": sent}, {**asked, "request": {**sent, "metadata": {"zone": "b"}}})
    found = json.loads(contractkit("check", "--definition", "events.yaml", "--format", "json").out)["contracts"][0]
    told = [f"{each['location']}: {each['sentence']}" for each in (*found["concerns"], *found["not_settled"])]
    assert told == [
        'request.contents.nr: expected the member "nr", recorded nothing',
        'request.contents.nr: expected the member "nr", recorded nothing',
        'request.metadata.tenant: expected the member "tenant", recorded nothing',
        "request.metadata: the contract holds none, and the definition demands some",
    ]


def test_messages_of_the_settings_are_found_beside_the_definition(contractkit: Callable) -> None:
    write(message({"id": 1, "sum": 2}))
    Path("pyproject.toml").write_text('[tool.contractkit.providers.orders]\nmessages = "events.yaml"\n')
    ended = contractkit("check", "--format", "github")
    assert (ended.code, ended.out) == (
        1,
        "::error::OrderPlaced: message.contents.sum: it is not declared\nOf 1 interaction, 0 fit and 1 does not.\n",
    )


def test_another_judge_has_no_opinion_of_messages(contractkit: Callable) -> None:
    write(message({"id": 1}))
    ended = contractkit("check", "--definition", "events.yaml", "--second-opinion")
    assert (ended.code, "openapi-core was asked of nothing: it judges calls over HTTP alone." in ended.out) == (0, True)


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("{asyncapi: 3.0.0, channels: {}}", 2, "definition.yaml defines no message."),
        ("{asyncapi: 1.2.0}", 2, "The definition definition.yaml is AsyncAPI of a version that is not read."),
        ("{asyncapi: 3.0.0, channels: {a: {$ref: '#/b'}}}", 2, "A $ref leads nowhere: #/b"),
        ("{", 2, "The definition definition.yaml is not YAML."),
        ("[1]", 2, "The definition definition.yaml is not an OpenAPI document."),
        ("{openapi: 3.1.0, info: {title: A, version: '1'}, paths: {}}", 3, "JSON Schemas or AsyncAPI for messages."),
    ],
)
def test_definitions_that_cannot_be_used_are_refused(text: str, code: int, said: str, contractkit: Callable) -> None:
    write(message({"id": 1}))
    Path("definition.yaml").write_text(text)
    ended = contractkit("check", "--definition", "definition.yaml")
    assert (ended.code, said in ended.err, ended.out) == (code, True, ""), ended.err


def test_an_asyncapi_document_in_the_place_of_operations_is_named(contractkit: Callable) -> None:
    write(message({"id": 1}))
    Path("pyproject.toml").write_text('[tool.contractkit.providers.orders]\ndefinition = "events.yaml"\n')
    ended = contractkit("check")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        "The definition events.yaml is an AsyncAPI document, which defines messages and no operations.\n\n"
        "Messages are read from a path or a git revision: keep a copy of it in the project, and set it as the "
        "provider's messages.\n"
    )

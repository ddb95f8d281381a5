"""`contractkit check`: contracts held against a definition, without anybody being called."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from contractkit.exact_json import Json
from tests.cli.test_changes import OLD as ORDERS
from tests.review.pact_files import http, pact_file

TYPE = {"match": "type"}


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("orders.yaml").write_text(ORDERS)
    Path("good.json").write_bytes(pact_file(http({"total": 1.5}, rules={"$.total": TYPE})))
    Path("bad.json").write_bytes(
        pact_file(
            http({"sum": 1.5}, rules={"$.sum": TYPE}),
            http(description="gone", method="DELETE", status=204),
        )
    )
    return tmp_path


def test_what_fits_is_counted(contractkit: Callable) -> None:
    ended = contractkit("check", "good.json", "--definition", "orders.yaml")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == "web-shop with orders, held against orders.yaml:\n\nOf 1 interaction, 1 fits.\n"


def test_what_does_not_fit_is_said_by_interaction(contractkit: Callable) -> None:
    ended = contractkit("check", "bad.json", "--definition", "orders.yaml")
    assert ended.code == 1
    assert ended.out == (
        "web-shop with orders, held against orders.yaml:\n\n"
        "  an order\n"
        "    response.body.sum: it is not declared\n\n"
        "  gone\n"
        "    request.path: DELETE /orders/7 reaches no operation. Did you mean GET /orders/{id}?\n\n"
        "Of 2 interactions, 0 fit and 2 do not.\n"
    )


def test_a_contract_cannot_steer_the_terminal(contractkit: Callable) -> None:
    Path("bad.json").write_bytes(pact_file(http(description="gone\x1b[2J\r\ngood", method="DELETE", status=204)))
    said = contractkit("check", "bad.json", "--definition", "orders.yaml").out
    assert "  gone\\x1b[2J" in said
    assert "\x1b" not in said
    assert "\r" not in said


def test_machines_get_every_concern(contractkit: Callable) -> None:
    ended = contractkit("check", "bad.json", "good.json", "--definition", "orders.yaml", "--format", "json")
    said = json.loads(ended.out)
    assert said["schema_version"] == 1
    assert [(each["file"], each["checked"], len(each["concerns"])) for each in said["contracts"]] == [
        ("bad.json", 2, 2),
        ("good.json", 1, 0),
    ]
    concern = said["contracts"][0]["concerns"][0]
    assert (concern["description"], concern["location"], concern["sentence"]) == (
        "an order",
        "response.body.sum",
        "it is not declared",
    )


def test_github_shows_concerns(contractkit: Callable) -> None:
    ended = contractkit("check", "bad.json", "--definition", "orders.yaml", "--format", "github")
    assert ended.out.splitlines() == [
        "::error::an order: response.body.sum: it is not declared",
        "::error::gone: request.path: DELETE /orders/7 reaches no operation. Did you mean GET /orders/{id}?",
        "Of 2 interactions, 0 fit and 2 do not.",
    ]


def test_the_settings_know_contracts_and_definitions(contractkit: Callable) -> None:
    Path("pyproject.toml").write_text(
        '[tool.contractkit]\nconsumer = "web-shop"\n[tool.contractkit.providers.orders]\ndefinition = "orders.yaml"\n'
    )
    Path("contracts").mkdir()
    Path("good.json").rename("contracts/web-shop-orders.json")
    assert contractkit("check").out.endswith("Of 1 interaction, 1 fits.\n")


@pytest.mark.parametrize(
    ("request_part", "status", "fits"),
    [
        ({"path": "/orders/7", "query": {"extra": ["1"]}}, 200, True),
        ({"path": "orders/7"}, 200, True),
        ({"path": "/orders/7", "headers": {"Accept": "text/csv"}}, 200, False),
        ({"path": "/orders/7", "headers": {"Accept": "text/csv, application/*;q=0.5"}}, 200, True),
        ({"path": "/orders/7", "headers": {"Accept": "application/json;q=0"}}, 200, False),
    ],
)
def test_requests_are_judged_by_what_is_expected_of_them(
    request_part: Json, status: int, fits: bool, contractkit: Callable
) -> None:
    Path("orders.yaml").write_text(ORDERS + "        '400': {description: refused}\n")
    body = {"total": 1.5} if status == 200 else None
    interaction = {
        "type": "Synchronous/HTTP",
        "description": "one",
        "request": {"method": "GET", **request_part},
        "response": {
            "status": status,
            **({"body": {"content": body, "contentType": "application/json"}} if body else {}),
        },
    }
    Path("one.json").write_bytes(pact_file(interaction))
    assert (contractkit("check", "one.json", "--definition", "orders.yaml").code == 0) is fits


def test_headers_of_http_itself_need_no_declaration_and_declared_ones_their_type(contractkit: Callable) -> None:
    Path("orders.yaml").write_text(
        ORDERS.replace(
            "          description: ok\n",
            "          description: ok\n          headers: {X-Left: {schema: {type: integer}}}\n",
        )
    )
    said = {}
    for name, value in (("ETag", "1"), ("X-Left", "3"), ("X-Left", "many"), ("X-Own", "1")):
        one = http({"total": 1.5}, rules={"$.total": TYPE})
        one["response"]["headers"] = {"Content-Type": ["application/json"], name: [value]}
        Path("one.json").write_bytes(pact_file(one))
        ended = contractkit("check", "one.json", "--definition", "orders.yaml", "--format", "github")
        said[name, value] = ended.out.splitlines()[:-1]
    assert said == {
        ("ETag", "1"): [],
        ("X-Left", "3"): [],
        ("X-Left", "many"): ["::error::an order: response.headers['x-left']: expected an integer, recorded \"many\""],
        ("X-Own", "1"): ["::error::an order: response.headers['x-own']: it is not declared"],
    }


def test_another_judge_is_asked_where_wanted(contractkit: Callable) -> None:
    ended = contractkit("check", "good.json", "bad.json", "--definition", "orders.yaml", "--second-opinion")
    assert "  openapi-core agrees on 1 of 1 sides.\n" in ended.out
    wrong = http(description="odd", path="/orders/7")
    wrong["request"]["query"] = {"extra": ["1"]}
    Path("odd.json").write_bytes(pact_file(wrong))
    ended = contractkit("check", "odd.json", "--definition", "orders.yaml", "--second-opinion")
    assert (
        "  openapi-core agrees on 0 of 1 sides.\n"
        "  odd, the request:\n"
        "    ours           request.query.extra: expected no such query parameter\n"
        "    openapi-core   fits\n"
    ) in ended.out


def test_a_contract_of_which_nothing_is_checked_is_named_and_alone_is_nothing_to_check(contractkit: Callable) -> None:
    Path("empty.json").write_bytes(pact_file())
    Path("told.json").write_bytes(pact_file({"type": "Asynchronous/Messages", "description": "it was told"}))
    ended = contractkit("check", "empty.json", "told.json", "good.json", "--definition", "orders.yaml")
    held = "web-shop with orders, held against orders.yaml:\n\n"
    assert (ended.code, ended.out) == (
        0,
        f"{held}There is no interaction in it, so nothing of it was checked.\n\n"
        f"{held}Nothing of it was checked: 1 interaction is over another transport than the definition's.\n\n"
        f"{held}Of 1 interaction, 1 fits.\n",
    )
    Path("odd.json").write_bytes(pact_file({"type": "Asynchronous/Smoke", "description": "signal"}))
    Path("both.json").write_bytes(pact_file(http({"total": 1.5}), {"type": "Asynchronous/Smoke", "description": "two"}))
    ended = contractkit("check", "odd.json", "both.json", "--definition", "orders.yaml")
    assert ended.out == (
        f"{held}Nothing of it was checked: 1 interaction is of a kind that is not read here.\n\n"
        f"{held}Of 1 interaction, 1 fits; 1 of a kind that is not read here could not be judged.\n"
    )
    ended = contractkit("check", "empty.json", "--definition", "orders.yaml")
    assert (ended.code, ended.out, "  web-shop      0 interactions\n" in ended.err) == (3, "", True)


STATE = {"type": "string", "enum": ["on", "off"]}
XML = {"type": "object", "properties": {"total": {"type": "integer"}}}

FITS, WRONG, OPEN = "1 fits", "0 fit and 1 does not", "0 fit; 1 could be judged in part alone"
NOBODY_READS = "response.body: not judged: nothing here reads {} by a schema"

OTHER_BODIES = [
    ("text/plain", "on", STATE, FITS, ""),
    ("text/plain; charset=utf-8", "odd", STATE, WRONG, 'response.body: expected one of "on", "off", recorded "odd"'),
    ("text/plain", "any", {}, FITS, ""),
    ("text/csv", "a,b", {"type": "array"}, OPEN, NOBODY_READS.format("text/csv")),
    ("application/xml", "<a/>", XML, OPEN, NOBODY_READS.format("application/xml")),
    ("application/xml", "<a/>", {"type": "string"}, FITS, ""),
    ("application/x-www-form-urlencoded", "total=7", XML, FITS, ""),
    ("application/x-www-form-urlencoded", "total=x", XML, WRONG,
     'response.body.total: expected an integer, recorded "x"'),
    ("application/pdf", b"%", {"type": "string", "format": "binary"}, FITS, ""),
    ("application/pdf", b"%", {"type": "string", "maxLength": 1}, OPEN, NOBODY_READS.format("application/pdf")),
]  # fmt: skip


def exchanged(media_type: str, body: str | bytes, schema: Json) -> None:
    """Write a definition of what is taken and given as a media type, and a contract that does both."""
    content = {"content": {media_type.partition(";")[0]: {"schema": schema}}}
    operation = {"requestBody": content, "responses": {"200": {"description": "ok", **content}}}
    document = {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {"/state": {"put": operation}}}
    Path("state.json").write_text(json.dumps(document))
    text = body if isinstance(body, str) else base64.b64encode(body).decode()
    part = {"contentType": media_type, "content": text, "encoded": "base64" if isinstance(body, bytes) else False}
    side = {"headers": {"Content-Type": [media_type]}, "body": part}
    one = {"type": "Synchronous/HTTP", "description": "one", "request": {"method": "PUT", "path": "/state", **side}}
    Path("one.json").write_bytes(pact_file({**one, "response": {"status": 200, **side}}))


@pytest.mark.parametrize(("media_type", "body", "schema", "counts", "said"), OTHER_BODIES)
def test_what_is_no_json_is_judged_or_said_not_to_be(
    media_type: str, body: str | bytes, schema: Json, counts: str, said: str, contractkit: Callable
) -> None:
    exchanged(media_type, body, schema)
    ended = contractkit("check", "one.json", "--definition", "state.json")
    lines = [f"    {said.replace('response', side)}" for side in ("request", "response") if said]
    assert ended.out.splitlines()[2:] == [*(["  one", *lines, ""] if said else []), f"Of 1 interaction, {counts}."]
    assert ended.code == (counts is WRONG)


def test_a_procedure_that_is_not_there_is_told_with_the_nearest(contractkit: Callable) -> None:
    Path("inventory.proto").write_text(
        'syntax = "proto3"; package inventory.v1; message A {} service Inventory { rpc GetItems(A) returns (A); }'
    )
    sample = Path(__file__).parents[2] / "contracts/samples/courier-app-inventory.json"
    ended = contractkit("check", str(sample), "--definition", "inventory.proto")
    assert (ended.code, ended.err) == (1, "")
    assert "now not declared. Did you mean inventory.v1.Inventory/GetItems?\n" in ended.out
    assert (
        "    procedure: the definition has no procedure inventory.v1.Inventory/WatchItems. Did you mean " in ended.out
    )


def test_messages_of_streams_are_read_as_the_definition_has_them(contractkit: Callable) -> None:
    Path("inventory.proto").write_text(
        'syntax = "proto3"; package inventory.v1; message Asked { string sku = 1; } '
        "message Item { int32 sku = 1; bool count = 2; } "
        "service Inventory { rpc WatchItems(Item) returns (Item); }"
    )
    sample = Path(__file__).parents[2] / "contracts/samples/courier-app-inventory.json"
    ended = contractkit("check", str(sample), "--definition", "inventory.proto", "--format", "json")
    (contract,) = json.loads(ended.out)["contracts"]
    told = [each for each in contract["concerns"] if "WatchItems" in each["description"]]
    assert {each["location"]: each["sentence"] for each in told} == {
        "procedure": "its response is one message, recorded 2",
        "events[0].message.sku": 'sent "A-1", expected an integer of 32 bits',
        "events[2].message.count": "received 3, expected true or false",
        "events[3].message.count": "received 2, expected true or false",
        "events[3].message.sku": 'received "A-1", expected an integer of 32 bits',
    }


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("missing.json", "--definition", "orders.yaml"), 2, "missing.json"),
        (("good.json", "--definition", "missing.yaml"), 2, "missing.yaml"),
        (("good.json", "--definition", ""), 2, "it is empty; is a variable not set?"),
        (("good.json",), 2, "orders"),
        (("orders.yaml", "--definition", "orders.yaml"), 2, "orders.yaml"),
        (("empty", "--definition", "orders.yaml"), 3, "There is no contract in empty."),
        (("--definition", "orders.yaml"), 3, "There is no contract in"),
        (
            ("good.json", "--definition", "orders.yaml", "--provider", "order"),
            3,
            "No contract is with order.\n\nDid you mean orders?\n",
        ),
        (("good.json", "--definition", "shop.proto"), 3, "they are over another transport"),
        (
            ("good.json", "other.json", "--definition", "orders.yaml"),
            2,
            "Name the one that it describes: --provider NAME",
        ),
        (("good.json", "--definition", "orders.yaml", "--format", "xml"), 2, "'xml' is not one of"),
    ],
)
def test_wrong_use_is_said(arguments: tuple[str, ...], code: int, said: str, contractkit: Callable) -> None:
    Path("empty").mkdir()
    Path("shop.proto").write_text('syntax = "proto3"; message A {} service S { rpc C(A) returns (A); }')
    Path("other.json").write_bytes(pact_file(http({"total": 1}), provider={"name": "stock"}))
    ended = contractkit("check", *arguments)
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err
    assert "Traceback" not in ended.err

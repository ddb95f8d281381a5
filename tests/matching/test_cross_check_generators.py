"""What our generators make is accepted by the native engine of `pact-python`, and what its generators make by us."""

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest

from contractkit.exact_json import read_json
from contractkit.matching import compile_comparison, generate
from contractkit.model import HttpResponse, JsonBody, LocatedGenerator, LocatedRules, Rule, parse_location
from tests.matching.exchanged import Exchanged, Wire
from tests.matching.peer import verdicts_of_peer

PLACE = parse_location("response.body.a")
JSON = "application/json"
NOW = datetime(2026, 11, 21, 10, 30, 15, tzinfo=UTC)
DRAWS = 5
UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class Made(NamedTuple):
    """A generator with an example, and the rule that whatever it makes must pass."""

    generator: dict[str, Any]
    example: Any
    rule: dict[str, Any]

    def name(self) -> str:
        """Give the name in reports of tests."""
        return "-".join(str(value) for value in self.generator.values()) + f"-for-{type(self.example).__name__}"


ROWS = (
    Made({"type": "RandomInt", "min": 3, "max": 12}, 5, {"match": "integer"}),
    Made({"type": "RandomInt", "min": 3, "max": 12}, 5, {"match": "regex", "regex": "[3-9]|1[0-2]"}),
    Made({"type": "RandomInt", "min": 3, "max": 12}, "5", {"match": "regex", "regex": "[3-9]|1[0-2]"}),
    Made({"type": "RandomDecimal", "digits": 6}, 1.5, {"match": "decimal"}),
    Made({"type": "RandomDecimal", "digits": 6}, "1.5", {"match": "regex", "regex": r"[0-9.]{7}"}),
    Made({"type": "RandomHexadecimal", "digits": 6}, "AB", {"match": "regex", "regex": "[0-9A-F]{6}"}),
    Made({"type": "RandomString", "size": 6}, "x", {"match": "regex", "regex": "[0-9A-Za-z]{6}"}),
    Made({"type": "RandomBoolean"}, True, {"match": "boolean"}),
    Made({"type": "Regex", "regex": r"[A-Z]{2}-\d{1,8}(x|yz)?"}, "AB-1", {"match": "regex"}),
    Made({"type": "Uuid"}, "x", {"match": "regex", "regex": UUID}),
    Made({"type": "Uuid", "format": "simple"}, "x", {"match": "regex", "regex": "[0-9a-f]{32}"}),
    Made(
        {"type": "Uuid", "format": "upper-case-hyphenated"},
        "x",
        {"match": "regex", "regex": UUID.replace("a-f", "A-F")},
    ),
    Made({"type": "Uuid", "format": "URN"}, "x", {"match": "regex", "regex": f"urn:uuid:{UUID}"}),
    Made({"type": "Date", "format": "yyyy-MM-dd"}, "2000-01-01", {"match": "date"}),
    Made({"type": "Date", "format": "dd/MM/yyyy"}, "01/01/2000", {"match": "date"}),
    Made({"type": "Date", "format": "EEE, d MMM yyyy"}, "Sat, 1 Jan 2000", {"match": "date"}),
    Made({"type": "Time", "format": "HH:mm:ss"}, "10:00:00", {"match": "time"}),
    Made({"type": "Time", "format": "hh:mm a"}, "10:00 AM", {"match": "time"}),
    Made({"type": "DateTime", "format": "yyyy-MM-dd'T'HH:mm:ssXXX"}, "2000-01-01T10:00:00Z", {"match": "datetime"}),
    Made(
        {"type": "DateTime", "format": "yyyy-MM-dd'T'HH:mm:ss.SSSZ"},
        "2000-01-01T10:00:00.000+0000",
        {"match": "datetime"},
    ),
    Made({"type": "DateTime", "format": "yyyyMMddHHmmss"}, "20000101100000", {"match": "datetime"}),
)


def rule_of(row: Made) -> dict[str, Any]:
    """Give the rule with the format or the pattern of its generator, where it names none itself."""
    shared: dict[str, Any] = {key: row.generator[key] for key in ("format", "regex") if key in row.generator}
    return {**shared, **row.rule} if row.rule["match"] != "regex" or "regex" not in row.rule else row.rule


@pytest.mark.slow
def test_the_peer_accepts_what_our_generators_make(tmp_path: Path) -> None:
    cases = [case_of(row, ours(row, chance)) for row in ROWS for chance in range(DRAWS)]
    refused = {at: words for at, words in verdicts_of_peer(cases, tmp_path).items() if words}
    assert [(cases[at].about, cases[at].actual.body, words) for at, words in refused.items()] == []


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=Made.name)
def test_we_accept_what_the_generators_of_the_peer_make(row: Made) -> None:
    rule = rule_of(row)
    located = LocatedRules(location=PLACE, rules=(Rule(rule["match"], {**rule}),))
    compare = compile_comparison(answer(row.example).parts(), (located,))
    with peers(row) as draw:
        made = [draw() for _ in range(DRAWS)]
    assert [(value, compare(answer(value).parts())) for value in made] == [(value, ()) for value in made]


def ours(row: Made, chance: int) -> Any:
    attributes = {key: value for key, value in row.generator.items() if key != "type"}
    located = LocatedGenerator(location=PLACE, name=row.generator["type"], attributes=attributes)
    made = generate(answer(row.example), (located,), {}, now=NOW, random=Random(chance))
    assert isinstance(made.body, JsonBody)
    return made.body.value["a"]


def answer(value: Any) -> HttpResponse:
    return HttpResponse(status=200, body=JsonBody({"a": value}, JSON))


def case_of(row: Made, value: Any) -> Exchanged:
    rules = {"body": {"$.a": {"matchers": [rule_of(row)], "combine": "AND"}}}
    expected = {"method": "POST", "path": "/", "body": {"a": row.example}, "matchingRules": rules}
    wire = Wire(method="POST", headers=(("Content-Type", JSON),), body=json.dumps({"a": value}).encode())
    return Exchanged(side="request", version="3.0.0", expected=expected, actual=wire, about=row.name())


@contextmanager
def peers(row: Made) -> Iterator[Any]:
    """Give a function that asks the peer's mock server for one more value of a generator."""
    from pact import Pact  # noqa: F401  the library is loaded by its package
    from pact_ffi import ffi, lib

    pact = lib.pactffi_new_pact(b"web-shop", b"orders")
    lib.pactffi_with_specification(pact, lib.PactSpecification_V4)
    interaction = lib.pactffi_new_interaction(pact, b"a call")
    lib.pactffi_with_request(interaction, b"GET", b"/")
    lib.pactffi_response_status(interaction, 200)
    assert lib.pactffi_with_body(interaction, 1, JSON.encode(), json.dumps({"a": row.example}).encode())
    assert lib.pactffi_with_generators(interaction, 1, json.dumps({"body": {"$.a": row.generator}}).encode())
    port = lib.pactffi_create_mock_server_for_transport(pact, b"127.0.0.1", 0, b"http", ffi.NULL)
    try:
        yield lambda: answered(port)
    finally:
        lib.pactffi_cleanup_mock_server(port)
        lib.pactffi_free_pact_handle(pact)


def answered(port: int) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/")
    value: Any = read_json(connection.getresponse().read())
    connection.close()
    return value["a"]

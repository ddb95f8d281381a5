"""Our own cases, put before the native engine of `pact-python`: its verdicts are ours, but for those listed."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from contractkit.document import dump_contract
from contractkit.exact_json import dump_compact
from contractkit.model import (
    BinaryBody,
    Body,
    Contract,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    JsonBody,
    Message,
    TextBody,
)
from tests.matching.case_files import Case, matching_case, name_of, paths_of, read
from tests.matching.exchanged import Exchanged, Side, Wire
from tests.matching.peer import verdicts_of_peer

DELIBERATE: Mapping[str, str] = {
    "bodies/form-field-without-value": "a field without = has no value, as in a query",
    "bodies/hal-is-json": "a suffix names the format (RFC 6838 §4.2.8)",
    "bodies/multipart-member-under-a-rule": "a part of JSON has members, which rules speak of",
    "bodies/null-fits-missing": "a null body accepts no body and JSON null",
    "combining/or-on-objects": "OR holds on objects too",
    "date/names": "a date in words must name the weekday of its day",
    "datetime/forms": "letters of a form are digits, as many as there are letters",
    "datetime/spelled-timestamp": "yyyy is a year of four digits",
    "decimal/in-a-form": "a decimal has a fraction, in text as in JSON",
    "decimal/in-text": "a decimal has a fraction, in text as in JSON",
    "headers/boundary-of-a-request": "the boundary is no property of a body (RFC 2046 §5.1)",
    "headers/boundary-of-a-response": "the boundary is no property of a body (RFC 2046 §5.1)",
    "headers/content-type": "a media type knows no case (RFC 9110 §8.3.1)",
    "headers/several-lines": "several lines of a header are one with commas (RFC 9110 §5.3)",
    "integer/beyond-64-bits": "an integer has any number of digits (RFC 8259 §6)",
    "regex/digits-are-ascii": "patterns are Java's, where \\d is ASCII",
    "regex/named-groups-and-quotes": "patterns are Java's, where \\Q…\\E quotes",
    "regex/text-of-numbers": "null has no text",
    "regex/words-are-ascii": "patterns are Java's, where \\w is ASCII",
    "time/milliseconds": "SSS is three digits",
    "type/bounds-of-an-empty-example": "min bounds what came",
    "type/bounds-that-are-none": "a rule that cannot be used accepts nothing",
    "type/negative-bound": "a rule that cannot be used accepts nothing",
    "weighting/order-of-writing": "ties are decided by their paths; the peer's change from run to run",
    "weighting/star-against-brackets": "ties are decided by their paths; the peer's change from run to run",
    "weighting/longer-path-first": "ties are decided by their paths; the peer's change from run to run",
    "weighting/ties": "ties are decided by their paths; the peer's change from run to run",
    "xml/index": "[n] counts siblings, also an only one",
    "xml/prefix-under-a-cascade": "a rule may name an element without its prefix, which is only one of its spellings",
}
NOT_ASKED: Mapping[str, str] = {
    "eachValue/rule-without-a-name": "the peer refuses the whole file",
    "regex/no-pattern": "the peer refuses the whole file",
    "statusCode/unknown-class": "the peer refuses the whole file",
    "regex/hostile": "the peer's engine gives the pattern up with a panic",
    "query/without-value": "the peer's interface takes no parameter without a value",
    "statusCode/info-lowest": "a status under 200 ends no exchange on the wire",
    "statusCode/info-highest": "a status under 200 ends no exchange on the wire",
    "statusCode/non-error-lowest": "a status under 200 ends no exchange on the wire",
    "words/empty-path": "no request on the wire has an empty path",
}


@pytest.mark.slow
def test_the_peer_judges_our_cases_alike(tmp_path: Path) -> None:
    cases = {name_of(path): exchanged(path) for path in paths_of("matching") if is_asked(path)}
    peers = verdicts_of_peer([each for each, _ in cases.values()], tmp_path)
    assert peers.keys() == set(range(len(cases)))
    differing = {
        name: words
        for (name, (_, case)), words in zip(cases.items(), (peers[at] for at in range(len(cases))), strict=True)
        if bool(words) is not bool(case.mismatches)
    }
    print(f"{len(cases)} cases, {len(differing)} differ deliberately")
    assert {name: words for name, words in differing.items() if name not in DELIBERATE} == {}
    assert len(cases) > 350


@pytest.mark.slow
def test_the_peer_finds_rules_of_headers_by_their_plain_names_alone(tmp_path: Path) -> None:
    names = ["X-N", "$.X-N", "$['X-N']", "X-N[0]", "$['X-N'][0]"]
    asked = [header_under_a_rule(name) for name in names]
    peers = verdicts_of_peer(asked, tmp_path)
    refusal = ["Mismatch with header 'X-N': Expected '2' to be equal to '1'"]
    assert [each.mismatches() for each in asked] == [()] * 5
    assert [peers[at] for at in range(5)] == [[], refusal, refusal, refusal, refusal]


def header_under_a_rule(name: str) -> Exchanged:
    """Give a header with another integer than the example's, under a rule written for a name."""
    rules = {"header": {name: {"matchers": [{"match": "integer"}]}}}
    expected = {"status": 200, "headers": {"X-N": "1"}, "matchingRules": rules}
    wire = Wire(headers=(("X-N", "2"),))
    return Exchanged(side="response", version="3.0.0", expected=expected, actual=wire, about=name)


def test_every_listed_case_exists() -> None:
    assert (DELIBERATE.keys() | NOT_ASKED.keys()) - {name_of(path) for path in paths_of("matching")} == set()


def is_asked(path: Path) -> bool:
    """Say whether a case can be put before the peer: it knows no rules of version 1 here, and metadata of none."""
    case = read(path)
    return name_of(path) not in NOT_ASKED and "specification" not in case and "metadata" not in case["expected"]


def exchanged(path: Path) -> tuple[Exchanged, Case]:
    """Give a case in the form of a file of version 4 and of the wire."""
    side: Side = read(path)["side"]
    case = matching_case(read(path))
    wire = wire_of(case.actual)
    return Exchanged(side=side, version="4.0", expected=written(side, case), actual=wire, about=name_of(path)), case


def written(side: Side, case: Case) -> dict[str, Any]:
    """Give the expectation as our own writer has it in a file."""
    calls: dict[str, Any] = {
        "request": lambda: HttpCall(request=case.expected, response=HttpResponse(status=200)),  # type: ignore[arg-type]
        "response": lambda: HttpCall(request=HttpRequest(method="GET", path="/"), response=case.expected),  # type: ignore[arg-type]
        "message": lambda: case.expected,
    }
    interaction = Interaction(key="k", description="d", exchange=calls[side](), rules=case.rules)
    file = json.loads(dump_contract(Contract(consumer="web-shop", provider="orders", interactions=(interaction,))))
    found: dict[str, Any] = file["interactions"][0]
    if side != "message":
        return dict(found[side])
    return {key: value for key, value in found.items() if key not in ("type", "key", "description")}


def wire_of(actual: HttpRequest | HttpResponse | Message) -> Wire:
    """Give what a case says that came, as it comes over the wire."""
    data, media_type = sent(actual.contents if isinstance(actual, Message) else actual.body)
    named = {} if isinstance(actual, Message) else actual.headers
    headers = [(name, value) for name, values in named.items() for value in values]
    if media_type is not None and "content-type" not in {name.lower() for name in named}:
        headers.append(("Content-Type", media_type))
    if not isinstance(actual, HttpRequest):
        return Wire(status=getattr(actual, "status", 200), headers=tuple(headers), body=data)
    pairs = [f"{quote(name)}={quote(value or '')}" for name, values in actual.query.items() for value in values]
    target = f"{actual.path}?{'&'.join(pairs)}" if pairs else actual.path
    return Wire(method=actual.method, target=target, headers=tuple(headers), body=data)


def sent(body: Body) -> tuple[bytes | None, str | None]:
    """Give the bytes of a body and their type; None for no body."""
    match body:
        case JsonBody(value=value, media_type=media_type):
            return dump_compact(value), media_type
        case TextBody(text=text, media_type=media_type):
            return text.encode(), media_type
        case BinaryBody(data=data, media_type=media_type):
            return data, media_type
    return None, None

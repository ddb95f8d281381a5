"""Matchers of pact-python say the same to us as to Pact's own engine, and ours say the same to that engine."""

import json
from pathlib import Path
from typing import Any

import pytest

from contractkit.document.categories import RESPONSE
from contractkit.document.rules import write_generators, write_rules
from contractkit.exact_json import Json
from contractkit.matchers import (
    array_containing,
    date,
    each_key,
    each_like,
    each_value,
    equal_to,
    from_integration_json,
    from_provider_state,
    generate,
    include,
    integer,
    like,
    not_empty,
    null,
    one_of,
    regex,
    semver,
    stub_url,
    to_integration_json,
    uuid,
)
from contractkit.matchers.unfolding import unfold
from contractkit.model import Location

pact = pytest.importorskip("pact")
match, generated = pact.match, pact.generate
BODY = Location(("response", "body"))


def said_by_pact(body: Any, folder: Path) -> Json:
    """Give the rules and generators of a body as Pact's engine writes them."""
    contract = pact.Pact("web-shop", "orders").with_specification("V4")
    exchange = contract.upon_receiving("it").with_request("GET", "/").will_respond_with(200)
    exchange.with_body(body, "application/json")
    contract.write_file(folder)
    (written,) = json.loads((folder / "web-shop-orders.json").read_text())["interactions"]
    response = written["response"]
    return _plain([response.get("matchingRules", {}), response.get("generators", {})])


def said_by_us(body: object) -> Json:
    found = unfold(body, BODY, lambda _matcher, _place: None)
    return _plain([write_rules(found.rules, RESPONSE), write_generators(found.generators, RESPONSE)])


def _plain(value: Json) -> Json:
    """Give rules without the example that `eachKey` and `eachValue` carry, of which nobody reads anything."""
    if isinstance(value, dict):
        hidden = {"value"} if value.get("match") in ("eachKey", "eachValue") else set()
        return {name: _plain(member) for name, member in value.items() if name not in hidden}
    return [_plain(each) for each in value] if isinstance(value, list) else value


THEIRS = {
    "values": {
        "int": match.int(1),
        "float": match.float(1.5),
        "number": match.number(3),
        "str": match.str("a"),
        "bool": match.bool(True),
        "none": match.none(),
        "like": match.like({"a": match.int(1)}),
        "includes": match.includes("a"),
        "regex": match.regex("ab", regex="a."),
        "uuid": match.uuid("550e8400-e29b-41d4-a716-446655440000"),
        "date": match.date("2024-07-20"),
        "time": match.time("14:30:00"),
        "datetime": match.datetime("2024-07-20T14:30:00+0000"),
        "plain": [1, {"a": None}],
    },
    "lists": {
        "each": match.each_like({"id": match.int(1), "tags": match.each_like("a")}, min=2, max=4),
        "containing": match.array_containing([match.str("a"), {"k": match.int(1)}, "b"]),
        "fixed": [match.int(1), match.str("a")],
    },
    "objects": {
        "keys": match.each_key_matches({"ab": 1}, rules=match.regex("ab", regex="[a-z]+")),
        "values": match.each_value_matches({"ab": 1}, rules=[match.int(1), match.number(1)]),
        "inner": match.each_value_matches({"ab": {"c": match.int(1)}}, rules=match.like({"c": 1})),
    },
    "whole": match.each_like({"id": match.int(1)}, min=1),
    "several": {"a": match.like("abc") & match.regex("abc", regex="a.*")},
    "generated": {
        "int": match.int(min=1, max=5),
        "float": match.float(precision=4),
        "str": match.str(size=4),
        "regex": match.regex(regex="a+"),
        "date": match.date(),
        "bool": match.bool(),
        "state": match.like(1, generator=generated.provider_state("${id}")),
        "url": match.like("http://a/b", generator=generated.mock_server_url(regex=".*(/b)$", example="http://a/b")),
    },
}


@pytest.mark.parametrize("body", THEIRS.values(), ids=THEIRS)
def test_matchers_of_pact_python_say_to_us_what_they_say_to_pact(body: Any, tmp_path: Path) -> None:
    assert said_by_us(body) == said_by_pact(body, tmp_path)


OURS = {
    "values": {
        "integer": integer(1),
        "include": include("in", "ink"),
        "exact": equal_to({"a": [1]}),
        "null": null(),
        "one of": one_of(1, 2),
        "semver": semver("1.0.0"),
        "not empty": not_empty("a"),
        "date": date("20.07.2024", "%d.%m.%Y"),
        "uuid": uuid("550e8400-e29b-41d4-a716-446655440000", generator=generate.uuid("URN")),
        "several": like("abc") & regex("a.*"),
    },
    "containers": {
        "each": each_like({"id": integer(1)}, min=2, max=4),
        "containing": array_containing(like("a"), {"k": integer(1)}),
        "keys": each_key({"ab": 1}, regex("[a-z]+")),
        "inner": each_value({"ab": {"c": integer(1)}}),
    },
    "generated": {
        "state": from_provider_state("${id}", 7),
        "url": stub_url(".*(/b)$", "http://a/b"),
        "hex": like("AB", generator=generate.hexadecimal(2)),
    },
}


@pytest.mark.parametrize("body", OURS.values(), ids=OURS)
def test_what_our_matchers_write_says_to_pact_what_they_say_to_us(body: Any, tmp_path: Path) -> None:
    assert said_by_pact(json.dumps(to_integration_json(body)), tmp_path) == said_by_us(body)


@pytest.mark.parametrize("body", [body for body in OURS.values() if isinstance(body, dict)], ids=OURS)
def test_what_our_matchers_write_reads_as_the_same_matchers(body: dict[str, Any]) -> None:
    written = to_integration_json(body)
    assert json.loads(json.dumps(written)) == written
    assert {name: from_integration_json(value) for name, value in written.items()} == {
        name: from_integration_json(to_integration_json(matcher)) for name, matcher in body.items()
    }
    assert said_by_us(written) == said_by_us(body)


def test_classic_matchers_of_pact_python_2_are_read_in_their_own_json() -> None:
    tree = {
        "json_class": "Pact::SomethingLike",
        "contents": {
            "id": {
                "json_class": "Pact::Term",
                "data": {"generate": "7", "matcher": {"json_class": "Regexp", "o": 0, "s": "[0-9]"}},
            },
            "tags": {"json_class": "Pact::ArrayLike", "contents": "a", "min": 2},
        },
    }
    assert said_by_us(tree) == said_by_us(like({"id": regex("[0-9]", "7"), "tags": each_like("a", min=2)}))


def test_matchers_that_have_the_methods_of_pact_python_2_are_known_by_their_base() -> None:
    base = type("Matcher", (), {"__module__": "pact.matchers"})
    term = {
        "json_class": "Pact::Term",
        "data": {"generate": "7", "matcher": {"json_class": "Regexp", "o": 0, "s": "[0-9]"}},
    }
    theirs = type("Term", (base,), {"__module__": "pact.matchers", "generate": lambda _self: term})
    assert said_by_us({"id": theirs()}) == said_by_us({"id": regex("[0-9]", "7")})


def test_an_object_that_can_generate_and_is_no_matcher_is_left_alone() -> None:
    other = type("Report", (), {"generate": lambda _self: pytest.fail("nobody asked")})()
    assert unfold({"report": other}, BODY, lambda _matcher, _place: None).value == {"report": other}

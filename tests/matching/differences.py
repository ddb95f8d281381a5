"""Where the peer answers otherwise, and why we do not follow: one row per reason, with what the specification says.

`docs/matching.md` has the same names; a test holds the two together.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from contractkit.results import Mismatch
from tests.matching.exchanged import Exchanged


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One reason.

    Attributes:
        name: What the reason is called, here and in the manual.
        because: What decides for us: the specification, or the standard that it builds on.
        holds: Whether the reason explains a case, from the case, our mismatches and the peer's.
    """

    name: str
    because: str
    holds: Callable[[Exchanged, Sequence[Mismatch], Sequence[str]], bool]


def explanation(case: Exchanged, ours: Sequence[Mismatch], peers: Sequence[str]) -> str | None:
    """Give the name of the first reason that explains why the verdicts of a case differ."""
    return next((row.name for row in DIFFERENCES if row.holds(case, ours, peers)), None)


def _rules(case: Exchanged) -> dict[str, list[dict[str, Any]]]:
    """Give the rules of a case by their paths, whatever version its file has."""
    found: dict[str, list[dict[str, Any]]] = {}
    for key, written in case.expected.get("matchingRules", {}).items():
        if "match" in written:
            found[key] = [written]
        else:
            lists = {"": written} if "matchers" in written else written
            found |= {path: each["matchers"] for path, each in lists.items()}
    return found


def _has_rule(case: Exchanged, *names: str) -> bool:
    return any(rule["match"] in names for rules in _rules(case).values() for rule in rules)


def _is_xml(case: Exchanged) -> bool:
    return "xml" in (case.actual.media_type() or "")


def _alternatives_on_an_object(case: Exchanged, ours: Sequence[Mismatch], peers: Sequence[str]) -> bool:
    return (
        not ours
        and '"OR"' in json.dumps(case.expected)
        and any(re.match("(Unable to match|Expected) {", each) for each in peers)
    )


def _on_an_xml_element(case: Exchanged, ours: Sequence[Mismatch], peers: Sequence[str]) -> bool:
    on_element = any(not path.endswith("']") for path in _rules(case))
    said = any("Unable to match Element" in each or re.search("Expected '.*' to match", each) for each in peers)
    return _is_xml(case) and not ours and on_element and said


def _index_of_an_only_element(case: Exchanged, ours: Sequence[Mismatch], peers: Sequence[str]) -> bool:
    return _is_xml(case) and not ours and any("[0]" in path for path in _rules(case))


def _sign_in_text(case: Exchanged, ours: Sequence[Mismatch], peers: Sequence[str]) -> bool:
    said = all(re.search("Expected '-[0-9]+' to match an integer number", each) for each in peers)
    return not ours and bool(peers) and said


def _fraction_in_text(_case: Exchanged, ours: Sequence[Mismatch], peers: Sequence[str]) -> bool:
    return not peers and all(each.rule == "decimal" and re.fullmatch(r"-?\d+", str(each.actual)) for each in ours)


def _null_body(case: Exchanged, ours: Sequence[Mismatch], peers: Sequence[str]) -> bool:
    said = any("Expected empty body but received" in each for each in peers)
    return not ours and case.actual.body == b"null" and said


def _digits_of_a_date(_case: Exchanged, ours: Sequence[Mismatch], peers: Sequence[str]) -> bool:
    return not peers and all(each.rule in ("date", "time", "datetime", "timestamp") for each in ours)


def _suffix_of_a_type(_case: Exchanged, ours: Sequence[Mismatch], peers: Sequence[str]) -> bool:
    said = [re.search("body of '(.+)' but the actual content type was '(.+)'", each) for each in peers]
    return not ours and bool(said) and all(each and {each[1], each[2]} in COMPARABLE for each in said)


COMPARABLE = ({"application/hal+json", "application/json"}, {"application/xml", "text/xml"})


def _case_of_a_type(case: Exchanged, ours: Sequence[Mismatch], peers: Sequence[str]) -> bool:
    example = str(case.expected.get("headers", {}).get("Content-Type"))
    is_same = example.lower() == (case.actual.media_type() or "").lower()
    return not ours and is_same and all("header 'Content-Type'" in each for each in peers)


def _no_list_under_array_contains(case: Exchanged, ours: Sequence[Mismatch], _peers: Sequence[str]) -> bool:
    places = [path for path, rules in _rules(case).items() if any(each["match"] == "arrayContains" for each in rules)]
    is_ours = all(each.rule == "arrayContains" for each in ours)
    return is_ours and any(not isinstance(_example_at(case, path), list) for path in places)


def _example_at(case: Exchanged, path: str) -> Any:
    """Give what a JSON body has where a path of simple names leads."""
    body: Any = case.expected.get("body", case.expected.get("contents"))
    value = body["content"] if case.version == "4.0" else body
    for step in re.findall(r"[^.$*'\[\]]+|\*", path):
        if not isinstance(value, dict | list):
            return None
        members = value if isinstance(value, dict) else dict(enumerate(value))
        first = next(iter(members.values()), None)
        value = first if step == "*" else members.get(int(step) if isinstance(value, list) else step)
    return value


def _equality_around_a_rule(case: Exchanged, ours: Sequence[Mismatch], peers: Sequence[str]) -> bool:
    said = any(re.match(r"Expected [{\[].* to be equal to [{\[]", each) for each in peers)
    return not ours and len(_rules(case)) > 1 and _has_rule(case, "equality") and said


def _null_under_regex(_case: Exchanged, ours: Sequence[Mismatch], peers: Sequence[str]) -> bool:
    return not peers and all(each.rule == "regex" and each.actual is None for each in ours)


def _hidden_behind_values(case: Exchanged, ours: Sequence[Mismatch], _peers: Sequence[str]) -> bool:
    return not ours and len(_rules(case)) > 1 and _has_rule(case, "values", "eachKey", "eachValue")


def _bounds_of_an_empty_example(case: Exchanged, ours: Sequence[Mismatch], peers: Sequence[str]) -> bool:
    return not peers and all(each.expected == [] and each.rule == "type" for each in ours)


def _values_under_each_key(case: Exchanged, ours: Sequence[Mismatch], peers: Sequence[str]) -> bool:
    return _has_rule(case, "eachKey") and not peers and all(each.rule == "equality" for each in ours)


DIFFERENCES = (
    Difference(
        name="alternatives on an object",
        because="`combine` OR: at least one of the rules passes; nothing excepts rules on objects (version 3)",
        holds=_alternatives_on_an_object,
    ),
    Difference(
        name="a rule on an XML element",
        because="a rule on an element judges the text in it (case matches-with-regex-xml of versions 2 and 3)",
        holds=_on_an_xml_element,
    ),
    Difference(
        name="the index of an only element",
        because="`[n]` counts the siblings of one name, also where there is one (version 3, path expressions)",
        holds=_index_of_an_only_element,
    ),
    Difference(
        name="a sign in text",
        because="`integer`: a number written without a fraction; negative ones are (version 3)",
        holds=_sign_in_text,
    ),
    Difference(
        name="a decimal without fraction in text",
        because="`decimal`: a number with a fraction part, which 100 has not, be it JSON or text (version 3)",
        holds=_fraction_in_text,
    ),
    Difference(
        name="null for a null body",
        because="an expected body null accepts no body and JSON null (cases null-body)",
        holds=_null_body,
    ),
    Difference(
        name="digits of a date",
        because="`MM` and `dd` are two digits (Java, DateTimeFormatter, number)",
        holds=_digits_of_a_date,
    ),
    Difference(
        name="types that name one format",
        because="a suffix names the format (RFC 6838 §4.2.8), and text/xml is application/xml (RFC 7303 §4.2)",
        holds=_suffix_of_a_type,
    ),
    Difference(
        name="case of a media type",
        because="type and subtype know no case (RFC 9110 §8.3.1)",
        holds=_case_of_a_type,
    ),
    Difference(
        name="arrayContains on what is no list",
        because="each variant must fit an element of the list; what is no list has none (version 4)",
        holds=_no_list_under_array_contains,
    ),
    Difference(
        name="equality around a more specific rule",
        because="the heaviest path decides at a place, also where equality is written further up (version 3)",
        holds=_equality_around_a_rule,
    ),
    Difference(
        name="null under a regex",
        because="`regex` judges text, and numbers and booleans by their JSON text; null is none of them (version 2)",
        holds=_null_under_regex,
    ),
    Difference(
        name="rules behind values, eachKey and eachValue",
        because="these three do not cascade, so what is written further up still holds below them (version 3)",
        holds=_hidden_behind_values,
    ),
    Difference(
        name="bounds of an empty example",
        because="`min` bounds the received list, however long the example is (version 2)",
        holds=_bounds_of_an_empty_example,
    ),
    Difference(
        name="values under eachKey",
        because="`eachKey` speaks of the keys; values without a rule of their own are equal (version 4)",
        holds=_values_under_each_key,
    ),
)
"""The reasons; a difference that none explains is a defect, ours or one to be understood."""

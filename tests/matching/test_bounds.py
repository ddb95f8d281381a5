"""Hostile contract files and answers cost a bounded time and raise nothing."""

from typing import Any

import pytest

from contractkit.matching import compile_comparison
from contractkit.matching.accepting import UnusableRuleError
from contractkit.matching.patterns import compile_pattern
from contractkit.matching.xml_trees import XmlError, read_xml
from contractkit.model import HttpResponse, JsonBody, LocatedRules, Rule, TextBody, parse_location
from contractkit.results import Mismatch


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def compare(expected: Any, actual: Any, *rules: LocatedRules) -> tuple[Mismatch, ...]:
    expected_side, actual_side = (HttpResponse(status=200, body=JsonBody(each)) for each in (expected, actual))
    return compile_comparison(expected_side.parts(), rules)(actual_side.parts())


def at_body(name: str, **attributes: Any) -> LocatedRules:
    return LocatedRules(location=parse_location("response.body"), rules=(Rule(name, attributes),))


@pytest.mark.parametrize("name", ["type", "equality", "notEmpty", "values"])
def test_an_example_nested_too_deeply_is_said_and_not_compared(name: str) -> None:
    (mismatch,) = compare(nested(5_000), nested(5_000), at_body(name))
    assert mismatch.sentence == "a value nested at most 100 levels deep, as deep as is compared"


def test_an_answer_nested_deeply_is_cut_in_the_mismatch() -> None:
    (mismatch,) = compare({"a": 1}, {"a": nested(5_000)})
    assert str(mismatch.actual) == f"{'[' * 100}'…'{']' * 100}"


def test_an_example_that_lacks_is_shown_however_deep() -> None:
    (mismatch,) = compare({"a": nested(5_000)}, {})
    assert mismatch.sentence == "a list"


def test_an_exploding_pattern_is_answered_by_the_linear_engine() -> None:
    assert compile_pattern("(x+x+)+y")("x" * 50_000) is False


def test_an_exploding_pattern_that_looks_around_is_stopped() -> None:
    pattern = "(?=x)(x+x+)+y"
    (mismatch,) = compare("xy", "x" * 5_000, at_body("regex", regex=pattern))
    assert mismatch.sentence == (
        f'a value matching {pattern}, for example "xy", but its pattern took longer than 0.25 s on this value'
    )


def test_a_pattern_that_looks_around_is_not_tried_on_long_texts() -> None:
    (mismatch,) = compare("x", "x" * 20_000, at_body("regex", regex="(?=x)x+"))
    assert mismatch.sentence == (
        'a value matching (?=x)x+, for example "x", but a pattern that looks around is tried on 10,000 characters'
    )


@pytest.mark.parametrize("pattern", ["(", "a)|(?:b", "x{1000}{1000}{1000}", "\\h", "[b-a]", "(?<n>x)(?<n>y)"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(UnusableRuleError, match=r"its pattern .* is not a regular expression, or too large"):
        compile_pattern(pattern)


def test_an_index_far_beyond_the_list_costs_nothing() -> None:
    far = LocatedRules(location=parse_location("response.body[999999999]"), rules=(Rule("type"),))
    assert compare([1], [2, 3], at_body("type"), far) == ()


def test_a_member_name_of_very_many_digits_is_a_name() -> None:
    assert compare({"9" * 5_000: 1}, {"9" * 5_000: 2}, at_body("type")) == ()


def test_a_long_list_is_compared_whole() -> None:
    assert len(compare([1], ["x"] * 20_000, at_body("type"))) == 20_000


BOMB = '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'


@pytest.mark.parametrize("text", [BOMB, OUTSIDE])
def test_declared_entities_are_refused(text: str) -> None:
    with pytest.raises(XmlError, match=r"^it declares the entity b, and declared entities are not expanded$"):
        read_xml(text.encode())


def test_xml_nested_too_deeply_is_refused() -> None:
    with pytest.raises(XmlError, match=r"^it nests deeper than 1,000 levels$"):
        read_xml(b"<a>" * 100_000)


def test_broken_xml_is_a_mismatch_with_its_place() -> None:
    expected, actual = (HttpResponse(status=200, body=TextBody(text, "text/xml")) for text in ("<a/>", "<a>\n<b></a>"))
    (mismatch,) = compile_comparison(expected.parts(), ())(actual.parts())
    assert mismatch.sentence == "an XML body, but it cannot be read: mismatched tag (line 2, column 6)"


@pytest.mark.parametrize(
    ("name", "attributes", "sentence"),
    [
        ("jwt", {}, 'what the rule "jwt" accepts, which contractkit does not know'),
        ("type", {"min": "few"}, "a value that the rule type accepts, but its bound is not a whole number: 'few'"),
        ("arrayContains", {}, "a list that the rule arrayContains accepts, but its variants are no list"),
        (
            "arrayContains",
            {"variants": [{"index": 9}]},
            'a list that the rule arrayContains accepts, but its variant {"index":9} has no example',
        ),
        (
            "arrayContains",
            {"variants": [{"index": 0, "rules": {"$.a": 5}}]},
            'a list that the rule arrayContains accepts, but the rules of its variant are none: {"$.a":5}',
        ),
        (
            "arrayContains",
            {"variants": [{"index": 0, "rules": {"$..a": {"matchers": []}}}]},
            "a list that the rule arrayContains accepts, but $..a is no path",
        ),
        ("eachValue", {"rules": 5}, 'what the rule "5" accepts, which contractkit does not know'),
    ],
)
def test_a_rule_that_cannot_be_used_accepts_nothing_and_says_why(
    name: str, attributes: dict[str, Any], sentence: str
) -> None:
    found = compare(["x"], ["x"], at_body(name, **attributes))
    assert [mismatch.sentence for mismatch in found] == [sentence]


@pytest.mark.parametrize(
    ("attributes", "sentence"),
    [
        (
            {"regex": "x" * 6_000},
            "a value that the rule regex accepts, but its pattern is longer than 5,000 characters",
        ),
        (
            {"regex": "["},
            "a value that the rule regex accepts, but its pattern [ is not a regular expression, or too large",
        ),
        ({"regex": 5}, "a value that the rule regex accepts, but it has no pattern"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_said(attributes: dict[str, Any], sentence: str) -> None:
    (mismatch,) = compare("x", "x", at_body("regex", **attributes))
    assert mismatch.sentence == sentence


@pytest.mark.parametrize(
    ("format_", "reason"),
    [
        ("yyyy'", "its format yyyy' holds ' in a place where Java allows none"),
        ("yyyy-BB", "its format yyyy-BB holds BB, which contractkit does not know"),
        ("[yyyy", "its format [yyyy has brackets that do not pair"),
    ],
)
def test_a_format_that_cannot_be_used_is_said(format_: str, reason: str) -> None:
    (mismatch,) = compare("x", "x", at_body("date", format=format_))
    assert mismatch.sentence == f"a value that the rule date accepts, but {reason}"


def test_a_status_class_that_does_not_exist_is_said() -> None:
    rule = LocatedRules(location=parse_location("response.status"), rules=(Rule("statusCode", {"status": "fine"}),))
    (mismatch,) = compile_comparison(HttpResponse(status=200).parts(), (rule,))(HttpResponse(status=200).parts())
    assert mismatch.sentence == (
        "a value that the rule statusCode accepts, but it names a class of status that does not exist; "
        "known: info, success, redirect, clientError, serverError, nonError, error"
    )


def test_a_multipart_body_of_too_many_parts_is_not_taken_apart() -> None:
    media_type = "multipart/form-data; boundary=x"
    few, many = (TextBody(f"{'--x{0}{0}hi{0}'.format(chr(10)) * parts}--x--", media_type) for parts in (1, 5_000))
    expected, actual = (HttpResponse(status=200, body=body) for body in (few, many))
    (mismatch,) = compile_comparison(expected.parts(), ())(actual.parts())
    assert mismatch.sentence == "a multipart body whose parts can be told apart"

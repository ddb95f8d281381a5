"""Hostile contract files and answers cost a bounded time and raise nothing."""

from typing import Any

import pytest

from contractkit.matching import compile_comparison
from contractkit.matching.accepting import UnusableRuleError
from contractkit.matching.patterns import compile_pattern
from contractkit.matching.xml_trees import XmlError, read_xml
from contractkit.model import (
    Body,
    HttpResponse,
    JsonBody,
    LocatedRules,
    Location,
    Rule,
    TextBody,
    Wildcard,
    parse_location,
)
from contractkit.results import ABSENT, Mismatch

pytestmark = pytest.mark.slow


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def compare(expected: Any, actual: Any, *rules: LocatedRules) -> tuple[Mismatch, ...]:
    expected_side, actual_side = (HttpResponse(status=200, body=JsonBody(each)) for each in (expected, actual))
    return compile_comparison(expected_side.parts(), rules)(actual_side.parts())


def compare_bodies(expected: Body, actual: Body, *rules: LocatedRules) -> list[str]:
    sides = [HttpResponse(status=200, body=body).parts() for body in (expected, actual)]
    return [mismatch.sentence for mismatch in compile_comparison(sides[0], rules)(sides[1])]


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
        'a value matching (?=x)x+, for example "x", but such a pattern is tried on at most 10,000 characters'
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
        ("type", {"min": "few"}, 'a value that the rule type accepts, but its bound is not a whole number: "few"'),
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


STOPPED = "no more than 20,000 mismatches; the rest is not told"


def test_of_very_many_mismatches_the_first_are_told_and_that_there_are_more() -> None:
    found = compare([1], ["x"] * 100_000, at_body("type"))
    assert len(found) == 20_001
    assert found[-1] == Mismatch(
        location=parse_location("response"), expected=ABSENT, actual=ABSENT, rule="equality", sentence=STOPPED
    )


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ([], list(range(100_000))),
        ([[1], {"a": 1}], [["x"] * 100_000, {"a": 2}]),
        ({"a": [1], "b": [1]}, {"a": list(range(100_000)), "b": list(range(100_000))}),
    ],
)
def test_what_is_too_much_is_not_listed_without_end(expected: Any, actual: Any) -> None:
    assert compare(expected, actual)[-1].sentence == STOPPED


def test_names_under_each_key_are_not_listed_without_end() -> None:
    rule = at_body("eachKey", rules=[{"match": "regex", "regex": "[a-z]"}])
    assert compare({"a": 1}, {str(number): 1 for number in range(100_000)}, rule)[-1].sentence == STOPPED


def test_a_location_of_thousands_of_wildcards_reaches_nothing_and_costs_nothing() -> None:
    far = LocatedRules(location=Location(("response", "body", *[Wildcard.ANY] * 100_000)), rules=(Rule("null"),))
    assert compare({"a": 1}, {"a": 1}, far) == ()


def test_wildcards_in_every_combination_are_weighed_once_for_all_elements() -> None:
    def wildcards(number: int) -> tuple[Wildcard, ...]:
        return tuple(Wildcard.ANY if number >> bit & 1 else Wildcard.INDEX for bit in range(11))

    places = [Location(("response", "body", *wildcards(number))) for number in range(2_048)]
    rules = [LocatedRules(location=place, rules=(Rule("type"),)) for place in places]
    value: Any = 1
    for _ in range(11):
        value = [value, value]
    assert compare(value, value, *rules) == ()


def test_a_pattern_with_many_states_is_not_tried_on_long_texts() -> None:
    (mismatch,) = compare("1", "10" * 10_000, at_body("regex", regex="[01]*1[01]{5000}"))
    assert mismatch.sentence == (
        'a value matching [01]*1[01]{5000}, for example "1", '
        "but so large a pattern is tried on at most 10,000 characters"
    )


def test_no_pattern_is_tried_on_texts_without_end() -> None:
    (mismatch,) = compare("1", "1" * 1_000_001, at_body("regex", regex="1*"))
    assert mismatch.sentence == (
        'a value matching 1*, for example "1", but a pattern is tried on at most 1,000,000 characters'
    )


def test_hard_patterns_share_the_time_of_one_comparison() -> None:
    hard = Rule("regex", {"regex": "(?=x)(x+x+)+y"})
    each = LocatedRules(location=parse_location("response.body[*]"), rules=(hard,))
    found = compare(["xy"], ["x" * 5_000] * 20, at_body("type"), each)
    assert found[-1].sentence == (
        'a value matching (?=x)(x+x+)+y, for example "xy", but hard patterns have taken 1 s of this comparison already'
    )


def test_each_comparison_has_its_own_time() -> None:
    rules = at_body("regex", regex="(?=x)x{200}")
    compare_texts = compile_comparison(HttpResponse(status=200, body=JsonBody("x" * 200)).parts(), (rules,))
    actual = HttpResponse(status=200, body=JsonBody("x" * 200)).parts()
    assert [compare_texts(actual) for _ in range(100)] == [()] * 100


def test_short_texts_under_small_patterns_cost_nothing_of_the_time_for_hard_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("contractkit.matching.effort.MOST_SECONDS", -1.0)
    each = LocatedRules(location=parse_location("response.body[*]"), rules=(Rule("regex", {"regex": "[a-z]+"}),))
    assert compare(["a"], ["abcdef"] * 10, at_body("type"), each) == ()


def test_variants_beyond_reason_are_refused() -> None:
    rule = at_body("arrayContains", variants=[{"index": 0}] * 101)
    assert compare_bodies(JsonBody([1]), JsonBody([1]), rule) == [
        "a list that the rule arrayContains accepts, but it has more than 100 variants"
    ]


def test_a_search_for_variants_in_a_long_list_ends() -> None:
    variants = [{"index": index} for index in range(100)]
    found = compare_bodies(
        JsonBody(list(range(100))), JsonBody(["x"] * 5_000), at_body("arrayContains", variants=variants)
    )
    assert len(found) == 100
    assert found[-1] == (
        "a list with an element that fits, for example 99, "
        "but to find it, more than 200,000 elements would have to be tried"
    )


def test_a_search_in_lists_of_lists_ends() -> None:
    inner = {"index": 0, "rules": {"$": {"matchers": [{"match": "arrayContains", "variants": [{"index": 0}] * 100}]}}}
    example = [[1]]
    found = compare_bodies(
        JsonBody(example), JsonBody([["x"] * 500] * 100), at_body("arrayContains", variants=[inner] * 100)
    )
    assert found[-1] == (
        "a list with an element that fits, for example [1], "
        "but to find it, more than 200,000 elements would have to be tried"
    )


def test_rules_nested_in_rules_without_end_are_answered() -> None:
    rule: Any = {"match": "type"}
    for _ in range(5_000):
        rule = {"match": "eachValue", "rules": [rule]}
    assert compare({"a": 1}, {"a": 1}, at_body("eachValue", rules=[rule])) != ()


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ("dM" * 25, f"its format {'dM' * 25} can be read in too many ways"),
        ("[d]" * 25, f"its format {'[d]' * 25} can be read in too many ways"),
        ("[" * 2_000 + "d" + "]" * 2_000, "its format is longer than 200 characters"),
    ],
)
def test_a_form_of_dates_that_explodes_is_refused(form: str, reason: str) -> None:
    (mismatch,) = compare("1", "1" * 100, at_body("date", format=form))
    assert mismatch.sentence == f"a value that the rule date accepts, but {reason}"


@pytest.mark.parametrize(
    "form", ["d/M/yyyy H:m:s z", "EEE, dd MMM yyyy HH:mm:ss z", "yMMdd", "yyyy-MM-dd['T'HH:mm[:ss[.SSS]]][XXX]"]
)
def test_ordinary_forms_are_not_taken_for_hostile(form: str) -> None:
    (mismatch,) = compare("1", "x", at_body("datetime", format=form))
    assert mismatch.sentence == f'a date and time in the form {form}, for example "1"'


@pytest.mark.parametrize(
    ("example", "actual", "rule", "sentence"),
    [
        ("x", 10**5_000, Rule("regex", {"regex": "x"}), 'a value matching x, for example "x"'),
        (10**5_000, 1, Rule("equality"), "exactly a value too deep or too long to be shown"),
        ("x", "\ud800", Rule("regex", {"regex": "x"}), 'a value matching x, for example "x"'),
        ("\ud800", "y", Rule("regex", {"regex": "x"}), 'a value matching x, for example "\\ud800"'),
        (
            "x",
            "y",
            Rule("include", {"value": nested(5_000)}),
            "a value that the rule include accepts, but its value is no text",
        ),
        (
            [1],
            [1],
            Rule("type", {"min": float("inf")}),
            "a value that the rule type accepts, but its bound is not a whole number: null",
        ),
    ],
    ids=["long integer", "long example", "half a pair", "half a pair expected", "deep attribute", "infinite bound"],
)
def test_values_that_python_cannot_write_are_answered(example: Any, actual: Any, rule: Rule, sentence: str) -> None:
    located = LocatedRules(location=parse_location("response.body"), rules=(rule,))
    assert compare_bodies(JsonBody(example), JsonBody(actual), located) == [sentence]


FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"
ONE_PART = TextBody('--x\nContent-Disposition: form-data; name="a"\n\nhi\n--x--', MULTIPART)


@pytest.mark.parametrize(
    ("expected", "actual", "sentences"),
    [
        (TextBody("a=1", FORM), TextBody("a&" * 1_000_000, FORM), ["a URL-encoded form of at most 100,000 fields"]),
        (
            ONE_PART,
            TextBody("--x\n" * 1_000_000 + "--x--", MULTIPART),
            ["a multipart body whose parts can be told apart"],
        ),
        (
            ONE_PART,
            TextBody(f"--x\nContent-Disposition: form-data{';' * 300_000}; name=a\n\nhi\n--x--", MULTIPART),
            ["the part a"],
        ),
        (
            TextBody("<a/>", "text/xml"),
            TextBody(f"<a>{'<b/>' * 300_000}</a>", "text/xml"),
            ["an XML body, but it cannot be read: it has more than 200,000 elements and attributes"],
        ),
        (
            TextBody("<a/>", "text/xml"),
            TextBody("<a " + " ".join(f"a{number}='1'" for number in range(300_000)) + "/>", "text/xml"),
            ["an XML body, but it cannot be read: it has more than 200,000 elements and attributes"],
        ),
    ],
    ids=["form", "multipart", "parameters", "elements", "attributes"],
)
def test_bodies_of_very_many_pieces_are_answered(expected: Body, actual: Body, sentences: list[str]) -> None:
    assert compare_bodies(expected, actual) == sentences


@pytest.mark.parametrize(
    "rules",
    [
        LocatedRules(location=parse_location("response.body.a"), rules=(Rule("regex", {"regex": "x"}),) * 101),
        at_body("eachValue", rules=[{"match": "regex", "regex": "x"}] * 101),
    ],
)
def test_more_rules_than_are_judged_at_one_place_accept_nothing(rules: LocatedRules) -> None:
    assert compare_bodies(JsonBody({"a": "x"}), JsonBody({"a": "x"}), rules) == [
        "what at most 100 rules accept, as many as are judged at one place"
    ]

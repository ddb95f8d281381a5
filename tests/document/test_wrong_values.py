"""Values that no verb can use are refused as the file is read, all at once; what only one interaction lacks is told."""

import pytest

from contractkit.cli.rule_faults import find_generator_faults, find_rule_faults
from contractkit.document import read_contract
from contractkit.errors import ContractFileError
from tests.document.test_files import call, file_of

PATH = "a path expression such as `$.lines[*]['unit price']`"
BODY = {"a": 1, "b": "x", "list": [{"a": 1}]}


def read(interaction):
    data = file_of(interaction, version="3.0")
    return read_contract(
        data, origin="a.json", rule_check=find_rule_faults, generator_check=find_generator_faults
    ).warnings


def problems(interaction):
    with pytest.raises(ContractFileError) as raised:
        read(interaction)
    return raised.value.explanation.details


def warnings(interaction):
    return [(each.pointer, each.sentence) for each in read(interaction)]


def answer(**members):
    return call(response={"body": BODY, **members})


@pytest.mark.parametrize(
    ("generator", "reason"),
    [
        ({"type": "Regex", "regex": "(["}, "its pattern ([ is not a regular expression, or too large"),
        ({"type": "Regex"}, "it has no pattern"),
        ({"type": "RandomString", "size": 10**12}, "its size is not in 0 to 100,000"),
        ({"type": "RandomHexadecimal", "digits": -1}, "its digits is not in 0 to 100,000"),
        ({"type": "RandomDecimal", "digits": -1}, "its digits is not in 0 to 300"),
        ({"type": "RandomInt", "min": 9, "max": 1}, "its min 9 is greater than its max 1"),
        ({"type": "RandomInt", "min": 11}, "its min 11 is greater than its max 10"),
        ({"type": "Date", "expression": "blah"}, "its expression is not understood from 'blah' on"),
        ({"type": "Time", "format": "bb"}, "its format bb holds bb, which contractkit does not know"),
        (
            {"type": "Uuid", "format": "foo"},
            'its format "foo" is none of lower-case-hyphenated, upper-case-hyphenated, simple, URN',
        ),
        ({"type": "ProviderState"}, "it has no expression"),
        (
            {"type": "MockServerURL", "regex": "(", "example": "a"},
            "its pattern ( is not a regular expression: missing ) at position 1",
        ),
    ],
)
def test_a_generator_that_can_make_nothing_is_refused(generator, reason):
    ((pointer, sentence),) = problems(answer(generators={"body": {"$.b": generator}}))
    assert pointer == "/interactions/0/response/generators/body/$.b"
    assert sentence.startswith(f"expected a generator that can be used ({reason}), received {{")


@pytest.mark.parametrize(
    "generator",
    [
        {"type": "RandomInt", "min": "1", "max": 5},
        {"type": "RandomString"},
        {"type": "Uuid"},
        {"type": "Uuid", "format": "URN"},
        {"type": "DateTime", "format": "yyyy", "expression": "next monday @ now - 2 hours"},
        {"type": "MockServerURL", "regex": ".*(/a)", "example": "http://x/a"},
        {"type": "Mine", "min": -1},
    ],
)
def test_a_generator_that_can_be_used_is_read(generator):
    assert warnings(answer(generators={"body": {"$.b": generator}})) == []


@pytest.mark.parametrize(
    ("rule", "place", "sentence"),
    [
        (
            {"match": "type", "min": -1},
            "",
            'a rule that can be used (its bound is less than 0: -1), received {"match":"type","min":-1}',
        ),
        (
            {"match": "each-key"},
            "",
            'a rule that can be used (it has no `rules`), received {"match":"each-key"}',
        ),
        (
            {"match": "eachValue"},
            "",
            'a rule that can be used (it has no `rules`), received {"match":"eachValue"}',
        ),
        (
            {"match": "arrayContains"},
            "",
            'a rule that can be used (it has no `variants`), received {"match":"arrayContains"}',
        ),
        (
            {"match": "eachValue", "rules": [{"match": "type"}, {"foo": 1}]},
            "/rules/1",
            'a rule with its `match`, received {"foo":1}',
        ),
        ({"match": "eachKey", "rules": [{}]}, "/rules/0", "a rule with its `match`, received {}"),
        ({"match": "eachKey", "rules": [7]}, "/rules/0", "a rule, received 7"),
        (
            {"match": "eachKey", "rules": [{"match": "eachValue", "rules": [{"match": "typ"}]}]},
            "/rules/0/rules/0",
            'a known rule (type), received {"match":"typ"}',
        ),
        (
            {"match": "arrayContains", "variants": [{"index": 0, "rules": {"$.a[": {"matchers": []}}}]},
            "/variants/0/rules/$.a[",
            f'{PATH}, received "$.a["',
        ),
        (
            {"match": "arrayContains", "variants": [{"index": 0, "rules": {"": {"matchers": []}}}]},
            "/variants/0/rules/",
            f'{PATH}, received ""',
        ),
        (
            {"match": "arrayContains", "variants": [{"index": 0, "rules": {"$.a/b": {"matchers": [{}]}}}]},
            "/variants/0/rules/$.a~1b/matchers/0",
            "a rule with its `match`, received {}",
        ),
        (
            {"match": "arrayContains", "variants": [{"index": 0}, {"index": 3}]},
            "/variants/1/index",
            "the index of an element of the example, which has 1, received 3",
        ),
    ],
)
def test_a_rule_that_can_judge_nothing_is_refused_where_it_is_wrong(rule, place, sentence):
    rules = {"body": {"$.list": {"matchers": [rule]}}}
    pointer = f"/interactions/0/response/matchingRules/body/$.list/matchers/0{place}"
    assert problems(answer(matchingRules=rules)) == ((pointer, f"expected {sentence}"),)


def test_everything_that_is_wrong_within_one_rule_is_named_at_once():
    rule = {"match": "eachValue", "rules": [{"foo": 1}, {"match": "regex", "regex": "("}]}
    pointer = "/interactions/0/response/matchingRules/body/$.a"
    assert [place for place, _ in problems(answer(matchingRules={"body": {"$.a": rule}}))] == [
        f"{pointer}/rules/0",
        f"{pointer}/rules/1",
    ]


def test_a_rule_without_a_name_is_refused_alone_and_within_another():
    def sentence(rule):
        ((_, found),) = problems(answer(matchingRules={"body": {"$.a": {"matchers": [rule]}}}))
        return found

    expected = 'expected a rule with its `match`, received {"foo":1}'
    assert sentence({"foo": 1}) == sentence({"match": "eachValue", "rules": [{"foo": 1}]}) == expected


@pytest.mark.parametrize("path", ["$.z", "$.a.b", "$[0]"])
def test_a_rule_of_a_variant_that_reaches_nothing_is_reported(path):
    variant = {"index": 0, "rules": {path: {"matchers": [{"match": "type"}]}, "$.a": {"matchers": [{"match": "type"}]}}}
    rules = {"body": {"$.list": {"matchers": [{"match": "arrayContains", "variants": [variant]}]}}}
    assert warnings(answer(matchingRules=rules)) == [
        (
            f"/interactions/0/response/matchingRules/body/$.list/matchers/0/variants/0/rules/{path}",
            "reaches nothing in the example, so nothing is judged by it",
        )
    ]


def test_an_empty_list_of_rules_is_reported_where_no_tool_writes_one():
    rules = {"body": {"$.a": {"matchers": []}}, "status": {"matchers": []}}
    assert warnings(answer(matchingRules=rules)) == [
        ("/interactions/0/response/matchingRules/body/$.a", "has no rules, so nothing is judged by it")
    ]


@pytest.mark.parametrize(
    ("interaction", "pointer", "sentence"),
    [
        (call(providerStates="x"), "providerStates", 'expected a list of states, received "x"'),
        (call(providerStates={"name": "x"}), "providerStates", 'expected a list of states, received {"name":"x"}'),
        (call(providerState={"name": "x"}), "providerState", 'expected a string, received {"name":"x"}'),
        (call(request={"path": None}), "request/path", "expected a string, received null"),
        (call(request={"method": None}), "request/method", "expected a string, received null"),
        (call(response={"status": -1}), "response/status", "expected a status, 100 to 999, received -1"),
        (call(response={"status": "99"}), "response/status", 'expected a status, 100 to 999, received "99"'),
        (
            call(response={"status": 99999999999}),
            "response/status",
            "expected a status, 100 to 999, received 99999999999",
        ),
        (
            call(response={"status": int("9" * 4000)}),
            "response/status",
            f"expected a status, 100 to 999, received {'9' * 59}…",
        ),
    ],
)
def test_a_wrong_value_of_an_interaction_is_refused(interaction, pointer, sentence):
    assert problems(interaction) == ((f"/interactions/0/{pointer}", sentence),)


@pytest.mark.parametrize(
    ("interaction", "pointer", "sentence"),
    [
        (
            call(request={"method": "GE T"}),
            "request/method",
            "is no method that HTTP can carry, such as GET; it cannot be sent",
        ),
        (
            call(request={"path": "orders"}),
            "request/path",
            "does not start with a slash, as paths in HTTP do; it cannot be sent",
        ),
        (
            call(request={"headers": {"X Y": "1"}}),
            "request/headers/X Y",
            "is no header's name that HTTP can carry; it cannot be sent",
        ),
        (
            call(response={"headers": {"X/A": ["1", "a\r\nX-B: 2"]}}),
            "response/headers/X~1A",
            "is no header's name that HTTP can carry; it cannot be sent",
        ),
        (
            call(response={"headers": {"X-A": ["1", "a\r\nX-B: 2"]}}),
            "response/headers/X-A",
            "has a value that is not one line of text; HTTP cannot carry it",
        ),
    ],
)
def test_what_http_cannot_carry_is_reported_and_every_other_interaction_is_read(interaction, pointer, sentence):
    assert warnings(interaction)[0] == (f"/interactions/0/{pointer}", sentence)


def test_a_status_of_null_is_the_one_that_holds_where_none_is_written():
    assert warnings(call(response={"status": None})) == [
        ("/interactions/0/response/status", "is null; 200 is expected, as where none is written")
    ]
    assert warnings(call(response={})) == []


@pytest.mark.parametrize("request_", [{"path": ""}, {"path": "/a b"}, {"method": "m-search"}, {"headers": {"X": "é"}}])
def test_what_http_can_carry_is_not_reported(request_):
    assert warnings(call(request=request_)) == []


def test_hostile_numbers_are_refused_where_they_stand():
    big = int("9" * 4000)
    rules = {
        "$.a": {"matchers": [{"match": "type", "min": "9" * 5000}]},
        "$.list": {"matchers": [{"match": "arrayContains", "variants": [{"index": big}]}]},
        "$.list[99999999999]": {"matchers": [{"match": "type"}]},
    }
    made = {"$.a": {"type": "RandomInt", "min": big}, "$.b": {"type": "RandomDecimal", "digits": "9" * 5000}}
    found = problems(answer(matchingRules={"body": rules}, generators={"body": made}))
    assert [pointer.removeprefix("/interactions/0/response/") for pointer, _ in found] == [
        "matchingRules/body/$.a/matchers/0",
        "matchingRules/body/$.list/matchers/0/variants/0/index",
        "matchingRules/body/$.list[99999999999]",
        "generators/body/$.a",
        "generators/body/$.b/digits",
    ]
    assert max(len(sentence) for _, sentence in found) < 500


def test_rules_within_rules_are_judged_at_any_depth_of_a_file():
    rule = {"match": "typ"}
    for _ in range(115):
        rule = {"match": "eachValue", "rules": [rule]}
    ((pointer, sentence),) = problems(answer(matchingRules={"body": {"$.a": rule}}))
    assert pointer == "/interactions/0/response/matchingRules/body/$.a" + "/rules/0" * 115
    assert sentence == 'expected a known rule (type), received {"match":"typ"}'

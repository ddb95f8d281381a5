"""Rules that can judge nothing are named as the file is read, with everything else that is wrong with it."""

import json

import pytest

from contractkit.cli.main import run
from contractkit.cli.rule_faults import find_rule_faults
from contractkit.document import RuleFault
from contractkit.model import Rule


def file_with(rules, **metadata):
    call = {
        "description": "an order",
        "request": {},
        "response": {"body": {"a": 1, "b": 2}, "matchingRules": {"body": rules}},
    }
    return json.dumps(
        {
            "consumer": {"name": "web-shop"},
            "provider": {"name": "orders"},
            "interactions": [call],
            "metadata": {"pactSpecification": {"version": "3.0.0"}, **metadata},
        }
    )


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("verb", [["show"], ["publish", "--app-version", "1", "--broker", "http://127.0.0.1:1"]])
def test_every_rule_that_cannot_be_used_is_named_at_once(folder, capsys, verb):
    rules = {
        "$.a": {"matchers": [{"match": "type"}, {"match": "semvr"}]},
        "$.b": {"matchers": [{"match": "regex", "regex": "[a-z"}]},
        "$.c[": {"matchers": [{"match": "type"}]},
    }
    (folder / "a.json").write_text(file_with(rules))
    code = run([verb[0], "a.json", *verb[1:]])
    error = capsys.readouterr().err
    if verb[0] == "show":
        assert error == (
            "a.json is not a contract.\n\n"
            "  /interactions/0/response/matchingRules/body/$.a/matchers/1   "
            'expected a known rule (semver), received {"match":"semvr"}\n'
            "  /interactions/0/response/matchingRules/body/$.b/matchers/0   "
            "expected a rule that can be used (its pattern [a-z is not a regular expression, or too large), "
            'received {"match":"regex","regex":"[a-z"}\n'
            "  /interactions/0/response/matchingRules/body/$.c[             "
            "expected a path expression such as `$.lines[*]['unit price']`, received \"$.c[\"\n\n"
            "Mend these places, or remove the file and run the consumer's tests.\n"
        )
    assert code == 2


def test_a_rule_that_a_plugin_may_know_is_reported_and_the_file_is_read(folder, capsys):
    plugins = [{"name": "csv", "version": "0.1"}]
    (folder / "a.json").write_text(file_with({"$.a": {"matchers": [{"match": "columns"}]}}, plugins=plugins))
    assert run(["show", "a.json"]) == 0
    assert (
        "a.json/interactions/0/response/matchingRules/body/$.a/matchers/0 is the rule columns, "
        "which only a plugin can know; nothing passes it here" in capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Rule("regex", {"regex": 5}), "a rule that can be used (it has no pattern)"),
        (Rule("type", {"min": "few"}), 'a rule that can be used (its bound is not a whole number: "few")'),
        (Rule("date", {"format": 5}), "a rule that can be used (its `format` is no string)"),
        (Rule("eachKey", {"rules": {}}), "a rule that can be used (its `rules` is no list)"),
        (Rule("arrayContains", {"variants": 5}), "a rule that can be used (its `variants` is no list)"),
        (
            Rule("arrayContains", {"variants": [{"index": "x"}]}),
            "a rule that can be used (a variant is no object with an `index`)",
        ),
        (
            Rule("arrayContains", {"variants": [{"index": 0, "rules": {"$": {"matchers": 5}}}]}),
            "a rule that can be used (the rules of a variant are none)",
        ),
        (
            Rule("date", {"format": "yyyy-bb-qq"}),
            "a rule that can be used (its format yyyy-bb-qq holds bb, which contractkit does not know)",
        ),
        (
            Rule("statusCode", {"status": "fine"}),
            "a rule that can be used (it names a class of status that does not exist; "
            "known: info, success, redirect, clientError, serverError, nonError, error)",
        ),
        (
            Rule("eachKey", {"rules": [{"match": "regex", "regex": "("}]}),
            "a rule that can be used (its pattern ( is not a regular expression, or too large)",
        ),
        (
            Rule("arrayContains", {"variants": [{"index": 0, "rules": {"$": {"matchers": [{"match": "typ"}]}}}]}),
            "a known rule (type)",
        ),
    ],
)
def test_rules_with_wrong_attributes_are_faults(rule, expected):
    (fault,) = find_rule_faults(rule)
    assert fault.expected == expected


@pytest.mark.parametrize(
    "rule",
    [
        Rule("type", {"min": 1, "max": 2}),
        Rule("regex", {"regex": r"(?<year>\d{4})-\p{Alpha}+"}),
        Rule("timestamp", {"format": "yyyy-MM-dd'T'HH:mm:ssXXX"}),
        Rule("eachValue", {"rules": [{"match": "type"}], "value": "x"}),
        Rule("arrayContains", {"variants": [{"index": 0, "rules": {"$.id": {"matchers": [{"match": "integer"}]}}}]}),
    ],
)
def test_usable_rules_have_no_fault(rule):
    assert find_rule_faults(rule) == ()


def test_an_unknown_rule_is_told_from_a_broken_one():
    near = "a known rule (integer or include or time)"
    assert find_rule_faults(Rule("mine")) == (RuleFault(expected=near, is_unknown=True),)

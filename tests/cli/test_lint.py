import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.review.pact_files import http, pact_file

TYPE = {"match": "type"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_findings_are_told_by_file_and_interaction_with_what_to_do(contractkit: Callable) -> None:
    Path("contracts").mkdir()
    Path("contracts/a.json").write_bytes(
        pact_file(
            http({"customerId": 41}),
            http({"n": 1}, description="another", path="/n", rules={"$.n": {"match": "regex", "regex": "[a-z]"}}),
            {"type": "Of/Tomorrow", "description": "a dream"},
        )
    )
    Path("contracts/b.json").write_bytes(pact_file(http({"id": 7}, rules={"$": TYPE})))
    ended = contractkit("lint", "contracts")
    assert ended.code == 1
    assert ended.out == (
        "contracts/a.json\n"
        "  warning  not-used  /interactions/2\n"
        "    is of type Of/Tomorrow, which is not read; it is kept and skipped\n"
        "    -> take it away, or write it so that it is understood\n\n"
        "  an order\n"
        "    warning  exact-identifier  response.body.customerId\n"
        "      must be exactly 41, which looks like an identifier\n"
        "      -> put the rule `type`, `integer` or a `regex` there\n\n"
        "  another\n"
        "    error  failing-example  response.body.n\n"
        "      has the example 1, where its rule expects a value matching [a-z]\n"
        "      -> mend the example or the rule: one of them is wrong\n\n"
        "2 files: 1 error, 2 warnings\n"
    )


def test_what_http_cannot_carry_is_an_error_at_its_place(contractkit: Callable) -> None:
    unsendable = http({"n": 1}, description="another", path="/n")
    unsendable["request"] |= {"method": "G ET", "headers": {"X-A": "1\n2"}}
    Path("a.json").write_bytes(pact_file(unsendable))
    ended = contractkit("lint", "a.json")
    assert (ended.code, ended.out) == (
        1,
        "a.json\n"
        "  error  cannot-be-sent  /interactions/0/request/headers/X-A\n"
        "    has a value that is not one line of text; HTTP cannot carry it\n"
        "    -> correct it, or record the interaction again\n"
        "  error  cannot-be-sent  /interactions/0/request/method\n"
        "    is no method that HTTP can carry, such as GET; it cannot be sent\n"
        "    -> correct it, or record the interaction again\n\n"
        "1 file: 2 errors, 0 warnings\n",
    )
    assert contractkit("lint", "a.json", "--ignore", "cannot-be-sent").code == 0


def test_a_rule_that_reaches_nothing_is_told_once(contractkit: Callable) -> None:
    Path("a.json").write_bytes(pact_file(http({"n": 1}, rules={"$": TYPE, "$.m": TYPE})))
    assert contractkit("lint", "a.json").out == (
        "a.json\n\n"
        "  an order\n"
        "    warning  rule-reaches-nothing  response.body.m\n"
        "      has the rule 'any of this type', and there is no such place in the example\n"
        "      -> take the rule away, or correct its path\n\n"
        "1 file: 0 errors, 1 warning\n"
    )
    assert contractkit("lint", "a.json", "--ignore", "rule-reaches-nothing").out == "1 file: 0 errors, 0 warnings\n"


def test_warnings_fail_where_that_is_asked_for(contractkit: Callable) -> None:
    Path("a.json").write_bytes(pact_file(http({"customerId": 41})))
    assert contractkit("lint", "a.json").code == 0
    assert contractkit("lint", "a.json", "--fail-on", "warning").code == 1
    ended = contractkit("lint", "a.json", "--fail-on", "warning", "--ignore", "exact-identifier")
    assert (ended.code, ended.out) == (0, "1 file: 0 errors, 0 warnings\n")


def test_files_that_are_no_contracts_are_told_with_all_that_is_wrong_beside_the_others(contractkit: Callable) -> None:
    Path("a.json").write_bytes(b'{"interactions": ')
    Path("b.json").write_bytes(
        pact_file(
            http({"n": 1}, rules={"$.n": {"match": "regex", "regex": "("}}), http(pending="yes"), provider="orders"
        )
    )
    Path("c.json").write_bytes(pact_file(http({"customerId": 41})))
    Path("d.json").write_bytes(b"")
    ended = contractkit("lint", ".")
    assert ended.code == 2
    assert ended.out == (
        "a.json\n"
        "  error  not-a-contract\n"
        "    is not JSON (line 1, column 18, problem Expecting value)\n"
        "    -> Restore or remove it, then run the consumer's tests.\n\n"
        "b.json\n"
        "  error  not-a-contract  /interactions/0/response/matchingRules/body/$.n/matchers/0\n"
        "    expected a rule that can be used (its pattern ( is not a regular expression, or too large), "
        'received {"match":"regex","regex":"("}\n'
        "    -> mend this place, or record the contract again\n"
        "  error  not-a-contract  /interactions/1/pending\n"
        '    expected true or false, received "yes"\n'
        "    -> mend this place, or record the contract again\n"
        "  error  not-a-contract  /provider\n"
        '    expected an object, received "orders"\n'
        "    -> mend this place, or record the contract again\n\n"
        "c.json\n\n"
        "  an order\n"
        "    warning  exact-identifier  response.body.customerId\n"
        "      must be exactly 41, which looks like an identifier\n"
        "      -> put the rule `type`, `integer` or a `regex` there\n\n"
        "d.json\n"
        "  error  not-a-contract\n"
        "    is empty\n"
        "    -> Restore or remove it, then run the consumer's tests.\n\n"
        "4 files: 5 errors, 1 warning\n"
    )


def test_json_for_machines(contractkit: Callable) -> None:
    Path("a.json").write_bytes(pact_file(http({"customerId": 41}, key="k1")))
    Path("b.json").write_bytes(pact_file(http(pending="yes")))
    ended = contractkit("lint", "a.json", "b.json", "--format", "json")
    assert ended.code == 2
    assert json.loads(ended.out) == {
        "schema_version": 1,
        "errors": 1,
        "warnings": 1,
        "files": [
            {
                "file": "a.json",
                "findings": [
                    {
                        "rule": "exact-identifier",
                        "level": "warning",
                        "interaction": {"key": "k1", "description": "an order"},
                        "location": "response.body.customerId",
                        "pointer": None,
                        "why": "must be exactly 41, which looks like an identifier",
                        "edit": "put the rule `type`, `integer` or a `regex` there",
                    }
                ],
            },
            {
                "file": "b.json",
                "findings": [
                    {
                        "rule": "not-a-contract",
                        "level": "error",
                        "interaction": None,
                        "location": None,
                        "pointer": "/interactions/0/pending",
                        "why": 'expected true or false, received "yes"',
                        "edit": "mend this place, or record the contract again",
                    }
                ],
            },
        ],
    }


def test_annotations_name_the_line_of_the_interaction(contractkit: Callable) -> None:
    tree = json.loads(pact_file(http({"n": "x"}), http({"customerId": 41}, description="a, 100%: b", path="/b")))
    Path("a,b.json").write_text(json.dumps(tree, indent=1))
    lines = Path("a,b.json").read_text().splitlines()
    line = max(number for number, text in enumerate(lines, start=1) if text == "  {")  # where the second one opens
    ended = contractkit("lint", "a,b.json", "--format", "github")
    assert ended.out == (
        f"::warning file=a%2Cb.json,line={line},title=exact-identifier::a, 100%25: b: response.body.customerId "
        "must be exactly 41, which looks like an identifier; put the rule `type`, `integer` or a `regex` there\n"
        "1 file: 0 errors, 1 warning\n"
    )


def test_annotations_name_the_line_of_what_makes_a_file_no_contract(contractkit: Callable) -> None:
    Path("a.json").write_text('{\n "consumer": {"name": "a"},\n "provider": "b",\n "interactions": [\n  7\n ]\n}')
    Path("b.json").write_text("[]")
    Path("c.json").write_text('{"interactions": ')
    ended = contractkit("lint", ".", "--format", "github")
    assert (ended.code, ended.out) == (
        2,
        "::error file=a.json,line=5,title=not-a-contract::/interactions/0 expected an interaction, received 7; "
        "mend this place, or record the contract again\n"
        '::error file=a.json,line=3,title=not-a-contract::/provider expected an object, received "b"; '
        "mend this place, or record the contract again\n"
        "::error file=b.json,title=not-a-contract::/ expected an object, received []; "
        "mend this place, or record the contract again\n"
        "::error file=c.json,title=not-a-contract::is not JSON (line 1, column 18, problem Expecting value); "
        "Restore or remove it, then run the consumer's tests.\n"
        "3 files: 4 errors, 0 warnings\n",
    )


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["nowhere/none.json"], 2, "There are no contracts at that place.\n\n  path   nowhere/none.json\n\n"),
        (["empty"], 3, "There is no contract in empty.\n\nRun the consumer's tests first: they write the contracts.\n"),
        (
            ["a.json", "--ignore", "exact-id"],
            2,
            "There is no rule exact-id.\n\nDid you mean exact-time or exact-body or exact-identifier?\n",
        ),
        (["a.json", "--ignore", ""], 2, "Invalid value for '--ignore': it is empty; is a variable not set?\n"),
        (["a.json", "--fail-on", "notice"], 2, "'notice' is not one of 'error', 'warning'.\n"),
        ([], 2, "Missing argument 'PATH...'.\n"),
    ],
)
def test_wrong_use_is_told(contractkit: Callable, arguments: list[str], code: int, message: str) -> None:
    Path("a.json").write_bytes(pact_file(http()))
    Path("empty").mkdir()
    ended = contractkit("lint", *arguments)
    assert (ended.code, ended.out) == (code, "")
    assert message in ended.err

"""Every wrong wish to import is told with what, where, expected, received and the next step."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.importing.conftest import Ended
from tests.importing.pact_broker import CURRENT, OLD, PAIR, pact_broker

pytestmark = pytest.mark.slow

Call = Callable[..., Ended]
CONTRACTS = "contracts of Zoo App with Order API"


def answered(call: Call, *arguments: str) -> tuple[int, str]:
    ended = call("import-broker", *arguments)
    assert ended.out == ""
    return ended.code, ended.err.strip()


def test_a_broker_to_import_into_is_asked_for(contractkit: Call) -> None:
    assert answered(contractkit, "http://old.example") == (
        2,
        "It is not said into which broker to import.\n\n"
        "Give --broker URL, set CONTRACTKIT_BROKER, or add to pyproject.toml:\n\n"
        '[tool.contractkit]\nbroker = "https://broker.example"',
    )


@pytest.mark.parametrize(
    ("url", "received"),
    [("old.example", "old.example"), ("ftp://ana:s3cret@old.example", "old.example"), (" ", "nothing")],
)
def test_a_url_that_is_none_is_told(contractkit: Call, url: str, received: str) -> None:
    assert answered(contractkit, url, "--broker", "http://new.example") == (
        2,
        "The broker's URL cannot be used.\n\n"
        "  expected   a URL such as https://broker.example\n"
        f"  received   {received}",
    )


def test_a_broker_is_not_imported_into_itself(contractkit: Call, target: str) -> None:
    assert answered(contractkit, f"{target}/", "--broker", target) == (
        2,
        "A broker cannot be imported into itself.\n\n"
        f"  both   {target}\n\n"
        "Name the broker to import as URL, and with --broker the one that it goes into.",
    )


def test_nothing_is_imported_into_another_broker_than_ours(contractkit: Call) -> None:
    with pact_broker(CURRENT) as url, pact_broker(OLD) as other:
        assert answered(contractkit, url, "--broker", other) == (
            2,
            f"The broker at {other} is not contractkit's: only into that one is anything imported.\n\n"
            "Start one: contractkit broker --database FILE",
        )


def test_two_limits_are_refused(contractkit: Call) -> None:
    said = answered(contractkit, "http://old.example", "--latest", "--versions", "3")
    assert said == (2, "--versions and --latest cannot be given together.")


@pytest.mark.parametrize(
    ("options", "last"),
    [
        (["--versions", "0"], "Error: Invalid value for '--versions': 0 is not in the range x>=1."),
        (["--readers", "99"], "Error: Invalid value for '--readers': 99 is not in the range 1<=x<=16."),
        (["--source-ca", ""], "Error: Invalid value for '--source-ca': it is empty; is a variable not set?"),
    ],
)
def test_values_out_of_range_are_refused(contractkit: Call, options: list[str], last: str) -> None:
    code, said = answered(contractkit, "http://old.example", *options)
    assert (code, said.splitlines()[-1]) == (2, last)


def test_files_that_cannot_be_used_are_named(contractkit: Call, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    both = ("http://old.example", "--broker", "http://new.example")
    assert answered(contractkit, *both, "--source-token-file", "nowhere") == (
        2,
        "The file of --source-token-file cannot be read.\n\n  file     nowhere\n  reason   No such file or directory",
    )
    assert answered(contractkit, *both, "--source-token-file", "empty") == (
        2,
        "The file of --source-token-file is empty.\n\n  file   empty",
    )
    assert answered(contractkit, *both, "--source-ca", "empty") == (
        2,
        "The file of --source-ca cannot be used.\n\n"
        "  file       empty\n"
        "  expected   a PEM file with certificates\n"
        "  reason     NO_CERTIFICATE_OR_CRL_FOUND",
    )
    assert answered(contractkit, *both, "--source-key", "empty") == (
        2,
        "A key for the broker is given without its certificate.\n\nSet --source-certificate too.",
    )


def test_a_broker_that_lets_nobody_in_says_how_to_be_let_in(contractkit: Call, target: str) -> None:
    with pact_broker(CURRENT, authorization="Bearer t0ken") as url:
        assert answered(contractkit, url, "--broker", target) == (
            4,
            f"The broker at {url} does not let itself be read.\n\n"
            "  asked      GET /\n"
            "  answered   401 Unauthorized\n\n"
            "Put user and password into the URL, or the token into PACT_BROKER_TOKEN.",
        )


def test_what_is_no_broker_is_told(contractkit: Call, target: str) -> None:
    with pact_broker({"/": ["no", "links"]}) as url:
        assert answered(contractkit, url, "--broker", target) == (
            4,
            f"What answers at {url} is not a broker.\n\n"
            "  expected   a HAL document with _links\n"
            "  received   list\n\n"
            "Check the broker's URL, its path included.",
        )


@pytest.mark.parametrize(
    ("changed", "asked_for", "problem"),
    [
        ({"/pacticipants": {"pacticipants": [{"title": "no name"}]}}, "pacticipants", "a member lacks 'name'"),
        ({"/pacticipants": [1, 2]}, "pacticipants", "it is of another form"),
        ({f"{PAIR}/versions": {"_links": {"pact-versions": [{}]}}}, CONTRACTS, "a member lacks 'href'"),
        ({"/matrix?1": {"matrix": "none"}}, "results of Zoo App with Order API", "it is of another form"),
    ],
)
def test_an_answer_in_another_form_is_told_with_what_was_asked_for(
    contractkit: Call, target: str, changed: dict[str, Any], asked_for: str, problem: str
) -> None:
    with pact_broker({**OLD, **changed}) as url:
        code, said = answered(contractkit, url, "--broker", target)
    assert (code, said[said.index("What answers") :]) == (
        4,
        f"What answers at {url} is not a Pact Broker that can be read.\n\n"
        f"  asked for   {asked_for}\n"
        f"  problem     {problem}\n\n"
        "Check the broker's URL, its path included.\n"
        "What was imported so far stays. Run the same command again to go on.",
    )


def test_versions_that_our_broker_does_not_take_are_named_and_stop_nothing(contractkit: Call, target: str) -> None:
    numbers = [{"number": number} for number in (" ", "x" * 1025, "a\0b", "1")]
    odd = {**OLD, "/pacticipants/Zoo%20App/versions": {"_embedded": {"versions": numbers}}}
    with pact_broker(odd) as url:
        ended = contractkit("import-broker", url, "--broker", target)
    assert ended.code == 1
    no_name = "holds the character U+0000, which no name may hold"
    assert f"  Zoo App a\\x00b\n    version: {no_name}\n" in ended.out
    assert "  Zoo App  \n    version: can't be blank\n" in ended.out
    assert "  contracts            1          0\n" in ended.out


def test_a_broker_that_nobody_answers_for_is_told(contractkit: Call, target: str) -> None:
    with pact_broker(OLD) as url:
        pass
    code, said = answered(contractkit, url, "--broker", target)
    assert (code, said.splitlines()[0]) == (4, f"The broker at {url} cannot be reached.")


def test_the_answer_is_a_document_for_programs(contractkit: Call, target: str) -> None:
    with pact_broker(OLD) as url:
        ended = contractkit("import-broker", url, "--broker", target, "--format", "json")
    assert json.loads(ended.out) == {
        "schema_version": 1,
        "source": url,
        "target": target,
        "is_dry_run": False,
        "imported": {
            "environments": 0,
            "applications": 2,
            "versions": 3,
            "contracts": 1,
            "places on branches": 0,
            "results": 2,
            "deployments": 0,
            "releases": 0,
        },
        "there_before": {
            "environments": 0,
            "applications": 0,
            "versions": 0,
            "contracts": 0,
            "places on branches": 0,
            "results": 0,
            "deployments": 0,
            "releases": 0,
        },
        "not_imported": [],
        "left_as_it_is": [],
        "never_imported": ["environments, deployments and releases: the broker is older than these"],
    }

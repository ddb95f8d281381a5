"""A Pact Broker is imported by the command line: what it has is here, and what cannot be is named with its reason."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.importing.conftest import Ended
from tests.importing.pact_broker import CURRENT, OLD, OTHER_SHA, PAIR, Crowd, pact, pact_broker

pytestmark = pytest.mark.slow

Call = Callable[..., Ended]


def read(target: str, path: str) -> Any:
    answer = httpx.get(f"{target}{path}", headers={"user-agent": "contractkit"})
    assert answer.is_success, answer.text
    return answer.json()


def test_all_that_a_pact_broker_offers_is_imported_and_the_rest_is_named(contractkit: Call, target: str) -> None:
    with pact_broker(CURRENT) as url:
        ended = contractkit("import-broker", url, "--broker", target)
    assert (
        ended.out
        == f"""\
{url} is imported into {target}, except for what is named below.

                       imported   there before
  environments         1          0
  applications         2          0
  versions             6          0
  contracts            3          0
  places on branches   3          0
  results              2          0
  deployments          1          0
  releases             1          0

Not imported:
  the contract of Zoo App 0 with Order API
    What the broker has is an OpenAPI definition, not a contract

Never imported:
  what was deployed or released before and is no longer
    its API does not list it
  webhooks, of which there are 2
    this broker has none
"""
    )
    assert ended.code == 1
    assert ended.err == (
        f"Reading {url}.\n"
        "Order API: 2 of 2 versions to import.\n"
        "Zoo App: 4 of 4 versions to import.\n"
        "Zoo App with Order API: results.\n"
    )


def test_what_is_imported_is_what_the_pact_broker_had(contractkit: Call, target: str) -> None:
    with pact_broker(CURRENT) as url:
        contractkit("import-broker", url, "--broker", target)
    zoo = read(target, "/pacticipants/Zoo%20App")
    facts = ("displayName", "repositoryUrl", "mainBranch", "createdAt")
    labels = [each["name"] for each in zoo["_embedded"]["labels"]]
    assert ([zoo[name] for name in facts], labels) == (
        ["Zoo", "https://git.example/zoo", "trunk", "2021-03-01T00:00:00.000000+00:00"],
        ["mobile"],
    )
    versions = read(target, "/pacticipants/Zoo%20App/versions")["versions"]
    assert [(each["number"], each["createdAt"][17:19], *_heads(each)) for each in versions] == [
        ("3", "09", ("trunk", True)),
        ("feat/2", "08", ("feat/x", True)),
        ("1", "07", ("trunk", False)),
        ("0", "06"),
    ]
    assert [each["name"] for each in versions[0]["_embedded"]["tags"]] == ["prod"]
    [place] = read(target, "/environments?name=live")["_embedded"]["environments"]
    deployed = read(target, f"/environments/{place['uuid']}/deployed-versions/currently-deployed")
    assert [
        (each["_embedded"]["version"]["number"], each["applicationInstance"], each["createdAt"])
        for each in deployed["_embedded"]["deployedVersions"]
    ] == [("20", "blue", "2021-03-06T00:00:00.000000+00:00")]


def _heads(version: Any) -> list[tuple[str, bool]]:
    return [(each["name"], each["latest"]) for each in version["_embedded"]["branchVersions"]]


def test_a_contract_is_stored_as_it_was_published_and_its_results_hang_on_our_ids(
    contractkit: Call, target: str
) -> None:
    with pact_broker(CURRENT) as url:
        contractkit("import-broker", url, "--broker", target)
    pact = read(target, f"{PAIR}/version/feat%2F2")
    file = httpx.get(pact["_links"]["contractkit:file"]["href"]).text
    assert '"total": 12.5' in file
    assert "_links" not in file
    assert "_id" not in file
    [interaction] = pact["interactions"]
    [link] = {each["verificationResult"]["_links"]["self"]["href"] for each in _rows(target, "20")}
    result = httpx.get(link).json()
    assert {name: result[name] for name in ("buildUrl", "verificationDate", "verifiedBy", "testResults")} == {
        "buildUrl": "https://ci.example/2",
        "verificationDate": "2021-03-05T00:00:02.000000+00:00",
        "verifiedBy": {"implementation": "pact-ruby", "version": "1.0"},
        "testResults": [{"interactionId": interaction["_id"], "success": False}],
    }
    answer = contractkit("can-i-deploy", "Zoo App", "--version", "1", "--to-environment", "live", "--broker", target)
    assert (answer.code, answer.out.splitlines()[0]) == (1, "Zoo App 1 cannot be deployed to live.")


def _rows(target: str, provider_version: str) -> Any:
    query = f"q[][pacticipant]=Zoo App&q[][pacticipant]=Order API&q[][version]={provider_version}"
    return [each for each in read(target, f"/matrix?{query}")["matrix"] if each["verificationResult"]]


def test_a_broker_of_before_there_were_environments_gives_what_it_has(contractkit: Call, target: str) -> None:
    with pact_broker(OLD) as url:
        ended = contractkit("import-broker", url, "--broker", target)
    assert (
        ended.out
        == f"""\
{url} is imported into {target}.

                       imported   there before
  environments         0          0
  applications         2          0
  versions             3          0
  contracts            1          0
  places on branches   0          0
  results              2          0
  deployments          0          0
  releases             0          0

Never imported:
  environments, deployments and releases
    the broker is older than these
"""
    )
    assert ended.code == 0


def test_only_the_newest_versions_are_imported_with_heads_and_what_runs(contractkit: Call, target: str) -> None:
    with pact_broker(CURRENT) as url:
        ended = contractkit("import-broker", url, "--latest", "--broker", target)
        numbers = [each["number"] for each in read(target, "/pacticipants/Zoo%20App/versions")["versions"]]
        assert (ended.code, numbers) == (0, ["3", "feat/2"])
        rest = contractkit("import-broker", url, "--broker", target)
    assert "  the order of the versions of Zoo App\n    2 older than what was here came in after it" in rest.out
    versions = read(target, "/pacticipants/Zoo%20App/versions")["versions"]
    assert {each["number"]: _heads(each) for each in versions} == {
        "3": [("trunk", True)],
        "feat/2": [("feat/x", True)],
        "1": [("trunk", False)],
        "0": [],
    }


def test_what_has_gone_on_here_since_is_not_written_over(contractkit: Call, target: str) -> None:
    with pact_broker(CURRENT) as url:
        contractkit("import-broker", url, "--broker", target)
        arguments = ("Order API", "--version", "10", "--environment", "live", "--instance", "blue", "--broker", target)
        assert contractkit("record-deployment", *arguments).code == 0
        contractkit("application", "update", "Zoo App", "--main-branch", "main", "--broker", target)
        again = contractkit("import-broker", url, "--broker", target)
    assert "Left as it is here:\n  Order API in live\n    here it is 10 since 20" in again.out
    assert read(target, "/pacticipants/Zoo%20App")["mainBranch"] == "main"
    assert _running(target) == ["10"]


def _running(target: str) -> list[str]:
    [place] = read(target, "/environments?name=live")["_embedded"]["environments"]
    found = read(target, f"/environments/{place['uuid']}/deployed-versions/currently-deployed")
    return [each["_embedded"]["version"]["number"] for each in found["_embedded"]["deployedVersions"]]


@pytest.mark.parametrize("way", ["url", "user and password", "token", "token file"])
def test_a_broker_that_wants_to_know_who_asks_is_told(
    way: str, contractkit: Call, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options, wanted = [], "Basic YW5hOnMzY3JldA=="
    if way == "user and password":
        monkeypatch.setenv("PACT_BROKER_USERNAME", "ana")
        monkeypatch.setenv("PACT_BROKER_PASSWORD", "s3cret")
    elif way == "token":
        monkeypatch.setenv("PACT_BROKER_TOKEN", "t0ken")
        wanted = "Bearer t0ken"
    elif way == "token file":
        (tmp_path / "token").write_text("t0ken\n")
        options, wanted = ["--source-token-file", "token"], "Bearer t0ken"
    with pact_broker(OLD, authorization=wanted) as url:
        at = url.replace("//", "//ana:s3cret@") if way == "url" else url
        ended = contractkit("import-broker", at, *options, "--broker", target)
    assert ended.code == 0
    assert "s3cret" not in ended.out + ended.err
    assert "t0ken" not in ended.out + ended.err


def test_pacts_token_is_for_the_source_alone(contractkit: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACT_BROKER_TOKEN", "t0ken")
    with pact_broker(OLD, authorization="Bearer t0ken") as url, pact_broker(OLD, authorization="nobody's") as other:
        ended = contractkit("import-broker", url, "--broker", other)
    assert (ended.code, ended.err.splitlines()[0]) == (4, "The broker does not know who is asking.")


def test_a_dry_run_writes_nothing_and_says_the_same(contractkit: Call, target: str) -> None:
    with pact_broker(CURRENT) as url:
        dry = contractkit("import-broker", url, "--dry-run", "--broker", target)
        assert read(target, "/pacticipants")["pacticipants"] == []
        wet = contractkit("import-broker", url, "--broker", target)
    said = wet.out.replace(f"{url} is imported", f"{url} would be imported")
    assert dry.code == wet.code == 1
    assert (
        dry.out.split("Not imported")[0].split()
        == said.replace("imported   there", "would be imported   there").split("Not imported")[0].split()
    )
    assert dry.out.endswith("This was a dry run: nothing was written.\n")


def test_a_broker_below_a_path_that_is_busy_at_first_is_waited_for(contractkit: Call, target: str) -> None:
    with pact_broker(OLD, prefix="/pacts/broker", is_busy=True) as url:
        ended = contractkit("import-broker", url, "--broker", target)
    assert (ended.code, ended.out.splitlines()[0]) == (0, f"{url} is imported into {target}.")
    assert read(target, f"{PAIR}/version/1")["interactions"][0]["description"] == "a request for an order"


def test_no_more_is_asked_at_once_than_is_allowed(contractkit: Call, target: str) -> None:
    crowd = Crowd()
    with pact_broker(CURRENT, crowd=crowd) as url:
        contractkit("import-broker", url, "--readers", "1", "--broker", target)
    assert crowd.most == 1


def test_a_version_with_another_contract_here_keeps_it_and_gets_no_results_of_the_other(
    contractkit: Call, target: str
) -> None:
    here = pact("1", OTHER_SHA, "/elsewhere")
    assert httpx.put(f"{target}{PAIR}/version/1", json=here).status_code == 201
    with pact_broker(OLD) as url:
        ended = contractkit("import-broker", url, "--broker", target)
    assert ended.code == 1
    assert (
        "Not imported:\n"
        "  2 results on the contract of Zoo App 1 with Order API\n"
        "    this version has another contract here\n"
    ) in ended.out
    assert read(target, f"{PAIR}/version/1")["interactions"][0]["request"]["path"] == "/elsewhere"
    assert _rows(target, "20") == []


def test_one_contract_that_the_broker_has_lost_does_not_stop_the_others(contractkit: Call, target: str) -> None:
    lost = {path: answer for path, answer in CURRENT.items() if path != f"{PAIR}/version/3"}
    with pact_broker(lost) as url:
        ended = contractkit("import-broker", url, "--broker", target)
    assert (
        "  the contract of Zoo App 3 with Order API\n    the broker lists it, and has no contract at its address\n"
    ) in ended.out
    assert read(target, f"{PAIR}/version/1")["consumer"] == {"name": "Zoo App"}
    assert read(target, "/pacticipants/Zoo%20App/versions/3")["number"] == "3"

"""`contractkit publish`: what is published, and what is refused."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from contractkit.broker_client import open_broker, read_address
from contractkit.model import Contract, Evidence, TestReference
from contractkit.recording.local_state import Confirmations, current_revision, write_confirmations

Run = Callable[..., Any]
Keep = Callable[..., Path]

TEST = TestReference(node_id="tests/test_orders.py::test_total", file="tests/test_orders.py", line=9)


def recorded(contract: Contract) -> Contract:
    [one] = contract.interactions
    return replace(contract, interactions=(replace(one, evidence=(Evidence(test=TEST),)),))


def confirm(root: Path, *keys: str) -> None:
    revision = current_revision(root)
    write_confirmations(root, Confirmations(revision=revision, keys={"web-shop-orders.json": frozenset(keys)}))


def test_what_was_published_is_said_with_its_page(contractkit: Run, consumer: Path, broker: str, keep: Keep) -> None:
    keep(consumer / "contracts")
    ended = contractkit("publish", "--version", "1.4.0", "--branch", "main", "--broker", broker)
    assert ended.code == 0
    assert ended.out.startswith(
        f"web-shop 1.4.0 (branch main) published to {broker}:\n\n  orders   1 interaction\n\nRead it at\n  {broker}/"
    )
    page = ended.out.split()[-1]
    assert httpx.get(page, headers={"accept": "text/html"}).status_code == 200


def test_version_and_branch_are_detected_and_said(contractkit: Run, consumer: Path, broker: str, keep: Keep) -> None:
    keep(consumer / "contracts")
    ended = contractkit("publish", "--broker", broker)
    commit = current_revision(consumer)
    assert (ended.code, ended.err) == (0, f"Version detected: {commit}.\nBranch detected: main.\n")
    assert ended.out.startswith(f"web-shop {commit} (branch main) published to")


def test_the_branch_of_a_build_system_wins(
    contractkit: Run, consumer: Path, broker: str, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(consumer / "contracts")
    monkeypatch.setenv("GITHUB_REF_NAME", "feature/x")
    ended = contractkit("publish", "--version", "1", "--broker", broker)
    assert ended.out.startswith("web-shop 1 (branch feature/x) published to")


def test_changed_files_are_said(contractkit: Run, consumer: Path, broker: str, keep: Keep) -> None:
    keep(consumer / "contracts")
    subprocess.run(["git", "add", "pyproject.toml"], cwd=consumer, check=True)
    ended = contractkit("publish", "--broker", broker)
    assert ended.err.startswith(f"Version detected: {current_revision(consumer)}, though files differ from it.\n")


def test_publishing_twice_is_fine(contractkit: Run, consumer: Path, broker: str, keep: Keep) -> None:
    keep(consumer / "contracts")
    codes = [contractkit("publish", "--version", "1", "--broker", broker).code for _ in range(2)]
    assert codes == [0, 0]


def test_other_content_under_one_version_is_1_with_the_difference(
    contractkit: Run, consumer: Path, broker: str, keep: Keep, an_order: Run
) -> None:
    keep(consumer / "contracts")
    contractkit("publish", "--version", "1", "--broker", broker)
    keep(consumer / "contracts", an_order("/orders/8"))
    ended = contractkit("publish", "--version", "1", "--broker", broker)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("Branch detected: main.\nThe contracts of web-shop were not published.\n")
    assert "  answered   409 Conflict\n" in ended.err
    assert "getOrder answers 200" in ended.err


def test_machines_read_it_too(contractkit: Run, consumer: Path, broker: str, keep: Keep) -> None:
    keep(consumer / "contracts")
    ended = contractkit("publish", "--version", "1", "--branch", "b", "--broker", broker, "--format", "json")
    document = json.loads(ended.out)
    [publication] = document["publications"]
    assert publication.pop("pages")
    assert document == {
        "schema_version": 1,
        "dry_run": False,
        "publications": [
            {
                "consumer": "web-shop",
                "version": "1",
                "branch": "b",
                "build_url": None,
                "tags": [],
                "contracts": [{"provider": "orders", "interactions": 1}],
            }
        ],
    }


def test_interactions_that_no_test_confirmed_are_refused(
    contractkit: Run, consumer: Path, broker: str, keep: Keep, an_order: Run
) -> None:
    file = keep(consumer / "contracts", recorded(an_order()))
    ended = contractkit("publish", "--version", "1", "--broker", broker)
    assert (ended.code, ended.err) == (
        1,
        "Nothing was published: 1 interaction was not confirmed by tests at this version.\n\n"
        f"  {file}   getOrder answers 200 (tests/test_orders.py:9)\n\n"
        "Run the tests and publish again, or publish with --allow-unconfirmed.\n",
    )
    assert contractkit("publish", "--version", "1", "--broker", broker, "--allow-unconfirmed").code == 0


def test_confirmed_interactions_are_published(
    contractkit: Run, consumer: Path, broker: str, keep: Keep, an_order: Run
) -> None:
    keep(consumer / "contracts", recorded(an_order()))
    confirm(consumer, "0123456789abcdef")
    assert contractkit("publish", "--version", "1", "--broker", broker).code == 0


def test_what_was_confirmed_at_an_earlier_revision_is_refused(
    contractkit: Run, consumer: Path, broker: str, keep: Keep, an_order: Run
) -> None:
    keep(consumer / "contracts", recorded(an_order()))
    confirm(consumer, "0123456789abcdef")
    before = current_revision(consumer)
    commit = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "--allow-empty", "-m", "b"]
    subprocess.run(commit, cwd=consumer, check=True)
    ended = contractkit("publish", "--version", "1", "--broker", broker)
    assert ended.code == 1
    assert before is not None
    assert before in ended.err


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        ("AKIAABCDEFGHIJKLMNOP", "an AWS access key"),
        ("ghp_" + "a" * 36, "a GitHub token"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "a JSON Web Token"),
        ("-----BEGIN RSA PRIVATE KEY-----", "a private key"),
        ("postgresql://shop:hunter22@db.example/orders", "a password in a URL"),
    ],
)
def test_a_likely_secret_is_refused_and_not_repeated(
    contractkit: Run, consumer: Path, broker: str, keep: Keep, an_order: Run, secret: str, words: str
) -> None:
    file = keep(consumer / "contracts", an_order(expects={"note": secret}))
    ended = contractkit("publish", "--version", "1", "--broker", broker)
    assert (ended.code, ended.err) == (
        2,
        "Nothing was published: something looks like a credential.\n\n"
        f"  {file}   /interactions/0/response/body/content/note: looks like {words}\n\n"
        "Use invented values in the tests, or publish with --allow-likely-secrets.\n",
    )


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["absent.json"], 2, "There are no contracts at that place.\n"),
        (["pyproject.toml"], 2, "pyproject.toml is not JSON.\n"),
        (["empty"], 3, "There is no contract to publish.\n\n  looked in   empty\n\nRun the consumer's tests first"),
    ],
)
def test_wrong_use_is_one_message(
    contractkit: Run, consumer: Path, broker: str, arguments: list[str], code: int, message: str
) -> None:
    (consumer / "empty").mkdir()
    ended = contractkit("publish", *arguments, "--version", "1", "--broker", broker)
    assert (ended.code, ended.out) == (code, "")
    assert ended.err.startswith(message)


def test_two_files_between_the_same_two_are_refused_before_anything_is_sent(
    contractkit: Run, consumer: Path, broker: str, keep: Keep
) -> None:
    one = keep(consumer / "contracts")
    another = one.with_name("copy.json")
    another.write_bytes(one.read_bytes())
    ended = contractkit("publish", "--version", "1", "--broker", broker)
    assert (ended.code, ended.out, ended.err) == (
        2,
        "",
        "Nothing was published: two files are the contract of web-shop with orders.\n\n"
        f"  one       {another}\n"
        f"  another   {one}\n\n"
        "Name the one that counts, or take the other away.\n",
    )


def test_a_project_without_contracts_has_nothing_to_publish(contractkit: Run, consumer: Path, broker: str) -> None:
    ended = contractkit("publish", "--version", "1", "--broker", broker)
    assert (ended.code, ended.out) == (3, "")
    assert ended.err.startswith("There is no contract to publish.\n")


def test_without_a_broker_the_settings_to_add_are_shown(contractkit: Run, consumer: Path, keep: Keep) -> None:
    keep(consumer / "contracts")
    ended = contractkit("publish", "--version", "1")
    assert (ended.code, ended.err) == (
        2,
        "No broker is set.\n\n"
        "Give --broker URL, set CONTRACTKIT_BROKER, or add to pyproject.toml:\n\n"
        '[tool.contractkit]\nbroker = "https://broker.example"\n',
    )


@pytest.mark.slow
def test_a_broker_that_is_down_is_4(contractkit: Run, consumer: Path, keep: Keep, unused_port: int) -> None:
    keep(consumer / "contracts")
    ended = contractkit("publish", "--version", "1", "--branch", "b", "--broker", f"http://127.0.0.1:{unused_port}")
    assert (ended.code, ended.err) == (
        4,
        f"The broker at http://127.0.0.1:{unused_port} cannot be reached.\n\n"
        "  reason   connection refused\n\n"
        "Check the URL and the network.\n",
    )


def test_a_dry_run_checks_and_asks_no_broker(contractkit: Run, consumer: Path, keep: Keep) -> None:
    keep(consumer / "contracts")
    ended = contractkit("publish", "--version", "1", "--branch", "b", "--dry-run", "--build-url", "http://ci/1")
    assert (ended.code, ended.out, ended.err) == (
        0,
        "web-shop 1 (branch b) would be published:\n\n  orders   1 interaction\n",
        "\nThis was a dry run: nothing was sent.\n",
    )


def test_the_page_of_the_build_is_detected_and_said(
    contractkit: Run, consumer: Path, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(consumer / "contracts")
    monkeypatch.setenv("BUILD_URL", "http://ci/1")
    ended = contractkit("publish", "--version", "1", "--branch", "b", "--dry-run", "--format", "json")
    assert ended.err.startswith("Page of the build detected: http://ci/1\n")
    assert json.loads(ended.out)["publications"][0]["build_url"] == "http://ci/1"


def test_a_pattern_stands_for_files_and_directories(
    contractkit: Run, consumer: Path, broker: str, keep: Keep, an_order: Run
) -> None:
    keep(consumer / "one/contracts")
    keep(consumer / "two/contracts", an_order(consumer="courier"))
    for pattern in ("*/contracts", "*/contracts/*.json", str(consumer / "*/contracts")):
        ended = contractkit("publish", pattern, "--version", "1", "--broker", broker, "--format", "json")
        assert [each["consumer"] for each in json.loads(ended.out)["publications"]] == ["courier", "web-shop"]
    ended = contractkit("publish", "three/*.json", "--version", "1", "--broker", broker)
    assert (ended.code, ended.err.splitlines()[2]) == (2, "  path   three/*.json")


def test_shards_of_one_build_are_joined(
    contractkit: Run, consumer: Path, broker: str, keep: Keep, an_order: Run
) -> None:
    [one] = an_order().interactions
    another = replace(an_order("/orders/8").interactions[0], key="fedcba9876543210", description="another")
    for interaction in (one, another):
        keep(consumer / "contracts", replace(an_order(), interactions=(interaction,)))
        assert contractkit("publish", "--version", "1", "--broker", broker, "--merge").code == 0
    with open_broker(read_address(broker)) as client:
        [stored] = client.contracts_to_verify("orders", selectors=[{"latest": True}])
    assert len(json.loads(stored.data)["interactions"]) == 2


def test_what_was_published_before_a_conflict_is_still_said(
    contractkit: Run, consumer: Path, broker: str, keep: Keep, an_order: Run
) -> None:
    keep(consumer / "contracts")
    contractkit("publish", "--version", "1", "--broker", broker)
    keep(consumer / "contracts", an_order("/orders/8"))
    keep(consumer / "contracts", an_order(consumer="courier"))
    ended = contractkit("publish", "--version", "1", "--broker", broker)
    assert (ended.code, ended.out.splitlines()[0]) == (1, f"courier 1 (branch main) published to {broker}:")
    assert "The contracts of web-shop were not published.\n" in ended.err

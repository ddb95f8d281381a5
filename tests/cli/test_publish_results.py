"""Results that reach the broker exactly once, kept where it is lost, and reused where they say what would be found."""

import contextlib
import json
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from contractkit.document import dump_contract
from contractkit.model import Contract

pytestmark = pytest.mark.slow
Run = Callable[..., Any]
PACT = "/pacts/provider/orders/consumer/web-shop/version/4.1.0"
VERIFY = ("verify", "orders", "--provider-version", "8f2c1e4")


@pytest.fixture
def published(broker: str, provider: Path, an_order: Callable[..., Contract], monkeypatch: pytest.MonkeyPatch) -> str:
    """Give a broker that has web-shop's contract and is the one of the provider's settings."""
    monkeypatch.setenv("CONTRACTKIT_BROKER", broker)
    put(broker, an_order())
    return broker


def put(broker: str, contract: Contract, version: str = "4.1.0") -> None:
    at = f"/pacts/provider/orders/consumer/{contract.consumer}/version/{version}"
    httpx.put(f"{broker}{at}", content=dump_contract(contract)).raise_for_status()
    branch = f"/pacticipants/{contract.consumer}/branches/main/versions/{version}"
    httpx.put(f"{broker}{branch}", json={}).raise_for_status()
    httpx.put(f"{broker}/pacticipants/{contract.consumer}", json={"mainBranch": "main"}).raise_for_status()


def results(broker: str) -> list[Any]:
    page = httpx.get(f"{broker}{PACT}").json()["_links"]["pb:pact-version"]["href"]
    return list(httpx.get(f"{page}/verification-results").json()["_embedded"]["verificationResults"])


def kept(provider: Path) -> list[Path]:
    return sorted((provider / ".contractkit/unpublished").glob("*.json"))


class Way:
    """A way to a broker on which requests that start with a text are lost, before or after the broker had them."""

    def __init__(self, broker: str) -> None:
        self._broker = httpx.URL(broker)
        self.lost_before = self.lost_after = ""

    def serve(self, connection: socket.socket) -> None:
        with connection:
            asked = b""
            while b"\r\n\r\n" not in asked:
                asked += connection.recv(65536)
            head, _, body = asked.partition(b"\r\n\r\n")
            if self.lost_before and head.startswith(self.lost_before.encode()):
                return
            answer = self._answer(connection, head, body)
            if self.lost_after and head.startswith(self.lost_after.encode()):
                self.lost_after = ""
                return
            connection.sendall(answer)

    def _answer(self, connection: socket.socket, head: bytes, body: bytes) -> bytes:
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        while len(body) < (int(lengths[0].partition(b":")[2]) if lengths else 0):
            body += connection.recv(65536)
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
        with socket.create_connection((self._broker.host, self._broker.port)) as there:
            there.sendall(b"\r\n".join([*lines, b"connection: close"]) + b"\r\n\r\n" + body)
            return b"".join(iter(lambda: there.recv(65536), b""))


@pytest.fixture
def way(published: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Way]:
    """Give a way to the broker; it is the one of the provider's settings, and nobody waits long on it."""
    way = Way(published)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    threading.Thread(target=way.serve, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        monkeypatch.setenv("CONTRACTKIT_BROKER", f"http://127.0.0.1:{listener.getsockname()[1]}")
        monkeypatch.setattr("contractkit.broker_client.earlier._WAITS", (0.01,))
        yield way
        listener.shutdown(socket.SHUT_RDWR)


def test_a_dry_run_says_what_would_be_published_and_publishes_nothing(contractkit: Run, published: str) -> None:
    ended = contractkit(*VERIFY, "--publish", "--dry-run")
    assert ended.code == 0
    assert ended.err.endswith("web-shop: would be published as passed by orders 8f2c1e4.\n")
    assert results(published) == []


RESULTS = "POST /pacts/provider/orders/consumer/web-shop/pact-version"


def test_a_result_whose_answer_is_lost_is_told_once(contractkit: Run, published: str, way: Way) -> None:
    way.lost_after = RESULTS
    ended = contractkit(*VERIFY, "--publish")
    assert (ended.code, len(results(published))) == (0, 1)
    assert "web-shop: published as passed by orders 8f2c1e4: " in ended.err


def test_what_a_lost_broker_was_not_told_is_kept_and_told_once(
    contractkit: Run, published: str, provider: Path, way: Way
) -> None:
    way.lost_before = RESULTS
    ended = contractkit(*VERIFY, "--publish")
    assert ended.code == 4
    assert ended.out.startswith("orders does what web-shop expects: 1 interaction passed.\n")
    [file] = kept(provider)
    assert ended.err.endswith(
        f"  kept          {file}\n  results for   web-shop\n\nCheck the URL and the network.\n\n"
        "What was not told is kept. To tell it: contractkit publish-results\n"
    )
    way.lost_before = ""
    ended = contractkit("publish-results")
    assert ended.code == 0
    assert ended.out.endswith(" what was kept.\n\n  web-shop: passed by orders 8f2c1e4\n")
    assert [(each["success"], each["providerApplicationVersion"]) for each in results(published)] == [(True, "8f2c1e4")]
    assert kept(provider) == []


def test_what_is_told_before_the_broker_is_lost_is_not_kept(
    contractkit: Run, published: str, provider: Path, way: Way, an_order: Callable[..., Contract]
) -> None:
    put(published, an_order(consumer="courier-app"))
    (provider / "openapi.yaml").write_text("openapi: 3.1.0\ninfo: {title: a, version: '1'}\npaths: {}\n")
    way.lost_before = RESULTS.replace("web-shop", "courier-app")
    ended = contractkit(*VERIFY, "--publish", "--definition", "openapi.yaml", "--branch", "main")
    assert ended.code == 4
    [file] = kept(provider)
    found = json.loads(file.read_text())
    assert ([each["consumer"] for each in found["results"]], found["definition"]) == (["courier-app"], None)
    assert len(results(published)) == 1
    assert found["build"] == {"application": "orders", "version": "8f2c1e4", "branch": "main", "url": None}


def test_where_nothing_can_be_kept_the_loss_is_told(contractkit: Run, provider: Path, way: Way) -> None:
    (provider / ".contractkit").write_text("a file where a directory would be")
    way.lost_before = RESULTS
    ended = contractkit(*VERIFY, "--publish")
    assert ended.code == 4
    assert ended.out.startswith("orders does what web-shop expects: 1 interaction passed.\n")
    assert ended.err.endswith(
        "  kept          nowhere: nothing can be written here\n  results for   web-shop\n\n"
        "Check the URL and the network.\n\nWhat was not told is lost: verify again with --publish.\n"
    )


@pytest.fixture
def lost(contractkit: Run, provider: Path, way: Way) -> Path:
    """Give the file of a result that was kept; the broker is there again."""
    way.lost_before = RESULTS
    contractkit(*VERIFY, "--publish")
    way.lost_before = ""
    [file] = kept(provider)
    return file


def test_what_the_broker_has_already_is_not_told_again(
    contractkit: Run, published: str, provider: Path, lost: Path
) -> None:
    text = lost.read_text()
    assert contractkit("publish-results").code == 0
    lost.write_text(text)
    ended = contractkit("publish-results")
    assert ended.code == 0
    assert "web-shop: the broker has this result already.\n" in ended.err
    assert len(results(published)) == 1
    assert kept(provider) == []


def test_kept_results_are_listed_without_asking_the_broker(contractkit: Run, lost: Path) -> None:
    ended = contractkit("publish-results", "--dry-run", "--broker", "http://127.0.0.1:9")
    assert (ended.code, ended.out) == (0, "  web-shop: passed by orders 8f2c1e4\n")
    told = json.loads(contractkit("publish-results", "--dry-run", "--format", "json").out)
    assert told == {
        "schema_version": 1,
        "dry_run": True,
        "results": [{"consumer": "web-shop", "provider": "orders", "version": "8f2c1e4", "passed": True}],
    }
    assert lost.exists()


def test_where_the_broker_stays_lost_or_is_another_the_result_stays_kept(
    contractkit: Run, provider: Path, lost: Path, way: Way
) -> None:
    way.lost_before = RESULTS
    assert contractkit("publish-results").code == 4
    assert kept(provider) == [lost]
    lost.write_text(json.dumps({**json.loads(lost.read_text()), "broker": "https://other.example"}))
    ended = contractkit("publish-results")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"Results are kept for another broker.\n\n  file       {lost}\n")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema_version": 2}', '{"schema_version": 1, "broker": 7}'])
def test_a_file_that_was_not_kept_is_told(contractkit: Run, provider: Path, text: str) -> None:
    folder = provider / ".contractkit/unpublished"
    folder.mkdir(parents=True)
    (folder / "a.json").write_text(text)
    ended = contractkit("publish-results", "--broker", "http://127.0.0.1:9")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"A kept result cannot be read.\n\n  file     {folder / 'a.json'}\n")


def test_nothing_kept_is_3(contractkit: Run, provider: Path) -> None:
    ended = contractkit("publish-results")
    assert (ended.code, ended.err) == (
        3,
        f"No results are kept, so nothing was published.\n\n  project   {provider}\n",
    )


def test_what_this_version_was_verified_against_is_not_replayed_again(contractkit: Run, published: str) -> None:
    assert contractkit(*VERIFY, "--publish").code == 0
    [stored] = results(published)
    url = stored["_links"]["self"]["href"]
    again = contractkit(*VERIFY, "--publish")
    assert (again.code, again.out) == (
        0,
        "orders does what web-shop expects, as this version was found to do before.\n\n"
        f"  web-shop   verified before: {url}\n",
    )
    assert "Replaying nothing: all was verified by this version already. --force replays it.\n" in again.err
    assert len(results(published)) == 1
    report = json.loads(contractkit(*VERIFY, "--format", "json").out)
    assert report["contracts"][0]["verified_before"] == url


def test_what_is_not_the_same_or_is_forced_is_replayed(contractkit: Run, published: str) -> None:
    contractkit(*VERIFY, "--publish")
    reused = {
        options: "verified before" in contractkit(*VERIFY, *options).out
        for options in (("--force",), ("--provider-version", "other"), ("--repeat", "2"), ("--consumer", "web-shop"))
    }
    assert reused == {
        ("--force",): False,
        ("--provider-version", "other"): False,
        ("--repeat", "2"): False,
        ("--consumer", "web-shop"): True,  # the contract is whole all the same
    }


def test_a_result_of_another_verifier_a_failure_and_other_content_are_not_reused(
    contractkit: Run, published: str, an_order: Callable[..., Contract]
) -> None:
    contractkit(*VERIFY, "--publish")
    [stored] = results(published)
    link = httpx.get(f"{published}{PACT}").json()["_links"]["pb:publish-verification-results"]["href"]
    other = {"implementation": "contractkit", "version": "999.0.0"}
    httpx.post(link, json={**stored, "verifiedBy": other, "_links": {}}).raise_for_status()
    assert "1 interaction passed" in contractkit(*VERIFY).out
    put(published, an_order(expects={"id": 7}), version="4.2.0")
    assert "1 interaction passed" in contractkit(*VERIFY).out


def test_a_version_that_git_tells_is_reused_only_where_all_is_committed(
    contractkit: Run, published: str, provider: Path
) -> None:
    (provider / ".gitignore").write_text("__pycache__\n")
    git(provider, "init", "-q", "-b", "main")
    git(provider, "add", ".")
    git(provider, "commit", "-q", "-m", "a")
    assert contractkit("verify", "orders", "--publish").code == 0
    assert "verified before" in contractkit("verify", "orders").out
    (provider / "new.py").write_text("")
    assert "1 interaction passed" in contractkit("verify", "orders").out


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True)


def test_owed_is_what_this_version_has_no_result_for(
    contractkit: Run, published: str, an_order: Callable[..., Contract]
) -> None:
    put(published, an_order(consumer="courier-app"))
    first = contractkit(*VERIFY, "--owed", "--publish", "--consumer", "web-shop")
    assert first.out.startswith("orders does what web-shop expects: 1 interaction passed.\n")
    rest = contractkit(*VERIFY, "--owed", "--publish")
    assert rest.out.startswith("orders does what courier-app expects: 1 interaction passed.\n")
    none = contractkit(*VERIFY, "--owed")
    assert (none.code, none.out) == (3, "")
    assert none.err.endswith("Nothing is owed: orders 8f2c1e4 has a result for every contract.\n")


def test_failed_is_what_did_not_pass_in_the_last_run_here(
    contractkit: Run, provider: Path, keep: Callable[..., Path], an_order: Callable[..., Contract]
) -> None:
    keep(provider / "contracts", an_order(expects={"id": "7"}))
    keep(provider / "contracts", an_order(consumer="courier-app"))
    assert contractkit("verify", "orders").code == 1
    again = contractkit("verify", "orders", "--failed")
    assert again.out.startswith("1 interaction with orders: 1 failed.\n\n  web-shop   1 failed\n")
    keep(provider / "contracts", an_order())
    assert contractkit("verify", "orders", "--failed").code == 0
    none = contractkit("verify", "orders", "--failed")
    assert (none.code, none.err) == (
        3,
        "Nothing of what is selected failed in the last run with orders here, so nothing was verified.\n",
    )


def test_failed_without_a_run_here_is_what_the_broker_knows(
    contractkit: Run, published: str, provider: Path, an_order: Callable[..., Contract]
) -> None:
    put(published, an_order(consumer="courier-app", expects={"id": "7"}))
    assert contractkit(*VERIFY, "--publish").code == 1
    (provider / ".contractkit/verified.json").unlink()
    ended = contractkit(*VERIFY, "--failed")
    assert ended.out.startswith("1 interaction with orders: 1 failed.\n\n  courier-app   1 failed\n")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--owed", "--contracts", "contracts"], 2, "--owed asks the broker, and the contracts are files.\n"),
        (["--dry-run"], 2, "--dry-run is for --publish: without it nothing is published.\n"),
        (["--failed"], 3, "No run with orders is known here, so nothing is known to have failed.\n"),
    ],
)
def test_a_selection_that_cannot_be_made_is_told(
    contractkit: Run, provider: Path, keep: Callable[..., Path], arguments: list[str], code: int, message: str
) -> None:
    keep(provider / "contracts")
    ended = contractkit("verify", "orders", *arguments)
    assert (ended.code, ended.out) == (code, "")
    assert ended.err.startswith(message)


def test_what_failed_and_what_is_owed_are_two_questions(contractkit: Run, published: str) -> None:
    ended = contractkit(*VERIFY, "--failed", "--owed")
    assert (ended.code, ended.err) == (2, "--failed and --owed cannot be given together.\n")


def test_what_is_replayed_of_each_contract_is_explained(
    contractkit: Run, published: str, an_order: Callable[..., Contract]
) -> None:
    contractkit(*VERIFY, "--publish")
    [stored] = results(published)
    put(published, an_order(consumer="courier-app"))
    ended = contractkit(*VERIFY, "--explain-selection")
    told = ended.err.partition("What is replayed\n\n")[2].partition("\n\n")[0].splitlines()
    assert [line.split(", from ")[0] for line in told] == [
        "  web-shop      nothing",
        "  courier-app   1 of 1 interaction",
    ]
    assert told[0].endswith(f": this version was verified before: {stored['_links']['self']['href']}")


def test_files_and_filters_are_explained_too(
    contractkit: Run, provider: Path, keep: Callable[..., Path], an_order: Callable[..., Contract]
) -> None:
    keep(provider / "contracts")
    keep(provider / "contracts", an_order(consumer="courier-app"))
    ended = contractkit("verify", "orders", "--explain-selection", "--consumer", "web-shop")
    assert ended.err.startswith(
        "What is replayed\n\n"
        "  courier-app   0 of 1 interaction, from contracts/courier-app-orders.json\n"
        "  web-shop      1 of 1 interaction, from contracts/web-shop-orders.json\n"
    )

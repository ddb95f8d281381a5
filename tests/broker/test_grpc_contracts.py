"""Contracts with calls over gRPC: what a Pact verifier without its plugin is given, and what its success is worth."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pact import Verifier

from contractkit.document import file_digest
from tests.broker.conftest import Story

Json = Any

MIXED = (Path(__file__).parents[2] / "contracts/samples/courier-app-inventory.json").read_bytes()
STATEMENT = (
    "1 call over gRPC is left out: a Pact verifier without its protobuf plugin fails a file that has any. "
    "Until they are replayed, this contract does not count as verified: contractkit verify inventory"
)
OURS = {"User-Agent": "contractkit"}


@pytest.fixture
def published(broker: Story) -> Story:
    broker.publish("courier-app", "2.9.3", json.loads(MIXED), branch="main")
    return broker


def fetched(broker: Story, headers: dict[str, str] | None = None, query: str = "") -> tuple[Json, Json]:
    """Give the one contract to verify, as it is listed and as it is fetched."""
    form = {"consumerVersionSelectors": [{"latest": True}], "includePendingStatus": True}
    url = f"/pacts/provider/inventory/for-verification{query}"
    (listed,) = broker.http.post(url, json=form, headers=headers).json()["_embedded"]["pacts"]
    return listed, broker.http.get(listed["_links"]["self"]["href"], headers=headers).json()


def report(broker: Story, pact: Json, *interactions: Json, success: bool = True, version: str = "1.0") -> Json:
    """Publish a verification of some interactions, the way a verifier does it."""
    results = [{"interactionId": each["_id"], "success": success} for each in interactions]
    body = {"success": success, "providerApplicationVersion": version, "testResults": results}
    return broker.http.post(pact["_links"]["pb:publish-verification-results"]["href"], json=body).json()


def kinds(pact: Json) -> list[str]:
    return [each["type"] for each in pact["interactions"]]


def every(pact: Json) -> list[Json]:
    return [*pact["interactions"], *pact["metadata"]["contractkit"]["interactions"]]


def test_a_pact_verifier_gets_the_view_without_grpc(published: Story) -> None:
    listed, pact = fetched(published)
    assert kinds(pact) == ["Synchronous/HTTP"]
    assert "plugins" not in pact["metadata"]
    assert STATEMENT in [each["text"] for each in listed["verificationProperties"]["notices"]]
    direct = published.http.get("/pacts/provider/inventory/consumer/courier-app/version/2.9.3").json()
    assert kinds(direct) == ["Synchronous/HTTP"]


@pytest.mark.parametrize(("headers", "query"), [(OURS, ""), ({}, "?plugins=protobuf")])
def test_who_can_replay_calls_gets_the_whole_file(published: Story, headers: dict[str, str], query: str) -> None:
    listed, pact = fetched(published, headers, query)
    assert kinds(pact) == ["Synchronous/HTTP", "Synchronous/Messages"]
    assert [each["name"] for each in pact["metadata"]["plugins"]] == ["protobuf"]
    assert STATEMENT not in [each["text"] for each in listed["verificationProperties"]["notices"]]


def test_the_stored_bytes_stay_whole(published: Story) -> None:
    _, pact = fetched(published)
    stored = published.http.get(pact["_links"]["contractkit:file"]["href"]).content
    assert json.loads(stored) == json.loads(MIXED)
    assert pact["_links"]["contractkit:file"]["href"].endswith(file_digest(stored).replace(":", "%3A"))


def test_ids_are_those_of_the_whole_file(published: Story) -> None:
    _, part = fetched(published)
    _, whole = fetched(published, OURS)
    assert part["interactions"] == whole["interactions"][:1]
    assert len({each["_id"] for each in every(whole)}) == 3


def test_a_success_without_the_calls_is_stored_and_decides_nothing(published: Story) -> None:
    _, pact = fetched(published)
    result = report(published, pact, *pact["interactions"])
    published.deploy("inventory", "1.0", "production")
    answer = published.can_i_deploy("courier-app", "2.9.3", "production")
    assert (result["success"], result["contractkit:leftOut"]) == (True, 2)
    assert (answer["summary"]["deployable"], answer["contractkit"]["answer"]) == (None, "unknown")
    (reason,) = answer["contractkit"]["reasons"]
    assert (reason["reason"], reason["nextCommand"].split()[:3]) == (
        "never verified",
        ["contractkit", "verify", "inventory"],
    )
    listed, _ = fetched(published)
    assert listed["verificationProperties"]["pending"] is True


def test_a_success_with_the_plugin_still_lacks_the_stream(published: Story) -> None:
    _, pact = fetched(published, query="?plugins=protobuf")
    assert report(published, pact, *pact["interactions"])["contractkit:leftOut"] == 1


def test_the_whole_contract_verified_decides(published: Story) -> None:
    _, pact = fetched(published, OURS)
    result = report(published, pact, *every(pact))
    published.deploy("inventory", "1.0", "production")
    assert "contractkit:leftOut" not in result
    assert published.can_i_deploy("courier-app", "2.9.3", "production")["contractkit"]["answer"] == "yes"
    _, part = fetched(published)
    report(published, part, *part["interactions"])  # a later success in part takes nothing back
    assert published.can_i_deploy("courier-app", "2.9.3", "production")["contractkit"]["answer"] == "yes"


def test_a_failure_of_a_part_decides(published: Story) -> None:
    _, pact = fetched(published)
    report(published, pact, *pact["interactions"], success=False)
    published.deploy("inventory", "1.0", "production")
    assert published.can_i_deploy("courier-app", "2.9.3", "production")["contractkit"]["answer"] == "no"


def test_the_pages_show_calls_as_events_and_results_in_part(published: Story) -> None:
    _, pact = fetched(published)
    result = report(published, pact, *pact["interactions"])
    shown = published.http.get(f"/ui/contracts/inventory/courier-app/{pact['_links']['pb:pact-version']['href'][-64:]}")
    for text in (
        "inventory.v1.Inventory/GetItem → OK",
        "inventory.v1.Inventory/WatchItems → OK",
        "&#34;sku&#34;: &#34;A-1&#34;",
        "(the consumer sends no more)",
        "Verified in part.",
        "contractkit verify inventory --consumer courier-app",
    ):
        assert text in shown.text
    page = published.http.get(result["_links"]["contractkit:page"]["href"]).text
    assert "keeps part of the contract of courier-app" in page
    assert "2 remote procedure calls were left out, so this does not count as a verification of the contract." in page


def test_a_contract_of_calls_alone_is_an_empty_file_to_a_pact_verifier(broker: Story) -> None:
    only = json.loads((Path(__file__).parents[2] / "contracts/samples/web-shop-inventory.json").read_bytes())
    broker.publish("web-shop", "4.1.0", only)
    _, pact = fetched(broker)
    assert (pact["interactions"], "plugins" in pact["metadata"]) == ([], False)
    assert report(broker, pact)["contractkit:leftOut"] == 2


class Inventory(BaseHTTPRequestHandler):
    """The HTTP side of a provider that talks gRPC, too."""

    def do_GET(self) -> None:
        data = b'{"status": "fine"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def inventory(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("PACT_DO_NOT_TRACK", "true")
    with ThreadingHTTPServer(("127.0.0.1", 0), Inventory) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.slow
def test_pacts_own_verifier_replays_the_http_part_through_the_broker(published: Story, inventory: str) -> None:
    verifier = Verifier("inventory", host="127.0.0.1").add_transport(url=inventory)
    source = verifier.broker_source(str(published.http.base_url), selector=True)
    source.provider_branch("main").consumer_version(main_branch=True).build()
    verifier.set_publish_options("1.0", branch="main").verify()
    _, pact = fetched(published)
    url = f"{pact['_links']['pb:pact-version']['href']}/verification-results"
    (result,) = published.http.get(url).json()["_embedded"]["verificationResults"]
    assert (result["success"], len(result["testResults"]), result["contractkit:leftOut"]) == (True, 1, 2)
    published.deploy("inventory", "1.0", "production")
    assert published.can_i_deploy("courier-app", "2.9.3", "production")["contractkit"]["answer"] == "unknown"


@pytest.mark.slow
def test_pacts_own_verifier_fails_the_whole_file_without_its_plugin(inventory: str, tmp_path: Path) -> None:
    (tmp_path / "courier-app-inventory.json").write_bytes(MIXED)
    verifier = Verifier("inventory", host="127.0.0.1").add_transport(url=inventory)
    with pytest.raises(RuntimeError):
        verifier.add_source(tmp_path / "courier-app-inventory.json").verify()

"""Pact's verifiers against our broker: pending and unfinished work, and what their results decide."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pact import Pact, match

from tests.broker.conftest import Story, contract, interaction
from tests.broker.orders_service import OrdersService, serving_orders
from tests.broker.pact_commands import forwarding, from_pypi, npm_install
from tests.broker.pact_verifiers import SCRIPTS, Asked, Verify, run_script, verify_in_javascript, verify_in_python

Json = Any

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def without_telemetry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACT_DO_NOT_TRACK", "true")


@pytest.fixture
def orders() -> Iterator[OrdersService]:
    with serving_orders() as service:
        yield service


@pytest.fixture(scope="session", params=["python", pytest.param("javascript", marks=pytest.mark.deep)])
def verify(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Verify:
    if request.param == "python":
        return verify_in_python
    return verify_in_javascript(tmp_path_factory.mktemp("pact-js"))


def order(description: str, path: str) -> Json:
    asked = interaction(description)
    asked["request"]["path"] = path
    return asked


def published(broker: Story) -> None:
    """Two calls on the main branch, and a third one on a branch of its own."""
    known = [order("an order", "/orders/7"), order("a twin", "/orders/8")]
    broker.publish("web-shop", "4.1.0", contract("web-shop", "orders", *known), branch="main")
    wished = contract("web-shop", "orders", *known, order("a new order", "/orders/9"))
    broker.publish("web-shop", "4.2.0-x", wished, branch="feature/x")


def results(broker: Story, version: str) -> list[tuple[bool, Json, list[Json]]]:
    """Give of each result for a contract, the newest first: success, provider version, what each interaction gave."""
    pact = broker.http.get(f"/pacts/provider/orders/consumer/web-shop/version/{version}").json()
    listed = broker.http.get(f"{pact['_links']['pb:pact-version']['href']}/verification-results").json()
    names = {each["_id"]: each["description"] for each in pact["interactions"]}
    return [
        (
            each["success"],
            each["providerApplicationVersion"],
            sorted((names[test["interactionId"]], test["success"]) for test in each["testResults"]),
        )
        for each in listed["_embedded"]["verificationResults"]
    ]


def test_its_results_decide_what_may_be_deployed(broker: Story, orders: OrdersService, verify: Verify) -> None:
    published(broker)
    assert verify(broker, orders, Asked(version="1.0"))
    broker.deploy("orders", "1.0", "production")
    answer = broker.can_i_deploy("web-shop", "4.1.0", "production")
    found = answer["matrix"][0]["verificationResult"]
    assert (answer["summary"]["deployable"], found["failed"], found["total"]) == (True, 0, 2)
    assert broker.http.get("/pacticipants/orders/branches/main/versions/1.0").json()["latest"] is True

    orders.totals = {"/orders/7": 99, "/orders/8": 99}
    assert not verify(broker, orders, Asked(version="1.1"))
    head = broker.http.get("/pacticipants/orders/branches/main").json()["_embedded"]["latestVersion"]
    assert head == {"number": "1.1"}  # the verifier put it there before it published the result
    broker.deploy("orders", "1.1", "production")
    answer = broker.can_i_deploy("web-shop", "4.1.0", "production")
    assert (answer["summary"]["deployable"], answer["contractkit"]["answer"]) == (False, "no")
    page = broker.http.get(answer["contractkit"]["reasons"][0]["resultUrl"]).text
    assert "2 of 2 failed" in page
    assert "body.total: Expected 99 (Integer) to be equal to 12.5 (Decimal)" in page


def test_a_pending_contract_fails_no_build_until_it_was_accepted(
    broker: Story, orders: OrdersService, verify: Verify
) -> None:
    published(broker)
    wished = ({"branch": "feature/x"},)
    orders.totals = {"/orders/9": 99}
    assert verify(broker, orders, Asked(version="1.0", selectors=wished))
    told = [("a new order", False), ("a twin", True), ("an order", True)]
    assert results(broker, "4.2.0-x") == [(False, "1.0", told)]
    orders.totals = {}
    assert verify(broker, orders, Asked(version="1.1", selectors=wished))
    orders.totals = {"/orders/9": 99}
    assert not verify(broker, orders, Asked(version="1.2", selectors=wished))
    assert [(success, version) for success, version, _ in results(broker, "4.2.0-x")] == [
        (False, "1.2"),
        (True, "1.1"),
        (False, "1.0"),
    ]


def test_work_in_progress_is_verified_beside_what_was_selected(
    broker: Story, orders: OrdersService, verify: Verify
) -> None:
    published(broker)
    orders.totals = {"/orders/9": 99}
    assert verify(broker, orders, Asked(version="1.0", wip_since="2026-11-01"))
    assert results(broker, "4.1.0") == [(True, "1.0", [("a twin", True), ("an order", True)])]
    assert [(success, version) for success, version, _ in results(broker, "4.2.0-x")] == [(False, "1.0")]
    assert verify(broker, orders, Asked(version="1.1", wip_since="2026-12-01"))  # older work is left alone
    assert len(results(broker, "4.2.0-x")) == 1


def test_what_runs_somewhere_or_has_the_same_branch_is_selected(
    broker: Story, orders: OrdersService, verify: Verify
) -> None:
    published(broker)
    broker.deploy("web-shop", "4.1.0", "production")
    selectors = ({"deployedOrReleased": True}, {"matchingBranch": True})
    assert verify(broker, orders, Asked(version="1.0", branch="feature/x", selectors=selectors))
    assert (len(results(broker, "4.1.0")), len(results(broker, "4.2.0-x"))) == (1, 1)
    branch = broker.http.get("/pacticipants/orders/branches/feature%2Fx/versions/1.0")
    assert branch.json()["latest"] is True


def test_a_broker_below_a_path_is_used_as_any_other(broker: Story, orders: OrdersService, verify: Verify) -> None:
    """Pact's verifiers put the path of a link behind the address that they were given."""
    published(broker)
    url = str(broker.http.base_url).rstrip("/")
    with forwarding(url, prefix="/pact") as forwarder, httpx.Client(base_url=f"{forwarder.url}/pact") as http:
        assert verify(Story(http), orders, Asked(version="1.0", branch="feature/y"))
        passed = [forwarder.passed.get_nowait() for _ in range(forwarder.passed.qsize())]
    assert len(results(broker, "4.1.0")) == 1
    assert passed[0] == "GET /pact/"
    assert all(each.split()[1].startswith("/pact/") and "/pact/pact/" not in each for each in passed)
    assert "PUT /pact/pacticipants/orders/branches/feature%2Fy/versions/1.0" in passed


def test_a_contract_of_pact_python_goes_all_the_way(
    broker: Story, orders: OrdersService, verify: Verify, tmp_path: Path
) -> None:
    pact = Pact("web-shop", "orders").with_specification("V4")
    asked = pact.upon_receiving("an order").given("order exists", {"id": 7}).with_request("GET", "/orders/7")
    asked.will_respond_with(200).with_body({"total": match.decimal(3.5)}, "application/json")
    with pact.serve() as server:
        assert httpx.get(f"{server.url}/orders/7").json() == {"total": 3.5}
    pact.write_file(tmp_path)
    url = str(broker.http.base_url)
    line = f"publish {tmp_path / 'web-shop-orders.json'} --consumer-app-version 5.0 --branch main"
    assert from_pypi().run(url, line)[0] == 0
    assert verify(broker, orders, Asked(version="1.0"))
    assert results(broker, "5.0") == [(True, "1.0", [("an order", True)])]


@pytest.mark.deep
def test_a_contract_of_pact_for_javascript_goes_all_the_way(
    broker: Story, orders: OrdersService, tmp_path: Path
) -> None:
    npm_install(tmp_path, "@pact-foundation/pact@17.1.4", "@pact-foundation/pact-cli@18.1.2")
    shutil.copy(SCRIPTS / "consumer.mjs", tmp_path)
    written = run_script(tmp_path, "consumer.mjs", str(tmp_path / "pacts"), "an order", "/orders/7")
    assert written.returncode == 0, written.stdout + written.stderr
    file = tmp_path / "pacts/web-shop-orders.json"
    assert json.loads(file.read_text())["interactions"][0]["response"]["matchingRules"] == {
        "body": {"$.total": {"combine": "AND", "matchers": [{"match": "decimal"}]}}
    }
    url = str(broker.http.base_url)
    assert from_pypi().run(url, f"publish {file} --consumer-app-version 5.0 --branch main")[0] == 0
    assert verify_in_python(broker, orders, Asked(version="1.0"))
    assert results(broker, "5.0") == [(True, "1.0", [("an order", True)])]

"""Results by interaction and state catalogues, as the client reads them from our broker."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from contractkit_broker.server import running_broker

from contractkit.broker_client import (
    BrokerClient,
    Build,
    ContractUpload,
    InteractionHistory,
    InteractionOutcome,
    InteractionVerdict,
    OwedContract,
    OwedInteraction,
    PastOutcome,
    open_broker,
    read_address,
)
from contractkit.document import content_id, dump_contract, file_digest, interaction_content_id
from contractkit.document.state_catalogue import NamedState, StateCatalogue
from contractkit.errors import BrokerRefusedError
from contractkit.model import Contract, HttpCall, HttpRequest, HttpResponse, Interaction

pytestmark = pytest.mark.slow

ORDER = Interaction(
    key="0123456789abcdef",
    description="getOrder answers 200",
    exchange=HttpCall(request=HttpRequest(method="GET", path="/orders/7"), response=HttpResponse(status=200)),
    operation="getOrder",
)
CONTRACT = Contract(consumer="web-shop", provider="orders", interactions=(ORDER,))
IDENTITY = interaction_content_id(CONTRACT, ORDER).partition(":")[2]
CALLED = {"interaction_id": IDENTITY, "description": "getOrder answers 200", "operation": "getOrder"}
BUILD = Build(application="orders", version="8f2c", branch="main")


@pytest.fixture
def client(tmp_path: Path) -> Iterator[BrokerClient]:
    with running_broker(tmp_path / "broker.sqlite") as url, open_broker(read_address(url)) as client:
        upload = ContractUpload(consumer="web-shop", provider="orders", data=dump_contract(CONTRACT))
        client.publish(Build(application="web-shop", version="1.4.0", branch="main"), [upload])
        client.record_branch(BUILD)
        yield client


def verified(client: BrokerClient, *, passed: bool) -> str:
    [fetched] = client.contracts_to_verify("orders")
    assert fetched.results_url is not None
    mismatches = () if passed else (("body", "expected 1, received 2"),)
    verdict = InteractionVerdict(interaction=ORDER, interaction_id=IDENTITY, passed=passed, mismatches=mismatches)
    return client.publish_results(fetched.results_url, BUILD, [verdict], passed=passed, verifier_version="1")


def test_the_outcomes_of_a_result_are_read(client: BrokerClient) -> None:
    result = verified(client, passed=False)
    mismatch = {"attribute": "body", "description": "expected 1, received 2"}
    assert client.outcomes.of_result(result) == (InteractionOutcome(**CALLED, passed=False, mismatches=(mismatch,)),)


def test_the_history_of_an_interaction_is_read(client: BrokerClient) -> None:
    verified(client, passed=False)
    verified(client, passed=True)
    found = client.outcomes.history("web-shop", "orders", IDENTITY, branch="main", limit=1)
    [newest] = found.outcomes
    expected = PastOutcome(
        passed=True,
        provider_version="8f2c",
        branches=("main",),
        verified_at=newest.verified_at,
        page_url=f"{client.url}/ui/results/2",
    )
    assert found == InteractionHistory(**CALLED, outcomes=(expected,), is_whole=False)
    assert client.outcomes.history("web-shop", "orders", IDENTITY).flaky_versions == ("8f2c",)


def test_what_a_version_owes_is_read(client: BrokerClient) -> None:
    at = f"{client.url}/pacts/provider/orders/consumer/web-shop/pact-version/"
    never = OwedContract(
        consumer="web-shop",
        consumer_versions=("1.4.0",),
        content_id=content_id(CONTRACT),
        reason="never verified",
        interactions=(OwedInteraction(**CALLED, failed=False),),
        file_url=f"{client.url}/blobs/{file_digest(dump_contract(CONTRACT)).replace(':', '%3A')}",
        results_url=f"{at}{content_id(CONTRACT).partition(':')[2]}/verification-results",
    )
    assert client.outcomes.owed("orders", "8f2c", branch="main") == (never,)
    verified(client, passed=False)
    [failed] = client.outcomes.owed("orders", "8f2c")
    assert (failed.reason, failed.interactions) == ("failed", (OwedInteraction(**CALLED, failed=True),))
    assert failed.page_url == f"{client.url}/ui/results/1"
    verified(client, passed=True)
    assert client.outcomes.owed("orders", "8f2c") == ()


def test_what_an_unknown_version_owes_is_the_broker_s_refusal(client: BrokerClient) -> None:
    with pytest.raises(BrokerRefusedError) as caught:
        client.outcomes.owed("orders", "9")
    assert str(caught.value) == (
        "The broker did not say what orders 9 owes.\n\n"
        "  asked      GET /pacticipants/orders/versions/9/owed\n"
        "  answered   404 Not Found\n"
        "  broker     No version 9 of pacticipant 'orders' found"
    )


def test_a_state_catalogue_is_published_and_read(client: BrokerClient) -> None:
    catalogue = StateCatalogue(provider="orders", states=(NamedState(name="order exists"),))
    assert client.resources.state_catalogue("orders") is None
    client.resources.publish_state_catalogue("8f2c", catalogue)
    found = [client.resources.state_catalogue("orders"), client.resources.state_catalogue("orders", branch="main")]
    assert found == [catalogue, catalogue]
    assert client.resources.state_catalogue("orders", branch="other") is None
    assert client.resources.state_catalogue("nobody") is None

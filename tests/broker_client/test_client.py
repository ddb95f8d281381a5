"""The client against our broker and against documents of others: what is sent, and what is made of answers."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from contractkit_broker.server import running_broker

from contractkit.broker_client import (
    BrokerClient,
    Build,
    Connection,
    ContractUpload,
    InteractionVerdict,
    open_broker,
    read_address,
)
from contractkit.broker_client.verdicts import verdict_document
from contractkit.document import dump_contract
from contractkit.errors import BrokerError, BrokerRefusedError
from contractkit.model import Contract, HttpCall, HttpRequest, HttpResponse, Interaction, JsonBody

ORDER = Interaction(
    key="0123456789abcdef",
    description="getOrder answers 200",
    exchange=HttpCall(
        request=HttpRequest(method="GET", path="/orders/7"),
        response=HttpResponse(status=200, body=JsonBody({"id": 7})),
    ),
    operation="getOrder",
)
UPLOAD = ContractUpload(
    consumer="web-shop",
    provider="orders",
    data=dump_contract(Contract(consumer="web-shop", provider="orders", interactions=(ORDER,))),
)
BUILD = Build(application="web-shop", version="1.4.0", branch="main", url="https://ci.example/1")
DEFINITION = """
openapi: 3.0.3
info: {title: orders, version: "1"}
paths:
  /orders/{id}:
    get:
      operationId: getOrder
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses:
        "200":
          description: an order
          content:
            application/json:
              schema: {type: object, required: [id], properties: {id: {type: integer}}}
"""


@pytest.fixture
def client(tmp_path: Path) -> Iterator[BrokerClient]:
    with running_broker(tmp_path / "broker.sqlite") as url, open_broker(read_address(url)) as client:
        yield client


def test_what_is_published_comes_back_for_verification(client: BrokerClient) -> None:
    client.publish(BUILD, [UPLOAD])
    [fetched] = client.contracts_to_verify("orders")
    assert (fetched.pending, fetched.results_url is not None) == (False, True)
    assert b"getOrder answers 200" in fetched.data


def test_a_provider_that_the_broker_does_not_know_has_no_contracts(client: BrokerClient) -> None:
    assert client.contracts_to_verify("orders") == ()


def test_a_selector_that_the_broker_refuses_is_its_refusal(client: BrokerClient) -> None:
    client.publish(BUILD, [UPLOAD])
    with pytest.raises(BrokerRefusedError) as caught:
        client.contracts_to_verify("orders", selectors=[{"environment": "nowhere"}])
    assert caught.value.status == 400


def test_environments_are_read(client: BrokerClient) -> None:
    assert {each.name: each.is_production for each in client.administration.environments()} == {
        "production": True,
        "test": False,
    }


def test_an_impact_job_is_waited_for(client: BrokerClient) -> None:
    client.publish(BUILD, [UPLOAD])
    renamed = DEFINITION.replace("id: {type: integer}}}", "id: {type: string}}}")
    job = client.resources.impact("orders", renamed.encode(), old=DEFINITION.encode())
    assert (job["status"], job["problem"]) == ("done", None)


def test_another_broker_has_no_definitions() -> None:
    answers = httpx.MockTransport(lambda _request: httpx.Response(404, json={"error": "not here"}))
    client = BrokerClient(Connection(read_address("https://broker.example"), transport=answers))
    with pytest.raises(BrokerRefusedError) as caught:
        client.resources.definition("orders", environment="production")
    assert str(caught.value) == (
        "The broker gave no definition of orders.\n\n"
        "  asked      GET /pacticipants/orders/definition\n"
        "  answered   404 Not Found\n"
        "  broker     not here"
    )


def test_a_broker_that_counts_no_exemptions_is_not_believed() -> None:
    at = "https://broker.example/impact-jobs/1"
    answers = httpx.MockTransport(
        lambda request: httpx.Response(202 if request.method == "POST" else 200, json={"status": "done"},
                                       headers={"location": at})
    )  # fmt: skip
    client = BrokerClient(Connection(read_address("https://broker.example"), transport=answers))
    assert client.resources.impact("orders", b"x") == {"status": "done"}
    with pytest.raises(BrokerError) as caught:
        client.resources.impact("orders", b"x", exemptions="#")
    assert str(caught.value) == (
        "The broker at https://broker.example counts no exemptions, so its answer is another one.\n\n"
        "Upgrade it, or ask without exemptions."
    )


def test_results_take_the_form_that_brokers_read() -> None:
    failed = InteractionVerdict(
        interaction=ORDER,
        interaction_id="f00",
        passed=False,
        mismatches=(("body", "response.body.id: expected an integer, received nothing"),),
    )
    errored = InteractionVerdict(interaction=ORDER, interaction_id=None, passed=False, error="time-out: No answer.")
    assert verdict_document(BUILD, [failed, errored], passed=False, verifier_version="0.1.0") == {
        "success": False,
        "providerApplicationVersion": "1.4.0",
        "buildUrl": "https://ci.example/1",
        "verifiedBy": {"implementation": "contractkit", "version": "0.1.0", "clientLanguage": "Python"},
        "testResults": [
            {
                "interactionId": "f00",
                "interactionDescription": "getOrder answers 200",
                "success": False,
                "mismatches": [
                    {"attribute": "body", "description": "response.body.id: expected an integer, received nothing"}
                ],
            },
            {
                "interactionDescription": "getOrder answers 200",
                "success": False,
                "exceptions": [{"message": "time-out: No answer."}],
            },
        ],
    }

"""A new application under nearly the name of another is told, refused or allowed, as the broker was started."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from contractkit_broker.server import running_broker
from contractkit_broker.service.similar_names import is_similar
from contractkit_broker.settings import BrokerSettings, SimilarNames

from tests.broker.conftest import Story, check_against_document, contract, interaction


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Order-Service", "order-service"),
        ("OrderService", "order-service"),
        ("order_service", "Order Service"),
        ("orders", "order"),
        ("orders", "Orders API"),
        ("orders", "order-provider"),
        ("HTTPGateway", "http-gateway"),
        ("api-service", "API Service"),
        ("café.menus", "Café Menu"),
        ("s", "S"),
        ("*", "*"),
    ],
)
def test_names_that_differ_in_what_says_nothing_are_similar(one: str, other: str) -> None:
    assert is_similar(one, other)
    assert is_similar(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("orders", "order-history"),
        ("orders", "borders"),
        ("order-service", "service-desk"),
        ("web-shop", "webshop"),
        ("api", "provider"),
        ("shop-1", "shop-2"),
        ("*", "+"),
        ("注文", "支払"),
    ],
)
def test_names_that_differ_in_more_are_not(one: str, other: str) -> None:
    assert not is_similar(one, other)


def test_a_new_name_that_resembles_another_is_told(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "order-service", interaction()))
    body = broker.publish("web-shop", "2", contract("web-shop", "Order-Service", interaction())).json()
    assert body["notices"][0] == {
        "type": "warning",
        "text": "Order-Service is new here, and its name is nearly that of order-service. "
        "If it is the same application, correct the name where it is published, and delete this one: "
        "contractkit application delete Order-Service",
    }
    again = broker.publish("web-shop", "3", contract("web-shop", "Order-Service", interaction())).json()
    assert [each["type"] for each in again["notices"]] == ["success", "info"]


def test_a_consumer_is_looked_at_too(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders", interaction()))
    body = broker.publish("Web Shops", "1", contract("Web Shops", "orders", interaction())).json()
    assert body["notices"][0]["text"].endswith("contractkit application delete 'Web Shops'")


Start = Callable[[SimilarNames], Story]


@pytest.fixture
def start(empty_sqlite: Path, tmp_path: Path) -> Iterator[Start]:
    """Give a function that starts a broker that knows order-service."""
    running = []

    def with_names(names: SimilarNames) -> Story:
        database = shutil.copy(empty_sqlite, tmp_path / "broker.sqlite")
        server = running_broker(database, settings=BrokerSettings(similar_names=names))
        http = httpx.Client(base_url=server.__enter__(), event_hooks={"response": [check_against_document]})
        running.append((server, http))
        story = Story(http)
        story.publish("web-shop", "1", contract("web-shop", "order-service", interaction()))
        return story

    yield with_names
    for server, http in running:
        http.close()
        server.__exit__(None, None, None)


REFUSED = (
    "OrderService is not known here, and its name is nearly that of order-service. Nothing was published. "
    "Correct the name, or say first that it is another: contractkit application create OrderService"
)


def test_a_broker_may_refuse_it_until_it_is_said_to_be_another(start: Start) -> None:
    broker = start(SimilarNames.REFUSE)
    wanted = contract("web-shop", "OrderService", interaction())
    reply = broker.publish("web-shop", "2", wanted)
    assert (reply.status_code, reply.json()) == (
        409,
        {"notices": [{"type": "error", "text": REFUSED}], "errors": {"contracts": [REFUSED]}},
    )
    assert broker.http.get("/pacticipants/web-shop/versions/2").status_code == 404
    legacy = broker.http.put("/pacts/provider/OrderService/consumer/web-shop/version/2", json=wanted)
    assert (legacy.status_code, legacy.headers["content-type"], legacy.text) == (
        409,
        "text/plain;charset=utf-8",
        REFUSED,
    )
    broker.http.post("/pacticipants", json={"name": "OrderService"})
    assert broker.publish("web-shop", "2", wanted).status_code == 200


def test_a_broker_may_say_nothing_of_it(start: Start) -> None:
    broker = start(SimilarNames.ALLOW)
    body = broker.publish("web-shop", "2", contract("web-shop", "OrderService", interaction())).json()
    assert [each["type"] for each in body["notices"]] == ["success", "info"]

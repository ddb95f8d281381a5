import pytest
from web_shop.orders_client import OrderNotFound, OrdersClient, Receipt, TooLate


@pytest.fixture
def orders(contract_stub):
    return contract_stub("orders")


@pytest.fixture
def client(orders):
    return OrdersClient(orders.url, token="a-secret-that-is-never-recorded")


def test_a_receipt_shows_the_total(orders, client):
    orders.given("order exists", id=7)
    orders.on("getOrder").reply(200, {"total": 12.5, "currency": "EUR", "lines": [{"quantity": 2}]})
    assert client.receipt(7) == Receipt(number=7, total=12.5, currency="EUR", pieces=2)


def test_a_shipped_order_can_be_followed(orders, client):
    orders.given("order has shipped", id=7)
    orders.on("getOrder").reply(200, {"status": "shipped", "tracking": "NL-44871"})
    assert client.tracking(7) == "NL-44871"


def test_an_unknown_order_is_reported(orders, client):
    orders.given("no orders")
    orders.on("getOrder").reply(404)
    with pytest.raises(OrderNotFound):
        client.receipt(7)


def test_an_order_is_placed(orders, client):
    orders.given("no orders")
    assert client.place("ada@example.com", ["TEA-001", "CUP-010"]) > 0


def test_an_order_can_be_cancelled(orders, client):
    orders.given("order exists", id=7)
    orders.on("cancelOrder").reply(200, {"status": "cancelled"})
    assert client.cancel(7) == "cancelled"


def test_a_shipped_order_cannot_be_cancelled(orders, client):
    orders.given("order has shipped", id=7)
    orders.on("cancelOrder").reply(409)
    with pytest.raises(TooLate):
        client.cancel(7)


def test_the_history_of_a_customer_in_process(orders):
    orders.given("order exists", id=7, customer="ada@example.com")
    orders.on("listOrders").reply(200, {"orders": [{"id": 7, "status": "placed"}]})
    client = OrdersClient("https://orders.shop.example", transport=orders.transport())
    assert client.history("ada@example.com") == [(7, "placed")]

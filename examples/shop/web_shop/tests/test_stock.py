import pytest
from web_shop.stock_client import SoldOut, StockClient


@pytest.fixture
def inventory(contract_stub):
    return contract_stub("inventory")


@pytest.fixture
def client(inventory):
    return StockClient(inventory.channel())


def test_an_article_on_the_shelf_is_available(inventory, client):
    inventory.given("in stock", sku="TEA-001", pieces=12)
    inventory.on("GetStock").reply({"pieces": 12})
    assert client.available("TEA-001")


def test_pieces_are_put_aside_for_an_order(inventory, client):
    inventory.given("in stock", sku="TEA-001", pieces=12)
    assert client.reserve(7, {"TEA-001": 2})


def test_an_order_is_refused_when_an_article_is_sold_out(inventory, client):
    inventory.given("out of stock", sku="TEA-001")
    inventory.on("Reserve").reply(status="FAILED_PRECONDITION", message="only 0 pieces of TEA-001 are left")
    with pytest.raises(SoldOut):
        client.reserve(7, {"TEA-001": 2})


def test_shelves_are_watched(client):
    assert set(client.shelf_counts("TEA-001", "CUP-010").values())

"""No provider state and hardly a value is written here: the stub answers from the orders service's definition."""

import pytest
from courier.rounds import Rounds


@pytest.fixture
def rounds(contract_stub):
    return Rounds(contract_stub("orders").url)


def test_every_stop_has_an_address(rounds):
    assert all(stop.address for stop in rounds.stops("Leiden"))


def test_the_load_counts_parcels(rounds):
    assert rounds.load("Leiden") >= 1


def test_one_stop_is_looked_up(rounds):
    assert rounds.where(3)


def test_a_parcel_is_handed_over(contract_stub):
    orders = contract_stub("orders")
    orders.on("reportDelivery").reply(200, {"status": "delivered"})
    assert Rounds(orders.url).hand_over(3, to="the neighbour")

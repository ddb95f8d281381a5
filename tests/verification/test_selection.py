"""Selection: what was asked for, and why nothing of it may be there."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from contractkit.errors import NothingToCheckError
from contractkit.model import Interaction
from contractkit.verification.selection import Filter, select
from contractkit.verification.verifier import SelectedContract

Build = Callable[..., Interaction]
Select = Callable[..., SelectedContract]


def descriptions(selected: tuple[SelectedContract, ...]) -> list[str]:
    return [each.description for one in selected for each in one.interactions]


def test_without_a_filter_everything_is_selected(interaction: Build, contract: Select) -> None:
    contracts = [contract(interaction(description="a"), interaction(description="b"))]
    assert select(contracts, "orders", Filter()) == tuple(contracts)


def test_an_interaction_is_found_by_a_part_of_its_description(interaction: Build, contract: Select) -> None:
    one = contract(interaction(description="A shipped order"), interaction(description="none"))
    [selected] = select([one], "orders", Filter(interaction="shipped"))
    assert (descriptions((selected,)), selected.is_whole) == (["A shipped order"], False)


@pytest.mark.parametrize("name", ["stock.v1.Stock/GetItem", "Stock/GetItem", "GetItem"])
def test_a_procedure_is_selected_by_its_full_name_and_by_short_ones(
    name: str, interaction: Build, contract: Select
) -> None:
    calls = [interaction(description="a"), interaction(description="b")]
    named = [replace(calls[0], operation="stock.v1.Stock/GetItem"), replace(calls[1], operation="GET /items/{id}")]
    assert descriptions(select([contract(*named)], "orders", Filter(operation=name))) == ["a"]


def test_contracts_are_selected_by_consumer(interaction: Build, contract: Select) -> None:
    contracts = [contract(interaction(description=name), consumer=name) for name in ("web-shop", "courier-app")]
    assert descriptions(select(contracts, "orders", Filter(consumer="courier-app"))) == ["courier-app"]


@pytest.mark.parametrize(
    ("provider", "wanted", "message"),
    [
        ("ordres", Filter(), "No contract is with ordres, so nothing was verified.\n\nDid you mean orders?"),
        (
            "orders",
            Filter(consumer="webshop"),
            "No contract of webshop with orders, so nothing was verified.\n\nDid you mean web-shop?",
        ),
        (
            "orders",
            Filter(interaction="an odrer"),
            'No interaction with orders is named like "an odrer", so nothing was verified.\n\nDid you mean an order?',
        ),
        (
            "orders",
            Filter(operation="getOrders"),
            "No interaction with orders calls getOrders, so nothing was verified.\n\nDid you mean getOrder?",
        ),
    ],
)
def test_nothing_left_is_said_with_the_nearest_name(
    interaction: Build, contract: Select, provider: str, wanted: Filter, message: str
) -> None:
    with pytest.raises(NothingToCheckError) as caught:
        select([contract(interaction())], provider, wanted)
    assert (str(caught.value), caught.value.exit_code) == (message, 3)


def test_no_contract_at_all_is_said() -> None:
    with pytest.raises(NothingToCheckError, match="There is no contract with orders, so nothing was verified"):
        select([], "orders", Filter())


def test_a_contract_without_interactions_is_said(contract: Select) -> None:
    with pytest.raises(NothingToCheckError, match="The contracts with orders hold no interaction"):
        select([contract()], "orders", Filter())

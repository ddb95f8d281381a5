"""Properties: what a JUnit report says of contracts, for each test and for the run."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from contractkit.document import contract_file_name
from contractkit.model import Contract
from contractkit.recording import RunReport
from pytest_contractkit.summary import counts_of

CONTRACTS = "contractkit.contracts"
INTERACTIONS = "contractkit.interactions"


def tell_of_test(item: pytest.Item, contracts: Iterable[Contract]) -> None:
    """Say in a test's properties which contracts it recorded, and how many interactions; the last time counts."""
    recorded = [each for each in contracts if each.interactions]
    item.user_properties[:] = [each for each in item.user_properties if each[0] not in (CONTRACTS, INTERACTIONS)]
    if recorded:
        names = sorted(contract_file_name(each.consumer, each.provider) for each in recorded)
        item.user_properties.append((CONTRACTS, ", ".join(names)))
        item.user_properties.append((INTERACTIONS, sum(len(each.interactions) for each in recorded)))


def tell_of_run(config: pytest.Config, report: RunReport, more: Mapping[str, str]) -> None:
    """Say in the properties of the suite what became of each contract file, where a JUnit report is written."""
    add = _added_by(config)
    if add is None:
        return
    for update in report.updates:
        add(f"contractkit.{update.path.name}", counts_of(update))
    for name, value in more.items():
        add(name, value)


def _added_by(config: pytest.Config) -> Any:
    """Give what adds a property to the suite; None where no report of that kind is written."""
    found = (getattr(plugin, "add_global_property", None) for plugin in config.pluginmanager.get_plugins())
    return next((each for each in found if each is not None), None)

"""The example shop: its story is told to the end, and its committed contracts are what its tests record."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

COMMITTED = Path(__file__).parent.parent.parent / "examples" / "shop"


def test_the_demo_runs_to_its_end_and_names_the_consumer_that_breaks(
    run_demo: Callable[[], subprocess.CompletedProcess[str]],
) -> None:
    run = run_demo()
    assert run.returncode == 0, run.stdout + run.stderr
    assert "web-shop 1.4.0 can be deployed to production." in run.stdout
    assert "inventory does what web-shop expects: 4 interactions passed." in run.stdout
    assert "web-shop 1.4.0 (production)      broken" in run.stdout
    assert "can no longer use the answer of inventory.v1.Inventory/GetStock" in run.stdout
    assert "courier-app 2.9.3 (production)   unaffected" in run.stdout
    assert "orders 3.0.0 cannot be deployed to production." in run.stdout


@pytest.mark.parametrize("consumer", ["web_shop", "courier"])
def test_the_committed_contracts_are_what_the_tests_record(consumer: str, shop: Path) -> None:
    assert recorded_in(shop / consumer) == recorded_in(COMMITTED / consumer) != {}


def recorded_in(folder: Path) -> dict[str, bytes]:
    """Give the contracts of a consumer without the digests that depend on the versions of installed libraries."""
    files = (folder / "contracts").glob("*.json")
    return {file.name: re.sub(rb'"validFor": "[0-9a-f]*"', b"", file.read_bytes()) for file in files}

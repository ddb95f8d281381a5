"""The example shop: its story is told to the end, and its committed contracts are what its tests record."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

COMMITTED = Path(__file__).parent.parent.parent / "examples" / "shop"


def test_the_demo_names_the_consumer_that_breaks_and_records_the_committed_contracts(
    run_demo: Callable[[], subprocess.CompletedProcess[str]], shop: Path
) -> None:
    run = run_demo()
    assert run.returncode == 0, run.stdout + run.stderr
    assert "web-shop 1.4.0 can be deployed to production." in run.stdout
    assert "inventory does what web-shop expects: 4 interactions passed." in run.stdout
    assert "web-shop 1.4.0 (production)      broken" in run.stdout
    assert "can no longer use the answer of inventory.v1.Inventory/GetStock" in run.stdout
    assert "courier-app 2.9.3 (production)   unaffected" in run.stdout
    assert "orders 3.0.0 cannot be deployed to production." in run.stdout
    for consumer in ("web_shop", "courier"):
        assert recorded_in(shop / consumer) == recorded_in(COMMITTED / consumer) != {}


def recorded_in(folder: Path) -> dict[str, bytes]:
    """Give the contracts of a consumer without the digests that depend on the versions of installed libraries."""
    files = (folder / "contracts").glob("*.json")
    return {file.name: re.sub(rb'"validFor": "[0-9a-f]*"', b"", file.read_bytes()) for file in files}

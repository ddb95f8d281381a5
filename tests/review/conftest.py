"""Contracts read from such files."""

from collections.abc import Callable
from typing import Any

import pytest

from contractkit.document import load_contract
from contractkit.model import Contract
from tests.review.pact_files import pact_file


@pytest.fixture
def contract() -> Callable[..., Contract]:
    def make(*interactions: dict[str, Any], version: str = "4.0", **members: Any) -> Contract:
        return load_contract(pact_file(*interactions, version=version, **members), origin="orders.json")

    return make

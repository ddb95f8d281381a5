"""`contractkit publish` says aloud that a name is new and resembles another."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contractkit.model import Contract

pytestmark = pytest.mark.slow


def test_a_name_that_resembles_another_is_said_once(
    contractkit: Callable[..., Any],
    consumer: Path,
    broker: str,
    keep: Callable[..., Path],
    an_order: Callable[..., Contract],
) -> None:
    files = [keep(consumer / name, an_order(consumer=name)) for name in ("web-shop", "WebShops")]
    said = [contractkit("publish", str(file), "--version", "1", "--broker", broker) for file in (*files, files[1])]
    assert [each.code for each in said] == [0, 0, 0]
    doubt = "WebShops is new here, and its name is nearly that of web-shop."
    assert [doubt in each.err for each in said] == [False, True, False]

"""Whether an error is one of the test or one of what it tests."""

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pytest_contractkit.raising import error_in, where_raised

from contractkit.inference import Where

HERE = Path(__file__)


def client(code: str) -> Any:
    """Give the function `call` of a module that is none of a test's."""
    module = ModuleType("client_of_orders")
    exec(compile(f"import json\n\ndef call(body):\n    {code}", "/app/client_of_orders.py", "exec"), module.__dict__)
    return module.call


def where(act: Any) -> Where:
    with pytest.raises(BaseException) as caught:
        act()
    return where_raised(caught.value, HERE)


def test_an_error_of_the_client_is_outside_of_the_test() -> None:
    assert where(lambda: client("return body['total']")({})) is Where.OUTSIDE


def test_what_the_standard_library_raises_is_its_callers() -> None:
    assert where(lambda: client("return json.loads(body)")("{")) is Where.OUTSIDE
    assert where(lambda: json.loads("{")) is Where.TEST


def test_an_assertion_of_the_test_is_in_it_and_one_of_the_client_outside() -> None:
    def of_test() -> None:
        assert client("return body")(1) == 2

    assert where(of_test) is Where.TEST
    assert where(lambda: client("assert body == 2")(1)) is Where.OUTSIDE


def test_what_pytest_says_of_a_test_is_in_it() -> None:
    def nothing_raised() -> None:
        with pytest.raises(ValueError):
            client("return body")(1)

    assert where(nothing_raised) is Where.TEST


def test_the_first_error_of_a_group_counts() -> None:
    inner = KeyError("total")
    assert error_in(BaseExceptionGroup("several", [ExceptionGroup("inner", [inner]), ValueError()])) is inner

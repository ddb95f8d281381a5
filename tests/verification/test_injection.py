"""Injection: what handlers return takes the place of what the test used, and of nothing else."""

import pytest

from contractkit.errors import ProviderStateError
from contractkit.model import HttpRequest, JsonBody
from contractkit.verification.injection import inject_returned


def request(path: str = "/", **parts: object) -> HttpRequest:
    return HttpRequest(method="GET", path=path, **parts)  # type: ignore[arg-type]


def test_a_path_segment_that_reads_as_the_value_is_replaced() -> None:
    assert inject_returned(request("/orders/7/lines"), {"id": 7}, {"id": 12}) == request("/orders/12/lines")


def test_a_replaced_segment_is_encoded() -> None:
    assert inject_returned(request("/orders/a%20b"), {"id": "a b"}, {"id": "c/d"}) == request("/orders/c%2Fd")


def test_a_query_parameter_is_replaced_by_its_name() -> None:
    before = request("/7", query={"id": ("7",), "limit": ("7",)})
    assert inject_returned(before, {"id": 7}, {"id": 12}) == request("/7", query={"id": ("12",), "limit": ("7",)})


def test_a_header_is_replaced_by_its_name() -> None:
    before = request(headers={"x-tenant": ("a",), "x-other": ("a",)})
    after = request(headers={"x-tenant": ("b",), "x-other": ("a",)})
    assert inject_returned(before, {"X-Tenant": "a"}, {"X-Tenant": "b"}) == after


def test_a_member_of_the_body_is_replaced_at_any_depth() -> None:
    before = request(body=JsonBody({"id": 7, "lines": [{"id": 7}, {"id": 8}], "total": 7}))
    after = request(body=JsonBody({"id": 12, "lines": [{"id": 12}, {"id": 8}], "total": 7}))
    assert inject_returned(before, {"id": 7}, {"id": 12}) == after


def test_a_member_of_another_kind_is_not_the_used_value() -> None:
    before = request(body=JsonBody({"id": "7"}))
    assert inject_returned(before, {"id": 7}, {"id": 12}) == before


def test_a_name_that_the_test_did_not_use_changes_nothing() -> None:
    before = request("/orders/7", query={"total": ("7",)})
    assert inject_returned(before, {"id": 7}, {"total": 12}) == before


def test_two_used_values_that_read_the_same_are_not_guessed_at() -> None:
    with pytest.raises(ProviderStateError) as caught:
        inject_returned(request("/customers/7/orders/7"), {"customer": 7, "id": 7}, {"id": 12})
    assert str(caught.value) == (
        "The returned values cannot be placed in the request's path.\n\n"
        "  path       /customers/7/orders/7\n"
        "  segment    7\n"
        "  could be   customer or id\n\n"
        "Return both values, changed alike, or let the consumer's test use values that differ."
    )


def test_two_used_values_changed_alike_are_both_replaced() -> None:
    used, returned = {"customer": 7, "id": 7}, {"customer": 9, "id": 9}
    assert inject_returned(request("/customers/7/orders/7"), used, returned) == request("/customers/9/orders/9")


def test_a_query_parameter_with_the_same_value_makes_the_path_no_less_certain() -> None:
    before = request("/orders/7", query={"limit": ("7",)})
    after = request("/orders/12", query={"limit": ("7",)})
    assert inject_returned(before, {"id": 7, "limit": 7}, {"id": 12}) == after

"""What else a definition allows at each place of an answer."""

from pathlib import Path
from typing import Any

import pytest

from contractkit.inference import Alternatives
from contractkit.inference.legal_answers import legal_answers
from contractkit.inference.legal_messages import legal_messages
from contractkit.inference.shapes import same_shape
from contractkit.model import HttpResponse, JsonBody, Location
from contractkit.recording import StubbedProvider, stubbed_provider

CONSUMERS = Path(__file__).parent / "consumers"

ORDER = {
    "id": 7,
    "status": "open",
    "total": 2.5,
    "currency": "EUR",
    "created": "2024-05-01",
    "note": None,
    "customer": {"id": 1, "name": "bo"},
    "lines": [{"sku": "a", "quantity": 1, "price": 2}],
}


@pytest.fixture(scope="module")
def orders() -> StubbedProvider:
    return stubbed_provider("orders", "orders.yaml", root=CONSUMERS)


def alternatives(orders: StubbedProvider, operation: str, body: Any, *, with_values: bool = True) -> Any:
    assert orders.surfaces is not None
    definition: Any = orders.definition
    response = HttpResponse(
        status=200, headers={"content-type": ("application/json",)}, body=JsonBody(body, "application/json")
    )
    found = legal_answers(definition, orders.surfaces, orders.operation(operation), response, with_values=with_values)
    return {str(place).removeprefix("response.body").removeprefix("."): each for place, each in found.items()}


def test_an_enumeration_has_its_other_members(orders: StubbedProvider) -> None:
    found = alternatives(orders, "getOrder", ORDER)
    assert found["status"] == Alternatives(members=("paid", "shipped", "cancelled"))


def test_null_is_named_where_it_is_legal(orders: StubbedProvider) -> None:
    found = alternatives(orders, "getOrder", ORDER, with_values=False)
    assert [place for place, each in found.items() if each.allows_null] == ["note"]
    assert found["status"] == Alternatives()


def test_other_values_are_of_the_same_type_and_another(orders: StubbedProvider) -> None:
    found = alternatives(orders, "getOrder", ORDER)
    (quantity, *_) = found["lines[*].quantity"].other
    assert isinstance(quantity, int)
    assert quantity != 1


def test_what_only_looks_like_a_date_may_be_any_text(orders: StubbedProvider) -> None:
    assert alternatives(orders, "getOrder", ORDER)["created"].other[0] == "another text"


def test_a_union_has_its_other_alternative_and_says_what_tells_them_apart(orders: StubbedProvider) -> None:
    body = {"id": 1, "way": {"kind": "courier", "tracking": "x"}}
    found = alternatives(orders, "getDelivery", body)
    (other,) = found["way"].branches
    assert other["kind"] == "pickup"
    assert found["way.kind"] == Alternatives(is_fixed=True)


def test_a_message_has_other_members_and_another_field_of_a_oneof() -> None:
    provider = stubbed_provider("inventory", "inventory.proto", root=CONSUMERS)
    definition: Any = provider.procedures.definition
    tree = {"id": 1, "name": "a", "quantity": 2, "state": "STATE_SOLD", "tags": ["x"], "maker": "b"}
    at = Location(("events", 2, "message"))
    found = legal_messages(definition, definition.procedure("GetItem"), [tree], at)
    assert found[at / "state"].members == ("STATE_UNSPECIFIED", "STATE_STOCKED", "STATE_LOST")
    (other,) = found[at].branches
    assert "maker" not in other
    assert isinstance(other["importer"], str)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("2024-05-01", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
        ("12", "^-?[0-9]+$"),
        ("-1.5", r"^-?[0-9]+\.[0-9]+$"),
        ("bo@example.com", r"^[^@\s]+@[^@\s]+\.[^@\s]+$"),
        (
            "Mon, 16 Aug 2027 03:45:01 GMT",
            "^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$",
        ),
        (
            "Mon, 16 Aug 2027 03:45:01 +0200",
            "^[A-Z][a-z]{2}, [0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4}$",
        ),
        ("projects/p/topics/orders", r"^[^\s/]+(/[^\s/]+){3}$"),
        ("https://example.com/orders/7", r"^https?://[^\s]+$"),
        ("VGVhIGZvciB0d28=", "^([A-Za-z0-9+/]{4})+([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)$"),
    ],
)
def test_a_shape_has_another_text_of_its_kind(text: str, pattern: str) -> None:
    found = same_shape(text)
    assert found is not None
    assert found[0].pattern == pattern
    assert found[1] != text


@pytest.mark.parametrize(
    ("link", "other"),
    [
        ("https://example.com/orders/7", "https://example.com/orders/8"),
        ("/v1/orders?after=19&size=2", "/v1/orders?after=19&size=3"),
        ("projects/shop/topics/orders", "projects/shop/topics/another"),
        ("VGV/IGZvciB0d28=", "YW5vdGhlciB0ZXh0Lg=="),
    ],
)
def test_another_link_or_name_leads_to_where_something_may_be(link: str, other: str) -> None:
    found = same_shape(link)
    assert found is not None
    assert found[1] == other


def test_a_path_without_a_number_has_no_shape() -> None:
    assert same_shape("/v1/orders") is None


def test_a_text_of_no_kind_has_no_shape() -> None:
    assert same_shape("ink") is None
    assert same_shape("shop") is None  # it could be base64
    assert same_shape(3) is None

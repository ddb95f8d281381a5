"""The catalogue of a provider's handlers: what a consumer's test may give, and in which form."""

from collections.abc import Callable
from datetime import date
from enum import Enum
from types import ModuleType
from typing import Annotated, Any

from pydantic import BaseModel, Field

from contractkit import provider_state
from contractkit.document.state_catalogue import CataloguedState, NamedState, PreparedOperation, StateCatalogue
from contractkit.verification.catalogue import catalogue_of
from contractkit.verification.states import Handler, handlers_of


class Line(BaseModel):
    sku: str


class Colour(Enum):
    RED = "red"


class Storage:
    """A type of the provider's own."""


def catalogued(handler: Handler) -> CataloguedState:
    module = ModuleType("states")
    module.handler = handler  # type: ignore[attr-defined]
    catalogue = catalogue_of("orders", handlers_of(module))
    assert catalogue == StateCatalogue(provider="orders", states=catalogue.states)
    [state] = catalogue.states
    return state


def test_annotations_become_a_schema() -> None:
    @provider_state("order exists")
    def handler(number: Annotated[int, Field(ge=1)], placed: date | None = None, note: str = "none") -> None:
        """An order
        is placed.

        It has no lines.
        """

    assert catalogued(handler) == NamedState(
        name="order exists",
        description="An order is placed.",
        parameters={
            "type": "object",
            "properties": {
                "number": {"type": "integer", "minimum": 1},
                "placed": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}], "default": None},
                "note": {"type": "string", "default": "none"},
            },
            "required": ["number"],
            "additionalProperties": False,
        },
    )


def test_models_and_enumerations_stand_in_definitions() -> None:
    @provider_state("order exists")
    def handler(lines: list[Line], colour: Colour = Colour.RED) -> None: ...

    assert catalogued(handler).parameters == {
        "type": "object",
        "properties": {
            "lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}},
            "colour": {"$ref": "#/$defs/Colour", "default": "red"},
        },
        "required": ["lines"],
        "additionalProperties": False,
        "$defs": {
            "Line": {
                "title": "Line",
                "type": "object",
                "properties": {"sku": {"title": "Sku", "type": "string"}},
                "required": ["sku"],
            },
            "Colour": {"title": "Colour", "type": "string", "enum": ["red"]},
        },
    }


def test_what_says_nothing_about_json_allows_anything() -> None:
    @provider_state("order exists")
    def handler(anything: Any, call: Callable[[], int], untyped, storage: Storage = Storage()) -> None: ...  # type: ignore[no-untyped-def]  # noqa: B008

    assert catalogued(handler).parameters == {
        "type": "object",
        "properties": {"anything": {}, "call": {}, "untyped": {}, "storage": {}},
        "required": ["anything", "call", "untyped"],
        "additionalProperties": False,
    }


def test_a_default_that_json_has_no_word_for_is_left_out() -> None:
    @provider_state("order exists")
    def handler(limit: float = float("inf"), tags: tuple[str, ...] = ("a",)) -> None: ...

    assert catalogued(handler).parameters["properties"] == {
        "limit": {"type": "number"},
        "tags": {"type": "array", "items": {"type": "string"}, "default": ["a"]},
    }


def test_a_handler_that_takes_everything_allows_everything() -> None:
    @provider_state("order exists")
    def handler(**values: Any) -> None: ...

    assert catalogued(handler).parameters == {"type": "object", "properties": {}}


def test_an_operation_is_prepared_with_the_values_that_its_handler_names() -> None:
    @provider_state.for_operation("getOrder", status=404)
    def handler(status: int, number: int) -> None: ...

    assert catalogued(handler) == PreparedOperation(
        operation="getOrder",
        status="404",
        parameters={"type": "object", "properties": {"number": {"type": "integer"}}, "required": ["number"]},
    )

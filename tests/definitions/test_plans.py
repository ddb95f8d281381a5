"""Plans give exactly what the builder's first attempt gives, for every answer of real documents."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from contractkit.definitions.building import Builder, Repairs
from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.plans import plan_of
from contractkit.definitions.schemas import SchemaView
from contractkit.definitions.surface_reader import SurfaceReader
from contractkit.errors import ContractkitError
from contractkit.exact_json import Json, dump_compact
from contractkit.results import ABSENT
from contractkit.sources import load_definition

STRIPE = "stripe-2022-04-12.json.gz"
LARGE = ("twilio-api-v2010.json", "openai-2.3.0.json")
ANSWERS = (
    ("prism-petstore.yaml", "one"),
    ("prism-petstore.yaml", "two"),
    *(pytest.param(name, "one", marks=pytest.mark.slow) for name in LARGE),
    *(pytest.param(name, "two", marks=pytest.mark.deep) for name in LARGE),
    *(pytest.param(STRIPE, seed, marks=pytest.mark.deep) for seed in ("one", "two")),
)


def views_of(definition: OpenApiDefinition) -> list[SchemaView]:
    surfaces = SurfaceReader(definition.documents)
    responses = [
        response for each in definition.operations for response in surfaces.surface_of(each).responses.values()
    ]
    return [content.view for response in responses for content in response.contents if content.view is not None]


def built(view: SchemaView, seed: str) -> Json:
    try:
        return Builder(seed, Repairs()).build(view)
    except ContractkitError:
        return ABSENT


def planned(view: SchemaView, seed: str) -> Json:
    try:
        return plan_of(view).value(seed)
    except ContractkitError:
        return ABSENT


@pytest.mark.parametrize(("name", "seed"), ANSWERS)
def test_a_plan_gives_what_the_builder_gives(test_data: Callable[[str], Path], name: str, seed: str) -> None:
    definition = load_definition(test_data(f"definitions/real/openapi/{name}")).openapi

    differing = [
        view.declared_at.pointer
        for view in views_of(definition)
        if (value := planned(view, seed)) is not ABSENT and repr(value) != repr(built(view, seed))
    ]

    assert differing == []


def test_an_ordinary_answer_has_a_plan(test_data: Callable[[str], Path]) -> None:
    definition = load_definition(test_data("definitions/real/openapi/prism-petstore.yaml")).openapi

    assert all(planned(view, "one") is not ABSENT for view in views_of(definition))


def test_a_sorted_plan_gives_the_same_with_its_members_in_the_order_of_their_names(
    test_data: Callable[[str], Path],
) -> None:
    definition = load_definition(test_data("definitions/real/openapi/prism-petstore.yaml")).openapi

    made = [(plan_of(view, is_sorted=True).value("one"), planned(view, "one")) for view in views_of(definition)]

    assert [dump_compact(in_order) for in_order, _ in made] == [dump_compact(plain) for _, plain in made]
    assert [json.dumps(in_order) for in_order, _ in made] == [json.dumps(plain, sort_keys=True) for _, plain in made]

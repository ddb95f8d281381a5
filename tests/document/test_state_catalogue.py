"""State catalogues: read with every wrong place named, written in one spelling."""

import json

import pytest

from contractkit.document.state_catalogue import (
    NamedState,
    PreparedOperation,
    StateCatalogue,
    dump_state_catalogue,
    load_state_catalogue,
    read_state_catalogue,
)
from contractkit.errors import StateCatalogueError

PARAMETERS = {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}

CATALOGUE = StateCatalogue(
    provider="orders",
    states=(
        NamedState(name="order exists", description="An order is placed.", parameters=PARAMETERS),
        PreparedOperation(operation="getOrder", status="409"),
        PreparedOperation(operation="stock.v1.Stock/GetLevel", status="NOT_FOUND"),
        PreparedOperation(operation="getOrder"),
    ),
)

TEXT = """{
  "provider": "orders",
  "schemaVersion": 1,
  "states": [
    {
      "description": "An order is placed.",
      "name": "order exists",
      "parameters": {
        "properties": {
          "id": {
            "type": "integer"
          }
        },
        "required": [
          "id"
        ],
        "type": "object"
      }
    },
    {
      "operation": "getOrder"
    },
    {
      "operation": "getOrder",
      "status": 409
    },
    {
      "operation": "stock.v1.Stock/GetLevel",
      "status": "NOT_FOUND"
    }
  ]
}
"""


def test_a_catalogue_has_one_spelling() -> None:
    assert dump_state_catalogue(CATALOGUE).decode() == TEXT


def test_what_is_read_is_written_again() -> None:
    assert dump_state_catalogue(load_state_catalogue(TEXT.encode(), origin="it")).decode() == TEXT


def test_a_catalogue_is_read_into_its_states() -> None:
    read = load_state_catalogue(TEXT.encode(), origin="it")
    first, general, conflict, missing = read.states
    assert first == NamedState(name="order exists", description="An order is placed.", parameters=PARAMETERS)
    assert general == PreparedOperation(operation="getOrder")
    assert conflict == PreparedOperation(operation="getOrder", status="409")
    assert missing == PreparedOperation(operation="stock.v1.Stock/GetLevel", status="NOT_FOUND")


def test_a_catalogue_knows_its_names() -> None:
    assert CATALOGUE.names == ("order exists",)
    assert CATALOGUE.operations == ("getOrder", "stock.v1.Stock/GetLevel")
    assert CATALOGUE.find("order exists") == CATALOGUE.states[0]
    assert CATALOGUE.find("getOrder") is None


def test_members_of_later_versions_are_passed_over() -> None:
    value = {"schemaVersion": 1, "provider": "orders", "states": [{"name": "a", "isolation": "shared"}], "made": "now"}
    assert read_state_catalogue(value, origin="it") == StateCatalogue(provider="orders", states=(NamedState(name="a"),))


AGAIN = "Write it again from the provider's handlers: contractkit verify PROVIDER --write-state-catalogue FILE."


def _refusal(text: str) -> str:
    with pytest.raises(StateCatalogueError) as raised:
        load_state_catalogue(text.encode(), origin="states.json")
    return str(raised.value)


def _catalogue(*states: object, **members: object) -> str:
    return json.dumps({"schemaVersion": 1, "provider": "orders", "states": list(states), **members})


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("[]", "/", "expected an object, received []"),
        (_catalogue(schemaVersion="1"), "/schemaVersion", 'expected 1, received "1"'),
        (_catalogue(schemaVersion=True), "/schemaVersion", "expected 1, received true"),
        (_catalogue(schemaVersion=0), "/schemaVersion", "expected 1, received 0"),
        (_catalogue(provider=7), "/provider", "expected a string, received 7"),
        (_catalogue(provider=" "), "/provider", 'expected a string that is not blank, received " "'),
        (_catalogue(states={}), "/states", "expected a list of states, received {}"),
        (_catalogue("order exists"), "/states/0", 'expected an object, received "order exists"'),
        (_catalogue({}), "/states/0", "expected either a name or an operation, received nothing"),
        (
            _catalogue({"name": "a", "operation": "b"}),
            "/states/0",
            'expected either a name or an operation, received {"name":"a","operation":"b"}',
        ),
        (_catalogue({"name": ""}), "/states/0/name", 'expected a string that is not blank, received ""'),
        (_catalogue({"name": "a", "description": 1}), "/states/0/description", "expected a string, received 1"),
        (
            _catalogue({"operation": "a", "status": True}),
            "/states/0/status",
            'expected a status such as 409 or "NOT_FOUND", received true',
        ),
        (_catalogue({"name": "a", "parameters": []}), "/states/0/parameters", "expected an object, received []"),
        (
            _catalogue({"name": "a", "parameters": {"type": "array"}}),
            "/states/0/parameters/type",
            'expected "object", received "array"',
        ),
        (
            _catalogue({"name": "a", "parameters": {"required": "id"}}),
            "/states/0/parameters/required",
            'expected a list of strings, received "id"',
        ),
        (
            _catalogue({"name": "a"}, {"name": "a"}),
            "/states/1",
            "expected another state, received that of /states/0 again",
        ),
        (
            _catalogue({"name": "a", "paramters": {}}),
            "/states/0/paramters",
            "is no member of a catalogue; did you mean parameters?",
        ),
    ],
)
def test_a_wrong_place_is_named(text: str, place: str, problem: str) -> None:
    assert _refusal(text) == f"states.json is not a state catalogue.\n\n  {place}   {problem}\n\n{AGAIN}"


def test_a_lacking_member_is_named() -> None:
    assert _refusal('{"schemaVersion": 1}') == (
        "states.json is not a state catalogue.\n\n"
        "  /provider   expected a string, received nothing\n"
        "  /states     expected a list of states, received nothing\n\n" + AGAIN
    )


def test_an_empty_file_is_refused() -> None:
    assert _refusal(" \n") == f"states.json is empty.\n\n{AGAIN}"


def test_what_is_not_json_is_refused_with_its_place() -> None:
    assert _refusal('{"states": [}') == (
        "states.json is not JSON.\n\n  line      1\n  column    13\n  problem   Expecting value\n\n" + AGAIN
    )


def test_a_newer_catalogue_asks_for_a_newer_contractkit() -> None:
    assert _refusal(_catalogue(schemaVersion=2)) == (
        "states.json was written by a newer contractkit.\n\n"
        "  expected   schemaVersion 1\n  received   schemaVersion 2\n\nUpdate contractkit."
    )


@pytest.mark.parametrize("depth", [150, 900])
def test_what_nests_too_deeply_is_refused(depth: int) -> None:
    text = _catalogue({"name": "a", "parameters": {"x": 0}}).replace("0}", "[" * depth + "]" * depth + "}")
    assert _refusal(text) == "states.json is nested deeper than 100 levels, which no state catalogue is."

"""What contractkit adds to a file is read as strictly as the rest."""

import json
from pathlib import Path

import pytest

from contractkit.document import load_contract
from contractkit.errors import ContractFileError

SAMPLES = Path(__file__).parents[2] / "contracts/samples"
EVIDENCE = "/interactions/3/comments/contractkit/evidence/0"
CALL = "/metadata/contractkit/interactions/1/call"


def problems_with(name, pointer, value):
    tree = json.loads((SAMPLES / name).read_bytes())
    *way, last = (int(step) if step.isdigit() else step for step in pointer.split("/")[1:])
    holder = tree
    for step in way:
        holder = holder[step]
    holder[last] = value
    with pytest.raises(ContractFileError) as raised:
        load_contract(json.dumps(tree).encode(), origin="a.json")
    return raised.value.explanation.details


@pytest.mark.parametrize(
    ("pointer", "value", "expected"),
    [
        (f"{EVIDENCE}/test", None, "expected an object, received null"),
        (f"{EVIDENCE}/test/line", "first", 'expected an integer, received "first"'),
        (f"{EVIDENCE}/test/nodeId", 5, "expected a string, received 5"),
        (f"{EVIDENCE}/needs/kind", "guessed", 'expected "unknown" or "inferred", received "guessed"'),
        (f"{EVIDENCE}/needs/tolerated", "a", 'expected a list of locations, received "a"'),
        (
            f"{EVIDENCE}/needs/needed/0/location",
            "response..a",
            'expected a location such as `response.body.lines[1].quantity`, received "response..a"',
        ),
        (f"{EVIDENCE}/needs/needed/0/nonNull", 1, "expected true or false, received 1"),
        ("/interactions/3/comments/contractkit", [], "expected an object, received []"),
        ("/interactions/3/comments/contractkit/served", 1, "expected an object, received 1"),
        ("/interactions/0/comments/contractkit/derivedState/status", 201, "expected a string, received 201"),
        ("/interactions/3/comments/text/0", 7, "expected a string, received 7"),
        ("/metadata/contractkit/format", 2, "expected 1 (a newer contractkit wrote this file), received 2"),
        ("/metadata/contractkit/definition/digest", None, "expected a string, received null"),
        ("/metadata/contractkit/specification", "9", 'expected a version of the Pact specification, received "9"'),
        ("/metadata/plugins", [5], "expected an object, received 5"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(pointer, value, expected):
    ((place, sentence),) = problems_with("web-shop-orders.json", pointer, value)
    assert place.startswith(pointer)
    assert sentence == expected


@pytest.mark.parametrize(
    ("pointer", "value", "expected"),
    [
        (f"{CALL}/procedure", None, "expected a string, received null"),
        (
            f"{CALL}/events/0/event",
            "said",
            'expected one of sent, received, half-closed, cancelled, status, received "said"',
        ),
        (f"{CALL}/events/5/trailers", [], "expected an object, received []"),
        (f"{CALL}/metadata", "x", 'expected an object, received "x"'),
    ],
)
def test_a_wrong_value_of_a_remote_procedure_call_is_named_with_its_place(pointer, value, expected):
    assert problems_with("web-shop-stock.json", pointer, value) == ((pointer, expected),)

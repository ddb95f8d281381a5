"""The format as data: the JSON Schema and the samples in `contracts/`."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from contractkit.document import dump_contract, load_contract, read_contract

CONTRACTS = Path(__file__).parents[2] / "contracts"
SAMPLES = sorted((CONTRACTS / "samples").glob("*.json"))
SCHEMA = json.loads((CONTRACTS / "schema/contract-v1.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_is_valid_and_a_canonical_fixed_point(path):
    loaded = read_contract(path.read_bytes(), origin=path.name)
    assert list(VALIDATOR.iter_errors(json.loads(path.read_bytes()))) == []
    assert loaded.warnings == ()
    assert dump_contract(loaded.contract) == path.read_bytes()


def test_the_samples_show_every_part_of_the_format():
    shown = {name for path in SAMPLES for name in member_names(json.loads(path.read_bytes()))}
    assert declared_names() - shown <= {"contentTypeHint", "interactionMarkup", "plugins", "pluginConfiguration"} | {
        "query",  # of a version 1 file
        "specification",
        "transport",
        "method",  # rules for it
    }


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["consumer"], {}),
        (["interactions", 0, "request", "headers"], {"Content-Type": ["a"]}),
        (["interactions", 0, "request", "headers"], {"content-type": "a"}),
        (["interactions", 0, "pending"], False),
        (["interactions", 0, "response", "body"], {"content": 1, "encoded": "base64", "contentType": "a"}),
        (["interactions", 0, "response", "matchingRules"], {"body": {"a": {"combine": "AND", "matchers": []}}}),
        (["interactions", 3, "comments", "contractkit", "evidence", 0, "needs"], {"kind": "guessed"}),
        (["interactions", 3, "comments", "contractkit", "evidence", 0, "needs", "anyOf"], [["response..body"]]),
        (["metadata", "contractkit", "format"], 2),
    ],
)
def test_the_schema_refuses_what_we_never_write(path, value):
    tree = json.loads((CONTRACTS / "samples/web-shop-orders.json").read_bytes())
    holder = tree
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    assert not VALIDATOR.is_valid(tree)


def test_a_contract_that_other_tools_wrote_is_rewritten_to_the_schema(test_data):
    for name in ("pact-broker_c1.json", "pact-broker_c2.json"):
        data = test_data(f"conformance/pact-compat/fixtures/{name}").read_bytes()
        contract = load_contract(data, origin=name)
        dumped = dump_contract(contract)
        assert list(VALIDATOR.iter_errors(json.loads(dumped))) == []
        assert load_contract(dumped, origin=name) == contract


def member_names(value):
    if isinstance(value, dict):
        yield from value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from member_names(child)


def declared_names(schema=SCHEMA):
    found = set(schema.get("properties", {})) if isinstance(schema, dict) else set()
    children = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    return found.union(*(declared_names(child) for child in children))

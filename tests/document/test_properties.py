"""What holds for every contract and every file: what recorders write, what other tools wrote, and what nobody did."""

import copy
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from contractkit.document import content_id, dump_contract, load_contract, read_contract
from contractkit.errors import ContractFileError
from contractkit.exact_json import same_json
from contractkit.model import Contract
from tests.document.strategies import contracts, http_calls, json_values

SCHEMA = Path(__file__).parents[2] / "contracts/schema/contract-v1.schema.json"
VALIDATOR = Draft202012Validator(json.loads(SCHEMA.read_text()))

relaxed = settings(deadline=None, suppress_health_check=list(HealthCheck))


@relaxed
@pytest.mark.slow
@given(contracts)
def test_loading_what_was_dumped_gives_the_same_contract(contract):
    assert load_contract(dump_contract(contract), origin="a.json") == contract


@relaxed
@pytest.mark.slow
@given(contracts)
def test_a_dump_is_a_fixed_point_and_keeps_the_content(contract):
    dumped = dump_contract(contract)
    loaded = load_contract(dumped, origin="a.json")
    assert dump_contract(loaded) == dumped
    assert content_id(loaded) == content_id(contract)


@relaxed
@pytest.mark.slow
@given(contracts)
def test_every_dump_is_valid_by_the_schema(contract):
    assert list(VALIDATOR.iter_errors(json.loads(dump_contract(contract)))) == []


@relaxed
@pytest.mark.slow
@given(contracts, st.randoms(use_true_random=False))
def test_the_order_of_interactions_and_members_does_not_matter(contract, random):
    tree = shuffled(json.loads(dump_contract(contract)), random)
    random.shuffle(tree["interactions"])
    assert dump_contract(load_contract(json.dumps(tree).encode(), origin="a.json")) == dump_contract(contract)


@relaxed
@pytest.mark.slow
@given(json_values)
def test_any_json_is_a_contract_or_a_contract_file_error(value):
    loads_or_refuses(value)


@relaxed
@pytest.mark.slow
@given(contracts, st.data())
def test_a_contract_with_any_one_value_replaced_loads_or_is_refused(contract, data):
    tree = json.loads(dump_contract(contract))
    holder, key = data.draw(st.sampled_from(list(places(tree))))
    holder[key] = data.draw(json_values)
    loads_or_refuses(tree)


@relaxed
@pytest.mark.slow
@given(http_calls, st.data())
def test_unknown_members_survive_a_rewrite_wherever_they_stand(interaction, data):
    contract = Contract(consumer="c", provider="p", interactions=(interaction,))
    tree = json.loads(dump_contract(contract))
    objects = [tree, *(value for holder, key in places(tree) if isinstance(value := holder[key], dict))]
    structural = [each for each in objects if is_structural(each)]
    data.draw(st.sampled_from(structural))["x-unknown"] = {"kept": [1, 1.0]}
    loaded = load_contract(json.dumps(tree).encode(), origin="a.json")
    assert same_json(json.loads(dump_contract(loaded)), tree)


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"{", b"[" * 100_000, b"1e999", b'"\\ud800"', b"\x00"])
def test_bytes_that_are_no_json_are_refused(data):
    with pytest.raises(ContractFileError):
        load_contract(data, origin="a.json")


def loads_or_refuses(value):
    try:
        loaded = read_contract(json.dumps(value).encode(), origin="a.json")
    except ContractFileError as error:
        assert str(error)
    else:
        dumped = dump_contract(loaded.contract)
        again = load_contract(dumped, origin="again")
        assert dump_contract(again) == dumped
        assert content_id(again) == content_id(loaded.contract)


def places(value):
    """Give every place of a JSON value as its holder and key."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in list(children):
        yield value, key
        yield from places(child)


STRUCTURES = (
    {"consumer", "provider"},
    {"pactSpecification"},
    {"format"},
    {"request", "response"},
    {"method", "path"},
    {"nodeId", "file", "line"},
    {"test", "needs"},
    {"combine", "matchers"},
)


def is_structural(value):
    return any(names <= value.keys() for names in STRUCTURES)


def shuffled(value, random):
    if isinstance(value, dict):
        keys = list(value)
        random.shuffle(keys)
        return {key: shuffled(value[key], random) for key in keys}
    return [shuffled(each, random) for each in value] if isinstance(value, list) else copy.copy(value)

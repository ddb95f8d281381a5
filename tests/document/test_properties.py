"""What holds for every contract and every file: what recorders write, what other tools wrote, and what nobody did."""

import copy
import json
from dataclasses import replace
from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from contractkit.document import content_id, dump_contract, load_contract, read_contract
from contractkit.document.files import sort_key
from contractkit.errors import ContractFileError
from contractkit.exact_json import same_json
from contractkit.model import (
    BinaryBody,
    Cancelled,
    Contract,
    DefinitionReference,
    DerivedState,
    EmptyBody,
    Evidence,
    HalfClosed,
    HttpCall,
    HttpRequest,
    HttpResponse,
    InferredNeeds,
    Interaction,
    JsonBody,
    LocatedGenerator,
    LocatedRules,
    Location,
    Message,
    MissingBody,
    Need,
    ProviderState,
    Received,
    RpcCall,
    Rule,
    Sent,
    Status,
    TestReference,
    TextBody,
    UnknownNeeds,
    Wildcard,
    WireForm,
)

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)
names = words.filter(bool)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3), max_leaves=8
)
objects = st.dictionaries(names, json_values, max_size=3)
media_types = st.sampled_from(["application/json", "text/plain", "application/hal+json; v=1", "image/png", "text/xml"])
bodies = st.one_of(
    st.just(MissingBody()),
    st.builds(EmptyBody, st.none() | media_types),
    st.builds(JsonBody, json_values, media_types),
    st.builds(TextBody, names, media_types),
    st.builds(BinaryBody, st.binary(min_size=1, max_size=8), media_types),
)
field_names = st.sampled_from(["content-type", "accept", "x-a", "$x", "a[0]", "a.b"])
fields = st.dictionaries(field_names, st.lists(words, min_size=1, max_size=2).map(tuple), max_size=2)
queries = st.dictionaries(
    names | st.sampled_from(["a", "a[0]"]), st.lists(st.none() | words, max_size=2).map(tuple), max_size=2
)
states = st.builds(ProviderState, name=names, params=objects)
steps = st.lists(names | st.integers(0, 99) | st.sampled_from(Wildcard), max_size=3)
rules = st.builds(Rule, names, st.dictionaries(names.filter(lambda name: name != "match"), json_values, max_size=2))


def located(*bases: Location) -> st.SearchStrategy[Location]:
    return st.builds(lambda base, more: base.under(more), st.sampled_from(bases), steps)


def rule_lists(places: st.SearchStrategy[Location]) -> st.SearchStrategy[tuple[LocatedRules, ...]]:
    each = st.builds(
        LocatedRules,
        location=places,
        rules=st.lists(rules, min_size=1, max_size=2).map(tuple),
        combine=st.sampled_from(["AND", "OR"]),
    )
    return st.lists(each, max_size=3, unique_by=lambda one: one.location).map(in_order)


def generator_lists(places: st.SearchStrategy[Location]) -> st.SearchStrategy[tuple[LocatedGenerator, ...]]:
    attributes = st.dictionaries(names.filter(lambda name: name != "type"), json_values, max_size=2)
    each = st.builds(LocatedGenerator, location=places, name=names, attributes=attributes)
    return st.lists(each, max_size=3, unique_by=lambda one: one.location).map(in_order)


def in_order(values):
    return tuple(sorted(values, key=lambda each: each.location))


locations = located(Location(("response", "body")))
location_lists = st.lists(locations, max_size=2).map(tuple)
needs = st.builds(UnknownNeeds, reason=names) | st.builds(
    InferredNeeds,
    needed=st.lists(
        st.builds(
            Need,
            location=locations,
            non_null=st.booleans(),
            non_empty=st.booleans(),
            members=st.lists(json_values, max_size=2).map(tuple),
            pattern=st.none() | words,
        ),
        max_size=2,
    ).map(tuple),
    any_of=st.lists(location_lists, max_size=2).map(tuple),
    tolerated=location_lists,
    untouched=location_lists,
    weak=location_lists,
    valid_for=words,
)
evidence = st.builds(
    Evidence, test=st.builds(TestReference, node_id=names, file=names, line=st.integers(1, 999)), needs=needs
)
common = {
    "key": names,
    "description": words,
    "operation": st.none() | words,
    "states": st.lists(states, max_size=2).map(tuple),
    "derived_state": st.none() | st.builds(DerivedState, operation=words, status=words, values=objects),
    "pending": st.booleans(),
    "served": bodies,
    "evidence": st.lists(evidence, max_size=2).map(tuple),
    "comments": st.lists(words, max_size=2).map(tuple),
    "transport": st.none() | words,
}
REQUEST, RESPONSE, MESSAGE = Location(("request",)), Location(("response",)), Location(("message",))
indexes = st.lists(st.integers(0, 3) | st.just(Wildcard.INDEX), max_size=1)
http_places = st.one_of(
    located(REQUEST / "body", RESPONSE / "body"),
    st.sampled_from([REQUEST / "path", REQUEST / "method", RESPONSE / "status"]),
    st.builds(
        lambda name, more: (REQUEST / "query" / name).under(more), st.sampled_from(["a", "a[0]", "b.c", "$"]), indexes
    ),
    st.builds(lambda name, more: (REQUEST / "headers" / name).under(more), field_names, indexes),
    st.builds(lambda name, more: (RESPONSE / "headers" / name).under(more), field_names, indexes),
)
message_places = st.one_of(
    located(MESSAGE / "contents"),
    st.builds(lambda name, more: (MESSAGE / "metadata" / name).under(more), names, indexes),
)
http_calls = st.builds(
    Interaction,
    exchange=st.builds(
        HttpCall,
        request=st.builds(
            HttpRequest,
            method=st.sampled_from(["GET", "PATCH"]),
            path=st.just("/a"),
            query=queries,
            headers=fields,
            body=bodies,
        ),
        response=st.builds(HttpResponse, status=st.integers(100, 599), headers=fields, body=bodies),
    ),
    rules=rule_lists(http_places),
    generators=generator_lists(http_places),
    **common,
)
messages = st.builds(
    Interaction,
    exchange=st.builds(Message, contents=bodies, metadata=objects),
    rules=rule_lists(message_places),
    generators=generator_lists(message_places),
    **common,
)
events = st.one_of(
    st.builds(Sent, message=bodies),
    st.builds(Received, message=bodies),
    st.just(HalfClosed()),
    st.just(Cancelled()),
    st.builds(
        Status, code=names, message=words, details=st.lists(json_values, max_size=2).map(tuple), trailers=objects
    ),
)
calls = st.builds(
    Interaction,
    exchange=st.builds(
        RpcCall,
        procedure=names,
        events=st.lists(events, max_size=3).map(tuple),
        metadata=objects,
        initial_metadata=objects,
    ),
    rules=rule_lists(located(Location(("events", 0)))),
    generators=generator_lists(located(Location(("events", 1)))),
    **common,
)
descriptor_sets = st.sampled_from(
    [
        descriptor_pb2.FileDescriptorSet(
            file=[
                descriptor_pb2.FileDescriptorProto(
                    name="a.proto",
                    package=package,
                    message_type=[descriptor_pb2.DescriptorProto(name="M")],
                    service=[
                        descriptor_pb2.ServiceDescriptorProto(
                            name="S",
                            method=[
                                descriptor_pb2.MethodDescriptorProto(
                                    name="Get", input_type=f".{package}.M", output_type=f".{package}.M"
                                )
                            ],
                        )
                    ],
                )
            ]
        ).SerializeToString()
        for package in ("p", "p.q")
    ]
)
wires = st.builds(
    WireForm, descriptors=descriptor_sets, request=st.binary(max_size=4), response=st.none() | st.binary(max_size=4)
)
unary_places = located(
    *(Location(("events", number, "message")) for number in range(3)),
    *(Location((name,)) for name in ("metadata", "initial_metadata")),
    *(Location(("events", number, name)) for number in range(3) for name in ("status", "status_message", "trailers")),
)


def with_its_procedure(interaction):
    package = "p.q" if b"p.q" in interaction.wire.descriptors else "p"
    return replace(interaction, exchange=replace(interaction.exchange, procedure=f"{package}.S/Get"))


statuses = st.builds(
    Status,
    code=st.sampled_from(["OK", "NOT_FOUND"]),
    message=words,
    details=st.lists(json_values, max_size=1).map(tuple),
    trailers=objects,
)
unary_calls = st.builds(
    Interaction,
    exchange=st.builds(
        RpcCall,
        procedure=st.just("p.S/Get"),
        events=st.builds(
            lambda sent, received, status: (sent, HalfClosed(), *received, status),
            st.builds(Sent, message=bodies),
            st.lists(st.builds(Received, message=bodies), max_size=1),
            statuses,
        ),
        metadata=objects,
        initial_metadata=objects,
    ),
    rules=rule_lists(unary_places),
    generators=generator_lists(unary_places),
    wire=wires,
    **{**common, "transport": st.none()},
).map(with_its_procedure)


def sorted_as_in_files(interactions):
    return tuple(sorted(interactions, key=sort_key))


contracts = st.builds(
    Contract,
    consumer=words,
    provider=words,
    interactions=st.lists(http_calls | messages | calls | unary_calls, max_size=3, unique_by=lambda each: each.key).map(
        sorted_as_in_files
    ),
    specification=st.sampled_from(["1.0", "1.1", "2.0", "3.0", "4.0"]),
    definition=st.none() | st.builds(DefinitionReference, source=words, digest=words),
    plugins=st.lists(objects, max_size=1).map(tuple),
)

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

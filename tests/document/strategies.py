"""Contracts and what is in them, drawn at random: every kind of interaction, body, rule and evidence."""

from dataclasses import replace

from google.protobuf import descriptor_pb2
from hypothesis import strategies as st

from contractkit.document.files import sort_key
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
    Reaction,
    Received,
    RpcCall,
    Rule,
    Sent,
    Status,
    SynchronousMessages,
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
media_types = st.sampled_from(
    ["application/json", "text/plain", "application/hal+json; v=1", "image/png", "text/xml", "application/graphql"]
)
bodies = st.one_of(
    st.just(MissingBody()),
    st.builds(EmptyBody, st.none() | media_types),
    st.builds(JsonBody, json_values, media_types),
    st.builds(TextBody, names | st.just("[1]"), media_types),
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
needs = st.builds(UnknownNeeds, reason=names, pinned=location_lists) | st.builds(
    InferredNeeds,
    needed=st.lists(
        st.builds(
            Need,
            location=locations,
            may_lack=st.booleans(),
            non_null=st.booleans(),
            non_empty=st.booleans(),
            at_most=st.none() | st.integers(0, 9),
            members=st.lists(json_values, max_size=2).map(tuple),
            pattern=st.none() | words,
        ),
        max_size=2,
    ).map(tuple),
    any_of=st.lists(location_lists, max_size=2).map(tuple),
    tolerated=location_lists,
    untouched=location_lists,
    weak=location_lists,
    reactions=st.lists(st.builds(Reaction, to=names, result=names), max_size=2).map(tuple),
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
RESPONSES = Location(("responses",))
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
message_records = st.builds(Message, contents=bodies, metadata=objects)
message_side_places = st.one_of(
    located(REQUEST / "contents", RESPONSES / 0 / "contents"),
    st.builds(
        lambda base, name, more: (base / "metadata" / name).under(more),
        st.sampled_from([REQUEST, RESPONSES / 0]),
        names,
        indexes,
    ),
)
synchronous_messages = st.builds(
    Interaction,
    exchange=st.builds(
        SynchronousMessages,
        request=message_records,
        responses=st.lists(message_records, min_size=1, max_size=2).map(tuple),
    ),
    rules=rule_lists(message_side_places),
    generators=generator_lists(message_side_places),
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
    interactions=st.lists(
        http_calls | messages | synchronous_messages | calls | unary_calls, max_size=3, unique_by=lambda each: each.key
    ).map(sorted_as_in_files),
    specification=st.sampled_from(["1.0", "1.1", "2.0", "3.0", "4.0"]),
    definition=st.none() | st.builds(DefinitionReference, source=words, digest=words),
    plugins=st.lists(objects, max_size=1).map(tuple),
)

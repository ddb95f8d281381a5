"""Encoded answers: bytes put together from parts are those that the library gives for the tree of the same number."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contractkit.definitions.draws import number_of
from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.definitions.protobuf.echoes import said_in
from contractkit.definitions.protobuf.encoders import Encoders
from contractkit.definitions.protobuf.kinds import Kinds
from contractkit.definitions.protobuf.plans import Plans
from contractkit.definitions.protobuf.resources import Resources
from contractkit.definitions.protobuf.synthesis import Synthesis
from contractkit.definitions.protobuf.writing import Writer
from contractkit.definitions.rpc_interface import Side
from contractkit.exact_json import Json
from contractkit.sources import load_definition

REAL = ("etcd", "googleapis-library", "googleapis-pubsub", "grpc-gateway", "grpc-route-guide", "opentelemetry-demo")

ODD = """
syntax = "proto2";
package odd;
service Odd { rpc Get(Asked) returns (Odd_); }
message Asked {
  optional int32 id = 1; repeated string tags = 2; optional Inner inner = 3; map<string, int32> counts = 4;
}
message Odd_ {
  optional int32 id = 900; repeated string tags = 7; optional Inner inner = 3; map<string, int32> counts = 4;
  required string must = 1; repeated int32 packed = 5 [packed = true]; repeated int32 loose = 6;
  optional group Grouped = 8 { optional string text = 1; }
  oneof result { Inner left = 10; string right = 2; sint64 number = 20000; }
  optional Odd_ again = 11; repeated Inner many = 12; optional string text = 13 [default = "usual"];
}
message Inner {
  optional int32 id = 1; optional sint32 depth = 2; optional bool is_deleted = 3; optional bytes data = 4;
}
"""


class Both:
    """Makes answers of a definition in both ways."""

    def __init__(self, definition: ProtoDefinition) -> None:
        self.definition = definition
        self.kinds = Kinds()
        self.writer = Writer(definition.files, self.kinds)
        plans = Plans(self.kinds, Resources(definition.files.own))
        self.synthesis = Synthesis(plans)
        self.encoders = Encoders(plans, self.synthesis, self.writer)

    def differing(self, name: str, request: Json) -> list[tuple[bytes, bytes]]:
        """Give the pairs that are not alike, of twenty."""
        procedure = self.definition.procedure(name)
        wanted = self.definition.message_type(procedure, Side.RESPONSE)
        said = said_in(request, self.definition.message_type(procedure, Side.REQUEST), self.kinds)
        encoder, pairs = self.encoders.of(wanted), []
        for number in map(number_of, map(str, range(20))):
            tree = self.synthesis.message(wanted, number, said=said)
            whole = self.writer.whole(tree, wanted).SerializeToString(deterministic=True)
            pairs.append((whole if encoder is None else encoder.encode(number, said), whole))
        return [(encoded, whole) for encoded, whole in pairs if encoded != whole]

    def differing_of_all(self) -> list[tuple[bytes, bytes]]:
        """Give the pairs that are not alike of any procedure, the request empty and full."""
        found = []
        for operation in self.definition.operations:
            full = self.definition.example(self.definition.procedure(operation.name), Side.REQUEST, seed="a")
            found += [*self.differing(operation.name, None), *self.differing(operation.name, full)]
        return found


def test_every_kind_of_field_is_encoded_as_the_library_does(kinds: ProtoDefinition) -> None:
    assert Both(kinds).differing_of_all() == []


def test_what_only_proto2_has_is_encoded_as_the_library_does(define: Callable[[str], ProtoDefinition]) -> None:
    odd = Both(define(ODD))
    assert odd.encoders.of(odd.definition.message_type(odd.definition.procedure("Get"), Side.RESPONSE)) is not None
    assert odd.differing_of_all() == []
    asked = {"id": 7, "tags": ["a", "b"], "inner": {"depth": -3}, "counts": {"x": 1}}
    assert odd.differing("Get", asked) == []


@pytest.mark.parametrize("folder", REAL)
def test_answers_of_real_definitions_are_encoded_as_the_library_does(
    folder: str, test_data: Callable[[str], Path]
) -> None:
    assert Both(load_definition(test_data(f"definitions/real/proto/{folder}")).protobuf).differing_of_all() == []


def test_a_message_that_may_grow_too_large_is_left_to_the_library(define: Callable[[str], ProtoDefinition]) -> None:
    levels = "".join(f"message L{n} {{ repeated L{n + 1} a = 1; repeated L{n + 1} b = 2; }}" for n in range(5))
    wide = Both(
        define(
            f'syntax = "proto3"; package w; service W {{ rpc Get(L5) returns (L0); }} {levels}'
            " message L5 { string text = 1; int32 id = 2; }"
        )
    )
    assert wide.encoders.of(wide.definition.message_type(wide.definition.procedure("Get"), Side.RESPONSE)) is None
    assert wide.differing_of_all() == []


THINGS = """
syntax = "proto3"; package things;
service Things {{ rpc Get(Asked) returns (Thing); }}
message Asked {{ string filter = 1; }}
message Thing {{ string id = 1; Part part = 2; repeated Part parts = 3; double total = 4; {more} }}
message Part {{ string sku = 1; int64 part_id = 2; {more} }}
"""


def things(define: Callable[[str], ProtoDefinition], more: str, seed: str) -> Json:
    definition = define(THINGS.format(more=more))
    return definition.answer(definition.procedure("Get"), seed=seed, request={"filter": "x"}).tree


def test_a_field_that_is_added_leaves_the_values_of_the_others(define: Callable[[str], ProtoDefinition]) -> None:
    before, after = things(define, "", "a"), things(define, "string colour = 9; bool is_new = 10;", "a")
    added = {"colour", "is_new"}
    assert after.keys() - before.keys() == added
    assert {**after, "part": None, "parts": None} == {
        **before,
        "colour": after["colour"],
        "is_new": after["is_new"],
        "part": None,
        "parts": None,
    }
    for old, new in zip([before["part"], *before["parts"]], [after["part"], *after["parts"]], strict=True):
        assert {name: value for name, value in new.items() if name not in added} == old


def test_what_tells_things_apart_differs_and_all_else_varies(define: Callable[[str], ProtoDefinition]) -> None:
    definition = define(THINGS.format(more=""))
    get = definition.procedure("Get")
    made = [definition.answer(get, seed=str(number)).tree for number in range(500)]
    assert len({each["id"] for each in made}) > 490
    assert len({each["part"]["part_id"] for each in made}) > 450
    assert len({each["total"] for each in made}) > 150
    assert {len(each["parts"]) for each in made} == {1, 2}
    twins = [each for each in made if len(each["parts"]) == 2 and each["parts"][0]["sku"] == each["parts"][1]["sku"]]
    assert len(twins) < 10

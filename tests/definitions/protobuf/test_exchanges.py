"""Exchanges: an encoded request taken to its answer at once gets what receiving and answering give in turn."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.definitions.rpc_interface import Procedure, Side
from contractkit.exact_json import Json, dump_compact
from contractkit.sources import load_definition


def in_turn(definition: ProtoDefinition, procedure: Procedure, tree: Json) -> tuple[Json, bytes, Json]:
    seed = f"a {dump_compact([tree]).decode()}"
    answer = definition.answer(procedure, seed=seed, request=tree)
    return tree, answer.encoded, answer.tree


@pytest.mark.parametrize("name", ["opentelemetry-demo", "googleapis-pubsub", "grpc-gateway", "etcd"])
def test_an_exchange_is_what_its_parts_give(test_data: Callable[[str], Path], name: str) -> None:
    definition = load_definition(test_data(f"definitions/real/proto/{name}")).protobuf
    told = 0
    for operation in definition.operations:
        procedure = definition.procedure(operation.name)
        data = definition.encode(procedure, Side.REQUEST, definition.example(procedure, Side.REQUEST, seed="a"))
        found = definition.exchange(procedure, seed="a")(data)
        if found is not None:
            tree, answer = found
            assert tree == definition.decode(procedure, Side.REQUEST, data)
            assert (tree, answer.encoded, answer.tree) == in_turn(definition, procedure, tree)
            assert dict(answer.promises) == dict(definition.answer(procedure, seed="b", body=answer.tree).promises)
            told += 1
    assert told > 0


@pytest.mark.parametrize("further", [b"\xf8\xff\xff\xff\x0f\x01", b"\x08"], ids=["an unknown field", "cut short"])
def test_what_is_not_allowed_is_not_exchanged(kinds: ProtoDefinition, further: bytes) -> None:
    for operation in kinds.operations:
        procedure = kinds.procedure(operation.name)
        data = kinds.encode(procedure, Side.REQUEST, kinds.example(procedure, Side.REQUEST, seed="a"))
        assert kinds.exchange(procedure, seed="a")(data + further) is None

"""Real and hand-made proto trees: every one loads, and both sides of every procedure are made, encoded and decoded."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.definitions.rpc_interface import Side
from contractkit.sources import load_definition

FOLDERS = ("definitions/real/proto", "definitions/real/versions/proto", "definitions/breaking/proto")


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_message_that_is_made_is_valid_and_comes_back_as_it_was(
    test_data: Callable[[str], Path], folder: str
) -> None:
    roots = list(proto_roots(test_data(folder)))
    assert roots
    for root in roots:
        definition = load_definition(root).protobuf
        for operation in definition.operations:
            procedure = definition.procedure(operation.name)
            for side in Side:
                tree = definition.example(procedure, side, seed="a")
                encoded = definition.encode(procedure, side, tree)
                assert definition.decode(procedure, side, encoded) == tree, f"{root} {operation.name}"
                assert definition.unknown_fields(procedure, side, encoded) == ()


@pytest.mark.parametrize(
    ("name", "operations"),
    [
        ("grpc-helloworld", 1),
        ("grpc-route-guide", 4),
        ("opentelemetry-demo", 21),
        ("googleapis-pubsub", 35),
        ("googleapis-library", 11),
        ("grpc-gateway", 42),
        ("etcd", 42),
    ],
)
def test_every_procedure_of_a_real_project_answers_what_was_asked(
    test_data: Callable[[str], Path], name: str, operations: int
) -> None:
    definition = load_definition(test_data(f"definitions/real/proto/{name}")).protobuf
    assert len(definition.operations) == operations
    for operation in definition.operations:
        procedure = definition.procedure(operation.name)
        request = definition.example(procedure, Side.REQUEST, seed="a")
        for ordinal in (0, 1):
            made = definition.answer(procedure, seed="a", request=request, ordinal=ordinal)
            encoded = definition.encode(procedure, Side.RESPONSE, made.tree)
            assert definition.decode(procedure, Side.RESPONSE, encoded) == made.tree
            assert made.encoded == encoded
            assert made.promises


def test_the_descriptors_of_a_procedure_are_a_definition_of_their_own(test_data: Callable[[str], Path]) -> None:
    demo = load_definition(test_data("definitions/real/proto/opentelemetry-demo")).protobuf
    for operation in demo.operations:
        procedure = demo.procedure(operation.name)
        alone = ProtoDefinition(demo.descriptor_set(procedure), source="alone")
        tree = demo.example(procedure, Side.RESPONSE, seed="a")
        encoded = demo.encode(procedure, Side.RESPONSE, tree)
        assert alone.decode(alone.procedure(operation.name), Side.RESPONSE, encoded) == tree


def proto_roots(folder: Path) -> Iterator[Path]:
    """Give the directories that imports start from: `before` and `after` of a pair, else the project's own."""
    for project in sorted(each for each in folder.iterdir() if each.is_dir()):
        sides = [project / side for side in ("before", "after") if (project / side).is_dir()]
        yield from (side for side in sides or [project] if any(side.rglob("*.proto")))

"""Messages that came from outside: read once, they get the verdict that reading, looking and checking apart give."""

from collections.abc import Callable
from pathlib import Path

import pytest
from google.protobuf.message_factory import GetMessageClass

from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.definitions.rpc_interface import Procedure, ReceivedMessage, Side
from contractkit.errors import DefinitionError
from contractkit.model import parse_location
from contractkit.results import ABSENT, Violation
from contractkit.sources import load_definition

AT = parse_location("events[0].message")


def apart(definition: ProtoDefinition, procedure: Procedure, data: bytes) -> ReceivedMessage:
    """Give the verdict of the three questions asked one by one."""
    tree = definition.decode(procedure, Side.REQUEST, data)
    unknown = definition.unknown_fields(procedure, Side.REQUEST, data)
    violations = () if unknown else definition.check(procedure, Side.REQUEST, tree, AT)
    return ReceivedMessage(tree=tree, unknown=unknown, violations=violations)


@pytest.mark.parametrize("name", ["opentelemetry-demo", "googleapis-pubsub", "grpc-gateway", "etcd"])
@pytest.mark.parametrize("further", [b"", b"\xf8\xff\xff\xff\x0f\x01"], ids=["known", "with an unknown field"])
def test_a_message_read_once_has_the_verdict_of_the_parts(
    test_data: Callable[[str], Path], name: str, further: bytes
) -> None:
    definition = load_definition(test_data(f"definitions/real/proto/{name}")).protobuf
    for operation in definition.operations:
        procedure = definition.procedure(operation.name)
        tree = definition.example(procedure, Side.REQUEST, seed="a")
        data = definition.encode(procedure, Side.REQUEST, tree) + further
        assert definition.receive(procedure, Side.REQUEST, data, AT) == apart(definition, procedure, data)


@pytest.mark.parametrize("method", ["Send", "Collect", "Choose", "Mention", "Recurse"])
def test_every_kind_of_field_read_once_has_the_verdict_of_the_parts(kinds: ProtoDefinition, method: str) -> None:
    procedure = kinds.procedure(method)
    data = kinds.encode(procedure, Side.REQUEST, kinds.example(procedure, Side.REQUEST, seed="a"))
    assert kinds.receive(procedure, Side.REQUEST, data, AT) == apart(kinds, procedure, data)


def test_numbers_that_have_no_json_are_received(kinds: ProtoDefinition) -> None:
    procedure = kinds.procedure("Send")
    message = GetMessageClass(kinds.message_type(procedure, Side.REQUEST))(
        a_double=float("-inf"), a_float=3.4028234663852886e38, an_int64=-(2**63), a_level=7
    )
    data = message.SerializeToString()
    received = kinds.receive(procedure, Side.REQUEST, data, AT)
    assert received == apart(kinds, procedure, data)
    assert (received.unknown, received.violations) == ((), ())


def test_unknown_fields_are_found_at_any_depth(kinds: ProtoDefinition) -> None:
    data = b"\x0a\x05\x0a\x01a\x48\x01" + b"\xa0\x06\x01"
    assert kinds.receive(kinds.procedure("Choose"), Side.REQUEST, data, AT).unknown == (9, 100)


def test_a_required_field_that_did_not_come_is_a_violation(define: Callable[[str], ProtoDefinition]) -> None:
    definition = define("""
        syntax = "proto2"; package old;
        service Old { rpc Get(Outer) returns (Outer); }
        message Outer { optional Inner inner = 1; }
        message Inner { required int32 id = 1; }
    """)
    received = definition.receive(definition.procedure("Get"), Side.REQUEST, b"\x0a\x00", AT)
    assert received == ReceivedMessage(
        tree={"inner": {}},
        violations=(
            Violation(
                location=parse_location("events[0].message.inner.id"),
                expected="a value: the field is required",
                received=ABSENT,
                pointer="test.proto#old.Inner.id",
            ),
        ),
    )


def test_bytes_that_are_no_message_are_refused(kinds: ProtoDefinition) -> None:
    with pytest.raises(DefinitionError, match=r"The bytes are not a message of kinds\.v1\.Scalars\."):
        kinds.receive(kinds.procedure("Send"), Side.REQUEST, b"\x0a\x05", AT)

"""Small protobuf definitions and calls recorded against them, for tests of impact."""

from collections.abc import Callable, Sequence

import pytest

from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.exact_json import Json
from contractkit.impact import ConsumerInfo, ImpactReport, analyse
from contractkit.model import (
    Contract,
    Evidence,
    HalfClosed,
    Interaction,
    JsonBody,
    LocatedRules,
    MissingBody,
    Needs,
    Received,
    RpcCall,
    Rule,
    Sent,
    Status,
    TestReference,
    UnknownNeeds,
    parse_location,
)
from contractkit.sources.protoc import compile_protos

MEDIA_TYPE = "application/protobuf;message=.shop.v1.Thing"


def recorded(
    sent: Json = None,
    received: Json = None,
    *,
    procedure: str = "shop.v1.Shop/Call",
    served: Json = None,
    needs: Needs | None = None,
    exact: Sequence[str] = (),
    media_type: str = MEDIA_TYPE,
    details: tuple[Json, ...] = (),
) -> Interaction:
    """Give a unary call as it is recorded; without `received` it ends with an error."""
    answer = () if received is None else (Received(message=JsonBody(received, media_type)),)
    status = Status(code="NOT_FOUND" if received is None else "OK", details=details)
    rules = [LocatedRules(location=parse_location("events[2].message"), rules=(Rule("type"),))]
    rules += [LocatedRules(location=parse_location(place), rules=(Rule("equality"),)) for place in exact]
    test = TestReference(node_id="tests/test_shop.py::test_it", file="tests/test_shop.py", line=12)
    return Interaction(
        key=procedure,
        description=f"{procedure} answers {status.code}",
        exchange=RpcCall(
            procedure=procedure, events=(Sent(message=JsonBody(sent, media_type)), HalfClosed(), *answer, status)
        ),
        operation=procedure,
        rules=tuple(rules),
        served=MissingBody() if served is None else JsonBody(served, media_type),
        evidence=(Evidence(test=test, needs=needs or UnknownNeeds()),),
    )


@pytest.fixture
def record() -> Callable[..., Interaction]:
    """Give a call as it is recorded."""
    return recorded


@pytest.fixture
def define() -> Callable[[str], ProtoDefinition]:
    """Give the definition that a text is."""

    def read(text: str) -> ProtoDefinition:
        found = compile_protos({"shop.proto": text.encode()}, ("shop.proto",), source="shop.proto")
        assert found.errors == ()
        return ProtoDefinition(found.descriptor_set, source="shop.proto")

    return read


@pytest.fixture
def report_on(define: Callable[[str], ProtoDefinition]) -> Callable[..., ImpactReport]:
    """Give the report on two definitions for some interactions of one consumer."""

    def report(old: str, new: str, *interactions: Interaction) -> ImpactReport:
        contract = Contract(consumer="web-shop", provider="shop", interactions=interactions)
        return analyse(define(old), define(new), [(contract, ConsumerInfo(versions=("4.1.0",)))])

    return report

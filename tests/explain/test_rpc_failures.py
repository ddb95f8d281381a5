"""What a provider's team is told of a call over gRPC that ended with another status."""

from contractkit.exact_json import read_json
from contractkit.explain.verification_failures import explain_failure
from contractkit.explain.verification_formats import verification_as_json
from contractkit.model import (
    Contract,
    Evidence,
    HalfClosed,
    Interaction,
    JsonBody,
    Received,
    RpcCall,
    Sent,
    Status,
    TestReference,
    parse_location,
)
from contractkit.results import ABSENT, ContractResult, InteractionResult, Mismatch

CALL = RpcCall(
    procedure="stock.v1.Stock/GetItem",
    events=(
        Sent(message=JsonBody({"id": 7})),
        HalfClosed(),
        Received(message=JsonBody({"name": "lamp"})),
        Status(code="OK"),
    ),
)
TEST = TestReference(node_id="tests/test_shop.py::test_it", file="tests/test_shop.py", line=9)
GET_ITEM = Interaction(key="a", description="GetItem id=7 answers OK", exchange=CALL, evidence=(Evidence(test=TEST),))
CONTRACT = Contract(consumer="web-shop", provider="stock", interactions=(GET_ITEM,))


def mismatch(place: str, expected: object, actual: object, sentence: str) -> Mismatch:
    return Mismatch(
        location=parse_location(place), expected=expected, actual=actual, rule="equality", sentence=sentence
    )


def failed(status: Status) -> ContractResult:
    result = InteractionResult(
        interaction=GET_ITEM,
        mismatches=(
            mismatch("events[2].message", {"name": "lamp"}, ABSENT, "the message"),
            mismatch("events[3].status", "OK", status.code, 'exactly "OK"'),
        ),
        answer=status,
    )
    return ContractResult(contract=CONTRACT, results=(result,))


def test_the_text_and_details_of_the_status_are_told_and_nothing_is_said_of_messages_that_could_not_come() -> None:
    detail = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SCOPE"}
    report = failed(Status(code="PERMISSION_DENIED", message="token lacks stock:read", details=(detail,)))
    said = str(explain_failure(report, report.results[0]))
    assert '  received      "PERMISSION_DENIED"\n  text          "token lacks stock:read"\n' in said
    assert '  details       {"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"SCOPE"}\n' in said
    assert "the message" not in said


def test_json_has_the_status_as_it_came_and_every_mismatch() -> None:
    document = read_json(verification_as_json("stock", [failed(Status(code="UNKNOWN", message="KeyError: 'lat'"))]))
    (interaction,) = document["contracts"][0]["interactions"]
    assert interaction["status"] == {"code": "UNKNOWN", "message": "KeyError: 'lat'"}
    assert [each["location"] for each in interaction["mismatches"]] == ["events[2].message", "events[3].status"]

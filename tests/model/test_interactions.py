from contractkit.model import (
    DerivedState,
    Evidence,
    HttpCall,
    HttpRequest,
    HttpResponse,
    InferredNeeds,
    Interaction,
    JsonBody,
    Need,
    Part,
    PartKind,
    ProviderState,
    Received,
    RpcCall,
    Sent,
    Status,
    TestReference,
    UnknownNeeds,
    interaction_key,
    parse_location,
    unite_needs,
)

CALL = HttpCall(request=HttpRequest(method="GET", path="/orders/7"), response=HttpResponse(status=200))
TEST = TestReference(node_id="tests/test_a.py::test_a", file="tests/test_a.py", line=3)


def needs(*locations: str, **more: tuple[object, ...]) -> InferredNeeds:
    return InferredNeeds(needed=tuple(Need(location=parse_location(each)) for each in locations), **more)  # type: ignore[arg-type]


def test_the_key_depends_on_what_is_asked_and_in_which_state_only() -> None:
    def key(**changed: object) -> str:
        given = {
            "kind": "http",
            "operation": "getOrder",
            "states": (),
            "request": {"path": "/orders/7"},
            "status": "200",
        }
        return interaction_key(**(given | changed))  # type: ignore[arg-type]

    assert key() == key()
    assert len({key(), key(status="404"), key(request={}), key(states=(ProviderState(name="packed"),))}) == 4
    assert key(ordinal=2) == f"{key()}-2"


def test_needs_of_several_tests_unite() -> None:
    total, lines = parse_location("response.body.total"), parse_location("response.body.lines")
    united = unite_needs((needs("response.body.total", tolerated=(lines,)), needs("response.body.lines")))
    assert united == InferredNeeds(needed=(Need(location=lines), Need(location=total)), valid_for="")


def test_one_unknown_makes_the_whole_unknown() -> None:
    assert unite_needs((needs("response.body.total"), UnknownNeeds())) == UnknownNeeds(
        reason="not inferred for every test"
    )
    assert unite_needs(()) == UnknownNeeds()


def test_a_derived_state_speaks_only_where_none_was_named() -> None:
    derived = DerivedState(operation="getOrder", status="200", values={"id": 7})
    asked = Interaction(key="a", description="a", exchange=CALL, derived_state=derived, evidence=(Evidence(test=TEST),))
    assert asked.state_names == ("getOrder answers 200",)
    assert str(asked.evidence[0].test) == "tests/test_a.py:3"


def test_requests_are_closed_and_responses_open() -> None:
    is_open = {str(part.location): part.is_open for part in CALL.parts()}
    assert is_open == {
        "request.method": False,
        "request.path": False,
        "request.query": False,
        "request.headers": True,
        "request.body": False,
        "response.status": False,
        "response.headers": True,
        "response.body": True,
    }


def test_the_events_of_a_remote_call_are_parts_in_their_order() -> None:
    call = RpcCall(
        procedure="orders.v1.Orders/GetOrder",
        events=(
            Sent(message=JsonBody({"id": 7})),
            Received(message=JsonBody({"sku": "TEA-001"})),
            Status(code="OK"),
        ),
    )
    assert [str(part.location) for part in call.parts()] == [
        "procedure",
        "metadata",
        "initial_metadata",
        "events[0].message",
        "events[1].message",
        "events[2].status",
        "events[2].status_message",
        "events[2].trailers",
    ]
    assert call.parts()[4] == Part(
        location=parse_location("events[1].message"),
        kind=PartKind.BODY,
        value=JsonBody({"sku": "TEA-001"}),
        is_open=True,
    )


def test_a_tolerated_element_is_not_around_another_one_of_the_same_list() -> None:
    found = needs(tolerated=(parse_location("response.body.lines[*]"),))
    assert found.around(parse_location("response.body.lines[0]")) == ()
    assert found.around(parse_location("response.body.lines[0].sku")) == (parse_location("response.body.lines[*]"),)

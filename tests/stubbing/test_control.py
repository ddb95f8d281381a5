"""What a consumer's tests tell a stub that runs as a process."""

from collections.abc import Callable, Mapping

import pytest

from contractkit.exact_json import Json
from contractkit.model import HttpRequest, HttpResponse, JsonBody, ProviderState, TextBody
from contractkit.recording.answering import Answered
from contractkit.stubbing.control import Controlled
from contractkit.stubbing.dependencies import dependency_at
from contractkit.stubbing.faulty import with_faults
from contractkit.stubbing.serving import FromDefinition
from contractkit.stubbing.states import Given

Send = Callable[..., Answered]
STATES = "/_contractkit/states"
FAULTS = "/_contractkit/faults"


def stub(*, allows_faults: bool = True, given: Given | None = None) -> Send:
    dependency = dependency_at("orders.yaml")
    provider = dependency.open()
    faulty = with_faults(FromDefinition(), dependency, provider, allows_header=allows_faults)
    answer = Controlled(faulty, given or Given(), allows_faults=allows_faults).http(provider)

    def send(method: str, path: str, value: Json = None) -> Answered:
        body = JsonBody(value, "application/json")
        return answer(HttpRequest(method=method, path=path, **({"body": body} if value is not None else {})))

    return send


def value_of(response: HttpResponse) -> Json:
    assert isinstance(response.body, JsonBody)
    return response.body.value


def test_states_hold_until_others_take_their_place() -> None:
    given = Given()
    send = stub(given=given)
    answered = send("PUT", STATES, [{"name": "order exists", "params": {"id": 7}}])

    assert (answered.response.status, answered.operation, answered.reason) == (200, None, "")
    assert given.now == (ProviderState(name="order exists", params={"id": 7}),)
    assert value_of(send("GET", STATES).response) == [{"name": "order exists", "params": {"id": 7}}]
    assert value_of(send("PUT", "/v1/_contractkit/states", ["sold"]).response) == [{"name": "sold", "params": {}}]
    assert value_of(send("DELETE", STATES).response) == []
    assert given.now == ()


def test_faults_happen_until_others_take_their_place() -> None:
    send = stub()
    said = {"getOrder": {"status": 503, "times": 1}}
    answered = send("PUT", FAULTS, said)
    first = [send("GET", "/orders/7").response.status for _ in range(2)]
    send("PUT", FAULTS, {"*": {"status": 500}})
    second = send("GET", "/orders/7").response.status
    ended = send("DELETE", FAULTS)
    third = send("GET", "/orders/7").response.status

    assert (value_of(answered.response), value_of(ended.response)) == (said, {})
    assert (first, second, third) == ([503, 200], 500, 200)


def test_faults_of_the_settings_go_on_beside_those_that_are_asked_for(project: object) -> None:
    dependency = dependency_at("orders.yaml")
    provider = dependency.open()
    from dataclasses import replace

    settled = replace(dependency, faults={"getOrder": {"status": 503, "every": 2}})
    faulty = with_faults(FromDefinition(), settled, provider, allows_header=True)
    answer = faulty.http(provider)
    faulty.replace_asked({"getOrder": {"status": 500, "times": 1}})
    statuses = [answer(HttpRequest(method="GET", path="/orders/7")).response.status for _ in range(4)]

    assert statuses == [500, 503, 200, 503]


def test_json_is_taken_whatever_its_media_type_says() -> None:
    dependency = dependency_at("orders.yaml")
    provider = dependency.open()
    given = Given()
    faulty = with_faults(FromDefinition(), dependency, provider, allows_header=False)
    body = TextBody('["sold"]', "application/x-www-form-urlencoded")
    answer = Controlled(faulty, given, allows_faults=False).http(provider)

    assert answer(HttpRequest(method="PUT", path=STATES, body=body)).response.status == 200
    assert given.now == (ProviderState(name="sold"),)


def problem_of(answered: Answered) -> tuple[int, str]:
    value = value_of(answered.response)
    assert isinstance(value, Mapping)
    assert answered.reason == value["detail"]
    return answered.response.status, answered.reason


@pytest.mark.parametrize(
    ("method", "path", "value", "status", "reason"),
    [
        (
            "PUT",
            "/_contractkit/state",
            [],
            404,
            "/_contractkit/state is not there: a stub hears /_contractkit/states and /_contractkit/faults.",
        ),
        ("POST", STATES, ["sold"], 405, "/_contractkit/states takes GET, PUT, DELETE, not POST."),
        (
            "PUT",
            STATES,
            None,
            400,
            "The body is not JSON. (problem: Expecting value (line 1, column 1))",
        ),
        (
            "PUT",
            STATES,
            [7],
            400,
            "The states cannot be read. (at: the body, element 0; expected: a text, or an object such as "
            '{"name": "order exists", "params": {"id": 7}}; received: 7)',
        ),
        (
            "PUT",
            FAULTS,
            [7],
            400,
            "The faults cannot be read. (expected: an object of operations such as "
            '{"getOrder": {"status": 503, "times": 1}}; received: [7])',
        ),
        ("PUT", FAULTS, {"getOrdr": {"status": 503}}, 400, "Orders 1.0.0 has no operation 'getOrdr'."),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    method: str, path: str, value: Json, status: int, reason: str
) -> None:
    send = stub()
    send("PUT", FAULTS, {"getOrder": {"status": 503}})

    found = problem_of(send(method, path, value))
    assert found[0] == status
    assert found[1].startswith(reason)
    assert value_of(send("GET", FAULTS).response) == {"getOrder": {"status": 503}}
    assert value_of(send("GET", STATES).response) == []


def test_faults_are_not_heard_unless_that_was_allowed() -> None:
    send = stub(allows_faults=False)

    assert problem_of(send("PUT", FAULTS, {"getOrder": {"status": 503}})) == (
        400,
        "Faults are not heard here. Start the stub with --allow-faults.",
    )
    assert send("PUT", STATES, ["sold"]).response.status == 200

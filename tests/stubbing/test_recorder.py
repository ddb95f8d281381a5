"""The recorder of a process: what it keeps, and when it writes, by a clock that the test moves."""

from dataclasses import replace
from pathlib import Path

import pytest

from contractkit import load_contract
from contractkit.errors import ContractFileError
from contractkit.model import HttpCall, HttpRequest, JsonBody, ProviderState
from contractkit.stubbing.dependencies import dependency_at
from contractkit.stubbing.recorder import Recorder, Recording


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def recorder(project: Path, clock: Clock) -> Recorder:
    file = project / "web.json"
    return Recorder(Recording(name="suite", consumer="web", provider="orders", file=file, root=project), clock=clock)


def ask(recorder: Recorder, *paths: str) -> None:
    answer = recorder.http(dependency_at("orders.yaml").open())
    for path in paths:
        answer(HttpRequest(method="GET", path=path))


def count(recorder: Recorder) -> int:
    file = recorder.recording.file
    return len(load_contract(file.read_bytes(), origin="web.json").interactions) if file.exists() else 0


def test_it_writes_after_a_quiet_second(recorder: Recorder, clock: Clock) -> None:
    ask(recorder, "/orders/1")
    clock.now = 0.9
    assert recorder.write_if_due() is None
    ask(recorder, "/orders/2")
    clock.now = 1.8
    assert recorder.write_if_due() is None
    clock.now = 2.0
    assert recorder.write_if_due() is not None
    assert count(recorder) == 2
    assert recorder.write_if_due() is None


def test_it_writes_after_ten_seconds_of_what_never_stops(recorder: Recorder, clock: Clock) -> None:
    for number in range(11):
        clock.now = float(number)
        ask(recorder, f"/orders/{number}")
        if number < 10:
            clock.now += 0.9
            assert recorder.write_if_due() is None

    assert recorder.write_if_due() is not None
    assert count(recorder) == 11


def test_a_call_that_is_known_is_no_news(recorder: Recorder, clock: Clock) -> None:
    ask(recorder, "/orders/1")
    clock.now = 1.0
    recorder.write_if_due()
    ask(recorder, "/orders/1", "/orders/1")
    clock.now = 20.0

    assert recorder.write_if_due() is None
    assert len(recorder.interactions) == 1


def test_what_could_not_be_written_is_tried_again(recorder: Recorder, clock: Clock) -> None:
    ask(recorder, "/orders/1")
    recorder.recording.file.write_text("[")
    clock.now = 1.0
    with pytest.raises(ContractFileError):
        recorder.write_if_due()
    recorder.recording.file.unlink()
    clock.now = 2.0

    assert recorder.write_if_due() is not None
    assert count(recorder) == 1


def test_refused_requests_are_counted_each_and_not_kept(recorder: Recorder) -> None:
    ask(recorder, "/orders/x", "/orders/x", "/nowhere")

    assert (recorder.refused, recorder.interactions, recorder.finish()) == (3, (), None)


def test_an_edited_definition_records_anew_what_is_called_again(recorder: Recorder, project: Path) -> None:
    ask(recorder, "/orders/1", "/orders/2")
    (project / "order.yaml").write_text("Order: {type: object, required: [number], properties: {number: {const: 3}}}\n")
    ask(recorder, "/orders/1")

    answers = [each.exchange.response.body for each in recorder.interactions if isinstance(each.exchange, HttpCall)]
    assert sorted(str(sorted(each.value)) for each in answers if isinstance(each, JsonBody)) == ["['id']", "['number']"]


def test_states_are_those_that_were_given_and_that_the_request_names(recorder: Recorder) -> None:
    answer = recorder.http(dependency_at("orders.yaml").open())
    request = HttpRequest(method="GET", path="/orders/7")
    answer(request)
    recorder.given.now = (ProviderState(name="paid"),)
    answer(request)
    answer(replace(request, headers={"x-contractkit-given": ("order exists; id=7",)}))
    recorder.given.now = ()
    answer(request)

    states = sorted((each.states for each in recorder.interactions), key=len)
    assert states == [
        (),
        (ProviderState(name="paid"),),
        (ProviderState(name="paid"), ProviderState(name="order exists", params={"id": 7})),
    ]


def test_states_that_cannot_be_read_are_refused_and_counted(recorder: Recorder) -> None:
    answer = recorder.http(dependency_at("orders.yaml").open())
    headers = {"x-contractkit-given": ("id=7",)}
    answered = answer(HttpRequest(method="GET", path="/orders/7", headers=headers))

    assert (answered.response.status, recorder.refused, recorder.interactions) == (400, 1, ())
    assert answered.reason.startswith("The states cannot be read. (at: x-contractkit-given; expected: the name of a")

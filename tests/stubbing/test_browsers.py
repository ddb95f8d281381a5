"""Pages of other origins that call a stub: what browsers are told, and that nothing of it is recorded."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contractkit.model import HttpCall, HttpRequest, MissingBody
from contractkit.recording.answering import Answered
from contractkit.stubbing.browsers import ForBrowsers
from contractkit.stubbing.control import Controlled
from contractkit.stubbing.dependencies import dependency_at
from contractkit.stubbing.faulty import with_faults
from contractkit.stubbing.recorder import Recorder, Recording

PAGE = ("http://localhost:3000",)
OPEN = {
    "access-control-allow-origin": PAGE,
    "access-control-allow-credentials": ("true",),
    "vary": ("Origin",),
}


@pytest.fixture
def recorder(project: Path) -> Recorder:
    return Recorder(Recording(name="a", consumer="web", provider="orders", file=project / "web.json", root=project))


@pytest.fixture
def answer(recorder: Recorder) -> Callable[[HttpRequest], Answered]:
    dependency = dependency_at("orders.yaml")
    provider = dependency.open()
    faulty = with_faults(recorder, dependency, provider, allows_header=True)
    return ForBrowsers(Controlled(faulty, recorder.given, allows_faults=True)).http(provider)


def test_a_preflight_is_allowed_and_recorded_nowhere(
    answer: Callable[[HttpRequest], Answered], recorder: Recorder
) -> None:
    asked = {"access-control-request-method": ("POST",), "access-control-request-headers": ("content-type,x-a",)}
    answered = answer(HttpRequest(method="OPTIONS", path="/v1/orders", headers={"origin": PAGE, **asked}))

    assert (answered.response.status, answered.reason, answered.response.body) == (204, "", MissingBody())
    assert answered.response.headers == {
        **OPEN,
        "access-control-allow-methods": ("POST",),
        "access-control-allow-headers": ("content-type,x-a",),
    }
    assert (recorder.refused, recorder.interactions) == (0, ())


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/v1/orders/7", {}, 200),
        ("/v1/order/7", {}, 404),
        ("/v1/orders/8", {"x-contractkit-fault": ("status=503",)}, 503),
    ],
)
def test_a_page_may_read_what_it_is_answered(
    answer: Callable[[HttpRequest], Answered], path: str, headers: dict[str, tuple[str, ...]], status: int
) -> None:
    response = answer(HttpRequest(method="GET", path=path, headers={"origin": PAGE, **headers})).response

    assert response.status == status
    assert {name: response.headers[name] for name in OPEN} == OPEN


def test_the_contract_has_nothing_of_it(answer: Callable[[HttpRequest], Answered], recorder: Recorder) -> None:
    answer(HttpRequest(method="GET", path="/v1/orders/7", headers={"origin": PAGE}))
    [interaction] = recorder.interactions

    assert isinstance(interaction.exchange, HttpCall)
    assert interaction.exchange.request == HttpRequest(method="GET", path="/orders/7")
    assert not {*interaction.exchange.response.headers} & {*OPEN}


def test_other_clients_are_answered_as_ever(answer: Callable[[HttpRequest], Answered]) -> None:
    plain = answer(HttpRequest(method="GET", path="/v1/orders/7")).response
    asked = answer(HttpRequest(method="OPTIONS", path="/v1/orders/7", headers={"origin": PAGE})).response
    told = answer(HttpRequest(method="GET", path="/_contractkit/states", headers={"origin": PAGE})).response

    assert not {*plain.headers} & {*OPEN}
    assert asked.status == 405
    assert not {*told.headers} & {*OPEN}

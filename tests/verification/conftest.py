"""Interactions in one line, applications in process, and servers that misbehave on purpose."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Mapping

import pytest

from contractkit.exact_json import Json
from contractkit.model import (
    Contract,
    DerivedState,
    Evidence,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    JsonBody,
    LocatedRules,
    MissingBody,
    ProviderState,
    Rule,
    TestReference,
    parse_location,
)
from contractkit.verification.verifier import SelectedContract

TEST = TestReference(node_id="tests/test_shop.py::test_total", file="tests/test_shop.py", line=12)


def build_interaction(
    path: str = "/orders/7",
    *,
    method: str = "GET",
    status: int = 200,
    expects: Json = None,
    description: str = "an order",
    given: Mapping[str, Mapping[str, Json]] | None = None,
    derived: Mapping[str, Json] | None = None,
    query: Mapping[str, tuple[str | None, ...]] | None = None,
    headers: Mapping[str, tuple[str, ...]] | None = None,
    sends: Json = None,
    pending: bool = False,
) -> Interaction:
    call = HttpCall(
        request=HttpRequest(
            method=method,
            path=path,
            query=query or {},
            headers=headers or {},
            body=MissingBody() if sends is None else JsonBody(sends),
        ),
        response=HttpResponse(status=status, body=MissingBody() if expects is None else JsonBody(expects)),
    )
    return Interaction(
        key=f"{method} {path} {description}",
        description=description,
        exchange=call,
        operation="getOrder",
        states=tuple(ProviderState(name=name, params=params) for name, params in (given or {}).items()),
        derived_state=None
        if derived is None
        else DerivedState(operation="getOrder", status=str(status), values=derived),
        rules=(LocatedRules(location=parse_location("response.body"), rules=(Rule("type"),)),),
        evidence=(Evidence(test=TEST),),
        pending=pending,
    )


def select_all(*interactions: Interaction, pending: bool = False, consumer: str = "web-shop") -> SelectedContract:
    whole = Contract(consumer=consumer, provider="orders", interactions=interactions)
    return SelectedContract(contract=whole, interactions=interactions, pending=pending)


@pytest.fixture
def interaction() -> Callable[..., Interaction]:
    return build_interaction


@pytest.fixture
def contract() -> Callable[..., SelectedContract]:
    return select_all


@pytest.fixture
def raw_server() -> Iterator[Callable[[Callable[[socket.socket, bytes], None]], str]]:
    """Give a function that serves each connection with a callable of socket and request bytes, and its URL."""
    with contextlib.ExitStack() as stack:

        def serve(answer: Callable[[socket.socket, bytes], None]) -> str:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            threading.Thread(target=_accept, args=(listener, answer), daemon=True).start()
            stack.callback(listener.shutdown, socket.SHUT_RDWR)
            return f"http://127.0.0.1:{listener.getsockname()[1]}"

        yield serve


def _accept(listener: socket.socket, answer: Callable[[socket.socket, bytes], None]) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_answer, args=(connection, answer), daemon=True).start()


def _answer(connection: socket.socket, answer: Callable[[socket.socket, bytes], None]) -> None:
    with connection, contextlib.suppress(OSError):
        request = connection.recv(65536)
        if request:
            answer(connection, request)


@pytest.fixture
def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port

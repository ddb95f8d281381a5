"""Sessions: one test's use of one provider's stub, from the first `given` to the interactions it leaves."""

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from contractkit.definitions.interface import Answer, Operation, Route
from contractkit.errors import (
    ContractkitError,
    RecordingError,
    SettingsError,
    UndefinedRequestError,
    UnusedExpectationError,
)
from contractkit.exact_json import Json, dump_canonical, dump_compact, read_json, show_json
from contractkit.model import (
    Contract,
    DerivedState,
    Evidence,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    MissingBody,
    ProviderState,
    TestReference,
    interaction_key,
)
from contractkit.recording.calls import Call, call_of
from contractkit.recording.expectations import expect
from contractkit.recording.joining import number_within_test
from contractkit.recording.origins import TestOrigin
from contractkit.recording.refusals import Refusal, refuse_unrouted, refuse_violating
from contractkit.recording.replies import Reply, checked_reply
from contractkit.recording.requests import describe, fingerprint, recorded_request, used_values
from contractkit.recording.stubbed import StubbedProvider
from contractkit.recording.uses import check_base_url, check_name
from contractkit.transports import nobody_is_served, problem

if TYPE_CHECKING:
    from contractkit.transports.in_process import AsyncStubTransport, Interception, StubTransport


class ReplyTo:
    """What `on` gives: takes the replies to one operation."""

    def __init__(self, session: "StubSession", operation: Operation) -> None:
        self._session = session
        self._operation = operation

    def reply(
        self, status: int | None = None, body: object = None, headers: Mapping[str, str] | None = None
    ) -> "ReplyTo":
        """Answer the next call with this, laid over the synthesised answer.

        Several replies answer in their order; the last one stays. Each must be used.

        Args:
            status: A status the operation declares; its lowest success where None.
            body: What this test cares about, as JSON: an object's members win member by member, a list wins whole.
            headers: Header name to value.

        Raises:
            ReplyError: The definition does not allow it.
        """
        __tracebackhide__ = True
        self._session.add_reply(self._operation, status, body, headers)
        return self


class StubSession:
    """The stub of one provider, for one test.

    Everything may be called from any thread; requests are answered one at a time.
    """

    def __init__(self, provider: StubbedProvider, *, consumer: str, origin: TestOrigin, pending: bool = False) -> None:
        self._provider = provider
        self._consumer = consumer
        self._origin = origin
        self._pending = pending
        self._lock = threading.RLock()
        self._states: list[ProviderState] = []
        self._unused_states: list[ProviderState] = []
        self._replies: dict[str, list[Reply]] = {}
        self._unused_replies: list[Reply] = []
        self._calls: list[Call] = []
        self._interactions: list[Interaction] = []
        self._errors: list[ContractkitError] = []
        self._interceptions: list[Interception] = []
        self._unasked_interceptions: list[Interception] = []
        self._is_closed = False
        provider.answer_with(self.handle)

    # what a test says

    def given(self, name: str, **params: Json) -> "StubSession":
        """Name a state that the provider must be in for the calls that follow; several states add up.

        Args:
            name: The state in words, as the provider's team knows it: `order exists`.
            params: Its parameters, JSON values.
        """
        __tracebackhide__ = True
        self._check_open()
        check_name(name, what="A state", like="order exists")
        try:
            state = ProviderState(name=name, params=read_json(dump_canonical(params)))
        except (TypeError, ValueError) as error:
            raise RecordingError(
                f"The parameters of the state {show_json(name)} are not JSON values.", details=[("problem", str(error))]
            ) from None
        with self._lock:
            self._states.append(state)
            self._unused_states.append(state)
        return self

    def on(self, operation: str) -> ReplyTo:
        """Give what takes replies to an operation, named by id or signature (`GET /orders/{id}`).

        Raises:
            UnknownNameError: The definition has no such operation; the nearest are suggested.
        """
        __tracebackhide__ = True
        self._check_open()
        check_name(operation, what="An operation", like="getOrder")
        try:
            return ReplyTo(self, self._provider.operation(operation))
        except ContractkitError as error:
            raise error.with_traceback(None) from None  # where in our own code it was found helps nobody

    def add_reply(
        self, operation: Operation, status: int | None, body: object, headers: Mapping[str, str] | None
    ) -> None:
        """Take one reply, as `on(...).reply(...)` does."""
        __tracebackhide__ = True
        self._check_open()
        try:
            reply = checked_reply(self._provider.definition, operation, status=status, body=body, headers=headers)
        except ContractkitError as error:
            raise error.with_traceback(None) from None
        with self._lock:
            self._replies.setdefault(operation.signature, []).append(reply)
            self._unused_replies.append(reply)

    # ways in

    @property
    def url(self) -> str:
        """Give the stub's URL, base path included, for a client of any kind."""
        return self._provider.url

    def transport(self) -> "StubTransport":
        """Give a transport for `httpx.Client` or `httpx2.Client`: the same stub without a socket."""
        from contractkit.transports.in_process import StubTransport

        return StubTransport(self.handle)

    def async_transport(self) -> "AsyncStubTransport":
        """Give the same for `httpx.AsyncClient` or `httpx2.AsyncClient`."""
        from contractkit.transports.in_process import AsyncStubTransport

        return AsyncStubTransport(self.handle)

    def intercept(self, url: str | None = None) -> "Interception":
        """Answer what httpx sends to a URL, until the test ends or the `with` block that this opens.

        Args:
            url: The base URL of production; the provider's `base_url` setting where None.

        Raises:
            SettingsError: Neither is there.
            UsageError: It is no URL.
        """
        from contractkit.transports.in_process import Interception

        __tracebackhide__ = True
        self._check_open()
        base_url = url or self._provider.base_url
        if base_url is None:
            raise SettingsError(
                f"There is no URL at which to intercept calls to {self._provider.name}.",
                next_step=f"Give one, or set base_url in [tool.contractkit.providers.{self._provider.name}].",
            )
        check_base_url(base_url)
        base_paths = self._provider.definition.base_paths
        started = Interception(self.handle, base_url, base_paths=base_paths, refuse=self._refuse_outside)
        self._interceptions.append(started)
        self._unasked_interceptions.append(started)
        return started

    @property
    def calls(self) -> tuple[Call, ...]:
        """Give the calls answered so far, refused ones included, credentials replaced."""
        return tuple(self._calls)

    # what it does

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer one request and remember it; once the test has ended, as where no test uses the stub."""
        with self._lock:
            if self._is_closed:
                return nobody_is_served(request)
            test = self._origin.reference()
            route = self._provider.definition.route(request)
            try:
                response = self._answer(request, route, test)
            except ContractkitError as error:
                self._errors.append(error)
                response = problem(500, "The stub has no answer", error.explanation.summary)
            hidden = self._provider.credentials.without(request)
            name = route.operation.name if route is not None else None
            base_paths = self._provider.definition.base_paths
            self._calls.append(call_of(name, hidden, response, base_paths=base_paths, test=test))
            return response

    def close(self) -> None:
        """End the test's use: the server serves nobody, interceptions stop."""
        with self._lock:
            self._is_closed = True
        self._provider.rest()
        for interception in self._interceptions:
            interception.stop()

    def take_errors(self) -> tuple[ContractkitError, ...]:
        """Give what went wrong since this was last asked, unused states and replies included; empty if all is well."""
        with self._lock:
            errors, self._errors = self._errors, []
            unused = [("given", _state_in_words(state)) for state in self._unused_states]
            unused += [("reply", str(reply)) for reply in self._unused_replies]
            unused += [("intercept", url) for url in self._unused_interceptions()]
            self._unused_states, self._unused_replies, self._unasked_interceptions = [], [], []
        if unused and not errors:
            errors.append(
                UnusedExpectationError(
                    f"The test declared what no request to {self._provider.name} used.",
                    details=unused,
                    next_step="Remove it, or let the client make the call.",
                )
            )
        return tuple(errors)

    def _unused_interceptions(self) -> list[str]:
        """Give the URLs at which nothing was intercepted; of several interceptions of one URL any may be used."""
        used = {each.base_url for each in self._interceptions if each.is_used}
        return list(dict.fromkeys(each.base_url for each in self._unasked_interceptions if each.base_url not in used))

    def _refuse_outside(self, reason: str) -> None:
        with self._lock:
            self._errors.append(
                UndefinedRequestError(
                    f"{self._consumer} sent a request to the host of {self._provider.name} that is not intercepted.",
                    details=[("refused", reason)],
                    next_step="Intercept a shorter URL, or, if the path belongs to another provider, that one too.",
                )
            )

    def contract(self) -> Contract:
        """Give what this test recorded, as a contract of its own."""
        return Contract(
            consumer=self._consumer,
            provider=self._provider.name,
            interactions=number_within_test(self._interactions),
            definition=self._provider.reference if self._interactions else None,
        )

    def _check_open(self) -> None:
        __tracebackhide__ = True
        if self._is_closed:
            raise RecordingError(
                f"This stub of {self._provider.name} belongs to a test that has ended.",
                details=[("test", self._origin.node_id)],
                next_step=f'Ask for a stub in each test: contract_stub("{self._provider.name}").',
            )

    def _answer(self, request: HttpRequest, route: Route | None, test: TestReference) -> HttpResponse:
        provider = self._provider
        names = {"consumer": self._consumer, "provider": provider.name}
        if route is None:
            return self._refuse(
                refuse_unrouted(provider.definition, request, credentials=provider.credentials, **names)
            )
        violations = provider.definition.check_request(route)
        if violations:
            return self._refuse(
                refuse_violating(provider.definition, route, violations, credentials=provider.credentials, **names)
            )
        recorded = recorded_request(provider.definition, route, provider.credentials, headers=provider.headers)
        reply = self._next_reply(route.operation)
        sent = fingerprint(recorded)
        answer = provider.definition.answer(
            route.operation,
            seed=f"{route.operation.name} {dump_compact(sent).decode()}",
            status=reply.status,
            route=route,
            body=reply.body,
            headers=reply.headers,
        )
        self._unused_states.clear()
        self._interactions.append(self._interaction(route, recorded, sent, answer, reply, test))
        return answer.response

    def _refuse(self, refusal: Refusal) -> HttpResponse:
        self._errors.append(refusal.error)
        return refusal.response

    def _next_reply(self, operation: Operation) -> Reply:
        replies = self._replies.get(operation.signature)
        if not replies:
            return Reply(operation=operation)
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        self._unused_replies = [unused for unused in self._unused_replies if unused is not reply]
        return reply

    def _interaction(
        self, route: Route, recorded: HttpRequest, sent: Json, answer: Answer, reply: Reply, test: TestReference
    ) -> Interaction:
        operation, status = route.operation.name, str(answer.response.status)
        response = self._provider.credentials.without_in(answer.response)
        if recorded.method == "HEAD":  # whatever is declared, no body comes back (RFC 9110 §9.3.2)
            response = replace(response, body=MissingBody())
        hidden = replace(answer, response=response)
        expectation = expect(hidden, written=reply.body, headers=reply.headers)
        states = tuple(self._states)
        derived = DerivedState(
            operation=operation, status=status, values=used_values(self._provider.surfaces, route, recorded)
        )
        return Interaction(
            key=interaction_key(kind="http", operation=operation, states=states, request=sent, status=status),
            description=describe(route.operation, route, answer.response.status),
            exchange=HttpCall(request=recorded, response=expectation.response),
            operation=operation,
            states=states,
            derived_state=None if states else derived,
            rules=expectation.rules,
            pending=self._pending,
            served=expectation.served,
            evidence=(Evidence(test=test),),
        )


def _state_in_words(state: ProviderState) -> str:
    params = "".join(f", {name}: {show_json(value)}" for name, value in state.params.items())
    return show_json(state.name) + params

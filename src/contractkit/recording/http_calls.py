"""HTTP calls: how one test's requests to one provider are answered, checked and recorded."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Any

from contractkit.definitions.interface import Answer, Operation, Route
from contractkit.definitions.preferences import NOTHING_PREFERRED, Preference
from contractkit.errors import ContractkitError
from contractkit.exact_json import Json, dump_compact
from contractkit.model import (
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
from contractkit.recording.calls import HttpExchange
from contractkit.recording.expectations import expect
from contractkit.recording.failing import failing_response
from contractkit.recording.matched import NOTHING_MATCHED, Matched
from contractkit.recording.notes import Notes
from contractkit.recording.origins import TestOrigin
from contractkit.recording.preferred import (
    PreferenceRefused,
    preferred_answer,
    preferring,
    undefined_preference,
)
from contractkit.recording.refusals import Refusal, refuse_example, refuse_unrouted, refuse_violating
from contractkit.recording.replies import Reply, exact_answer
from contractkit.recording.requests import describe, fingerprint, recorded_request, used_values
from contractkit.recording.stubbed import StubbedProvider
from contractkit.recording.uncredentialed import Asked, missing_credentials
from contractkit.transports import problem
from contractkit.transports.faults import DueFault, FaultedResponse, Faults, faulted

if TYPE_CHECKING:
    from contractkit.recording.rpc_calls import AnsweredCall, LedCall
    from contractkit.recording.serving import Serving
    from contractkit.recording.volatile import Steady


def expected_of(operation: Operation) -> str:
    """Give the name under which a test's notes keep what it expects of requests to an operation."""
    return f"expects {operation.signature}"


class HttpCalls:
    """Answers one test's requests, one at a time."""

    def __init__(
        self,
        provider: StubbedProvider,
        notes: Notes,
        calls: "list[HttpExchange | AnsweredCall | LedCall]",
        *,
        consumer: str,
        origin: TestOrigin,
        pending: bool,
        faults: Faults | None = None,
        again: "Serving | None" = None,
        steady: "Sequence[Steady]" = (),
    ) -> None:
        self._steady = steady
        self._again = again
        self._faults = faults if faults is not None else Faults()
        self._provider = provider
        self._notes = notes
        self._calls = calls
        self._consumer = consumer
        self._origin = origin
        self._pending = pending
        self._asked = Asked()

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer one request and remember it."""
        with self._notes.lock:
            test = self._origin.reference()
            route = self._provider.definition.route(request)
            try:
                response = self._answer(request, route, test)
            except PreferenceRefused as refused:
                self._notes.fail(undefined_preference(refused, self._consumer))
                response = refused.response
            except ContractkitError as error:
                self._notes.fail(error)
                response = problem(500, "The stub has no answer", error.explanation.summary)
            self._calls.append(
                HttpExchange(
                    operation=route.operation.name if route is not None else None,
                    request=request,
                    response=response,
                    test=test,
                    base_paths=self._provider.definition.base_paths,
                    credentials=self._provider.credentials,
                    fault=str(response.due) if isinstance(response, FaultedResponse) else "",
                )
            )
            return response

    def _answer(self, request: HttpRequest, route: Route | None, test: TestReference) -> HttpResponse:
        provider = self._provider
        names = {"consumer": self._consumer, "provider": provider.name}
        if route is None:
            return self._refuse(
                refuse_unrouted(provider.definition, request, credentials=provider.credentials, **names)
            )
        violations = provider.definition.check_request(route)
        missing = missing_credentials(provider, route, self._wanted(route))
        if violations or missing is not None:
            refusal = refuse_violating(
                provider.definition, route, violations, credentials=provider.credentials, missing=missing, **names
            )
            if not violations:
                self._asked.note(request, refusal.error)
            return self._refuse(refusal)
        self._asked.settle(request, self._notes)
        preference, known = preferring(route.request)
        if known is not route.request:
            route = replace(route, request=known)
        due = self._faults.next(route.operation.name)
        if due is not None:
            return self._faulted(route, due)
        recorded = recorded_request(provider.definition, route, provider.credentials, headers=provider.headers)
        expected = self._notes.next_reply(expected_of(route.operation))
        asked = NOTHING_MATCHED
        if expected is not None:
            recorded, route, asked = self._met(expected, route, recorded)
        elif self._steady:
            recorded, route, asked = self._steadied(route, recorded)
        written = self._notes.next_reply(route.operation.signature)
        reply = written if isinstance(written, Reply) else Reply(operation=route.operation)
        sent = fingerprint(recorded)
        seed = f"{route.operation.name} {dump_compact(sent).decode()}"
        if written is None and preference is not NOTHING_PREFERRED:  # what the test wrote wins over it
            answer = preferred_answer(provider.definition, route.operation, preference, seed=seed, route=route)
        else:
            answer = self._replied(reply, seed, route)
        states = self._notes.use_states()
        interaction = self._interaction(route, recorded, sent, answer, reply, asked, states, test)
        self._notes.record(interaction)
        response = self._led_back(answer.response, reply)
        return response if self._again is None else self._again.http(provider.name, interaction, response)

    def _wanted(self, route: Route) -> Preference | Reply:
        """Give what is asked of the answer: by the test, else by the request itself."""
        written = self._notes.upcoming_reply(route.operation.signature)
        return written if isinstance(written, Reply) else preferring(route.request)[0]

    def _replied(self, reply: Reply, seed: str, route: Route) -> Answer:
        answer = self._provider.definition.answer(
            route.operation,
            seed=seed,
            status=reply.status,
            route=route,
            body=reply.body,
            headers=reply.headers,
            example=reply.example,
        )
        return exact_answer(answer, reply.body, reply.matched)

    def _faulted(self, route: Route, due: DueFault) -> HttpResponse:
        """Give a faulted answer. It uses what the test wrote where it arrives whole; a contract has nothing of it."""
        provider = self._provider
        reply = Reply(operation=route.operation)
        if due.fault.is_whole:
            written = self._notes.next_reply(route.operation.signature)
            reply = written if isinstance(written, Reply) else reply
        recorded = recorded_request(provider.definition, route, provider.credentials, headers=provider.headers)
        seed = f"{route.operation.name} {dump_compact(fingerprint(recorded)).decode()}"
        if due.fault.status is not None:
            return faulted(failing_response(provider.definition, route, due, seed=seed), due)
        return faulted(self._led_back(self._replied(reply, seed, route).response, reply), due)

    def _met(self, expected: Any, route: Route, recorded: HttpRequest) -> tuple[HttpRequest, Route, Matched]:
        """Give what is recorded of a request that a test spoke of, refused where it is not as expected."""
        from contractkit.recording.expected_requests import meet  # only who expects requests pays for it

        provider = self._provider
        request, met, said = meet(expected, route, recorded, consumer=self._consumer, provider=provider.name)
        violations = provider.definition.check_request(met) if said.places else ()
        if violations:
            raise refuse_example(provider.definition, met, violations, credentials=provider.credentials)
        return provider.credentials.without(request), met, said

    def _steadied(self, route: Route, recorded: HttpRequest) -> tuple[HttpRequest, Route, Matched]:
        """Give what is recorded of a request with volatile values; as it was sent where the definition wants those."""
        from contractkit.recording.volatile import steadied  # only who sends such values pays for it

        request, said = steadied(recorded, route.operation.name, self._steady)
        met = replace(route, request=request)
        if not said.places or self._provider.definition.check_request(met):
            return recorded, route, NOTHING_MATCHED
        return request, met, said

    def _led_back(self, response: HttpResponse, reply: Reply) -> HttpResponse:
        """Give an answer whose URLs, where a matcher says so, lead to this stub."""
        urls = tuple(each for each in reply.matched.generators if each.name == "MockServerURL")
        if not urls:
            return response
        from contractkit.matching import generate

        url = self._provider.url
        return generate(response, urls, {}, now=datetime.now(tz=UTC), random=Random(0), server_url=url)

    def _refuse(self, refusal: Refusal) -> HttpResponse:
        self._notes.fail(refusal.error)
        return refusal.response

    def _interaction(
        self,
        route: Route,
        recorded: HttpRequest,
        sent: Json,
        answer: Answer,
        reply: Reply,
        asked: Matched,
        states: tuple[ProviderState, ...],
        test: TestReference,
    ) -> Interaction:
        operation, status = route.operation.name, str(answer.response.status)
        response = self._provider.credentials.without_in(answer.response)
        if recorded.method == "HEAD":  # whatever is declared, no body comes back (RFC 9110 §9.3.2)
            response = replace(response, body=MissingBody())
        hidden = Answer(operation=answer.operation, response=response, promises=answer.promises)
        expectation = expect(hidden, written=reply.body, headers=reply.headers, matched=reply.matched)
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
            rules=(*asked.rules, *expectation.rules),
            generators=(*asked.generators, *expectation.generators),
            pending=self._pending,
            served=expectation.served,
            evidence=(Evidence(test=test),),
        )

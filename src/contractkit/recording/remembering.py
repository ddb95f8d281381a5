"""Remembering: what was worked out for a request serves the ones that equal it, or that differ in their path alone."""

from collections.abc import Callable

from contractkit.definitions.interface import Operation, Route
from contractkit.errors import ContractkitError
from contractkit.exact_json import dump_compact
from contractkit.model import Fields, HttpRequest, MissingBody
from contractkit.recording.answering import Answered, answer_from
from contractkit.recording.requests import fingerprint, recorded_request
from contractkit.recording.stubbed import StubbedProvider

_KEPT = 4_096
_FIRST_TIME = 256
"""Answers to requests that came once. There are few, since most of those never come again and answers may be large."""

_PREFERRING = ("prefer", "x-microcks-response-name")


def remembering(answer: Callable[[HttpRequest], Answered]) -> Callable[[HttpRequest], Answered]:
    """Give an `answer_from` of one provider and seed that works out equal requests without a body once.

    They have one verdict and one answer. What was found is kept for the last 256 different requests that came once, and
    for 4,096 that came again.
    """
    again: dict[object, Answered] = {}
    once: dict[object, Answered] = {}
    seen: set[int] = set()  # of what came, also where its answer is not kept

    def answer_once(request: HttpRequest) -> Answered:
        if not isinstance(request.body, MissingBody):
            return answer(request)
        asked = (request.method, request.path, tuple(request.query.items()), tuple(request.headers.items()))
        answered = again.get(asked)
        if answered is not None:
            return answered
        answered, number = once.pop(asked, None), hash(asked)
        kept, most = (again, _KEPT) if answered is not None or number in seen else (once, _FIRST_TIME)
        if len(seen) >= 4 * _KEPT:
            seen.clear()
        seen.add(number)
        if len(kept) >= most:
            del kept[next(iter(kept))]
        answered = kept[asked] = answer(request) if answered is None else answered
        return answered

    return answer_once


class AlikeRequests:
    """Answers as `answer_from` does for one provider and seed, sooner where only the path of a request is new.

    Of a request without query and body, its headers decide all but what its path says: whether it is allowed, what of
    it is recorded, which credentials it has.
    """

    def __init__(self, provider: StubbedProvider, seed: str) -> None:
        """Take what is stubbed, and what decides the values."""
        self._provider = provider
        self._seed = seed
        self._known: dict[object, tuple[Fields, Fields]] = {}

    def answer(self, request: HttpRequest) -> Answered:
        """Answer a request."""
        if request.query or not isinstance(request.body, MissingBody):
            return self._plain(request)
        try:
            route = self._provider.definition.route(request)
            return self._plain(request) if route is None else self._routed(request, route)
        except ContractkitError:
            return self._plain(request)  # which says what the definition makes of it

    def _plain(self, request: HttpRequest) -> Answered:
        return answer_from(self._provider, request, seed=self._seed)

    def _routed(self, request: HttpRequest, route: Route) -> Answered:
        operation = route.operation
        key = (operation.signature, tuple(request.headers.items()))
        known = self._known.get(key)
        if known is None:
            answered = self._plain(request)
            if not answered.reason and not any(name in request.headers for name in _PREFERRING):
                self._learn(key, route, answered)
            return answered
        if self._provider.definition.check_request(route):
            return self._plain(request)
        return self._allowed(request, route, operation, *known)

    def _allowed(
        self, request: HttpRequest, route: Route, operation: Operation, hidden: Fields, recorded: Fields
    ) -> Answered:
        asked = {"method": request.method, "path": route.request.path, "query": {}, "headers": recorded, "body": None}
        seed = f"{self._seed} {operation.name} {dump_compact(asked).decode()}"
        answer = self._provider.definition.answer(operation, seed=seed, route=route)
        shown = HttpRequest(method=request.method, path=request.path, headers=hidden)
        return Answered(request=shown, response=answer.response, operation=operation.name)

    def _learn(self, key: object, route: Route, answered: Answered) -> None:
        recorded = recorded_request(self._provider.definition, route, self._provider.credentials)
        if len(self._known) >= _KEPT:
            self._known.clear()
        headers = fingerprint(recorded)["headers"]
        self._known[key] = (answered.request.headers, headers)

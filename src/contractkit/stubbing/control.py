"""Control: what a consumer's tests, in any language, tell a stub that runs as a process, at paths of the stub's own.

They are `/_contractkit/states` and `/_contractkit/faults`, also below the definition's base path. `GET` says what
holds, `PUT` replaces it, `DELETE` ends it.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from contractkit.errors import ContractkitError, UsageError
from contractkit.exact_json import Json, JsonSyntaxError, read_json, show_json
from contractkit.model import HttpRequest, HttpResponse, JsonBody, ProviderState
from contractkit.recording.answering import Answered
from contractkit.recording.preferred import in_one_line
from contractkit.recording.stubbed import StubbedProvider
from contractkit.stubbing.faulty import Faulty
from contractkit.stubbing.serving import Tell
from contractkit.stubbing.states import Given, states_from_json
from contractkit.transports import RpcHandler, encode_body, problem

PREFIX: Final = "/_contractkit/"
"""What stands before the paths of a stub's own."""

_METHODS: Final = ("GET", "PUT", "DELETE")

_Hear: TypeAlias = Callable[["Controlled", Json], None]
_Say: TypeAlias = Callable[["Controlled"], Json]


class Controlled:
    """Answers as another one does, but for requests to the stub itself."""

    def __init__(self, answering: Faulty, given: Given, *, allows_faults: bool) -> None:
        """Take who answers.

        Args:
            answering: Who answers all other requests, some of which go wrong.
            given: Where the states are that calls are recorded under.
            allows_faults: Whether faults may be asked for.
        """
        self.answering = answering
        self.given = given
        self.allows_faults = allows_faults

    def http(self, provider: StubbedProvider) -> Callable[[HttpRequest], Answered]:
        """Give what answers the requests to a provider."""
        answer = self.answering.http(provider)

        def answer_or_hear(request: HttpRequest) -> Answered:
            return self._heard(request) if PREFIX in request.path else answer(request)

        return answer_or_hear

    def procedures(self, provider: StubbedProvider, tell: Tell) -> RpcHandler:
        """Give what answers the calls of a provider's procedures, and tells of each."""
        return self.answering.procedures(provider, tell)

    def _heard(self, request: HttpRequest) -> Answered:
        response = self._response(request)
        body = response.body.value if isinstance(response.body, JsonBody) else None
        reason = str(body["detail"]) if response.status >= 400 and isinstance(body, dict) else ""
        return Answered(request=request, response=response, operation=None, reason=reason)

    def _response(self, request: HttpRequest) -> HttpResponse:
        name = request.path.partition(PREFIX)[2]
        row = _ROWS.get(name)
        if row is None:
            known = " and ".join(f"{PREFIX}{each}" for each in _ROWS)
            return problem(404, "Not known to the stub", f"{request.path} is not there: a stub hears {known}.")
        hear, say = row
        try:
            match request.method:
                case "PUT":
                    hear(self, _json_of(request))
                case "DELETE":
                    hear(self, None)
                case method if method != "GET":
                    return _not_a_method(request)
        except ContractkitError as error:
            return problem(400, "The stub cannot do that", in_one_line(error))
        return HttpResponse(status=200, body=JsonBody(say(self), "application/json"))


def _not_a_method(request: HttpRequest) -> HttpResponse:
    detail = f"{request.path} takes {', '.join(_METHODS)}, not {request.method}."
    refused = problem(405, "The stub cannot do that", detail)
    return HttpResponse(status=405, headers={"allow": (", ".join(_METHODS),)}, body=refused.body)


def _json_of(request: HttpRequest) -> Json:
    """Give the JSON of a body, whatever its media type says: `curl -d` says that it is a form."""
    data = encode_body(request.body)
    try:
        return read_json(data)
    except JsonSyntaxError as error:
        raise UsageError("The body is not JSON.", details=[("problem", str(error))]) from None


def _hear_states(stub: Controlled, value: Json) -> None:
    stub.given.now = () if value is None else states_from_json(value)


def _say_states(stub: Controlled) -> Json:
    return [_as_json(each) for each in stub.given.now]


def _as_json(state: ProviderState) -> Json:
    return {"name": state.name, "params": dict(state.params)}


def _hear_faults(stub: Controlled, value: Json) -> None:
    if not stub.allows_faults:
        raise UsageError("Faults are not heard here.", next_step="Start the stub with --allow-faults.")
    if value is not None and not isinstance(value, dict):
        raise UsageError(
            "The faults cannot be read.",
            details=[
                ("expected", 'an object of operations such as {"getOrder": {"status": 503, "times": 1}}'),
                ("received", show_json(value)),
            ],
        )
    stub.answering.replace_asked(value or {})


def _say_faults(stub: Controlled) -> Json:
    return {name: dict(each) for name, each in stub.answering.asked.items()}


_ROWS: Final[Mapping[str, tuple[_Hear, _Say]]] = {
    "states": (_hear_states, _say_states),
    "faults": (_hear_faults, _say_faults),
}
"""The last step of a path to what is done with a value (None: nothing holds any more), and what says what holds."""

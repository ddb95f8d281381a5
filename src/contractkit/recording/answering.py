"""Answering: a definition on its own as a stub: what comes is checked, answers are synthesised, nothing is recorded."""

from dataclasses import dataclass, replace

from contractkit.errors import ContractkitError
from contractkit.exact_json import dump_compact
from contractkit.model import HttpRequest, HttpResponse, JsonBody
from contractkit.recording.preferred import PreferenceRefused, preferred_answer, preferring
from contractkit.recording.refusals import refuse_unrouted, refuse_violating
from contractkit.recording.requests import fingerprint, recorded_request
from contractkit.recording.rpc_answered import AnsweredProcedure, answer_calls
from contractkit.recording.stubbed import StubbedProvider
from contractkit.recording.uncredentialed import missing_credentials
from contractkit.transports import problem

__all__ = ["Answered", "AnsweredProcedure", "answer_calls", "answer_from"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One request with its answer. `operation` is None where none was reached; `reason` is empty if it was allowed.

    `fault` says what went wrong on purpose with the answer. Credentials of the request have been replaced.
    """

    request: HttpRequest
    response: HttpResponse
    operation: str | None
    reason: str = ""
    fault: str = ""


def answer_from(provider: StubbedProvider, request: HttpRequest, *, seed: str = "") -> Answered:
    """Answer a request as the definition says; equal requests get equal answers for one seed.

    Where the definition cannot be followed, the answer is 500 and says why and where.
    """
    try:
        return _answered(provider, request, seed)
    except ContractkitError as error:
        explanation = error.explanation
        told = "; ".join((explanation.summary, *(f"{label} {value}" for label, value in explanation.details)))
        return _refused(replace(request, headers={}, query={}), problem(500, "The stub has no answer", told), None)


def _answered(provider: StubbedProvider, sent: HttpRequest, seed: str) -> Answered:
    hidden = provider.credentials.without(sent)
    try:
        preference, request = preferring(sent)
    except PreferenceRefused as refused:
        return _refused(hidden, refused.response, None)
    route = provider.definition.route(request)
    names = {"consumer": "The client", "provider": provider.name}
    if route is None:
        refusal = refuse_unrouted(provider.definition, request, credentials=provider.credentials, **names)
        return _refused(hidden, refusal.response, None)
    operation = route.operation
    violations = provider.definition.check_request(route)
    missing = missing_credentials(provider, route, preference)
    if violations or missing is not None:
        refusal = refuse_violating(
            provider.definition, route, violations, credentials=provider.credentials, missing=missing, **names
        )
        return _refused(hidden, refusal.response, operation.name)
    asked = dump_compact(fingerprint(recorded_request(provider.definition, route, provider.credentials))).decode()
    seed = f"{seed} {operation.name} {asked}"
    try:
        answer = preferred_answer(provider.definition, operation, preference, seed=seed, route=route)
    except PreferenceRefused as refused:
        return _refused(hidden, refused.response, operation.name)
    return Answered(request=hidden, response=answer.response, operation=operation.name)


def _refused(request: HttpRequest, response: HttpResponse, operation: str | None) -> Answered:
    reason = response.body.value["detail"] if isinstance(response.body, JsonBody) else ""
    return Answered(request=request, response=response, operation=operation, reason=reason)

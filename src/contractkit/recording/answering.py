"""Answering: a definition on its own as a stub: what comes is checked, answers are synthesised, nothing is recorded."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from contractkit.errors import ContractkitError
from contractkit.exact_json import Json, dump_compact
from contractkit.model import HttpRequest, HttpResponse, JsonBody, MissingBody
from contractkit.recording.credentials import hide_in_json
from contractkit.recording.refusals import refuse_unrouted, refuse_violating
from contractkit.recording.requests import fingerprint, recorded_request
from contractkit.recording.rpc_conversations import RpcConversation
from contractkit.recording.rpc_refusals import Parties, refuse_unknown
from contractkit.recording.rpc_replies import RpcReply
from contractkit.recording.stubbed import StubbedProvider
from contractkit.recording.stubbed_procedures import StubbedProcedures
from contractkit.transports import problem
from contractkit.transports.rpc_messages import Conversation, Refused, RpcHandler, RpcOpening

_REMEMBERED = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One request with its answer. `operation` is None where none was reached; `reason` is empty if it was allowed.

    Credentials of the request have been replaced.
    """

    request: HttpRequest
    response: HttpResponse
    operation: str | None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredProcedure:
    """One call that is over: the messages that were sent, without credentials, and how many came back.

    `is_known` says that its path reached a procedure; `reason` is empty if it was allowed.
    """

    procedure: str
    sent: tuple[Json, ...]
    received: int
    code: str
    is_known: bool = True
    reason: str = ""


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


def _answered(provider: StubbedProvider, request: HttpRequest, seed: str) -> Answered:
    hidden = provider.credentials.without(request)
    route = provider.definition.route(request)
    names = {"consumer": "The client", "provider": provider.name}
    if route is None:
        refusal = refuse_unrouted(provider.definition, request, credentials=provider.credentials, **names)
        return _refused(hidden, refusal.response, None)
    operation = route.operation
    violations = provider.definition.check_request(route)
    if violations:
        refusal = refuse_violating(provider.definition, route, violations, credentials=provider.credentials, **names)
        return _refused(hidden, refusal.response, operation.name)
    sent = dump_compact(fingerprint(recorded_request(provider.definition, route, provider.credentials))).decode()
    answer = provider.definition.answer(operation, seed=f"{seed} {operation.name} {sent}", route=route)
    return Answered(request=hidden, response=answer.response, operation=operation.name)


def remembering(answer: Callable[[HttpRequest], Answered]) -> Callable[[HttpRequest], Answered]:
    """Give an `answer_from` of one provider and seed that works out equal requests without a body once.

    They have one verdict and one answer. What was found is kept for the last 4,096 different requests.
    """
    found: dict[object, Answered] = {}

    def answer_once(request: HttpRequest) -> Answered:
        if not isinstance(request.body, MissingBody):
            return answer(request)
        asked = (request.method, request.path, tuple(request.query.items()), tuple(request.headers.items()))
        answered = found.get(asked)
        if answered is None:
            if len(found) >= _REMEMBERED:
                del found[next(iter(found))]
            answered = found[asked] = answer(request)
        return answered

    return answer_once


def answer_calls(
    procedures: StubbedProcedures,
    tell: Callable[[AnsweredProcedure], None],
    *,
    seed: str = "",
    ended: Callable[[RpcConversation], None] | None = None,
) -> RpcHandler:
    """Give what answers calls as the definition says, equal ones equally for one seed, and tells of each.

    `ended` is told of each call of a known procedure first, as it was.
    """
    definition = procedures.definition
    parties = Parties(consumer="The client", provider=procedures.provider, title=definition.title)
    lock = threading.RLock()
    unwritten = {each.signature: RpcReply(procedure=definition.procedure(each.name)) for each in definition.operations}

    def over(conversation: RpcConversation) -> None:
        if ended is not None:
            ended(conversation)
        reason = conversation.error is not None and conversation.end is not None and conversation.end.message
        tell(
            AnsweredProcedure(
                procedure=conversation.procedure.operation.signature,
                sent=tuple(map(hide_in_json, conversation.sent)),
                received=len(conversation.served),
                code=conversation.code,
                reason=reason or "",
            )
        )

    def handle(opening: RpcOpening) -> Conversation:
        procedure = definition.find(opening.path)
        if procedure is not None:
            reply = unwritten[procedure.operation.signature]
            return RpcConversation(
                definition,
                procedure,
                opening,
                parties=parties,
                seed=seed,
                next_reply=lambda: reply,
                ended=over,
                lock=lock,
                memory=procedures.memory,
            )
        refusal = refuse_unknown(definition, opening.path, parties)
        name = opening.path.removeprefix("/")
        unknown = AnsweredProcedure(
            procedure=name, sent=(), received=0, code=refusal.code, is_known=False, reason=refusal.reason
        )
        tell(unknown)
        return Refused(refusal.code, refusal.reason)

    return handle


def _refused(request: HttpRequest, response: HttpResponse, operation: str | None) -> Answered:
    reason = response.body.value["detail"] if isinstance(response.body, JsonBody) else ""
    return Answered(request=request, response=response, operation=operation, reason=reason)

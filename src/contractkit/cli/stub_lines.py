"""What `contractkit stub` and `contractkit up` print: a line when something is served, and one for each call.

A line names its provider where there are several.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from contractkit.exact_json import dump_shown_line, show_json
from contractkit.explain.terminal import printable
from contractkit.model import HttpRequest
from contractkit.recording.answering import Answered, AnsweredProcedure
from contractkit.recording.stubbed import StubbedProvider
from contractkit.stubbing.serving import Told
from contractkit.transports import write_query
from contractkit.transports.http_heads import Unread

if TYPE_CHECKING:  # of recordings, and slow to import
    from contractkit.recording.contract_files import FileUpdate


def call_as_text(answered: Told, provider: str = "") -> str:
    """Give a call with what became of it: `GET /orders/7 -> 200 getOrder`, `stock.v1.Stock/GetItem {"id":7} -> OK`."""
    fault = _fault(answered)
    reason = f": {answered.reason}" if answered.reason else f" (fault: {fault})" if fault else ""
    before = f"{provider}  " if provider else ""
    match answered:
        case Answered(response=response, operation=operation):
            reached = operation or ("nothing" if reason else "")
            verdict = f"{response.status} {reached}".rstrip()
        case AnsweredProcedure(code=code):
            verdict = code
        case Unread(status=number):
            verdict = f"{number} nothing"
    return printable(f"{before}{_line(answered)} -> {verdict}{reason}")


def call_as_json(answered: Told, provider: str = "") -> str:
    """Give the same as a JSON object; the provider is named where there are several."""
    status: int | str
    operation: str | None = None
    fault = _fault(answered)
    match answered:
        case Answered(response=response):
            status, operation = response.status, answered.operation
        case AnsweredProcedure(code=code):
            status, operation = code, answered.procedure if answered.is_known else None
        case Unread():
            status = answered.status
    return dump_shown_line(
        {
            "schema_version": 1,
            "event": "call",
            **({"provider": provider} if provider else {}),
            "request": _line(answered),
            "status": status,
            "operation": operation,
            "allowed": not answered.reason,
            "reason": answered.reason,
            **({"fault": fault} if fault else {}),
        }
    )


def warnings_of(provider: StubbedProvider) -> Iterator[tuple[str, str]]:
    """Give the place and sentence of each mistake of a definition that is known already, and whether it is empty."""
    for definition in provider.definitions:
        if not definition.operations:
            yield "", f"{provider.source} defines no operations: every request will be refused."
        for warning in definition.warnings():
            source = warning.document or provider.source
            yield f"{source}:{warning.line}" if warning.line else f"{source} at {warning.pointer}", warning.sentence


def warning_as_text(place: str, sentence: str) -> str:
    """Give a mistake of a definition in a line."""
    return printable(f"{place}: {sentence}" if place else sentence)


def recorded_as_text(update: "FileUpdate", count: int) -> str:
    """Give what a recording left."""
    consumer, provider = update.between
    gone = f", {update.removed} of an earlier recording removed" if update.removed else ""
    return f"{update.path}: {_counted(count, 'interaction')} of {consumer} with {provider} recorded{gone}."


def recorded_members(update: "FileUpdate", count: int) -> dict[str, object]:
    """Give the same as the members of a JSON object."""
    consumer, provider = update.between
    return {
        "recorded": str(update.path),
        "consumer": consumer,
        "provider": provider,
        "interactions": count,
        "removed": update.removed,
    }


def refused_as_text(count: int, provider: str) -> str:
    """Say that requests were refused while recording."""
    were = "was" if count == 1 else "were"
    return (
        f"{_counted(count, 'request')} to {provider} {were} refused, and nothing of that is recorded. "
        "Mend the client, or the definition."
    )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _fault(answered: Told) -> str:
    return "" if isinstance(answered, Unread) else answered.fault


def _line(answered: Told) -> str:
    match answered:
        case Unread(start=start):
            return start or "what is no request"
        case Answered(request=request):
            return _request(request)
        case AnsweredProcedure():
            return f"{answered.procedure}{_sent(answered)}"


def _request(request: HttpRequest) -> str:
    query = write_query(request.query)
    return f"{request.method} {request.path}{'?' + query if query else ''}"


def _sent(answered: AnsweredProcedure) -> str:
    """Give the one message that was sent, or how many were sent and answered."""
    if len(answered.sent) == 1:
        more = f" ({answered.received} received)" if answered.received > 1 else ""
        return f" {show_json(answered.sent[0])}{more}"
    return f" ({len(answered.sent)} sent, {answered.received} received)" if answered.sent else ""

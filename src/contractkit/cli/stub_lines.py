"""What `contractkit stub` prints: a line when it has started, and one for each call with its verdict."""

from contractkit.exact_json import dump_compact, show_json
from contractkit.model import HttpRequest
from contractkit.recording.answering import Answered, AnsweredProcedure
from contractkit.transports import write_query


def started(title: str, kind: str, address: str) -> str:
    """Give as JSON where a definition is served; `kind` is `url` or `target`."""
    return _json({"schema_version": 1, kind: address, "definition": title})


def request_as_text(answered: Answered) -> str:
    """Give an HTTP request with what became of it: `GET /orders/7 -> 200 getOrder`."""
    reached = answered.operation or "nothing"
    reason = f": {answered.reason}" if answered.reason else ""
    return f"{_line(answered.request)} -> {answered.response.status} {reached}{reason}"


def request_as_json(answered: Answered) -> str:
    """Give the same as a JSON object."""
    return _json(
        {
            "schema_version": 1,
            "request": _line(answered.request),
            "status": answered.response.status,
            "operation": answered.operation,
            "allowed": not answered.reason,
            "reason": answered.reason,
        }
    )


def call_as_text(answered: AnsweredProcedure) -> str:
    """Give a call with what became of it: `inventory.v1.Inventory/GetItem {"id":7} -> OK`."""
    reason = f": {answered.reason}" if answered.reason else ""
    return f"{answered.procedure}{_sent(answered)} -> {answered.code}{reason}"


def call_as_json(answered: AnsweredProcedure) -> str:
    """Give the same as a JSON object."""
    return _json(
        {
            "schema_version": 1,
            "request": f"{answered.procedure}{_sent(answered)}",
            "status": answered.code,
            "operation": answered.procedure if answered.is_known else None,
            "allowed": not answered.reason,
            "reason": answered.reason,
        }
    )


def _line(request: HttpRequest) -> str:
    query = write_query(request.query)
    return f"{request.method} {request.path}{'?' + query if query else ''}"


def _sent(answered: AnsweredProcedure) -> str:
    """Give the one message that was sent, or how many were sent and answered."""
    if len(answered.sent) == 1:
        more = f" ({answered.received} received)" if answered.received > 1 else ""
        return f" {show_json(answered.sent[0])}{more}"
    return f" ({len(answered.sent)} sent, {answered.received} received)" if answered.sent else ""


def _json(value: dict[str, object]) -> str:
    return dump_compact(value).decode()

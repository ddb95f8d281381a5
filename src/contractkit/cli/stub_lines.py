"""What `contractkit stub` prints: a line when it has started, and one for each call with its verdict."""

from contractkit.exact_json import dump_compact, show_json
from contractkit.model import Event, HttpRequest, JsonBody, Received, Sent
from contractkit.recording.answering import Answered, AnsweredProcedure
from contractkit.transports import write_query


def started(title: str, kind: str, address: str, *, is_json: bool) -> str:
    """Give the line that says where a definition is served; `kind` is `url` or `target`."""
    return _json({"schema_version": 1, kind: address, "definition": title}) if is_json else f"{title}: {address}"


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
    return f"{answered.call.procedure}{_sent(answered.call.events)} -> {answered.code}{reason}"


def call_as_json(answered: AnsweredProcedure) -> str:
    """Give the same as a JSON object."""
    return _json(
        {
            "schema_version": 1,
            "request": f"{answered.call.procedure}{_sent(answered.call.events)}",
            "status": answered.code,
            "operation": answered.call.procedure if answered.is_known else None,
            "allowed": not answered.reason,
            "reason": answered.reason,
        }
    )


def _line(request: HttpRequest) -> str:
    query = write_query(request.query)
    return f"{request.method} {request.path}{'?' + query if query else ''}"


def _sent(events: tuple[Event, ...]) -> str:
    """Give the one message that was sent, or how many were sent and answered."""
    sent = [each.message for each in events if isinstance(each, Sent)]
    received = sum(isinstance(each, Received) for each in events)
    if len(sent) == 1 and isinstance(sent[0], JsonBody):
        more = f" ({received} received)" if received > 1 else ""
        return f" {show_json(sent[0].value)}{more}"
    return f" ({len(sent)} sent, {received} received)" if sent else ""


def _json(value: dict[str, object]) -> str:
    return dump_compact(value).decode()

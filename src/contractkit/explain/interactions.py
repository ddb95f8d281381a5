"""Contracts and interactions as text: requests and responses as they go over the wire, rules beside their places."""

from collections.abc import Iterable, Iterator
from typing import assert_never
from urllib.parse import quote

from contractkit.exact_json import show_json
from contractkit.explain.expected_members import count_expected_members, expected_in_words
from contractkit.explain.forms import FormField, form_fields, is_form, is_multipart, multipart_fields
from contractkit.explain.json_lines import json_lines
from contractkit.explain.notes import MARK, Holding, Notes
from contractkit.explain.terminal import printable
from contractkit.explain.words import needs_in_words, states_in_words
from contractkit.model import (
    BinaryBody,
    Body,
    Cancelled,
    Contract,
    EmptyBody,
    Event,
    Evidence,
    Fields,
    HalfClosed,
    HttpCall,
    HttpRequest,
    Interaction,
    JsonBody,
    Location,
    Message,
    MissingBody,
    Query,
    Received,
    RpcCall,
    Sent,
    Status,
    SynchronousMessages,
    TextBody,
)

_LABEL = 11  # characters of the left column
_CALLS_PLUGIN = "protobuf"  # its calls are counted by themselves
_OURS_ALONE = "a Pact verifier does not see it: Pact has no form for such calls"
_BY_PLUGIN = "a Pact verifier needs its protobuf plugin for it, and without that fails the whole file"


def summary(interaction: Interaction) -> str:
    """Give an interaction in one line: `GET /orders/7 -> 200`, `orders.v1.Orders/Watch -> OK`, `message an event`."""
    match interaction.exchange:
        case HttpCall(request=request, response=response):
            return f"{request_line(request)} -> {response.status}"
        case RpcCall(procedure=procedure, events=events):
            codes = [event.code for event in events if isinstance(event, Status)]
            return f"{procedure} -> {codes[-1] if codes else 'cancelled'}"
        case Message():
            return f"message {interaction.description}"
        case SynchronousMessages(responses=responses):
            answers = "1 answer" if len(responses) == 1 else f"{len(responses)} answers"
            return f"message {interaction.description} -> {answers}"


def request_line(request: HttpRequest) -> str:
    """Give method and path with the query, `GET /orders?limit=5`."""
    query = query_text(request.query)
    return f"{request.method} {request.path or '(empty path)'}{'?' if query else ''}{query}"


def query_text(query: Query) -> str:
    """Give parameters as a query string that a person can read: only what would mislead is percent-encoded."""
    pairs = [(quote(name, safe="[]$/:,"), value) for name, values in query.items() for value in values]
    return "&".join(name if value is None else f"{name}={quote(value, safe='[]$/:,@')}" for name, value in pairs)


def explain_interaction(interaction: Interaction, holding: Holding | None = None, *, is_whole: bool = False) -> str:
    """Give an interaction as readable text of several lines.

    Args:
        interaction: The interaction.
        holding: Says which of several rules holds at a place; without it, all that are written for a place are said.
        is_whole: Whether every member of a huge value is shown, and not those at its ends alone.
    """
    notes = Notes.of(interaction, holding, is_whole=is_whole)
    rows = [*_exchange_rows(interaction, notes), *_about(interaction, notes)]
    states = _block("given", [states_in_words(interaction)])
    return "\n".join([printable(interaction.description), *states, *rows])


def explain_contract(contract: Contract) -> str:
    """Give the head of a contract: who expects how much of whom, and what it was recorded against."""
    count = len(contract.interactions)
    number = "1 interaction" if count == 1 else f"{count} interactions"
    parties = printable(f"{contract.consumer} expects {number} of {contract.provider}")
    head = f"{parties} (Pact {contract.specification})"
    definition = contract.definition
    recorded = f"recorded against {definition.source}, {definition.digest}" if definition is not None else ""
    seen = sum(map(is_seen_by_pact, contract.interactions))
    unseen = f"a Pact verifier sees {seen or 'none'} of them" if seen < count else ""
    members = expected_in_words(*count_expected_members(contract.interactions))
    remarks = (recorded, unseen, _plugin_remark(contract), _other_plugins_remark(contract), members)
    return "\n".join([head, *(printable(line) for line in remarks if line)])


def is_seen_by_pact(interaction: Interaction) -> bool:
    """Say whether a Pact verifier of another make would replay an interaction of a file that we write."""
    return not isinstance(interaction.exchange, RpcCall) or needs_plugin(interaction)


def needs_plugin(interaction: Interaction) -> bool:
    """Say whether a Pact verifier needs its protobuf plugin for an interaction: it is in the plugin's form."""
    return interaction.wire is not None


def _plugin_remark(contract: Contract) -> str:
    found = [each.exchange for each in contract.interactions if needs_plugin(each)]
    if not found:
        return ""
    messages = sum(isinstance(each, Message) for each in found)
    one, many = ("a call", "calls") if not messages else ("a message", "messages")
    said = f"1 of them is {one}" if len(found) == 1 else f"{len(found)} of them are {many}"
    said = said if messages in (0, len(found)) else f"{len(found)} of them are calls and messages"
    return f"a Pact verifier without its protobuf plugin fails this file whole: {said} in the plugin's form"


def _other_plugins_remark(contract: Contract) -> str:
    """Give what a verifier has to have installed beside the plugin that calls are written for."""
    others = [each for each in contract.plugins if each.get("name") not in (None, _CALLS_PLUGIN)]
    named = [" ".join(str(each[key]) for key in ("name", "version") if each.get(key)) for each in others]
    if not named:
        return ""
    plugins = "the plugin" if len(named) == 1 else "the plugins"
    return f"a Pact verifier needs {plugins} {', '.join(named)} for this file, and without that fails it whole"


def _exchange_rows(interaction: Interaction, notes: Notes) -> Iterator[str]:
    match interaction.exchange:
        case HttpCall(request=request, response=response):
            at = Location(("request",))
            yield from _block(
                "request",
                [
                    f"{request_line(request)}{notes.at(at / 'method')}{notes.at(at / 'path')}",
                    *_query_lines(request.query, at / "query", notes),
                    *_field_lines(request.headers, at / "headers", notes),
                    *_body_lines(request.body, at / "body", notes),
                ],
            )
            at = Location(("response",))
            yield from _block(
                "response",
                [
                    f"{response.status}{notes.at(at / 'status')}",
                    *_field_lines(response.headers, at / "headers", notes),
                    *_body_lines(response.body, at / "body", notes),
                ],
            )
        case Message() as message:
            yield from _message_rows(message, Location(("message",)), notes, ("metadata", "contents"))
        case SynchronousMessages(request=asked, responses=responses):
            yield from _message_rows(asked, Location(("request",)), notes, ("sent with", "sent"))
            for number, answer in enumerate(responses):
                at = Location(("responses", number))
                yield from _message_rows(answer, at, notes, ("with", "answered"))
        case RpcCall() as call:
            yield from _block("call", [call.procedure])
            yield from _block("metadata", _metadata_lines(call.metadata, Location(("metadata",)), notes))
            initial = Location(("initial_metadata",))
            yield from _block("replied", _metadata_lines(call.initial_metadata, initial, notes))
            for number, event in enumerate(call.events):
                yield from _event_rows(event, Location(("events", number)), notes)
        case unknown:
            assert_never(unknown)


def _message_rows(message: Message, at: Location, notes: Notes, labels: tuple[str, str]) -> Iterator[str]:
    """Give metadata and contents of a message, each under its label."""
    yield from _block(labels[0], _metadata_lines(message.metadata, at / "metadata", notes))
    yield from _block(labels[1], _body_lines(message.contents, at / "contents", notes))


def _event_rows(event: Event, at: Location, notes: Notes) -> list[str]:
    match event:
        case Sent(message=body):
            return _block("sent", _body_lines(body, at / "message", notes))
        case Received(message=body):
            said = notes.at(at).removeprefix(MARK)
            return _block("received", [*([f"({said})"] if said else []), *_body_lines(body, at / "message", notes)])
        case HalfClosed():
            return _block("sent", ["(the consumer sends no more)"])
        case Cancelled():
            return _block("sent", ["(the consumer gives up)"])
        case Status(code=code, message=message, details=details, trailers=trailers):
            said = f"{code}{f' {message}' if message else ''}"
            first = f"{said}{notes.at(at / 'status')}{notes.at(at / 'status_message')}"
            lines = [
                line
                for number, detail in enumerate(details)
                for line in json_lines(detail, at / "details" / number, notes)
            ]
            return _block("status", [first, *lines, *_metadata_lines(trailers, at / "trailers", notes)])


def _recorder(evidence: Evidence) -> str:
    test = evidence.test
    return f"{test}   {test.node_id}" if test.file else test.node_id


def _about(interaction: Interaction, notes: Notes) -> Iterator[str]:
    """Give what stands below an exchange: further rules, needs, tests, remarks."""
    yield from _block("also", notes.elsewhere())
    if interaction.evidence:
        yield from _block("needs", list(needs_in_words(interaction.needs)))
        yield from _block("recorded by", list(map(_recorder, interaction.evidence)))
    yield from _block("comments", list(interaction.comments))
    remarks = ["pending: a failure is reported and blocks nobody"] if interaction.pending else []
    remarks += [_BY_PLUGIN] if needs_plugin(interaction) else []
    yield from _block("note", remarks if is_seen_by_pact(interaction) else [*remarks, _OURS_ALONE])
    yield from _block("key", [interaction.key])


def _block(label: str, lines: list[str]) -> list[str]:
    """Give lines behind a label, none where there are no lines."""
    if not lines:
        return []
    first, *rest = map(printable, lines)
    return [f"  {label:{_LABEL}}   {first}".rstrip(), *(f"  {'':{_LABEL}}   {line}".rstrip() for line in rest)]


def _field_lines(fields: Fields, at: Location, notes: Notes) -> list[str]:
    lines = []
    for name, values in sorted(fields.items()):
        said = notes.of_values(at / name, len(values))
        lines.append(f"{name}: {', '.join(values)}{said}")
    return lines


def _query_lines(query: Query, at: Location, notes: Notes) -> list[str]:
    """Give the parameters of which something is said; the others are to be seen in the request line."""
    said = {name: notes.of_values(at / name, len(values)) for name, values in query.items()}
    return [f"?{query_text({name: query[name]})}{words}" for name, words in said.items() if words]


def _metadata_lines(metadata: object, at: Location, notes: Notes) -> list[str]:
    members = sorted(metadata.items()) if isinstance(metadata, dict) else []
    return [f"{name}: {show_json(value)}{notes.at(at / name)}" for name, value in members]


def _body_lines(body: Body, at: Location, notes: Notes) -> list[str]:
    match body:
        case MissingBody():
            return []
        case EmptyBody():
            return ["(an empty body)"]
        case JsonBody(value=value):
            return list(json_lines(value, at, notes))
        case TextBody(text=text, media_type=media_type) if is_form(media_type):
            return _form_lines(form_fields(text), at, notes)
        case TextBody(text=text, media_type=media_type) if is_multipart(media_type):
            return _form_lines(multipart_fields(text.encode(), media_type), at, notes) or text.splitlines()
        case TextBody(text=text):
            said = notes.at(at)
            return [*([f"({body.media_type}){said}"] if said else []), *text.splitlines()]
        case BinaryBody(data=data, media_type=media_type):
            if is_multipart(media_type) and (parts := multipart_fields(data, media_type)):
                return _form_lines(parts, at, notes)
            return [f"({len(data)} bytes of {media_type}){notes.at(at)}"]


def _form_lines(fields: Iterable[FormField], at: Location, notes: Notes) -> list[str]:
    """Give fields or parts, what is said of each behind its first line."""
    lines: list[str] = []
    for each in fields:
        first, *rest = each.lines
        lines += [f"{first}{notes.at(at / each.name)}", *rest]
    return lines

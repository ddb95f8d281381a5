"""Serving again: a test that passed is run again, and its stubs give the answers of before with changes.

An answer is known by what it was asked and what was served, so that also of several answers to one request the right
one changes. A request that did not come before is answered as the definition says, unchanged.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from contractkit.definitions.interface import Operation
from contractkit.definitions.rpc_interface import Procedure
from contractkit.errors import MessageError, ReplyError
from contractkit.exact_json import Json, dump_compact
from contractkit.inference import AnswerId, Change, Kind, changed
from contractkit.model import (
    EmptyBody,
    HttpCall,
    HttpResponse,
    Interaction,
    JsonBody,
    Location,
    Message,
    MissingBody,
    Received,
    RpcCall,
    Sent,
    Wildcard,
    repeated_events,
)
from contractkit.recording.received_messages import CONTENTS
from contractkit.recording.replies import Reply
from contractkit.recording.rpc_replies import RpcReply

LOOP_DETECTED = 508
"""What a client gets that asks and asks (RFC 5842 §7.2)."""

_MOST_REFUSED = 200

RESPONSE_BODY, RESPONSE_HEADERS = Location(("response", "body")), Location(("response", "headers"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """Which answers a test was served, each under what it is known by; `asked` are the requests for them."""

    by_http: Mapping[tuple[str, str, str], AnswerId]
    by_rpc: Mapping[tuple[str, str, str, str], AnswerId]
    by_message: Mapping[tuple[str, str, str], AnswerId]
    places: Mapping[AnswerId, Location]
    asked: frozenset[tuple[str, ...]]

    @property
    def ids(self) -> frozenset[AnswerId]:
        """Give all answers."""
        return frozenset((*self.by_http.values(), *self.by_rpc.values(), *self.by_message.values()))


def served_before(recorded: Sequence[tuple[str, Interaction]]) -> Again:
    """Give what a test was served, from the interactions it recorded with each provider."""
    by_http: dict[tuple[str, str, str], AnswerId] = {}
    by_rpc: dict[tuple[str, str, str, str], AnswerId] = {}
    by_message: dict[tuple[str, str, str], AnswerId] = {}
    places: dict[AnswerId, Location] = {}
    for provider, interaction in recorded:
        if not isinstance(interaction.exchange, HttpCall | RpcCall | Message):
            continue
        found = AnswerId(provider, interaction.key)
        places[found] = place_of(interaction)
        if isinstance(interaction.exchange, Message):
            for tree in served_trees(interaction):
                by_message[(provider, str(interaction.operation), _text(tree))] = found
            continue
        if isinstance(interaction.exchange, HttpCall):
            by_http[(provider, _plain_key(interaction.key), repr(interaction.served))] = found
            continue
        asked = _first_sent(interaction.exchange)
        for tree in served_trees(interaction):
            by_rpc[(provider, str(interaction.operation), asked, _text(tree))] = found
    asked_of = frozenset((*(each[:-1] for each in by_http), *(each[:-1] for each in by_rpc)))
    return Again(by_http=by_http, by_rpc=by_rpc, by_message=by_message, places=places, asked=asked_of)


def place_of(interaction: Interaction) -> Location:
    """Give where the body of an answer stands: `response.body`, `events[2].message`, or `events[*].message`.

    Of a message that is emitted unasked, its contents.
    """
    if isinstance(interaction.exchange, Message):
        return CONTENTS
    if not isinstance(interaction.exchange, RpcCall):
        return RESPONSE_BODY
    received = [number for number, each in enumerate(interaction.exchange.events) if isinstance(each, Received)]
    is_one = len(received) == 1 and not repeated_events(interaction.rules)
    return Location(("events", received[0] if is_one else Wildcard.INDEX, "message"))


def served_trees(interaction: Interaction) -> tuple[Json, ...]:
    """Give the JSON values that were served: the body, or the messages of a call in their order."""
    if not isinstance(interaction.served, JsonBody):
        return ()
    value = interaction.served.value
    if isinstance(interaction.exchange, RpcCall) and place_of(interaction).steps[1] is Wildcard.INDEX:
        return tuple(value) if isinstance(value, list) else (value,)
    return (value,)


class ServingAgain:
    """What one re-run is served, and which answers it got.

    Attributes:
        served: The answers that were served so far, those that are to change as changed.
        asked_anew: The operations that were asked something that was not asked before.
    """

    def __init__(self, again: Again, changes: tuple[Change, ...], *, most: int, too_many: Callable[[], None]) -> None:
        """Take the changes.

        Args:
            again: What was served before.
            changes: What is to change of it.
            most: How many answers a test that ends may ask for; those that follow are refused, which ends most loops.
            too_many: Called when the first answer is refused, and again when refusals end nothing.
        """
        self.served: set[AnswerId] = set()
        self.asked_anew: set[str] = set()
        self._again = again
        self._changes: dict[AnswerId, tuple[Change, ...]] = {}
        for change in changes:
            self._changes[change.answer] = (*self._changes.get(change.answer, ()), change)
        self._left = most
        self._too_many = too_many

    def http(self, provider: str, interaction: Interaction, response: HttpResponse) -> HttpResponse:
        """Give a response with its changes."""
        if self._is_refused():
            return HttpResponse(status=LOOP_DETECTED)
        if (provider, interaction.key) not in self._again.asked:
            self.asked_anew.add(str(interaction.operation))
        found = self._again.by_http.get((provider, interaction.key, repr(interaction.served)))
        if found is None:
            return response
        self.served.add(found)
        changes = self._changes.get(found, ())
        status = next((change.value for change in changes if change.kind is Kind.STATUS), None)
        if isinstance(status, int):
            response = replace(response, status=status)
        if not changes:
            return response
        left_out = {each.location.steps[-1] for each in changes if each.location.starts_with(RESPONSE_HEADERS)}
        headers = {name: values for name, values in response.headers.items() if name not in left_out}
        body = response.body
        if isinstance(body, JsonBody):
            body = replace(body, value=changed(body.value, changes, RESPONSE_BODY))
        return replace(response, headers=headers, body=body)

    def message(self, provider: str, operation: str, sent: Sequence[Json], shown: Json, tree: Json) -> Json:
        """Give a message of a remote procedure with its changes: the same value where there are none."""
        if self._is_refused():
            return {}
        asked = _text(sent[0]) if sent else ""
        if (provider, operation, asked) not in self._again.asked:
            self.asked_anew.add(operation)
        found = self._again.by_rpc.get((provider, operation, asked, _text(shown)))
        if found is None:
            return tree
        self.served.add(found)
        changes = self._changes.get(found, ())
        return changed(tree, changes, self._again.places[found]) if changes else tree

    def emitted(self, provider: str, name: str, shown: Json, contents: Json) -> Json:
        """Give the contents of a message with their changes."""
        found = self._again.by_message.get((provider, name, _text(shown)))
        if found is None:
            return contents
        self.served.add(found)
        return changed(contents, self._changes.get(found, ()), self._again.places[found])

    def refused_reply(self, operation: Operation, written: Mapping[str, Any], error: ReplyError) -> Reply:
        """Raise the error: what is refused once is refused again."""
        raise error

    def refused_rpc_reply(
        self, procedure: Procedure, answer: object, written: Mapping[str, Any], error: ReplyError
    ) -> RpcReply:
        """Raise the error likewise."""
        raise error

    def refused_message(self, name: str, contents: object, error: MessageError) -> object:
        """Raise the error likewise."""
        raise error

    def _is_refused(self) -> bool:
        self._left -= 1
        if self._left in (-1, -_MOST_REFUSED):
            self._too_many()
        return self._left < 0


def expected_headers(interaction: Interaction) -> tuple[Location, ...]:
    """Give where the headers of a response stand that are expected of the provider, but the content type."""
    if not isinstance(interaction.exchange, HttpCall):
        return ()
    names = interaction.exchange.response.headers
    return tuple(RESPONSE_HEADERS / name for name in names if name != "content-type")


def has_no_body(interaction: Interaction) -> bool:
    """Say whether there is nothing in the answer of an interaction that could be needed but its status."""
    return isinstance(interaction.served, MissingBody | EmptyBody)


def _plain_key(key: str) -> str:
    return key.partition("-")[0]


def _first_sent(call: RpcCall) -> str:
    first = next((each.message for each in call.events if isinstance(each, Sent)), None)
    return _text(first.value) if isinstance(first, JsonBody) else ""


def _text(tree: Json) -> str:
    return dump_compact(tree).decode()

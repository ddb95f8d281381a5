"""Messages that a consumer sends to be answered, each judged as the body of a request."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from contractkit.changes.messages import MessageChanges
from contractkit.conformance import ContractChecker
from contractkit.conformance.messages import CONTENT_TYPE, described_metadata, stand_ins
from contractkit.definitions.messages import MessageDefinition, headers_path_of, path_of
from contractkit.impact.http_judgement import HttpJudgement
from contractkit.impact.received_messages import unreadable
from contractkit.impact.records import Verdict, Worry
from contractkit.model import (
    Body,
    EmptyBody,
    Fields,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    JsonBody,
    Location,
    Message,
    MissingBody,
)
from contractkit.results import ABSENT

REQUEST = Location(("request",))
_CONTENTS, _METADATA = REQUEST / "contents", REQUEST / "metadata"
_BODY, _TYPE = REQUEST / "body", REQUEST / "headers" / "content-type"
_IN_JSON: Fields = {"content-type": ("application/json",)}
_NOT_HELD = "the contract holds no metadata, so whether the consumer sends what is demanded now it does not show"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentSide:
    """One side of a message that is sent, its contents or its metadata at `place`, as the body of a request."""

    interaction: Interaction
    place: Location

    @property
    def is_not_held(self) -> bool:
        """Say whether it is metadata, and the contract holds none."""
        call = self.interaction.exchange
        return self.place == _METADATA and isinstance(call, HttpCall) and call.request.body == JsonBody({})

    def back(self, location: Location) -> Location:
        """Give a place of the request as the place of the message."""
        if location.starts_with(_BODY):
            return self.place.under(location.steps[len(_BODY.steps) :])
        return _METADATA / CONTENT_TYPE if location == _TYPE else REQUEST


def sent_sides(
    interaction: Interaction, message: Message, name: str, definitions: Sequence[MessageDefinition]
) -> Iterator[SentSide]:
    """Give the requests that stand for a message, taken for the one of that name, which one definition has at least.

    Its metadata stand in one of their own where a definition describes any.
    """
    sides = [each.find(name) for each in definitions]
    known = next(each for each, found in zip(definitions, sides, strict=True) if found is not None)
    contents = stand_ins(interaction, message, name, known, REQUEST)[0].interaction.exchange
    assert isinstance(contents, HttpCall)
    body, headers = contents.response.body, contents.response.headers
    yield _request(interaction, _CONTENTS, path_of(name), body, headers)
    if any(each is not None and each.headers is not None for each in sides):
        said = JsonBody(described_metadata(message))
        yield _request(interaction, _METADATA, headers_path_of(name), said, _IN_JSON)


class SentMessages:
    """Judges sent messages under one pair of definitions: what was taken is to be taken still."""

    def __init__(self, changes: MessageChanges) -> None:
        self._changes = changes
        self._old = ContractChecker(changes.old.requests)
        self._new = ContractChecker(changes.new.requests)
        self._requests = HttpJudgement(changes.old.requests, changes.new.requests)

    def fits(self, interaction: Interaction, message: Message, name: str) -> bool:
        """Say whether the old definition takes a message for the one of that name."""
        return not any(self._old.reached(each.interaction).violations for each in self._of(interaction, message, name))

    def fits_now(self, interaction: Interaction, message: Message, name: str) -> bool:
        """Say whether the new definition does."""
        return not any(self._new.reached(each.interaction).violations for each in self._of(interaction, message, name))

    def judged(self, interaction: Interaction, message: Message, name: str) -> Iterator[Worry]:
        """Give what got worse for a message, which both definitions have under that name."""
        comparable = self._changes.is_comparable(name)
        is_read = isinstance(message.contents, JsonBody | MissingBody | EmptyBody)
        if not (comparable and is_read):
            yield from unreadable(self._changes, name, REQUEST, "whether they are taken as they were cannot be said")
        for each in self._of(interaction, message, name):
            if each.place == _METADATA:
                yield from self._of_metadata(each, name)
            elif comparable:
                found = self._of_request(each, name)
                yield from (worry for worry in found if is_read or worry.code != "not-analysable")

    def _of(self, interaction: Interaction, message: Message, name: str) -> Iterator[SentSide]:
        return sent_sides(interaction, message, name, (self._changes.old, self._changes.new))

    def _of_metadata(self, each: SentSide, name: str) -> Iterator[Worry]:
        if self._changes.new.message_as_written(name).headers is None:
            yield from () if each.is_not_held else (_ignored(name),)
            return
        is_new = self._changes.old.message_as_written(name).headers is None
        found = self._newly_described(each) if is_new else self._of_request(each, name)
        if each.is_not_held:
            found = (replace(worry, verdict=Verdict.AT_RISK, sentence=_NOT_HELD) for worry in found)
        yield from found

    def _of_request(self, each: SentSide, name: str) -> Iterator[Worry]:
        for worry in self._requests.judged(each.interaction)[1]:
            location = each.back(worry.location)
            change = worry.change
            if change is not None:
                told = self._changes.of_message(replace(change, operation=change.operation.replace("POST", "GET", 1)))
                change = replace(told, location=each.back(change.location))
            yield replace(
                worry,
                location=location,
                also=tuple(map(each.back, worry.also)),
                sentence=worry.sentence.replace(f"POST {path_of(name)}", f"the message {name}"),
                change=change,
            )

    def _newly_described(self, each: SentSide) -> Iterator[Worry]:
        for violation in self._new.reached(each.interaction).violations:
            yield Worry(
                code="request.missing" if violation.received is ABSENT else "request.refused",
                verdict=Verdict.BROKEN,
                location=each.back(violation.location),
                before="not described",
                after=f"refused: expected {violation.expected}",
                sentence="nothing was said of metadata, and what the consumer sends is refused now",
            )


def _request(interaction: Interaction, place: Location, path: str, body: Body, headers: Fields) -> SentSide:
    call = HttpCall(
        request=HttpRequest(method="POST", path=path, headers=headers, body=body), response=HttpResponse(status=204)
    )
    rules = tuple(
        replace(each, location=_BODY.under(each.location.steps[len(place.steps) :]))
        for each in interaction.rules
        if each.location.starts_with(place)
    )
    alone = replace(interaction, operation=None, generators=(), evidence=(), served=MissingBody(), wire=None)
    return SentSide(interaction=replace(alone, exchange=call, rules=rules), place=place)


def _ignored(name: str) -> Worry:
    return Worry(
        code="request.ignored",
        verdict=Verdict.AT_RISK,
        location=_METADATA,
        before="described",
        after="not described",
        sentence=f"the consumer sends metadata of {name}, of which nothing is said any more",
    )

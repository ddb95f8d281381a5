"""Needed: of an answer only what its tests were proved to need is expected; what they tolerate is left out.

Kept beside it: what a matcher of the test says, and, where no rule can say what was proved (one of several must be
there; needed where something else is there), what the expectation held before: then a provider that keeps its promises
is never refused.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from contractkit.definitions.wire_forms import encode_message
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json
from contractkit.model import (
    Event,
    HttpCall,
    InferredNeeds,
    Interaction,
    JsonBody,
    LocatedRules,
    Location,
    Message,
    MissingBody,
    Need,
    Received,
    RpcCall,
    Rule,
    UnknownNeeds,
    Wildcard,
    WireForm,
)
from contractkit.recording.pinned import expect_pinned
from contractkit.recording.received_messages import CONTENTS
from contractkit.recording.serving_again import (
    RESPONSE_BODY,
    RESPONSE_HEADERS,
    expected_headers,
    place_of,
    served_trees,
)
from contractkit.results import ABSENT, Absent

_TYPE = Rule("type")
_OR_NULL = (_TYPE, Rule("null"))
_ANYTHING = (Rule("null"), Rule("include", {"value": ""}), Rule("notEmpty"))
_SPECIAL = re.compile(r"[\\^$.|?*+()\[\]{}]")
_OWN = ((_TYPE,), _OR_NULL, _ANYTHING)
"""The rules that recording itself writes; every other one below a body was meant by the test."""


def expect_needed(interaction: Interaction) -> Interaction:
    """Give an interaction as its needs have it; as it is, where they are unknown or no JSON was served."""
    needs = interaction.needs
    if isinstance(needs, UnknownNeeds):
        return expect_pinned(interaction, needs.pinned)
    if not isinstance(needs, InferredNeeds):
        return interaction
    interaction = _without_needless_headers(interaction, needs)
    if not isinstance(interaction.served, JsonBody):
        return interaction
    match interaction.exchange:
        case HttpCall() as call:
            return _http(interaction, call, needs)
        case RpcCall() as call:
            return _rpc(interaction, call, needs)
        case Message() as message:
            return _message(interaction, message, needs)
    return interaction


def _without_needless_headers(interaction: Interaction, needs: InferredNeeds) -> Interaction:
    """Give an interaction without the headers of its response whose loss is tolerated and that no matcher speaks of."""
    meant = [each.location for each in interaction.rules if each.rules not in _OWN]
    tolerated = [each for each in expected_headers(interaction) if each in needs.tolerated]
    needless = {each for each in tolerated if not any(place.starts_with(each) for place in meant)}
    call = interaction.exchange
    if not needless or not isinstance(call, HttpCall):
        return interaction
    kept = {name: each for name, each in call.response.headers.items() if RESPONSE_HEADERS / name not in needless}
    return replace(
        interaction,
        exchange=replace(call, response=replace(call.response, headers=kept)),
        rules=tuple(each for each in interaction.rules if each.location not in needless),
    )


def _http(interaction: Interaction, call: HttpCall, needs: InferredNeeds) -> Interaction:
    served = interaction.served
    assert isinstance(served, JsonBody)
    expected = call.response.body.value if isinstance(call.response.body, JsonBody) else ABSENT
    keeping = _Keeping(needs, interaction.rules, RESPONSE_BODY)
    kept = keeping.kept(served.value, expected, RESPONSE_BODY)
    if kept is ABSENT and isinstance(expected, dict | list) and _may_be_read(needs):
        kept = type(expected)()  # no member is needed, but whoever reads it as JSON cannot use what is none
    body = MissingBody() if kept is ABSENT else JsonBody(kept, served.media_type)
    rules = [each for each in interaction.rules if not each.location.starts_with(RESPONSE_BODY)]
    if kept is not ABSENT:
        rules += keeping.rules(RESPONSE_BODY)
    return replace(
        interaction,
        exchange=replace(call, response=replace(call.response, body=body)),
        rules=tuple(rules),
        generators=interaction.generators if kept is not ABSENT else (),
    )


def _may_be_read(needs: InferredNeeds) -> bool:
    """Say whether the body was read, or nobody can tell."""
    return not {*needs.tolerated, *needs.weak} <= {*needs.untouched}


def _rpc(interaction: Interaction, call: RpcCall, needs: InferredNeeds) -> Interaction:
    at = place_of(interaction)
    trees = iter(served_trees(interaction))
    events: list[Event] = []
    rules = list(interaction.rules)
    for number, event in enumerate(call.events):
        if not isinstance(event, Received) or not isinstance(event.message, JsonBody):
            events.append(event)
            continue
        place = Location(("events", number, "message"))
        keeping = _Keeping(needs, interaction.rules, place, at)
        kept = keeping.kept(next(trees, event.message.value), event.message.value, at)
        rules = [each for each in rules if not each.location.starts_with(place)] + keeping.rules(place)
        events.append(Received(message=replace(event.message, value={} if kept is ABSENT else kept)))
    renewed = replace(call, events=tuple(events))
    return replace(interaction, exchange=renewed, rules=tuple(rules), wire=_wire(interaction.wire, renewed))


def _message(interaction: Interaction, message: Message, needs: InferredNeeds) -> Interaction:
    served, wire = interaction.served, interaction.wire
    assert isinstance(served, JsonBody)
    expected = message.contents.value if isinstance(message.contents, JsonBody) else ABSENT
    keeping = _Keeping(needs, interaction.rules, CONTENTS, None if wire is None else CONTENTS)
    kept = keeping.kept(served.value, expected, CONTENTS)
    if kept is ABSENT:  # no member is needed, but it is read as what it is
        kept = type(served.value)() if isinstance(served.value, dict | list) else served.value
    if wire is not None:
        name = str(interaction.operation)
        try:
            wire = replace(wire, response=encode_message(wire.descriptors, name, "response", kept))
        except DefinitionError:  # what is needed is no message in itself, as the half of an `Any` is none
            return interaction
    others = [each for each in interaction.rules if not each.location.starts_with(CONTENTS)]
    return replace(
        interaction,
        exchange=replace(message, contents=JsonBody(kept, served.media_type)),
        rules=(*keeping.rules(CONTENTS), *others),
        wire=wire,
    )


def _wire(wire: WireForm | None, call: RpcCall) -> WireForm | None:
    """Give the bytes of what is expected now; none where what is needed is no message in itself."""
    answers = [each.message for each in call.events if isinstance(each, Received)]
    if wire is None or wire.response is None or not answers or not isinstance(answers[0], JsonBody):
        return wire
    try:
        response = encode_message(wire.descriptors, call.procedure, "response", answers[0].value)
    except DefinitionError:
        return None
    return replace(wire, response=response)


class _Kept(NamedTuple):
    need: Need | None
    value: Json


class _Keeping:
    """Walks what was served and keeps what is needed."""

    def __init__(
        self,
        needs: InferredNeeds,
        rules: Sequence[LocatedRules],
        place: Location,
        named: Location | None = None,
    ) -> None:
        """Take where the body stands, and where needs say that it does, if that is another place."""
        self.needs, self.rules_before, self.place, self.named = needs, rules, place, named
        at = self.named or self.place
        self._needs = {need.location: need for need in self.needs.needed}
        self._required = {need.location for need in self.needs.required}
        self._soft = {*self._needs, *(each for group in self.needs.any_of for each in group)} - self._required
        below = [each for each in self.rules_before if each.location.starts_with(self.place)]
        self._explicit = {
            at.under(each.location.generalised().steps[len(self.place.steps) :]): each
            for each in below
            if each.rules not in _OWN
        }
        self._before = {at.under(each.location.generalised().steps[len(self.place.steps) :]): each for each in below}
        self._found: dict[Location, _Kept] = {}

    def kept(self, served: Json, expected: Json | Absent, at: Location) -> Json | Absent:
        """Give what stays of a value, or `ABSENT`."""
        is_needed = at in self._required or (expected is not ABSENT and (at in self._soft or at in self._explicit))
        if isinstance(served, dict):
            value: Json = self._members(served, expected, at)
            is_needed = is_needed or bool(value)
        elif isinstance(served, list):
            value = self._elements(served, expected, at)
            is_needed = is_needed or bool(value)
        else:
            value = served
        if not is_needed:
            return ABSENT
        self._found[at] = _Kept(self._needs.get(at), value)
        return value

    def rules(self, place: Location) -> list[LocatedRules]:
        """Give the rules of all that stays, the body's own first."""
        at = self.named or self.place
        found: dict[Location, LocatedRules] = {}
        for location, kept in self._found.items():
            makers = _MAKERS if self.named is None else _MAKERS_WITHOUT_NULL
            said = self._explicit.get(location) or _ruled(location, kept, makers) or self._rule_before(location, kept)
            if said is not None:
                found[location] = said
        for location, explicit in self._explicit.items():
            if any(location.starts_with(each) for each in self._found):
                found[location] = explicit
        whole = [] if at in found else [LocatedRules(location=place, rules=(_TYPE,))]
        moved = (replace(each, location=_moved(each.location, at, place)) for each in found.values())
        return [*whole, *sorted(moved, key=lambda each: each.location)]

    def _members(self, served: Mapping[str, Json], expected: Json | Absent, at: Location) -> dict[str, Json]:
        known = expected if isinstance(expected, dict) else {}
        each = {name: self.kept(value, known.get(name, ABSENT), at / name) for name, value in served.items()}
        return {name: value for name, value in each.items() if value is not ABSENT}

    def _elements(self, served: list[Json], expected: Json | Absent, at: Location) -> list[Json]:
        """Give the elements that stay: those of a matcher as it has them, else the first, if something of it does."""
        inside = at / Wildcard.INDEX
        known = expected if isinstance(expected, list) else []
        if known and any(each.starts_with(at) for each in self._explicit):
            return known
        if not served:
            return []
        need = self._needs.get(at)
        first = next((each for each in served if self._is_whole(each, inside)), served[0])
        kept = self.kept(first, known[0] if known else ABSENT, inside)
        if kept is ABSENT and (at in self._required or at in self._soft):
            is_scalar = not isinstance(first, dict | list)
            if (need is not None and need.non_empty) or (is_scalar and known):
                return [first if is_scalar else type(first)()]
        return [] if kept is ABSENT else [kept]

    def _is_whole(self, element: Json, at: Location) -> bool:
        """Say whether an element has all that is needed of one."""
        depth = len(at.steps) + 1
        names = {str(each.steps[-1]) for each in self._required if len(each.steps) == depth and each.starts_with(at)}
        return not names or (isinstance(element, dict) and names <= element.keys())

    def _rule_before(self, location: Location, kept: _Kept) -> LocatedRules | None:
        """Give the rule that stood there, where no need says more."""
        return self._before.get(location) if kept.need is None and location != (self.named or self.place) else None


def _moved(location: Location, at: Location, place: Location) -> Location:
    return place.under(location.steps[len(at.steps) :]) if location.starts_with(at) else location


_Maker = Callable[[Need, Json], tuple[Rule, ...]]


def _ruled(location: Location, kept: _Kept, makers: Sequence[_Maker]) -> LocatedRules | None:
    """Give the rule that a need makes of a value, None where its type says all."""
    need, value = kept
    if need is None:
        return None
    if value is None:
        return LocatedRules(location=location, rules=_ANYTHING, combine="OR")
    for make in makers:
        rules = make(need, value)
        if rules:
            return LocatedRules(location=location, rules=rules, combine="OR" if rules == _OR_NULL else "AND")
    return None


def _counted(need: Need, value: Json) -> tuple[Rule, ...]:
    if not isinstance(value, list) or not (need.non_empty or need.at_most is not None):
        return ()
    least = {"min": 1} if need.non_empty else {}
    most = {"max": need.at_most} if need.at_most is not None else {}
    return (Rule("type", {**least, **most}),)


def _limited(need: Need, value: Json) -> tuple[Rule, ...]:
    """Give a pattern for texts; of other values no rule of Pact says which are meant, so that their type must do."""
    if not isinstance(value, str) or not (need.members or need.pattern):
        return ()
    texts = [each for each in need.members if isinstance(each, str)]
    pattern = need.pattern if need.pattern is not None else f"^({'|'.join(map(_literal, texts))})$"
    return (Rule("regex", {"regex": pattern}),)


def _literal(text: str) -> str:
    """Give a pattern that a text alone matches, in what all engines of patterns share."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def _nullable(need: Need, value: Json) -> tuple[Rule, ...]:
    is_scalar = not isinstance(value, dict | list)
    return _OR_NULL if is_scalar and not need.non_null else ()


_MAKERS: tuple[_Maker, ...] = (_counted, _limited, _nullable)
_MAKERS_WITHOUT_NULL: tuple[_Maker, ...] = (_counted, _limited)
"""Over gRPC nothing can be null."""

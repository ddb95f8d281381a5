"""Answers of one shape are judged once: consumers of one provider read the same places, whatever the values there."""

from collections.abc import Hashable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from contractkit.conformance import ContractChecker, Grade, InteractionConformance, Standing, Use, Uses, uses_of
from contractkit.conformance.heirs import WithHeirs, may_be_inherited, with_heirs
from contractkit.conformance.shapes import shape_of, values_at
from contractkit.conformance.uses import RESPONSE_BODY
from contractkit.exact_json import dump_compact
from contractkit.impact.answers import answer_worries
from contractkit.impact.causes import Causes
from contractkit.impact.likeness import Answers
from contractkit.impact.records import Worry
from contractkit.model import (
    Body,
    HttpCall,
    HttpResponse,
    InferredNeeds,
    Interaction,
    JsonBody,
    LocatedRules,
    Location,
    Step,
    media_type_of,
)

_NOT_USED = frozenset({"content-type"})  # a header that says how the body is read

_Key: TypeAlias = tuple[Hashable, ...]
_Steps: TypeAlias = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a shape: the places whose values decide, and the worries by what stood there."""

    deciding: tuple[_Steps, ...]
    worries: dict[_Key, tuple[Worry, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class _Expected:
    """What an interaction of unknown needs expects, which interactions that were read together share.

    Attributes:
        held: It, so that its identity stays its own.
        key: What `_key_of` says of it.
        known: What is known of its shape, by the operation under both definitions.
        uses: What is used of it where anything differs, by the identity of what says where.
    """

    held: tuple[HttpResponse, Body, tuple[LocatedRules, ...]]
    key: _Key
    known: dict[tuple[str, str], _Known | None] = field(default_factory=dict)
    uses: dict[int, Uses] = field(default_factory=dict)


class AnswerJudgement:
    """Judges answers under one pair of definitions, those of one shape once.

    Where needs were proved, no value that was recorded counts, and what is left to judge is little. Where they are
    unknown, values count at places of which a definition lists the values; an answer of which a value or a length
    decides somewhere is judged for itself.
    """

    def __init__(self, old: ContractChecker, new: ContractChecker, causes: Causes) -> None:
        self._old = old
        self._new = new
        self._causes = causes
        self._known: dict[_Key, _Known | None] = {}
        self._expected: dict[tuple[int, ...], _Expected] = {}

    def judged(self, interaction: Interaction, call: HttpCall, answers: Answers) -> tuple[Worry, ...]:
        """Give what got worse for the answer that an interaction expects."""
        needs = interaction.needs
        if call.response.headers.keys() <= _NOT_USED and (
            answers.is_same or (isinstance(needs, InferredNeeds) and answers.have_as_before(needs))
        ):
            return ()
        if isinstance(needs, InferredNeeds):
            return self._alone(interaction, call, answers)
        old, new = answers.old.surface, answers.new.surface
        assert old is not None
        assert new is not None
        expected, operations = self._expected_by(interaction, call), (old.signature, new.signature)
        if operations not in expected.known:
            key = (*operations, *expected.key)
            if key not in self._known:
                self._known[key] = self._learnt(interaction, call, answers)
            expected.known[operations] = self._known[key]
        known = expected.known[operations]
        if known is None:
            return self._alone(interaction, call, answers)
        stood = tuple(_values(call.response.body, steps) for steps in known.deciding)
        if stood not in known.worries:
            known.worries[stood] = self._alone(interaction, call, answers)
        return known.worries[stood]

    def _expected_by(self, interaction: Interaction, call: HttpCall) -> _Expected:
        held = (call.response, interaction.served, interaction.rules)
        identity = tuple(map(id, held))
        found = self._expected.get(identity)
        if found is None:
            found = self._expected[identity] = _Expected(held, _key_of(*held))
        return found

    def _touched(self, interaction: Interaction, call: HttpCall, answers: Answers) -> Uses:
        """Give those of an interaction's uses at whose places anything differs, and those that limit a value's text.

        A change that hurts no other reader may exclude what was expected to the letter or matched a pattern.
        """
        untouched = answers.untouched
        if isinstance(interaction.needs, InferredNeeds):
            return uses_of(interaction, call, untouched=untouched)
        known = self._expected_by(interaction, call).uses
        if id(untouched) not in known:
            known[id(untouched)] = uses_of(interaction, call, untouched=untouched)
        return known[id(untouched)]

    def _alone(self, interaction: Interaction, call: HttpCall, answers: Answers) -> tuple[Worry, ...]:
        old, new, uses = answers.old, answers.new, self._touched(interaction, call, answers)
        told = _standings(self._old, old, uses, call)
        before = replace(old, uses=uses, standings=told.standings)
        after = replace(new, uses=uses, standings=_standings(self._new, new, uses, call, told.by_kind).standings)
        after = replace(after, standings=_left_open(self._old.standings(old, uses), before, after))
        if any(use.is_of_the_example for use in uses.single):
            before = replace(before, refused=self._old.refused(old, interaction))
            after = replace(after, refused=self._new.refused(new, interaction))
        return answer_worries(call, before, after, self._causes)

    def _learnt(self, interaction: Interaction, call: HttpCall, answers: Answers) -> _Known | None:
        """Give what is to be known of a shape, None where values or lengths of the example decide."""
        uses = self._touched(interaction, call, answers)
        if any(use.is_of_the_example for use in uses.single):
            return None
        found = (self._old.standings(answers.old, uses), self._new.standings(answers.new, uses))
        told = (_standings(self._old, answers.old, uses, call), _standings(self._new, answers.new, uses, call))
        if found != tuple(each.standings for each in told):
            return None  # what the answer says of its kind decides
        listed = {place for standings in found for place, each in standings.items() if each.values is not None}
        return _Known(tuple(use.steps for use in uses.single if use.location in listed and _is_seen(use)))


def _standings(
    checker: ContractChecker,
    reached: InteractionConformance,
    uses: Uses,
    call: HttpCall,
    by_kind: Set[Location] = frozenset(),
) -> WithHeirs:
    """Give what a definition says of the places that are used, with what schemas leave to those that inherit them."""
    found = checker.standings(reached, uses)
    view = reached.content.view if reached.content is not None else None
    if view is None or not isinstance(call.response.body, JsonBody):
        return WithHeirs(found, frozenset())
    return with_heirs(found, uses, view, call.response.body.value, by_kind)


def _left_open(
    alone: Mapping[Location, Standing], before: InteractionConformance, after: InteractionConformance
) -> dict[Location, Standing]:
    """Give what the new definition says of places; of those of heirs nothing is settled where nobody inherits any more.

    Without its discriminator a schema stands for itself, and may well have members that it does not declare.

    Args:
        alone: What the old definition's schemas say without their heirs.
        before: What the old definition says.
        after: What the new one does.
    """
    told = dict(after.standings)
    view = after.content.view if after.content is not None else None
    for use in (*after.uses.single, *(use for group in after.uses.any_of for use in group)):
        there, was = told.get(use.location), alone.get(use.location)
        if there is None or was is None or view is None or {there.grade, was.grade} != {Grade.UNDECLARED}:
            continue
        if before.standings[use.location].grade is not Grade.UNDECLARED and not may_be_inherited(view, use):
            told[use.location] = replace(there, grade=Grade.UNSETTLED)
    return told


def _is_seen(use: Use) -> bool:
    return bool(use.seen) and use.location.starts_with(RESPONSE_BODY)


def _key_of(response: HttpResponse, served: Body, rules: tuple[LocatedRules, ...]) -> _Key:
    """Give all that worries about an answer of unknown needs depend on, but for the operation and the values in it."""
    return (
        response.status,
        tuple(response.headers.items()),
        _body_key(response.body),
        _body_key(served),
        tuple(_rule_keys(rules)),
    )


def _body_key(body: Body) -> _Key:
    shape = shape_of(body.value) if isinstance(body, JsonBody) else ""
    return type(body).__name__, media_type_of(body) or "", shape


def _rule_keys(rules: tuple[LocatedRules, ...]) -> Iterator[_Key]:
    for each in rules:
        yield each.location, each.combine, *((rule.name, dump_compact(dict(rule.attributes))) for rule in each.rules)


def _values(body: Body, steps: _Steps) -> _Key:
    found = values_at(body.value, steps) if isinstance(body, JsonBody) else []
    return tuple(dict.fromkeys(dump_compact(value) for value in found))

"""Answers: what got worse of the status, the media type and every place that an interaction uses."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from contractkit.changes import Change
from contractkit.changes.records import Place
from contractkit.conformance import Declared, InteractionConformance, Use
from contractkit.impact.answer_rules import (
    AnswerRule,
    expectation,
    rules_for,
    standing_in_words,
    values_in_words,
)
from contractkit.impact.causes import Causes
from contractkit.impact.exclusions import excluded_values, further_members
from contractkit.impact.numbered import numbered_worry
from contractkit.impact.records import Verdict, Worry
from contractkit.model import HttpCall, Location

STATUS = Location(("response", "status"))
CONTENT_TYPE = Location(("response", "headers", "content-type"))

_GAINED = "response.member.added"
_STATUS_CAUSES = ("response.status.removed", "response.error-status.removed")
_MEDIA_TYPE_CAUSES = ("response.media-type.removed", "response.media-type.generalised")
_LOOSENED = (
    "response.bound.loosened",
    "response.pattern.changed",
    "response.format.changed",
    "response.keyword.changed",
    "response.known-values.changed",
)
_CONDITIONS = frozenset({"dependentRequired", "dependentSchemas", "else", "if", "not", "then"})
_TOLD = ("response.discriminator.changed", "response.alternative.added")


def answer_worries(
    call: HttpCall, old: InteractionConformance, new: InteractionConformance, causes: Causes
) -> tuple[Worry, ...]:
    """Give what got worse for the answer that an interaction expects, the same change once."""
    if old.status is Declared.NOT:
        return ()  # the old definition did not know the answer either
    status = tuple(_status_worries(call, old, new, causes))
    if new.status is Declared.NOT:
        return status
    media_type = tuple(_media_type_worries(old, new, causes))
    if old.content is not None and new.content is None and media_type:
        return (*status, *media_type)
    excluded = tuple(excluded_values(call, old, new, causes))
    gone = {worry.location for worry in excluded if worry.verdict is Verdict.BROKEN}
    graded = (each for each in _place_worries(old, new, causes) if each.location not in gone)
    places = [*graded, *excluded, *further_members(old, new, causes)]
    unjudged = tuple(_unjudged(old, new, causes))
    return (*status, *media_type, *joined(places), *unjudged)


def joined(worries: Sequence[Worry]) -> tuple[Worry, ...]:
    """Give worries of one cause as one, at the outermost place with the worst verdict; the others as `also`."""
    groups: dict[object, list[Worry]] = {}
    for worry in worries:
        groups.setdefault(_group_of(worry, worries), []).append(worry)
    return tuple(_one_of(group) for group in groups.values())


def _group_of(worry: Worry, worries: Sequence[Worry]) -> object:
    if worry.change is not None:
        return worry.change.declaration
    above = [each.location for each in worries if each.change is None and worry.location.starts_with(each.location)]
    return min(above, key=lambda location: len(location.steps))


def _one_of(group: list[Worry]) -> Worry:
    first = min(group, key=lambda each: (each.verdict is not Verdict.BROKEN, len(each.location.steps)))
    also = tuple(sorted(each.location for each in group if each.location != first.location))
    return replace(first, also=also)


def _status_worries(
    call: HttpCall, old: InteractionConformance, new: InteractionConformance, causes: Causes
) -> Iterator[Worry]:
    status = call.response.status
    if new.status is Declared.NOT:
        code, verdict, sentence = "response.status-gone", Verdict.BROKEN, f"status {status} cannot come any more"
    elif new.status is Declared.AS_DEFAULT and old.status is not Declared.AS_DEFAULT:
        code, verdict, sentence = "response.status-default", Verdict.AT_RISK, f"only `default` is left to mean {status}"
    else:
        return
    yield Worry(
        code=code,
        verdict=verdict,
        location=STATUS,
        before=f"{status} declared {old.status.value}",
        after=f"{status} declared {new.status.value}",
        sentence=f"the consumer expects status {status}, and {sentence}",
        change=causes.of_answer(old, new, STATUS, _STATUS_CAUSES),
    )


def _media_type_worries(old: InteractionConformance, new: InteractionConformance, causes: Causes) -> Iterator[Worry]:
    if old.content is None or old.media_type not in (Declared.EXACTLY, Declared.AS_RANGE):
        return
    if new.media_type is Declared.NOT:
        code, verdict, after = "response.media-type-gone", Verdict.BROKEN, "not declared"
        sentence = f"the consumer reads {old.content.media_type}, which is not given any more"
    elif new.media_type is Declared.AS_RANGE and old.media_type is Declared.EXACTLY and new.content is not None:
        code, verdict, after = "response.media-type-general", Verdict.AT_RISK, new.content.media_type
        sentence = f"the consumer reads {old.content.media_type}, and another media type may come now"
    else:
        return
    yield Worry(
        code=code,
        verdict=verdict,
        location=CONTENT_TYPE,
        before=old.content.media_type,
        after=after,
        sentence=sentence,
        change=causes.of_answer(old, new, CONTENT_TYPE, _MEDIA_TYPE_CAUSES),
    )


def _place_worries(old: InteractionConformance, new: InteractionConformance, causes: Causes) -> Iterator[Worry]:
    for use in old.uses.single:
        worry = _place_worry(use, old, new, causes)
        if worry is not None:
            yield worry
    for group in old.uses.any_of:
        found = [_place_worry(use, old, new, causes) for use in group]
        worries = [worry for worry in found if worry is not None]
        if worries and len(worries) == len(group):  # as long as one of them stays as it was, the consumer copes
            yield max(worries, key=lambda worry: worry.verdict is Verdict.AT_RISK)


def _place_worry(use: Use, old: InteractionConformance, new: InteractionConformance, causes: Causes) -> Worry | None:
    before, after = old.standings.get(use.location), new.standings.get(use.location)
    if before is None or after is None:
        return None
    for rule in rules_for(use, before, after):
        change = _cause(rule, use, old, new, causes)
        if change is not None and change.rule == _GAINED and not use.may_lack:
            continue  # where there was nothing, a consumer that needs it failed before too
        return Worry(
            code=rule.code,
            verdict=rule.verdict,
            location=use.location,
            before=standing_in_words(before),
            after=standing_in_words(after),
            sentence=rule.sentence.format(expected=expectation(use), seen=values_in_words(use.seen)),
            change=change,
        )
    return (
        _loosened(use, old, new, causes) or _conditioned(use, old, new, causes) or numbered_worry(use, old, new, causes)
    )


def _conditioned(use: Use, old: InteractionConformance, new: InteractionConformance, causes: Causes) -> Worry | None:
    """Give the change of what some members of an object say of the others, where it asks for less or something else."""
    if use.may_lack or use.is_only_served:
        return None
    change = causes.of_answer(old, new, use.location, ("response.keyword.changed",))
    if (
        change is None
        or change.location == use.location
        or _CONDITIONS.isdisjoint((_keyword_at(change.old), _keyword_at(change.new)))
    ):
        return None
    return Worry(
        code="not-analysable",
        verdict=Verdict.AT_RISK,
        location=use.location,
        before=change.before,
        after=change.after,
        sentence="the consumer needs it, and what else is said of the object around it changed and is not worked out",
        change=change,
    )


def _keyword_at(place: Place | None) -> str:
    return "" if place is None else place.pointer.rsplit("/", 1)[-1]


def _cause(
    rule: AnswerRule, use: Use, old: InteractionConformance, new: InteractionConformance, causes: Causes
) -> Change | None:
    headers = ("response.header.removed", "response.optional-header.removed", "response.header.became-optional")
    hurting = tuple(cause for cause in rule.causes if cause != _GAINED)
    found = causes.of_answer(old, new, use.location, (*hurting, *headers))
    if found is None and len(hurting) < len(rule.causes):
        return causes.of_answer(old, new, use.location, (_GAINED,))
    return found


def _loosened(use: Use, old: InteractionConformance, new: InteractionConformance, causes: Causes) -> Worry | None:
    if not use.limits_values:
        return None
    change = causes.of_answer(old, new, use.location, _LOOSENED)
    if change is None or change.location != use.location:
        change = _told_otherwise(use, old, new, causes)
    if change is None:
        return None
    return Worry(
        code="response.may-be-another-value",
        verdict=Verdict.AT_RISK,
        location=use.location,
        before=change.before,
        after=change.after,
        sentence=f"the consumer copes with {expectation(use)}, and the values that may come changed",
        change=change,
    )


def _told_otherwise(
    use: Use, old: InteractionConformance, new: InteractionConformance, causes: Causes
) -> Change | None:
    """Give the change of a union around a member that may be what tells its alternatives apart.

    Where schemas do not list that member's values, the union's mapping alone says which there are.
    """
    if new.standings[use.location].values is not None:
        return None
    change = causes.of_answer(old, new, use.location, _TOLD)
    return change if change is not None and change.location.steps == use.location.steps[:-1] else None


def _unjudged(old: InteractionConformance, new: InteractionConformance, causes: Causes) -> Iterator[Worry]:
    """Say so where a body is no JSON and its description changed."""
    if "not-json" not in new.unsettled or old.content is None or new.content is None:
        return
    if causes.are_described_alike(old.content, new.content):
        return
    yield Worry(
        code="not-analysable",
        verdict=Verdict.AT_RISK,
        location=Location(("response", "body")),
        before=f"{old.content.media_type} as the old definition describes it",
        after="described otherwise",
        sentence="the body is not JSON, so what the consumer needs of it cannot be compared",
    )

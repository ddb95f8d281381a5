"""The judgement of one HTTP call under two OpenAPI definitions: what got worse for it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from contractkit.changes import Change, DefinitionChanges
from contractkit.changes.operation_rules import OPERATION_INCOMPARABLE
from contractkit.changes.records import Declaration
from contractkit.changes.renames import members_gained, renames_between
from contractkit.conformance import ContractChecker, Declared, InteractionConformance
from contractkit.conformance.checker import kind_of_answer
from contractkit.definitions.interface import DefinitionWarning, Route
from contractkit.definitions.surfaces import DocumentedDefinition
from contractkit.errors import DefinitionError
from contractkit.impact.answer_shapes import AnswerJudgement
from contractkit.impact.answers import CONTENT_TYPE, STATUS
from contractkit.impact.causes import Causes
from contractkit.impact.fitting import misfit
from contractkit.impact.likeness import Answers, Likeness
from contractkit.impact.other_statuses import other_statuses
from contractkit.impact.records import Verdict, Worry
from contractkit.impact.requests import request_worries
from contractkit.impact.sent_heirs import sent_heir_worries
from contractkit.model import HttpCall, Interaction, Location

_PATH = Location(("request", "path"))
_NOTHING = "nothing can be said of what comes"
_UNNAMED = (Declared.NOT, Declared.AS_DEFAULT)
_FAILURES = 400  # the least status of a failure (RFC 9110 §15)


class HttpJudgement:
    """Judges calls under one pair of definitions, remembering what was read of them. It speaks of `HttpCall` alone."""

    def __init__(self, old: DocumentedDefinition, new: DocumentedDefinition) -> None:
        self._old = ContractChecker(old)
        self._new = ContractChecker(new)
        self._changes = DefinitionChanges(self._old.reader, self._new.reader)
        self._causes = Causes(self._changes)
        self._likeness = Likeness(self._old, self._new, self._causes)
        self._met: set[tuple[str, str]] = set()
        self._expected: dict[object, Answers] = {}
        self._answers = AnswerJudgement(self._old, self._new, self._causes)
        self._others: dict[int, AnswerJudgement] = {}

    @property
    def changes(self) -> tuple[Change, ...]:
        """Give every change."""
        return self._changes.changes

    @cached_property
    def renames(self) -> Mapping[Declaration, str]:
        """Give the new names that are likely for what went, as `changes` tells them."""
        gains = members_gained(self._changes, self.changes)
        return renames_between(self._changes, (*self.changes, *gains))

    def compare(self) -> None:
        """Find every change now, and what may be called otherwise, which else waits to be asked for."""
        _ = self.renames

    def mistakes(self) -> tuple[DefinitionWarning, ...]:
        """Give the mistakes of both definitions that were met so far."""
        return (*self._old.definition.warnings(), *self._new.definition.warnings())

    def speaks_of(self, interaction: Interaction) -> bool:
        """Say whether it is a call over HTTP."""
        return isinstance(interaction.exchange, HttpCall)

    def judged(self, interaction: Interaction) -> tuple[str, tuple[Worry, ...]]:
        """Give the operation that an interaction calls, and what got worse for it."""
        call = interaction.exchange
        assert isinstance(call, HttpCall)
        try:
            old, new = self._old.route(call), self._new.route(call)
            if old is None:
                return _name_of(interaction, call), _of_unknown(call, self._new.check(interaction))
            return old.operation.name, self._worries(interaction, call, old, new)
        except DefinitionError as error:
            worry = _unjudged(f"a definition cannot be used here: {error.explanation.summary}")
            return _name_of(interaction, call), (replace(worry, change=self._mistake(call, error)),)

    def _mistake(self, call: HttpCall, error: DefinitionError) -> Change | None:
        """Give the change that ends the comparison of the operation that a call reaches."""
        reached = {
            route.operation.signature
            for checker in (self._old, self._new)
            if (route := checker.definition.route(call.request)) is not None
        }
        found = [
            each
            for each in self.changes
            if each.rule == OPERATION_INCOMPARABLE and not reached.isdisjoint((each.operation, *each.also))
        ]
        return next((each for each in found if _is_at(error, each)), next(iter(found), None))

    def _worries(
        self, interaction: Interaction, call: HttpCall, old_route: Route, new_route: Route | None
    ) -> tuple[Worry, ...]:
        answers = self._answers_to(call, old_route, new_route)
        old, new = answers.old, answers.new
        of_request: tuple[Worry, ...] = ()
        if not (_is_read_alike(old_route, new_route) and self._takes_what_it_took(old, new)):
            before, after = self._old.with_request(old, old_route), self._new.with_request(new, new_route)
            both = (self._old.definition, self._new.definition)
            refused = request_worries(interaction, call, before, after, self._causes)
            told = {worry.location for worry in refused}
            inherited = sent_heir_worries(call.request, before, after, self._causes, both)
            of_request = (*refused, *(worry for worry in inherited if worry.location not in told))
        if new.surface is None:
            return of_request
        if statuses := _statuses_left(interaction, call, old, new):
            return (*of_request, *self._of_others(interaction, call, old, new_route, statuses))
        if (unknown := _unknown_answer(call, old, new)) is not None:
            return (*of_request, unknown)
        return (*of_request, *self._answers.judged(interaction, call, answers))

    def _of_others(
        self,
        interaction: Interaction,
        call: HttpCall,
        old: InteractionConformance,
        new_route: Route | None,
        statuses: Sequence[int],
    ) -> tuple[Worry, ...]:
        """Give what got worse where answers of other statuses are accepted too: that of the first which hurts.

        They are kept apart by the recorded status, since the old definition is asked for that one.
        """
        judgement = self._others.setdefault(call.response.status, AnswerJudgement(self._old, self._new, self._causes))
        for status in statuses:
            other = replace(call, response=replace(call.response, status=status))
            answers = self._likeness.of_answers(old, self._new.expected(new_route, other))
            worries = judgement.judged(replace(interaction, exchange=other), other, answers)
            if worries:
                return worries
        return ()

    def _answers_to(self, call: HttpCall, old: Route, new: Route | None) -> Answers:
        """Give what both definitions declare of the answer that a call expects; calls of one kind have the same."""
        key = (old.operation.signature, new and new.operation.signature, kind_of_answer(call))
        found = self._expected.get(key)
        if found is None:
            declared = self._old.expected(old, call), self._new.expected(new, call)
            found = self._expected[key] = self._likeness.of_answers(*declared)
        return found

    def _takes_what_it_took(self, old: InteractionConformance, new: InteractionConformance) -> bool:
        """Say whether nothing changed of what an operation takes.

        Of its first request that is not said in any case: mistakes of the definitions are met where it is looked at.
        """
        assert old.surface is not None
        if new.surface is None:
            return False
        key = (old.surface.signature, new.surface.signature)
        if key not in self._met:
            self._met.add(key)
            return False
        return self._likeness.of_requests(old.surface, new.surface)


def _name_of(interaction: Interaction, call: HttpCall) -> str:
    return interaction.operation or f"{call.request.method} {call.request.path}"


def _is_read_alike(old: Route, new: Route | None) -> bool:
    """Say whether the path gives its parameters the same values: what may span segments takes a base path that went."""
    return new is not None and [*old.path_parameters.values()] == [*new.path_parameters.values()]


def _is_at(error: DefinitionError, change: Change) -> bool:
    """Say whether a change tells the very mistake, not another one of the same operation."""
    at = error.place
    return at is not None and any(
        place is not None and (place.uri, place.pointer) == (at.uri, at.pointer) for place in (change.old, change.new)
    )


def _statuses_left(
    interaction: Interaction, call: HttpCall, old: InteractionConformance, new: InteractionConformance
) -> tuple[int, ...]:
    """Give the statuses that may come in place of the expected one, where that is not named any more.

    What is said by default is said of failures, where a success is named beside it.
    """
    if new.surface is None or new.status not in _UNNAMED or old.status in (new.status, Declared.NOT):
        return ()
    statuses = other_statuses(interaction, call, new.surface)
    is_success_named = call.response.status < _FAILURES and any(each < _FAILURES for each in statuses)
    return statuses if is_success_named or new.status is Declared.NOT else ()


def _of_unknown(call: HttpCall, new: InteractionConformance) -> tuple[Worry, ...]:
    sent = f"{call.request.method} {call.request.path}"
    wrong = misfit(new)
    if new.surface is not None and wrong is not None:
        return (
            _unjudged(f"{sent} reaches no operation of the old definition, and the new one does not bear out {wrong}"),
        )
    if new.surface is not None:
        return ()  # only the new definition knows the operation: that is an improvement
    return (_unjudged(f"{sent} reaches no operation of either definition, so nothing can be said of it"),)


def _unknown_answer(call: HttpCall, old: InteractionConformance, new: InteractionConformance) -> Worry | None:
    """Give that neither definition declares the status, or the media type, of the answer that is expected.

    Of an answer without any media type no body is described, which is as weak now as it was.
    """
    if old.status is Declared.NOT and new.status is Declared.NOT:
        return _unjudged(f"neither definition declares status {call.response.status}, so {_NOTHING}", STATUS)
    is_described = new.response is not None and bool(new.response.contents)
    if is_described and old.media_type is Declared.NOT and new.media_type is Declared.NOT:
        return _unjudged(f"neither definition declares the media type that is expected, so {_NOTHING}", CONTENT_TYPE)
    return None


def _unjudged(reason: str, at: Location = _PATH) -> Worry:
    return Worry(
        code="not-analysable",
        verdict=Verdict.AT_RISK,
        location=at,
        before="not analysable",
        after="not analysable",
        sentence=reason,
    )

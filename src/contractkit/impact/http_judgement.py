"""The judgement of one HTTP call under two OpenAPI definitions: what got worse for it."""

from contractkit.changes import Change, DefinitionChanges
from contractkit.conformance import ContractChecker, InteractionConformance
from contractkit.definitions.surfaces import DocumentedDefinition
from contractkit.errors import DefinitionError
from contractkit.impact.answer_shapes import AnswerJudgement
from contractkit.impact.causes import Causes
from contractkit.impact.fitting import misfit
from contractkit.impact.likeness import Likeness
from contractkit.impact.records import Verdict, Worry
from contractkit.impact.requests import request_worries
from contractkit.model import HttpCall, Interaction, Location


class HttpJudgement:
    """Judges calls under one pair of definitions, remembering what was read of them. It speaks of `HttpCall` alone."""

    def __init__(self, old: DocumentedDefinition, new: DocumentedDefinition) -> None:
        self._old = ContractChecker(old)
        self._new = ContractChecker(new)
        self._changes = DefinitionChanges(self._old.reader, self._new.reader)
        self._causes = Causes(self._changes)
        self._likeness = Likeness(self._old, self._new, self._causes)
        self._answers = AnswerJudgement(self._old, self._new, self._causes, self._likeness)

    @property
    def changes(self) -> tuple[Change, ...]:
        """Give every change."""
        return self._changes.changes

    def speaks_of(self, interaction: Interaction) -> bool:
        """Say whether it is a call over HTTP."""
        return isinstance(interaction.exchange, HttpCall)

    def judged(self, interaction: Interaction) -> tuple[str, tuple[Worry, ...]]:
        """Give the operation that an interaction calls, and what got worse for it."""
        call = interaction.exchange
        assert isinstance(call, HttpCall)
        name = interaction.operation or f"{call.request.method} {call.request.path}"
        try:
            old, new = self._old.routed(interaction), self._new.routed(interaction)
            if old.route is None:
                return name, _of_unknown(call, self._new.check(interaction))
            return old.route.operation.name, self._worries(interaction, call, old, new)
        except DefinitionError as error:
            return name, (_unjudged(f"a definition cannot be used here: {error.explanation.summary}"),)

    def _worries(
        self, interaction: Interaction, call: HttpCall, old: InteractionConformance, new: InteractionConformance
    ) -> tuple[Worry, ...]:
        of_request = self._request_worries(interaction, call, old, new)
        if new.surface is None:
            return of_request
        return (*of_request, *self._answers.judged(interaction, call, old, new))

    def _request_worries(
        self, interaction: Interaction, call: HttpCall, old: InteractionConformance, new: InteractionConformance
    ) -> tuple[Worry, ...]:
        assert old.surface is not None
        if new.surface is not None and self._likeness.of_requests(old.surface, new.surface):
            return ()
        before, after = self._old.with_request(old), self._new.with_request(new)
        return request_worries(interaction, call, before, after, self._causes)


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


def _unjudged(reason: str) -> Worry:
    return Worry(
        code="not-analysable",
        verdict=Verdict.AT_RISK,
        location=Location(("request", "path")),
        before="not analysable",
        after="not analysable",
        sentence=reason,
    )

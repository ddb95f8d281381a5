"""Requests with rules: the recorded value passes, but the consumer says that it may send others."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from contractkit.changes import Change, Level
from contractkit.changes.surface_pairs import SchemaUse
from contractkit.conformance import views_at
from contractkit.definitions.requests import decoded_body
from contractkit.definitions.surfaces import Surface
from contractkit.impact.causes import Causes
from contractkit.impact.containment import UNDECIDED, Allowed, what_may_be_refused
from contractkit.impact.records import Verdict, Worry
from contractkit.impact.ruled_places import RuledPlace, is_wide, ruled_places
from contractkit.matching.weighting import RuleList, Scope, kept_scope_of
from contractkit.model import HttpRequest, Interaction, Location, Rule
from contractkit.results import ABSENT

_REQUEST = Location(("request",))
_BODY, _PATH = _REQUEST / "body", _REQUEST / "path"
_OPEN = "the recorded value passes, but its rule lets others stand in it, which may be refused now"
_ANY = (Rule("notEmpty"),)


def ruled_worries(
    interaction: Interaction, request: HttpRequest, old: Surface, new: Surface, causes: Causes
) -> Iterator[Worry]:
    """Give where the recorded value passes and another one that its rule stands for may not.

    At each place of the request the rule counts that decides there in a comparison, from wherever it cascades. Only a
    change of that place can hurt: what the old definition refused already is not news.
    """
    if not any(each.location.starts_with(_REQUEST) for each in interaction.rules):
        return
    found: dict[tuple[object, ...], Worry] = {}
    ruled = _Ruled(interaction, request, old, new, causes)
    for change, sentence in (*ruled.of_body(), *ruled.of_fields(), *ruled.of_path()):
        told = replace(change, location=change.location.generalised())
        found.setdefault((told.location, told.rule), at_risk("request.rule-wider", told, sentence))
    yield from found.values()


class _Ruled:
    """One request under both definitions, with the rules on it."""

    def __init__(
        self, interaction: Interaction, request: HttpRequest, old: Surface, new: Surface, causes: Causes
    ) -> None:
        self._request, self._old, self._new, self._causes = request, old, new, causes
        self._scope = kept_scope_of(interaction.rules)
        self._generators = {each.location: each for each in interaction.generators}

    def of_body(self) -> Iterator[tuple[Change, str]]:
        """Give what may be refused of a JSON body or a form."""
        value = decoded_body(self._request, self._old)
        use = self._use(_BODY)
        if value is ABSENT or use is None:
            return
        scope = self._scope.at(_BODY)
        for place in _form_places(value, scope) if use.is_text else ruled_places(value, scope):
            if place.is_open:
                yield from self._opened(use, place)
            elif isinstance(place.example, list):
                yield from self._lengthened(use, place, len(place.example))
            yield from self._judged(use, place, self._causes.at_place(self._old, self._new, use, place.steps))

    def of_fields(self) -> Iterator[tuple[Change, str]]:
        """Give what may be refused of the values of query and headers."""
        for side, fields in (("query", self._request.query), ("headers", self._request.headers)):
            for name, values in fields.items():
                use = self._use(_REQUEST / side / name)
                for place in _texts(values, self._scope.at(_REQUEST / side / name)) if use is not None else ():
                    yield from self._of_text(use, place)

    def of_path(self) -> Iterator[tuple[Change, str]]:
        """Give what may be refused of the path's parameters; a rule speaks of all of the path, so each may be any."""
        rules = self._scope.at(_PATH).chosen
        if not is_wide(rules):
            return
        place = RuledPlace(steps=(), example="", rules=rules._replace(rules=_ANY), is_text=True)
        for side, name in self._new.parameters:
            use = self._use(_PATH / name) if side == "path" else None
            yield from ((change, UNDECIDED) for change, _ in self._of_text(use, place))

    def _use(self, location: Location) -> SchemaUse | None:
        return self._causes.use_in_request(self._old, self._new, self._request, location)

    def _of_text(self, use: SchemaUse | None, place: RuledPlace) -> Iterator[tuple[Change, str]]:
        """Judge all of a parameter: a list or an object in it is written as one text, too."""
        if use is not None:
            yield from self._judged(use, place, self._causes.within_place(self._old, self._new, use, ()))

    def _opened(self, use: SchemaUse, place: RuledPlace) -> Iterator[tuple[Change, str]]:
        at = use.location.under(place.steps)
        for change in self._causes.within_place(self._old, self._new, use, place.steps):
            if (change.location != at or change.rule == "request.members.closed") and self._may_refuse(use, change):
                yield change, _OPEN

    def _lengthened(self, use: SchemaUse, place: RuledPlace, recorded: int) -> Iterator[tuple[Change, str]]:
        """Judge the elements that the recording has none of where they are described by their number."""
        views = (*views_at(use.old, place.steps), *views_at(use.new, place.steps))
        for index in range(recorded, max((len(view.numbered) for view in views), default=0)):
            for change in self._causes.within_place(self._old, self._new, use, (*place.steps, index)):
                if self._may_refuse(use, change):
                    yield change, _OPEN

    def _may_refuse(self, use: SchemaUse, change: Change) -> bool:
        """Say whether a change refuses something where anything may be sent."""
        anything = RuledPlace(steps=(), example="", rules=RuleList(_ANY))
        return change.level is Level.BREAKING or self._refusal(use, anything, change) is not None

    def _judged(self, use: SchemaUse, place: RuledPlace, changes: Iterator[Change]) -> Iterator[tuple[Change, str]]:
        for change in changes:
            sentence = self._refusal(use, place, change)
            if sentence is not None:
                yield change, sentence

    def _refusal(self, use: SchemaUse, place: RuledPlace, change: Change) -> str | None:
        steps = change.location.steps[len(use.location.steps) :]
        allowed = Allowed(
            place=place,
            generator=self._generators.get(use.location.under(place.steps)),
            old=views_at(use.old, steps),
            new=views_at(use.new, steps),
        )
        return what_may_be_refused(change, allowed)


def _form_places(value: object, scope: Scope) -> Iterator[RuledPlace]:
    for name, each in value.items() if isinstance(value, dict) else ():
        for place in _texts(each if isinstance(each, list) else [each], scope.step(name)):
            yield RuledPlace(steps=(name, *place.steps), example=place.example, rules=place.rules, is_text=True)


def _texts(values: Sequence[object], scope: Scope) -> Iterator[RuledPlace]:
    """Give the ruled ones of the values of one name; rules stand on the name or on the value's number."""
    seen = []
    for index, value in enumerate(values):
        rules = scope.step(index).chosen
        if is_wide(rules) and rules not in seen:
            seen.append(rules)
            yield RuledPlace(steps=(), example=value, rules=rules, is_text=True)


def at_risk(code: str, change: Change, sentence: str) -> Worry:
    """Give what one change alone raises, at its own place."""
    return Worry(
        code=code,
        verdict=Verdict.AT_RISK,
        location=change.location,
        before=change.before,
        after=change.after,
        sentence=sentence,
        change=change,
    )

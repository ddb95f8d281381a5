"""Causes: which change of the definition made a place worse."""

from collections.abc import Iterator, Sequence

from contractkit.changes import Change, DefinitionChanges, Direction
from contractkit.changes.sameness import describes_the_same
from contractkit.changes.surface_pairs import (
    REQUEST_BODY,
    RESPONSE_BODY,
    SchemaUse,
    SurfacePair,
    is_form,
    parameter_use,
)
from contractkit.changes.untouched import Untouched
from contractkit.conformance import InteractionConformance
from contractkit.definitions.contents import content_for
from contractkit.definitions.surfaces import Content, Surface
from contractkit.model import HttpRequest, Location, Step, Wildcard, media_type_of


class Causes:
    """Finds causes for one pair of definitions, remembering what each operation's own changes are."""

    def __init__(self, changes: DefinitionChanges) -> None:
        self.changes = changes
        self._own: dict[tuple[str, str], tuple[Change, ...]] = {}
        self._beside_body: dict[tuple[str, str, Location], tuple[Change, ...]] = {}
        self._parameters: dict[tuple[str, str, Location], SchemaUse | None] = {}

    def own(self, old: Surface, new: Surface) -> tuple[Change, ...]:
        """Give the changes of an operation's own: parameters, media types, statuses, headers, credentials."""
        key = (old.signature, new.signature)
        if key not in self._own:
            self._own[key] = tuple(self.changes.of_surface(self.changes.pair(old, new)))
        return self._own[key]

    def of_answer(
        self, old: InteractionConformance, new: InteractionConformance, location: Location, likely: Sequence[str]
    ) -> Change | None:
        """Give the change of one of the likely ids that is nearest to a place of the answer."""
        assert old.surface is not None
        assert new.surface is not None
        found = [each for each in self._along_answer(old, new, location) if each.direction is Direction.RESPONSE]
        status = _status_told(old, new)
        found += [
            each
            for each in self.own(old.surface, new.surface)
            if location.starts_with(each.location) and each.status in (None, status)
        ]
        return _best(found, likely)

    def untouched(self, old: Content, new: Content) -> Untouched | None:
        """Give the places of an answer's body where nothing differs, nor on the way there; None where it has none."""
        if old.view is None or new.view is None:
            return None
        use = SchemaUse(direction=Direction.RESPONSE, location=RESPONSE_BODY, old=old.view, new=new.view)
        return self.changes.untouched(use)

    def are_described_alike(self, old: Content, new: Content) -> bool:
        """Say whether what a body may be is written alike on both sides, for bodies that are not looked into."""
        before, after = self.changes.old.documents, self.changes.new.documents
        return describes_the_same(old.node, before, new.node, after)

    def of_request(
        self, old: InteractionConformance, new: InteractionConformance, request: HttpRequest, location: Location
    ) -> tuple[Change, ...]:
        """Give what changed at a place of the request and on the way to it."""
        if old.surface is None or new.surface is None:
            return ()
        if location.starts_with(REQUEST_BODY):
            return tuple(self._of_request(old.surface, new.surface, request, location))
        key = (old.surface.signature, new.surface.signature, location)  # the request decides of its body alone
        if key not in self._beside_body:
            self._beside_body[key] = tuple(self._of_request(old.surface, new.surface, request, location))
        return self._beside_body[key]

    def use_in_request(self, old: Surface, new: Surface, request: HttpRequest, location: Location) -> SchemaUse | None:
        """Give the two schemas of the request's body or parameter that a place is or lies in."""
        if location.starts_with(REQUEST_BODY):
            return _body_use(self.changes.pair(old, new), request)
        key = (old.signature, new.signature, location)
        if key not in self._parameters:
            self._parameters[key] = _parameter_use(self.changes.pair(old, new), location)
        return self._parameters[key]

    def at_place(self, old: Surface, new: Surface, use: SchemaUse, steps: tuple[Step, ...]) -> Iterator[Change]:
        """Give what changed at one place of a schema's value alone; steps are names and indexes as they are sent."""
        at = use.location.under(steps)
        found = self.changes.along(self.changes.pair(old, new), use, steps)
        yield from (each for each in found if each.location == at)

    def within_place(self, old: Surface, new: Surface, use: SchemaUse, steps: tuple[Step, ...]) -> Iterator[Change]:
        """Give what changed at a place of a schema's value and anywhere below it."""
        yield from self.changes.within(self.changes.pair(old, new), use, steps)

    def _of_request(self, old: Surface, new: Surface, request: HttpRequest, location: Location) -> Iterator[Change]:
        yield from (each for each in self.own(old, new) if location.starts_with(each.location))
        yield from self._along_request(old, new, request, location)

    def within_answer(
        self, old: InteractionConformance, new: InteractionConformance, location: Location
    ) -> Iterator[Change]:
        """Give what changed at a place of the answer's body and anywhere below it."""
        use = _answer_use(old, new)
        if use is not None and old.surface is not None and new.surface is not None:
            yield from self.within_place(old.surface, new.surface, use, location.steps[len(RESPONSE_BODY.steps) :])

    def _along_answer(
        self, old: InteractionConformance, new: InteractionConformance, location: Location
    ) -> Iterator[Change]:
        assert old.surface is not None
        assert new.surface is not None
        use = _answer_use(old, new)
        if use is not None and location.starts_with(RESPONSE_BODY):
            yield from self.changes.along(self.changes.pair(old.surface, new.surface), use, location.steps[2:])

    def _along_request(self, old: Surface, new: Surface, request: HttpRequest, location: Location) -> Iterator[Change]:
        use = self.use_in_request(old, new, request, location)
        if use is not None:
            steps = [Wildcard.INDEX if isinstance(step, int) else step for step in location.steps]
            yield from self.changes.along(self.changes.pair(old, new), use, steps[len(use.location.steps) :])


def _status_told(old: InteractionConformance, new: InteractionConformance) -> str | None:
    """Give the status by which changes are told: the old one, or a new one that the old definition did not name."""
    assert old.surface is not None
    before, after = (each.response.status if each.response else None for each in (old, new))
    is_named_now = after not in (None, "default") and after not in old.surface.responses
    return after if is_named_now and before is not None and not before.isdigit() else before


def _answer_use(old: InteractionConformance, new: InteractionConformance) -> SchemaUse | None:
    if old.content is None or new.content is None or old.content.view is None or new.content.view is None:
        return None
    return SchemaUse(
        direction=Direction.RESPONSE,
        location=RESPONSE_BODY,
        old=old.content.view,
        new=new.content.view,
        status=old.response.status if old.response else None,
        media_type=old.content.media_type,
    )


def _body_use(pair: SurfacePair, request: HttpRequest) -> SchemaUse | None:
    written = request.headers.get("content-type", ())
    media_type = written[0] if written else media_type_of(request.body)
    if media_type is None or pair.old.body is None or pair.new.body is None:
        return None
    old, new = (content_for(body.contents, media_type) for body in (pair.old.body, pair.new.body))
    if old is None or new is None or old.view is None or new.view is None:
        return None
    return SchemaUse(
        direction=Direction.REQUEST,
        location=REQUEST_BODY,
        old=old.view,
        new=new.view,
        media_type=old.media_type,
        is_text=is_form(old.media_type),
    )


def _parameter_use(pair: SurfacePair, location: Location) -> SchemaUse | None:
    for old, new in pair.parameters():
        if old and new and location.starts_with(new.location):
            return parameter_use(old, new, new.location)
    return None


def _best(found: Sequence[Change], likely: Sequence[str]) -> Change | None:
    fitting = [change for change in found if change.rule in likely]
    return max(fitting, key=lambda change: (len(change.location.steps), change.level.can_hurt), default=None)

"""Comparing two definitions: operation by operation, lazily, and both sides' schemas pair by pair."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TypeAlias

from contractkit.changes.operation_findings import OperationFinding
from contractkit.changes.operation_rules import (
    CALLBACK_REMOVED,
    OPERATION_INCOMPARABLE,
    OPERATION_REMOVED,
    OPERATION_RULES,
    WEBHOOK_REMOVED,
)
from contractkit.changes.records import Change, Collected, Difference, Direction, Level, Place
from contractkit.changes.same_words import SameWords
from contractkit.changes.schema_pairs import SchemaPairs, Steps
from contractkit.changes.schema_rules import DEFAULT_CHANGED
from contractkit.changes.sent_rules import SENT_RULES
from contractkit.changes.surface_pairs import SchemaUse, SurfacePair, schema_uses, sent_schemas
from contractkit.changes.untouched import Untouched
from contractkit.definitions.references import Node
from contractkit.definitions.surface_reader import SurfaceReader
from contractkit.definitions.surfaces import DocumentedDefinition, Surface, Unreadable, shape_of
from contractkit.errors import DefinitionError
from contractkit.exact_json import uncollected
from contractkit.model import Location, Step

_Reached: TypeAlias = tuple[Steps, Difference]
"""A difference with the steps that lead to it."""

_WHOLE = Location(("request", "path"))


class DefinitionChanges:
    """The changes from one definition to another, computed as far as they are asked for.

    Attributes:
        old: What is read of the old definition.
        new: The same of the new one.
        words: What both say in the same words.
    """

    def __init__(self, old: SurfaceReader, new: SurfaceReader) -> None:
        self.old = old
        self.new = new
        self.words = SameWords(old.documents, new.documents)
        self._pairs = {
            (direction, is_text): SchemaPairs(direction, self.words, is_text=is_text)
            for direction in (Direction.REQUEST, Direction.RESPONSE)
            for is_text in (False, True)
        }

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Give every change once, at the first operation that shows it, in the old definition's order."""
        collected = Collected()
        with uncollected():
            for change in self._all(collected):
                collected.add(change)
        return collected.changes()

    def successor(self, surface: Surface) -> Surface | None:
        """Give the new definition's operation of the same method and path, names of path parameters apart.

        Raises:
            DefinitionError: It cannot be read.
        """
        found = self.new.find(surface.method, surface.path) or self._by_shape.get(surface.shape)
        if found is None:
            for shape in (surface.shape, ("", surface.shape[1])):
                if shape in self._unreadable:
                    raise self._unreadable[shape].error
        return found

    def is_comparable(self, surface: Surface) -> bool:
        """Say whether the operation that an old one became, if it did, can be read."""
        try:
            self.successor(surface)
        except DefinitionError:
            return False
        return True

    def compared(self, surface: Surface, collected: Collected | None = None) -> Iterator[Change]:
        """Give every change that an old operation shows, or that a mistake ends the comparison."""
        try:
            yield from self.of_operation(surface, collected)
        except DefinitionError as error:  # one mistake of a document does not hide the changes of all others
            yield self._incomparable(surface, self._declared_anew(surface), error)

    def _declared_anew(self, surface: Surface) -> Place | None:
        """Give where the new definition has an operation, which nobody could read to the end."""
        found = self._unreadable.get(surface.shape) or self._by_shape.get(surface.shape)
        return None if found is None else _place(found.node, found.node)

    def _incomparable(self, of: Surface | Unreadable, new: Place | None, error: DefinitionError) -> Change:
        """Give that a mistake ends comparing an operation, at its own place on the side where it is."""
        old: Place | None = _place(of.node, of.node)
        if error.place is not None:
            mistake = Place(uri=error.place.uri, pointer=error.place.pointer, used_at=of.node.pointer)
            is_old = error.place.documents is self.old.documents
            old, new = (mistake, None) if is_old else (None, mistake)
        return Change(
            rule=OPERATION_INCOMPARABLE,
            level=Level.POSSIBLE,
            direction=Direction.NONE,
            operation=of.signature,
            status=None,
            media_type=None,
            location=_WHOLE,
            before="not comparable",
            after="not comparable",
            old=old,
            new=new,
            sentence=f"it cannot be compared: {error.explanation.summary}",
        )

    def unreadable(self) -> Iterator[Change]:
        """Give for every operation that cannot be read that it cannot be compared, unless `compared` does."""
        for each in self.old.unreadable():
            yield self._incomparable(each, None, each.error)
        known = {surface.shape for surface in self.old.surfaces()}
        known |= {shape_of(each.method, each.path) for each in self.old.unreadable()}
        known |= {("", path) for _, path in known}
        for shape, each in self._unreadable.items():
            if shape not in known:
                yield replace(self._incomparable(each, _place(each.node, each.node), each.error), old=None)

    def of_operation(self, surface: Surface, collected: Collected | None = None) -> Iterator[Change]:
        """Give every change that one of the old definition's operations shows.

        Those of its schemas that were collected at other operations are noted there, and not given once more: schemas
        that all operations of an API reach would else be told of at each.
        """
        new = self.successor(surface)
        if new is None:
            yield self.removal(surface)
            return
        pair = self.pair(surface, new)
        yield from self.of_surface(pair)
        for use in schema_uses(pair):
            yield from self._of_schema(pair, use, collected)
        yield from self._of_sent(self.old.callbacks(surface), self.new.callbacks(new), CALLBACK_REMOVED)

    def _of_schema(self, pair: SurfacePair, use: SchemaUse, collected: Collected | None = None) -> Iterator[Change]:
        """Give the changes of one schema, and every mistake that keeps something in it from being compared."""
        mistakes: list[DefinitionError] = []
        found = _told_of(use, self._pairs_of(use).everywhere(use.old, use.new, mistakes))
        yield from _changes_of(found, pair, use) if collected is None else _new_ones_of(found, pair, use, collected)
        for error in mistakes:
            yield self._incomparable(pair.old, _place(pair.new.node, pair.new.node), error)

    def of_surface(self, pair: SurfacePair) -> Iterator[Change]:
        """Give the changes of an operation's own: parameters, media types, statuses, credentials."""
        for rule in OPERATION_RULES:
            for found in rule.find(pair):
                sentence = rule.sentence.format(before=found.before, after=found.after)
                yield _operation_change(pair.old, rule.id, rule.level, rule.direction, found, sentence)

    def along(self, pair: SurfacePair, use: SchemaUse, steps: Sequence[Step]) -> Iterator[Change]:
        """Give the changes of a schema that are met on the way to one of its places and at it, outermost first."""
        for walked, difference in self._pairs_of(use).along(use.old, use.new, steps):
            yield _schema_change(pair.old, use, walked, difference)

    def within(self, pair: SurfacePair, use: SchemaUse, steps: Sequence[Step]) -> Iterator[Change]:
        """Give the changes at one place of a schema's value and at all that lie below it, nearest first."""
        for walked, difference in self._pairs_of(use).within(use.old, use.new, steps):
            yield _schema_change(pair.old, use, walked, difference)

    def untouched(self, use: SchemaUse) -> Untouched:
        """Give the places of a schema's value where nothing differs, nor on the way there."""
        return Untouched(self._pairs_of(use), use.old, use.new)

    def pair(self, old: Surface, new: Surface) -> SurfacePair:
        """Give an operation under both definitions."""
        return SurfacePair(old=old, new=new, old_schemes=self._schemes[0], new_schemes=self._schemes[1])

    def removal(self, surface: Surface) -> Change:
        """Give the change that an operation is no longer declared."""
        return _removal(surface, OPERATION_REMOVED, self.new.documents.root)

    def _pairs_of(self, use: SchemaUse) -> SchemaPairs:
        return self._pairs[use.direction, use.is_text]

    @cached_property
    def _schemes(self) -> tuple[dict[str, Node], dict[str, Node]]:
        return dict(self.old.schemes()), dict(self.new.schemes())

    @cached_property
    def _by_shape(self) -> dict[tuple[str, str], Surface]:
        """Give the operations by what a request tells them apart by: of several the first, as the router does."""
        found: dict[tuple[str, str], Surface] = {}
        for surface in self.new.surfaces():
            found.setdefault(surface.shape, surface)
        return found

    @cached_property
    def _unreadable(self) -> dict[tuple[str, str], Unreadable]:
        return {shape_of(each.method, each.path): each for each in self.new.unreadable()}

    def _all(self, collected: Collected) -> Iterator[Change]:
        for surface in self.old.surfaces():
            yield from self.compared(surface, collected)
        yield from self.unreadable()
        yield from self.of_webhooks()

    def of_webhooks(self) -> Iterator[Change]:
        """Give the changes of what the provider sends on its own."""
        yield from self._of_sent(self.old.webhooks(), self.new.webhooks(), WEBHOOK_REMOVED)

    def _of_sent(self, old: Iterable[Surface], new: Iterable[Surface], removed: str) -> Iterator[Change]:
        """Compare what the provider sends: the request of a webhook or callback is a response to its reader."""
        after = {(surface.method, surface.path): surface for surface in new}
        for surface in old:
            other = after.get((surface.method, surface.path))
            if other is None:
                yield _removal(surface, removed, self.new.documents.root)
                continue
            pair = self.pair(surface, other)
            for rule in SENT_RULES:
                for found in rule.find(pair):
                    sentence = rule.sentence.format(before=found.before, after=found.after)
                    yield _operation_change(surface, rule.id, rule.level, rule.direction, found, sentence)
            for use in sent_schemas(pair):
                yield from self._of_schema(pair, use)


def compare_definitions(old: DocumentedDefinition, new: DocumentedDefinition) -> DefinitionChanges:
    """Give the changes from one definition to another.

    Refactorings that change nothing (a schema moved behind a `$ref`, wrapped in `allOf`, reordered; a path parameter
    renamed) are no changes. Nothing is compared before it is asked for.
    """
    return DefinitionChanges(SurfaceReader(old.documents, is_strict=True), SurfaceReader(new.documents, is_strict=True))


def _removal(surface: Surface, rule: str, root: Node) -> Change:
    return Change(
        rule=rule,
        level=Level.BREAKING,
        direction=Direction.NONE,
        operation=surface.signature,
        status=None,
        media_type=None,
        location=_WHOLE,
        before="declared",
        after="not declared",
        old=_place(surface.node, surface.node),
        new=_place(root.get("paths") or root, root),
        sentence=f"{surface.signature} is no longer declared",
    )


def _operation_change(
    surface: Surface, rule: str, level: Level, direction: Direction, found: OperationFinding, sentence: str
) -> Change:
    return Change(
        rule=rule,
        level=level,
        direction=direction,
        operation=surface.signature,
        status=found.status,
        media_type=found.media_type,
        location=found.location,
        before=found.before,
        after=found.after,
        old=_place(found.old, found.old) if found.old else None,
        new=_place(found.new, found.new) if found.new else None,
        sentence=sentence,
    )


def _told_of(use: SchemaUse, found: Iterable[_Reached]) -> Iterator[_Reached]:
    """Give what is told of a schema where it is used: not another default of what is never left out (3.1 §4.8.12)."""
    for steps, difference in found:
        if steps or difference.rule != DEFAULT_CHANGED or not use.is_always_sent:
            yield steps, difference


def _changes_of(found: Iterable[_Reached], pair: SurfacePair, use: SchemaUse) -> Iterator[Change]:
    for steps, difference in found:
        yield _schema_change(pair.old, use, steps, difference)


def _new_ones_of(
    found: Iterable[_Reached], pair: SurfacePair, use: SchemaUse, collected: Collected
) -> Iterator[Change]:
    """Give the changes that are not collected yet: where both schemas were met before, none."""
    group = (use.direction, use.is_text, use.is_always_sent, use.old.key, use.new.key)
    if collected.knows_group(group, pair.old.signature):
        return
    met = []
    for steps, difference in found:
        met.append(difference.declaration)
        if not collected.knows(difference.declaration, pair.old.signature):
            yield _schema_change(pair.old, use, steps, difference)
    collected.add_group(group, met)


def _schema_change(surface: Surface, use: SchemaUse, steps: Steps, difference: Difference) -> Change:
    return Change(
        rule=difference.rule,
        level=difference.level,
        direction=difference.direction,
        operation=surface.signature,
        status=use.status,
        media_type=use.media_type,
        location=use.location.under(steps),
        before=difference.before,
        after=difference.after,
        old=_place(difference.old, use.old.used_at) if difference.old else None,
        new=_place(difference.new, use.new.used_at) if difference.new else None,
        sentence=difference.sentence,
    )


def _place(node: Node, used_at: Node) -> Place:
    return Place(uri=node.uri, pointer=node.pointer, used_at=used_at.pointer)

"""What a comparison of two definitions finds: changes, each with its rule, its place and both pointers."""

import hashlib
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TypeAlias

from contractkit.definitions.references import Node
from contractkit.model import Location, Step

NOT_DECLARED = "not declared"
"""What the side says of something that it does not know."""

Declaration: TypeAlias = tuple[str, str, str]
"""What makes two changes the same one: the rule, and where each side declares what changed, empty where it does not."""


class Level(Enum):
    """How bad a change is for a consumer of whom nothing is known."""

    BREAKING = "breaking"  # some consumer that keeps to the old definition fails
    POSSIBLE = "possible"  # it depends on what a consumer does with it, or the documents do not settle it
    HARMLESS = "harmless"  # fails only for who expects the very thing that went
    COMPATIBLE = "compatible"  # nobody that keeps to the old definition notices

    @property
    def can_hurt(self) -> bool:
        """Say whether a consumer that kept to the old definition may fail."""
        return self in (Level.BREAKING, Level.POSSIBLE)


class Direction(Enum):
    """Who sends what changed: the consumer or the provider. An operation itself has none."""

    REQUEST = "request"
    RESPONSE = "response"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in a definition: the document's URI and the JSON pointer of the declaration.

    `used_at` is the pointer of the operation's part that reached it; the same one where nothing is referenced.
    """

    uri: str
    pointer: str
    used_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What one rule found at one schema or operation, before it is known who uses it.

    `step` is the member or element it is about, None for the value itself. `before` and `after` are what the two
    definitions say, in words or JSON. `old` and `new` are where; None on the side where there is nothing.
    `declaration` is what makes it the same change wherever it is used; see `Change.declaration`.
    """

    rule: str
    level: Level
    direction: Direction
    before: str
    after: str
    sentence: str
    step: Step | None = None
    old: Node | None = None
    new: Node | None = None
    declaration: Declaration = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "declaration", _declaration_of(self))  # asked for at every operation that shows it


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a definition, as one operation shows it.

    Attributes:
        rule: Stable id, `response.member.removed`.
        operation: Method and path template as the old definition writes them.
        status: The response's status as written, None on the request side.
        media_type: As written, None where there is no body.
        location: Where an exchange shows it: `response.body.lines[*].quantity`.
        sentence: What changed, with both values.
        also: The signatures of the further operations that reach the same declaration.
    """

    rule: str
    level: Level
    direction: Direction
    operation: str
    status: str | None
    media_type: str | None
    location: Location
    before: str
    after: str
    old: Place | None
    new: Place | None
    sentence: str
    also: tuple[str, ...] = ()

    @property
    def declaration(self) -> Declaration:
        """Give what makes it the same change wherever it is used: the rule and both declarations.

        Of what came or went only its own declaration counts: what would hold it on the other side varies with the use.
        """
        return _declaration_of(self)

    @property
    def fingerprint(self) -> str:
        """Give 16 hexadecimal digits that survive rewording and moved declarations, for exemptions."""
        parts = (self.rule, self.operation, self.status or "", self.media_type or "", str(self.location))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


class Collected:
    """Changes, each once: as the first operation shows it that was met with it, with the signatures of the others."""

    def __init__(self) -> None:
        self._found: dict[Declaration, Change] = {}
        self._also: dict[Declaration, list[str]] = {}
        self._groups: dict[Hashable, list[list[str]]] = {}

    def knows_group(self, group: Hashable, operation: str) -> bool:
        """Say whether all changes of a group were met before; then the operation is noted, which shows each of them."""
        met = self._groups.get(group)
        for operations in met or ():
            operations.append(operation)
        return met is not None

    def add_group(self, group: Hashable, declarations: Iterable[Declaration]) -> None:
        """Take that all changes with these declarations were met."""
        self._groups[group] = [self._also.setdefault(each, []) for each in declarations]

    def knows(self, declaration: Declaration, operation: str) -> bool:
        """Say whether a change was met before; then the operation is noted, which shows it too."""
        if declaration not in self._found:
            return False
        self._also.setdefault(declaration, []).append(operation)
        return True

    def add(self, change: Change) -> None:
        """Take a change, unless it was met before."""
        declaration = change.declaration
        if not self.knows(declaration, change.operation):
            self._found[declaration] = change

    def changes(self) -> tuple[Change, ...]:
        """Give them in the order in which they were met."""
        return tuple(replace(change, also=self._others(key, change)) for key, change in self._found.items())

    def _others(self, declaration: Declaration, change: Change) -> tuple[str, ...]:
        names = dict.fromkeys(self._also.get(declaration, ()))
        return tuple(name for name in names if name != change.operation)


def once(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Give every change once, at the first operation that shows it, with the signatures of the others."""
    collected = Collected()
    for change in changes:
        collected.add(change)
    return collected.changes()


def _declaration_of(found: Difference | Change) -> Declaration:
    old = "" if found.old is None or found.before == NOT_DECLARED else f"{found.old.uri}#{found.old.pointer}"
    new = "" if found.new is None or found.after == NOT_DECLARED else f"{found.new.uri}#{found.new.pointer}"
    return (found.rule, old, new)

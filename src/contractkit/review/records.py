"""Records of a comparison of two contracts: what changed, in which interaction, and what that asks of the provider."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from contractkit.model import Contract, Interaction, Location


class Effect(Enum):
    """What a difference asks of the provider. `LOOSER` and `STRICTER` are about what it must do."""

    STRICTER = "stricter"
    LOOSER = "looser"
    OTHER = "other"
    EXAMPLE = "example"
    EVIDENCE = "evidence"

    @property
    def concerns_the_provider(self) -> bool:
        """Say whether the provider has to do anything else than before."""
        return self in (Effect.STRICTER, Effect.LOOSER, Effect.OTHER)


class Kind(Enum):
    """How an interaction, or an entry beside the interactions, differs."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is not as it was.

    Attributes:
        what: What differs: `value`, `rule`, `generator`, `event`, `media type`, `state`, `need`, `test` and so on.
        effect: What that asks of the provider.
        before: How it was, in words; values as JSON. None where there was nothing.
        after: How it is, likewise.
        location: The place in the exchange, None for what has none.
    """

    what: str
    effect: Effect
    before: str | None
    after: str | None
    location: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionChange:
    """One interaction that is not as it was: `before` is None of one added, `after` of one removed."""

    before: Interaction | None
    after: Interaction | None
    differences: tuple[Difference, ...] = ()

    @property
    def kind(self) -> Kind:
        """Give how it differs."""
        if self.before is None:
            return Kind.ADDED
        return Kind.REMOVED if self.after is None else Kind.CHANGED

    @property
    def interaction(self) -> Interaction:
        """Give the interaction as it is, of a removed one as it was."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def effects(self) -> tuple[Effect, ...]:
        """Give what it asks of the provider, gravest first; one more interaction asks more, one less asks less."""
        whole = {Kind.ADDED: (Effect.STRICTER,), Kind.REMOVED: (Effect.LOOSER,), Kind.CHANGED: ()}
        return in_order([*whole[self.kind], *(each.effect for each in self.differences)])


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractComparison:
    """What differs between two contracts: in the head, and in each interaction. `same` counts the others."""

    before: Contract
    after: Contract
    head: tuple[Difference, ...]
    changes: tuple[InteractionChange, ...]
    same: int

    @property
    def is_same(self) -> bool:
        """Say whether nothing differs."""
        return not self.head and not self.changes

    @property
    def effects(self) -> tuple[Effect, ...]:
        """Give what all of it asks of the provider, gravest first."""
        return in_order([*(each.effect for each in self.head), *(one for each in self.changes for one in each.effects)])


def in_order(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    """Give each of some effects once, in the order in which `Effect` names them."""
    found = set(effects)
    return tuple(each for each in Effect if each in found)

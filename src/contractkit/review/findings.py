"""Findings: what a lint rule has to say of a contract, and the row that every rule is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TypeAlias

from contractkit.matching import PlaceExplanation
from contractkit.model import Contract, Interaction, Location


class Level(Enum):
    """How bad it is: an error makes the contract wrong, a warning makes it ask for too much or surprise somebody."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What one function found: `why` completes the name of the place, `edit` says what to do."""

    why: str
    edit: str
    location: Location | None = None
    interaction: Interaction | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Examined:
    """An interaction, and how its own example is judged by its own rules, place by place.

    `asked` are the places of what the consumer sends, `answers` those of what it expects; none for too many rules.
    """

    interaction: Interaction
    asked: tuple[PlaceExplanation, ...]
    answers: tuple[PlaceExplanation, ...]

    @cached_property
    def places(self) -> tuple[PlaceExplanation, ...]:
        """Give the places of both sides."""
        return (*self.asked, *self.answers)


OfInteraction: TypeAlias = Callable[[Examined], Iterator[Remark]]
OfContract: TypeAlias = Callable[[Contract], Iterator[Remark]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lint:
    """One row of the table of lint rules: its id, how bad it is, what it looks for, and the function that looks.

    Exactly one of the functions is there; a rule without either speaks of the file and is applied where it is read.
    """

    id: str
    level: Level
    sentence: str
    of_interaction: OfInteraction | None = None
    of_contract: OfContract | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A remark with the rule that made it. `pointer` is where it stands in the file, where only the file knows."""

    lint: Lint
    remark: Remark
    pointer: str | None = None

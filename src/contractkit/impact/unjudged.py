"""Who and what no verdict speaks of, and why: each form of a report says it, since silence reads as unaffected."""

from dataclasses import dataclass
from typing import Final

from contractkit.explain.terminal import one_line
from contractkit.impact.records import ImpactReport
from contractkit.impact.text import NOT_SPOKEN_OF, NOTHING_KNOWN, aside_in_words, name_of

_MOST_NAMED: Final = 50  # consumers


@dataclass(frozen=True, slots=True, kw_only=True)
class Unjudged:
    """A consumer of whom something is not judged: what stands in place of a verdict, and why."""

    name: str
    standing: str
    why: str

    def __str__(self) -> str:
        return f"{self.name}: {self.standing}, {self.why}"


def unjudged(report: ImpactReport) -> tuple[Unjudged, ...]:
    """Give consumers that are not judged, those without a contract, and those of whom a part was left aside."""
    return (
        *(
            Unjudged(name=name_of(each), standing="not judged", why=f"{aside_in_words(each)}, {NOT_SPOKEN_OF}")
            for each in report.not_judged
        ),
        *(Unjudged(name=one_line(name), standing="no contract", why=NOTHING_KNOWN) for name in report.without_contract),
        *(
            Unjudged(name=name_of(each), standing="left aside", why=f"{aside_in_words(each)}, {NOT_SPOKEN_OF}")
            for each in report.consumers
            if each.aside_by_transport
        ),
    )


def named_unjudged(report: ImpactReport) -> tuple[list[str], int]:
    """Give a sentence on each of the first fifty of them, and how many others there are."""
    found = unjudged(report)
    return [str(each) for each in found[:_MOST_NAMED]], max(0, len(found) - _MOST_NAMED)

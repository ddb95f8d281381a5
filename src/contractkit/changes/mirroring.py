"""Mirroring: what is lost on the way back from a new definition is what is gained on the way there."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from contractkit.changes.records import Change, Level


@dataclass(frozen=True, slots=True)
class Gain:
    """What the loss of one rule is called seen the other way round; `{before}` and `{after}` as seen from the old side.

    `unless` are rules of the way there: where one of them found something at the same place, all is said.
    """

    id: str
    sentence: str
    unless: tuple[str, ...] = ()


def gained(
    lost: Iterable[Change], back: Iterable[Change], gains: Mapping[str, Gain], operation: str = ""
) -> Iterator[Change]:
    """Give the changes of the way back as gains, without those of which the way there says all.

    Args:
        lost: What the way there found at the same operation.
        back: What the way back found.
        gains: What a rule's finding is called on the way there; findings of other rules are passed over.
        operation: How the old definition calls the operation, where the new one may call it otherwise.
    """
    said = {(change.rule, change.status, change.location) for change in lost}
    for change in back:
        gain = gains.get(change.rule)
        if gain is None or any((rule, change.status, change.location) in said for rule in gain.unless):
            continue
        yield replace(
            change,
            rule=gain.id,
            level=Level.COMPATIBLE,
            operation=operation or change.operation,
            before=change.after,
            after=change.before,
            old=change.new,
            new=change.old,
            sentence=gain.sentence.format(before=change.after, after=change.before),
        )

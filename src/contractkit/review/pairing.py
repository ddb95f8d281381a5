"""Pairing: which interaction of one contract is which of another, also where it was renamed, re-keyed or changed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from contractkit.exact_json import dump_compact
from contractkit.model import HttpCall, Interaction, RpcCall

Pair: TypeAlias = tuple[Interaction | None, Interaction | None]


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """An interaction with the digest of its content. Two are equal only if they are one: a list may hold twins."""

    interaction: Interaction
    content: str


_Likeness: TypeAlias = Callable[[Side], object]


def pair_interactions(before: Sequence[Side], after: Sequence[Side]) -> tuple[Pair, ...]:
    """Give pairs of interactions, an interaction without its like beside None; those of `after` in order, then others.

    Likenesses are tried in turn, the closest first: equal content under one key or name, one key, equal content, then
    what two interactions have in common by name, states and request, where only one pair has it.
    """
    left, right = list(before), list(after)
    found: dict[int, Side] = {}
    for likeness, is_exact in _LIKENESSES:
        for old, new in _alike(left, right, likeness, is_exact=is_exact):
            found[id(new)] = old
            left.remove(old)
            right.remove(new)
    olds = [found.get(id(new)) for new in after]
    pairs = [(None if old is None else old.interaction, new.interaction) for old, new in zip(olds, after, strict=True)]
    return (*pairs, *((old.interaction, None) for old in left))


def _alike(
    left: Sequence[Side], right: Sequence[Side], likeness: _Likeness, *, is_exact: bool
) -> list[tuple[Side, Side]]:
    olds, news = _grouped(left, likeness), _grouped(right, likeness)
    return [
        pair
        for shared, group in olds.items()
        if shared in news and (is_exact or len(group) == len(news[shared]) == 1)
        for pair in zip(group, news[shared], strict=False)
    ]


def _grouped(sides: Iterable[Side], likeness: _Likeness) -> dict[object, list[Side]]:
    groups: dict[object, list[Side]] = {}
    for each in sides:
        groups.setdefault((type(each.interaction.exchange), likeness(each)), []).append(each)
    return groups


def _states(interaction: Interaction) -> bytes:
    return dump_compact([[state.name, dict(state.params)] for state in interaction.states])


def _request(interaction: Interaction) -> object:
    match interaction.exchange:
        case HttpCall(request=request):
            return request.method, request.path, tuple(sorted(request.query.items()))
        case RpcCall(procedure=procedure):
            return procedure
    return interaction.description


_LIKENESSES: tuple[tuple[_Likeness, bool], ...] = (
    (lambda each: (each.content, each.interaction.key), True),
    (lambda each: (each.content, each.interaction.description), True),
    (lambda each: each.interaction.key, True),
    (lambda each: each.content, True),
    (lambda each: (each.interaction.description, _states(each.interaction), _request(each.interaction)), False),
    (lambda each: (each.interaction.description, _states(each.interaction)), False),
    (lambda each: (_request(each.interaction), _states(each.interaction)), False),
    (lambda each: (each.interaction.description, _request(each.interaction)), False),
    (lambda each: each.interaction.description, False),
    (lambda each: _request(each.interaction), False),
)
"""What two interactions may share, closest first, and whether that suffices where several share it."""

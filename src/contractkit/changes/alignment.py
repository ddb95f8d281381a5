"""Alignment: which alternative of an old union stands for which of a new one."""

from dataclasses import dataclass

from contractkit.changes.sameness import describes_the_same
from contractkit.definitions.schemas import SchemaView
from contractkit.errors import DefinitionError
from contractkit.exact_json import dump_compact

_LEAST_LIKENESS = 0.3  # share of member names in common below which two objects are different things


@dataclass(frozen=True, slots=True)
class Alignment:
    """Pairs of alternatives that stand for each other, and those that stand alone."""

    pairs: tuple[tuple[SchemaView, SchemaView], ...]
    only_old: tuple[SchemaView, ...]
    only_new: tuple[SchemaView, ...]


def align(old: SchemaView, new: SchemaView) -> Alignment:
    """Pair the alternatives of two schemas; null is no alternative.

    Those of one name first, then those in the same words, which may only stand in another order; then by kind and
    likeness.
    """
    before, after = list(old.value_branches), list(new.value_branches)
    if len(before) == len(after) == 1 and _shared_types(before[0], after[0]):
        return Alignment(((before[0], after[0]),), (), ())
    pairs: list[tuple[SchemaView, SchemaView]] = []
    for score in (_same_declaration, _same_words, _same_kind, _likeness):
        for left in tuple(before):
            best = max(after, key=lambda right: score(left, right), default=None)
            if best is not None and score(left, best) > 0:
                pairs.append((left, best))
                before.remove(left)
                after.remove(best)
    if len(before) == len(after) == 1 and _shared_types(before[0], after[0]):
        pairs.append((before.pop(), after.pop()))
    return Alignment(tuple(pairs), tuple(before), tuple(after))


def _same_declaration(left: SchemaView, right: SchemaView) -> float:
    is_named = left.declared_at.pointer != left.used_at.pointer
    return 1.0 if is_named and left.declared_at.pointer == right.declared_at.pointer else 0.0


def _same_words(left: SchemaView, right: SchemaView) -> float:
    """Give 1 or more for what is written alike: it may stand in several unions, with other things beside it."""
    try:
        documents = (left.schemas.documents, right.schemas.documents)
        if not describes_the_same(left.used_at, documents[0], right.used_at, documents[1], by_name=True):
            return 0.0
    except DefinitionError:  # a mistake below them is told where it is met
        return 0.0
    return 1.0 + _likeness(left, right)


def _same_kind(left: SchemaView, right: SchemaView) -> float:
    """Give how many members have the same listed values in both, as what tells alternatives apart has; 0 if any differ.

    Alternatives may be alike in all else, and stand in another order.
    """
    shared = [(_listed(left, name), _listed(right, name)) for name in left.members.keys() & right.members.keys()]
    listed = [pair for pair in shared if all(pair)]
    if not listed or any(before.isdisjoint(after) for before, after in listed):
        return 0.0
    return float(sum(before == after for before, after in listed)) if _likeness(left, right) > 0 else 0.0


def _listed(view: SchemaView, name: str) -> frozenset[bytes]:
    member = view.members[name].view
    return frozenset(map(dump_compact, (member.values if member else None) or ()))


def _likeness(left: SchemaView, right: SchemaView) -> float:
    if not _shared_types(left, right):
        return 0.0
    names = [
        {*view.members, *(f"!{name}" for name, member in view.members.items() if member.is_required)}
        for view in (left, right)
    ]
    if not (names[0] or names[1]):
        return 1.0 + (left.values == right.values) if left.types == right.types else 0.5
    shared = len(names[0] & names[1]) / len(names[0] | names[1])
    return shared if shared >= _LEAST_LIKENESS else 0.0


def _shared_types(left: SchemaView, right: SchemaView) -> bool:
    return bool((left.types & right.types) - {"null"})

"""Inheritance: the heirs of an old and a new schema that stand for each other, and those that stand alone.

Where a schema with a discriminator is named, any schema that inherits it by `allOf` may stand (OpenAPI 3.1 §4.8.25).
"""

from collections.abc import Iterator, Mapping

from contractkit.changes.alignment import Alignment, align
from contractkit.changes.found import Found
from contractkit.definitions.heirs import Heir, check_heir, heirs_of, parents_in
from contractkit.definitions.schemas import SchemaView


def aligned_with_heirs(old: SchemaView, new: SchemaView) -> Alignment:
    """Give which alternatives of two schemas stand for each other, and of their heirs, which are alternatives too."""
    own, pairs = align(old, new), heirs_paired(old, new)
    if not pairs and not (old.known(heirs_of) or new.known(heirs_of)):
        return own
    each = [own, *(align(*pair) for pair in pairs)]
    return Alignment(
        pairs=tuple(pair for one in each for pair in one.pairs),
        only_old=(*(view for one in each for view in one.only_old), *(heir.view for heir in _alone(old, new))),
        only_new=(*(view for one in each for view in one.only_new), *(heir.view for heir in _alone(new, old))),
    )


def heirs_paired(old: SchemaView, new: SchemaView) -> tuple[tuple[SchemaView, SchemaView], ...]:
    """Give the heirs of two schemas that stand for each other: those of one name, else of a value that picks both."""
    before, after = old.known(heirs_of), new.known(heirs_of)
    others = _by_name_and_value(after) if before else {}
    pairs = ((each.view, _counterpart(each, others)) for each in before)
    return tuple((view, other.view) for view, other in pairs if other is not None)


def lost_heirs(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the heirs of a schema that are gone, where others still inherit it by its discriminator."""
    for each in _alone(old, new) if parents_in(new) else ():
        yield Found(each.name, "nothing", each.view.declared_at, new.declared_at)


def new_heirs(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the heirs of a schema that are new, where others inherited it by its discriminator."""
    for each in _alone(new, old) if parents_in(old) else ():
        yield Found("nothing", each.name, old.declared_at, each.view.declared_at)


def _alone(one: SchemaView, other: SchemaView) -> tuple[Heir, ...]:
    heirs = one.known(heirs_of)
    others = _by_name_and_value(other.known(heirs_of)) if heirs else {}
    found = tuple(each for each in heirs if _counterpart(each, others) is None)
    for each in found:
        check_heir(other, each.name)
    return found


def _by_name_and_value(heirs: tuple[Heir, ...]) -> Mapping[tuple[str, str], Heir]:
    by_value = {("value", value): each for each in reversed(heirs) for value in each.values}
    return {**by_value, **{("name", each.name): each for each in heirs}}


def _counterpart(heir: Heir, others: Mapping[tuple[str, str], Heir]) -> Heir | None:
    keys = (("name", heir.name), *(("value", value) for value in sorted(heir.values)))
    return next((others[key] for key in keys if key in others), None)

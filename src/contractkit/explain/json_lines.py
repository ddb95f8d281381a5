"""JSON values over several lines, each with what is said of its place behind it; of huge ones, both ends."""

from collections.abc import Iterator
from typing import TypeAlias

from contractkit.exact_json import Json, dump_compact
from contractkit.explain.notes import MARK, Notes
from contractkit.model import Location, Step

_MOST = {list: 50, dict: 500}
"""Members of a container that are all shown; of a longer one only those at both ends are."""

_FIRST, _LAST = 10, 2
_NOUNS = {list: "elements", dict: "members"}
_HINT = f"{MARK}contractkit show --whole has them"

Member: TypeAlias = tuple[Step, Json]


def json_lines(
    value: Json, at: Location, notes: Notes, indent: str = "", lead: str = "", end: str = ""
) -> Iterator[str]:
    """Give the lines of a JSON value.

    Args:
        value: The value.
        at: Its place.
        notes: What is said of places; says too whether all members of huge values are shown.
        indent: What stands before each line.
        lead: What stands before the value in its first line, such as its name.
        end: What stands behind the value in its last line.
    """
    said = notes.at(at)
    if not isinstance(value, dict | list) or not value:
        yield f"{indent}{lead}{dump_compact(value).decode()}{end}{said}"
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    members: list[Member] = (
        [(name, value[name]) for name in sorted(value)] if isinstance(value, dict) else [*enumerate(value)]
    )
    first, last = _ends(members, len(members) if notes.is_whole else _MOST[type(value)])
    yield f"{indent}{lead}{opening}{said}"
    for number, (step, member) in enumerate([*first, *last], start=1):
        label = f"{dump_compact(step).decode()}: " if isinstance(step, str) else ""
        comma = "," if number < len(first) + len(last) else ""
        yield from json_lines(member, at / step, notes, f"{indent}  ", label, comma)
        if last and number == len(first):
            yield f"{indent}  … {len(members) - number - len(last):,} further {_NOUNS[type(value)]} …{_HINT}"
    yield f"{indent}{closing}{end}"


def _ends(members: list[Member], most: int) -> tuple[list[Member], list[Member]]:
    """Give the members that are shown first, and those shown last where some between are left out."""
    return (members, []) if len(members) <= most else (members[:_FIRST], members[-_LAST:])

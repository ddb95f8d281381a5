"""What `contractkit usage` says: places with who needs them, and what nobody does, as text and as JSON."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from contractkit.cli.tables import aligned
from contractkit.exact_json import Json
from contractkit.explain.terminal import join_lines, printable
from contractkit.impact.usage import Sureness, Unused, UsedPlace
from contractkit.impact.usage_words import HEADS, used_by, why_unused


def usage_as_text(provider: str, places: Sequence[UsedPlace], free: Sequence[Unused] | None) -> str:
    """Give a block for each operation, then what nobody needs, the surest first, then the counts."""
    consumers = sorted({name for place in places for name in place.consumers})
    used = f"is used by {', '.join(consumers)}" if consumers else "is used by nobody there, as far as contracts say"
    blocks = [printable(f"{provider} {used}.")]
    for operation, found in groupby(places, key=lambda place: place.operation):
        rows = [(printable(f"  {place.location}"), printable(used_by(place))) for place in found]
        blocks.append(f"{printable(operation)}\n{aligned(rows)}")
    for sureness in Sureness if free is not None else ():
        block = join_lines(_free(sureness, [each for each in free or () if each.sureness is sureness]))
        if block:
            blocks.append(block)
    if free is not None and not free:
        blocks.append("Everything that was asked for is needed by somebody.")
    return "\n\n".join(blocks)


def usage_as_json(provider: str, places: Sequence[UsedPlace], free: Sequence[Unused] | None) -> dict[str, Json]:
    """Give the same as data; `unused` is null where no definition was named."""
    return {
        "provider": provider,
        "places": [
            {
                "operation": place.operation,
                "location": place.location,
                "consumers": [{"name": name, "needed": needed} for name, needed in place.consumers.items()],
            }
            for place in places
        ],
        "unused": None
        if free is None
        else [
            {
                "operation": each.operation,
                "location": each.location or None,
                "sureness": each.sureness.value,
                "consumers": list(each.consumers),
            }
            for each in free
        ],
    }


def _free(sureness: Sureness, found: Sequence[Unused]) -> Iterator[str]:
    if not found:
        return
    yield f"{HEADS[sureness]}:"
    for (operation, why), items in groupby(found, key=lambda one: (one.operation, why_unused(one))):
        yield f"  {operation}: {why}"
        yield from (f"    {item.location}" for item in items if item.location)

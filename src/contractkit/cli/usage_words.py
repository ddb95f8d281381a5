"""What `contractkit usage` says: places with who needs them, and what nobody does, as text and as JSON."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from contractkit.cli.tables import aligned
from contractkit.exact_json import Json
from contractkit.explain.terminal import printable
from contractkit.impact.usage import Needed, Sureness, Unused, UsedPlace

_SAID = {True: "needs it", None: "needs are unknown", False: "does without"}
_WHY = {
    Sureness.PROVED: "nobody who is known needs it",
    Sureness.LIKELY: "no contract holds it; the needs of {names} are unknown",
    Sureness.UNKNOWN: "it was served to {names}, whose needs are unknown",
}
_HEADS = {
    Sureness.PROVED: "Safe to delete, as far as these contracts go:",
    Sureness.LIKELY: "Likely safe to delete:",
    Sureness.UNKNOWN: "Not known:",
}


def usage_as_text(provider: str, places: Sequence[UsedPlace], free: Sequence[Unused] | None) -> str:
    """Give a block for each operation, then what nobody needs, the surest first, then the counts."""
    consumers = sorted({name for place in places for name in place.consumers})
    blocks = [f"{provider} is used by {', '.join(consumers)}."]
    for operation, found in groupby(places, key=lambda place: place.operation):
        rows = [(f"  {place.location}", _said(place)) for place in found]
        blocks.append(f"{operation}\n{aligned(rows)}")
    for sureness in Sureness if free is not None else ():
        block = "\n".join(_free(sureness, [each for each in free or () if each.sureness is sureness]))
        if block:
            blocks.append(block)
    if free is not None and not free:
        blocks.append("Everything that was asked for is needed by somebody.")
    return "\n\n".join("\n".join(map(printable, block.splitlines())) for block in blocks)


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


def _said(place: UsedPlace) -> str:
    by_answer: dict[Needed, list[str]] = {}
    for name, needed in place.consumers.items():
        by_answer.setdefault(needed, []).append(name)
    return "; ".join(f"{', '.join(names)}: {_SAID[needed]}" for needed, names in by_answer.items())


def _free(sureness: Sureness, found: Sequence[Unused]) -> Iterator[str]:
    if not found:
        return
    yield _HEADS[sureness]
    for operation, each in groupby(found, key=lambda one: one.operation):
        items = list(each)
        if not items[0].location:
            yield f"  {operation}: nobody who is known calls it"
            continue
        why = _WHY[sureness].format(names=", ".join(items[0].consumers))
        yield f"  {operation}: {why}"
        yield from (f"    {item.location}" for item in items)

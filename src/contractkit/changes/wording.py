"""Changes in words and as JSON, the same wherever they are told."""

from contractkit.changes.records import Change, Direction
from contractkit.changes.sites import DefinitionSource, Site, site_of
from contractkit.exact_json import Json

_SIDES = {Direction.REQUEST: " sends", Direction.RESPONSE: " gives"}  # a message's place does not say who sends it


def change_line(change: Change) -> str:
    """Give a change in one line: operation, status, place and what changed there."""
    status = f" {change.status}" if change.status else ""
    also = f" (and {counted(len(change.also), 'further operation')})" if change.also else ""
    at = str(change.location)
    is_whole = at == "request.path" or (at == "procedure" and change.rule.endswith((".removed", ".added")))
    side = _SIDES.get(change.direction, "") if change.location.steps[:1] == ("events",) else ""
    if is_whole and change.sentence.startswith(f"{change.operation} "):  # it names itself
        return f"{change.sentence}{also}"
    place = "" if is_whole else f"{side} {change.location}"
    where = f"{change.operation}{status}{place}"
    return f"{where}: {change.sentence}{also}" if where else f"{change.sentence}{also}"


def rename_hint(name: str) -> str:
    """Give the end of a sentence about something that went and may be called so now; nothing without a name."""
    return f"; is it {name} now?" if name else ""


def counted(number: int, noun: str) -> str:
    """Give a number of things: `1 change`, `2 changes`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def change_as_json(change: Change, old: DefinitionSource, new: DefinitionSource) -> dict[str, Json]:
    """Give a change as a JSON object, its declarations by file, pointer and line."""
    return {
        "rule": change.rule,
        "level": change.level.value,
        "direction": change.direction.value,
        "operation": change.operation,
        "also": list(change.also),
        "status": change.status,
        "media_type": change.media_type,
        "location": str(change.location),
        "before": change.before,
        "after": change.after,
        "sentence": change.sentence,
        "old": site_as_json(site_of(change.old, old)),
        "new": site_as_json(site_of(change.new, new)),
        "fingerprint": change.fingerprint,
    }


def site_as_json(site: Site | None) -> Json:
    """Give a place as a JSON object, null where there is none."""
    return None if site is None else {"source": site.source, "pointer": site.pointer, "line": site.line}

"""What `contractkit definitions` says: definitions and what they mean to the contracts, as text and as JSON."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from contractkit.cli.tables import aligned
from contractkit.exact_json import Json
from contractkit.locking.legality import Concern, Level
from contractkit.locking.refreshing import Look, ProviderLook, State

_SHOWN = 19  # characters of a digest: `sha256:` and twelve digits
_WRONG = (Level.ILLEGAL, Level.UNPROMISED)
_BEHIND = (State.STALE, State.NOT_LOCKED, State.DAMAGED)
_HEAD = ("PROVIDER", "SOURCE", "LOCKED", "COPY", "STATE")


def list_as_text(found: Sequence[ProviderLook]) -> str:
    """Give a row for each definition, and a block for each that cannot be read."""
    looks = [look for each in found for look in each.looks]
    rows = [
        (look.named.provider, look.named.source, _short(look.locked), _short(look.copy), _state(look)) for look in looks
    ]
    blocks = [aligned([_HEAD, *rows]), *_errors(looks)]
    behind = sorted({look.named.provider for look in looks if look.state in _BEHIND})
    if behind:
        blocks.append(f"See what would change: contractkit definitions refresh --check {' '.join(behind)}")
    return "\n\n".join(blocks)


def refresh_as_text(found: Sequence[ProviderLook], *, is_check: bool) -> str:
    """Give what became of each definition, then what is no longer legal and no longer promised, by test."""
    blocks = ["\n".join(_refreshed(look, is_check=is_check) for each in found for look in each.looks)]
    blocks += _errors([look for each in found for look in each.looks])
    for level in _WRONG:
        concerns = [concern for each in found for concern in each.recheck.of(level)]
        if concerns:
            blocks.append("\n".join((f"{level.value.capitalize()}:", *_by_test(concerns))))
    return "\n\n".join((*blocks, _counted(found)))


def as_json(found: Sequence[ProviderLook], *, is_refresh: bool = False) -> dict[str, Json]:
    """Give the same as data; `illegal` and `unpromised` are there after a refresh."""
    return {"providers": [_provider_as_json(each, is_refresh=is_refresh) for each in found]}


def _errors(looks: Sequence[Look]) -> list[str]:
    return [f"{look.named.provider}: {look.error}" for look in looks if look.error is not None]


def _short(digest: str | None) -> str:
    return "-" if digest is None else digest[:_SHOWN]


def _state(look: Look) -> str:
    words = [look.state.value]
    if look.state is State.STALE and look.named.is_lockable:
        words.append(f"now {_short(look.now)}")
    if look.state is State.DAMAGED:
        words.append("no copy" if look.copy is None else "the copy is not what is locked")
    if look.recorded_otherwise:
        words.append(f"{', '.join(look.recorded_otherwise)} was recorded against another")
    return ": ".join((words[0], "; ".join(words[1:]))) if words[1:] else words[0]


def _refreshed(look: Look, *, is_check: bool) -> str:
    name = f"{look.named.provider}: {look.named.source}"
    if look.error is not None:
        return (
            f"{name} is {look.state.value}, and stays as it is locked"
            if look.locked
            else f"{name} is {look.state.value}"
        )
    if not look.named.is_lockable:
        return f"{name} is a path, and is as it is"
    if not look.is_new:
        return f"{name} has not changed since it was locked ({_short(look.locked)})"
    lacking = look.fetched.missing if look.fetched is not None else ()
    lacks = f"; what it refers to and could not be read is lacking: {', '.join(lacking)}" if lacking else ""
    was = f"{_short(look.locked)} is locked, and " if look.locked else ""
    done = "would be locked" if is_check else "is locked now"
    return f"{name}: {was}{_short(look.now)} {done}{lacks}"


def _by_test(concerns: Sequence[Concern]) -> Iterator[str]:
    by_test: dict[str, list[Concern]] = defaultdict(list)
    for concern in concerns:
        for test in concern.tests:
            by_test[test].append(concern)
    for test in sorted(by_test):
        yield f"  {test}"
        for concern in by_test[test]:
            yield f"    {concern.interaction.description}: {concern.location}: {concern.sentence}"


def _counted(found: Sequence[ProviderLook]) -> str:
    checked = sum(each.recheck.checked for each in found)
    unjudged = sum(len(each.recheck.unjudged) for each in found)
    if not checked and not unjudged:
        return "No contract is recorded with them, so there was nothing to hold against them."
    counts = [
        f"{len({id(one.interaction) for each in found for one in each.recheck.of(level)})} {level.value}"
        for level in _WRONG
    ]
    left = f"; {unjudged} could not be checked" if unjudged else ""
    return f"Of {checked} recorded interaction{'' if checked == 1 else 's'}: {', '.join(counts)}{left}."


def _provider_as_json(found: ProviderLook, *, is_refresh: bool) -> Json:
    document: dict[str, Json] = {
        "provider": found.provider,
        "definitions": [_look_as_json(look) for look in found.looks],
    }
    if is_refresh:
        document["checked"] = found.recheck.checked
        document["unchecked"] = len(found.recheck.unjudged)
        document["illegal"] = [_concern_as_json(each) for each in found.recheck.of(Level.ILLEGAL)]
        document["unpromised"] = [_concern_as_json(each) for each in found.recheck.of(Level.UNPROMISED)]
    return document


def _look_as_json(look: Look) -> Json:
    return {
        "setting": look.named.key,
        "source": look.named.source,
        "state": look.state.value,
        "locked": look.locked,
        "copy": look.copy,
        "now": look.now,
        "missing": list(look.fetched.missing) if look.fetched is not None else [],
        "recorded_otherwise": list(look.recorded_otherwise),
        "error": None if look.error is None else look.error.explanation.summary,
    }


def _concern_as_json(concern: Concern) -> Json:
    return {
        "consumer": concern.contract.consumer,
        "interaction": concern.interaction.description,
        "operation": concern.interaction.operation,
        "tests": list(concern.tests),
        "location": str(concern.location),
        "sentence": concern.sentence,
    }

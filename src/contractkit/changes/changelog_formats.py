"""A changelog for people, machines and pull requests."""

from collections.abc import Iterable, Iterator

from contractkit.changes.changelog import Changelog
from contractkit.changes.records import Change, Level
from contractkit.changes.sites import Site, site_of
from contractkit.changes.wording import change_as_json, change_line, counted, rename_hint
from contractkit.exact_json import dump_shown
from contractkit.explain.terminal import one_line, readable
from contractkit.explain.workflow_commands import workflow_command

SCHEMA_VERSION = 1

_MOST_ROWS = 200  # of a comment's table: what is longer, GitHub and GitLab refuse
_MOST_ANNOTATIONS = 50  # of one run, which is what GitHub shows
_COMMANDS = {Level.BREAKING: "error", Level.POSSIBLE: "warning"}
_MEANINGS = {
    Level.BREAKING: "a consumer that kept to the old definition fails",
    Level.POSSIBLE: "it depends on the consumer, or no definition settles it",
    Level.HARMLESS: "only who expects the very thing that went notices",
    Level.COMPATIBLE: "nobody notices who kept to the old definition",
}


def changelog_as_text(log: Changelog) -> str:
    """Give a changelog for people: the worst first, each with its rule and both places."""
    blocks = [f"Changes from {log.old.name} to {log.new.name}: {_summary(log)}."]
    for level in log.counts:
        lines = (line for change in log.changes if change.level is level for line in _lines(log, change))
        blocks.append("\n".join([f"{level.value} ({_MEANINGS[level]})", *lines]))
    return readable("\n\n".join([*blocks, *_advice(log)]))


def changelog_as_json(log: Changelog) -> str:
    """Give a changelog as JSON: `schema_version`, `old`, `new`, `counts`, `version`, `changes`."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "old": log.old.name,
        "new": log.new.name,
        "counts": {level.value: log.counts.get(level, 0) for level in Level},
        "version": {
            "old": log.versions[0] or None,
            "new": log.versions[1] or None,
            "advised_step": log.advised_step,
            "taken_step": log.taken_step or None,
        },
        "changes": [
            {**change_as_json(change, log.old, log.new), "renamed_to": log.renames.get(change.declaration)}
            for change in log.changes
        ],
    }
    return dump_shown(document)


def changelog_as_markdown(log: Changelog) -> str:
    """Give a changelog as markdown: what can hurt in a table, the rest folded away."""
    hurting = [change for change in log.changes if change.level.can_hurt]
    others = [change for change in log.changes if not change.level.can_hurt]
    blocks = [f"### Changes of {_cell(log.new.name)}", f"{_summary(log).capitalize()}."]
    if hurting:
        blocks.append(_table(log, sorted(hurting, key=lambda change: change.level is not Level.BREAKING)))
    if others:
        summary = f"{counted(len(others), 'change')} that {'breaks' if len(others) == 1 else 'break'} nobody"
        blocks.append(f"<details><summary>{summary}</summary>\n\n{_table(log, others)}\n\n</details>")
    return "\n\n".join([*blocks, *_advice(log)])


def changelog_as_annotations(log: Changelog) -> str:
    """Give what can hurt as GitHub's workflow commands, at the new definition's lines, the worst first."""
    hurting = sorted(
        (change for change in log.changes if change.level.can_hurt), key=lambda each: each.level is not Level.BREAKING
    )
    return "\n".join([*(_annotation(log, change) for change in hurting[:_MOST_ANNOTATIONS]), _summary(log)])


def _summary(log: Changelog) -> str:
    return ", ".join(f"{number} {level.value}" for level, number in log.counts.items()) or "nothing differs"


def _lines(log: Changelog, change: Change) -> Iterator[str]:
    yield one_line(f"  {change_line(change)}{_hint(log, change)}")
    yield one_line(f"      {change.rule}   {_way(log, change)}")


def _way(log: Changelog, change: Change) -> str:
    old, new = site_of(change.old, log.old), site_of(change.new, log.new)
    return " → ".join(str(site) for site in (old, new) if site is not None)


def _hint(log: Changelog, change: Change) -> str:
    return rename_hint(log.renames.get(change.declaration, ""))


def _advice(log: Changelog) -> Iterator[str]:
    if not log.changes:
        return
    is_least = log.advised_step != "major" and not log.is_whole
    asked = f"The changes ask for {'at least ' if is_least else ''}a {log.advised_step} version"
    asked += ", since not all could be compared" if is_least else ""
    before, after = map(one_line, log.versions)
    if log.taken_step == "none":
        yield f"{asked}, and both definitions say {after}."
    elif log.taken_step and log.taken_step != log.advised_step:
        yield f"{asked}; from {before} to {after} is a {log.taken_step} one."
    else:
        yield f"{asked}."


def _table(log: Changelog, changes: Iterable[Change]) -> str:
    kept = list(changes)
    rows = [
        f"| {change.level.value} | {_cell(change_line(change) + _hint(log, change))} | {_cell(_way(log, change))} |"
        for change in kept[:_MOST_ROWS]
    ]
    left = len(kept) - _MOST_ROWS
    more = [f"| | … and {left} more | |"] if left > 0 else []
    return "\n".join(["| level | change | where |", "| --- | --- | --- |", *rows, *more])


def _cell(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("](", "]\\(")
    return readable(escaped).replace("\n", " ")


def _annotation(log: Changelog, change: Change) -> str:
    site = site_of(change.new, log.new) or Site(source=log.new.name, pointer="")
    properties = {
        "file": site.source,
        "line": str(site.line or ""),
        "title": f"{change.level.value}: {change.rule}",
    }
    return workflow_command(_COMMANDS[change.level], change_line(change) + _hint(log, change), properties)

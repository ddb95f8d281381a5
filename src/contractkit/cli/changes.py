"""`contractkit changes`: everything that differs between two definitions, whoever uses it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import click

from contractkit.changes.changelog import Changelog, changelog
from contractkit.changes.changelog_formats import (
    changelog_as_annotations,
    changelog_as_json,
    changelog_as_markdown,
    changelog_as_text,
)
from contractkit.changes.records import Level
from contractkit.cli.compared import load_compared, source_of
from contractkit.cli.verbs import Verb
from contractkit.settings import load_settings

_FORMATS: Mapping[str, Callable[[Changelog], str]] = {
    "text": changelog_as_text,
    "json": changelog_as_json,
    "markdown": changelog_as_markdown,
    "github": changelog_as_annotations,
}
_LEVELS = [level.value for level in Level]
_FAILING = {"breaking": (Level.BREAKING,), "possible": (Level.BREAKING, Level.POSSIBLE)}


@click.command(cls=Verb)
@click.argument("old")
@click.argument("new")
@click.option(
    "--level", type=click.Choice(_LEVELS), default=_LEVELS[-1], show_default=True,
    help="The mildest level that is shown, of breaking, possible, harmless and compatible."
)  # fmt: skip
@click.option(
    "--fail-on", type=click.Choice(list(_FAILING)), help="Exit with 1 where there is such a change; else always with 0."
)
@click.option(
    "--encoding", type=click.Choice(["binary", "json"]), default="binary", show_default=True,
    help="How protobuf messages travel: over gRPC, or as JSON."
)  # fmt: skip
@click.option("--format", "form", type=click.Choice(list(_FORMATS)), default="text", show_default=True)
def changes(old: str, new: str, level: str, fail_on: str | None, encoding: str, form: str) -> int:
    """Say what changed from the definition OLD to the definition NEW, breaking or not.

    Definitions are paths, URLs, git:REVISION:path or broker:NAME@WHERE: OpenAPI, or protobuf as .proto files, a
    directory of them or a descriptor set; of messages JSON Schemas or an AsyncAPI document. No contract is looked at:
    which consumers are hurt, `contractkit impact` says.
    """
    settings = load_settings(Path.cwd())
    before, after = load_compared(old, settings), load_compared(new, settings)
    log = changelog(
        before.definition,
        after.definition,
        old_source=source_of(before),
        new_source=source_of(after),
        encoding=encoding,
    )
    click.echo(_FORMATS[form](_down_to(log, level)).rstrip("\n"))
    return 1 if any(found in _FAILING.get(fail_on or "", ()) for found in log.counts) else 0


def _down_to(log: Changelog, level: str) -> Changelog:
    """Leave out what is milder. The version that is advised follows from the whole."""
    shown = _LEVELS[: _LEVELS.index(level) + 1]
    return replace(log, changes=tuple(change for change in log.changes if change.level.value in shown))

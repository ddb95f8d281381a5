"""The summary: what became of the contracts, in a line for each file and a block for each error."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from contractkit.explain.expected_members import expected_in_words
from contractkit.recording import RunReport
from contractkit.recording.contract_files import FileUpdate, Unconfirmed

_MOST_NAMED = 50  # of one file, with -v


def write_summary(terminal: Any, report: RunReport | None, remarks: Sequence[str] = (), *, today: date) -> None:
    """Write the summary to pytest's terminal; `-q` leaves only what changed and errors, `-v` names what was kept.

    Args:
        terminal: Pytest's reporter.
        report: What became of the contracts; None where none were to be written.
        remarks: Lines of other parts of the plugin about the run as a whole.
        today: From when ages are counted.
    """
    verbosity: int = terminal.config.get_verbosity()
    updates = [each for each in (report.updates if report else ()) if each.is_written or verbosity >= 0]
    errors = report.errors if report else ()
    told = remarks if verbosity >= 0 else ()
    if not updates and not errors and not told:
        return
    terminal.section("contracts")
    for update in updates:
        terminal.line(line_of(update))
        days = report.days.get(update.path, {}) if report else {}
        for line in _details(update, days, today) if verbosity >= 0 else ():
            terminal.line(f"  {line}")
        for line in _named(update, days, today) if verbosity > 0 else ():
            terminal.line(f"    {line}")
    for remark in told:
        terminal.line(remark)
    write_errors(terminal, report)


def write_errors(terminal: Any, report: RunReport | None) -> None:
    """Write what kept contracts from being written, a block for each."""
    for error in report.errors if report else ():
        terminal.line("")
        terminal.line(str(error), red=True)


def line_of(update: FileUpdate) -> str:
    """Give what became of one contract file: how many interactions are new, changed, removed and kept, and its name."""
    return f"{' - '.join(update.between)}: {counts_of(update)} ({update.path.name} {_done(update)})"


def counts_of(update: FileUpdate) -> str:
    """Give how many interactions of a file are new, changed, removed and kept, in words."""
    counts = (("new", update.new), ("changed", update.changed), ("removed", update.removed), ("kept", update.kept))
    return ", ".join(f"{count} {word}" for word, count in counts if count) or "nothing"


def _done(update: FileUpdate) -> str:
    return "removed" if update.is_removed else "written" if update.is_written else "unchanged"


def _details(update: FileUpdate, days: Mapping[str, date], today: date) -> Iterator[str]:
    needed, tolerated = update.needs
    if needed + tolerated:
        yield f"needs: {needed} of {needed + tolerated} places of the answers"
    if expected := expected_in_words(*update.members):
        yield expected
    if not update.unconfirmed:
        return
    oldest = min(update.unconfirmed, key=lambda each: days.get(each.key, date.min))
    count = len(update.unconfirmed)
    oldest_words = "" if count == 1 else "the oldest "
    yield (
        f"{count} of the kept not confirmed by this run, {oldest_words}{_age(oldest, days, today)}: "
        f"{oldest.description} ({oldest.test})"
    )


def _named(update: FileUpdate, days: Mapping[str, date], today: date) -> Iterator[str]:
    """Give a line for each interaction that was kept unconfirmed, where there are several."""
    if len(update.unconfirmed) < 2:
        return
    for each in update.unconfirmed[:_MOST_NAMED]:
        yield f"{each.description} ({each.test}): {_age(each, days, today)}"
    if len(update.unconfirmed) > _MOST_NAMED:
        yield f"and {len(update.unconfirmed) - _MOST_NAMED} more"


def _age(kept: Unconfirmed, days: Mapping[str, date], today: date) -> str:
    """Give when a test last confirmed an interaction, as this machine knows it."""
    if kept.key not in days:
        return "never confirmed here"
    count = (today - days[kept.key]).days
    return "confirmed today" if count < 1 else f"confirmed {count} {'day' if count == 1 else 'days'} ago"

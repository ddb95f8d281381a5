"""The summary: what became of the contracts, in a line for each file and a block for each error."""

from collections.abc import Sequence
from typing import Any

from contractkit.explain.expected_members import expected_in_words
from contractkit.recording import RunReport
from contractkit.recording.contract_files import FileUpdate


def write_summary(terminal: Any, report: RunReport | None, locked: Sequence[str] = ()) -> None:
    """Write the summary to pytest's terminal; `-q` leaves only what changed, errors and warnings are always told.

    Args:
        terminal: Pytest's reporter.
        report: What became of the contracts; None where none were to be written.
        locked: A sentence for each definition that was not locked before the run.
    """
    is_quiet = terminal.config.get_verbosity() < 0
    all_updates = report.updates if report is not None else ()
    updates = [update for update in all_updates if update.is_written or not is_quiet]
    errors = report.errors if report is not None else ()
    if not updates and not errors and not locked:
        return
    terminal.section("contracts")
    for update in updates:
        terminal.line(_line(update))
        told = expected_in_words(*update.members)
        if told and not is_quiet:
            terminal.line(f"  {told}")
    for sentence in (*locked, *(_outdated(update) for update in all_updates if update.outdated)):
        terminal.line(sentence, yellow=True)
    for error in errors:
        terminal.line("")
        terminal.line(str(error), red=True)


def _outdated(update: FileUpdate) -> str:
    count = len(update.outdated)
    return (
        f"{update.between[1]}: its definition has changed since {count} of the interactions in {update.path.name} "
        f"{'were' if count > 1 else 'was'} recorded by tests that did not pass in this run; "
        f"run them, or see contractkit definitions refresh --check {update.between[1]}"
    )


def _line(update: FileUpdate) -> str:
    counts = (("new", update.new), ("changed", update.changed), ("removed", update.removed), ("kept", update.kept))
    words = ", ".join(f"{count} {word}" for word, count in counts if count) or "nothing"
    done = "removed" if update.is_removed else "written" if update.is_written else "unchanged"
    return f"{' - '.join(update.between)}: {words} ({update.path.name} {done})"

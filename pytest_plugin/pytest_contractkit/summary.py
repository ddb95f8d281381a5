"""The summary: what became of the contracts, in a line for each file and a block for each error."""

from typing import Any

from contractkit.explain.expected_members import expected_in_words
from contractkit.recording import RunReport
from contractkit.recording.contract_files import FileUpdate


def write_summary(terminal: Any, report: RunReport) -> None:
    """Write the summary to pytest's terminal; `-q` leaves only what changed, errors are always told."""
    is_quiet = terminal.config.get_verbosity() < 0
    updates = [update for update in report.updates if update.is_written or not is_quiet]
    if not updates and not report.errors:
        return
    terminal.section("contracts")
    for update in updates:
        terminal.line(_line(update))
        told = expected_in_words(*update.members)
        if told and not is_quiet:
            terminal.line(f"  {told}")
    for error in report.errors:
        terminal.line("")
        terminal.line(str(error), red=True)


def _line(update: FileUpdate) -> str:
    counts = (("new", update.new), ("changed", update.changed), ("removed", update.removed), ("kept", update.kept))
    words = ", ".join(f"{count} {word}" for word, count in counts if count) or "nothing"
    done = "removed" if update.is_removed else "written" if update.is_written else "unchanged"
    return f"{' - '.join(update.between)}: {words} ({update.path.name} {done})"

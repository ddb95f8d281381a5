"""What an import did, in words and as a document."""

from collections.abc import Iterable, Sequence

from contractkit.cli.tables import aligned
from contractkit.exact_json import Json
from contractkit.explain.terminal import printable
from contractkit.importing import Report

_SHOWN = 50  # lines of a list; the JSON form has all


def report_as_text(report: Report, source: str, target: str, *, is_dry_run: bool) -> str:
    """Give what was imported from where to where, what was not and why, and what stays as it is here."""
    done = "would be imported" if is_dry_run else "imported"
    first = f"{source} {'would be' if is_dry_run else 'is'} imported into {target}."
    if not report.is_whole:
        first = f"{source} {'would be' if is_dry_run else 'is'} imported into {target}, except for what is named below."
    counts = [(kind, str(count), str(report.present[kind])) for kind, count in report.imported.items()]
    blocks = [
        first,
        aligned([("", done, "there before"), *counts], indent="  "),
        _block("Not imported:", ((each.what, each.why) for each in report.not_imported)),
        _block("Left as it is here:", ((each.what, each.why) for each in report.kept)),
        _block("Never imported:", (tuple(each.split(": ", 1)) for each in report.unasked)),
        "This was a dry run: nothing was written." if is_dry_run else "",
    ]
    return "\n\n".join(block for block in blocks if block)


def report_as_json(report: Report, source: str, target: str, *, is_dry_run: bool) -> dict[str, Json]:
    """Give the same as a document."""
    return {
        "source": source,
        "target": target,
        "is_dry_run": is_dry_run,
        "imported": dict(report.imported),
        "there_before": dict(report.present),
        "not_imported": [{"what": each.what, "why": each.why} for each in report.not_imported],
        "left_as_it_is": [{"what": each.what, "why": each.why} for each in report.kept],
        "never_imported": list(report.unasked),
    }


def _block(title: str, rows: Iterable[Sequence[str]]) -> str:
    lines = [f"  {printable(what)}\n    {printable(why)}" for what, why in rows]
    rest = [f"  and {len(lines) - _SHOWN} more; --format json names all"] if len(lines) > _SHOWN else []
    return "\n".join([title, *lines[:_SHOWN], *rest]) if lines else ""

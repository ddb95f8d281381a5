"""Reports: what a verification found, in several forms at once, on standard output and in files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contractkit.errors import UsageError, suggestion
from contractkit.explain.verification import explain_verification
from contractkit.explain.verification_formats import verification_as_json, verification_as_junit
from contractkit.explain.verification_github import verification_as_github
from contractkit.explain.verification_markdown import verification_as_markdown
from contractkit.explain.verification_sarif import verification_as_sarif
from contractkit.results import ContractResult

FORMATS: Mapping[str, Callable[[str, Sequence[ContractResult]], str]] = {
    "text": explain_verification,
    "json": verification_as_json,
    "junit": verification_as_junit,
    "github": verification_as_github,
    "sarif": verification_as_sarif,
    "markdown": verification_as_markdown,
}
"""The name of a form to what writes it, given the provider's name and the results."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report to write: its form, and the file."""

    form: str
    path: Path


def read_report(text: str) -> Report:
    """Give the report that `FORM=PATH` asks for, seen to be writable before anything is replayed.

    Raises:
        UsageError: It is not of that form, the form is unknown, or no file can be there.
    """
    form, equals, place = text.partition("=")
    if not equals or not place.strip():
        raise UsageError(
            "A report cannot be written.",
            details=[("expected", "FORM=PATH, for example junit=build/contracts.xml"), ("received", text)],
        )
    if form not in FORMATS:
        raise UsageError(
            "A report cannot be written.",
            details=[("report", text), ("unknown form", form or "(empty)"), ("forms", ", ".join(FORMATS))],
            next_step=suggestion(form, FORMATS),
        )
    path = Path(place)
    if path.is_dir():
        raise _unwritable(path, "it is a directory")
    above = next(each for each in path.absolute().parents if each.exists())
    if not above.is_dir():
        raise _unwritable(path, f"{above.name} is no directory")
    return Report(form=form, path=path)


def check_reports(reports: Sequence[Report]) -> None:
    """Check that no two reports are one file.

    Raises:
        UsageError: Two are.
    """
    seen: dict[Path, Report] = {}
    for each in reports:
        first = seen.setdefault(each.path.absolute(), each)
        if first is not each:
            raise UsageError(
                "Two reports would be in one file.",
                details=[("file", str(each.path)), ("forms", f"{first.form}, {each.form}")],
            )


def write_reports(
    reports: Sequence[Report], provider: str, results: Sequence[ContractResult]
) -> tuple[UsageError, ...]:
    """Write reports to their files, whose directories are made where they are not there.

    Give the errors of those that cannot be written: they keep nobody from the others, nor from publishing.
    """
    found = (_written(each, FORMATS[each.form](provider, results)) for each in reports)
    return tuple(error for error in found if error is not None)


def _written(report: Report, text: str) -> UsageError | None:
    try:
        report.path.parent.mkdir(parents=True, exist_ok=True)
        report.path.write_text(f"{text}\n", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        return _unwritable(report.path, error.strerror or str(error))
    return None


def _unwritable(path: Path, reason: str) -> UsageError:
    return UsageError(
        "A report cannot be written.",
        details=[("file", str(path)), ("reason", reason)],
        next_step="Name a file in a directory that you may write to.",
    )

"""`contractkit lint`: contract files that are wrong, whose rules miss their places, or that ask for too much."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import click

from contractkit.cli.contract_files import find_contract_files, nothing_in, origin_of, read_contract_file
from contractkit.cli.verbs import Verb
from contractkit.document.reading import REACHES_NOTHING, LoadWarning
from contractkit.errors import ContractFileError, UnknownNameError, suggestion
from contractkit.exact_json import Json, JsonSyntaxError, read_json
from contractkit.model import Interaction
from contractkit.review.findings import Finding, Level, Remark
from contractkit.review.lint_formats import LintedFile, count_of, lint_as_github, lint_as_json, lint_as_text
from contractkit.review.lints import CANNOT_BE_SENT, LINTS, NOT_A_CONTRACT, NOT_USED, lint_contract

_FORMATS: Mapping[str, Callable[[Sequence[LintedFile]], str]] = {
    "text": lint_as_text,
    "json": lint_as_json,
    "github": lint_as_github,
}
_MOST_LINES = 100  # places of which the line is looked up; GitHub shows fewer annotations still


@click.command(cls=Verb)
@click.argument(
    "places",
    nargs=-1,
    required=True,
    metavar="PATH...",
    type=click.Path(readable=False, allow_dash=True, path_type=Path),
)
@click.option("--ignore", "ignored", multiple=True, metavar="RULE", help="Do not apply this rule; may be repeated.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning"]),
    default="error",
    show_default=True,
    help="From which level on to exit with 1.",
)
@click.option("--format", "form", type=click.Choice(list(_FORMATS)), default="text", show_default=True)
def lint(places: tuple[Path, ...], ignored: tuple[str, ...], fail_on: str, form: str) -> int:
    """Look for mistakes in the contracts in PATHs, files or directories, and for what they ask of nobody's need.

    Exit codes: 0 nothing to complain of, 1 errors (or warnings, with --fail-on warning), 2 a file is no contract.
    """
    for each in ignored:
        if each not in LINTS:
            raise UnknownNameError(f"There is no rule {each}.", next_step=suggestion(each, LINTS))
    files = find_contract_files(places)
    if not files:
        raise nothing_in(places)
    linted = [_linted(file, frozenset(ignored), has_lines=form == "github") for file in files]
    click.echo(_FORMATS[form](linted).rstrip("\n"))
    if any(each.lint is NOT_A_CONTRACT for file in linted for each in file.findings):
        return 2
    levels = (Level.ERROR,) if fail_on == "error" else tuple(Level)
    return 1 if any(count_of(linted, level) for level in levels) else 0


def _linted(file: Path, ignored: frozenset[str], *, has_lines: bool) -> LintedFile:
    name = origin_of(file)
    try:
        read = read_contract_file(file)
    except ContractFileError as error:
        findings = tuple(_problems(error, name))
        return LintedFile(name=name, findings=findings, lines=_lines_in(file, findings) if has_lines else ())
    warnings = [
        each for each in read.loaded.warnings if each.sentence != REACHES_NOTHING
    ]  # the table has a rule for it
    noted = [finding for finding in map(_noted, warnings) if finding.lint.id not in ignored]
    findings = (*noted, *lint_contract(read.contract, ignored=ignored))
    return LintedFile(name=name, findings=findings, lines=_lines(read.data, findings) if has_lines else ())


def _lines_in(file: Path, findings: Sequence[Finding]) -> tuple[int | None, ...]:
    """Give the lines of what is wrong in a file that may not even be readable."""
    try:
        return _lines(file.read_bytes(), findings) if file.is_file() else ()
    except OSError:
        return ()


def _problems(error: ContractFileError, name: str) -> list[Finding]:
    """Give what makes a file no contract: each problem with its pointer, or the whole where it has no places."""
    explained = error.explanation
    placed = [(label, value) for label, value in explained.details if label.startswith("/")]
    if placed:
        return [_problem(label, value, "mend this place, or record the contract again") for label, value in placed]
    told = ", ".join(f"{label} {value}" for label, value in explained.details)
    summary = explained.summary.removeprefix(f"{name} ").rstrip(".")
    return [_problem(None, f"{summary} ({told})" if told else summary, explained.next_step)]


def _problem(pointer: str | None, why: str, edit: str) -> Finding:
    return Finding(lint=NOT_A_CONTRACT, pointer=pointer, remark=Remark(why=why, edit=edit))


def _noted(warning: LoadWarning) -> Finding:
    """Give the finding of what was noted while the file was read."""
    if warning.cannot_travel:
        lint, edit = CANNOT_BE_SENT, "correct it, or record the interaction again"
    else:
        lint, edit = NOT_USED, "take it away, or write it so that it is understood"
    return Finding(lint=lint, pointer=warning.pointer, remark=Remark(why=warning.sentence, edit=edit))


def _lines(data: bytes, findings: Sequence[Finding]) -> tuple[int | None, ...]:
    """Give the line of each finding: of its own place, or of its interaction."""
    from contractkit.sources.lines import LineFinder  # brings YAML along, and only annotations have lines

    finder = LineFinder(data, is_json=True)
    pointers = _pointers(data)
    known: dict[str, int | None] = {}
    lines = []
    for each in findings:
        pointer = each.pointer or _pointer_of(each.remark.interaction, pointers)
        if pointer is not None and pointer not in known and len(known) < _MOST_LINES:
            known[pointer] = finder.line_of(pointer)
        lines.append(known.get(pointer or ""))
    return tuple(lines)


def _pointer_of(interaction: Interaction | None, pointers: Mapping[tuple[str, Json], str]) -> str | None:
    if interaction is None:
        return None
    by_key = pointers.get(("key", interaction.key))
    return by_key or pointers.get(("description", interaction.description))


def _pointers(data: bytes) -> dict[tuple[str, Json], str]:
    """Give where interactions stand in a file, by key and by description, the first of several."""
    try:
        tree = read_json(data)
    except JsonSyntaxError:
        return {}
    if not isinstance(tree, dict):
        return {}
    found: dict[tuple[str, Json], str] = {}
    own = tree.get("metadata", {}).get("contractkit", {}) if isinstance(tree.get("metadata"), dict) else {}
    groups = {
        "/interactions": tree.get("interactions"),
        "/messages": tree.get("messages"),
        "/metadata/contractkit/interactions": own.get("interactions") if isinstance(own, dict) else None,
    }
    for prefix, group in groups.items():
        for index, each in enumerate(group if isinstance(group, list) else ()):
            for name in ("key", "description"):
                if isinstance(each, dict) and isinstance(each.get(name), str):
                    found.setdefault((name, each[name]), f"{prefix}/{index}")
    return found

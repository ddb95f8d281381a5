"""What lint found in files, as text, as JSON and as annotations of a GitHub workflow."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from contractkit.exact_json import Json, dump_shown
from contractkit.explain.terminal import join_lines
from contractkit.model import Interaction
from contractkit.review.findings import Finding, Level

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LintedFile:
    """One file with what was found in it. `lines` gives, by finding, the line in the file, where it is known."""

    name: str
    findings: tuple[Finding, ...]
    lines: tuple[int | None, ...] = field(default=())


def count_of(files: Sequence[LintedFile], level: Level) -> int:
    """Give how many findings of a level there are in some files."""
    return sum(each.lint.level is level for file in files for each in file.findings)


def lint_as_text(files: Sequence[LintedFile]) -> str:
    """Give findings by file and interaction, what is to be done about each below it, and the counts."""
    blocks = [join_lines(_file_rows(file)) for file in files if file.findings]
    return "\n\n".join([*blocks, _counts(files)])


def lint_as_json(files: Sequence[LintedFile]) -> str:
    """Give findings as JSON; the manual lists the members."""
    return dump_shown(
        {
            "schema_version": SCHEMA_VERSION,
            "errors": count_of(files, Level.ERROR),
            "warnings": count_of(files, Level.WARNING),
            "files": [{"file": each.name, "findings": list(map(_document, each.findings))} for each in files],
        }
    )


def lint_as_github(files: Sequence[LintedFile]) -> str:
    """Give an annotation per finding in the form that GitHub shows beside the lines of a pull request."""
    rows = [
        _annotation(file.name, finding, line)
        for file in files
        for finding, line in zip(file.findings, file.lines or (None,) * len(file.findings), strict=True)
    ]
    return join_lines([*rows, _counts(files)])


def _file_rows(file: LintedFile) -> Iterator[str]:
    yield file.name
    shown: Interaction | None = None
    for each in file.findings:
        interaction = each.remark.interaction
        if interaction is not None and interaction is not shown:
            yield ""
            yield f"  {interaction.description or interaction.key}"
        shown = interaction
        indent = "  " if interaction is None else "    "
        yield f"{indent}{each.lint.level.value}  {each.lint.id}  {_place(each)}".rstrip()
        yield f"{indent}  {each.remark.why}"
        if each.remark.edit:
            yield f"{indent}  -> {each.remark.edit}"


def _counts(files: Sequence[LintedFile]) -> str:
    errors, warnings = count_of(files, Level.ERROR), count_of(files, Level.WARNING)
    return f"{_counted(len(files), 'file')}: {_counted(errors, 'error')}, {_counted(warnings, 'warning')}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _place(finding: Finding) -> str:
    return str(finding.remark.location) if finding.remark.location is not None else finding.pointer or ""


def _document(finding: Finding) -> Json:
    remark, interaction = finding.remark, finding.remark.interaction
    named = None if interaction is None else {"key": interaction.key, "description": interaction.description}
    return {
        "rule": finding.lint.id,
        "level": finding.lint.level.value,
        "interaction": named,
        "location": None if remark.location is None else str(remark.location),
        "pointer": finding.pointer,
        "why": remark.why,
        "edit": remark.edit,
    }


def _annotation(name: str, finding: Finding, line: int | None) -> str:
    remark = finding.remark
    properties = {"file": name, **({} if line is None else {"line": str(line)}), "title": finding.lint.id}
    listed = ",".join(f"{key}={_escaped(value, is_property=True)}" for key, value in properties.items())
    named = [remark.interaction.description] if remark.interaction is not None else []
    sentence = f"{': '.join([*named, _place(finding)])} {remark.why}"
    return f"::{finding.lint.level.value} {listed}::{_escaped(f'{sentence.strip()}; {remark.edit}')}"


def _escaped(text: str, *, is_property: bool = False) -> str:
    """Give a text as workflow commands take it: what ends a line, a property or a command is spelled out."""
    found = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return found.replace(":", "%3A").replace(",", "%2C") if is_property else found

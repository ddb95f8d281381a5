"""`contractkit doctor`: looks a project over, and says of each finding what to do."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from contractkit.cli.brokers import show
from contractkit.cli.checkup import CHECKS, Check, Project
from contractkit.cli.findings import Finding, Level, finding_of
from contractkit.cli.verbs import Verb
from contractkit.errors import ContractkitError, NothingToCheckError
from contractkit.settings import load_settings


@click.command(cls=Verb)
@click.option("--offline", is_flag=True, help="Ask neither the broker nor the places that definitions come from.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def doctor(offline: bool, output: str) -> int:
    """Look over this project: settings, plugin, definitions, contracts, git, services and the broker.

    Exit codes: 0 no problem (warnings may be), 1 a problem, 2 the settings cannot be used, 3 nothing is set up here,
    4 all problems are of the network.
    """
    settings = load_settings(Path.cwd())
    if not settings.providers and not settings.provides:
        raise NothingToCheckError(
            "Nothing is set up here.",
            details=[("file", settings.origin)],
            next_step="contractkit init DEFINITION sets a project up for the definition of a service that it calls.",
        )
    project = Project(settings, asks=not offline)
    found = [(name, finding) for name, check in CHECKS for finding in _findings(check, project)]
    show("\n".join(line for name, finding in found for line in _lines(name, finding)), _document(found), output)
    problems = [finding for _, finding in found if finding.level is Level.PROBLEM]
    click.echo(_counted(found), err=True)
    return min((each.code for each in problems), default=0)


def _findings(check: Check, project: Project) -> Iterator[Finding]:
    """Give what a check finds; what keeps it from looking is a finding, too."""
    try:
        yield from check(project)
    except ContractkitError as error:
        yield finding_of("", error)


def _lines(name: str, finding: Finding) -> list[str]:
    first = f"{finding.level.value:9}{name:13}{finding.sentence}"
    return [first, *(f"{'':22}{line}" for line in finding.next_step.splitlines() if line)]


def _document(found: Sequence[tuple[str, Finding]]) -> dict[str, object]:
    return {
        "findings": [
            {"check": name, "level": each.level.value, "sentence": each.sentence, "nextStep": each.next_step}
            for name, each in found
        ]
    }


def _counted(found: Sequence[tuple[str, Finding]]) -> str:
    counts = {level: sum(each.level is level for _, each in found) for level in Level}
    problems, warnings = counts[Level.PROBLEM], counts[Level.WARNING]
    if not problems and not warnings:
        return "All is well."
    words = [
        f"{count} {word}{'' if count == 1 else 's'}"
        for count, word in ((problems, "problem"), (warnings, "warning"))
        if count
    ]
    return f"{', '.join(words)}."

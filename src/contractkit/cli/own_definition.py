"""The provider's own definition in a verification: what of it contracts depend on, and what answers drift from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from contractkit.cli.providers import AskedProvider, definition_path
from contractkit.definitions.interface import AnyDefinition
from contractkit.errors import ContractkitError, SettingsError
from contractkit.explain.verification_drift import count_drift
from contractkit.results import ContractResult
from contractkit.settings import ServiceSettings, Settings
from contractkit.verification.drift import DriftCheck
from contractkit.verification.verifier import SelectedContract


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOfDefinition:
    """What the command line asks of the provider's own definition.

    `drift` is None where nothing was said: answers are then checked where a definition is known.
    """

    drift: bool | None = None
    fail_on_drift: bool = False
    coverage: bool = False
    coverage_report: Path | None = None

    @property
    def needs_definition(self) -> str:
        """Give the option that cannot do without a definition, or nothing."""
        asked = {
            "--drift": bool(self.drift),
            "--fail-on-drift": self.fail_on_drift,
            "--coverage": self.coverage,
            "--coverage-report": self.coverage_report is not None,
        }
        return next((option for option, is_asked in asked.items() if is_asked), "")


class OwnDefinition:
    """The provider's own definition, read once where anything is asked of it."""

    def __init__(
        self, settings: Settings, service: ServiceSettings, asked: AskedProvider, wish: AskedOfDefinition
    ) -> None:
        """Read the definition where it is needed.

        Raises:
            SettingsError: It is needed, and nobody names it.
            ContractkitError: It is needed, and cannot be read; where it is not, that is a warning.
        """
        self._wish = wish
        self._provider = asked.name
        self._definition = _read(settings, service, asked, wish)

    @property
    def drift(self) -> DriftCheck | None:
        """Give what checks answers, None where none is to."""
        is_wanted = self._wish.drift is not False or self._wish.fail_on_drift
        checks = hasattr(self._definition, "check_response") and hasattr(self._definition, "route")
        return DriftCheck(self._definition) if is_wanted and checks else None  # type: ignore[arg-type]  # seen above

    def tell_coverage(self, selected: Sequence[SelectedContract], *, err: bool) -> None:
        """Say what of the definition the contracts depend on, where that is asked."""
        wish, definition = self._wish, self._definition
        if definition is None or not (wish.coverage or wish.coverage_report):
            return
        from contractkit.cli.coverage import coverage_as_text, write_coverage  # few ask, and it loads
        from contractkit.conformance.coverage import coverage_of  # what reads schemas

        coverage = coverage_of(definition, [each.contract for each in selected])
        if wish.coverage:
            click.echo(f"\n{coverage_as_text(coverage)}", err=err)
        if wish.coverage_report is not None:
            write_coverage(coverage, self._provider, wish.coverage_report)

    def is_broken_by(self, results: Sequence[ContractResult]) -> bool:
        """Say whether answers drifted, and that is to fail."""
        return self._wish.fail_on_drift and count_drift(results) > 0


def _read(
    settings: Settings, service: ServiceSettings, asked: AskedProvider, wish: AskedOfDefinition
) -> AnyDefinition | None:
    place, needed = definition_path(settings, service, asked), wish.needs_definition
    if place is None and needed:
        raise SettingsError(
            f"{needed} needs the definition of {asked.name}.",
            next_step=f"Give --definition PATH, or set definition in [tool.contractkit.provides.{asked.name}].",
        )
    if place is None or (not needed and wish.drift is False):
        return None
    from contractkit.sources.loading import load_definition  # slow to import

    try:
        return load_definition(place).definition
    except ContractkitError as error:
        if needed:
            raise
        click.echo(f"Answers are not checked against {place.name}: {error.explanation.summary}", err=True)
        return None

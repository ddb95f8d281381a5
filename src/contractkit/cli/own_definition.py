"""The provider's own definition in a verification: what of it contracts depend on, and what answers drift from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from contractkit.cli.providers import AskedProvider, definition_path
from contractkit.definitions.interface import AnyDefinition
from contractkit.errors import ContractkitError, SettingsError
from contractkit.explain.verification_drift import count_drift
from contractkit.results import ContractResult
from contractkit.settings import ServiceSettings, Settings
from contractkit.verification.drift import CheckedDefinition, DriftCheck
from contractkit.verification.verifier import SelectedContract

if TYPE_CHECKING:
    from contractkit.definitions.messages import MessageDefinition


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
        found = _read(settings, service, asked, wish)
        has_messages_alone = getattr(found, "kind", "") == "messages"
        self._definition = None if has_messages_alone else cast("AnyDefinition | None", found)
        self._messages = (
            cast("MessageDefinition", found) if has_messages_alone else _read_messages(settings, service, wish)
        )

    @property
    def drift(self) -> DriftCheck | None:
        """Give what checks answers, None where none is to."""
        is_wanted = self._wish.drift is not False or self._wish.fail_on_drift
        checks = hasattr(self._definition, "check_response") and hasattr(self._definition, "route")
        definition = cast("CheckedDefinition", self._definition) if checks else None
        if not is_wanted or (definition is None and self._messages is None):
            return None
        return DriftCheck(definition, self._messages)

    def tell_coverage(self, selected: Sequence[SelectedContract], *, err: bool) -> None:
        """Say what of the definition the contracts depend on, where that is asked."""
        wish, definition = self._wish, self._definition
        if not (wish.coverage or wish.coverage_report):
            return
        if definition is None:
            click.echo(
                f"Coverage is of calls; of messages: contractkit usage {self._provider} --definition PATH", err=True
            )
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
) -> "AnyDefinition | MessageDefinition | None":
    place, needed = definition_path(settings, service, asked), wish.needs_definition
    if place is None and needed and not service.message_definition:
        raise SettingsError(
            f"{needed} needs the definition of {asked.name}.",
            next_step=f"Give --definition PATH, or set definition in [tool.contractkit.provides.{asked.name}].",
        )
    return _loaded(place, wish)


def _read_messages(settings: Settings, service: ServiceSettings, wish: AskedOfDefinition) -> "MessageDefinition | None":
    place = settings.path(service.message_definition) if service.message_definition else None
    found = _loaded(place, wish)
    if found is None or found.kind == "messages":
        return cast("MessageDefinition | None", found)
    raise SettingsError(
        "What message_definition names defines no messages.",
        details=[("file", str(place)), ("expected", "JSON Schemas or AsyncAPI"), ("received", found.kind)],
        next_step="Name it as definition, or --definition.",
    )


def _loaded(place: Path | None, wish: AskedOfDefinition) -> "AnyDefinition | MessageDefinition | None":
    if place is None or (not wish.needs_definition and wish.drift is False):
        return None
    from contractkit.sources.loading import load_definition  # slow to import
    from contractkit.sources.messages import defines_messages, load_messages

    try:
        if defines_messages(place, root=place.parent):
            return load_messages(place, root=place.parent)
        return load_definition(place).definition
    except ContractkitError as error:
        if wish.needs_definition:
            raise
        click.echo(f"Answers are not checked against {place.name}: {error.explanation.summary}", err=True)
        return None

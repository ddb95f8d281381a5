"""What is written of provider states: their catalogue to a file and to the broker, skeletons of those that lack."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from contractkit.broker_client import Build
from contractkit.cli.brokers import connect
from contractkit.document.state_catalogue import dump_state_catalogue
from contractkit.errors import BrokerRefusedError, UsageError
from contractkit.explain.states import skeletons_of
from contractkit.model import DerivedState, ProviderState
from contractkit.results import ContractResult, InteractionResult, Outcome
from contractkit.settings import Settings
from contractkit.verification.catalogue import catalogue_of
from contractkit.verification.preparation import States
from contractkit.verification.states import StateHandlers

_DEFAULT = "provider_states.py"
_IMPORT = "from contractkit import provider_state\n"
_KEEPS_NONE = (404, 405, 501)
"""The statuses with which a broker that is not ours answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateFiles:
    """Whether skeletons are written, and the file or module of the handlers as it was given, None where none was."""

    skeletons: bool
    place: str | None


def write_catalogue(provider: str, states: States, file: Path | None) -> None:
    """Write the catalogue of a provider's handlers to a file, where one was asked for.

    Raises:
        UsageError: The handlers are behind a URL, there are none, or the file cannot be written.
    """
    if file is None:
        return
    if not isinstance(states, StateHandlers):
        raise UsageError(
            "A state URL does not say which states it prepares, so there is no catalogue to write.",
            next_step="Give --states in its place, or leave --write-state-catalogue out.",
        )
    catalogue = catalogue_of(provider, states)
    if not catalogue.states:
        raise UsageError(
            f"Nothing says where the provider states of {provider} are, so there is no catalogue to write.",
            next_step=f"Give --states, or set states in [tool.contractkit.provides.{provider}].",
        )
    _written(file, dump_state_catalogue(catalogue), "The catalogue of provider states")
    click.echo(f"{file}: {len(catalogue.states)} provider states of {provider}.", err=True)


def publish_catalogue(settings: Settings, build: Build, states: States, *, is_dry_run: bool) -> None:
    """Send the catalogue of a provider's handlers to the broker with its version; one that keeps none is not asked to.

    Raises:
        BrokerError: The broker is lost, or refuses.
    """
    if not isinstance(states, StateHandlers) or not (catalogue := catalogue_of(build.application, states)).states:
        return
    count = f"{len(catalogue.states)} provider states"
    if is_dry_run:
        click.echo(f"The catalogue of {count} of {build.application} {build.version} would be published.", err=True)
        return
    with connect(settings) as broker:
        try:
            broker.resources.publish_state_catalogue(build.version, catalogue)
        except BrokerRefusedError as error:
            if error.status not in _KEEPS_NONE:
                raise
            return
    click.echo(f"published the catalogue of {count} of {build.application} {build.version}", err=True)


def check_skeletons(settings: Settings, states: States, asked: StateFiles) -> None:
    """Check, before anything is replayed, that skeletons can be written where they are wanted.

    Raises:
        UsageError: The states are behind a URL, or a module.
    """
    if not asked.skeletons:
        return
    if not isinstance(states, StateHandlers):
        raise UsageError(
            "A state URL takes no skeletons.",
            next_step="Give --states in its place, or leave --write-state-skeletons out.",
        )
    skeleton_file(settings, asked.place)


def write_skeletons(settings: Settings, results: Sequence[ContractResult], states: States, asked: StateFiles) -> None:
    """Add handlers for the states that lack one to the file of provider states, where that was asked for.

    They raise until somebody fills them in, so that nothing passes for want of a state.

    Raises:
        UsageError: The states are a module elsewhere, or the file cannot be written.
    """
    if not asked.skeletons:
        return
    lacking = [state for each in results for one in each.results for state in _lacking(one, states)]
    if not lacking:
        click.echo("No provider state lacks a handler.", err=True)
        return
    file = skeleton_file(settings, asked.place)
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    skeletons = skeletons_of(lacking, taken=_bound_names(text))
    added = "\n\n\n".join(skeletons)
    head = "" if "provider_state" in _bound_names(text) else _IMPORT
    parts = [part for part in (text.rstrip("\n"), head.rstrip("\n"), added) if part]
    _written(file, ("\n\n\n".join(parts) + "\n").encode(), "The file of provider states")
    count = f"{len(skeletons)} skeleton{'' if len(skeletons) == 1 else 's'}"
    said = f"{file}: added {count}. Until somebody fills them in, they raise."
    unset = f'\nSet states = "{_DEFAULT}" in [tool.contractkit.provides.NAME].' if asked.place is None else ""
    click.echo(f"{said}{unset}", err=True)


def is_yet_to_be_written(settings: Settings, place: str) -> bool:
    """Say whether a file of provider states is not there, so that skeletons will be all that is in it."""
    return place.endswith(".py") and not settings.path(place).exists()


def skeleton_file(settings: Settings, place: str | None) -> Path:
    """Give the file that skeletons are added to.

    Raises:
        UsageError: The states are a module, whose file is not known to be the project's own.
    """
    if place is None:
        return settings.path(_DEFAULT)
    if place.endswith(".py"):
        return settings.path(place)
    raise UsageError(
        "Skeletons are written to a file, and the provider states are named as a module.",
        details=[("states", place)],
        next_step="Name their file: --states path/to/provider_states.py.",
    )


def _lacking(result: InteractionResult, states: States) -> tuple[ProviderState | DerivedState, ...]:
    """Give the states that no handler prepared and that were missed: named ones, and a derived one that failed."""
    if result.reason == "needs a state":
        return tuple(each for each in result.interaction.states if states.find(each) is None)
    derived = result.interaction.derived_state
    is_missed = result.unprepared and result.outcome is Outcome.FAILED
    return (derived,) if is_missed and derived is not None else ()


def _bound_names(text: str) -> frozenset[str]:
    """Give the names that a module's own code binds; none where it is no Python."""
    try:
        body = ast.parse(text).body
    except SyntaxError:
        return frozenset()
    names: set[str] = set()
    for each in body:
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(each.name)
        elif isinstance(each, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in each.names}
    return frozenset(names)


def _written(file: Path, data: bytes, what: str) -> None:
    try:
        file.write_bytes(data)
    except OSError as error:
        raise UsageError(
            f"{what} cannot be written.", details=[("file", str(file)), ("reason", error.strerror or str(error))]
        ) from None

"""Brokers: the client for the broker that the settings name."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from contractkit.exact_json import Json, dump_shown
from contractkit.explain.terminal import unsteered
from contractkit.locking import brokers
from contractkit.locking.brokers import address_of, known_address
from contractkit.settings import Settings, load_settings

if TYPE_CHECKING:
    from contractkit.broker_client import BrokerClient

__all__ = ["address_of", "asks_broker", "connect", "known_address", "open_set_broker", "show"]

_Command = TypeVar("_Command", bound=Callable[..., Any])


def asks_broker(command: _Command) -> _Command:
    """Give a command the options of every verb that asks a broker: `--broker` and `--format`, passed as `output`."""
    formats = click.Choice(["text", "json"])
    with_format = click.option("--format", "output", type=formats, default="text", show_default=True)(command)
    return click.option("--broker", help="The broker's URL.")(with_format)


def open_set_broker(broker: str | None) -> "BrokerClient":
    """Give a client of the broker that an option names, else of the one in the settings or the environment."""
    return connect(load_settings(Path.cwd(), overrides={"broker": broker}))


def show(text: str, document: dict[str, Json], output: str) -> None:
    """Print a result as text, or as a JSON document with the version of its form.

    What a broker says in names may be anybody's: no terminal is steered by it.
    """
    is_json = output == "json"
    click.echo(dump_shown({"schema_version": 1, **document}).rstrip() if is_json else unsteered(text))


def connect(settings: Settings) -> "BrokerClient":
    """Give a client of the broker in the settings, or of the one in the variables that Pact's tools read.

    Raises:
        SettingsError: No broker is set, or its URL cannot be used.
    """
    return brokers.connect(settings, tell=lambda sentence: click.echo(unsteered(sentence), err=True))

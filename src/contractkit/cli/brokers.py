"""Brokers: the client for the broker that the settings name."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from contractkit.broker_client import BrokerClient, open_broker, read_address, tls_context
from contractkit.errors import SettingsError
from contractkit.exact_json import Json, dump_canonical
from contractkit.settings import Settings, load_settings

_Command = TypeVar("_Command", bound=Callable[..., Any])


def asks_broker(command: _Command) -> _Command:
    """Give a command the options of every verb that asks a broker: `--broker` and `--format`, passed as `output`."""
    formats = click.Choice(["text", "json"])
    with_format = click.option("--format", "output", type=formats, default="text", show_default=True)(command)
    return click.option("--broker", help="The broker's URL.")(with_format)


def open_set_broker(broker: str | None) -> BrokerClient:
    """Give a client of the broker that an option names, else of the one in the settings or the environment."""
    return connect(load_settings(Path.cwd(), overrides={"broker": broker}))


def show(text: str, document: dict[str, Json], output: str) -> None:
    """Print a result as text, or as a JSON document with the version of its form."""
    click.echo(dump_canonical({"schema_version": 1, **document}).decode().rstrip() if output == "json" else text)


def address_of(settings: Settings) -> str | None:
    """Give the address of the broker in the settings, or in the variable that Pact's tools read, or None."""
    return settings.broker or os.environ.get("PACT_BROKER_BASE_URL")


def connect(settings: Settings) -> BrokerClient:
    """Give a client of the broker in the settings, or of the one in the variables that Pact's tools read.

    Raises:
        SettingsError: No broker is set, or its URL cannot be used.
    """
    url = address_of(settings)
    if not url:
        raise SettingsError(
            "No broker is set.",
            next_step="Give --broker URL, set CONTRACTKIT_BROKER, or add to pyproject.toml:\n\n"
            '[tool.contractkit]\nbroker = "https://broker.example"',
        )
    address = read_address(
        url,
        token=settings.token() or os.environ.get("PACT_BROKER_TOKEN"),
        username=os.environ.get("PACT_BROKER_USERNAME"),
        password=os.environ.get("PACT_BROKER_PASSWORD"),
    )
    files = {
        name: None if place is None else settings.path(place)
        for name, place in (
            ("ca", settings.broker_ca),
            ("certificate", settings.broker_certificate),
            ("key", settings.broker_key),
        )
    }
    return open_broker(
        address,
        timeout=settings.broker_timeout,
        tls=tls_context(**files),
        tell=lambda sentence: click.echo(sentence, err=True),
    )

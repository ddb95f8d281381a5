"""Brokers: the client for the broker that the settings name, and the definition that it has of an application."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from contractkit.errors import DefinitionError, SettingsError
from contractkit.settings import Settings

if TYPE_CHECKING:  # loaded where a broker is asked: most projects that have one ask it rarely
    from contractkit.broker_client import BrokerClient


def address_of(settings: Settings) -> str | None:
    """Give the address of the broker in the settings, or in the variable that Pact's tools read, or None."""
    return settings.broker or os.environ.get("PACT_BROKER_BASE_URL")


def connect(settings: Settings, *, tell: Callable[[str], None] = lambda _sentence: None) -> "BrokerClient":
    """Give a client of the broker in the settings, or of the one in the variables that Pact's tools read.

    Args:
        settings: Where it is, and who we are to it.
        tell: Is given a sentence where there is a wait before another try.

    Raises:
        SettingsError: No broker is set, or its URL cannot be used.
    """
    from contractkit.broker_client import open_broker, read_address, tls_context

    address = read_address(
        known_address(settings),
        token=settings.token() or os.environ.get("PACT_BROKER_TOKEN"),
        username=os.environ.get("PACT_BROKER_USERNAME"),
        password=os.environ.get("PACT_BROKER_PASSWORD"),
    )
    places = (settings.broker_ca, settings.broker_certificate, settings.broker_key)
    ca, certificate, key = (None if place is None else settings.path(place) for place in places)
    tls = tls_context(ca=ca, certificate=certificate, key=key)
    return open_broker(address, timeout=settings.broker_timeout, tls=tls, tell=tell)


def known_address(settings: Settings) -> str:
    """Give the address of the broker to ask.

    Raises:
        SettingsError: No broker is set.
    """
    url = address_of(settings)
    if not url:
        raise SettingsError(
            "No broker is set.",
            next_step="Give --broker URL, set CONTRACTKIT_BROKER, or add to pyproject.toml:\n\n"
            '[tool.contractkit]\nbroker = "https://broker.example"',
        )
    return url


def definition_of_broker(settings: Settings, location: str) -> bytes:
    """Give the bytes of a definition that the broker has.

    Args:
        settings: Which broker.
        location: `broker:NAME@WHERE`, where WHERE is an environment or else a branch; `broker:NAME` is the head of
            the main branch, or the newest version where there is none.

    Raises:
        DefinitionError: The location is of another form, or the broker has no definition there.
        UnknownNameError: It knows no such application, environment or branch; the nearest are suggested.
        SettingsError: No broker is set.
        BrokerError: It cannot be reached.
    """
    from contractkit.locking.published import definition_at, definition_in
    from contractkit.sources.places import BROKER  # who only asks the broker needs no reader of definitions

    name, at, where = location.removeprefix(BROKER).partition("@")
    if not name or (at and not where):
        raise DefinitionError(
            f"Not a definition of the broker: {location}",
            next_step="The form is broker:NAME, broker:NAME@ENVIRONMENT or broker:NAME@BRANCH.",
        )
    if not address_of(settings):
        raise SettingsError(
            f"No broker is set, so {location} cannot be asked for.",
            next_step="Set CONTRACTKIT_BROKER, or add to pyproject.toml:\n\n[tool.contractkit]\n"
            'broker = "https://broker.example"',
        )
    with connect(settings) as client:
        found = definition_at(client, name, where) if where else definition_in(client, name, None)
    return found.data

"""Brokers: the client for the broker that the settings name."""

import os

from contractkit.broker_client import BrokerClient, open_broker, read_address
from contractkit.errors import SettingsError
from contractkit.settings import Settings


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
    return open_broker(address)

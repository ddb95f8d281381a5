"""The broker client: publishing, fetching, results and decisions over HTTP, with our broker or a Pact Broker."""

import ssl
from collections.abc import Callable

from contractkit.broker_client.address import BrokerAddress, read_address
from contractkit.broker_client.certificates import tls_context
from contractkit.broker_client.client import DEFAULT_SELECTORS, MOST_ROWS, BrokerClient
from contractkit.broker_client.connection import Connection
from contractkit.broker_client.outcome_records import (
    InteractionHistory,
    InteractionOutcome,
    OwedContract,
    OwedInteraction,
    PastOutcome,
)
from contractkit.broker_client.records import (
    Application,
    Branch,
    Build,
    ConsumerVersion,
    Contact,
    ContractToVerify,
    ContractUpload,
    DeploymentAnswer,
    Environment,
    InteractionVerdict,
    MatrixEntry,
    Notice,
    Occupancy,
    Publication,
    StoredContract,
    StoredDefinition,
    UsedPlace,
)


def open_broker(
    address: BrokerAddress,
    *,
    timeout: float = 30.0,
    tls: ssl.SSLContext | None = None,
    tell: Callable[[str], None] = lambda _sentence: None,
) -> BrokerClient:
    """Give a client of the broker at an address, to be used as a context manager.

    Args:
        address: Where it is, and who we are to it.
        timeout: Seconds for each step of a request: to connect, to send, to wait for bytes.
        tls: Whom to trust and which certificate to show; the environment's authorities where None.
        tell: Is given a sentence where there is a wait before another try.

    Raises:
        SettingsError: Variables that say how brokers are reached, such as `HTTPS_PROXY`, cannot be used.
    """
    return BrokerClient(Connection(address, timeout=timeout, tls=tls, tell=tell))


__all__ = [
    "DEFAULT_SELECTORS",
    "MOST_ROWS",
    "Application",
    "Branch",
    "BrokerAddress",
    "BrokerClient",
    "Build",
    "Connection",
    "ConsumerVersion",
    "Contact",
    "ContractToVerify",
    "ContractUpload",
    "DeploymentAnswer",
    "Environment",
    "InteractionHistory",
    "InteractionOutcome",
    "InteractionVerdict",
    "MatrixEntry",
    "Notice",
    "Occupancy",
    "OwedContract",
    "OwedInteraction",
    "PastOutcome",
    "Publication",
    "StoredContract",
    "StoredDefinition",
    "UsedPlace",
    "open_broker",
    "read_address",
    "tls_context",
]

"""The broker client: publishing, fetching, results and decisions over HTTP, with our broker or a Pact Broker."""

from contractkit.broker_client.address import BrokerAddress, read_address
from contractkit.broker_client.client import DEFAULT_SELECTORS, BrokerClient
from contractkit.broker_client.connection import Connection
from contractkit.broker_client.records import (
    Build,
    ConsumerVersion,
    ContractToVerify,
    ContractUpload,
    DeploymentAnswer,
    Environment,
    InteractionVerdict,
    MatrixEntry,
    Notice,
    Publication,
    StoredContract,
    StoredDefinition,
)


def open_broker(address: BrokerAddress, *, timeout: float = 30.0) -> BrokerClient:
    """Give a client of the broker at an address; `timeout` is seconds per request. Use it as a context manager."""
    return BrokerClient(Connection(address, timeout=timeout))


__all__ = [
    "DEFAULT_SELECTORS",
    "BrokerAddress",
    "BrokerClient",
    "Build",
    "Connection",
    "ConsumerVersion",
    "ContractToVerify",
    "ContractUpload",
    "DeploymentAnswer",
    "Environment",
    "InteractionVerdict",
    "MatrixEntry",
    "Notice",
    "Publication",
    "StoredContract",
    "StoredDefinition",
    "open_broker",
    "read_address",
]

"""How a broker is set up: where its data is, where it is reached, and its limits."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

DEFAULT_DATABASE = "contractkit-broker.sqlite"
MEBIBYTE = 1024 * 1024


class SimilarNames(Enum):
    """What to do where an application would come to be under nearly the name of another."""

    ALLOW = "allow"
    WARN = "warn"
    REFUSE = "refuse"  # as the Pact Broker does unless it is told otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactLimits:
    """What one impact analysis may take: seconds of wall time, and bytes of memory."""

    seconds: float = 120.0
    memory: int = 2048 * MEBIBYTE


def utc_now() -> str:
    """Give the time as an ISO 8601 text in UTC with microseconds, the form the store keeps."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def random_uuid() -> str:
    """Give a new random uuid."""
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSettings:
    """Everything that can be set.

    Attributes:
        database: A file path, `sqlite:///PATH` or `postgresql://…`.
        public_url: Where clients reach the broker, path included; taken from each request where None.
        body_limit: The largest request body in bytes; a larger one is refused with 413.
        pact_has_protobuf_plugin: The Pact verifiers that come have Pact's protobuf plugin, so they get calls over gRPC.
        similar_names: What happens to contracts of an application that is new and has nearly the name of another.
        threads: How many requests are worked on at once.
        impact: The limits of one impact analysis.
        clock: Gives the time that is stored.
        new_id: Gives the uuids of environments, deployments, releases and jobs.
    """

    database: str = DEFAULT_DATABASE
    public_url: str | None = None
    body_limit: int = 20 * MEBIBYTE
    pact_has_protobuf_plugin: bool = False
    similar_names: SimilarNames = SimilarNames.WARN
    threads: int = 4
    impact: ImpactLimits = ImpactLimits()
    clock: Callable[[], str] = utc_now
    new_id: Callable[[], str] = random_uuid

"""Records: what a broker's history consists of, on both sides of an import. Times are as the broker wrote them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from contractkit.exact_json import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much of a history is wanted.

    Attributes:
        newest: Of each application so many of its newest versions, beside the heads of its branches and what is
            deployed or released; every version where None.
        is_dry_run: Everything is read, nothing is written.
        readers: How many contracts are fetched at once.
    """

    newest: int | None = None
    is_dry_run: bool = False
    readers: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PastApplication:
    """An application; `said` holds what is known of it by the API's names (`mainBranch`, `repositoryUrl`, …)."""

    name: str
    said: Mapping[str, str] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    created_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastMembership:
    """A version's place on a branch; `is_head` says that the branch ends there."""

    branch: str
    is_head: bool = False
    created_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastVersion:
    """A version with its branches and tags."""

    number: str
    created_at: str = ""
    build_url: str = ""
    memberships: tuple[PastMembership, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def branches(self) -> frozenset[str]:
        """Give the names of its branches."""
        return frozenset(each.branch for each in self.memberships)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Pair:
    """Who calls whom."""

    consumer: str
    provider: str

    def __str__(self) -> str:
        return f"{self.consumer} with {self.provider}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PastContract:
    """A contract as a broker handed it out: its bytes, and where the exact file is, in a broker of ours."""

    data: bytes
    content: str
    results_url: str
    file_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastResult:
    """One row of the matrix that has a result: who verified, when, and where the whole result is.

    `content` is how the broker names the contract's content, empty where it does not say.
    """

    provider_version: str
    success: bool
    verified_at: str
    url: str
    content: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastOccupancy:
    """A version that is in an environment now. `kind` is `deployment` or `release`."""

    kind: str
    environment: str
    application: str
    version: str
    instance: str = ""
    since: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEnvironment:
    """An environment; `form` is what it is created with."""

    uuid: str
    name: str
    is_production: bool
    form: Mapping[str, Json] = field(default_factory=dict)
    created_at: str = ""


def newest_last(versions: Sequence[PastVersion]) -> tuple[PastVersion, ...]:
    """Give versions, listed newest first, in the order they became known; where times are equal, as listed."""
    oldest_first = versions[::-1]
    return tuple(sorted(oldest_first, key=lambda each: instant(each.created_at)))


def instant(text: str) -> str:
    """Give a time in the form in which texts compare as times do; one that cannot be read stays as it is."""
    try:
        said = datetime.fromisoformat(text)
    except ValueError:
        return text
    said = said if said.tzinfo else said.replace(tzinfo=UTC)
    return said.astimezone(UTC).isoformat(timespec="microseconds")

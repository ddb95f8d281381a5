"""What the store gives: frozen records, never rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from contractkit.exact_json import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A service that publishes contracts, is called by others, or both."""

    id: int
    name: str
    display_name: str | None
    repository_url: str | None
    main_branch: str | None
    created_at: str
    repository_name: str | None = None
    repository_namespace: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of an application. Versions are ordered by `id`, the order in which they became known."""

    id: int
    application_id: int
    application: str
    number: str
    build_url: str | None
    created_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A branch of an application; `head` is the version added to it last."""

    id: int
    application: str
    name: str
    created_at: str
    head: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchMembership:
    """A version stands on a branch; `is_head` says that it is the newest there."""

    version_id: int
    branch: str
    is_head: bool
    created_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """A place where applications run."""

    id: int
    uuid: str
    name: str
    display_name: str
    production: bool
    contacts: tuple[Json, ...]
    created_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Occupancy:
    """A version that is or was in an environment: deployed (`kind` `deployment`) or released (`release`).

    `instance` is empty where none was named; `ended_at` is None while it is current.
    """

    kind: str
    uuid: str
    environment: Environment
    version: Version
    instance: str
    started_at: str
    ended_at: str | None


class Place(NamedTuple):
    """Where a version is now, and since when. A tuple, since a decision shows hundreds."""

    version_id: int
    uuid: str
    name: str
    display_name: str
    production: bool
    started_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A contract as one consumer version published it. `content` is the store's id of its content."""

    content: int
    content_id: str
    file_digest: str
    consumer: str
    provider: str
    provider_id: int
    version: Version
    created_at: str

    @property
    def sha(self) -> str:
        """Give the digest of the content without its algorithm, as it stands in paths."""
        return self.content_id.partition(":")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a contract says, within one pair; results hang on it. `file_digest` is the newest file that says it."""

    id: int
    content_id: str
    consumer: str
    provider: str
    consumer_id: int
    provider_id: int
    file_digest: str
    created_at: str

    @property
    def sha(self) -> str:
        """Give the digest without its algorithm, as it stands in paths."""
        return self.content_id.partition(":")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionOutcome:
    """What one interaction's replay gave; mismatches and errors are in Pact's form."""

    interaction_id: str
    success: bool
    mismatches: tuple[Mapping[str, Json], ...] = ()
    errors: tuple[Mapping[str, Json], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefVerification:
    """What one published verification of a content by a provider version came to, without what it says in detail."""

    id: int
    content: int
    provider_version: Version
    success: bool
    verified_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification(BriefVerification):
    """One published verification; `left_out` counts what was not replayed."""

    build_url: str | None
    verified_by: Mapping[str, Json]
    test_results: tuple[Json, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The current verdict of a provider version on a content: its newest verification."""

    content: int
    provider_version_id: int
    verification_id: int
    success: bool
    verified_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDefinition:
    """A definition as it was uploaded for a version."""

    version: Version
    digest: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactJob:
    """An impact analysis: `queued`, `running`, `done` with a report, or `failed` with a problem in words.

    It is read with its `report`, for programs, or with what is `told`, the same in words; an earlier release told none.
    `exemptions` is the text of the file that was sent along.
    """

    uuid: str
    state: str
    provider: str
    provider_id: int
    old_digest: str
    new_digest: str
    against: Mapping[str, Json]
    report: Json
    problem: str | None
    created_at: str
    told: Json = None
    exemptions: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Something that was changed after the fact, and by how much."""

    at: str
    event: str
    application: str
    version: str
    details: Mapping[str, Json]

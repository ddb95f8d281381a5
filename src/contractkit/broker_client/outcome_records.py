"""What a broker knows of single interactions: outcomes, their history, and what a provider version owes."""

from collections.abc import Mapping
from dataclasses import dataclass

from contractkit.exact_json import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionOutcome:
    """What one verification said of an interaction; `passed` is None where it said nothing.

    `mismatches` and `errors` are in Pact's form, with `description` or `message`. `description` and `operation` are
    empty where the broker does not know them.
    """

    interaction_id: str
    description: str
    operation: str
    passed: bool | None
    mismatches: tuple[Mapping[str, Json], ...] = ()
    errors: tuple[Mapping[str, Json], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PastOutcome:
    """What a verification by one provider version said of an interaction, and the page that shows it."""

    passed: bool
    provider_version: str
    branches: tuple[str, ...]
    verified_at: str
    mismatches: tuple[Mapping[str, Json], ...] = ()
    errors: tuple[Mapping[str, Json], ...] = ()
    page_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionHistory:
    """How one interaction fared, the newest outcome first.

    Attributes:
        interaction_id: Its id, as results name it.
        description: Its description, empty where the broker does not know it any more.
        operation: The operation that it calls, empty likewise.
        outcomes: Those that were looked at and asked for.
        flaky_versions: Provider versions that kept it in one verification and broke it in another.
        is_whole: Whether there are no older outcomes than those looked at.
    """

    interaction_id: str
    description: str
    operation: str
    outcomes: tuple[PastOutcome, ...]
    flaky_versions: tuple[str, ...] = ()
    is_whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedInteraction:
    """An interaction that a provider version failed (`failed`), or that no result of it speaks of."""

    interaction_id: str
    description: str
    operation: str
    failed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedContract:
    """A contract without a whole success of a provider version.

    Attributes:
        consumer: Whose contract.
        consumer_versions: Which of its versions, of those that count, say it.
        content_id: The digest of what it says.
        reason: `failed`, `in part` or `never verified`.
        interactions: Those that failed or were not replayed, in the order of the file.
        file_url: Where its exact bytes are.
        results_url: Where results for it are published.
        page_url: The page that shows the last result, empty where there is none.
    """

    consumer: str
    consumer_versions: tuple[str, ...]
    content_id: str
    reason: str
    interactions: tuple[OwedInteraction, ...]
    file_url: str
    results_url: str
    page_url: str = ""

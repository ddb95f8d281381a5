"""What a broker told us, as records."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from contractkit.exact_json import Json
from contractkit.model import Interaction


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractUpload:
    """A contract file to publish: its two parties as the file names them, and its exact bytes."""

    consumer: str
    provider: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """Which build of an application speaks: its version, and the branch and page of the build where known."""

    application: str
    version: str
    branch: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A sentence of the broker for people. `kind` is `info`, `success`, `warning`, `prompt`, `error` or `danger`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What publishing gave: the broker's notices, and the page of each contract (provider to URL)."""

    notices: tuple[Notice, ...]
    pages: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractToVerify:
    """A contract that a broker selected for verification.

    Attributes:
        data: The contract as the broker rendered it.
        url: Where it was fetched from.
        results_url: Where results are published, or None where the broker takes none.
        pending: Its failure blocks nobody.
        notices: Why it was selected, in the broker's words.
    """

    data: bytes
    url: str
    results_url: str | None
    pending: bool = False
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionVerdict:
    """One interaction's result as it is published; `mismatches` and `error` are sentences."""

    interaction: Interaction
    interaction_id: str | None
    passed: bool
    mismatches: tuple[tuple[str, str], ...] = ()  # the part of the response, the sentence
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixEntry:
    """One row of the matrix. A `provider_version` of None says that none is in the target; `passed` of None, no result.

    `result_number` and `result_url` name the verification where the broker says; `failed` and `total` count
    interactions, 0 where it does not say.
    """

    consumer: str
    consumer_version: str
    provider: str
    provider_version: str | None
    passed: bool | None = None
    ignored: bool = False
    result_number: int = 0
    result_url: str = ""
    failed: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentAnswer:
    """A broker's answer to can-i-deploy: `deployable` is None where it is unknown; `reason` its own sentence.

    `answer` (`yes`, `no`, `unknown`), `text` and `reasons` are what our own broker says in more words, with the next
    command for each reason; empty where the broker is another. `is_cut` says that there are more rows than were
    asked for. `assumed` is how many suppositions the answer rests on.
    """

    deployable: bool | None
    reason: str
    entries: tuple[MatrixEntry, ...]
    notices: tuple[Notice, ...] = ()
    answer: str = ""
    text: str = ""
    reasons: tuple[Mapping[str, Json], ...] = ()
    is_cut: bool = False
    assumed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to ask about an environment."""

    name: str
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """A place that applications are deployed to; `uuid` is empty where it is yet to be created."""

    name: str
    is_production: bool
    uuid: str = ""
    display_name: str = ""
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An application that the broker knows; what nobody has said of it is empty."""

    name: str
    display_name: str = ""
    main_branch: str = ""
    repository_url: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A branch of an application; `head` is the version that was added to it last, empty where none is left."""

    name: str
    head: str = ""
    created_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occupancy:
    """A version in an environment: deployed, as one `instance` where several run beside each other, or released.

    Attributes:
        since: When it was recorded, as the broker writes times.
        url: Where the record is, which is also where its end is recorded.
        is_new: False where the very same had been recorded before.
    """

    application: str
    version: str
    environment: str
    url: str
    since: str = ""
    instance: str = ""
    is_new: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerVersion:
    """A version of a consumer that published a contract, and where it is."""

    number: str
    branches: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredContract:
    """A contract as it is stored: its digests, its consumer's versions, and the URL of its exact bytes."""

    consumer: str
    provider: str
    content_id: str
    file_digest: str
    consumer_versions: tuple[ConsumerVersion, ...]
    file_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDefinition:
    """A definition as it was published: its exact bytes and content type, and by which version."""

    data: bytes
    content_type: str
    url: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedPlace:
    """A location of an operation that contracts use: consumer to whether it needs it, None where that is not known."""

    operation: str
    location: str
    consumers: Mapping[str, bool | None]

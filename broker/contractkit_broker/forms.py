"""What clients send, as validated records. Unknown members are passed over, since clients of all ages send them."""

import base64
import binascii
import re
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic.alias_generators import to_camel

from contractkit.exact_json import Json, show_json
from contractkit_broker.exempting import LONGEST_FILE, checked_exemptions

LONGEST = 512
"""The most characters of a name: four bytes each, and an index of PostgreSQL takes 2,704 bytes."""

NOT_BLANK = r"^[^\x00]*[^\x00\s\x1c-\x1f\x85][^\x00]*$"
"""The pattern of a name: some character that is no blank, and none that is U+0000."""

_STEERING = r"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069"
"""Characters that end a line, steer a terminal or turn the direction of what is read: none is part of a name."""

NAME = rf"^[^{_STEERING}]*[^\s{_STEERING}][^{_STEERING}]*$"
"""The pattern of a name that is to be stored; one that an earlier release stored may still be removed."""

MOST = 1_000
"""The most entries of a list that is worked on one by one while others wait."""

DIGEST = r"^sha256:[0-9a-f]{64}$"
"""The pattern of a digest."""

DIGESTS = frozenset({"oldDigest", "newDigest"})
"""Parameters of a path that are digests."""

_MOST_PROVEN = 10_000
"""The most interactions of one proof, which are stored as one."""

_MOST_TEXT = 4_000
"""Characters of what a test said, and of names that others give."""

LONGER_PARAMETERS = frozenset({"metadata"})
"""Parameters of a path that are no name, and hold one among other things."""


_STEERS = re.compile(f"[{_STEERING}]")


def wrong_character(name: str) -> str | None:
    """Give what is wrong with a name that holds a character which no name may hold, or None."""
    found = _STEERS.search(name)
    return None if found is None else f"holds the character U+{ord(found[0]):04X}, which no name may hold"


def _checked_word(value: object) -> object:
    if isinstance(value, str) and not value.strip():
        raise ValueError("can't be blank")
    return _checked_instance(value)


def _checked_instance(value: object) -> object:
    if isinstance(value, str) and (wrong := wrong_character(value)):
        raise ValueError(wrong)
    return _checked_length(value)


_DESCRIBED = WithJsonSchema({"type": "string", "pattern": NAME, "minLength": 1, "maxLength": LONGEST})

_DESCRIBED_UNBROKEN = WithJsonSchema({"type": "string", "pattern": rf"^[^\s{_STEERING}]+$", "maxLength": LONGEST})

Word = Annotated[str, BeforeValidator(_checked_word), Field(min_length=1, max_length=LONGEST), _DESCRIBED]


def _checked_length(value: object) -> object:
    if isinstance(value, str) and len(value) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters")
    return value


Instance = Annotated[
    str,
    BeforeValidator(_checked_instance),
    WithJsonSchema({"type": "string", "pattern": f"^[^{_STEERING}]*$", "maxLength": LONGEST}),
]


class _Form(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class ContractToPublish(_Form):
    """One contract of a publication; `content` is the file in strict base64."""

    consumer_name: Word
    provider_name: Word
    specification: Literal["pact"] = "pact"
    content_type: Literal["application/json"] = "application/json"
    content: str
    on_conflict: Literal["overwrite", "merge"] | None = None

    @field_validator("content")
    @classmethod
    def _is_base64(cls, value: str) -> str:
        try:
            base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise ValueError("is not base64") from None
        return value

    @property
    def data(self) -> bytes:
        """Give the bytes of the file."""
        return base64.b64decode(self.content)


class PublishForm(_Form):
    """Everything that one build of a consumer publishes."""

    pacticipant_name: Word
    pacticipant_version_number: Word
    branch: Word | None = None
    tags: tuple[Word, ...] = Field(default=(), max_length=MOST)
    build_url: str | None = None
    contracts: tuple[ContractToPublish, ...] = Field(max_length=MOST)


class ApplicationForm(_Form):
    """What can be set of an application."""

    name: Word | None = None
    display_name: str | None = None
    repository_url: str | None = None
    repository_name: str | None = None
    repository_namespace: str | None = None
    main_branch: str | None = None


class NewApplicationForm(ApplicationForm):
    """An application that is named by the form alone."""

    name: Word


class VersionForm(_Form):
    """What can be set of a version."""

    build_url: str | None = None
    branch: Word | None = None
    tags: Annotated[tuple[Word, ...], Field(max_length=MOST)] | None = None


class EnvironmentForm(_Form):
    """An environment."""

    name: Annotated[Word, Field(pattern=r"^\S+$"), _DESCRIBED_UNBROKEN]
    display_name: str | None = None
    production: StrictBool
    contacts: tuple[dict[str, Json], ...] = ()


class DeploymentForm(_Form):
    """A deployment; `target` is the older word for the instance."""

    application_instance: Instance | None = None
    target: Instance | None = None

    @property
    def instance(self) -> str:
        """Give the application instance, empty where none was named."""
        return self.application_instance or self.target or ""


_ONLY_FALSE = WithJsonSchema({"const": False})
"""What is over does not begin again: `true` is read, and refused as impossible."""


class ReleaseForm(_Form):
    """A release; there is nothing to say of it."""


class DeploymentPatch(_Form):
    """The end of a deployment."""

    currently_deployed: Annotated[StrictBool, _ONLY_FALSE]


class ReleasePatch(_Form):
    """The end of a release's support."""

    currently_supported: Annotated[StrictBool, _ONLY_FALSE]


class Selector(_Form):
    """Which versions of the consumers a provider wants to verify."""

    main_branch: Literal[True] | None = None
    branch: Word | Literal[True] | None = None
    matching_branch: Literal[True] | None = None
    fallback_branch: Word | None = None
    tag: Word | None = None
    fallback_tag: Word | None = None
    latest: StrictBool | None = None
    consumer: Word | None = None
    deployed: Literal[True] | None = None
    released: Literal[True] | None = None
    deployed_or_released: Literal[True] | None = None
    environment: Word | None = None


class SelectionForm(_Form):
    """Which contracts a provider version wants to verify."""

    consumer_version_selectors: tuple[Selector, ...] = Field(default=(), max_length=MOST)
    provider_version_branch: str | None = None
    provider_version_tags: tuple[str, ...] = ()
    include_pending_status: StrictBool = True
    include_wip_pacts_since: str | None = None

    @field_validator("include_wip_pacts_since")
    @classmethod
    def _in_utc(cls, value: str | None) -> str | None:
        """Give the time in the form that is stored, so that texts compare as times do."""
        if not value:
            return None
        try:
            said = datetime.fromisoformat(value)
            said = said if said.tzinfo else said.replace(tzinfo=UTC)
            return said.astimezone(UTC).isoformat(timespec="microseconds")
        except (ValueError, OverflowError):
            raise ValueError(f"expected a date or time of ISO 8601, received {show_json(value, limit=60)}") from None


class ResultForm(_Form):
    """A verification's result."""

    success: StrictBool
    provider_application_version: Word
    build_url: str | None = None
    verified_by: dict[str, Json] = Field(default_factory=dict)
    test_results: tuple[dict[str, Json], ...] = ()


class AgainstForm(_Form):
    """Which contracts an impact job looks at: what is in an environment, a branch's heads, or the default."""

    environment: str | None = None
    branch: str | None = None

    @model_validator(mode="after")
    def _is_one(self) -> "AgainstForm":
        if self.environment is not None and self.branch is not None:
            raise ValueError("an environment and a branch exclude each other: leave one of them out")
        return self


class ImpactForm(_Form):
    """An impact job; the definitions are in base64, and the old one is the stored one where it is left out.

    `exemptions` is the text of a file of exemptions.
    """

    provider: Word
    definition: str
    old: str | None = None
    against: AgainstForm | None = None
    exemptions: Annotated[str, Field(max_length=LONGEST_FILE)] | None = None

    @field_validator("definition", "old")
    @classmethod
    def _is_base64(cls, value: str | None) -> str | None:
        if value == "":
            raise ValueError("is empty: expected a definition in base64")
        return value if value is None else ContractToPublish._is_base64(value)

    @field_validator("exemptions", mode="before")
    @classmethod
    def _is_file_of_exemptions(cls, value: object) -> object:
        return checked_exemptions(value.encode(), "exemptions") if isinstance(value, str) else value


def _no_truth_value(value: object) -> object:
    """Keep `true` from being the number 1; 12.0 is an integer (JSON Schema 2020-12 validation, section 6.1.1)."""
    if isinstance(value, bool):
        raise ValueError("Input should be a valid integer")
    return value


class TestProofForm(_Form):
    """How one of a consumer's tests ended on stubs of a proposed definition."""

    __test__ = False  # not a test class, whatever its name suggests to a collector

    node_id: str = Field(max_length=_MOST_TEXT)
    outcome: Literal["fails", "can fail", "passes", "fails already", "not run"]
    message: str | None = Field(default=None, max_length=_MOST_TEXT)
    file: str | None = Field(default=None, max_length=_MOST_TEXT)
    line: Annotated[int, Field(ge=0, le=10**9), BeforeValidator(_no_truth_value)] | None = None


class ProvenForm(_Form):
    """What was predicted of one interaction, and what its tests proved."""

    key: Word
    description: str = Field(max_length=_MOST_TEXT)
    operation: str = Field(max_length=_MOST_TEXT)
    predicted: Literal["broken", "at risk", "unaffected"]
    outcome: Literal["fails", "can fail", "passes", "fails already", "not run"]
    why: str | None = Field(default=None, max_length=_MOST_TEXT)
    tests: tuple[TestProofForm, ...] = Field(default=(), max_length=MOST)


class ImpactProofForm(_Form):
    """What a consumer's tests proved of each interaction with a provider."""

    interactions: tuple[ProvenForm, ...] = Field(max_length=_MOST_PROVEN)

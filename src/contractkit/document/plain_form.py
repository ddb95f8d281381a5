"""The plain form of contract files: HTTP calls as contractkit writes them, without anything that somebody added.

These types are what the JSON decoder checks a file against while it reads; `plain` makes a contract of them. Every
member is one that `files` and `interactions` write.
"""

from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from contractkit.exact_json import Json
from contractkit.model import UnknownNeeds

Texts: TypeAlias = list[str]
"""Strings: places in our notation, values of a header, lines for people."""


class _Object(Struct, forbid_unknown_fields=True, rename="camel"):
    """A JSON object with these members and no others."""


class Test(_Object):
    """The test that recorded an interaction."""

    node_id: str
    file: str
    line: int


class Need(_Object):
    """One need; see `model.Need`."""

    location: str
    may_lack: bool = False
    non_null: bool = False
    non_empty: bool = False
    at_most: int | UnsetType = UNSET
    members: list[Json] = []
    pattern: str | None = None


class Reaction(_Object):
    """See `model.Reaction`."""

    to: str
    result: str


class Unknown(_Object, tag="unknown", tag_field="kind"):
    """See `model.UnknownNeeds`."""

    reason: str = UnknownNeeds().reason
    pinned: Texts = []


class Inferred(_Object, tag="inferred", tag_field="kind"):
    """See `model.InferredNeeds`."""

    needed: list[Need] = []
    any_of: list[Texts] = []
    tolerated: Texts = []
    untouched: Texts = []
    weak: Texts = []
    reactions: list[Reaction] = []
    valid_for: str = ""


class Evidence(_Object):
    """A test with what it needs."""

    test: Test
    needs: Unknown | Inferred


class Derived(_Object):
    """See `model.DerivedState`."""

    operation: str
    status: str
    values: dict[str, Json] = {}


class Own(_Object):
    """What `comments.contractkit` holds."""

    operation: str | UnsetType = UNSET
    derived_state: Derived | UnsetType = UNSET
    served: Raw | UnsetType = UNSET
    evidence: list[Evidence] = []


class Comments(_Object):
    """What is said of an interaction beside what is exchanged."""

    contractkit: Own
    testname: str | UnsetType = UNSET
    text: Texts = []


class State(_Object):
    """A provider state."""

    name: str
    params: dict[str, Json] = {}


class Request(_Object):
    """A request without a body and without rules."""

    method: str
    path: str
    query: dict[str, list[str | None]] = {}
    headers: dict[str, Texts] = {}


class Call(_Object):
    """A call over HTTP; both parts are read later."""

    type: Literal["Synchronous/HTTP"]
    key: Annotated[str, Meta(min_length=1)]
    description: str
    request: Raw
    response: Raw
    comments: Comments
    provider_states: list[State] = []
    pending: bool = False
    transport: str | UnsetType = UNSET


class Party(_Object):
    """Consumer or provider."""

    name: str


class Version(_Object):
    """The version of the Pact specification that we write."""

    version: Literal["4.0"]


class Source(_Object):
    """See `model.DefinitionReference`."""

    source: str
    digest: str


class Section(_Object):
    """What `metadata.contractkit` holds."""

    format: Literal[1]
    definition: Source | UnsetType = UNSET


class Metadata(_Object):
    """A file's metadata."""

    pact_specification: Version
    contractkit: Section


class File(_Object):
    """A contract file."""

    consumer: Party
    provider: Party
    interactions: list[Call]
    metadata: Metadata


FILES: Final = msgspec.json.Decoder(File)
"""Reads a file of the plain form."""

REQUESTS: Final = msgspec.json.Decoder(Request)
"""Reads a request of the plain form."""

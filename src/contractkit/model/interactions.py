"""Interactions and contracts: what a consumer expects of a provider, who recorded it, and what identifies it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from contractkit.exact_json import Json, dump_compact
from contractkit.model.bodies import Body, MissingBody
from contractkit.model.exchanges import Exchange
from contractkit.model.needs import Needs, UnknownNeeds, unite_needs
from contractkit.model.rules import LocatedGenerator, LocatedRules


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderState:
    """A state in which the provider must be, by name, with its parameters (name to any JSON value)."""

    name: str
    params: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedState:
    """What the provider must be able to do where the test named no state: `getOrder answers 200` with `id: 7`."""

    operation: str
    status: str
    values: Mapping[str, Json] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Give the state in words."""
        return f"{self.operation} answers {self.status}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TestReference:
    """Where a test stands: its node id, and its file (relative, `/` between folders) with the line of the call.

    What was recorded by no test that we know has a name in place of a node id, no file and line 0.
    """

    __test__ = False  # not a test class, whatever its name suggests to a collector

    node_id: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.file else self.node_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One test that recorded an interaction, and what it was proved to need of the answer."""

    test: TestReference
    needs: Needs = field(default_factory=UnknownNeeds)


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionReference:
    """Which definition a contract was recorded against: where it came from and the digest of its content."""

    source: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WireForm:
    """A unary call or a message as it goes over the wire, for readers that know bytes and descriptors alone.

    Attributes:
        descriptors: A serialised FileDescriptorSet with all that the procedure or the message needs.
        request: The encoded message that the consumer sends; empty where the provider emits unasked.
        response: The encoded message expected of the provider; None where only a status is expected.
    """

    descriptors: bytes
    request: bytes = b""
    response: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """One exchange that a consumer depends on, the same value from the stub to the decision.

    Attributes:
        key: Identity: stable against renamed tests and changed examples; see `interaction_key`.
        description: In words, derived from operation and status unless the file came from elsewhere.
        exchange: The request as sent and the answer as *expected*: what is not needed has been left out of it.
        operation: The definition's name for what was called, `getOrder` or `orders.v1.Orders/GetOrder`.
        states: The states the test named; empty where `derived_state` speaks instead.
        served: The answer's body as it was served, kept beside the expectation.
        evidence: The tests that recorded it. Empty for contracts that other tools wrote.
        comments: Lines of text for people.
        wire: A unary remote procedure call, or a message of protobuf, in bytes as well; without it, only contractkit
            can replay the call.
        kept: Members that we do not know, by the object they stood in (`interaction`, `request`, `response`, …),
            written back as they were.
    """

    key: str
    description: str
    exchange: Exchange
    operation: str | None = None
    states: tuple[ProviderState, ...] = ()
    derived_state: DerivedState | None = None
    rules: tuple[LocatedRules, ...] = ()
    generators: tuple[LocatedGenerator, ...] = ()
    pending: bool = False
    served: Body = field(default_factory=MissingBody)
    evidence: tuple[Evidence, ...] = ()
    comments: tuple[str, ...] = ()
    transport: str | None = None
    wire: WireForm | None = None
    kept: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)

    @property
    def needs(self) -> Needs:
        """Give what all its tests together need: unknown as soon as one of them is."""
        if len(self.evidence) == 1:
            return self.evidence[0].needs
        return unite_needs(tuple(each.needs for each in self.evidence))

    @property
    def state_names(self) -> tuple[str, ...]:
        """Give the names of the states, or of the derived state, in order."""
        if self.states or self.derived_state is None:
            return tuple(state.name for state in self.states)
        return (self.derived_state.name,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """All that one consumer expects of one provider.

    `specification` is the version of the Pact specification whose semantics hold (`4.0` for what we record);
    `plugins` and `kept` are members that other tools wrote, returned as they were.
    """

    consumer: str
    provider: str
    interactions: tuple[Interaction, ...]
    specification: str = "4.0"
    definition: DefinitionReference | None = None
    plugins: tuple[Mapping[str, Json], ...] = ()
    kept: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)


def interaction_key(
    *, kind: str, operation: str, states: tuple[ProviderState, ...], request: Json, status: str, ordinal: int = 1
) -> str:
    """Give the identity of an interaction: 16 hexadecimal digits, `-2` appended for the second of a kind.

    Args:
        kind: `http`, `rpc` or `message`.
        operation: The definition's name of what was called.
        states: The named states, in the order they were given.
        request: The recorded request as JSON: what of it is recorded is the fingerprint.
        status: The expected status.
        ordinal: Which of several different answers to one request in one test, counted from 1.
    """
    named = [[state.name, dict(state.params)] for state in states]
    digest = hashlib.sha256(dump_compact([kind, operation, named, request, status])).hexdigest()[:16]
    return digest if ordinal == 1 else f"{digest}-{ordinal}"

"""Every exception of contractkit, in families by who must act.

::

    ContractkitError                  exit code
    ├── UsageError                    2  whoever called the command or wrote the file named in the message
    │   ├── SettingsError                an option, a variable or a line of pyproject.toml
    │   ├── UnknownNameError             a name that is not there; the nearest ones are suggested
    │   ├── DefinitionError              a definition that cannot be read or used
    │   │   ├── TooInvolvedError             its schemas join in more ways than are looked at
    │   │   └── UnreachableDefinitionError   4, since it is elsewhere and cannot be fetched
    │   ├── ContractFileError            a contract file that is not one
    │   ├── StateCatalogueError          a catalogue of provider states that is not one
    │   └── AddressInUseError            a port that something else listens on
    ├── RecordingError                1  the author of the consumer's test
    │   ├── UndefinedRequestError        a request that the definition does not allow
    │   ├── UnexpectedRequestError       a request that is not as the test expects it
    │   ├── ReplyError                   a reply that contradicts the definition
    │   ├── MessageError                 a message that contradicts its definition
    │   ├── StateError                   a provider state that the provider's team does not prepare
    │   ├── MatcherError                 a matcher that cannot be made, or whose example does not fit it
    │   ├── UnusedExpectationError       a given or a reply that no request used
    │   └── InteractionClashError        two different interactions under one key
    ├── ProviderStateError            1  the provider's team: a state handler that is missing or raised
    ├── NothingToCheckError           3  whoever selected: nothing was
    ├── ProviderUnreachableError      4  whoever runs the provider that was to be verified
    └── BrokerError                   4  the operator of the broker or the network
        ├── BrokerUnreachableError       no answer
        └── BrokerRefusedError           an answer that refuses, with its problem document
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Explanation:
    """A message as data: what happened, the places and values as labelled rows, and the next step."""

    summary: str
    details: tuple[tuple[str, str], ...] = ()
    next_step: str = ""

    def __str__(self) -> str:
        width = max((len(label) for label, _ in self.details), default=0)
        rows = [_row(label, value, width) for label, value in self.details]
        blocks = [self.summary, "\n".join(rows), self.next_step]
        return "\n\n".join(block for block in blocks if block)


class ContractkitError(Exception):
    """The base of all: carries an `Explanation`, and the exit code that the command line ends with."""

    exit_code = 5

    def __init__(self, summary: str, *, details: Iterable[tuple[str, str]] = (), next_step: str = "") -> None:
        super().__init__(summary)
        self.explanation = Explanation(summary, tuple(details), next_step)

    def __str__(self) -> str:
        return str(self.explanation)


class UsageError(ContractkitError):
    """Wrong use: the caller can mend it."""

    exit_code = 2


class SettingsError(UsageError):
    """A setting is missing, unknown or of the wrong form."""


class UnknownNameError(UsageError):
    """A name that is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MistakenPlace:
    """Where a mistake stands: the documents that it is of, the document's URI, and the JSON pointer in it.

    `documents` is told from others by identity: two versions of a definition often have one URI.
    """

    documents: object
    uri: str
    pointer: str


class DefinitionError(UsageError):
    """A definition is missing, cannot be parsed, or holds something that makes it unusable.

    `place` is the one place of a document that it is about, where there is one.
    """

    place: MistakenPlace | None = None


class TooInvolvedError(DefinitionError):
    """A definition's schemas join in more combinations than are looked at: what lies in them is not settled."""


class UnreachableDefinitionError(DefinitionError):
    """A definition is at a URL, in a git revision or with a broker, and cannot be fetched from there."""

    exit_code = 4


class ContractFileError(UsageError):
    """A file is not JSON, or not a contract; every problem of the file is in the details."""


class StateCatalogueError(UsageError):
    """A document is not JSON, or not a state catalogue; every wrong place is in the details."""


class AddressInUseError(UsageError):
    """Something else listens on the port that was asked for."""


class RecordingError(ContractkitError):
    """A consumer's test did something that cannot become a contract."""

    exit_code = 1


class UndefinedRequestError(RecordingError):
    """The consumer sent a request that the definition does not allow."""


class UnexpectedRequestError(RecordingError):
    """The consumer sent a request that is not as the test said it would be."""


class ReplyError(RecordingError):
    """A test replied what the definition does not allow."""


class MessageError(RecordingError):
    """A message that a test asks for contradicts its definition."""


class StateError(RecordingError):
    """A test names a state, or a parameter of one, that the provider's catalogue of states does not have."""


class MatcherError(RecordingError):
    """A matcher cannot be made of what was given, or its own example does not fit it."""


class UnusedExpectationError(RecordingError):
    """A test declared a state or a reply that no request used."""


class InteractionClashError(RecordingError):
    """Two tests expect different answers to one request in one state."""


class ProviderStateError(ContractkitError):
    """A provider state has no handler, or its handler raised."""

    exit_code = 1


class NothingToCheckError(ContractkitError):
    """The selection was empty: green is never given for nothing run."""

    exit_code = 3


class ProviderUnreachableError(ContractkitError):
    """The provider that was to be verified takes no connections, or did not start."""

    exit_code = 4


class BrokerError(ContractkitError):
    """The broker, or the way to it, did not do what was asked."""

    exit_code = 4


class BrokerUnreachableError(BrokerError):
    """No answer came from the broker."""


class BrokerRefusedError(BrokerError):
    """The broker refused. `status` is the HTTP status of its answer."""

    def __init__(
        self, summary: str, *, status: int, details: Iterable[tuple[str, str]] = (), next_step: str = ""
    ) -> None:
        super().__init__(summary, details=details, next_step=next_step)
        self.status = status


def nearest_names(wanted: str, known: Iterable[str]) -> tuple[str, ...]:
    """Give at most three of the known names that resemble the wanted one, best first."""
    by_lower = {name.lower(): name for name in known}
    found = difflib.get_close_matches(wanted.lower(), by_lower, n=3, cutoff=0.5)
    return tuple(by_lower[name] for name in found)


def suggestion(wanted: str, known: Iterable[str]) -> str:
    """Give `Did you mean …?` with the nearest known names, or the list of what there is, or an empty text."""
    names = tuple(known)
    near = nearest_names(wanted, names)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    return f"Known: {', '.join(sorted(names)[:12])}{', …' if len(names) > 12 else ''}." if names else ""


def _row(label: str, value: str, width: int) -> str:
    first, *more = value.splitlines() or [""]
    lines = [f"  {label.ljust(width)}   {first}".rstrip(), *(f"  {' ' * width}   {line}" for line in more)]
    return "\n".join(lines)

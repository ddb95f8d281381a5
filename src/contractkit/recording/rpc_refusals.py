"""Refusals of calls: which status a stub gives to what the definition does not allow, and what the test is told."""

from dataclasses import dataclass

from contractkit.definitions.interface import Operation
from contractkit.definitions.rpc_interface import Procedure, RpcDefinition
from contractkit.errors import DefinitionError, UndefinedRequestError
from contractkit.exact_json import show_json
from contractkit.recording.credentials import hide_in_json
from contractkit.recording.refusals import undefined_request
from contractkit.results import ABSENT, Violation


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Who speaks with whom, as messages name them."""

    consumer: str
    provider: str
    title: str


class CallRefused(Exception):
    """A call that the definition does not allow: the status that ends it, and the error that fails the test."""

    def __init__(self, code: str, reason: str, error: UndefinedRequestError) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.error = error


def refuse_unknown(definition: RpcDefinition, path: str, parties: Parties) -> CallRefused:
    """Refuse a call whose path reaches no procedure."""
    nearest = [each.signature for each in definition.nearest(path)]
    reason = f"no procedure is defined at {path}"
    near = [("nearest" if number == 0 else "", name) for number, name in enumerate(nearest)]
    details = [("sent", path), ("refused", reason), *near]
    hint = f"; nearest: {', '.join(nearest)}" if nearest else ""
    return CallRefused("UNIMPLEMENTED", f"Not defined by {definition.title}: {reason}{hint}", _error(parties, details))


def refuse_undecodable(procedure: Procedure, error: DefinitionError, parties: Parties) -> CallRefused:
    """Refuse bytes that are no message of the request type."""
    reason = f"the request is no {procedure.request_type}"
    problem = [("problem", error.explanation.summary), *error.explanation.details]
    return _invalid(procedure, f"{reason}: {error.explanation.summary}", [("refused", reason), *problem], parties)


def refuse_fields(
    procedure: Procedure, numbers: tuple[int, ...], nearest: tuple[Operation, ...], parties: Parties
) -> CallRefused:
    """Refuse a message with fields that the definition does not know."""
    named = f"field{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"
    reason = f"{procedure.request_type} has no {named}"
    others = [each.signature for each in nearest if each.signature != procedure.operation.signature]
    near = [("nearest" if number == 0 else "", name) for number, name in enumerate(others)]
    details = [("refused", reason), ("reason", "the client's generated code is of another version"), *near]
    return _invalid(procedure, reason, details, parties)


def refuse_violations(procedure: Procedure, violations: tuple[Violation, ...], parties: Parties) -> CallRefused:
    """Refuse a message that breaks the definition's sentences."""
    details: list[tuple[str, str]] = []
    for each in violations:
        received = "nothing" if each.received is ABSENT else show_json(hide_in_json(each.received))
        details += [("at", str(each.location)), ("expected", each.expected), ("received", received)]
        details += [("defined at", each.pointer)]
    reason = "; ".join(f"{each.location}: expected {each.expected}" for each in violations)
    return _invalid(procedure, reason, details, parties)


def refuse_number(
    procedure: Procedure, reason: str, parties: Parties, *, code: str = "INVALID_ARGUMENT"
) -> CallRefused:
    """Refuse a call with too few or too many messages."""
    error = _error(parties, [("sent", procedure.operation.signature), ("refused", reason)])
    return CallRefused(code, reason, error)


def _invalid(procedure: Procedure, reason: str, details: list[tuple[str, str]], parties: Parties) -> CallRefused:
    error = _error(parties, [("sent", procedure.operation.signature), *details])
    return CallRefused("INVALID_ARGUMENT", f"Not allowed by {parties.title}: {reason}", error)


def _error(parties: Parties, details: list[tuple[str, str]]) -> UndefinedRequestError:
    return undefined_request(parties.consumer, parties.provider, details, title=parties.title)

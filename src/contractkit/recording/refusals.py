"""Refusals: what a stub answers to a request that the definition does not allow, and what the test is told."""

from dataclasses import dataclass, replace

from contractkit.definitions.interface import Definition, Operation, Route
from contractkit.definitions.security import MissingCredentials
from contractkit.errors import MatcherError, UndefinedRequestError
from contractkit.exact_json import show_json
from contractkit.model import HttpRequest, HttpResponse
from contractkit.recording.credentials import Credentials, hide_at
from contractkit.results import ABSENT, Violation
from contractkit.transports import problem, write_query

_SOME = 5
"""How many operations are named to a request that resembles none."""

_SEND_CREDENTIALS = (
    "Send them: any value will do, since only whether they are there is looked at. A test of the refusal replies 401. "
    "Where something else adds them on the way, set check_credentials = false in "
    "[tool.contractkit.providers.{provider}], or start contractkit stub with --no-check-credentials."
)

_METHODS = ("GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A refused request: the answer to it, and the error that fails the test."""

    response: HttpResponse
    error: UndefinedRequestError


def refuse_unrouted(
    definition: Definition, request: HttpRequest, *, consumer: str, provider: str, credentials: Credentials
) -> Refusal:
    """Refuse a request that reaches no operation: 405 where its path knows other methods, else 404."""
    allowed = _allowed_methods(definition, request)
    nearest = definition.nearest(request)
    some = () if nearest else definition.operations[:_SOME]
    if allowed:
        status, reason = 405, f"{request.path} is defined for {', '.join(allowed)}, not for {request.method}"
    else:
        status, reason = 404, f"no operation is defined at {request.method} {request.path}"
    details = [
        ("sent", _line(request, credentials)),
        ("refused", reason),
        *[("nearest", _named(operation)) for operation in nearest[:1]],
        *[("", _named(operation)) for operation in nearest[1:]],
        *[("" if number else "defined", _named(operation)) for number, operation in enumerate(some)],
    ]
    answer = problem(
        status,
        f"Not defined by {definition.title}",
        reason,
        nearest=[_named(operation) for operation in nearest],
        **({"operations": [_named(operation) for operation in some]} if some else {}),
    )
    if allowed:
        answer = replace(answer, headers={"allow": (", ".join(allowed),)})
    return Refusal(response=answer, error=undefined_request(consumer, provider, details, title=definition.title))


def refuse_violating(
    definition: Definition,
    route: Route,
    violations: tuple[Violation, ...],
    *,
    consumer: str,
    provider: str,
    credentials: Credentials,
    missing: MissingCredentials | None = None,
) -> Refusal:
    """Refuse a request that breaks its operation's sentences.

    It is answered 401 where credentials are `missing`, 415 for an unknown content type, else 400.
    """
    violations = (missing.violation, *violations) if missing is not None else violations
    details = [("sent", _line(route.request, credentials)), ("operation", _named(route.operation))]
    rows = [_rows(violation, credentials) for violation in violations]
    for each in rows:
        details += each.items()
    next_step = _SEND_CREDENTIALS.format(provider=provider) if missing is not None else ""
    answer = problem(
        _status_of(violations) if missing is None else 401,
        f"Not allowed by {definition.title}",
        "; ".join(f"{each['at']}: expected {each['expected']}, received {each['received']}" for each in rows),
        operation=_named(route.operation),
        violations=list(rows),
        **({"next_step": next_step} if next_step else {}),
    )
    if missing is not None and missing.challenges:
        answer = replace(answer, headers={"www-authenticate": missing.challenges})
    error = undefined_request(consumer, provider, details, title=definition.title, next_step=next_step)
    return Refusal(response=answer, error=error)


def refuse_example(
    definition: Definition, route: Route, violations: tuple[Violation, ...], *, credentials: Credentials
) -> MatcherError:
    """Give the error of an expected request whose examples the definition does not allow."""
    rows = [_rows(violation, credentials) for violation in violations]
    return MatcherError(
        f"The expected request to {route.operation.name} contradicts the definition.",
        details=[pair for each in rows for pair in each.items()],
        next_step=f"Expect what {definition.title} allows, or mend the definition.",
    )


def undefined_request(
    consumer: str, provider: str, details: list[tuple[str, str]], *, title: str, next_step: str = ""
) -> UndefinedRequestError:
    """Give the error that fails a test whose client sent what the definition (named by its title) does not allow."""
    return UndefinedRequestError(
        f"{consumer} sent {provider} a request that its definition does not allow.",
        details=details,
        next_step=next_step or f"Mend the client, or, if {provider} does offer this, its definition ({title}).",
    )


def _rows(violation: Violation, credentials: Credentials) -> dict[str, str]:
    received = hide_at(violation.location, violation.received, credentials)
    return {
        "at": str(violation.location),
        "expected": violation.expected,
        "received": "nothing" if received is ABSENT else show_json(received),
        "defined at": violation.pointer,
    }


def _status_of(violations: tuple[Violation, ...]) -> int:
    types = {("request", "headers", "content-type")}
    return 415 if any(violation.location.steps in types for violation in violations) else 400


def _allowed_methods(definition: Definition, request: HttpRequest) -> tuple[str, ...]:
    further = (each.signature.partition(" ")[0] for each in definition.operations)  # QUERY and others of OpenAPI 3.2
    methods = dict.fromkeys((*_METHODS, *further))
    return tuple(method for method in methods if definition.route(replace(request, method=method)) is not None)


def _line(request: HttpRequest, credentials: Credentials) -> str:
    query = write_query(credentials.without(request).query)
    return f"{request.method} {request.path}{'?' + query if query else ''}"


def _named(operation: Operation) -> str:
    return operation.name if operation.name == operation.signature else f"{operation.name} ({operation.signature})"

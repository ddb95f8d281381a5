"""Faulting: what goes wrong on purpose with the answers of a stub of its own, by settings or by a header."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from contractkit.definitions.draws import Draw
from contractkit.definitions.interface import Route
from contractkit.errors import ContractkitError, UsageError
from contractkit.exact_json import dump_compact
from contractkit.model import HttpRequest
from contractkit.recording.answering import Answered, answer_from
from contractkit.recording.failing import failing_response
from contractkit.recording.preferred import in_one_line
from contractkit.recording.requests import fingerprint, recorded_request
from contractkit.recording.stubbed import StubbedProvider
from contractkit.transports import problem
from contractkit.transports.fault_words import HEADER, check_status, read_fault
from contractkit.transports.faults import DueFault, Faults, due_fault, faulted


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRules:
    """Which answers go wrong: those of `faults`, and what a request asks for where `allows_header` says that it may."""

    faults: Faults = field(default_factory=Faults)
    allows_header: bool = False
    seed: str = ""


def faulting(
    provider: StubbedProvider, answer: Callable[[HttpRequest], Answered], rules: FaultRules
) -> Callable[[HttpRequest], Answered]:
    """Give what answers requests as `answer` does, but for those whose answers go wrong.

    Only what the definition allows goes wrong. `answer` is not asked then, so that nothing of it is recorded.
    """

    def answer_or_fault(request: HttpRequest) -> Answered:
        asked = request.headers.get(HEADER)
        if asked is None and not rules.faults:
            return answer(request)
        plain = _without_header(request)
        try:
            due = _due(provider, plain, "; ".join(asked or ()), rules, is_asked=asked is not None)
        except UsageError as error:
            return _refused(provider, plain, error)
        except ContractkitError:
            return answer(plain)  # which says what the definition makes of it
        return answer(plain) if due is None else _faulted(provider, plain, due, rules.seed)

    return answer_or_fault


def _due(
    provider: StubbedProvider, request: HttpRequest, asked: str, rules: FaultRules, *, is_asked: bool
) -> DueFault | None:
    if is_asked and not rules.allows_header:
        raise UsageError(
            f"The header {HEADER} is not heard here.", next_step="Start the stub with --allow-faults, or leave it out."
        )
    fault = read_fault(asked) if is_asked else None
    route = provider.definition.route(request)
    if route is None or provider.definition.check_request(route) or provider.missing_credentials(route):
        return None
    if fault is None:
        return rules.faults.next(route.operation.name)
    check_status(fault, route.operation.name, is_rpc=False)
    return due_fault(fault, Draw(rules.seed, f"{request.method} {request.path} {asked}"))


def _faulted(provider: StubbedProvider, request: HttpRequest, due: DueFault, seed: str) -> Answered:
    plain = answer_from(provider, request, seed=seed)
    route = provider.definition.route(request)
    response = plain.response
    if due.fault.status is not None and route is not None:
        response = failing_response(provider.definition, route, due, seed=_seed_of(provider, route, seed))
    return replace(plain, response=faulted(response, due), fault=str(due))


def _seed_of(provider: StubbedProvider, route: Route, seed: str) -> str:
    asked = fingerprint(recorded_request(provider.definition, route, provider.credentials))
    return f"{seed} {route.operation.name} {dump_compact(asked).decode()}"


def _without_header(request: HttpRequest) -> HttpRequest:
    if HEADER not in request.headers:
        return request
    return replace(request, headers={name: each for name, each in request.headers.items() if name != HEADER})


def _refused(provider: StubbedProvider, request: HttpRequest, error: UsageError) -> Answered:
    reason = in_one_line(error)
    response = problem(400, "The fault cannot be used", reason)
    return Answered(request=provider.credentials.without(request), response=response, operation=None, reason=reason)

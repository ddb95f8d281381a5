"""Faulty answering: the answers of a stub, some of which go wrong as settings or requests say."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from contractkit.definitions.rpc_interface import Procedure
from contractkit.errors import SettingsError, UsageError
from contractkit.model import HttpRequest
from contractkit.recording.answering import Answered
from contractkit.recording.faulting import FaultRules, faulting
from contractkit.recording.rpc_answered import AnsweredProcedure, answer_calls
from contractkit.recording.stubbed import StubbedProvider
from contractkit.stubbing.dependencies import Dependency
from contractkit.stubbing.serving import Answering, Tell
from contractkit.transports import RpcHandler
from contractkit.transports.fault_words import check_status, fault_of
from contractkit.transports.faults import EVERY_OPERATION, DueFault, Fault, Faults
from contractkit.transports.rpc_messages import AnswersAtOnce, Conversation, Pairs, RpcOpening

if TYPE_CHECKING:
    from contractkit.recording.rpc_replies import RpcReply


class Faulty:
    """Answers as another one does, but for the calls that go wrong; the other is not asked for those."""

    def __init__(self, answering: Answering, rules: FaultRules, provider: StubbedProvider) -> None:
        """Take who answers, what goes wrong, and whose operations it is that do."""
        self._answering = answering
        self._rules = rules
        self._provider = provider
        self.asked: Mapping[str, Mapping[str, object]] = {}

    def http(self, provider: StubbedProvider) -> Callable[[HttpRequest], Answered]:
        """Give what answers the requests to a provider."""
        self._provider = provider
        return faulting(provider, self._answering.http(provider), self._rules)

    def procedures(self, provider: StubbedProvider, tell: Tell) -> RpcHandler:
        """Give what answers the calls of a provider's procedures, and tells of each."""
        self._provider = provider
        answer = self._answering.procedures(provider, tell)
        is_faultless = not (self._rules.faults or self._rules.allows_header)
        return answer if is_faultless else _FaultyCalls(provider, answer, tell, self._rules)

    def replace_asked(self, said: Mapping[str, Mapping[str, object]]) -> None:
        """Let other faults happen than those asked for before, beside those of the settings.

        Args:
            said: As `faults_of` takes it; its calls are counted from now on.

        Raises:
            UsageError: As `faults_of` does; then nothing has changed.
        """
        self._rules.faults.replace_added([_checked(name, each, self._provider) for name, each in said.items()])
        self.asked = said


class _FaultyCalls:
    """Answers the calls of procedures, but for those that go wrong."""

    def __init__(self, provider: StubbedProvider, answer: RpcHandler, tell: Tell, rules: FaultRules) -> None:
        self._procedures = provider.procedures
        self._answer = answer
        self._tell = tell
        self._rules = rules

    def at_once(self, path: str, data: bytes, metadata: Callable[[], Pairs]) -> bytes | None:
        if self._rules.faults or not isinstance(self._answer, AnswersAtOnce):
            return None
        return self._answer.at_once(path, data, metadata)

    def __call__(self, opening: RpcOpening) -> Conversation:
        procedure = self._procedures.definition.find(opening.path)
        due = None if procedure is None else self._rules.faults.next(procedure.operation.name)
        if due is None:
            return self._answer(opening)
        faulted = answer_calls(
            self._procedures, partial(_tell, self._tell, due), seed=self._rules.seed, reply=partial(_reply, due)
        )
        from contractkit.recording.rpc_faults import late  # heavy, and most stubs have no procedures

        return late(faulted(opening), due)


def with_faults(
    answering: Answering, dependency: Dependency, provider: StubbedProvider, *, allows_header: bool, seed: str = ""
) -> Faulty:
    """Give what answers a dependency's calls, some of which go wrong as its settings and, if allowed, requests say.

    Raises:
        SettingsError: The settings name an operation that there is not, or what they say is no fault.
    """
    faults = Faults(seed=seed)
    for name, values in dependency.faults.items():
        try:
            faults.add(*_checked(name, values, provider))
        except UsageError as error:
            raise _of_settings(error, dependency, name) from None
    return Faulty(answering, FaultRules(faults=faults, allows_header=allows_header, seed=seed), provider)


def _of_settings(error: UsageError, dependency: Dependency, name: str) -> SettingsError:
    """Give an error of a fault with its place in the settings."""
    said = error.explanation
    file = dependency.root / "pyproject.toml"
    place = f"{name} in [tool.contractkit.providers.{dependency.locked_as or dependency.name}.faults]"
    details = [("file", str(file)), ("setting", place), *said.details]
    return SettingsError(said.summary, details=details, next_step=said.next_step)


def _checked(name: str, said: object, provider: StubbedProvider) -> tuple[str, Fault]:
    """Give the name of an operation (from its id, signature or procedure, or `*` for every one) with its fault.

    Raises:
        UnknownNameError: There is no such operation; the nearest names are suggested.
        UsageError: It is no fault, or none that the operation can have.
    """
    fault = fault_of(said, at=f"The fault of {name}")
    return _operation_of(provider, name, fault), fault


def _operation_of(provider: StubbedProvider, name: str, fault: Fault) -> str:
    if name == EVERY_OPERATION:
        for is_rpc in (*((False,) if provider.has_http else ()), *((True,) if provider.has_procedures else ())):
            check_status(fault, "every operation", is_rpc=is_rpc)
        return name
    is_rpc = not provider.has_http or (provider.has_procedures and _is_procedure(provider, name))
    operation = provider.procedures.definition.procedure(name).operation if is_rpc else provider.operation(name)
    check_status(fault, operation.name, is_rpc=is_rpc)
    return operation.name


def _is_procedure(provider: StubbedProvider, name: str) -> bool:
    known = (each.name for each in provider.procedures.definition.operations)
    return any(f"/{each}".replace(".", "/").endswith(f"/{name}".replace(".", "/")) for each in known)


def _reply(due: DueFault, procedure: Procedure) -> "RpcReply":
    from contractkit.recording.rpc_faults import failing_reply
    from contractkit.recording.rpc_replies import RpcReply

    return failing_reply(procedure, due) or RpcReply(procedure=procedure)


def _tell(tell: Tell, due: DueFault, answered: AnsweredProcedure) -> None:
    tell(answered if answered.reason else replace(answered, fault=str(due)))

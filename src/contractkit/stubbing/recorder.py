"""The recorder of a process: what consumers in any language call becomes a contract, by the rules of the plugin.

An interaction is kept once for each key, however often it comes, so that a long run costs no more than a short one.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from contractkit.errors import ContractkitError
from contractkit.model import Contract, HttpRequest, Interaction, JsonBody, TestReference
from contractkit.recording.answering import Answered, AnsweredProcedure, answer_calls
from contractkit.recording.calls import HttpExchange
from contractkit.recording.contract_files import FileUpdate
from contractkit.recording.http_calls import HttpCalls
from contractkit.recording.notes import Notes
from contractkit.recording.origins import TestOrigin
from contractkit.recording.preferred import in_one_line
from contractkit.recording.remembering import remembering
from contractkit.recording.rpc_calls import AnsweredCall, LedCall
from contractkit.recording.rpc_interactions import ToldCall, interaction_of
from contractkit.recording.stubbed import StubbedProvider
from contractkit.recording.uncredentialed import identity, is_challenge
from contractkit.stubbing.recorded_files import lay_into
from contractkit.stubbing.serving import Tell
from contractkit.stubbing.stated_calls import StatedCalls
from contractkit.stubbing.states import Given, states_of, taken_states
from contractkit.transports import RpcHandler, problem

QUIET_SECONDS = 1.0
"""After how long without anything new what was recorded is written."""

_LONGEST_WAIT = 10.0  # seconds after which it is written though something new keeps coming


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Whose recording it is, between whom, and the contract file that it goes to.

    `root` is the directory in which it is kept that the file's interactions are confirmed.
    """

    name: str
    consumer: str
    provider: str
    file: Path
    root: Path


class Recorder:
    """Answers what comes to one provider as its definition says, and records what it allows. Any thread may call it."""

    def __init__(self, recording: Recording, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Take whose recording it is; `clock` gives seconds."""
        self.recording = recording
        self.given = Given()
        self.refused = 0
        self._challenged: dict[object, int] = {}
        self._test = TestReference(node_id=recording.name, file="", line=0)
        self._clock = clock
        self._lock = threading.Lock()
        self._found: dict[str, Interaction] = {}
        self._outdated: set[str] = set()
        self._unwritten_since: float | None = None
        self._latest = 0.0
        self._provider: StubbedProvider | None = None

    # how it answers

    def http(self, provider: StubbedProvider) -> Callable[[HttpRequest], Answered]:
        """Give what answers the requests to a provider, and records them."""
        self._serve(provider)
        origin = TestOrigin(node_id=self._test.node_id, file="", source="", line=0, thread=0, is_coroutine=True)

        def answer(request: HttpRequest) -> Answered:
            notes = Notes()
            hidden = provider.credentials.without(request)
            try:
                said, request = taken_states(request)
                for state in (*self.given.now, *said):
                    notes.give(state.name, state.params)
            except ContractkitError as error:
                refused = problem(400, "The states cannot be read", in_one_line(error))
                return Answered(request=hidden, response=refused, operation=None, reason=in_one_line(error))
            calls: list[HttpExchange | AnsweredCall | LedCall] = []
            asked = HttpCalls(provider, notes, calls, consumer=self.recording.consumer, origin=origin, pending=False)
            response = asked.handle(request)
            (exchange,) = (each for each in calls if isinstance(each, HttpExchange))
            for interaction in notes.interactions:
                self._keep(interaction)
            notes.use_states()  # of a request that is refused or faulted too
            is_refused = bool(notes.take_errors(provider.name))
            detail = response.body.value["detail"] if is_refused and isinstance(response.body, JsonBody) else ""
            return Answered(request=hidden, response=response, operation=exchange.operation, reason=detail)

        remembered, under = remembering(answer), self.given.now

        def counted(request: HttpRequest) -> Answered:
            nonlocal remembered, under
            if under is not self.given.now:
                remembered, under = remembering(answer), self.given.now
            answered = remembered(request)
            self._count(answered.reason)
            self._settle(request, answered)
            return answered

        return counted

    def procedures(self, provider: StubbedProvider, tell: Tell) -> RpcHandler:
        """Give what answers the calls of a provider's procedures, records them, and tells of each."""
        self._serve(provider)

        def told(answered: AnsweredProcedure) -> None:
            self._count(answered.reason)
            tell(answered)

        def ended(conversation: ToldCall) -> None:
            if conversation.error is None:
                states = (*self.given.now, *states_of(conversation.opening.metadata))
                known = provider.procedures
                self._keep(interaction_of(conversation, known, states=states, pending=False, test=self._test))

        return StatedCalls(answer_calls(provider.procedures, told, ended=ended), told)

    # what it keeps

    @property
    def interactions(self) -> tuple[Interaction, ...]:
        """Give what was recorded so far, in the order of keys."""
        with self._lock:
            return tuple(self._found[key] for key in sorted(self._found))

    def contract(self) -> Contract:
        """Give what was recorded so far."""
        interactions = self.interactions
        return Contract(
            consumer=self.recording.consumer,
            provider=self.recording.provider,
            interactions=interactions,
            definition=self._provider.reference if interactions and self._provider is not None else None,
        )

    def write_if_due(self) -> FileUpdate | None:
        """Write what is new once nothing more came for a second, or after ten; what was there before stays."""
        with self._lock:
            now, since = self._clock(), self._unwritten_since
            if since is None or (now - self._latest < QUIET_SECONDS and now - since < _LONGEST_WAIT):
                return None
            self._unwritten_since = None
        try:
            return self._write(is_whole=False)
        except BaseException:
            with self._lock:
                self._unwritten_since = self._latest = self._clock()
            raise

    def finish(self, *, is_whole: bool = True) -> FileUpdate | None:
        """Write everything, in place of what an earlier recording of that name left; nothing where nobody called.

        Args:
            is_whole: The consumer came to its end; else what an earlier recording left stays too.

        Raises:
            ContractFileError: The file cannot be written.
        """
        return self._write(is_whole=is_whole) if self.interactions else None

    def _write(self, *, is_whole: bool) -> FileUpdate:
        said = self.recording
        return lay_into(said.file, self.contract(), names=frozenset({said.name}), is_whole=is_whole, root=said.root)

    def _keep(self, interaction: Interaction) -> None:
        with self._lock:
            known = self._found.get(interaction.key)
            is_news = known is None or (interaction.key in self._outdated and interaction != known)
            self._outdated.discard(interaction.key)
            if is_news:
                self._found[interaction.key] = interaction
                self._latest = self._clock()
                self._unwritten_since = self._latest if self._unwritten_since is None else self._unwritten_since

    def _settle(self, request: HttpRequest, answered: Answered) -> None:
        """Take a refusal back that only asked for credentials, once the request comes with them."""
        with self._lock:
            if answered.reason and is_challenge(answered.response):
                self._challenged[identity(request)] = self._challenged.get(identity(request), 0) + 1
            elif self._challenged and not answered.reason:
                self.refused -= self._challenged.pop(identity(request), 0)

    def _serve(self, provider: StubbedProvider) -> None:
        """Take the definition as it is now; what was recorded of an earlier one is recorded anew where it is called."""
        with self._lock:
            if provider is not self._provider:
                self._outdated = set(self._found)
            self._provider = provider

    def _count(self, reason: str) -> None:
        with self._lock:
            self.refused += bool(reason)

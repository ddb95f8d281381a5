"""Notes: what one test said and did at one stub, whichever transport its calls took."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from contractkit.errors import ContractkitError, RecordingError, UnusedExpectationError
from contractkit.exact_json import Json, dump_canonical, read_json, show_json
from contractkit.model import Interaction, ProviderState
from contractkit.recording.joining import number_within_test
from contractkit.recording.matched import refuse_matchers

MESSAGE: Final = "message"
"""What a message is called among what was declared and not used: no client calls for it, a handler takes it."""


class Notes:
    """States and replies until they are used, errors until they are told, and the interactions that were recorded.

    Whoever calls holds `lock`, which may be taken again by the thread that has it.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._states: list[ProviderState] = []
        self._unused_states: list[ProviderState] = []
        self._replies: dict[str, list[object]] = {}
        self._unused_replies: list[tuple[str, object]] = []
        self._recorded: list[Interaction | Callable[[], Interaction]] = []
        self._errors: list[ContractkitError] = []

    def give(self, name: str, params: Mapping[str, Json]) -> None:
        """Take a state that holds for the calls that follow.

        Raises:
            RecordingError: A parameter is no JSON value.
            MatcherError: A parameter is a matcher.
        """
        refuse_matchers(f"A parameter of the state {show_json(name)}", params)
        try:
            state = ProviderState(name=name, params=read_json(dump_canonical(dict(params))))
        except (TypeError, ValueError) as error:
            raise RecordingError(
                f"The parameters of the state {show_json(name)} are not JSON values.", details=[("problem", str(error))]
            ) from None
        self._states.append(state)
        self._unused_states.append(state)

    def add_reply(self, signature: str, reply: object, *, what: str = "reply") -> None:
        """Take a reply to the operation of that signature, or `what` else is said of it; `str(reply)` gives words."""
        self._replies.setdefault(signature, []).append(reply)
        self._unused_replies.append((what, reply))

    def next_reply(self, signature: str) -> object | None:
        """Give the reply that is next, or None where the test wrote none; the last one stays."""
        replies = self._replies.get(signature)
        if not replies:
            return None
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        self._unused_replies = [unused for unused in self._unused_replies if unused[1] is not reply]
        return reply

    def upcoming_reply(self, signature: str) -> object | None:
        """Give the reply that is next, without using it."""
        replies = self._replies.get(signature)
        return replies[0] if replies else None

    def has_reply(self, signature: str) -> bool:
        """Say whether the test wrote a reply to that operation."""
        return signature in self._replies

    def use_states(self) -> tuple[ProviderState, ...]:
        """Give the states that hold now; a call used them."""
        self._unused_states.clear()
        return tuple(self._states)

    def record(self, recorded: Interaction | Callable[[], Interaction]) -> None:
        """Keep what a call became, or what makes it when the test is over, so that no client waits for it."""
        self._recorded.append(recorded)

    def fail(self, error: ContractkitError) -> None:
        """Keep an error that fails the test."""
        self._errors.append(error)

    def take_back(self, error: ContractkitError) -> None:
        """Forget an error that turned out to be none."""
        self._errors = [each for each in self._errors if each is not error]

    @property
    def interactions(self) -> tuple[Interaction, ...]:
        """Give what was recorded, equal interactions joined and different answers to one request numbered."""
        if not self._recorded:
            return ()
        self._recorded = [each if isinstance(each, Interaction) else each() for each in self._recorded]
        return number_within_test(each for each in self._recorded if isinstance(each, Interaction))

    def take_errors(self, provider: str, *, unused: Sequence[tuple[str, str]] = ()) -> tuple[ContractkitError, ...]:
        """Give what went wrong since this was last asked; empty if all is well.

        States and replies that no call used are an error, and so is what else is `unused`: rows of what and which.
        """
        if not (self._errors or unused or self._unused_states or self._unused_replies):
            return ()
        errors, self._errors = self._errors, []
        unused = [
            *(("given", _in_words(state)) for state in self._unused_states),
            *((what, str(reply)) for what, reply in self._unused_replies),
            *unused,
        ]
        self._unused_states, self._unused_replies = [], []
        if unused and not errors:
            errors.append(_never_used(provider, unused))
        return tuple(errors)


def _never_used(provider: str, unused: Sequence[tuple[str, str]]) -> UnusedExpectationError:
    """Give the error for rows of what was declared and which; states are used by calls and by messages alike."""
    kinds = {what for what, _ in unused} - {"given"}
    call, hand = "let the client make the call", "hand the message to its handler, awaiting one that is async"
    said, way = f"The test declared what no request to {provider} used", call
    if kinds == {MESSAGE}:
        said, way = f"The test made messages of {provider} that no handler took", hand
    elif MESSAGE in kinds:
        said, way = f"{said}, and made messages that no handler took", f"{call}, or {hand}"
    return UnusedExpectationError(f"{said}.", details=unused, next_step=f"Remove it, or {way}.")


def _in_words(state: ProviderState) -> str:
    params = "".join(f", {name}: {show_json(value)}" for name, value in state.params.items())
    return show_json(state.name) + params

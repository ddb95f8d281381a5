"""Failures in words: what one interaction expected and received, the response, and the command that replays it."""

import re
import shlex
from collections.abc import Mapping, Sequence
from functools import lru_cache

from contractkit.errors import Explanation
from contractkit.exact_json import Json, show_json
from contractkit.explain.events import event_in_words
from contractkit.explain.states import ADD_TO_STATES, skeleton_of
from contractkit.explain.terminal import printable
from contractkit.model import (
    BinaryBody,
    Body,
    Contract,
    HttpCall,
    HttpResponse,
    Interaction,
    JsonBody,
    Location,
    Message,
    RpcCall,
    Status,
    TextBody,
    repeated_events,
)
from contractkit.results import ABSENT, ContractResult, InteractionResult, Mismatch, Outcome

_PLAIN_WORD = re.compile(r"[^\"$`\\!]*")
_LONGEST_BODY = 400
_MOST_MISMATCHES = 20
_SERVER_ERROR = 500
_STATUS = Location(("response", "status"))
_CREDENTIALS_STEP = (
    "Credentials are never recorded. To send some: contractkit verify --header 'Authorization: Bearer $TOKEN'"
)


def explain_failure(
    contract: ContractResult, result: InteractionResult, *, among: Sequence[ContractResult] = ()
) -> Explanation:
    """Give one failed interaction as a message; `among` are all results, so that the command names this one alone."""
    interaction = result.interaction
    consumer, provider = contract.contract.consumer, contract.contract.provider
    prefix = "Pending: " if contract.pending or interaction.pending else ""
    steps = [
        unprepared_step(interaction) if result.unprepared and not _is_fault(result) else "",
        _lacking_procedure(result, provider),
        _CREDENTIALS_STEP if _lacks_credentials(result) else "",
        run_alone(contract, interaction, among=among),
    ]
    return Explanation(
        printable(f"{prefix}{consumer} cannot use {answer_of(provider, interaction)}."),
        (*interaction_rows(interaction), *runs_of(result), *_mismatches(result), *_raised(result)),
        "\n\n".join(step for step in steps if step),
    )


def runs_of(result: InteractionResult) -> tuple[tuple[str, str], ...]:
    """Give how many of several equal runs passed as a labelled row, nothing where there was one."""
    passed = sum(1 for each in result.runs if each is Outcome.PASSED)
    return (("runs", f"{passed} of {len(result.runs)} passed"),) if len(result.runs) > 1 else ()


def interaction_rows(interaction: Interaction) -> tuple[tuple[str, str], ...]:
    """Give what names an interaction as labelled rows: its description, its states, and the consumer's tests."""
    tests = [("test", printable(str(each.test))) for each in interaction.evidence]
    given = [("given", printable(state)) for state in _states(interaction)]
    return (("interaction", printable(interaction.description)), *given, *tests)


def run_alone(contract: ContractResult, interaction: Interaction, *, among: Sequence[ContractResult] = ()) -> str:
    """Give the sentence with the command that verifies one interaction only."""
    return printable(f"Run this interaction alone: {command_for(contract, interaction, among=among)}")


def command_for(result: ContractResult, interaction: Interaction, *, among: Sequence[ContractResult] = ()) -> str:
    """Give the command that verifies one interaction only: by its description, or by its key where others share it.

    It finds provider, states and contracts as the run did. Where contracts of other consumers, `among` all, have one
    that it would choose too, it names the consumer.
    """
    contract, text = result.contract, interaction.description
    if _named(_Held(contract)).count(text) > 1 or printable(text) != text:
        text = interaction.key
    quoted = f'"{text}"' if _PLAIN_WORD.fullmatch(text) else shlex.quote(text)
    others = (each.contract for each in among if each.contract.consumer != contract.consumer)
    is_shared = any(_named(_Held(other)).count(text) for other in others)
    consumer = f" --consumer {shlex.quote(contract.consumer)}" if is_shared else ""
    options = f" {result.options}" if result.options else ""
    return f"contractkit verify {contract.provider}{options}{consumer} --interaction {quoted}"


class _Names:
    """What interactions of one contract are chosen by: counted in one text, since reports ask for each of thousands."""

    def __init__(self, contract: Contract) -> None:
        self._descriptions = "\0".join(each.description.lower() for each in contract.interactions)
        self._keys = frozenset(each.key for each in contract.interactions)

    def count(self, text: str) -> int:
        """Give how often a text stands in descriptions, or 1 where it is a key."""
        return self._descriptions.count(text.lower()) or int(text in self._keys)


class _Held:
    """A contract as the key of a cache: itself, for its content takes long to compare."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and self.contract is other.contract

    def __hash__(self) -> int:
        return id(self.contract)


@lru_cache(maxsize=16)
def _named(held: _Held) -> _Names:
    return _Names(held.contract)


def show_value(value: object) -> str:
    """Give a value of a mismatch as JSON, or `nothing` where there was none."""
    if value is ABSENT:
        return "nothing"
    try:
        return show_json(value)
    except (TypeError, ValueError):
        return repr(value)[:200]


def place_in_words(location: Location, interaction: Interaction) -> str:
    """Give a place as it is written, with the event of a remote procedure call that it lies in."""
    call = interaction.exchange
    repeated = repeated_events(interaction.rules)
    event = event_in_words(call, location, repeated) if isinstance(call, RpcCall) else ""
    return printable(f"{location} ({event})" if event else str(location))


def _mismatches(result: InteractionResult) -> tuple[tuple[str, str], ...]:
    """Give the mismatches as rows; where the status is another one, the answer as a whole: it is of another kind."""
    interaction, answer = result.interaction, result.answer
    status = next((each for each in result.mismatches if _is_status(each)), None)
    if status is None or answer is None:
        shown, more = result.mismatches[:_MOST_MISMATCHES], len(result.mismatches) - _MOST_MISMATCHES
        rows = [row for each in shown for row in _mismatch_rows(each, interaction)]
        left = [("", f"and {more} more mismatches, which --format json has")] if more > 0 else []
        return (*rows, *left, *_response_rows(answer))
    if isinstance(answer, Status):
        details = (("details", "\n".join(show_json(each, limit=_LONGEST_BODY) for each in answer.details)),)
        return (
            *_mismatch_rows(status, interaction),
            ("text", show_json(answer.message)),
            *(details if answer.details else ()),
        )
    return (*_mismatch_rows(status, interaction), ("body", body_in_words(answer.body)))


def _response_rows(answer: HttpResponse | Status | None) -> tuple[tuple[str, str], ...]:
    if not isinstance(answer, HttpResponse):
        return ()
    return (("response", f"{answer.status}  {body_in_words(answer.body)}"),)


def _is_status(mismatch: Mismatch) -> bool:
    return mismatch.location == _STATUS or mismatch.location.steps[2:] == ("status",)


def body_in_words(body: Body, limit: int = _LONGEST_BODY) -> str:
    """Give a body in at most so many characters: JSON and text as they are, bytes by their number."""
    match body:
        case JsonBody(value=value):
            return show_json(value, limit=limit)
        case TextBody(text=text) if text:
            return text if len(text) <= limit else f"{text[: limit - 1]}…"
        case BinaryBody(data=data, media_type=media_type) if data:
            return f"{len(data)} bytes of {media_type}"
        case _:
            return "nothing"


def _raised(result: InteractionResult) -> tuple[tuple[str, str], ...]:
    raised = result.raised
    if raised is None:
        return ()
    return (("raised", raised.error), ("in", "\n".join(raised.lines) or raised.at))


def _is_fault(result: InteractionResult) -> bool:
    """Say whether the provider itself said that it failed (5xx, `INTERNAL`), which is not for lack of data."""
    match result.answer:
        case Status(code=code):
            return code in ("UNKNOWN", "INTERNAL", "DATA_LOSS")
        case HttpResponse(status=status):
            return status >= _SERVER_ERROR
    return False


def _mismatch_rows(mismatch: Mismatch, interaction: Interaction) -> tuple[tuple[str, str], ...]:
    return (
        ("at", place_in_words(mismatch.location, interaction)),
        ("expected", printable(mismatch.sentence or show_value(mismatch.expected))),
        ("received", show_value(mismatch.actual)),
    )


def unprepared_step(interaction: Interaction) -> str:
    """Give the next step where no handler prepared an interaction's derived state: the handler to paste."""
    state = interaction.derived_state
    assert state is not None
    return (
        f'No handler prepared "{printable(state.name)}", so the provider may lack the data. {ADD_TO_STATES}\n\n'
        f"{skeleton_of(state)}"
    )


def _lacks_credentials(result: InteractionResult) -> bool:
    call = result.interaction.exchange
    if isinstance(call, RpcCall):
        return _status_of(result) in ("UNAUTHENTICATED", "PERMISSION_DENIED") and _expects_ok(call)
    refused = any(str(each.location) == "response.status" and each.actual in (401, 403) for each in result.mismatches)
    return refused and isinstance(call, HttpCall) and call.response.status < 400


def _lacking_procedure(result: InteractionResult, provider: str) -> str:
    call = result.interaction.exchange
    if not isinstance(call, RpcCall) or _status_of(result) != "UNIMPLEMENTED":
        return ""
    return f"{provider} answers as if it did not offer {call.procedure}: is the service added to its server?"


def _status_of(result: InteractionResult) -> object:
    """Give the status that a provider answered a call with where another was expected, or None."""
    found = [each.actual for each in result.mismatches if each.location.steps[2:] == ("status",)]
    return found[0] if found else None


def _expects_ok(call: RpcCall) -> bool:
    return any(isinstance(event, Status) and event.code == "OK" for event in call.events)


def _states(interaction: Interaction) -> list[str]:
    if interaction.states:
        return [_with_values(state.name, state.params) for state in interaction.states]
    derived = interaction.derived_state
    return [] if derived is None else [_with_values(derived.name, derived.values)]


def _with_values(name: str, values: Mapping[str, Json]) -> str:
    written = ", ".join(f"{key}: {show_json(value, limit=60)}" for key, value in values.items())
    return f"{name} ({written})" if written else name


def answer_of(provider: str, interaction: Interaction) -> str:
    """Give what a provider gave in words: its response to a request, or its message."""
    if isinstance(interaction.exchange, Message):
        return f"the message {asked_of(interaction)} of {provider}"
    return f"the response of {provider} to {asked_of(interaction)}"


def asked_of(interaction: Interaction) -> str:
    """Give what an interaction asks of the provider, in a few words: method and path, or the procedure."""
    call = interaction.exchange
    if isinstance(call, HttpCall):
        return f"{call.request.method.upper()} {call.request.path}"
    if isinstance(call, RpcCall):
        return call.procedure
    return interaction.operation or interaction.description

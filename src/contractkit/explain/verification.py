"""Verification in words: each failure with place, expectation and what was received, errors grouped, and a summary."""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence

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
    RpcCall,
    Status,
    TextBody,
    repeated_events,
)
from contractkit.results import ABSENT, ContractResult, InteractionResult, Mismatch, Outcome

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f]")
_PLAIN_WORD = re.compile(r"[^\"$`\\!]*")
_NAMED_IN_GROUP = 10
_LONGEST_BODY = 400
_SERVER_ERROR = 500
_STATUS = Location(("response", "status"))
_CREDENTIALS_STEP = (
    "Credentials are never recorded. To send some: contractkit verify --header 'Authorization: Bearer $TOKEN'"
)


def explain_verification(provider: str, results: Sequence[ContractResult]) -> str:
    """Give a report for people: a line per contract, what failed, what errored, what was skipped, and a summary."""
    blocks = [
        _overview(results),
        *_failures(results),
        *_errors(results),
        *_unchecked(results),
        _skipped(results),
        summarise(provider, results),
    ]
    return _printable("\n\n".join(block for block in blocks if block))


def summarise(provider: str, results: Sequence[ContractResult]) -> str:
    """Give the last sentence of a report: what the provider does, or how many interactions ended how."""
    counts = count_outcomes(results)
    total = sum(counts.values())
    if counts["passed"] == total:
        consumers = list(dict.fromkeys(each.contract.consumer for each in results))
        verb = _plural(len(consumers), "expects", "expect")
        said = f"{provider} does what {_listed(consumers)} {verb}: {_passed(total)}."
        return printable(f"{said}{_left_unchecked(results)}")
    parts = ", ".join(f"{number} {word}" for word, number in counts.items() if number)
    pending = sum(1 for each in results for result in each.results if _is_pending(each, result))
    verbs = ("is", "blocks") if pending == 1 else ("are", "block")
    note = f" {pending} of those not passed {verbs[0]} pending and {verbs[1]} nobody." if pending else ""
    return f"{_interactions(total)} with {provider}: {parts}.{note}{_left_unchecked(results)}"


def count_outcomes(results: Iterable[ContractResult]) -> dict[str, int]:
    """Give the number of interactions that `passed`, `failed`, `errored`, and that were `skipped` unreplayed."""
    counts = {"passed": 0, "failed": 0, "errored": 0, "skipped": 0}
    for each in results:
        counts["skipped"] += len(each.skipped)
        for result in each.results:
            counts[result.outcome.value] += 1
    return counts


def explain_failure(contract: ContractResult, result: InteractionResult) -> Explanation:
    """Give one failed interaction as a message."""
    interaction = result.interaction
    consumer, provider = contract.contract.consumer, contract.contract.provider
    prefix = "Pending: " if contract.pending or interaction.pending else ""
    steps = [
        _unprepared(interaction) if result.unprepared and not _is_fault(result) else "",
        _lacking_procedure(result, provider),
        _CREDENTIALS_STEP if _lacks_credentials(result) else "",
        run_alone(contract.contract, interaction),
    ]
    return Explanation(
        printable(f"{prefix}{consumer} cannot use the response of {provider} to {_asked(interaction)}."),
        (*interaction_rows(interaction), *_mismatches(result), *_raised(result)),
        "\n\n".join(step for step in steps if step),
    )


def interaction_rows(interaction: Interaction) -> tuple[tuple[str, str], ...]:
    """Give what names an interaction as labelled rows: its description, its states, and the consumer's tests."""
    tests = [("test", printable(str(each.test))) for each in interaction.evidence]
    given = [("given", printable(state)) for state in _states(interaction)]
    return (("interaction", printable(interaction.description)), *given, *tests)


def run_alone(contract: Contract, interaction: Interaction) -> str:
    """Give the command that verifies one interaction only: by its description, or by its key where others share it."""
    text = interaction.description
    if sum(text.lower() in each.description.lower() for each in contract.interactions) > 1:
        text = interaction.key
    text = text if printable(text) == text else interaction.key
    quoted = f'"{text}"' if _PLAIN_WORD.fullmatch(text) else shlex.quote(text)
    return printable(f"Run this interaction alone: contractkit verify {contract.provider} --interaction {quoted}")


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


def _overview(results: Sequence[ContractResult]) -> str:
    rows = []
    width = max((len(printable(each.contract.consumer)) for each in results), default=0)
    for each in results:
        counts = ", ".join(f"{number} {word}" for word, number in count_outcomes([each]).items() if number)
        pending = "   (pending: blocks nobody)" if each.pending else ""
        rows.append(f"  {printable(each.contract.consumer).ljust(width)}   {counts}{pending}")
    return "\n".join(rows)


def _failures(results: Sequence[ContractResult]) -> list[str]:
    return [
        str(explain_failure(each, result))
        for each in results
        for result in each.results
        if result.outcome is Outcome.FAILED
    ]


def _errors(results: Sequence[ContractResult]) -> list[str]:
    groups: dict[tuple[str, Explanation], list[tuple[ContractResult, InteractionResult]]] = {}
    for each in results:
        for result in each.results:
            if result.error is not None:
                groups.setdefault((result.reason, result.error), []).append((each, result))
    return [_group(reason, error, members) for (reason, error), members in groups.items()]


def _group(reason: str, error: Explanation, members: list[tuple[ContractResult, InteractionResult]]) -> str:
    verb = _plural(len(members), "was", "were")
    head = f"{_interactions(len(members))} {verb} not judged ({reason}). {error.summary}"
    rows = [
        (printable(each.contract.consumer), _place(result.interaction)) for each, result in members[:_NAMED_IN_GROUP]
    ]
    more = len(members) - _NAMED_IN_GROUP
    rest = [("", f"and {more} more")] if more > 0 else []
    return str(Explanation(printable(head), (*error.details, *rows, *rest), error.next_step))


def _skipped(results: Sequence[ContractResult]) -> str:
    found = [(each.contract.consumer, skipped) for each in results for skipped in each.skipped]
    if not found:
        return ""
    rows = [(printable(consumer), printable(f"{each.description}: {each.reason}")) for consumer, each in found]
    verb = _plural(len(found), "was", "were")
    return str(Explanation(f"{_interactions(len(found))} {verb} skipped, so not verified.", tuple(rows)))


def _unchecked(results: Sequence[ContractResult]) -> list[str]:
    return [
        str(_explain_unchecked(each, result))
        for each in results
        for result in each.results
        if result.unchecked and result.outcome is Outcome.PASSED
    ]


def _explain_unchecked(contract: ContractResult, result: InteractionResult) -> Explanation:
    consumer, provider = contract.contract.consumer, contract.contract.provider
    rows = tuple(("unchecked", _left_out(each)) for each in result.unchecked)
    return Explanation(
        printable(f"{_asked(result.interaction)} passed, and less was checked than {consumer} expects of {provider}."),
        (*interaction_rows(result.interaction), *rows),
        _unprepared(result.interaction) if result.unprepared else "Have the state's handler make some.",
    )


def _left_out(place: Location) -> str:
    if _is_stream(place):
        return f"nothing of the messages at {place} was checked: the provider sent none"
    return f"nothing of the elements of {printable(str(place))} was checked: the provider answered an empty list"


def _is_stream(place: Location) -> bool:
    return place.steps[:1] == ("events",) and len(place.steps) == 2


def _left_unchecked(results: Sequence[ContractResult]) -> str:
    places = [result.unchecked for each in results for result in each.results if result.unchecked]
    kinds = {_is_stream(place) for each in places for place in each}
    words = {True: "messages of streams", False: "elements of lists"}
    left = " or ".join(words[kind] for kind in sorted(kinds))
    return f" {_interactions(len(places))} left {left} unchecked: the provider had none." if places else ""


def _place(interaction: Interaction) -> str:
    test = f" ({interaction.evidence[0].test})" if interaction.evidence else ""
    return printable(f"{interaction.description}{test}")


def _mismatches(result: InteractionResult) -> tuple[tuple[str, str], ...]:
    """Give the mismatches as rows; where the status is another one, the answer as a whole: it is of another kind."""
    interaction, answer = result.interaction, result.answer
    status = next((each for each in result.mismatches if _is_status(each)), None)
    if status is None or answer is None:
        return tuple(row for each in result.mismatches for row in _mismatch_rows(each, interaction))
    if isinstance(answer, Status):
        details = (("details", "\n".join(show_json(each, limit=_LONGEST_BODY) for each in answer.details)),)
        return (
            *_mismatch_rows(status, interaction),
            ("text", show_json(answer.message)),
            *(details if answer.details else ()),
        )
    return (*_mismatch_rows(status, interaction), ("body", _body(answer.body)))


def _is_status(mismatch: Mismatch) -> bool:
    return mismatch.location == _STATUS or mismatch.location.steps[2:] == ("status",)


def _body(body: Body) -> str:
    match body:
        case JsonBody(value=value):
            return show_json(value, limit=_LONGEST_BODY)
        case TextBody(text=text) if text:
            return text if len(text) <= _LONGEST_BODY else f"{text[: _LONGEST_BODY - 1]}…"
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


def _unprepared(interaction: Interaction) -> str:
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


def _asked(interaction: Interaction) -> str:
    call = interaction.exchange
    if isinstance(call, HttpCall):
        return f"{call.request.method.upper()} {call.request.path}"
    if isinstance(call, RpcCall):
        return call.procedure
    return interaction.operation or interaction.description


def _is_pending(contract: ContractResult, result: InteractionResult) -> bool:
    return (contract.pending or result.interaction.pending) and result.outcome is not Outcome.PASSED


def _passed(total: int) -> str:
    return f"{_interactions(total)} passed"


def _interactions(count: int) -> str:
    return f"{count} {_plural(count, 'interaction', 'interactions')}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _plural(count: int, one: str, many: str) -> str:
    return one if count == 1 else many


def _printable(text: str) -> str:
    """Give a text without control characters: contracts are other people's, and a terminal obeys them."""
    return _CONTROL.sub("�", text)

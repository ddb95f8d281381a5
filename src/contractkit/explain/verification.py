"""Verification in words: each failure with place, expectation and what was received, errors grouped, and a summary."""

from collections.abc import Iterable, Sequence

from contractkit.errors import Explanation
from contractkit.explain.terminal import printable, readable
from contractkit.explain.verification_drift import explain_drift
from contractkit.explain.verification_failures import asked_of, explain_failure, interaction_rows, unprepared_step
from contractkit.model import Interaction, Location
from contractkit.results import ContractResult, InteractionResult, Outcome

_NAMED_IN_GROUP = 10


def explain_verification(provider: str, results: Sequence[ContractResult]) -> str:
    """Give a report for people: a summary, a line per contract, what failed, what errored, what was skipped."""
    blocks = [
        summarise(provider, results),
        _overview(results),
        *_failures(results),
        *_errors(results),
        *_unchecked(results),
        _skipped(results),
        explain_drift(provider, results),
    ]
    return readable("\n\n".join(block for block in blocks if block))


def summarise(provider: str, results: Sequence[ContractResult]) -> str:
    """Give the first sentence of a report: what the provider does, or how many interactions ended how."""
    counts = count_outcomes(results)
    total = sum(counts.values())
    if results and all(each.reused for each in results):
        return printable(f"{_kept(provider, results)}, as this version was found to do before.")
    if counts["passed"] == total:
        return printable(f"{_kept(provider, results)}: {_passed(total)}.{_left_unchecked(results)}")
    parts = ", ".join(f"{number} {word}" for word, number in counts.items() if number)
    pending = sum(1 for each in results for result in each.results if _is_pending(each, result))
    verbs = ("is", "blocks") if pending == 1 else ("are", "block")
    note = f" {pending} of those not passed {verbs[0]} pending and {verbs[1]} nobody." if pending else ""
    return f"{_interactions(total)} with {provider}: {parts}.{note}{_left_unchecked(results)}"


def _kept(provider: str, results: Sequence[ContractResult]) -> str:
    consumers = list(dict.fromkeys(each.contract.consumer for each in results))
    return f"{provider} does what {_listed(consumers)} {_plural(len(consumers), 'expects', 'expect')}"


def count_outcomes(results: Iterable[ContractResult]) -> dict[str, int]:
    """Give the number of interactions that `passed`, `failed`, `errored`, and that were `skipped` unreplayed."""
    counts = {"passed": 0, "failed": 0, "errored": 0, "skipped": 0}
    for each in results:
        counts["skipped"] += len(each.skipped)
        for result in each.results:
            counts[result.outcome.value] += 1
    return counts


def _overview(results: Sequence[ContractResult]) -> str:
    rows = []
    width = max((len(printable(each.contract.consumer)) for each in results), default=0)
    for each in results:
        counts = ", ".join(f"{number} {word}" for word, number in count_outcomes([each]).items() if number)
        counts = f"verified before: {printable(each.reused)}" if each.reused else counts
        pending = "   (pending: blocks nobody)" if each.pending else ""
        rows.append(f"  {printable(each.contract.consumer).ljust(width)}   {counts}{pending}")
    return "\n".join(rows)


def _failures(results: Sequence[ContractResult]) -> list[str]:
    return [
        str(explain_failure(each, result, among=results))
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
        printable(
            f"{asked_of(result.interaction)} passed, and less was checked than {consumer} expects of {provider}."
        ),
        (*interaction_rows(result.interaction), *rows),
        unprepared_step(result.interaction) if result.unprepared else "Have the state's handler make some.",
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

"""Verification as Markdown: one comment on a pull request, found again by its hidden first line and replaced."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from contractkit.explain.terminal import printable
from contractkit.explain.verification import count_outcomes, summarise
from contractkit.explain.verification_drift import drifted_places, summarise_drift
from contractkit.explain.verification_failures import (
    asked_of,
    command_for,
    interaction_rows,
    place_in_words,
    show_value,
)
from contractkit.results import ContractResult, InteractionResult, Mismatch, Outcome

LONGEST = 60_000
"""Characters; GitHub takes comments of 65,536, GitLab of a million."""

_MOST_CONSUMERS = 100
_MOST_MISMATCHES = 5
_MOST_DRIFTED = 20
_LONGEST_VALUE = 200
_MARKER_UNSAFE = re.compile(r"[^\w.-]+")
_MARKED = re.compile(r"([\\`*_{}\[\]<>|#~@])")


def marker_of(provider: str) -> str:
    """Give the first line of the comment, which no reader sees and by which a later run finds it."""
    return f"<!-- contractkit verify {_MARKER_UNSAFE.sub('-', provider)} -->"


def verification_as_markdown(provider: str, results: Sequence[ContractResult]) -> str:
    """Give the comment: the summary, a table of consumers, drift, and what did not pass, as far as it fits."""
    head = [
        marker_of(provider),
        f"### Contracts with {_plain(provider)}: {_verdict(results)}",
        _plain(summarise(provider, results)),
        _table(results),
        *_drift(provider, results),
    ]
    counts = count_outcomes(results)
    total = sum(counts.values()) - counts["passed"]
    return _bounded("\n\n".join(head), chain(_failures(results), _not_judged(results)), total)


def _bounded(head: str, blocks: Iterable[str], total: int) -> str:
    text = head
    for number, block in enumerate(blocks):
        note = f"\n\n… and {total - number} more, which the build's log has."
        if len(text) + len(block) + len(note) > LONGEST:
            return f"{text}{note}"
        text = f"{text}\n\n{block}"
    return text


def _verdict(results: Sequence[ContractResult]) -> str:
    blocking = [each for each in results if not each.pending]
    if any(each.outcome is Outcome.FAILED for each in blocking):
        return "broken"
    is_judged = all(each.outcome is Outcome.PASSED and not each.skipped for each in blocking)
    return "kept" if is_judged else "not all judged"


def _table(results: Sequence[ContractResult]) -> str:
    rows = [
        f"| {_plain(each.contract.consumer)} | {' | '.join(str(count) for count in count_outcomes([each]).values())} "
        f"| {_remark(each)} |"
        for each in results[:_MOST_CONSUMERS]
    ]
    more = len(results) - _MOST_CONSUMERS
    rest = [f"| … and {more} more | | | | | |"] if more > 0 else []
    head = ["| consumer | passed | failed | errored | skipped | |", "| --- | --- | --- | --- | --- | --- |"]
    return "\n".join([*head, *rows, *rest])


def _remark(each: ContractResult) -> str:
    return f"[verified before]({each.reused})" if each.reused else "pending" if each.pending else ""


def _drift(provider: str, results: Sequence[ContractResult]) -> Iterator[str]:
    places = drifted_places(results)
    if places:
        listed = [
            f"- {_code(operation)} at {_code(location)}: expected {_code(expected)}, "
            f"received {_code(show_value(members[0][1].received))}"
            for (operation, location, expected), members in list(places.items())[:_MOST_DRIFTED]
        ]
        more = len(places) - _MOST_DRIFTED
        listed += [f"- and {more} more places"] if more > 0 else []
        yield "\n".join([f"{_plain(summarise_drift(provider, results))}", "", *listed])


def _failures(results: Sequence[ContractResult]) -> Iterator[str]:
    for each in results:
        yield from (_failure(each, one, results) for one in each.results if one.outcome is Outcome.FAILED)


def _failure(each: ContractResult, result: InteractionResult, results: Sequence[ContractResult]) -> str:
    interaction = result.interaction
    pending = " (pending)" if each.pending or interaction.pending else ""
    tests = ", ".join(_code(str(evidence.test)) for evidence in interaction.evidence)
    states = ", ".join(_code(text) for label, text in interaction_rows(interaction) if label == "given")
    lines = [
        f"**{_plain(each.contract.consumer)}**: {_plain(interaction.description)}{pending}",
        "",
        f"- asked: {_code(asked_of(interaction))}",
        *([f"- given: {states}"] if states else []),
        *([f"- the consumer's test: {tests}"] if tests else []),
        *(_mismatch(mismatch, result) for mismatch in result.mismatches[:_MOST_MISMATCHES]),
        *_more(len(result.mismatches) - _MOST_MISMATCHES),
        f"- to replay it: {_code(command_for(each, interaction, among=results))}",
    ]
    return "\n".join(lines)


def _mismatch(mismatch: Mismatch, result: InteractionResult) -> str:
    place = place_in_words(mismatch.location, result.interaction)
    expected = mismatch.sentence or show_value(mismatch.expected)
    return f"- at {_code(place)}: expected {_code(expected)}, received {_code(show_value(mismatch.actual))}"


def _more(count: int) -> list[str]:
    return [f"- and {count} more mismatches"] if count > 0 else []


def _not_judged(results: Sequence[ContractResult]) -> list[str]:
    errored = [
        (each, result.interaction.description, f"{result.reason}: {result.error.summary}")
        for each in results
        for result in each.results
        if result.error is not None
    ]
    skipped = [(each, skipped.description, skipped.reason) for each in results for skipped in each.skipped]
    return [
        f"**{_plain(each.contract.consumer)}**: {_plain(description)} was not judged ({_code(reason)})"
        for each, description, reason in (*errored, *skipped)
    ]


def _code(text: str) -> str:
    """Give a text as code, in which nothing is a link, a mention or markup; backticks fence it longer."""
    line = printable(text) if len(text) <= _LONGEST_VALUE else f"{printable(text[: _LONGEST_VALUE - 1])}…"
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    padding = " " if longest else ""
    return f"{fence}{padding}{line}{padding}{fence}"


def _plain(text: str) -> str:
    """Give a text in which nothing is markup; `@` is followed by a joiner, so that nobody is told by a contract."""
    return _MARKED.sub(r"\\\1", printable(text)).replace("\\@", "@\u200b")

"""Proofs in words: predicted and proven side by side, as text, as a table of markdown and as JSON."""

from collections.abc import Sequence

from contractkit.changes.wording import counted
from contractkit.exact_json import Json
from contractkit.explain.terminal import printable
from contractkit.impact.proofs import Proved, proved
from contractkit.impact.proven import Proven
from contractkit.impact.records import ImpactReport

_MOST_LINES = 50
_MOST_CHARACTERS = 160


def proofs_in_words(report: ImpactReport) -> str:
    """Give predicted and proven for people, what is not as it should be first; empty where nothing was run."""
    found = _ordered(report)
    if not found:
        return ""
    rows = [(_name(each, report), each.impact.verdict.value, each.proof.outcome.value, _told(each)) for each in found]
    rows = [("interaction", "predicted", "proven", ""), *rows[:_MOST_LINES]]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [f"  {'   '.join(map(str.ljust, row[:3], widths))}   {row[3]}".rstrip() for row in rows]
    left = (
        [f"  … and {len(found) - _MOST_LINES} more; --format json lists them all"] if len(found) > _MOST_LINES else []
    )
    head = f"What the consumer's own tests prove on stubs of {report.new.name}:"
    return "\n".join([head, "", *lines, *left, *_differences(found, report), "", _summary(found)])


def proofs_as_table(report: ImpactReport) -> str:
    """Give the same as markdown; empty where nothing was run."""
    found = _ordered(report)
    if not found:
        return ""
    head = ["| interaction | predicted | proven | by the consumer's tests |", "| --- | --- | --- | --- |"]
    rows = [
        (_name(each, report), each.impact.verdict.value, each.proof.outcome.value, _told(each), each.why)
        for each in found[:_MOST_LINES]
    ]
    lines = [f"| {' | '.join(map(_cell, (*row[:3], '; '.join(filter(None, row[3:])))))} |" for row in rows]
    left = [f"\n… and {len(found) - _MOST_LINES} more"] if len(found) > _MOST_LINES else []
    return "\n".join([*head, *lines, *left, "", _summary(found)])


def proof_as_json(each: Proved) -> Json:
    """Give what was proven of one interaction."""
    return {
        "outcome": each.proof.outcome.value,
        "agrees": each.agrees,
        "why": each.why or None,
        "tests": [
            {
                "node_id": test.test.node_id,
                "outcome": test.outcome.value,
                "message": test.message or None,
                "file": test.file or None,
                "line": test.line or None,
            }
            for test in each.proof.tests
        ],
    }


def proofs_by_interaction(report: ImpactReport) -> dict[int, Json]:
    """Give what was proven of each interaction of a report, by the identity of its record."""
    return {id(each.impact): proof_as_json(each) for each in proved(report)}


def _ordered(report: ImpactReport) -> tuple[Proved, ...]:
    """Give what was proven: what differs from what was predicted, then the worst, first."""
    order = list(Proven)
    return tuple(sorted(proved(report), key=lambda each: (each.agrees is not False, order.index(each.proof.outcome))))


def _name(each: Proved, report: ImpactReport) -> str:
    several = len({consumer.consumer for consumer in report.consumers}) > 1
    said = each.impact.interaction.description
    return f"{each.consumer.consumer}: {said}" if several else said


def _told(each: Proved) -> str:
    """Give the place and the first line of what the first test that ended so said."""
    telling = each.proof.telling
    if not telling or each.proof.outcome is Proven.PASSES:
        return ""
    first, more = telling[0], len(telling) - 1
    said = first.message.splitlines()[0][:_MOST_CHARACTERS] if first.message else ""
    return f"{first.place}: {said}" + (f" (and {counted(more, 'test')} more)" if more else "")


def _differences(found: Sequence[Proved], report: ImpactReport) -> list[str]:
    said = [f"  {_name(each, report)}: {each.why}." for each in found[:_MOST_LINES] if each.why]
    return ["", "Where the two differ:", "", *said] if said else []


def _summary(found: Sequence[Proved]) -> str:
    counts = [(sum(each.proof.outcome is outcome for each in found), outcome.value) for outcome in Proven]
    said = ", ".join(f"{number} {outcome}" for number, outcome in counts if number)
    settled = [each for each in found if each.agrees is not None]
    agreeing = sum(each.agrees is True for each in settled)
    tail = f"; {agreeing} of {len(settled)} as predicted" if settled else ""
    return f"Proven of {counted(len(found), 'interaction')}: {said}{tail}."


def _cell(text: str) -> str:
    """Give a text as a cell of a table: what a test said may hold anything."""
    plain = printable(text.replace("\n", " ")).replace("\\", "\\\\")
    return plain.replace("|", "\\|").replace("<", "&lt;").replace("](", "]\\(")

"""Verification as annotations of a GitHub workflow: what failed, beside the provider's own line where that is known."""

from collections.abc import Iterator, Mapping, Sequence

from contractkit.explain.terminal import join_lines
from contractkit.explain.verification import summarise
from contractkit.explain.verification_drift import explain_drift
from contractkit.explain.verification_failures import explain_failure
from contractkit.explain.workflow_commands import workflow_command
from contractkit.results import ContractResult, InteractionResult, Outcome

_MOST_OF_A_KIND = 10
"""How many annotations of one level GitHub shows for a step; it drops the others without a word."""


def verification_as_github(provider: str, results: Sequence[ContractResult]) -> str:
    """Give an annotation per interaction that did not pass, and the summary as a notice.

    What is pending is a warning, and so is all drift together; the rest are errors. Of more than ten of a level, the
    tenth counts the others.
    """
    found = [*_drift(provider, results), *_annotations(results)]
    shown = [
        line for level in ("error", "warning") for line in _bounded(level, [each for each in found if each[0] == level])
    ]
    notice = workflow_command("notice", summarise(provider, results), {"title": f"contracts with {provider}"})
    return join_lines([*shown, notice])


def _drift(provider: str, results: Sequence[ContractResult]) -> Iterator[tuple[str, str]]:
    drift = explain_drift(provider, results)
    if drift:
        yield "warning", workflow_command("warning", drift, {"title": f"contracts with {provider}"})


def _annotations(results: Sequence[ContractResult]) -> Iterator[tuple[str, str]]:
    for each in results:
        for result in each.results:
            if result.outcome is not Outcome.PASSED:
                level = "warning" if each.pending or result.interaction.pending else "error"
                yield level, _annotation(level, each, result, results)
        for skipped in each.skipped:
            title = _title(each, skipped.description)
            yield "error", workflow_command("error", f"Not replayed: {skipped.reason}.", {"title": title})


def _annotation(level: str, each: ContractResult, result: InteractionResult, results: Sequence[ContractResult]) -> str:
    explanation = result.error or explain_failure(each, result, among=results)
    properties = {**_place(result), "title": _title(each, result.interaction.description)}
    return workflow_command(level, str(explanation), properties)


def _place(result: InteractionResult) -> Mapping[str, str]:
    """Give file and line where the provider's own code raised; the consumer's test is in another repository."""
    file, _, line = (result.raised.at if result.raised else "").rpartition(":")
    return {"file": file, "line": line} if file and line.isdigit() and not file.startswith("/") else {}


def _bounded(level: str, found: Sequence[tuple[str, str]]) -> list[str]:
    lines = [line for _, line in found]
    if len(lines) <= _MOST_OF_A_KIND:
        return lines
    kept = lines[: _MOST_OF_A_KIND - 1]
    more = f"{len(lines) - len(kept)} more interactions did not pass; the step's log and its reports have them all."
    return [*kept, workflow_command(level, more, {"title": "contracts"})]


def _title(each: ContractResult, description: str) -> str:
    return f"{each.contract.consumer}: {description}"

"""Hints: what the results of a verification taken together say about how it was run."""

from collections.abc import Sequence

from contractkit.results import ContractResult, InteractionResult

_NOT_FOUND = 404


def is_all_not_found(results: Sequence[ContractResult]) -> bool:
    """Say whether there were answers that failed, and each of all was 404 where something else was expected."""
    all_results = [result for each in results for result in each.results]
    return bool(all_results) and all(_is_not_found(each) for each in all_results)


def hint_at_base_path(base_paths: Sequence[str], provider: str) -> str:
    """Give the advice for an application in process that may serve under a base path; the definition's own if known."""
    declared = next((path for path in base_paths if path), "")
    told = f"its definition declares {declared}" if declared else "it may serve under a base path"
    path = declared or "/v1"
    return (
        f"Every interaction was answered 404, and recorded paths are relative to the base path: {told}. If so, give\n"
        f'--base-path {path}, or set base_path = "{path}" in [tool.contractkit.provides.{provider}].'
    )


def hint_at_states_elsewhere(results: Sequence[ContractResult], states: str) -> str:
    """Give the advice where data that was prepared is not found by a provider in a process of its own, or nothing."""
    count = sum(1 for each in results for result in each.results if _is_not_found(result) and _is_prepared(result))
    if not count:
        return ""
    what = "1 interaction whose state was" if count == 1 else f"{count} interactions whose states were"
    return (
        f"{what} prepared by {states} failed as not found. Its functions run in this process, not in the\n"
        "provider's: they must write to the same database. Data in the provider's memory is prepared with\n"
        "--states-url, or by verifying in process: --app, or --grpc package.module:attribute."
    )


def _is_not_found(result: InteractionResult) -> bool:
    return any(
        each.actual == _NOT_FOUND if str(each.location) == "response.status" else each.actual == "NOT_FOUND"
        for each in result.mismatches
        if each.location.steps[-1:] == ("status",)
    )


def _is_prepared(result: InteractionResult) -> bool:
    interaction = result.interaction
    return bool(interaction.states) or (interaction.derived_state is not None and not result.unprepared)

"""What differs between two contracts, as text, as JSON and as markdown."""

from collections.abc import Iterator

from contractkit.exact_json import Json, dump_shown
from contractkit.explain.interactions import summary
from contractkit.explain.terminal import join_lines, printable
from contractkit.model import Interaction
from contractkit.review.records import ContractComparison, Difference, Effect, InteractionChange, Kind

SCHEMA_VERSION = 1

_SENTENCES = {
    Effect.STRICTER: "it must do more",
    Effect.LOOSER: "it may do less",
    Effect.OTHER: "it must do something else",
    Effect.EXAMPLE: "another example of the same expectation",
    Effect.EVIDENCE: "what the consumer's tests show",
}
"""What each effect means for people."""


def diff_as_text(comparison: ContractComparison) -> str:
    """Give a comparison as text: a line for the whole, a block per interaction, and what it means for the provider."""
    head = [_parties(comparison), *_rows(comparison.head)]
    blocks = [join_lines(head), *(_block(each) for each in comparison.changes)]
    return "\n\n".join([*blocks, _meaning(comparison)])


def diff_as_json(comparison: ContractComparison) -> str:
    """Give a comparison as JSON; the manual lists the members."""
    return dump_shown(
        {
            "schema_version": SCHEMA_VERSION,
            "same": comparison.is_same,
            "consumer": comparison.after.consumer,
            "provider": comparison.after.provider,
            "effects": [each.value for each in comparison.effects],
            "unchanged": comparison.same,
            "head": [_difference(each) for each in comparison.head],
            "interactions": [_change(each) for each in comparison.changes],
        }
    )


def diff_as_markdown(comparison: ContractComparison) -> str:
    """Give a comparison as markdown for a pull request: a table of interactions, and one of differences."""
    rows = [
        f"| {each.kind.value} | {_cell(each.interaction.description)} | {_effects(each.effects)} |"
        for each in comparison.changes
    ]
    table = ["| interaction | | for the provider |", "| --- | --- | --- |", *rows] if rows else []
    details = [*_table_rows("", comparison.head)]
    for each in comparison.changes:
        details += _table_rows(each.interaction.description, each.differences)
    heading = ["| interaction | place | before | after | effect |", "| --- | --- | --- | --- | --- |"]
    blocks = [f"### {_parties(comparison)}", "\n".join(table), "\n".join([*heading, *details]) if details else ""]
    return "\n\n".join(block for block in (*blocks, _meaning(comparison)) if block)


def _parties(comparison: ContractComparison) -> str:
    after = comparison.after
    counts = [
        f"{number} {kind.value}" for kind in Kind if (number := sum(each.kind is kind for each in comparison.changes))
    ]
    counted = ", ".join([*counts, f"{comparison.same} the same"])
    return f"{after.consumer} expects of {after.provider}: {counted}"


def _block(change: InteractionChange) -> str:
    effects = "" if change.kind is Kind.CHANGED else f"   ({_effects(change.effects)})"
    head = f"{change.kind.value}: {change.interaction.description}{effects}"
    return join_lines([head, f"  {summary(change.interaction)}", *_rows(change.differences)])


def _rows(differences: tuple[Difference, ...]) -> Iterator[str]:
    width = max((len(each.effect.value) for each in differences), default=0)
    for each in differences:
        indent = " " * (width + 5)
        yield f"  {each.effect.value:{width}}   {_place(each)}"
        yield f"{indent}  before   {_or_nothing(each.before)}"
        yield f"{indent}  after    {_or_nothing(each.after)}"


def _place(difference: Difference) -> str:
    return difference.what if difference.location is None else f"{difference.location}: {difference.what}"


def _meaning(comparison: ContractComparison) -> str:
    if comparison.is_same:
        return "Nothing differs."
    concerned = [each for each in comparison.effects if each.concerns_the_provider]
    words = ", ".join(f"{each.value} ({_SENTENCES[each]})" for each in concerned)
    return f"For the provider: {words}." if words else "For the provider: nothing changes."


def _effects(effects: tuple[Effect, ...]) -> str:
    return ", ".join(each.value for each in effects)


def _or_nothing(words: str | None) -> str:
    return "(nothing)" if words is None else words


def _table_rows(description: str, differences: tuple[Difference, ...]) -> list[str]:
    return [
        f"| {_cell(description)} | {_cell(_place(each))} | {_cell(_or_nothing(each.before))} "
        f"| {_cell(_or_nothing(each.after))} | {each.effect.value} |"
        for each in differences
    ]


def _cell(text: str) -> str:
    return printable(text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("](", "]\\(")


def _change(change: InteractionChange) -> Json:
    return {
        "change": change.kind.value,
        "effects": [each.value for each in change.effects],
        "before": _named(change.before),
        "after": _named(change.after),
        "differences": [_difference(each) for each in change.differences],
    }


def _named(interaction: Interaction | None) -> Json:
    if interaction is None:
        return None
    return {"key": interaction.key, "description": interaction.description, "summary": summary(interaction)}


def _difference(difference: Difference) -> Json:
    return {
        "what": difference.what,
        "location": None if difference.location is None else str(difference.location),
        "before": difference.before,
        "after": difference.after,
        "effect": difference.effect.value,
    }

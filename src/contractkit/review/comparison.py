"""Comparison of two contracts: interactions paired, then every aspect of a pair looked at by a row of one table."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeAlias

from contractkit.document import skipped_interactions
from contractkit.exact_json import Json, show_json
from contractkit.explain.words import needs_in_words, states_in_words
from contractkit.model import Contract, Interaction, Message
from contractkit.review.alignment import align_events
from contractkit.review.exchanges import exchange_differences
from contractkit.review.normal_forms import content_of, has_own_key, normalised
from contractkit.review.pairing import Side, pair_interactions
from contractkit.review.records import ContractComparison, Difference, Effect, InteractionChange
from contractkit.review.trees import body_tree, show_tree

_Aspect: TypeAlias = Callable[[Interaction, Interaction], Iterator[Difference]]


def compare_contracts(before: Contract, after: Contract) -> ContractComparison:
    """Give what differs between two contracts, whichever version of the specification wrote either.

    Interactions are paired also where they were renamed or changed. What nobody sees in a list of differences but a
    verification depends on, such as descriptors and plugins' settings, is found by the digest of the content.
    """
    olds, news = (
        [Side(each, content_of(contract, each)) for each in map(normalised, contract.interactions)]
        for contract in (before, after)
    )
    contents = {id(side.interaction): side.content for side in (*olds, *news)}
    changes: list[InteractionChange] = []
    same = 0
    for old, new in pair_interactions(olds, news):
        if old is None or new is None:
            changes.append(InteractionChange(before=old, after=new))
            continue
        is_same = contents[id(old)] == contents[id(new)] or _unruled(before, old) == _unruled(after, new)
        found = tuple(_differences(old, new, is_same=is_same))
        same += not found
        if found:
            changes.append(InteractionChange(before=old, after=new, differences=found))
    head = tuple(_head_differences(before, after))
    return ContractComparison(before=before, after=after, head=head, changes=tuple(changes), same=same)


def _unruled(contract: Contract, interaction: Interaction) -> str:
    """Give the digest of all but the rules, of which each difference has a line of its own or means nothing."""
    return content_of(contract, replace(interaction, rules=()))


def _differences(before: Interaction, after: Interaction, *, is_same: bool) -> Iterator[Difference]:
    found = [difference for aspect in _ASPECTS for difference in aspect(before, after)]
    yield from found
    if not is_same and not any(each.effect is not Effect.EVIDENCE for each in found):
        yield Difference(
            what="content",
            effect=Effect.OTHER,
            before="other descriptors, transport, plugin settings or order of the query",
            after="these",
        )


def _exchange(before: Interaction, after: Interaction) -> Iterator[Difference]:
    old, new, events = align_events(before, after)
    yield from events
    yield from exchange_differences(old, new)


def _states(before: Interaction, after: Interaction) -> Iterator[Difference]:
    """Give states that differ; one derived from the call follows the call, and only its name counts."""
    old, new = ([_state_words(each)] for each in (before, after))
    yield from _lines("state", old, new, Effect.OTHER)


def _state_words(interaction: Interaction) -> str:
    derived = interaction.derived_state
    if interaction.states or derived is None:
        return states_in_words(interaction)
    return f"{derived.name}, derived from the call"


def _pending(before: Interaction, after: Interaction) -> Iterator[Difference]:
    effect = Effect.LOOSER if after.pending else Effect.STRICTER
    old, new = (["a failure blocks nobody" if each.pending else "a failure counts"] for each in (before, after))
    yield from _lines("pending", old, new, effect)


def _description(before: Interaction, after: Interaction) -> Iterator[Difference]:
    """Give a new name; a message's is what its provider is asked for."""
    effect = Effect.OTHER if isinstance(after.exchange, Message) else Effect.EVIDENCE
    yield from _lines("description", [before.description], [after.description], effect)


def _key(before: Interaction, after: Interaction) -> Iterator[Difference]:
    if has_own_key(before) and has_own_key(after):
        yield from _lines("key", [before.key], [after.key], Effect.EVIDENCE)


def _needs(before: Interaction, after: Interaction) -> Iterator[Difference]:
    old, new = (needs_in_words(each.needs) if each.evidence else () for each in (before, after))
    yield from _lines("need", old, new, Effect.EVIDENCE)


def _tests(before: Interaction, after: Interaction) -> Iterator[Difference]:
    old, new = ([f"{each.test}   {each.test.node_id}" for each in one.evidence] for one in (before, after))
    yield from _lines("test", old, new, Effect.EVIDENCE)


def _served(before: Interaction, after: Interaction) -> Iterator[Difference]:
    old, new = ([show_tree(body_tree(each.served))] for each in (before, after))
    yield from _lines("served", old, new, Effect.EVIDENCE)


def _comments(before: Interaction, after: Interaction) -> Iterator[Difference]:
    yield from _lines("comment", before.comments, after.comments, Effect.EVIDENCE)


_ASPECTS: tuple[_Aspect, ...] = (
    _exchange,
    _states,
    _pending,
    _description,
    _key,
    _needs,
    _tests,
    _served,
    _comments,
)
"""What is looked at in a pair of interactions, in the order of the report."""


def _head_differences(before: Contract, after: Contract) -> Iterator[Difference]:
    yield from _lines("consumer", [before.consumer], [after.consumer], Effect.OTHER)
    yield from _lines("provider", [before.provider], [after.provider], Effect.OTHER)
    definitions = (each.definition for each in (before, after))
    old, new = ([f"{each.source}, {each.digest}"] if each is not None else [] for each in definitions)
    yield from _lines("definition", old, new, Effect.EVIDENCE)
    lost, gained = (list(map(_unread, skipped_interactions(each))) for each in (before, after))
    yield from _lines("interaction that is not read", lost, gained, Effect.OTHER)


def _unread(interaction: Json) -> str:
    return f"{interaction.get('description')}: {show_json(interaction)}"


def _lines(what: str, before: Iterable[str], after: Iterable[str], effect: Effect) -> Iterator[Difference]:
    """Give lines that stand only on one side; one lost and one gained are one changed."""
    olds, news = list(before), list(after)
    lost = [each for each in olds if each not in news]
    gained = [each for each in news if each not in olds]
    for index in range(max(len(lost), len(gained))):
        old, new = (each[index] if index < len(each) else None for each in (lost, gained))
        yield Difference(what=what, effect=effect, before=old, after=new)

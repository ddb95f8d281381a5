"""Lints across the interactions of a contract: those that contradict, repeat or crowd each other."""

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any

from contractkit.exact_json import Json, dump_compact
from contractkit.explain.interactions import summary
from contractkit.model import Body, Contract, HttpCall, Interaction, JsonBody, Message, Part, RpcCall
from contractkit.review.exchanges import is_asked
from contractkit.review.findings import Remark
from contractkit.review.normal_forms import content_of, has_own_key, normalised
from contractkit.review.trees import show_tree, tree_of

MANY = 5
"""Interactions of one shape, from which on they are many."""

_VALUE_IN_PATH = re.compile(r"[0-9]+|(?i:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})|[0-9a-f]{16,}")
_SHOWN = 3


def contradicting_answers(contract: Contract) -> Iterator[Remark]:
    """Find different answers to one request in one state, of which a provider can give only one."""
    asking = [each for each in contract.interactions if not isinstance(each.exchange, Message)]
    for first, *others in _grouped(asking, lambda each: (*_states(each), _asked(each))).values():
        different = [each for each in others if _answer(each) != _answer(first)]
        if different:
            yield Remark(
                interaction=first,
                why=f"expects another answer to the same request in the same state as {_names(different)}",
                edit="name the state in which each answer is given",
            )


def repeated_interactions(contract: Contract) -> Iterator[Remark]:
    """Find interactions that ask for the same as another."""

    def content(interaction: Interaction) -> str:
        return content_of(contract, normalised(interaction))

    for first, *others in _grouped(contract.interactions, content).values():
        if others:
            yield Remark(interaction=first, why=f"asks for the same as {_names(others)}", edit="keep one of them")


def shared_names(contract: Contract) -> Iterator[Remark]:
    """Find interactions without a key that share description and states, by which other tools tell them apart."""
    keyless = [each for each in contract.interactions if not has_own_key(each)]
    for first, *others in _grouped(keyless, lambda each: (*_states(each), each.description)).values():
        if others:
            yield Remark(
                interaction=first,
                why=f"has the description and the states of {_names(others)}: other tools keep only one of them",
                edit="give each a description of its own",
            )


def many_of_one_shape(contract: Contract) -> Iterator[Remark]:
    """Find interactions that differ by nothing but their values."""
    for first, *others in _grouped(contract.interactions, _shape).values():
        if len(others) + 1 >= MANY:
            yield Remark(
                interaction=first,
                why=f"has the shape of {len(others)} others, which differ by their values alone: {_names(others)}",
                edit="keep one of each case that the consumer tells apart",
            )


def missing_descriptions(contract: Contract) -> Iterator[Remark]:
    """Find interactions that are called nothing."""
    for each in contract.interactions:
        if not each.description.strip():
            yield Remark(
                interaction=each,
                why=f"({summary(each)}) has no description, which is how other tools name it",
                edit="describe it",
            )


def _grouped(
    interactions: Sequence[Interaction], likeness: Callable[[Interaction], Hashable]
) -> Mapping[Hashable, list[Interaction]]:
    groups: dict[Hashable, list[Interaction]] = {}
    for each in interactions:
        groups.setdefault((type(each.exchange), likeness(each)), []).append(each)
    return groups


def _names(interactions: Sequence[Interaction]) -> str:
    named = [each.description or each.key for each in interactions[:_SHOWN]]
    return f"{', '.join(named)}{', …' if len(interactions) > _SHOWN else ''}"


def _states(interaction: Interaction) -> tuple[bytes, ...]:
    derived = interaction.derived_state
    named = [[state.name, dict(state.params)] for state in interaction.states]
    return (dump_compact(named), b"" if derived is None else dump_compact([derived.operation, dict(derived.values)]))


def _asked(interaction: Interaction) -> str:
    return _shown(interaction, is_request=True)


def _answer(interaction: Interaction) -> str:
    return _shown(interaction, is_request=False)


def _shown(interaction: Interaction, *, is_request: bool) -> str:
    parts = [part for part in normalised(interaction).exchange.parts() if is_asked(part) is is_request]
    return "\n".join(f"{part.location} {_whole(part)}" for part in parts)


def _whole(part: Part) -> str:
    tree = tree_of(part)
    is_json = tree is None or isinstance(tree, dict | list | str | int | float)
    return dump_compact(tree).decode() if is_json else show_tree(tree)


def _shape(interaction: Interaction) -> tuple[Hashable, ...]:
    states = tuple(interaction.state_names if interaction.states else ())
    match interaction.exchange:
        case HttpCall(request=request, response=response):
            path = "/".join("{}" if _VALUE_IN_PATH.fullmatch(step) else step for step in request.path.split("/"))
            called = (request.method, path, tuple(sorted(request.query)), response.status)
            return (*states, *called, _kinds(request.body), _kinds(response.body))
        case RpcCall(procedure=procedure, events=events):
            return (*states, procedure, tuple(type(event).__name__ for event in events), _codes(interaction))
    return (*states, interaction.description)


def _codes(interaction: Interaction) -> Hashable:
    values: list[Any] = [part.value for part in interaction.exchange.parts() if part.location.steps[-1] == "status"]
    return tuple(values)


def _kinds(body: Body) -> str:
    return str(_kind(body.value)) if isinstance(body, JsonBody) else type(body).__name__


def _kind(value: Json) -> Json:
    if isinstance(value, dict):
        return {name: _kind(member) for name, member in sorted(value.items())}
    return [_kind(each) for each in value[:1]] if isinstance(value, list) else type(value).__name__

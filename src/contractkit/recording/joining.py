"""Joining: what several tests recorded of one provider becomes one set of interactions, each under one key."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from contractkit.errors import InteractionClashError
from contractkit.exact_json import Json, show_json
from contractkit.model import (
    Body,
    Contract,
    Evidence,
    HttpCall,
    Interaction,
    JsonBody,
    Message,
    Received,
    RpcCall,
    Status,
    SynchronousMessages,
)


def number_within_test(interactions: Iterable[Interaction]) -> tuple[Interaction, ...]:
    """Give one test's interactions, equal ones joined; different answers to one request get ordinals in their order."""
    found: dict[str, list[Interaction]] = {}
    for interaction in interactions:
        known = found.setdefault(interaction.key, [])
        if not any(says_the_same(interaction, other) for other in known):
            known.append(_numbered(interaction, len(known) + 1))
    return tuple(interaction for known in found.values() for interaction in known)


def join_contracts(contracts: Sequence[Contract]) -> Contract:
    """Give the union of what several tests recorded with one provider.

    Equal interactions become one, with the evidence of all tests, sorted by node id.

    Args:
        contracts: One per test, all of the same consumer and provider; at least one.

    Raises:
        InteractionClashError: Two tests expect different answers to one request in one state; both are named.
    """
    found: dict[str, Interaction] = {}
    for interaction in (each for contract in contracts for each in contract.interactions):
        known = found.get(interaction.key)
        if known is not None and not says_the_same(known, interaction):
            raise _clash(contracts[0], known, interaction)
        evidence = (*(known.evidence if known is not None else ()), *interaction.evidence)
        found[interaction.key] = with_evidence(interaction, evidence)
    definitions = [contract.definition for contract in contracts if contract.definition is not None]
    return replace(
        contracts[0],
        interactions=tuple(found[key] for key in sorted(found)),
        definition=definitions[-1] if definitions else None,
    )


def says_the_same(left: Interaction, right: Interaction) -> bool:
    """Say whether two interactions are equal but for who recorded them and under which ordinal."""
    return _plain(left) == _plain(right)


def with_evidence(interaction: Interaction, evidence: Iterable[Evidence]) -> Interaction:
    """Give an interaction with this evidence, sorted by node id, the last said of each test."""
    renewed = sorted_evidence(evidence)
    return interaction if renewed == interaction.evidence else replace(interaction, evidence=renewed)


def sorted_evidence(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Give evidence sorted by node id, the last said of each test."""
    by_test = {each.test.node_id: each for each in evidence}
    return tuple(by_test[node_id] for node_id in sorted(by_test))


def _plain(interaction: Interaction) -> tuple[object, ...]:
    """Give what two equal interactions share. `repr` tells `1` from `1.0` and from `true`, which `==` does not."""
    return (
        interaction.description,
        repr(interaction.exchange),
        repr(interaction.served),
        repr(interaction.rules),
        repr(interaction.generators),
        interaction.pending,
    )


def _numbered(interaction: Interaction, ordinal: int) -> Interaction:
    """Give an interaction under its ordinal, appended to the key as `interaction_key` appends it."""
    return interaction if ordinal == 1 else replace(interaction, key=f"{interaction.key}-{ordinal}")


def _clash(contract: Contract, one: Interaction, other: Interaction) -> InteractionClashError:
    first, second = sorted((one, other), key=lambda each: each.evidence[0].test.node_id)
    return InteractionClashError(
        f"Two tests of {contract.consumer} expect different answers of {contract.provider} to one request.",
        details=[
            ("interaction", first.description),
            ("given", ", ".join(state.name for state in first.states) or "no state"),
            ("one test", _test_of(first)),
            ("expects", _expected(first)),
            *_told_apart(first, second),
            ("another", _test_of(second)),
            ("expects", _expected(second)),
            *_told_apart(second, first),
        ],
        next_step='Name the state in which each holds, before its call: .given("…").'
        + (" Or let both match alike." if _told_apart(first, second) or _told_apart(second, first) else ""),
    )


def _told_apart(interaction: Interaction, other: Interaction) -> list[tuple[str, str]]:
    """Give the rules that another interaction does not have, where two expect the same values."""
    known = {repr(each) for each in other.rules}
    own = [each for each in interaction.rules if repr(each) not in known]
    if not own or _expected(interaction) != _expected(other):
        return []
    return [
        ("matched by", "\n".join(f"{each.location} {' and '.join(rule.name for rule in each.rules)}" for each in own))
    ]


def _test_of(interaction: Interaction) -> str:
    test = interaction.evidence[0].test
    return f"{test.node_id} (line {test.line})"


def _expected(interaction: Interaction) -> str:
    match interaction.exchange:
        case HttpCall(response=response):
            return f"{response.status} {_shown(response.body)}"
        case RpcCall(events=events):
            received = [_shown(event.message) for event in events if isinstance(event, Received)]
            return " ".join([*(event.code for event in events if isinstance(event, Status)), *received])
        case Message(contents=contents):
            return _shown(contents)
        case SynchronousMessages(responses=responses):
            return " ".join(_shown(each.contents) for each in responses)


def _shown(body: Body) -> str:
    value: Json = body.value if isinstance(body, JsonBody) else None
    return show_json(value, limit=120)

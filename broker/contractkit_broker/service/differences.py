"""The difference between two contracts of one pair, by interaction and place, for people who publish one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from contractkit.exact_json import Json, same_json, show_json
from contractkit.model import Contract, Interaction
from contractkit_broker.service.places import places_of

_SHOWN = 12  # places per interaction and interactions per kind; how many more there are is said


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractDifference:
    """What a second contract has that the first has not, lacks, or says differently; `changed` gives the places."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[tuple[str, tuple[str, ...]], ...]

    def __str__(self) -> str:
        lines = [f"added     {name}" for name in _cut(self.added)]
        lines += [f"removed   {name}" for name in _cut(self.removed)]
        for name, places in self.changed[:_SHOWN]:
            lines += [f"changed   {name}", *(f"            {place}" for place in _cut(places))]
        if len(self.changed) > _SHOWN:
            lines.append(f"… and {len(self.changed) - _SHOWN} more changed")
        return "\n".join(lines)


def compare_contracts(before: Contract, after: Contract) -> ContractDifference:
    """Give what differs between two contracts; interactions are the same by description and states."""
    old, new = _by_identity(before), _by_identity(after)
    both = [name for name in new if name in old]
    changes = ((name, _changed_places(old[name], new[name])) for name in both)
    return ContractDifference(
        added=tuple(name for name in new if name not in old),
        removed=tuple(name for name in old if name not in new),
        changed=tuple((name, places) for name, places in changes if places),
    )


def merge_contracts(before: Contract, after: Contract) -> Contract | None:
    """Give both contracts' interactions as one contract, or None where one interaction differs between them."""
    if compare_contracts(before, after).changed:
        return None
    old, new = _by_identity(before), _by_identity(after)
    return replace(after, interactions=tuple({**old, **new}.values()))


def _by_identity(contract: Contract) -> dict[str, Interaction]:
    found: dict[str, Interaction] = {}
    for interaction in contract.interactions:
        name = _name(interaction)
        ordinal = 2
        while name in found:
            name = f"{_name(interaction)} ({ordinal})"
            ordinal += 1
        found[name] = interaction
    return found


def _name(interaction: Interaction) -> str:
    states = " and ".join(interaction.state_names)
    return f"{interaction.description}, given {states}" if states else interaction.description


def _changed_places(old: Interaction, new: Interaction) -> tuple[str, ...]:
    before, after = _facts(old), _facts(new)
    places = [*before, *(place for place in after if place not in before)]
    return tuple(
        f"{place}: {_shown(before, place)} became {_shown(after, place)}"
        for place in places
        if place not in before or place not in after or not same_json(before[place], after[place])
    )


def _facts(interaction: Interaction) -> dict[str, Json]:
    facts = {str(location): value for location, value in places_of(interaction)}
    for located in interaction.rules:
        rules = [{"rule": rule.name, **rule.attributes} for rule in located.rules]
        facts[f"rules at {located.location}"] = rules
    for generator in interaction.generators:
        facts[f"generator at {generator.location}"] = {"generator": generator.name, **generator.attributes}
    for state in interaction.states:
        facts[f"parameters of the state {state.name}"] = dict(state.params)
    return facts


def _shown(facts: Mapping[str, Json], place: str) -> str:
    return show_json(facts[place], limit=60) if place in facts else "nothing"


def _cut(lines: tuple[str, ...]) -> tuple[str, ...]:
    more = len(lines) - _SHOWN
    return lines if more <= 0 else (*lines[:_SHOWN], f"… and {more} more")

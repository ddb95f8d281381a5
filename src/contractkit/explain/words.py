"""Rules, states and needs in words, as they stand beside the values they speak of."""

from collections.abc import Callable, Mapping

from contractkit.exact_json import Json, show_json
from contractkit.model import (
    InferredNeeds,
    Interaction,
    LocatedGenerator,
    LocatedRules,
    Location,
    Need,
    Needs,
    Rule,
    UnknownNeeds,
)

_STATUSES = {
    "info": "an informational status (1xx)",
    "success": "a success (2xx)",
    "redirect": "a redirection (3xx)",
    "clientError": "a client's error (4xx)",
    "serverError": "a server's error (5xx)",
    "nonError": "no error (below 400)",
    "error": "an error (400 or above)",
}

_WORDS: Mapping[str, Callable[[Mapping[str, Json]], str]] = {
    "equality": lambda at: "exactly this",
    "regex": lambda at: f"matches {at.get('regex')}",
    "type": lambda at: _bounds(at) or "any of this type",
    "include": lambda at: f"contains {show_json(at.get('value'))}" if at.get("value") else "any text",
    "number": lambda at: "a number",
    "integer": lambda at: "an integer",
    "decimal": lambda at: "a decimal number",
    "null": lambda at: "null",
    "boolean": lambda at: "true or false",
    "date": lambda at: f"a date{_in_format(at)}",
    "time": lambda at: f"a time{_in_format(at)}",
    "datetime": lambda at: f"a date and time{_in_format(at)}",
    "contentType": lambda at: f"data of type {at.get('value')}",
    "values": lambda at: "any keys, values like this one",
    "arrayContains": lambda at: f"holds {_number(at.get('variants'))} of these in any order",
    "statusCode": lambda at: _status(at.get("status")),
    "notEmpty": lambda at: "not empty",
    "semver": lambda at: "a semantic version",
    "eachKey": lambda at: f"each key: {_inner(at)}",
    "eachValue": lambda at: f"each value: {_inner(at)}",
}
"""Rule to what it asks for, given its attributes (Pact specification, matching rules)."""

_ALIASES = {
    "min": "type",
    "max": "type",
    "min-type": "type",
    "max-type": "type",
    "real": "decimal",
    "timestamp": "datetime",
    "content-type": "contentType",
    "array-contains": "arrayContains",
    "status-code": "statusCode",
    "not-empty": "notEmpty",
    "each-key": "eachKey",
    "each-value": "eachValue",
}


def rule_in_words(rule: Rule) -> str:
    """Give what a rule asks for; a rule that we do not know is named with its attributes."""
    words = _WORDS.get(_ALIASES.get(rule.name, rule.name))
    if words is not None:
        return words(rule.attributes)
    attributes = f" {show_json(dict(rule.attributes))}" if rule.attributes else ""
    return f"the rule {rule.name}{attributes}, which contractkit does not know"


def rules_in_words(located: LocatedRules) -> str:
    """Give what the rules of one place ask for together."""
    return (" or " if located.combine == "OR" else " and ").join(map(rule_in_words, located.rules))


def number_in_words(located: LocatedRules) -> str:
    """Give how many messages like the example may come, from the rules of the event itself."""
    said = [_number_of(rule) for rule in located.rules]
    return (" or " if located.combine == "OR" else " and ").join(dict.fromkeys(said))


def _number_of(rule: Rule) -> str:
    known = _ALIASES.get(rule.name, rule.name)
    if known == "notEmpty":
        return "at least 1 of these"
    bounds = _bounds(rule.attributes) if known == "type" else ""
    return bounds.replace("like this", "of these") if bounds else "any number of these"


def generator_in_words(located: LocatedGenerator) -> str:
    """Give how a value is made when it leaves us."""
    attributes = f" {show_json(dict(located.attributes))}" if located.attributes else ""
    return f"made by {located.name}{attributes}"


def states_in_words(interaction: Interaction) -> str:
    """Give the states an interaction needs, `order exists (id: 7)`, or `no state`."""
    named = [_with_values(state.name, state.params) for state in interaction.states]
    if not named and interaction.derived_state is not None:
        derived = interaction.derived_state
        named = [f"{_with_values(derived.name, derived.values)}, derived from the call"]
    return "; ".join(named) or "no state"


def needs_in_words(needs: Needs) -> tuple[str, ...]:
    """Give what is known of a consumer's needs, a line for each."""
    match needs:
        case UnknownNeeds(reason=reason):
            return (f"unknown ({reason}): all that is expected counts as needed",)
        case InferredNeeds():
            groups = [" or ".join(map(str, group)) for group in needs.any_of]
            weak = [f"{place} is read but never needed" for place in needs.weak]
            beyond = [f"{each.to}: {each.result}" for each in needs.reactions if each.result != "tolerated"]
            needed = (_need(need, needs.around(need.location)) for need in needs.needed)
            return (*needed, *groups, *weak, *beyond) or ("nothing of the answer's body",)


def _need(need: Need, around: tuple[Location, ...]) -> str:
    said = [
        "where it is there" if need.may_lack else "",
        f"where {max(around, key=lambda each: len(each.steps))} is there" if around and not need.may_lack else "",
        "not null" if need.non_null else "",
        "not empty" if need.non_empty else "",
        f"at most {need.at_most} elements" if need.at_most is not None else "",
        f"one of {', '.join(map(show_json, need.members))}" if need.members else "",
        f"matching {need.pattern}" if need.pattern is not None else "",
    ]
    remarks = ", ".join(each for each in said if each)
    return f"{need.location} ({remarks})" if remarks else str(need.location)


def _with_values(name: str, values: Mapping[str, Json]) -> str:
    listed = ", ".join(f"{key}: {show_json(value)}" for key, value in sorted(values.items()))
    return f"{name} ({listed})" if listed else name


def _bounds(attributes: Mapping[str, Json]) -> str:
    """Give how many elements a list has to have, each like the first of the example; empty where nothing is said."""
    words = (("min", "at least"), ("max", "at most"))
    bounds = [f"{word} {attributes[name]}" for name, word in words if name in attributes]
    return f"{' and '.join(bounds)} like this" if bounds else ""


def _in_format(attributes: Mapping[str, Json]) -> str:
    return f" in the format {attributes['format']}" if attributes.get("format") else ""


def _status(status: Json) -> str:
    if isinstance(status, list):
        return f"one of {', '.join(map(str, status))}"
    return _STATUSES.get(str(status), _STATUSES["success"])


def _number(variants: Json) -> int:
    return len(variants) if isinstance(variants, list) else 0


def _inner(attributes: Mapping[str, Json]) -> str:
    rules = attributes.get("rules")
    named = [each for each in rules if isinstance(each, dict)] if isinstance(rules, list) else []
    phrases = [
        rule_in_words(Rule(str(each.get("match")), {key: value for key, value in each.items() if key != "match"}))
        for each in named
    ]
    return " and ".join(phrases) or "like this one"

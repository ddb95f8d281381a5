"""Uses: which places of an answer an interaction depends on, and which values it copes with there."""

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from contractkit.conformance.shapes import shape_of, types_by_place
from contractkit.definitions.schema_facets import type_of
from contractkit.exact_json import Json, dump_compact
from contractkit.matching.rules import kind_of
from contractkit.model import (
    Body,
    HttpCall,
    InferredNeeds,
    Interaction,
    JsonBody,
    LocatedRules,
    Location,
    Need,
    Rule,
    Step,
    Wildcard,
)

RESPONSE_BODY = Location(("response", "body"))
RESPONSE_HEADERS = Location(("response", "headers"))

_UNSEEN: frozenset[str] = frozenset()
_NULL = frozenset({"null"})
_EXACT = frozenset({"equality"})
_FILLED = frozenset({"notEmpty"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One place of the answer that the consumer depends on; list indexes are `[*]`, since any element may be read.

    Attributes:
        types: JSON types of the values that were seen there; empty where none was.
        exact: The values expected to the letter; empty where any value of the type will do.
        members: The values that needs inference proved tolerable; empty where it did not ask.
        pattern: A regular expression that the value must match, from a rule or a need.
        allows_null: The consumer was proved to cope with null.
        seen: The values that its tests saw, where nothing was proved of the needs; empty elsewhere.
        is_only_served: The tests were served it, and neither the contract nor a proof says that they need it.
        may_lack: The consumer was proved to cope where it is absent.
        around: How many of `steps` lead to the innermost place that may be absent with all that lies in it; 0 if none.
        at_least: How many elements the list must hold.
        at_most: How many elements the consumer copes with; None where any further number will do.
        is_whole: An object or a list stands there and all in it is expected to the letter, though more may come.
        is_closed: An object or a list stands there, and no members but the recorded ones may come.
        is_filled: Whatever stands there will do as long as it is not empty.
    """

    location: Location
    types: frozenset[str]
    exact: tuple[Json, ...] = ()
    members: tuple[Json, ...] = ()
    pattern: str | None = None
    allows_null: bool = False
    seen: tuple[Json, ...] = ()
    is_only_served: bool = False
    may_lack: bool = False
    around: int = 0
    at_least: int = 0
    at_most: int | None = None
    is_whole: bool = False
    is_closed: bool = False
    is_filled: bool = False

    @property
    def steps(self) -> tuple[Step, ...]:
        """Give the steps below `response.body`, or below a header."""
        below = 2 if self.location.starts_with(RESPONSE_BODY) else 3
        return self.location.steps[below:]

    @property
    def limits_values(self) -> bool:
        """Say whether a value that was never seen there could be one too many."""
        return bool(self.exact or self.members or self.pattern)

    @property
    def is_of_the_example(self) -> bool:
        """Say whether the recorded value decides there, or how many elements it has, and not its type alone.

        Where the lists of an example are of several lengths, it has more of them than the shortest one may have.
        """
        is_of_length = self.at_most is not None and self.at_least >= self.at_most
        return bool(self.exact or self.pattern) or self.is_whole or is_of_length


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """All that an interaction uses of its answer. Of each set in `any_of` at least one must stay."""

    single: tuple[Use, ...] = ()
    any_of: tuple[tuple[Use, ...], ...] = ()


class _Nowhere(dict[Location, bool]):
    def __missing__(self, place: Location) -> bool:
        return False


NOWHERE: Final[Mapping[Location, bool]] = _Nowhere()
"""Says of any place that something differs there."""


def uses_of(interaction: Interaction, call: HttpCall, *, untouched: Mapping[Location, bool] = NOWHERE) -> Uses:
    """Give what an interaction uses of its answer.

    Proved needs are what counts where there are any; else every place that the expectation holds does, and what was
    served beside it is kept apart: nobody knows whether it is read.

    Args:
        interaction: What was recorded.
        call: Its exchange.
        untouched: For any place whether its uses are of no interest: they are left out, but for values expected to the
            letter or by a pattern; of a set, any of whose places suffices, where one is.
    """
    headers = tuple(use for use in _header_uses(call, interaction.rules) if use.exact or not untouched[use.location])
    needs = interaction.needs
    if not isinstance(needs, InferredNeeds):
        expected = _seen(call.response.body)
        of_expected = _expected_uses(expected, interaction.rules, untouched)
        return Uses(single=(*headers, *of_expected, *_served_uses(interaction, expected, untouched)))
    seen = ChainMap(_types_in(interaction.served), _types_in(call.response.body))
    in_body = tuple(_once(_needed(need, seen, needs) for need in needs.needed if _is_in_body(need.location)))
    groups = (
        tuple(_once(_needed(Need(location=place), seen, needs) for place in group))
        for group in needs.any_of
        if all(map(_is_in_answer, group))
    )
    return Uses(
        single=(
            *headers,
            *(
                use
                for use in (*_body_looked_into(in_body, seen), *in_body)
                if use.pattern or not untouched[use.location]
            ),
        ),
        any_of=tuple(group for group in groups if not any(untouched[use.location] for use in group)),
    )


def _types_in(body: Body) -> dict[Location, frozenset[str]]:
    return types_by_place(shape_of(body.value), RESPONSE_BODY) if isinstance(body, JsonBody) else {}


def _seen(body: Body) -> dict[Location, tuple[Json, ...]]:
    found: dict[Location, list[Json]] = {}
    if isinstance(body, JsonBody):
        for location, value in _walk(RESPONSE_BODY, body.value):
            found.setdefault(location, []).append(value)
    return {location: tuple(values) for location, values in found.items()}


def _walk(location: Location, value: Json) -> Iterator[tuple[Location, Json]]:
    yield location, value
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _walk(location / name, member)
    elif isinstance(value, list):
        for element in value:
            yield from _walk(location / Wildcard.INDEX, element)


def _expected_uses(
    seen: Mapping[Location, tuple[Json, ...]], rules: Sequence[LocatedRules], untouched: Mapping[Location, bool]
) -> Iterator[Use]:
    for location, values in seen.items():
        deciding = _deciding(location, rules)
        is_leaf = not any(isinstance(value, dict | list) for value in values)
        is_fixed = _is_exact(deciding, location)
        is_exact = is_leaf and (is_fixed or _is_null_alone(values, deciding))
        pattern = _pattern_of(deciding)
        if not (is_fixed or is_exact or pattern) and untouched[location]:
            continue
        is_filled = {rule.name for each in deciding for rule in each.rules} == _FILLED
        least, most = _lengths(values, deciding, location)
        yield Use(
            location=location,
            types=_UNSEEN if is_leaf and is_filled else frozenset(type_of(value) for value in values),
            exact=_distinct(values) if is_exact else (),
            pattern=pattern,
            seen=_distinct(values) if is_leaf else (),
            allows_null=None in values or any(rule.name == "null" for each in deciding for rule in each.rules),
            at_least=least,
            at_most=most,
            is_whole=is_fixed and not is_leaf and not _has_rules_below(location, rules),
            is_closed=is_fixed and not is_leaf and bool(deciding),
            is_filled=is_filled,
        )


def _has_rules_below(location: Location, rules: Sequence[LocatedRules]) -> bool:
    depth = len(location.steps)
    return any(
        len(each.location.steps) > depth and _stands_above(Location(each.location.steps[:depth]), location)
        for each in rules
    )


def _lengths(values: Sequence[Json], deciding: Sequence[LocatedRules], location: Location) -> tuple[int, int | None]:
    """Give how many elements the lists at a place must have, and may have: those of the example without a rule.

    Bounds of a rule count only where they were written; that it is not to be empty counts below there, too.
    """
    lists = [len(value) for value in values if isinstance(value, list)]
    if not lists:
        return 0, None
    if _is_exact(deciding, location):
        return max(lists), min(lists)
    own = [rule for each in deciding if len(each.location.steps) == len(location.steps) for rule in each.rules]
    is_filled = any(rule.name in _FILLED for each in deciding for rule in each.rules)
    least = [int(is_filled), *_bounds(own, "min")]
    return max(least), min(_bounds(own, "max"), default=None)


def _is_null_alone(values: Sequence[Json], deciding: Sequence[LocatedRules]) -> bool:
    """Say whether nothing but null will do: it is of no other kind, unless a rule takes something beside it."""
    names = {rule.name for each in deciding for rule in each.rules}
    return all(value is None for value in values) and len(names) == 1 and names <= {"null", "type"}


def _bounds(rules: Iterable[Rule], name: str) -> list[int]:
    said = (rule.attributes.get(name) for rule in rules if rule.name == "type")
    return [int(str(value)) for value in said if str(value).isdecimal()]


def _served_uses(
    interaction: Interaction, expected: Mapping[Location, tuple[Json, ...]], untouched: Mapping[Location, bool]
) -> Iterator[Use]:
    for location, values in _seen(interaction.served).items():
        if location not in expected and not untouched[location]:
            types = frozenset(type_of(value) for value in values)
            yield Use(location=location, types=types, allows_null=True, is_only_served=True)


def _header_uses(call: HttpCall, rules: Sequence[LocatedRules]) -> Iterator[Use]:
    for name, values in call.response.headers.items():
        if name != "content-type":
            location = RESPONSE_HEADERS / name
            deciding = _deciding(location, rules)
            exact = values if _is_exact(deciding, location) else ()
            yield Use(location=location, types=frozenset(), exact=exact, pattern=_pattern_of(deciding))


def _needed(need: Need, seen: Mapping[Location, frozenset[str]], needs: InferredNeeds) -> Use:
    location = need.location.generalised()
    above = max((len(each.steps) for each in needs.around(need.location)), default=0)
    return Use(
        location=location,
        types=seen.get(location, _UNSEEN) - _NULL,
        members=need.members,
        pattern=need.pattern,
        allows_null=not need.non_null,
        may_lack=need.may_lack,
        around=max(0, above - len(RESPONSE_BODY.steps)),
        at_least=int(need.non_empty),
        at_most=need.at_most,
    )


def _body_looked_into(uses: Sequence[Use], seen: Mapping[Location, frozenset[str]]) -> Iterator[Use]:
    """Give the body where it is only looked into: who does without all that may stand in it still needs it itself.

    No run takes the body away, so nothing is proved of it; where a place in it is needed, that place says as much.
    """
    if uses and all(use.may_lack or use.around for use in uses) and all(use.steps for use in uses):
        yield Use(location=RESPONSE_BODY, types=seen.get(RESPONSE_BODY, _UNSEEN) - _NULL)


def _once(uses: Iterable[Use]) -> Iterator[Use]:
    found: dict[Location, Use] = {}
    for use in uses:
        other = found.get(use.location)
        found[use.location] = use if other is None else _stricter(use, other)
    yield from found.values()


def _stricter(use: Use, other: Use) -> Use:
    return replace(
        use,
        types=use.types | other.types,
        members=use.members or other.members,
        pattern=use.pattern or other.pattern,
        allows_null=use.allows_null and other.allows_null,
        may_lack=use.may_lack and other.may_lack,
        around=min(use.around, other.around),
        at_least=max(use.at_least, other.at_least),
        at_most=min((each.at_most for each in (use, other) if each.at_most is not None), default=None),
    )


def _is_in_body(location: Location) -> bool:
    return location.starts_with(RESPONSE_BODY)


def _is_in_answer(location: Location) -> bool:
    return _is_in_body(location) or location.starts_with(RESPONSE_HEADERS)


def _deciding(location: Location, rules: Sequence[LocatedRules]) -> tuple[LocatedRules, ...]:
    """Give the rules of the longest pattern that stands for the place or, if they cascade, for one above it."""
    above = [each for each in rules if _stands_above(each.location, location)]
    own = [each for each in above if len(each.location.steps) == len(location.steps)]
    cascading = [each for each in above if any(kind_of(rule).cascades for rule in each.rules)]
    longest = max((len(each.location.steps) for each in cascading), default=0)
    return tuple(own or [each for each in cascading if len(each.location.steps) == longest])


def _stands_above(pattern: Location, location: Location) -> bool:
    if len(pattern.steps) > len(location.steps):
        return False
    return all(
        left == right or left is Wildcard.ANY or (right is Wildcard.INDEX and (isinstance(left, int) or left is right))
        for left, right in zip(pattern.steps, location.steps, strict=False)
    )


def _is_exact(deciding: Sequence[LocatedRules], location: Location) -> bool:
    own = {rule.name for each in deciding for rule in each.rules}
    return not deciding or bool(own & _EXACT)


def _pattern_of(deciding: Sequence[LocatedRules]) -> str | None:
    patterns = (rule.attributes.get("regex") for each in deciding for rule in each.rules if rule.name == "regex")
    return next((pattern for pattern in patterns if isinstance(pattern, str)), None)


def _distinct(values: Iterable[Json]) -> tuple[Json, ...]:
    return tuple({dump_compact(value): value for value in values}.values())


def limits_at(location: Location, rules: Sequence[LocatedRules]) -> tuple[bool, str | None]:
    """Say whether the value at a place is expected to the letter, and give the pattern that it must match, or None."""
    deciding = _deciding(location, rules)
    return _is_exact(deciding, location), _pattern_of(deciding)

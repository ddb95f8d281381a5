"""Comparison: the parts of an expected exchange and their rules, compiled once, called with the actual parts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from contractkit.matching.bodies import compile_body, shown_body
from contractkit.matching.checks import equality
from contractkit.matching.effort import begin_effort, end_effort
from contractkit.matching.failures import MOST_MISMATCHES, Check, Failure
from contractkit.matching.fields import (
    compile_headers,
    compile_metadata,
    compile_number,
    compile_query,
    compile_query_text,
    compile_word,
)
from contractkit.matching.streams import Repetition, compile_repetitions, laid_along, runs_in
from contractkit.matching.weighting import NO_RULES, Scope, kept_scope_of
from contractkit.model import LocatedRules, Location, Part, PartKind, Step
from contractkit.results import ABSENT, Mismatch


class CompiledPart(NamedTuple):
    """One expected part and its check."""

    part: Part
    check: Check


@dataclass(frozen=True, slots=True)
class Comparison:
    """A compiled expectation. Call it with the actual parts; it holds no state and may be shared by threads."""

    parts: tuple[CompiledPart, ...]
    repetitions: tuple[Repetition, ...] = ()

    def __call__(self, actual: tuple[Part, ...]) -> tuple[Mismatch, ...]:
        """Give every mismatch, in the order of the expected parts and of the places in them.

        What is wrong with the number of messages that may come any number of times stands before the others.
        """
        begin_effort()
        found = self._compare_moved(actual) if self.repetitions else self._compare(self.parts, actual)
        end_effort()
        return tuple(found) if len(found) <= MOST_MISMATCHES else (*found[:MOST_MISMATCHES], _stopped(found[0]))

    def _compare_moved(self, actual: tuple[Part, ...]) -> list[Mismatch]:
        given = {part.location.steps: part for part in actual}
        runs = runs_in(given, self.repetitions)
        found = [mismatch for run in runs for mismatch in run.mismatches(given)]
        return found + self._compare(tuple(laid_along(self.parts, runs)), actual)

    def _compare(self, parts: Sequence[tuple[Part, Check]], actual: tuple[Part, ...]) -> list[Mismatch]:
        found: list[Mismatch] = []
        given: dict[tuple[Step, ...], Part] | None = None
        for number, (expected, check) in enumerate(parts):
            place = expected.location
            part: Part | None
            # Parts mostly come in the order in which they are expected, with the very same location.
            if given is None and number < len(actual) and actual[number].location is place:
                part = actual[number]
            else:
                given = {each.location.steps: each for each in actual} if given is None else given
                part = given.get(place.steps)
            if failures := [_lacking(expected)] if part is None else check(part.value):
                found += [failure.at(place) for failure in failures]
        return found + self._further(parts, actual) if given is not None or len(actual) > len(parts) else found

    def _further(self, parts: Sequence[tuple[Part, Check]], actual: tuple[Part, ...]) -> list[Mismatch]:
        due = {expected.location.steps for expected, _ in parts}
        events = [part for part in actual if part.location.steps[0] == "events"]
        return [_further(part) for part in events if part.location.steps not in due]


def compile_comparison(
    expected: tuple[Part, ...], rules: tuple[LocatedRules, ...], *, specification: str = "4.0"
) -> Comparison:
    """Give the comparison of an expected exchange, or of one side of it, with what really happened.

    Args:
        expected: The expected parts, as `exchange.parts()` gives them. `is_open` of each decides over additions.
        rules: The rules, located anywhere in the exchange, wildcards included; those of other parts do not matter.
        specification: The version of the Pact specification whose semantics hold; in version 1.0 a query is one text.
    """
    ruled = {each.location.steps[:3] for each in rules}
    compiled = []
    scope = kept_scope_of(rules)
    for part in expected:
        compile_part = _COMPILERS[part.kind]
        is_type_ruled = (part.location.steps[0], "headers", "content-type") in ruled
        check = compile_part(part, scope.at(part.location), specification, is_type_ruled)
        compiled.append(CompiledPart(part, check))
    return Comparison(tuple(compiled), compile_repetitions(expected, rules))


def _query(part: Part, scope: Scope, specification: str, _is_type_ruled: bool) -> Check:
    value: Any = part.value
    return compile_query_text(value) if specification.startswith("1.0") else compile_query(value, scope)


def _fields(part: Part, scope: Scope, _specification: str, _is_type_ruled: bool) -> Check:
    value: Any = part.value
    if not scope.is_silent:
        return compile_headers(value, scope)
    return _unruled_headers(tuple([(name, *values) for name, values in value.items()]))


@lru_cache(maxsize=128)
def _unruled_headers(fields: tuple[tuple[str, ...], ...]) -> Check:
    """Give the check of headers that no rule speaks of, made once: most answers of a provider have the same ones."""
    return compile_headers({name: values for name, *values in fields}, NO_RULES)


def _metadata(part: Part, scope: Scope, _specification: str, _is_type_ruled: bool) -> Check:
    value: Any = part.value
    return compile_metadata(value, scope, is_open=part.is_open)


def _body(part: Part, scope: Scope, _specification: str, is_type_ruled: bool) -> Check:
    value: Any = part.value
    return compile_body(value, scope, is_open=part.is_open, is_type_ruled=is_type_ruled)


def _word(part: Part, scope: Scope, _specification: str, _is_type_ruled: bool) -> Check:
    return compile_word(str(part.location.steps[-1]), str(part.value), scope)


def _number(part: Part, scope: Scope, _specification: str, _is_type_ruled: bool) -> Check:
    value: Any = part.value
    return compile_number(value, scope)


def _signal(part: Part, _scope: Scope, _specification: str, _is_type_ruled: bool) -> Check:
    return equality(part.value)


_COMPILERS: dict[PartKind, Callable[[Part, Scope, str, bool], Check]] = {
    PartKind.WORD: _word,
    PartKind.NUMBER: _number,
    PartKind.QUERY: _query,
    PartKind.FIELDS: _fields,
    PartKind.METADATA: _metadata,
    PartKind.BODY: _body,
    PartKind.SIGNAL: _signal,
}


def _lacking(part: Part) -> Failure:
    name = part.location.steps[-1]
    words = f"the {name.replace('_', ' ')}" if isinstance(name, str) else f"the event {part.value}"
    return Failure(_shown(part), ABSENT, "equality", words)


def _stopped(first: Mismatch) -> Mismatch:
    words = f"no more than {MOST_MISMATCHES:,} mismatches; the rest is not told"
    return Failure(ABSENT, ABSENT, "equality", words).at(Location(first.location.steps[:1]))


def _further(part: Part) -> Mismatch:
    return Failure(ABSENT, _shown(part), "equality", "nothing further").at(part.location)


def _shown(part: Part) -> object:
    body: Any = part.value
    return shown_body(body) if part.kind is PartKind.BODY else part.value

"""Reading JSON objects member by member: wrong members are collected, unknown ones are kept."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from contractkit.document.reach import Walk
from contractkit.errors import ContractFileError
from contractkit.exact_json import Json, show_json
from contractkit.model import LocatedGenerator, Location, Rule, Step, name_of_rule
from contractkit.results import ABSENT

REACHES_NOTHING = "reaches nothing in the example, so nothing is judged by it"
"""The warning about a rule whose path leads to no place of its example."""

_SHOWN = 60  # characters of a wrong value in a message


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadWarning:
    """Something in a file that was not used, and stays in it: the JSON pointer of the place and a sentence.

    `cannot_travel` says that it was read, but that HTTP has no way to carry it.
    """

    pointer: str
    sentence: str
    cannot_travel: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFault:
    """Why a rule can judge nothing, or a generator make nothing.

    Attributes:
        expected: What was expected.
        is_unknown: Its very name is unknown.
        at: Where in the rule, as the tokens of a JSON pointer; the rule itself where empty.
        is_of_name: The name of the member there is at fault, not its value.
    """

    expected: str
    is_unknown: bool = False
    at: tuple[str | int, ...] = ()
    is_of_name: bool = False


RuleCheck: TypeAlias = Callable[[Rule], Iterable[RuleFault]]
"""Says everything that is wrong with a rule, nothing where it can be used."""

GeneratorCheck: TypeAlias = Callable[[LocatedGenerator], Iterable[RuleFault]]
"""Says everything that is wrong with a generator."""


class Findings:
    """What reading one file found: problems, which make it no contract, and warnings, which do not.

    Args:
        rule_check: Judges every rule; without it, a rule is only read.
        generator_check: Judges every generator; without it, a generator is only read.
        walk: Tries the paths of rules on their examples; without it, they are not tried.
    """

    def __init__(
        self,
        rule_check: RuleCheck | None = None,
        generator_check: GeneratorCheck | None = None,
        walk: Walk | None = None,
    ) -> None:
        self.rule_check = rule_check
        self.generator_check = generator_check
        self.walk = walk
        self.may_have_other_rules = False  # a plugin brings rules of its own
        self.problems: list[tuple[str, str]] = []
        self.warnings: list[LoadWarning] = []

    def wrong(self, pointer: str, expected: str, received: object) -> None:
        """Note that a place does not hold what it must; `received` is a JSON value or `ABSENT`."""
        found = "nothing" if received is ABSENT else show_json(received, limit=_SHOWN)
        self.problems.append((pointer or "/", f"expected {expected}, received {found}"))

    def warn(self, pointer: str, sentence: str, *, cannot_travel: bool = False) -> None:
        """Note something that was not used, or that HTTP cannot carry."""
        self.warnings.append(LoadWarning(pointer=pointer or "/", sentence=sentence, cannot_travel=cannot_travel))

    def judge(self, rule: Rule, pointer: str, received: Json) -> None:
        """Note a rule that can judge nothing: wrong, or a warning where its name may be that of a plugin's."""
        for fault in self.rule_check(rule) if self.rule_check is not None else ():
            place, found = _within(pointer, received, fault)
            if fault.is_unknown and self.may_have_other_rules:
                name = name_of_rule(found) if isinstance(found, dict) else rule.name
                self.warn(place, f"is the rule {name}, which only a plugin can know; nothing passes it here")
            else:
                self.wrong(place, fault.expected, found)

    def judge_generator(self, generator: LocatedGenerator, pointer: str, received: Json) -> None:
        """Note a generator that can make nothing."""
        for fault in self.generator_check(generator) if self.generator_check is not None else ():
            place, found = _within(pointer, received, fault)
            self.wrong(place, fault.expected, found)

    def follow(self, value: object, steps: tuple[Step, ...], pointer: str) -> None:
        """Warn of a rule whose path leads to nothing in its example."""
        self.follow_any((value,), steps, pointer)

    def follow_any(self, values: Iterable[object], steps: tuple[Step, ...], pointer: str) -> None:
        """Warn of a rule whose path leads to nothing in any of several examples."""
        walk = self.walk
        if walk is not None and not any(walk.reaches(value, steps) for value in values):
            self.warn(pointer, REACHES_NOTHING)

    def check(self, summary: str) -> None:
        """Raise ContractFileError with every problem, if there is one."""
        if self.problems:
            raise ContractFileError(
                summary,
                details=self.problems,
                next_step="Mend these places, or remove the file and run the consumer's tests.",
            )


class Scope:
    """One thing that is read together, an interaction or the file around them; it collects what nobody took."""

    def __init__(self, findings: Findings, name: str) -> None:
        self.findings = findings
        self._name = name
        self._readers: list[ObjectReader] = []

    def open(self, value: Json, pointer: str, steps: tuple[Step, ...] = ()) -> "ObjectReader":
        """Give a reader of the object at a place; anything else is noted as wrong and read as an empty object."""
        reader = ObjectReader(self, value, pointer, steps)
        self._readers.append(reader)
        return reader

    def kept(self) -> Mapping[str, Mapping[str, Json]]:
        """Give the members that nobody took by the object they stand in, as a location within the scope.

        Nothing more is read in a scope after that.
        """
        left = (reader for reader in self._readers if reader.has_rest())
        kept = {str(reader.location) or self._name: reader.rest() for reader in left}
        self._readers.clear()  # they know their scope, and a circle would wait for the collector
        return kept


class ObjectReader:
    """One JSON object being read. A member is taken once; JSON `null` counts as absent unless `take` is used."""

    def __init__(self, scope: Scope, value: Json, pointer: str, steps: tuple[Step, ...]) -> None:
        self.scope = scope
        self.findings = scope.findings
        self.pointer = pointer
        self.steps = steps
        self.is_object = isinstance(value, dict)
        self._members: dict[str, Json] = value if self.is_object else {}
        self._taken: set[str] = set()
        if not self.is_object:
            self.findings.wrong(pointer, "an object", value)

    def __contains__(self, name: str) -> bool:
        return name in self._members

    @property
    def location(self) -> Location:
        """Give where the object stands within its scope."""
        return Location(self.steps)

    def names(self) -> tuple[str, ...]:
        """Give the names of the members that were not taken yet."""
        return tuple(name for name in self._members if name not in self._taken)

    def has_rest(self) -> bool:
        """Say whether there are members that were not taken."""
        return len(self._taken) < len(self._members)

    def rest(self) -> dict[str, Json]:
        """Give the members that were not taken."""
        return {name: self._members[name] for name in self.names()}

    def at(self, name: str) -> str:
        """Give the JSON pointer of a member (RFC 6901)."""
        return f"{self.pointer}/{escaped(name)}"

    def take(self, name: str, *aliases: str) -> Json:
        """Give a member's value as it is, the first of its names that is there, else `ABSENT`."""
        if name not in self._members:
            if not aliases:
                return ABSENT
            name = self.spelling(name, *aliases)
        value = self._members.get(name, ABSENT)
        if value is not ABSENT:
            self._taken.add(name)
        return value

    def peek(self, name: str) -> Json:
        """Give a member's value without taking it, None where it is absent."""
        return self._members.get(name)

    def spelling(self, name: str, *aliases: str) -> str:
        """Give the name under which a member is there, `name` where it is not."""
        if not aliases or name in self._members:
            return name
        return next((each for each in (name, *aliases) if each in self._members), name)

    def text(self, name: str, default: str | None = None) -> str:
        """Give a member that is a string; it must be there if there is no default."""
        value = self.take(name)
        if value is ABSENT or value is None:
            if default is None and self.is_object:
                self.findings.wrong(self.at(name), "a string", value)
            return default or ""
        if not isinstance(value, str):
            self.findings.wrong(self.at(name), "a string", value)
            return default or ""
        return value

    def optional_text(self, name: str) -> str | None:
        """Give a member that is a string, None where it is absent."""
        value = self.take(name)
        if value is ABSENT or value is None or isinstance(value, str):
            return None if value is ABSENT else value
        self.findings.wrong(self.at(name), "a string", value)
        return None

    def integer(self, name: str, default: int | None = None) -> int:
        """Give a member that is an integer, or a string of digits; it must be there if there is no default."""
        value = self.take(name)
        if default is not None and (value is ABSENT or value is None):
            return default
        number = as_integer(value)
        if number is None:
            if self.is_object:
                self.findings.wrong(self.at(name), "an integer", value)
            return 0
        return number

    def flag(self, name: str) -> bool:
        """Give a member that is true or false; absent is false."""
        value = self.take(name)
        if value is ABSENT or value is None or isinstance(value, bool):
            return value is True
        self.findings.wrong(self.at(name), "true or false", value)
        return False

    def child(self, name: str, *aliases: str) -> "ObjectReader | None":
        """Give a reader of a member that is an object, None where it is absent."""
        spelling = self.spelling(name, *aliases) if aliases else name
        value = self.take(spelling)
        if value is ABSENT or value is None:
            return None
        return self.scope.open(value, self.at(spelling), (*self.steps, name))

    def required_child(self, name: str) -> "ObjectReader":
        """Give a reader of a member that must be an object."""
        found = self.child(name)
        if found is None:
            if self.is_object:
                self.findings.wrong(self.at(name), "an object", ABSENT if name not in self else None)
            return _empty(self.scope, self.at(name), (*self.steps, name))
        return found

    def mapping(self, name: str, *aliases: str) -> dict[str, Json]:
        """Give a member that is an object with whatever is in it; absent is empty."""
        spelling = self.spelling(name, *aliases)
        value = self.take(spelling)
        if value is ABSENT or value is None:
            return {}
        if not isinstance(value, dict):
            self.findings.wrong(self.at(spelling), "an object", value)
            return {}
        return value

    def elements(self, name: str) -> Iterator[tuple[str, Json]]:
        """Give JSON pointer and value of each element of a member that is a list; absent is empty."""
        value = self.take(name)
        if value is ABSENT or value is None:
            return
        if not isinstance(value, list):
            self.findings.wrong(self.at(name), "a list", value)
            return
        pointer = self.at(name)
        for index, element in enumerate(value):
            yield f"{pointer}/{index}", element

    def objects(self, name: str) -> "Iterator[ObjectReader]":
        """Give a reader of each element of a member that is a list of objects."""
        for index, (pointer, element) in enumerate(self.elements(name)):
            yield self.scope.open(element, pointer, (*self.steps, name, index))

    def texts(self, name: str) -> tuple[str, ...]:
        """Give a member that is a list of strings; a single string counts as a list of one."""
        if isinstance(self._members.get(name), str):
            return (self.text(name),)
        found: list[str] = []
        for pointer, element in self.elements(name):
            if isinstance(element, str):
                found.append(element)
            else:
                self.findings.wrong(pointer, "a string", element)
        return tuple(found)


def _within(pointer: str, value: Json, fault: RuleFault) -> tuple[str, Json]:
    """Give where a fault is, and what stands there; the value as a whole where a member lacks."""
    found = value
    for token in fault.at:
        try:
            found = found[token]
        except (LookupError, TypeError):
            found = ABSENT
            break
    place = "".join(f"/{escaped(str(token))}" for token in fault.at)
    return f"{pointer}{place}", fault.at[-1] if fault.is_of_name else found


def as_integer(value: object) -> int | None:
    """Give an integer, also one written as a string of digits, None for anything else (`true` is no integer)."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and len(value) <= 18 and value.isascii() and value.removeprefix("-").isdigit():
        return int(value)
    return None


def escaped(name: str) -> str:
    """Give a member name as one token of a JSON pointer (RFC 6901 §3)."""
    return name.replace("~", "~0").replace("/", "~1") if "/" in name or "~" in name else name


def _empty(scope: Scope, pointer: str, steps: tuple[Step, ...]) -> ObjectReader:
    reader = ObjectReader(scope, {}, pointer, steps)
    reader.is_object = False  # its own missing members are not worth a second message
    return reader

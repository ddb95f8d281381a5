"""Writing: from a tree to a message, every problem of the tree located.

Beside the tree form itself a tree may use the forms of protobuf's JSON mapping (camelCase names, moments in RFC 3339,
`3.5s`, integers as text, numbers for enum members, null for what is not set) and, for any message, a message object
of generated code, whose fields are taken as they are.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from contractkit.definitions.protobuf.files import Files
from contractkit.definitions.protobuf.kinds import Field, Kind, Kinds, Shape
from contractkit.definitions.protobuf.scalars import SCALARS, Scalar, Unfit
from contractkit.errors import DefinitionError, suggestion
from contractkit.exact_json import Json, show_json
from contractkit.model import Location
from contractkit.results import ABSENT, Violation

_DEEPEST: Final = 100  # levels; decoders of other languages stop there too
_MOST_SHOWN: Final = 8  # problems of one tree that a message lists


@dataclass(slots=True)
class Attempt:
    """What writing one tree found wrong, in the order of the tree."""

    at: Location
    problems: list[Violation] = field(default_factory=list)

    def refuse(self, steps: "Steps", expected: str, received: Any, pointer: str) -> None:
        """Note a place where the tree is not a message of its type."""
        shown = received if received is ABSENT else jsonable(received)
        self.problems.append(
            Violation(location=self.at.under(steps), expected=expected, received=shown, pointer=pointer)
        )


Steps: TypeAlias = tuple[str | int, ...]
SpecialWrite: TypeAlias = Callable[["Writer", Any, Any, Steps, Attempt, str], bool]
"""Writes a value that is no object of fields into a message; false where the ordinary way should be taken."""


class Writer:
    """Writes the messages of one definition."""

    def __init__(self, files: Files, kinds: Kinds) -> None:
        from contractkit.definitions.protobuf.special import SPECIAL_WRITES

        self.files = files
        self._kinds = kinds
        self._special = SPECIAL_WRITES

    def write(self, tree: Json, descriptor: Descriptor, at: Location) -> tuple[Message, tuple[Violation, ...]]:
        """Give the message that a tree says, and every problem; the message is whole only where there is none."""
        attempt = Attempt(at)
        message = GetMessageClass(descriptor)()
        self.fill(message, tree, (), attempt, self._kinds.of(descriptor).pointer)
        return message, tuple(attempt.problems)

    def whole(self, tree: Json, descriptor: Descriptor) -> Message:
        """Give the message that a tree says.

        Raises:
            DefinitionError: It is not such a message; every place that does not fit is named.
        """
        message, problems = self.write(tree, descriptor, Location())
        if problems:
            raise _unfit(descriptor.full_name, problems)
        return message

    def fill(self, message: Any, value: Any, steps: Steps, attempt: Attempt, pointer: str) -> None:
        """Write a value into a message; `pointer` is the place in the definition that asks for the message."""
        descriptor = message.DESCRIPTOR
        if len(steps) > 2 * _DEEPEST:
            attempt.refuse(steps, f"at most {_DEEPEST} levels of messages", ABSENT, pointer)
            return
        generated = None if type(value) is dict else as_generated(value)
        if generated is not None:
            _copy(generated, message, steps, attempt, pointer)
            return
        special = self._special.get(descriptor.full_name)
        if special is not None and special(self, message, value, steps, attempt, pointer):
            return
        if not isinstance(value, dict):
            attempt.refuse(steps, f"an object of {descriptor.full_name}", value, pointer)
            return
        self._fill_fields(message, value, steps, attempt, self._kinds.of(descriptor))

    def _fill_fields(self, message: Any, tree: dict[str, Json], steps: Steps, attempt: Attempt, kind: Kind) -> None:
        chosen: dict[str, str] = {}
        given: set[str] = set()
        for name, value in tree.items():
            found = kind.by_name.get(name)
            if found is None:
                _refuse_unknown(name, value, steps, attempt, kind)
            elif value is None and not _takes_null(found):
                continue
            elif found.name in given:
                attempt.refuse(
                    (*steps, name), f"one value for {found.name}, which is there twice", value, found.pointer
                )
            elif found.oneof and chosen.setdefault(found.oneof, found.name) != found.name:
                expected = f"only one member of {found.oneof}, which {chosen[found.oneof]} is"
                attempt.refuse((*steps, name), expected, value, found.pointer)
            else:
                given.add(found.name)
                self._fill_field(message, found, value, (*steps, name), attempt)
        for each in kind.required:
            if each.name not in given:
                attempt.refuse((*steps, each.name), "a value: the field is required", ABSENT, each.pointer)

    def _fill_field(self, message: Any, each: Field, value: Any, steps: Steps, attempt: Attempt) -> None:
        if each.shape is Shape.LIST:
            self._fill_list(getattr(message, each.name), each, value, steps, attempt)
        elif each.shape is Shape.MAP:
            self._fill_map(getattr(message, each.name), each, value, steps, attempt)
        elif each.scalar is not None:
            written = _scalar(each.scalar, value, steps, attempt, each.pointer)
            if written is not None:
                setattr(message, each.name, written)
        else:
            inner = getattr(message, each.name)
            inner.SetInParent()
            self.fill(inner, value, steps, attempt, each.pointer)

    def _fill_list(self, target: Any, each: Field, value: Any, steps: Steps, attempt: Attempt) -> None:
        if not isinstance(value, list | tuple):
            attempt.refuse(steps, "a list", value, each.pointer)
            return
        for index, item in enumerate(value):
            if each.scalar is None:
                self.fill(target.add(), item, (*steps, index), attempt, each.pointer)
                continue
            written = _scalar(each.scalar, item, (*steps, index), attempt, each.pointer)
            if written is not None:
                target.append(written)

    def _fill_map(self, target: Any, each: Field, value: Any, steps: Steps, attempt: Attempt) -> None:
        if not isinstance(value, dict):
            attempt.refuse(steps, "an object: a map", value, each.pointer)
            return
        assert each.key is not None
        for name, item in value.items():
            place = (*steps, name if isinstance(name, str) else str(name))
            key = _scalar(each.key, _KEYS.get(name, name) if each.key is _BOOL else name, place, attempt, each.pointer)
            if key is None:
                continue
            if each.scalar is None:
                self.fill(target[key], item, place, attempt, each.pointer)
                continue
            written = _scalar(each.scalar, item, place, attempt, each.pointer)
            if written is not None:
                target[key] = written


def as_generated(value: Any) -> Message | None:
    """Give the protobuf message that a value is or (as proto-plus does) wraps, or None."""
    inner = getattr(value, "_pb", value)
    return inner if isinstance(inner, Message) else None


def jsonable(value: Any) -> Json:
    """Give a value as a message may show it: JSON as it is, anything else as Python writes it."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple):
        return [jsonable(each) for each in value]
    if isinstance(value, dict):
        return {jsonable(str(name)): jsonable(each) for name, each in value.items()}
    return repr(value)


def _scalar(scalar: Scalar, value: Any, steps: Steps, attempt: Attempt, pointer: str) -> Any:
    try:
        return scalar.write(value)
    except Unfit as unfit:
        attempt.refuse(steps, unfit.expected, value, pointer)
        return None


def _copy(generated: Message, message: Message, steps: Steps, attempt: Attempt, pointer: str) -> None:
    """Take the fields of a message object, of whichever pool its type is."""
    name = generated.DESCRIPTOR.full_name
    if name != message.DESCRIPTOR.full_name:
        expected = f"a message of {message.DESCRIPTOR.full_name}"
        attempt.refuse(steps, expected, f"a message of {name}", pointer)
        return
    try:
        message.MergeFromString(generated.SerializePartialToString())
    except DecodeError as error:
        attempt.refuse(steps, f"a message that the definition's {name} can hold", str(error), pointer)
        return
    if not message.IsInitialized():
        missing = ", ".join(message.FindInitializationErrors())  # type: ignore[attr-defined]
        attempt.refuse(steps, f"a value in each required field: {missing}", ABSENT, pointer)


def _refuse_unknown(name: str, value: Json, steps: Steps, attempt: Attempt, kind: Kind) -> None:
    known = suggestion(str(name), [each.name for each in kind.fields])
    expected = f"a field of {kind.full_name}. {known}" if known else f"no field: {kind.full_name} has none"
    attempt.refuse((*steps, str(name)), expected, value, kind.pointer)


def _takes_null(found: Field) -> bool:
    return found.shape is Shape.ONE and found.message is not None and found.message.full_name == _VALUE


_VALUE: Final = "google.protobuf.Value"
_BOOL: Final = SCALARS[8]  # FieldDescriptor.TYPE_BOOL
_KEYS: Final = {"true": True, "false": False}


def _unfit(full_name: str, problems: tuple[Violation, ...]) -> DefinitionError:
    rows = []
    for problem in problems[:_MOST_SHOWN]:
        received = "nothing" if problem.received is ABSENT else show_json(problem.received)
        rows += [("at", str(problem.location) or "the message"), ("expected", problem.expected), ("received", received)]
    if len(problems) > _MOST_SHOWN:
        rows.append(("and", f"{len(problems) - _MOST_SHOWN} more places"))
    return DefinitionError(f"This is not a message of {full_name}.", details=rows)

"""State catalogues: which provider states a provider's team prepares, and what parameters each of them takes.

A JSON document, made from the provider's handlers and kept by the broker per version, so that a consumer's test learns
at once that the state it names does not exist::

    {"schemaVersion": 1, "provider": "orders", "states": [
        {"name": "order exists", "description": "...", "parameters": {"type": "object", "properties": {...}}},
        {"operation": "getOrder", "status": 409, "parameters": {...}}]}
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from contractkit.document.reading import Findings, ObjectReader, Scope
from contractkit.errors import StateCatalogueError
from contractkit.exact_json import Json, JsonSyntaxError, dump_canonical, read_json
from contractkit.results import ABSENT

SCHEMA_VERSION = 1
"""The version of the form written here, and the only one that is read."""

_DEEPEST = 100  # levels of nesting: far beyond any schema of parameters
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_MEMBERS = ("name", "operation", "status", "description", "parameters")
_TOP_MEMBERS = ("schemaVersion", "provider", "states")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedState:
    """A state that a consumer's test names: `given("order exists", id=7)`.

    `parameters` is a JSON Schema (2020-12) of the object of its parameters; an empty one allows any.
    """

    name: str
    description: str = ""
    parameters: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedOperation:
    """An operation that is prepared for tests that name no state; for any expected status where `status` is None.

    `status` is a number's digits (`409`) or a gRPC status (`NOT_FOUND`). `parameters` is a JSON Schema of the object of
    those used values that the provider's handler takes.
    """

    operation: str
    status: str | None = None
    description: str = ""
    parameters: Mapping[str, Json] = field(default_factory=dict)


CataloguedState: TypeAlias = NamedState | PreparedOperation


@dataclass(frozen=True, slots=True, kw_only=True)
class StateCatalogue:
    """What a provider prepares; the order of the states means nothing, and no two prepare the same."""

    provider: str
    states: tuple[CataloguedState, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Give the names that a consumer's test may give."""
        return tuple(each.name for each in self.states if isinstance(each, NamedState))

    @property
    def operations(self) -> tuple[str, ...]:
        """Give the operations that are prepared, each once."""
        return tuple(dict.fromkeys(each.operation for each in self.states if isinstance(each, PreparedOperation)))

    def find(self, name: str) -> NamedState | None:
        """Give the state of that name, or None."""
        return next((each for each in self.states if isinstance(each, NamedState) and each.name == name), None)


def load_state_catalogue(data: bytes, *, origin: str) -> StateCatalogue:
    """Give the catalogue that a file holds.

    Args:
        data: The file's bytes.
        origin: What messages call it, such as its path.

    Raises:
        StateCatalogueError: It is empty, not JSON, or not a catalogue; every wrong place is in the details.
    """
    text = data.removeprefix(_BYTE_ORDER_MARK)
    if not text.strip():
        raise StateCatalogueError(f"{origin} is empty.", next_step=_WRITE_AGAIN)
    try:
        value = read_json(text)
    except JsonSyntaxError as error:
        raise StateCatalogueError(
            f"{origin} is not JSON.",
            details=[("line", str(error.line)), ("column", str(error.column)), ("problem", error.problem)],
            next_step=_WRITE_AGAIN,
        ) from None
    return read_state_catalogue(value, origin=origin)


def read_state_catalogue(value: Json, *, origin: str) -> StateCatalogue:
    """Give the catalogue that a JSON value is.

    Members that this version does not know are passed over, unless they are nearly spelled like one that it knows.

    Raises:
        StateCatalogueError: It is none; every wrong place is in the details, as a JSON pointer.
    """
    if _is_deeper_than(_DEEPEST, value):
        raise StateCatalogueError(f"{origin} is nested deeper than {_DEEPEST} levels, which no state catalogue is.")
    findings = Findings()
    reader = Scope(findings, "catalogue").open(value, "")
    if reader.is_object:
        _check_version(reader.take("schemaVersion"), findings, origin)
    provider = _filled(reader, "provider")
    states = tuple(_read_states(reader, findings))
    _check_spelling(reader, _TOP_MEMBERS)
    if findings.problems:
        raise StateCatalogueError(
            f"{origin} is not a state catalogue.", details=findings.problems, next_step=_WRITE_AGAIN
        )
    return StateCatalogue(provider=provider, states=states)


def write_state_catalogue(catalogue: StateCatalogue) -> dict[str, Json]:
    """Give a catalogue as a JSON value, the states in order of their names."""
    states = sorted(catalogue.states, key=_sorting_key)
    return {
        "schemaVersion": SCHEMA_VERSION,
        "provider": catalogue.provider,
        "states": [_write_state(each) for each in states],
    }


def dump_state_catalogue(catalogue: StateCatalogue) -> bytes:
    """Give the one spelling of a catalogue: equal catalogues are equal bytes."""
    return dump_canonical(write_state_catalogue(catalogue))


_WRITE_AGAIN = "Write it again from the provider's handlers: contractkit verify PROVIDER --write-state-catalogue FILE."


def _check_version(version: Json, findings: Findings, origin: str) -> None:
    is_number = isinstance(version, int) and not isinstance(version, bool)
    if is_number and version > SCHEMA_VERSION:
        raise StateCatalogueError(
            f"{origin} was written by a newer contractkit.",
            details=[("expected", f"schemaVersion {SCHEMA_VERSION}"), ("received", f"schemaVersion {version}")],
            next_step="Update contractkit.",
        )
    if not is_number or version != SCHEMA_VERSION:
        findings.wrong("/schemaVersion", str(SCHEMA_VERSION), version)


def _read_states(reader: ObjectReader, findings: Findings) -> Iterable[CataloguedState]:
    if reader.is_object and not isinstance(reader.peek("states"), list):
        findings.wrong("/states", "a list of states", reader.take("states"))
        return
    seen: dict[tuple[str, ...], str] = {}
    for each in reader.objects("states"):
        state = _read_state(each)
        _check_spelling(each, _MEMBERS)
        if state is None:
            continue
        key = _sorting_key(state)
        if key in seen:
            findings.problems.append((each.pointer, f"expected another state, received that of {seen[key]} again"))
        seen.setdefault(key, each.pointer)
        yield state


def _read_state(reader: ObjectReader) -> CataloguedState | None:
    description = reader.text("description", "")
    parameters = _read_parameters(reader)
    if not reader.is_object:
        return None
    if ("name" in reader) == ("operation" in reader):
        received = {name: reader.take(name) for name in ("name", "operation") if name in reader}
        reader.findings.wrong(reader.pointer, "either a name or an operation", received or ABSENT)
        return None
    if "name" in reader:
        return NamedState(name=_filled(reader, "name"), description=description, parameters=parameters)
    status = _read_status(reader)
    operation = _filled(reader, "operation")
    return PreparedOperation(operation=operation, status=status, description=description, parameters=parameters)


def _read_status(reader: ObjectReader) -> str | None:
    status = reader.take("status")
    if status is ABSENT or status is None:
        return None
    if isinstance(status, bool) or not isinstance(status, int | str) or status == "":
        reader.findings.wrong(reader.at("status"), 'a status such as 409 or "NOT_FOUND"', status)
    return str(status)


def _read_parameters(reader: ObjectReader) -> Mapping[str, Json]:
    """Read the schema of an object, whose parts that say something of an object must be of the right kind."""
    schema = reader.mapping("parameters")
    pointer = reader.at("parameters")
    expected = (
        ("type", '"object"', lambda value: value == "object"),
        ("properties", "an object", lambda value: isinstance(value, dict)),
        ("required", "a list of strings", _are_texts),
    )
    for name, words, fits in expected:
        if name in schema and not fits(schema[name]):
            reader.findings.wrong(f"{pointer}/{name}", words, schema[name])
    return schema


def _are_texts(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _filled(reader: ObjectReader, name: str) -> str:
    """Read a string that must say something."""
    text = reader.text(name)
    if isinstance(reader.peek(name), str) and not text.strip():
        reader.findings.wrong(reader.at(name), "a string that is not blank", text)
    return text


def _check_spelling(reader: ObjectReader, known: tuple[str, ...]) -> None:
    for name in reader.names():
        near = difflib.get_close_matches(name, [each for each in known if each not in reader], n=1, cutoff=0.8)
        if near:
            reader.findings.problems.append((reader.at(name), f"is no member of a catalogue; did you mean {near[0]}?"))


def _sorting_key(state: CataloguedState) -> tuple[str, ...]:
    match state:
        case NamedState(name=name):
            return ("name", name)
        case PreparedOperation(operation=operation, status=status):
            return ("operation", operation, status or "")


def _write_state(state: CataloguedState) -> dict[str, Json]:
    match state:
        case NamedState(name=name):
            subject: dict[str, Json] = {"name": name}
        case PreparedOperation(operation=operation, status=status):
            subject = (
                {"operation": operation} if status is None else {"operation": operation, "status": _number(status)}
            )
    description = {"description": state.description} if state.description else {}
    return {**subject, **description, **({"parameters": dict(state.parameters)} if state.parameters else {})}


def _number(status: str) -> int | str:
    return int(status) if status.isascii() and status.isdigit() else status


def _is_deeper_than(limit: int, value: Json) -> bool:
    if not isinstance(value, dict | list):
        return False
    children = value.values() if isinstance(value, dict) else value
    return limit == 0 or any(_is_deeper_than(limit - 1, child) for child in children)

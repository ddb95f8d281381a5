"""Transcoding: at which HTTP addresses a procedure is called, as its `google.api.http` option says.

What matters is how a client writes a call, not how the option is written: an address is the verb and the path without
the names of its variables, a field is its number (google/api/http.proto, HttpRule).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf.descriptor import Descriptor, MethodDescriptor
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass

from contractkit.changes.protobuf.records import BREAKING, POSSIBLE, Encoding
from contractkit.changes.records import Level
from contractkit.exact_json import show_json

_OPTION: Final = "google.api.http"
_RULE: Final = "google.api.HttpRule"
_VERBS: Final = ("get", "put", "post", "delete", "patch")
_VARIABLE: Final = re.compile(r"\{([^={}]+)(?:=([^{}]*))?\}")
_WHOLE: Final = "the whole message"

Read = tuple[int | str, ...]
"""The field that a part of a call stands for, by numbers; a name where the message has no such field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One way to call a procedure over HTTP.

    Attributes:
        said: Verb and path as the definition writes them: `GET /v1/{name=shelves/*}`.
        address: The same without the names of variables.
        variables: The fields that the variables of the path stand for, in order.
        body: What the request's body stands for: nothing, `*` for all that is left, or one field; `body_said` in words.
        answer: What the answer's body stands for: nothing for the whole message, or one field; `answer_said` in words.
    """

    said: str
    address: str
    variables: tuple[Read, ...]
    body: Read
    answer: Read
    body_said: str
    answer_said: str


@dataclass(frozen=True, slots=True)
class HttpRule:
    """A row of the table. `differs` compares two bindings at one address; without it, one that went is meant."""

    id: str
    sentence: str
    differs: Callable[[Binding, Binding], bool] | None = None
    describe: Callable[[Binding], str] = lambda binding: binding.said


HTTP_RULES: Final = (
    HttpRule("procedure.http.address-removed", "over HTTP it was called as {before}, now as {after}"),
    HttpRule("procedure.http.variables-changed", "what stands in the path of {before} is read as {after}",
             lambda old, new: old.variables != new.variables),
    HttpRule("procedure.http.body-changed", "over HTTP it took {before} and takes {after}",
             lambda old, new: old.body != new.body, lambda each: f"{each.body_said} at {each.said}"),
    HttpRule("procedure.http.answer-changed", "over HTTP it gave {before} and gives {after}",
             lambda old, new: old.answer != new.answer, lambda each: f"{each.answer_said} at {each.said}"),
)  # fmt: skip
"""Rules for a procedure's addresses; what calls it over gRPC never sees them."""

HTTP_RULE_IDS: Final = frozenset(rule.id for rule in HTTP_RULES)
"""The ids of these rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpDifference:
    """What one rule found at the addresses of a procedure."""

    rule: HttpRule
    level: Level
    before: str
    after: str


def http_differences(old: MethodDescriptor, new: MethodDescriptor, encoding: Encoding) -> Iterator[HttpDifference]:
    """Give what changed of the addresses of a procedure, each rule once.

    In JSON it breaks every call where no address is left as it was; else it depends on how the procedure is called.
    """
    after = bindings_of(new)
    pairs = [(each, _reached_by(each, after)) for each in bindings_of(old)]
    is_any_kept = any(not any(_is_found(rule, *pair) for rule in HTTP_RULES) for pair in pairs)
    level = BREAKING if encoding is Encoding.JSON and not is_any_kept else POSSIBLE
    for rule in HTTP_RULES:
        found = [(before, now) for before, now in pairs if _is_found(rule, before, now)]
        if found:
            meant = tuple(now for _, now in found if now is not None) or after
            before = _listed(rule, tuple(each for each, _ in found))
            yield HttpDifference(rule=rule, level=level, before=before, after=_listed(rule, meant))


def bindings_of(method: MethodDescriptor) -> tuple[Binding, ...]:
    """Give the ways to call a procedure over HTTP; none where it has no such option."""
    option = _option(method) if method.has_options else {}
    said = (option, *option.get("additional_bindings", ()))
    return tuple(found for each in said if (found := _binding(each, method)) is not None)


def _option(method: MethodDescriptor) -> Mapping[str, Any]:
    """Give the option as JSON, read with the definition's own types: this process need not know them."""
    try:
        option = method.containing_service.file.pool.FindExtensionByName(_OPTION)
    except KeyError:
        return {}
    if option.containing_type is None or option.message_type is None or option.message_type.full_name != _RULE:
        return {}
    try:
        options = GetMessageClass(option.containing_type).FromString(method.GetOptions().SerializeToString())
    except DecodeError:
        return {}
    rule: Any = options.Extensions[option]  # type: ignore[index]
    return {} if option.is_repeated else MessageToDict(rule, preserving_proto_field_name=True)


def _binding(said: Mapping[str, Any], method: MethodDescriptor) -> Binding | None:
    custom = said.get("custom", {})
    verbs = [(verb, said[verb]) for verb in _VERBS if said.get(verb)]
    verb, path = verbs[0] if verbs else (custom.get("kind", ""), custom.get("path", ""))
    if not verb or not path:
        return None
    body, answer = said.get("body", ""), said.get("response_body", "")
    return Binding(
        said=f"{_shown(verb.upper())} {_shown(path)}",
        address=f"{verb.upper()} {_VARIABLE.sub(lambda found: found[2] or '*', path)}",
        variables=tuple(_read(method.input_type, name) for name, _ in _VARIABLE.findall(path)),
        body=_read(method.input_type, body),
        answer=_read(method.output_type, answer),
        body_said=_WHOLE if body == "*" else f"the field {_shown(body)}" if body else "no body",
        answer_said=f"the field {_shown(answer)}" if answer else _WHOLE,
    )


def _shown(text: str) -> str:
    """Give what stands in an option for people: anything may, a line end too."""
    return text if text.isprintable() else show_json(text)


def _read(message: Descriptor, path: str) -> Read:
    """Give the numbers of the fields that a path such as `book.name` names."""
    found: list[int | str] = []
    inside: Descriptor | None = message
    for name in path.split(".") if path else ():
        field = inside.fields_by_name.get(name) if inside is not None else None
        found.append(name if field is None else field.number)
        inside = None if field is None else field.message_type
    return tuple(found)


def _reached_by(old: Binding, bindings: tuple[Binding, ...]) -> Binding | None:
    """Give the new binding that the calls of an old one reach."""
    same = [each for each in bindings if each.address == old.address]
    wider = [each for each in bindings if _takes(each.address.split("/"), old.address.split("/"))]
    return next(iter(same or wider), None)


def _takes(pattern: list[str], path: list[str]) -> bool:
    """Say whether all paths of one address are paths of another: `*` is any part, `**` any number of them."""
    wanted, _, verb = pattern[-1].partition(":")
    _, _, called = path[-1].partition(":")
    if wanted == "**" and verb == called:
        return len(path) >= len(pattern) - 1 and all(map(_takes_part, pattern[:-1], path))
    return len(path) == len(pattern) and all(map(_takes_part, pattern, path))


def _takes_part(pattern: str, part: str) -> bool:
    return pattern == part or (pattern == "*" and part != "**" and ":" not in part)


def _is_found(rule: HttpRule, old: Binding, new: Binding | None) -> bool:
    if rule.differs is None or new is None:
        return rule.differs is None and new is None
    return rule.differs(old, new)


def _listed(rule: HttpRule, bindings: tuple[Binding, ...]) -> str:
    return ", ".join(map(rule.describe, bindings)) or "nothing"

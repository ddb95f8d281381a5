"""Procedures: which method stands for which, and the rules for a procedure as a whole."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from google.protobuf.descriptor import Descriptor, EnumDescriptor, MethodDescriptor

from contractkit.changes.protobuf.records import BREAKING, HARMLESS, POSSIBLE, Encoding
from contractkit.changes.protobuf.transcoding import http_differences
from contractkit.changes.records import Level, Place
from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.definitions.protobuf.kinds import pointer_of

PACKAGE_REMOVED = "package.removed"
SERVICE_REMOVED = "service.removed"
PROCEDURE_REMOVED = "procedure.removed"
MESSAGE_REMOVED = "message.removed"


class Procedures:
    """The procedures and messages of one definition, as descriptors."""

    def __init__(self, definition: ProtoDefinition) -> None:
        self._files = definition.files

    @cached_property
    def methods(self) -> dict[str, MethodDescriptor]:
        """Give every method by `package.Service/Method`, in the order of files and services."""
        return {
            signature_of(method): method
            for file in self._files.own
            for service in self._files.pool.FindFileByName(file.name).services_by_name.values()
            for method in service.methods
        }

    @cached_property
    def services(self) -> frozenset[str]:
        """Give the full names of the services."""
        return frozenset(method.containing_service.full_name for method in self.methods.values())

    @cached_property
    def packages(self) -> frozenset[str]:
        """Give the packages that have services."""
        return frozenset(method.containing_service.file.package for method in self.methods.values())

    def file_like(self, name: str) -> str:
        """Give the name of the file where what is missing would stand: of the same name, else the first."""
        names = [file.name for file in self._files.own]
        return name if name in names else next(iter(names), "")

    @cached_property
    def messages(self) -> dict[str, Descriptor]:
        """Give every message type that the definition brings itself, nested ones included, by full name."""
        return {
            message.full_name: message
            for message in self._all_messages()
            if not (message.has_options and message.GetOptions().map_entry)
        }

    def _all_messages(self) -> Iterator[Descriptor]:
        """Give every message type, the entries of maps too."""
        pending = [
            message
            for file in self._files.own
            for message in self._files.pool.FindFileByName(file.name).message_types_by_name.values()
        ]
        while pending:
            message = pending.pop()
            yield message
            pending += message.nested_types

    @cached_property
    def emitted(self) -> tuple[str, ...]:
        """Give the full names of the messages that no other one holds: what a definition without procedures is for."""
        held = {
            field.message_type.full_name
            for message in self._all_messages()
            for field in message.fields
            if field.message_type is not None and field.message_type is not message
        }
        return tuple(name for name in self.messages if name not in held)

    @cached_property
    def enums(self) -> dict[str, EnumDescriptor]:
        """Give every enum that the definition brings itself, nested ones included, by full name."""
        top = (
            enum
            for file in self._files.own
            for enum in self._files.pool.FindFileByName(file.name).enum_types_by_name.values()
        )
        nested = (enum for message in self.messages.values() for enum in message.enum_types)
        return {enum.full_name: enum for enum in (*top, *nested)}

    def message(self, full_name: str) -> Descriptor | None:
        """Give a message type by its full name, that of a standard file too."""
        known = self._files.knows_type(full_name)
        return self._files.pool.FindMessageTypeByName(full_name) if known else None


@dataclass(frozen=True, slots=True)
class ProcedureRule:
    """A row of the table. `describe` says what a method is in that respect; another word is a change."""

    id: str
    level: Level
    describe: Callable[[MethodDescriptor], str]
    sentence: str


def _requests(method: MethodDescriptor) -> str:
    return "a stream of requests" if method.client_streaming else "one request"


def _responses(method: MethodDescriptor) -> str:
    return "a stream of responses" if method.server_streaming else "one response"


def _request_type(method: MethodDescriptor) -> str:
    return str(method.input_type.full_name)


def _response_type(method: MethodDescriptor) -> str:
    return str(method.output_type.full_name)


def _idempotency(method: MethodDescriptor) -> str:
    level = method.GetOptions().idempotency_level if method.has_options else 0
    return ("no known idempotency", "no side effects", "idempotent")[level]


PROCEDURE_RULES = (
    ProcedureRule("procedure.client-streaming-changed", BREAKING, _requests, "it took {before} and takes {after}"),
    ProcedureRule("procedure.server-streaming-changed", BREAKING, _responses, "it gave {before} and gives {after}"),
    ProcedureRule("procedure.request-type-replaced", HARMLESS, _request_type,
                  "it takes {after} instead of {before}; what differs between the two is said apart"),
    ProcedureRule("procedure.response-type-replaced", HARMLESS, _response_type,
                  "it gives {after} instead of {before}; what differs between the two is said apart"),
    ProcedureRule("procedure.idempotency-changed", POSSIBLE, _idempotency, "it was declared {before}, now {after}"),
)  # fmt: skip
"""Rules for a procedure that both definitions have."""

STREAMING_RULES = frozenset(rule.id for rule in PROCEDURE_RULES if "streaming" in rule.id)
"""The ids of the changes after which no call of the old kind succeeds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureDifference:
    """What one rule found at a procedure."""

    rule: str
    level: Level
    before: str
    after: str
    sentence: str


def procedure_differences(
    old: MethodDescriptor, new: MethodDescriptor, encoding: Encoding
) -> Iterator[ProcedureDifference]:
    """Give what changed of a procedure itself, of the addresses at which it is called over HTTP too."""
    for rule in PROCEDURE_RULES:
        before, after = rule.describe(old), rule.describe(new)
        if before != after:
            sentence = rule.sentence.format(before=before, after=after)
            yield ProcedureDifference(rule=rule.id, level=rule.level, before=before, after=after, sentence=sentence)
    for found in http_differences(old, new, encoding):
        before, after = found.before, found.after
        yield ProcedureDifference(
            rule=found.rule.id,
            level=found.level,
            before=before,
            after=after,
            sentence=found.rule.sentence.format(before=before, after=after),
        )


def removal_difference(old: MethodDescriptor, new: Procedures) -> ProcedureDifference:
    """Give how a procedure went: alone, with its service or with its package, and where its like is found now."""
    service = old.containing_service
    rule, gone = PROCEDURE_REMOVED, signature_of(old)
    if service.file.package not in new.packages:
        rule, gone = PACKAGE_REMOVED, f"the package {service.file.package}" if service.file.package else "the package"
    elif service.full_name not in new.services:
        rule, gone = SERVICE_REMOVED, f"the service {service.full_name}"
    like = _like(old, new)
    after = f"not declared; {like} is like it" if like else "not declared"
    said = f"; {like} is like it" if like else ""
    return ProcedureDifference(
        rule=rule,
        level=BREAKING,
        before=f"declared as {signature_of(old)}",
        after=after,
        sentence=f"{gone} is no longer declared{said}",
    )


def signature_of(method: MethodDescriptor) -> str:
    """Give how a procedure is called: `package.Service/Method`."""
    return f"{method.containing_service.full_name}/{method.name}"


def place_of_method(method: MethodDescriptor) -> Place:
    """Give where a procedure is declared."""
    file = method.containing_service.file.name
    pointer = pointer_of(file, method.full_name)
    return Place(uri=file, pointer=pointer, used_at=pointer)


def place_of_removed(method: MethodDescriptor, rule: str) -> Place:
    """Give where a procedure that went was declared, or the service or package that went with it."""
    file = method.containing_service.file
    if rule == PROCEDURE_REMOVED:
        return place_of_method(method)
    pointer = pointer_of(file.name, method.containing_service.full_name if rule == SERVICE_REMOVED else file.package)
    return Place(uri=file.name, pointer=pointer, used_at=place_of_method(method).pointer)


def _like(old: MethodDescriptor, new: Procedures) -> str:
    """Give the one procedure of the same name, or of the same types in the same service, that the old one lacks."""
    service = old.containing_service
    by_name = [
        signature
        for signature, method in new.methods.items()
        if (method.name, method.containing_service.name) == (old.name, service.name)
    ] or [signature for signature, method in new.methods.items() if method.name == old.name]
    if by_name:
        return by_name[0] if len(by_name) == 1 else ""
    known = {method.name for method in service.methods}
    types = (old.input_type.full_name, old.output_type.full_name)
    alike = [
        signature
        for signature, method in new.methods.items()
        if method.containing_service.full_name == service.full_name
        and method.name not in known
        and (method.input_type.full_name, method.output_type.full_name) == types
    ]
    return alike[0] if len(alike) == 1 else ""

"""The changelog of a definition: everything that differs, whoever uses it, and which version it asks for."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from contractkit.changes.comparison import compare_definitions
from contractkit.changes.gains import all_changes
from contractkit.changes.messages import MESSAGE_INCOMPARABLE, MessageChanges
from contractkit.changes.operation_rules import OPERATION_INCOMPARABLE
from contractkit.changes.path_rules import path_changes
from contractkit.changes.records import Change, Declaration, Level
from contractkit.changes.renames import renames_between
from contractkit.changes.server_rules import server_changes
from contractkit.changes.sites import DefinitionSource
from contractkit.definitions.messages import MessageDefinition
from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.definitions.surfaces import DocumentedDefinition
from contractkit.errors import DefinitionError

AnyDefinition: TypeAlias = DocumentedDefinition | ProtoDefinition | MessageDefinition
"""A definition that has a changelog."""

_VERSION = re.compile(r"^v?(\d+)\.(\d+)(?:\.(\d+))?(?![\d.])")
_STEPS = ("major", "minor", "patch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Changelog:
    """What differs between two definitions.

    Attributes:
        changes: Each once, in the old definition's order, what is new at the end.
        renames: What something that went may be called now, by the declaration of the change that it went.
        versions: What the two definitions say their versions are; empty texts where they say none.
    """

    old: DefinitionSource
    new: DefinitionSource
    changes: tuple[Change, ...]
    renames: Mapping[Declaration, str] = field(default_factory=dict)
    versions: tuple[str, str] = ("", "")

    @property
    def counts(self) -> Mapping[Level, int]:
        """Give how many changes there are of each level, the worst first."""
        counted = Counter(change.level for change in self.changes)
        return {level: counted[level] for level in Level if counted[level]}

    @property
    def advised_step(self) -> str:
        """Give the step of the version that the changes ask for, in the words of semantic versioning."""
        if Level.BREAKING in self.counts:
            return "major"
        return "minor" if self.changes else "patch"

    @property
    def is_whole(self) -> bool:
        """Say whether all could be compared; else the changes may be worse than they are told."""
        return not any(change.rule in (OPERATION_INCOMPARABLE, MESSAGE_INCOMPARABLE) for change in self.changes)

    @property
    def taken_step(self) -> str:
        """Give the step between the two versions; an empty text where they are no such versions, `none` if equal."""
        before, after = map(_numbers, self.versions)
        if before is None or after is None:
            return ""
        return next((step for step, was, now in zip(_STEPS, before, after, strict=True) if was != now), "none")


def changelog(
    old: AnyDefinition,
    new: AnyDefinition,
    *,
    old_source: DefinitionSource | None = None,
    new_source: DefinitionSource | None = None,
    encoding: str = "binary",
) -> Changelog:
    """Give everything that differs between two definitions, breaking or not.

    Refactorings that change nothing (a schema behind a `$ref`, in `allOf`, in another order, parts of another name) are
    no changes, and neither are descriptions and examples.

    Args:
        old: The definition that clients know.
        new: The definition that it becomes.
        old_source: The old definition's name and how its lines are found; its title stands in for a name.
        new_source: Likewise for the new one.
        encoding: How protobuf messages travel: `binary` (gRPC) or `json` (transcoding, Connect).

    Raises:
        DefinitionError: They are of two kinds, as OpenAPI and protobuf are.
    """
    sources = (old_source or DefinitionSource(name=old.title), new_source or DefinitionSource(name=new.title))
    if isinstance(old, ProtoDefinition) and isinstance(new, ProtoDefinition):
        return Changelog(old=sources[0], new=sources[1], changes=_of_procedures(old, new, encoding))
    if isinstance(old, MessageDefinition) and isinstance(new, MessageDefinition):
        return _of_messages(old, new, sources)
    several = (ProtoDefinition, MessageDefinition)
    if isinstance(old, several) or isinstance(new, several):
        raise DefinitionError(
            "Definitions of two kinds cannot be compared.",
            details=[("old", f"{sources[0].name}: {old.kind}"), ("new", f"{sources[1].name}: {new.kind}")],
            next_step="Name two definitions of one kind.",
        )
    return _of_operations(old, new, sources)


def _of_operations(
    old: DocumentedDefinition, new: DocumentedDefinition, sources: tuple[DefinitionSource, DefinitionSource]
) -> Changelog:
    compared = compare_definitions(old, new)
    changes = (*server_changes(compared), *all_changes(compared), *path_changes(compared))
    return Changelog(
        old=sources[0],
        new=sources[1],
        changes=changes,
        renames=renames_between(compared, changes),
        versions=(_version_of(old), _version_of(new)),
    )


def _of_messages(
    old: MessageDefinition, new: MessageDefinition, sources: tuple[DefinitionSource, DefinitionSource]
) -> Changelog:
    found = MessageChanges(old, new)
    return Changelog(
        old=sources[0],
        new=sources[1],
        changes=found.every,
        renames=found.renames,
        versions=(old.version, new.version),
    )


def _of_procedures(old: ProtoDefinition, new: ProtoDefinition, encoding: str) -> tuple[Change, ...]:
    from contractkit.changes.protobuf import Encoding, compare_protos  # loads protobuf's library
    from contractkit.changes.protobuf.gains import all_proto_changes

    return all_proto_changes(compare_protos(old, new, Encoding(encoding)))


def _version_of(definition: DocumentedDefinition) -> str:
    info = definition.documents.root.get("info")
    said = info.value.get("version") if info is not None and isinstance(info.value, dict) else None
    return "" if said is None else str(said)


def _numbers(version: str) -> tuple[str, str, str] | None:
    found = _VERSION.match(version)
    return None if found is None else (found[1], found[2], found[3] or "0")

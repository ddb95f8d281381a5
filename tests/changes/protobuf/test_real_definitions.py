"""Pairs that buf judged, and real releases: agreement is measured, and what differs is printed with its reason."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from contractkit.changes import Change, Level
from contractkit.changes.protobuf import Encoding, compare_protos
from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.exact_json import read_json

TestData = Callable[[str], Path]
DefineFolder = Callable[[Path], ProtoDefinition]

LINT = {"RESERVED_ENUM_NO_DELETE", "RESERVED_MESSAGE_NO_DELETE", "FILE_SAME_PACKAGE"}
"""Rules of buf whose findings no message on the wire shows: a reserved range, a package of which nothing is called."""

REMOVALS = {"procedure.removed", "package.removed"}
"""Our rules for what buf's wire categories leave out, though no call of what is gone succeeds."""

REASONS = {
    "enum-same-json-format": "an enum that was open became closed: unknown numbers are read otherwise",
    "field-same-ctype": "only an option says that the JSON form is not checked any more",
    "field-same-java-utf8-validation": "a field lost its presence: unset and the default are one thing now",
    "field-same-jstype": "only an option says that the JSON form is not checked any more",
    "field-same-utf8-validation": "a field lost its presence: unset and the default are one thing now",
    "message-same-json-format": "a field lost its presence: unset and the default are one thing now",
}
"""The pairs on which we differ from buf, and why; those of a whole rule apart."""


def changes_of(folder: Path, define_folder: DefineFolder, encoding: Encoding) -> Iterator[Change]:
    """Give the changes of the procedures, and of all messages and enums by name: most pairs have no service."""
    found = compare_protos(define_folder(folder / "before"), define_folder(folder / "after"), encoding)
    yield from found.changes
    for name in found.old.messages:
        yield from found.of_message(name)
    for name in found.old.enums:
        yield from found.of_enum(name)


def is_settled_by_rule(expected: Any, category: str, found: set[str]) -> bool:
    """Say whether buf and we differ over one of the rules above, and over nothing else."""
    theirs = set(expected["rules"][category])
    return (bool(theirs) and theirs <= LINT and not found) or (not theirs and bool(found) and found <= REMOVALS)


@pytest.mark.parametrize(
    ("encoding", "category", "reasons"),
    [
        (Encoding.BINARY, "WIRE", {"enum-same-json-format", "field-same-java-utf8-validation",
                                   "field-same-utf8-validation", "message-same-json-format"}),
        (Encoding.JSON, "WIRE_JSON", {"field-same-ctype", "field-same-jstype"}),
    ],
)  # fmt: skip
def test_judged_pairs_agree_but_for_these_reasons(
    encoding: Encoding, category: str, reasons: set[str], test_data: TestData, define_folder: DefineFolder
) -> None:
    folders = sorted(test_data("definitions/breaking/proto").iterdir())
    differing: set[str] = set()
    by_rule: set[str] = set()
    for folder in folders:
        expected = read_json((folder / "expected.json").read_bytes())
        found = {each.rule for each in changes_of(folder, define_folder, encoding) if each.level.can_hurt}
        if bool(found) is expected["breaking"][category]:
            continue
        (by_rule if is_settled_by_rule(expected, category, found) else differing).add(folder.name)
        why = REASONS.get(folder.name, "a rule of either tool, as said above")
        print(
            f"{folder.name}: {expected['rules'][category] or 'nothing'} there, here {sorted(found) or 'nothing'}: {why}"
        )
    agreeing = len(folders) - len(differing) - len(by_rule)
    print(
        f"{category}: {agreeing} of {len(folders)} agree, {len(by_rule)} differ by a rule, {len(differing)} otherwise"
    )
    assert differing == reasons
    assert reasons <= REASONS.keys()


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        ("bigquery-patchroutine-removed", {"procedure.removed RoutineService.PatchRoutine"}),
        ("otel-demo-package-renamed", {"package.removed hipstershop"}),
        (
            "otel-demo-zipcode-int-to-string",
            {"request.field.type-changed Address.zip_code", "response.field.type-changed Address.zip_code"},
        ),
        (
            "saasservicemgmt-enum-renumbered",
            {
                f"{side}.enum.value-renumbered Type.{name}"
                for side in ("request", "response")
                for name in ("TYPE_APP_CREATED_OR_ALREADY_EXISTS", "TYPE_APP_COMPONENTS_REGISTERED")
            },
        ),
        ("maps-weather-segments-retyped", set()),
        ("pubsub-2023-12-to-2026-08", set()),
    ],
)
def test_a_release_breaks_these(
    pair: str, expected: set[str], test_data: TestData, define_folder: DefineFolder
) -> None:
    folder = test_data(f"definitions/real/versions/proto/{pair}")
    found = changes_of(folder, define_folder, Encoding.BINARY)
    broken = {
        f"{each.rule} {'.'.join(each.old.pointer.rpartition('#')[2].split('.')[-2:])}"
        for each in found
        if each.level is Level.BREAKING and each.old is not None
    }
    assert broken == expected

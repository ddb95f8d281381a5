"""Pairs that buf judged, and real releases: agreement is measured, and what differs is printed with its reason."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contractkit.changes import Change, Level
from contractkit.changes.protobuf import Encoding, compare_protos
from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.exact_json import read_json

TestData = Callable[[str], Path]
DefineFolder = Callable[[Path], ProtoDefinition]

THEIRS = {
    "RESERVED_ENUM_NO_DELETE": "a reserved range shows on no wire",
    "RESERVED_MESSAGE_NO_DELETE": "a reserved range shows on no wire",
    "FILE_SAME_PACKAGE": "of a package counts what is called or emitted",
}
"""Rules of buf's wire categories that we draw otherwise as a whole, with the manual's reason."""

OURS = {
    "field.presence-lost": "unset and the default become one",
    "enum.openness-changed": "unknown numbers are read otherwise",
    "field.text-checked": "bytes that are no text are refused",
    "field.text-unchecked": "bytes that are no text are refused",
}
"""Our rules, without direction, for what buf's wire categories leave out as a whole, with the manual's reason."""

GONE = ("PACKAGE_SERVICE_NO_DELETE", "RPC_NO_DELETE", "PACKAGE_MESSAGE_NO_DELETE")
"""buf's rules, of its category PACKAGE, about what a consumer calls or is sent; its wire categories leave them out."""

ENCODINGS = {"WIRE": (Encoding.BINARY,), "WIRE_JSON": (Encoding.BINARY, Encoding.JSON)}
"""What buf's categories are about: the second is about both forms."""


def changes_of(folder: Path, define_folder: DefineFolder, encoding: Encoding) -> Iterator[Change]:
    """Give the changes of the procedures, and of all messages and enums by name: most pairs have no service."""
    found = compare_protos(define_folder(folder / "before"), define_folder(folder / "after"), encoding)
    yield from found.changes
    for name in found.old.messages:
        yield from found.of_message(name)
    for name in found.old.enums:
        yield from found.of_enum(name)


def name_of(change: Change) -> str:
    return change.rule.removeprefix("request.").removeprefix("response.")


def is_settled_by_rule(theirs: set[str], ours: set[str]) -> bool:
    """Say whether buf and we differ over rules of one of the tables above, and over nothing else."""
    return theirs <= THEIRS.keys() and ours <= OURS.keys()


@pytest.mark.slow
@pytest.mark.parametrize("category", ENCODINGS)
def test_judged_pairs_agree_but_for_rules_that_are_drawn_otherwise(
    category: str, test_data: TestData, define_folder: DefineFolder
) -> None:
    folders = sorted(test_data("definitions/breaking/proto").iterdir())
    by_rule: list[str] = []
    unexplained: list[str] = []
    for folder in folders:
        expected = read_json((folder / "expected.json").read_bytes())
        theirs = {*expected["rules"][category], *expected["rules"]["PACKAGE"].keys() & GONE}
        found = [each for encoding in ENCODINGS[category] for each in changes_of(folder, define_folder, encoding)]
        ours = {name_of(each) for each in found if each.level.can_hurt}
        if bool(ours) is bool(theirs):
            continue
        (by_rule if is_settled_by_rule(theirs, ours) else unexplained).append(folder.name)
        why = {{**THEIRS, **OURS}.get(rule, "unexplained") for rule in (*theirs, *ours)}
        print(f"{folder.name}: {theirs or 'nothing'} there, here {sorted(ours) or 'nothing'}: {', '.join(sorted(why))}")
    agreeing = len(folders) - len(by_rule) - len(unexplained)
    print(f"{category}: {agreeing} of {len(folders)} agree, {len(by_rule)} differ by rules, unexplained: {unexplained}")
    assert unexplained == []


def test_the_manual_says_where_rules_are_drawn_otherwise() -> None:
    manual = (Path(__file__).parents[3] / "docs/impact.md").read_text()
    rows = [f"`{rule}`" for rule in (*THEIRS, *OURS, *GONE)] + [*THEIRS.values(), *OURS.values()]
    assert [row for row in rows if row not in manual.partition("### Beside buf")[2]] == []


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

"""Combinations: few schemas join in very many ways, of which as many are compared as take some seconds."""

import pytest

from contractkit.changes import DefinitionChanges, Level, compare_definitions
from tests.changes.conftest import around, define
from tests.crosswise import crosswise


@pytest.mark.parametrize("count", [20, 60])
def test_what_joins_in_too_many_combinations_is_told_beside_what_changed_in_it(count: int) -> None:
    told = compared(crosswise(count, "string"), crosswise(count, "integer")).changes
    end = f"{'.left' * (count - 1)}.end"
    assert [(each.rule, each.level, str(each.location)) for each in told] == [
        ("request.type.changed", Level.BREAKING, f"request.body{end}"),
        ("operation.incomparable", Level.POSSIBLE, "request.path"),
        ("response.type.changed", Level.BREAKING, f"response.body{end}"),
    ]
    assert told[1].sentence == (
        "it cannot be compared: Its schemas redefine one another's members in too many combinations."
    )
    assert told[1].new is not None
    assert told[1].new.pointer == "/components/schemas/S0"


def test_what_joins_in_a_few_is_compared_to_its_end() -> None:
    told = compared(crosswise(8, "string"), crosswise(8, "integer")).changes
    assert [each.rule for each in told] == ["request.type.changed", "response.type.changed"]


def test_what_did_not_change_is_not_told_however_it_joins() -> None:
    assert compared(crosswise(60, "string"), crosswise(60, "string")).changes == ()


def compared(old: dict[str, object], new: dict[str, object]) -> DefinitionChanges:
    first = {"$ref": "#/components/schemas/S0"}
    return compare_definitions(define(around(first, **old)), define(around(first, **new)))

"""A broker of ours is imported whole: what it says is what the other said, dates and heads included."""

import pytest

from contractkit.broker_client import Connection, read_address
from contractkit.importing import Extent, Report, import_history
from tests.importing.past import told_by

pytestmark = pytest.mark.slow


def imported(source: str, target: str, **extent: object) -> Report:
    there, here = Connection(read_address(source)), Connection(read_address(target))
    try:
        return import_history(there, here, Extent(**extent))  # type: ignore[arg-type]
    finally:
        there.close()
        here.close()


WHOLE = {
    "environments": 1,
    "applications": 3,
    "versions": 114,
    "contracts": 130,
    "places on branches": 114,
    "results": 20,
    "deployments": 3,
    "releases": 2,
}
NOTHING = dict.fromkeys(WHOLE, 0)


def test_a_past_of_a_hundred_versions_is_imported_whole_and_only_once(source: str, target: str) -> None:
    before = told_by(target)
    dry = imported(source, target, is_dry_run=True)
    assert told_by(target) == before
    first = imported(source, target)
    told = told_by(target)
    assert told == told_by(source)
    assert dry.imported == first.imported == WHOLE
    again = imported(source, target)
    assert (again.imported, again.present) == (NOTHING, {**WHOLE, "environments": 3})
    assert again.not_imported == again.kept == ()
    assert told_by(target) == told

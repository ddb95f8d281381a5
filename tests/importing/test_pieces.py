"""The pieces of an import that compute: what was published, which versions are wanted, in what order they join."""

import json

from contractkit.cli.import_words import report_as_text
from contractkit.importing import NotImported, Report
from contractkit.importing.contracts import as_published, is_same_content, read_past_contract, with_ids_of
from contractkit.importing.records import PastMembership, PastVersion, newest_last
from contractkit.importing.selection import joined_in_order, wanted_versions


def message(identity: str, **more: object) -> dict[str, object]:
    return {"_id": identity, "description": "an event", "contents": {"id": 7}, **more}


def handed_out(identity: str, **more: object) -> bytes:
    document = {
        "consumer": {"name": "shop"},
        "provider": {"name": "orders"},
        "messages": [message(identity)],
        "metadata": {"pactSpecification": {"version": "3.0.0"}, "createdAt": "kept"},
        **more,
    }
    return json.dumps(document).encode()


def test_what_a_broker_adds_is_taken_off_and_the_rest_stays() -> None:
    data = handed_out("a1", createdAt="2021-03-04T05:06:08+00:00", _links={"self": {"href": "x"}}, ours={"_id": 1})
    assert json.loads(as_published(data)) == {
        "consumer": {"name": "shop"},
        "provider": {"name": "orders"},
        "messages": [{"description": "an event", "contents": {"id": 7}}],
        "metadata": {"pactSpecification": {"version": "3.0.0"}, "createdAt": "kept"},
        "ours": {"_id": 1},
    }


def test_results_speak_of_our_ids_and_strange_ones_stay() -> None:
    theirs, ours = (read_past_contract(handed_out(each), "a contract") for each in ("a1", "b2"))
    assert is_same_content(theirs, ours)
    told = [{"interactionId": "a1", "success": True}, {"interactionId": "zz", "success": False}, {"success": True}]
    assert with_ids_of(told, theirs=theirs, ours=ours) == [
        {"interactionId": "b2", "success": True},
        {"interactionId": "zz", "success": False},
        {"success": True},
    ]


def version(number: str, at: str = "", *places: PastMembership) -> PastVersion:
    return PastVersion(number=number, created_at=at, memberships=places)


def test_versions_come_in_the_order_they_became_known() -> None:
    listed = [
        version("4", "2021-01-01T00:00:00Z"),
        version("3"),
        version("2"),
        version("1", "2020-06-01T00:00:00+02:00"),
    ]
    assert [each.number for each in newest_last(listed)] == ["2", "3", "1", "4"]


def test_the_newest_the_heads_and_what_runs_are_wanted() -> None:
    head, place = PastMembership(branch="a", is_head=True), PastMembership(branch="a")
    versions = [version("1"), version("2", "", head), version("3", "", place), version("4"), version("5"), version("6")]
    assert [each.number for each in wanted_versions(versions, newest=2, occupied={"1"})] == ["1", "2", "5", "6"]
    assert wanted_versions(versions, newest=None, occupied=()) == tuple(versions)
    assert wanted_versions(versions, newest=9, occupied=()) == tuple(versions)


def test_the_head_of_a_branch_joins_it_last() -> None:
    def place(at: str, *, is_head: bool = False) -> PastMembership:
        return PastMembership(branch="main", is_head=is_head, created_at=at)

    versions = [
        version("1", "", place("2021-01-01T00:00:00Z", is_head=True)),
        version("2", "", place("2021-01-03T00:00:00Z")),
        version("3", "", place("2021-01-02T00:00:00Z")),
    ]
    assert [each.number for each, _ in joined_in_order(versions)] == ["3", "2", "1"]


def test_what_another_broker_says_steers_no_terminal() -> None:
    left = NotImported(what="shop\x1b[2J\n\nimported: everything", why="a name\u009b31m")
    report = Report(imported={}, present={}, not_imported=(left,))
    said = report_as_text(report, "http://there", "http://here", is_dry_run=False)
    assert said.endswith("Not imported:\n  shop\\x1b[2J\\x0a\\x0aimported: everything\n    a name\\x9b31m")

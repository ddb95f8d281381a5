"""Rules on messages that are sent: what they stand for beside the recorded values counts as well."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from contractkit.exact_json import Json
from contractkit.impact import ImpactReport
from contractkit.model import Interaction, LocatedRules, Rule, parse_location

SHOP = """syntax = "proto3"; package shop.v1;
message Item { string sku = 1; int32 count = 2; State state = 3; }
enum State { NEW = 0; SOLD = 1; LOST = 2; }
message Thing { string id = 1; repeated Item items = 2; map<string, Item> by_name = 3; repeated State states = 4; }
service Shop { rpc Call(Thing) returns (Thing); }
"""
NO_LOST = SHOP.replace(" LOST = 2;", "")
RENUMBERED = SHOP.replace("count = 2", "count = 9")
ITEM: Json = {"sku": "a", "count": 3, "state": "SOLD"}
TYPE = Rule("type")
WIDER = "request.rule-wider"


@pytest.mark.parametrize(
    ("new", "sent", "place", "rule", "found"),
    [
        (NO_LOST, {"items": [ITEM]}, "", TYPE, (WIDER, "events[*].message.items[*].state")),
        (NO_LOST, {"items": [ITEM]}, ".items[0].state", Rule("regex", {"regex": "NEW|SOLD"}), None),
        (NO_LOST, {"items": [ITEM]}, "", Rule("equality"), None),
        (NO_LOST, {"items": [ITEM]}, ".items[*].sku", TYPE, None),
        (NO_LOST, {"states": ["NEW"]}, "", TYPE, (WIDER, "events[*].message.states")),
        (NO_LOST, {"states": []}, "", TYPE, (WIDER, "events[*].message.states")),
        (NO_LOST, {"items": []}, "", TYPE, (WIDER, "events[*].message.items[*].state")),
        (NO_LOST, {"by_name": {}}, ".by_name", Rule("values"), (WIDER, "events[*].message.by_name.*.state")),
        (NO_LOST, {"id": "7"}, "", TYPE, None),
        (RENUMBERED, {"items": [{"count": 0}]}, "", TYPE, (WIDER, "events[*].message.items[*].count")),
        (RENUMBERED, {"items": [{"count": 0}]}, "", Rule("equality"), None),
        (RENUMBERED, {"items": [ITEM]}, "", TYPE, ("request.unheard", "events[*].message.items[*].count")),
    ],
)
def test_what_a_rule_stands_for_counts_beside_what_was_recorded(
    report_on: Callable[..., ImpactReport],
    record: Callable[..., Interaction],
    new: str,
    sent: Json,
    place: str,
    rule: Rule,
    found: tuple[str, str] | None,
) -> None:
    call = record(sent, {"id": "7"})
    located = LocatedRules(location=parse_location(f"events[0].message{place}"), rules=(rule,))
    report = report_on(SHOP, new, replace(call, rules=(*call.rules, located)))
    assert [(each.worry.code, str(each.worry.location)) for each in report.findings] == ([found] if found else [])

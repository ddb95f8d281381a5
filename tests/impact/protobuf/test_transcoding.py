"""Calls of procedures whose addresses over HTTP changed: who calls in JSON is hurt, who calls over gRPC is not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contractkit.impact import ConsumerInfo, analyse
from contractkit.impact.text import explain_impact
from contractkit.model import Contract, Interaction
from contractkit.sources import load_definition
from tests.impact.protobuf.conftest import MEDIA_TYPE

SHOP = """syntax = "proto3"; package shop.v1; import "google/api/annotations.proto";
message Thing {{ string id = 1; }}
service Shop {{ rpc Call(Thing) returns (Thing) {{ option (google.api.http) = {{ {rule} }}; }} }}
"""
GET = 'get: "/v1/things/{id}"'
MOVED = 'get: "/v2/things/{id}"'
BOTH = f"{GET} additional_bindings {{ {MOVED} }}"
IN_JSON = "application/json"
HURT = [("procedure.address", "procedure")]


@pytest.mark.parametrize(
    ("media_type", "old", "new", "verdict", "found"),
    [
        (IN_JSON, GET, MOVED, "broken", HURT),
        (IN_JSON, GET, f'{GET} response_body: "id"', "broken", HURT),
        (IN_JSON, BOTH, MOVED, "at risk", HURT),
        (IN_JSON, GET, BOTH, "unaffected", []),
        (MEDIA_TYPE, GET, MOVED, "unaffected", []),
    ],
)
def test_who_calls_in_json_is_hurt_by_another_address(
    media_type: str,
    old: str,
    new: str,
    verdict: str,
    found: list[tuple[str, str]],
    tmp_path: Path,
    record: Callable[..., Interaction],
) -> None:
    for name, rule in (("old", old), ("new", new)):
        (tmp_path / f"{name}.proto").write_text(SHOP.format(rule=rule))
    definitions = (load_definition(str(tmp_path / f"{name}.proto")).protobuf for name in ("old", "new"))
    call = record({"id": "7"}, {"id": "7"}, media_type=media_type)
    report = analyse(
        *definitions, [(Contract(consumer="web-shop", provider="shop", interactions=(call,)), ConsumerInfo())]
    )
    told = [(each.worry.code, str(each.worry.location)) for each in report.findings]
    assert (report.verdict.value, told) == (verdict, found)
    is_theoretical = "procedure: over HTTP it was called as GET /v1/things/{id}, now as GET /v2/" in explain_impact(
        report
    )
    assert is_theoretical is (media_type == MEDIA_TYPE)

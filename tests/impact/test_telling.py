"""A report as sentences in their places: what `explain_impact` says, for a page that lays it out."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from contractkit.impact import ConsumerInfo
from contractkit.impact.exemptions import Exemption, exempted
from contractkit.impact.telling import tell_impact
from contractkit.impact.text import explain_impact
from contractkit.model import Contract, HttpCall, JsonBody
from tests.impact.test_report import one, report_on, without_total


def test_what_is_told_is_what_the_text_says_the_worst_first(old_document: Any, contract: Contract) -> None:
    courier, shop = one(contract, "reads the lines", "courier"), one(contract, "reads the total")
    silent = replace(contract, consumer="kiosk", interactions=())
    info = ConsumerInfo(versions=("4.1.0",), environments=("production",), origin="/blobs/x")
    report = report_on(old_document, without_total(old_document), courier, shop, silent, info=info)
    told = {"versions": ["4.1.0"], "branches": [], "environments": ["production"], "origin": "/blobs/x", "aside": ""}
    assert tell_impact(report) == {
        "summary": "Of 2 contracts: 1 broken, 1 unaffected.",
        "consumers": [
            {
                **told,
                "consumer": "web-shop",
                "verdict": "broken",
                "standing": "broken",
                "extent": "1 broken of 1 interaction",
                "messages": [
                    {
                        "verdict": "broken",
                        "headline": "web-shop 4.1.0 (production) can no longer use the answer of getOrder.",
                        "rows": [
                            ["interaction", "reads the total"],
                            ["test", "tests/test_orders.py:12"],
                            ["at", "response.body.total"],
                            ["was", "promised, number"],
                            ["becomes", "undeclared"],
                            ["means", "the consumer needs it, and it is not declared any more"],
                            ["change", "it was required, number, now undeclared (response.member.removed)"],
                            ["old", "old.yaml:45"],
                            ["new", "new.yaml:40"],
                            ["fingerprint", report.findings[0].fingerprint],
                        ],
                        "next_step": "Keep it as it was, or change web-shop first and deploy that before orders.",
                        "edits": [
                            {
                                "where": "new.yaml:40",
                                "change": "keep response.body.total as it was: "
                                "required, number, instead of not declared",
                            },
                            {
                                "where": "tests/test_orders.py:12",
                                "change": "make web-shop do without response.body.total, record its contract, "
                                "and deploy it first",
                            },
                        ],
                        "fingerprints": [report.findings[0].fingerprint],
                    }
                ],
                "left_out": 0,
            },
            {
                **told,
                "consumer": "courier",
                "verdict": "unaffected",
                "standing": "unaffected",
                "extent": "1 interaction",
                "messages": [],
                "left_out": 0,
            },
        ],
        "theoretical": [],
        "theoretical_left_out": 0,
        "not_judged": [{"name": "kiosk", "why": "nothing is known of what it uses"}],
        "unsettled": [],
        "exempted": [],
        "exempted_left_out": 0,
        "idle": [],
    }


def test_what_somebody_answers_for_is_told_apart_what_expired_first(old_document: Any, contract: Contract) -> None:
    shops = [one(contract, "reads the total", name) for name in ("kiosk", "web-shop")]
    report = report_on(old_document, without_total(old_document), *shops)
    said: Any = {"reason": "known", "owner": "us", "scope": {}}
    days = date(2026, 2, 1), date(2026, 1, 1)
    known = [
        *(
            Exemption(fingerprint=each.fingerprint, expires=day, **said)
            for each, day in zip(report.findings, days, strict=True)
        ),
        Exemption(fingerprint="0" * 16, expires=days[0], **said),
    ]
    told = tell_impact(exempted(report, known, date(2026, 1, 2)))
    shared = {"versions": [], "environments": [], "operation": "getOrder", "at": "response.body.total"}
    shared |= {"verdict": "broken", "means": "the consumer needs it, and it is not declared any more"}
    kiosk, shop = (each.fingerprint for each in report.findings)
    assert told["exempted"] == [
        {"fingerprint": shop, "consumer": "web-shop", **shared, "reason": "known", "owner": "us",
         "expires": "2026-01-01", "is_expired": True, "until": "expired on 2026-01-01, so it counts"},
        {"fingerprint": kiosk, "consumer": "kiosk", **shared, "reason": "known", "owner": "us",
         "expires": "2026-02-01", "is_expired": False, "until": "until 2026-02-01"},
    ]  # fmt: skip
    assert told["idle"] == [f"{'0' * 16}: no finding of this analysis; remove it if it is of no other"]
    assert told["summary"] == (
        "Of 2 contracts: 1 broken, 1 exempted; 1 finding exempted; 1 exemption expired, which fails."
    )
    standings = [(each["verdict"], each["standing"]) for each in told["consumers"]]
    assert standings == [("broken", "broken"), ("unaffected", "exempted")]


def test_a_change_that_hurts_nobody_is_told_with_its_line(old_document: Any, contract: Contract) -> None:
    told = tell_impact(report_on(old_document, without_total(old_document), one(contract, "reads the lines")))
    line = "GET /orders 200 response.body[*].total: it was required, number, now undeclared (and 2 further operations)"
    assert told["theoretical"] == [{"line": line, "at": "new.yaml:40"}]


def test_no_contract_steers_what_shows_it(old_document: Any, contract: Contract) -> None:
    shop = one(contract, "reads the total", "web\x1b[2Jshop")
    (consumer,) = tell_impact(report_on(old_document, without_total(old_document), shop))["consumers"]
    assert consumer["consumer"] == "web�[2Jshop"
    assert consumer["messages"][0]["headline"] == "web�[2Jshop can no longer use the answer of getOrder."


def test_what_could_not_be_judged_is_told_apart_and_asks_for_no_edit_of_the_consumer(
    old_document: Any, contract: Contract
) -> None:
    shop = one(contract, "reads the total")
    (read,) = shop.interactions
    assert isinstance(read.exchange, HttpCall)
    gone = replace(read.exchange, request=replace(read.exchange.request, path="/gone"))
    told = tell_impact(
        report_on(old_document, old_document, replace(shop, interactions=(replace(read, exchange=gone),)))
    )
    why = "GET /gone reaches no operation of either definition, so nothing can be said of it"
    assert told["unsettled"] == [{"name": "web-shop", "why": f"GET /gone: {why}"}]
    assert [each["where"] for each in told["consumers"][0]["messages"][0]["edits"]] == ["contractkit-exemptions.toml"]


def test_places_that_are_too_many_are_counted_and_the_json_is_named(
    old_document: Any, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contractkit.impact.text._MOST_PLACES", 1)
    reads, lists = (one(contract, each).interactions[0] for each in ("reads the total", "lists all"))
    assert isinstance(lists.exchange, HttpCall)
    totals = replace(lists.exchange.response, body=JsonBody([{"total": 1.5}]))
    both = (reads, replace(lists, exchange=replace(lists.exchange, response=totals)))
    report = report_on(old_document, without_total(old_document), replace(contract, interactions=both))
    [[message]] = [each["messages"] for each in tell_impact(report)["consumers"]]
    assert message["rows"][-1][1].splitlines()[1:] == ["… and 1 more; the JSON holds them all"]
    assert "… and 1 more; --format json lists them all" in explain_impact(report)

"""The page that says who breaks: a definition goes in by a plain form, and an address to share comes out."""

import re
import shutil
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from contractkit_broker.pages.impact import get_impact_page
from contractkit_broker.server import running_broker
from contractkit_broker.service.publishing import Build, register_build
from contractkit_broker.settings import BrokerSettings
from contractkit_broker.store import applications, blobs, definitions
from contractkit_broker.store.database import Database
from contractkit_broker.store.proofs import put_proof
from contractkit_broker.web import Call
from sqlalchemy import Connection

from tests.broker.conftest import Clock, Story, contract
from tests.broker.markup import Page, read_page
from tests.broker.test_own_resources import NEW, OLD

pytestmark = pytest.mark.slow

Json = Any
NOW = "2026-11-20T10:00:00.000000+00:00"
BASE = "http://broker.example/tools"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def broker(empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Give a broker where `web-shop` has a contract with `orders`; what is shown does not depend on the database."""
    path = tmp_path_factory.mktemp("pages") / "broker.sqlite"
    shutil.copy(empty_sqlite, path)
    settings = BrokerSettings(clock=Clock(), body_limit=100_000)
    with running_broker(path, settings=settings) as url, httpx.Client(base_url=url, timeout=60) as http:
        story = Story(http)
        story.publish("web-shop", "1", contract("web-shop", "orders"), branch="main")
        http.put("/pacticipants/orders/versions/1.0/definition", content=OLD.encode())
        yield story


def sent(broker: Story, files: Json = None, *, headers: Json = None, **fields: str) -> httpx.Response:
    """Send the form as a browser does: every field, and every file, those not chosen without a name."""
    chosen = {"definition-file": ("", b""), "old-file": ("", b""), **(files or {})}
    every = {"provider": "orders", "definition": "", "environment": "", "branch": "", "old": "", **fields}
    return broker.http.post("/ui/impact", data=every, files=chosen, headers=headers)


def answered(broker: Story, reply: httpx.Response) -> Page:
    """Follow to the page of the analysis and look again, as the page says, until there is an answer."""
    assert reply.status_code == 303
    while True:
        page = read_page(broker.http.get(reply.headers["location"]).text)
        if not page.find("meta", http_equiv="refresh"):
            return page
        time.sleep(0.05)  # the analysis is a process of its own


def shown(store: Database, *, state: str = "done", query: Json = (), **ended: Json) -> Page:
    """Give the page of a job of `orders` that ended so."""

    def tell(connection: Connection) -> None:
        provider = applications.ensure_application(connection, "orders", NOW)
        blobs.add_blob(connection, "sha256:0", b"x", NOW)
        values = {"uuid": "u1", "provider_id": provider.id, "old_digest": "sha256:0", "new_digest": "sha256:0"}
        scope = {"environment": "production", "branch": None}
        definitions.add_job(connection, {**values, "against": scope, "created_at": NOW})
        if state != "queued":
            definitions.claim_job(connection, now=NOW, abandoned_before=NOW)
        if state == "done":
            definitions.finish_job(connection, "u1", **{"report": {}, "problem": None, **ended}, now=NOW)

    store.write(tell)
    reply = get_impact_page(
        Call(
            method="GET",
            path={"uuid": "u1"},
            query=query,
            headers={},
            body=b"",
            base_url=BASE,
            own_path="/ui/impact/u1",
            database=store,
            settings=BrokerSettings(),
        )
    )
    return read_page(reply.body)


def told(*consumers: Json, **more: Json) -> Json:
    known = {"summary": f"Of {len(consumers)} contracts.", "theoretical": [], "theoretical_left_out": 0}
    return {
        **known,
        **{name: [] for name in ("not_judged", "unsettled", "elsewhere", "warnings")},
        "consumers": list(consumers),
        **more,
    }


def judged(name: str, verdict: str = "unaffected", *messages: Json, left_out: int = 0) -> Json:
    return {
        "consumer": name,
        "versions": ["1"],
        "branches": [],
        "environments": [],
        "origin": "/blobs/x",
        "sha": "abc",
        "verdict": verdict,
        "extent": "1 interaction",
        "aside": "",
        "messages": list(messages),
        "left_out": left_out,
    }


def message(headline: str = "web-shop can no longer use the answer of getOrder.") -> Json:
    edits = [{"where": "/blobs/x", "change": "do without"}, {"where": "new:7", "change": "keep it"}]
    return {
        "verdict": "broken",
        "headline": headline,
        "rows": [["at", "a\nb"]],
        "next_step": "Keep it.",
        "edits": edits,
    }


def test_a_pasted_definition_leads_to_an_address_that_says_who_breaks(broker: Story) -> None:
    reply = sent(broker, definition=NEW.replace("\n", "\r\n"))
    page = answered(broker, reply)
    assert page.said("h1") == ["Who breaks if orders changes"]
    assert page.said("h4") == ["web-shop 1 can no longer use the answer of getOrder."]
    labels = ["interaction", "at", "was", "becomes", "means", "change", "old", "new", "fingerprint"]
    values = page.said("dd")
    assert (page.said("dt"), values[1:4], values[6:8]) == (
        labels,
        ["response.body.total", "promised, number", "undeclared"],
        ["orders (old):14", "orders (new):14"],
    )
    [line] = [str(each.attributes["href"]) for each in page.find("a") if each.text == "orders (new):14"][:1]
    text = read_page(broker.http.get(line).text)
    assert text.said("li", aria_current="true") == ["schema: {type: object, properties: {sum: {type: number}}}"]
    assert (text.said("h1"), text.find("ol")[0].attributes["start"]) == (["A definition, line 14"], "4")
    [stored] = [each.attributes["href"] for each in page.find("a") if each.text == "the new definition"]
    assert broker.http.get(str(stored)).text == NEW
    [json] = {each.attributes["href"] for each in page.find("a") if each.text == "as JSON"}
    job = broker.http.get(str(json)).json()
    assert (job["report"]["verdict"], job["_links"]["contractkit:page"]["href"]) == (
        "broken",
        reply.headers["location"],
    )
    assert answered(broker, reply).said("main") == page.said("main")  # it stays


def test_a_form_that_is_urlencoded_says_the_same(broker: Story) -> None:
    fields = {"provider": "orders", "definition": NEW, "old": OLD, "branch": "no such&branch+%"}
    page = read_page(broker.http.post("/ui/impact", data=fields, follow_redirects=True).text)
    assert "the heads of the branch no such&branch+%" in page.said("main")[0]
    reply = broker.http.post("/ui/impact", data={**fields, "branch": "", "provider": "or ders"})
    assert read_page(reply.text).said("p", id="provider-problem") == [
        "No service is named or ders. Did you mean orders?"
    ]
    assert read_page(reply.text).find("textarea", id="definition")[0].text.strip() == NEW.strip()


def test_files_are_taken_and_whom_it_does_not_speak_of_stands_on_top(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "parcels"), branch="main")
    broker.publish("kiosk", "1", contract("kiosk", "parcels"), branch="feature")
    proto = b'syntax = "proto3"; package o; service O { rpc Get(A) returns (A); } message A { string id = 1; }'
    files = {"definition-file": ("o.proto", proto), "old-file": ("o.proto", proto)}
    page = answered(broker, sent(broker, files, provider="parcels", branch="feature"))
    assert page.said("section", aria_labelledby="unjudged") == [
        "What could not be judged Nobody was judged: no contract with parcels that these definitions speak of counts "
        "for the heads of the branch feature, so nothing can be said of who breaks. kiosk: 1 HTTP interaction, "
        "of which these definitions do not speak web-shop: no contract of it counts for the heads of the branch feature"
    ]
    assert "unaffected" not in page.said("main")[0]


def test_what_a_definition_leaves_open_stands_on_top_of_who_is_at_risk(broker: Story) -> None:
    partly = OLD.partition("    get:")[0].replace("/orders/{id}:", "/orders/{id}: {$ref: 'orders.yaml#/order'}")
    page = answered(broker, sent(broker, definition=partly, old=OLD))
    refers = "The definition orders (new) refers to another document, which did not come with it."
    assert page.said("section", aria_labelledby="unjudged") == [
        f"What could not be judged web-shop, GET /orders/7: a definition cannot be used here: {refers} "
        "1 mistake of the definitions; what they stand in is not judged "
        f"orders (new):5: {refers} The path is left out."
    ]
    assert "Of 1 contract: 1 at risk" in page.said("main")[0]


BOMB = "a: &a [x, x, x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}]\n" for a, b in pairwise("abcdefghijklmn"))

UNREADABLE = {
    f"openapi: 3.1.0\n{BOMB}": [
        "The definition orders (new) is not YAML.",
        "  at        line 12, column 4",
        "  problem   its aliases amount to more than 5,000,000 values",
    ],
    "[" * 90_000: [
        "The definition orders (new) is not JSON.",
        "  at        line 1, column 1",
        "  problem   nested too deeply",
    ],
    f"openapi: {SCRIPT}": [
        "The definition orders (new) is not an OpenAPI document.",
        "  at         /openapi",
        '  expected   a version such as "3.1.0"',
        f'  received   "{SCRIPT}"',
        "Name the OpenAPI document itself: a file that starts with `openapi: 3.…` or `swagger: 2.0`.",
    ],
}


def test_what_cannot_be_read_is_said_and_is_no_verdict(broker: Story) -> None:
    for definition, said in UNREADABLE.items():
        page = answered(broker, sent(broker, definition=definition, old=OLD))
        assert page.said("h2") == ["There is no answer"]
        assert [line for line in page.find("pre")[0].text.splitlines() if line.strip()] == said


WRONG = [
    ({"provider": ""}, {}, {"provider": "Name the provider whose definition changes."}),
    (
        {"definition": OLD, "envrionment": "test"},
        {},
        {"form": "This form has no field envrionment. Its fields: provider, environment, branch, definition, old, "
                 "exemptions, definition-file, old-file, exemptions-file."},
    ),
    (
        {"definition": OLD, "provider": "or\0ders"},
        {},
        {"provider": "The provider holds the character U+0000, which no name may hold."},
    ),
    ({"definition": OLD, "branch": "x" * 513}, {}, {"branch": "The branch is longer than 512 characters."}),
    ({}, {}, {"definition": "Paste the new definition, or choose its file."}),
    (
        {"definition": OLD},
        {"definition-file": ("new.yaml", b"x")},
        {"definition": "A definition is pasted, and the file new.yaml is chosen: leave one of them out."},
    ),
    ({}, {"definition-file": ("new.yaml", b" \n")}, {"definition": "The file new.yaml is empty."}),
    ({"definition": OLD, "provider": "order"}, {}, {"provider": "No service is named order. Did you mean orders?"}),
    (
        {"definition": OLD, "environment": "test", "branch": "main"},
        {},
        {"branch": "Choose test or the branch main: an analysis is against one of them."},
    ),
    (
        {"definition": OLD, "environment": "prod"},
        {},
        {"environment": "No environment named 'prod' is known. Known: production, test."},
    ),
    (
        {"definition": OLD, "environment": "test"},
        {},
        {"old": "The old definition is missing: no definition of orders is stored in test to compare with. "
                "Paste it, or choose its file."},
    ),
]  # fmt: skip


def test_a_form_that_lacks_something_is_shown_again_with_what(broker: Story) -> None:
    for fields, files, problems in WRONG:
        if "provider" in problems and "definition" not in fields:
            fields = {**fields, "definition": OLD}
        reply = sent(broker, files, **fields)
        page = read_page(reply.text)
        assert (reply.status_code, page.said("section", role="alert")) == (
            400,
            [f"Nothing was analysed {' '.join(problems.values())}"],
        )
        for name, sentence in problems.items() if "form" not in problems else ():
            assert page.said("p", id=f"{name}-problem") == [sentence]
            [wrong] = [each for each in page.elements if each.attributes.get("id") == name]
            assert wrong.attributes["aria-invalid"] == "true"
        [kept] = page.find("textarea", id="definition")
        assert kept.text.strip() == fields.get("definition", "").strip()


def test_a_form_that_another_site_sends_does_nothing(broker: Story) -> None:
    headers: list[dict[str, str]] = [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "same-origin", "origin": "https://proxied.example"},
        {"origin": "https://ci.example", "x-forwarded-host": "ci.example"},
        {},
    ]
    replies = [sent(broker, definition=NEW, old=OLD, headers=each) for each in headers]
    assert [reply.status_code for reply in replies] == [403, 403, 403, 403, 303, 303, 303]
    reached = str(broker.http.base_url).rstrip("/")
    assert read_page(replies[2].text).said("section", role="alert") == [
        "Nothing was analysed The form was sent by a page of https://evil.example, "
        f"and this broker is reached at {reached}. Use the form on this page."
    ]


def test_what_is_no_form_is_said(broker: Story) -> None:
    boundary = "multipart/form-data; boundary=x"
    for kind, body, said in (
        ("application/json", b"{}", "Expected a form, as multipart/form-data, received application/json."),
        ("", b"", "Expected a form, as multipart/form-data, received no content type."),
        ("multipart/form-data", b"", "The form cannot be read: its content type names no boundary."),
        (boundary, b"nonsense", "The form cannot be read: Expected boundary character 45, got 110 at index 2"),
        (boundary, b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 22, "Expected at most 20 fields."),
    ):
        reply = broker.http.post("/ui/impact", content=body, headers={"content-type": kind})
        assert (reply.status_code, read_page(reply.text).said("section", role="alert")) == (
            400,
            [f"Nothing was analysed {said}"],
        )


def test_a_form_larger_than_the_broker_takes_is_refused_on_a_page(broker: Story) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="definition"\r\n\r\n' + b" " * 100_000_000
    headers = {"content-type": "multipart/form-data; boundary=x", "accept": "text/html,*/*;q=0.8"}
    client = HTTPConnection(broker.http.base_url.host, broker.http.base_url.port or 80, timeout=60)
    client.request("POST", "/ui/impact", body, headers)
    reply = client.getresponse()
    page = read_page(reply.read().decode())
    client.close()
    assert (reply.status, page.said("main")) == (
        413,
        ["This cannot be done The body is larger than 100000 bytes, the limit of this broker. See what is here"],
    )


def test_a_job_that_is_not_done_looks_again_without_a_script(store: Database) -> None:
    page = shown(store, state="queued")
    assert [each.attributes["content"] for each in page.find("meta", http_equiv="refresh")] == ["2"]
    assert page.said("p", role="status") == [
        "It waits for its turn. This page looks again every 2 seconds by itself; look now. "
        "Its address stays, so it can be left and shared."
    ]
    assert [each.attributes["href"] for each in page.find("a") if each.text == "look now"] == [f"{BASE}/ui/impact/u1"]


def test_a_thousand_consumers_are_shown_fifty_at_a_time_those_that_break_first(store: Database) -> None:
    consumers = [judged(f"app-{each:04}", "broken", message()) for each in range(20)]
    consumers += [judged(f"app-{each:04}") for each in range(20, 1000)]
    page = shown(store, told=told(*consumers), query=(("consumers", "50"),))
    assert page.said("nav", class_="pager") == ["← before51 to 100 of 1000 consumers more →"]
    assert [each.attributes["href"] for each in page.find("a", rel="next")] == [
        f"{BASE}/ui/impact/u1?consumers=100#consumers"
    ]
    assert page.said("th", scope="row")[0] == "app-0050 1"
    assert len(page.find("details")) == 0


def test_what_breaks_is_open_and_what_settles_it_and_hurts_nobody_is_folded(store: Database) -> None:
    change = {"line": "GET /orders: it may be gone", "at": "new:9"}
    page = shown(
        store,
        told=told(
            judged("web-shop", "broken", message(), left_out=3), judged("courier"),
            theoretical=[change], theoretical_left_out=2,
        ),
    )  # fmt: skip
    assert [("open" in each.attributes, re.sub(r"\s+", " ", each.text).strip()) for each in page.find("details")] == [
        (
            True,
            "✗ broken web-shop 1 interaction web-shop 1 web-shop can no longer use the answer of getOrder. at a b "
            "Keep it. 2 edits that would settle it web-shop's contract: do without new:7: keep it "
            "… and 3 further messages, which the JSON holds.",
        ),
        (False, "2 edits that would settle it web-shop's contract: do without new:7: keep it"),
        (
            False,
            "3 changes that could hurt somebody, and hurt no contract here, as far as their needs tell "
            "GET /orders: it may be gone new:9 "
            "… and 2 more, which the JSON holds.",
        ),
    ]


def test_text_of_others_is_text(store: Database) -> None:
    evil = judged(SCRIPT, "broken", message(SCRIPT))
    page = shown(
        store,
        told=told(
            {**evil, "extent": SCRIPT, "versions": [SCRIPT], "environments": [SCRIPT]},
            theoretical=[{"line": SCRIPT, "at": SCRIPT}],
            not_judged=[{"name": SCRIPT, "why": SCRIPT}],
            unsettled=[{"name": SCRIPT, "why": SCRIPT}],
            warnings=[SCRIPT],
            elsewhere=[SCRIPT],
        ),
    )
    assert page.find("script") == []
    assert page.said("h4") == [SCRIPT]


def proven(outcome: str, why: str | None = None) -> Json:
    test = {"nodeId": "t.py::test_a", "outcome": outcome, "message": f"{SCRIPT}\nmore", "file": "t.py", "line": 12}
    said = {"key": "k", "description": f"it {outcome}", "operation": "getOrder", "predicted": "broken"}
    return {**said, "outcome": outcome, "why": why, "tests": [{**test, "outcome": "not run"}, test]}


def test_what_a_consumer_s_tests_proved_stands_beside_what_was_predicted(store: Database) -> None:
    def prove(connection: Connection) -> None:
        provider = applications.ensure_application(connection, "orders", NOW)
        version, _ = register_build(connection, Build(application="web-shop", number="4.1.0"), NOW)
        found = [proven("not run"), proven("fails"), proven("passes", "its tests cope with it")]
        found += [proven("passes")] * 50
        put_proof(connection, version, provider.id, ("sha256:1", "sha256:0"), found, NOW)

    store.write(prove)
    page = shown(store, told=told())
    [proof] = page.find("details")
    words = re.sub(r"\s+", " ", proof.text).strip()
    assert words.startswith(
        "web-shop 4.1.0 1 fails, 51 passes, 1 not run 20 Nov 2026, 10:00 UTC "
        "Predicted there against another old definition than here. "
        "Interaction Predicted Proven By the consumer's tests "
        f"it passes ✗ broken ✓ passes t.py:12: {SCRIPT} its tests cope with it "
        f"it fails ✗ broken ✗ fails t.py:12: {SCRIPT} it passes ✗ broken"
    )
    assert ("open" in proof.attributes, words[-35:]) == (True, "… and 3 more, which the JSON holds.")


def test_an_analysis_of_an_earlier_release_leads_to_its_json(store: Database) -> None:
    assert shown(store).said("p", class_="notice") == [
        "No words are kept of this analysis. An earlier release made it; its JSON is kept. Ask again to read it here."
    ]


def test_addresses_follow_where_the_broker_is_reached(store: Database) -> None:
    page = shown(store, told=told(judged("web-shop")))
    hrefs = [str(each.attributes["href"]) for each in page.find("a")]
    assert [each for each in hrefs if not each.startswith((f"{BASE}/", "#"))] == []


def test_the_page_is_found_from_the_first_page_and_the_provider_s(broker: Story) -> None:
    for at, text in (
        ("/ui", "Who breaks if a definition changes?"),
        ("/ui/applications/orders", "who breaks if it changes?"),
    ):
        [link] = [each for each in read_page(broker.http.get(at).text).find("a") if each.text == text]
        form = read_page(broker.http.get(str(link.attributes["href"])).text)
        assert form.said("h1") == ["Who breaks if a definition changes?"]
    assert form.find("input", id="provider")[0].attributes["value"] == "orders"


def test_lines_that_cannot_be_shown_are_said_and_long_ones_cut(broker: Story) -> None:
    at = "/pacticipants/long/versions/1/definition"
    for data, said in (
        (b"\xff", "Not here The file is no text: a descriptor set has no lines. See what is here"),
        (b"{" * 500, f"A definition the whole file · DIGEST {'{' * 400}…"),
        (b"a\n" * 250, "1 to 200 of 251 lines"),
    ):
        digest = broker.http.put(at, content=data).json()["digest"]
        page = read_page(broker.http.get(f"/ui/definitions/{digest}").text)
        assert said in page.said("main")[0].replace(digest, "DIGEST")


def test_an_analysis_that_is_not_there_is_said(broker: Story) -> None:
    reply = broker.http.get("/ui/impact/nothing")
    assert (reply.status_code, read_page(reply.text).said("main")) == (
        404,
        ["Not here There is no analysis nothing. See what is here"],
    )

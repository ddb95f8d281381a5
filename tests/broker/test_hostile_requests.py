"""Requests that are wrong or mean harm: each is answered in words, and nothing of it is stored or run."""

import json
import re
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from contractkit_broker.server import running_broker

from tests.broker.conftest import Story, contract, interaction

Json = Any
SCRIPT = "<script>alert(1)</script>"


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("contracts/publish", b"[]", {"errors": {"body": ["expected an object, received []"]}}),
        (
            "contracts/publish",
            b'{"a": "\xff"}',
            {"error": "The body is not JSON: not UTF-8 at byte 7 (line 1, column 8)"},
        ),
        (
            "contracts/publish",
            b"[" * 50_000,
            {"error": "The body is not JSON: nested too deeply (line 1, column 1)"},
        ),
        (
            "environments",
            b'{"name": "stage", "production": "yes"}',
            {"errors": {"production": ['expected true or false, received "yes"']}},
        ),
        (
            "environments",
            b'{"name": "a\\u0000b", "production": true}',
            {"errors": {"name": ["holds the character U+0000"]}},
        ),
        (
            "environments",
            b'{"name": "' + b"a" * 2000 + b'", "production": true}',
            {"errors": {"name": ["is longer than 1024 characters"]}},
        ),
        ("pacticipants", b'{"name": ["a"]}', {"errors": {"name": ['expected a text, received ["a"]']}}),
        (
            "pacts/provider/orders/for-verification",
            b'{"consumerVersionSelectors": {}}',
            {"errors": {"consumerVersionSelectors": ["expected a list, received {}"]}},
        ),
    ],
    ids=["list", "encoding", "depth", "truth", "nul", "length", "text", "object"],
)
def test_a_body_of_the_wrong_form_is_refused(broker: Story, path: str, body: bytes, said: Json) -> None:
    reply = broker.http.post(f"/{path}", content=body, headers={"content-type": "application/json"})
    assert (reply.status_code, reply.json()) == (400, said)


def test_a_body_that_is_too_large_is_refused_and_the_connection_goes_on(broker: Story) -> None:
    reply = broker.http.post("/contracts/publish", content=b" " * 200_000)
    assert (reply.status_code, reply.json()) == (
        413,
        {"error": "The body is larger than 100000 bytes, the limit of this broker."},
    )
    assert broker.http.get("/diagnostic/status/heartbeat").status_code == 200


@pytest.mark.parametrize("name", ["%00", "a%00b", "%20", "%09"])
def test_a_name_that_nothing_can_have_is_refused(broker: Story, name: str) -> None:
    reply = broker.http.put(f"/pacticipants/{name}", json={})
    assert (reply.status_code, list(reply.json())) == (400, ["errors"])
    assert broker.http.get("/pacticipants").json()["pacticipants"] == []


@pytest.mark.parametrize(
    "name", ["..%2F..%2Fetc%2Fpasswd", "..", "a%2Fb", "ü%20ß", "%ED%A0%80", "𹧝", "'; DROP TABLE version"]
)
def test_any_other_name_is_only_a_name(broker: Story, name: str) -> None:
    broker.http.put(f"/pacticipants/x{name}/versions/1", json={})
    (stored,) = broker.http.get("/pacticipants").json()["pacticipants"]
    assert broker.http.get(stored["_links"]["self"]["href"]).json()["name"] == stored["name"]
    assert broker.http.get(f"/ui/applications/x{name}").status_code == 200


@pytest.mark.parametrize(
    "path", ["/ui/../../etc/passwd", "/ui/style.css/../../app.py", "/blobs/..%2F..%2Fetc%2Fpasswd"]
)
def test_a_path_leads_to_no_file(broker: Story, path: str) -> None:
    assert broker.http.get(path).status_code == 404


@pytest.mark.parametrize("number", ["99999999999999999999999", "²", "-1", "1e3", "٣"])
def test_a_number_that_is_none_finds_nothing(broker: Story, number: str) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"))
    broker.verify("orders", "1", "web-shop")
    assert broker.http.get(f"/ui/results/{number}").status_code == 404
    assert len(broker.http.get("/pacticipants/web-shop/versions", params={"before": number}).json()["versions"]) == 1
    reply = broker.http.get(f"/matrix?q[][pacticipant]=web-shop&limit={number}")
    assert reply.json() == {
        "errors": [f"limit is {json.dumps(number, ensure_ascii=False)}: expected a number of rows, at least 1"]
    }


@pytest.mark.parametrize("target", ["environment", "to"])
def test_an_unset_variable_in_a_question_is_no_yes(broker: Story, target: str) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"))
    broker.verify("orders", "1", "web-shop")
    reply = broker.http.get(f"/can-i-deploy?pacticipant=web-shop&version=1&{target}=")
    assert (reply.status_code, reply.json()) == (
        400,
        {"errors": [f"{target} is blank: name a target, or leave it out"]},
    )


def test_an_unknown_way_to_keep_the_newest_rows_is_refused(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"))
    reply = broker.http.get("/matrix?q[][pacticipant]=web-shop&latestby=cpv")
    assert reply.json() == {"errors": ['latestby is "cpv": expected one of cvpv, cvp, cp']}


@pytest.mark.parametrize(
    "headers",
    [
        {"x-forwarded-proto": "javascript"},
        {"x-forwarded-host": 'evil.example"><script>'},
        {"x-forwarded-prefix": "//evil.example"},
        {"x-forwarded-prefix": '/"><script>'},
        {"x-forwarded-port": "80@evil.example"},
        {"host": "evil.example/path?"},
    ],
)
def test_a_forged_address_is_not_believed(broker: Story, headers: dict[str, str]) -> None:
    link = broker.http.get("/environments", headers=headers).json()["_links"]["self"]["href"]
    assert re.fullmatch(r"http://(127\.0\.0\.1:\d+|localhost)/environments", link)


def test_script_is_nowhere_more_than_text(broker: Story) -> None:
    hostile = interaction(SCRIPT, state=SCRIPT)
    hostile["request"]["path"] = f"/{SCRIPT}"
    hostile["response"]["body"]["content"] = {SCRIPT: SCRIPT}
    build = {"branch": SCRIPT, "tags": [SCRIPT], "build_url": "javascript:alert(1)"}
    assert broker.publish(SCRIPT, SCRIPT, contract(SCRIPT, f"p{SCRIPT}", hostile), **build).status_code == 200
    broker.verify(f"p{SCRIPT}", SCRIPT, SCRIPT, failing=(SCRIPT,), branch=SCRIPT)
    broker.deploy(SCRIPT, SCRIPT, "production", applicationInstance=SCRIPT)
    pages, seen = ["/ui", "/ui/applications/nobody"], set()
    while pages:
        page = broker.http.get(pages.pop())
        assert "<script" not in page.text and 'href="javascript:' not in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        found = set(re.findall(r'href="[^"]+?(/ui/(?:applications|contracts|results)/[^"#]+)"', page.text))
        pages += found - seen
        seen |= found
    assert {each.split("/")[2] for each in seen} == {"applications", "contracts", "results"}


def test_a_stored_definition_cannot_run_as_a_page(broker: Story) -> None:
    at = "/pacticipants/orders/versions/%F0%B9%A7%9D/definition"
    broker.http.put(at, content=f"<html>{SCRIPT}</html>", headers={"content-type": "text/html"})
    reply = broker.http.get(at)
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert (reply.headers["x-content-type-options"], reply.headers["contractkit-version"]) == (
        "nosniff",
        "%F0%B9%A7%9D",
    )


def test_a_method_that_is_not_served_names_all_that_are(broker: Story) -> None:
    reply = broker.http.delete("/pacticipants/orders/versions/1/definition")
    assert (reply.status_code, reply.headers["allow"]) == (405, "GET, HEAD, PUT")


def test_environments_made_at_once_under_one_name_are_one(broker: Story) -> None:
    def make(_: int) -> int:
        return broker.http.post("/environments", json={"name": "stage", "production": False}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(make, range(8))) == [201, *[400] * 7]


def test_a_database_that_stays_locked_is_said_in_words_and_loses_nothing(
    empty_sqlite: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contractkit_broker.store.database.BUSY_MILLISECONDS", 20)
    path = tmp_path / "b.sqlite"
    path.write_bytes(empty_sqlite.read_bytes())
    with running_broker(path) as url:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        refused = httpx.put(f"{url}/pacticipants/orders", json={})
        assert httpx.get(f"{url}/pacticipants/orders").status_code == 404  # reading goes on
        other.execute("ROLLBACK")
        other.close()
        assert httpx.put(f"{url}/pacticipants/orders", json={}).status_code == 201
    words = "The database cannot be used now: it is busy, or gone. Nothing was stored; ask again."
    assert (refused.status_code, refused.headers["retry-after"], refused.json()) == (503, "2", {"error": words})


def test_an_own_fault_names_the_line_of_the_log(
    tmp_path: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contractkit_broker.store.applications.list_applications", lambda connection: 1 / 0)
    with running_broker(tmp_path / "b.sqlite") as url:
        reply = httpx.get(f"{url}/pacticipants")
    assert reply.status_code == 500
    assert f"(reference {reply.json()['error']['reference']})" in caplog.text
    assert not [thread for thread in threading.enumerate() if thread.name == "broker"]

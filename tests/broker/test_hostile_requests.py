"""Requests that are wrong or mean harm: each is answered in words, and nothing of it is stored or run."""

import json
import re
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from contractkit_broker.server import running_broker
from contractkit_broker.store import applications, schema
from contractkit_broker.store.database import Database
from sqlalchemy import Connection, insert, select

from tests.broker.conftest import Story, contract, interaction, on_sqlite

pytestmark = pytest.mark.slow

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
            {"errors": {"name": ["holds the character U+0000, which no name may hold"]}},
        ),
        (
            "environments",
            b'{"name": "' + b"a" * 2000 + b'", "production": true}',
            {"errors": {"name": ["is longer than 512 characters"]}},
        ),
        (
            "environments",
            b'{"name": "a b", "production": true}',
            {"errors": {"name": ['expected a name without blanks, received "a b"']}},
        ),
        ("pacticipants", b'{"name": ["a"]}', {"errors": {"name": ['expected a text, received ["a"]']}}),
        (
            "pacts/provider/orders/for-verification",
            b'{"consumerVersionSelectors": {}}',
            {"errors": {"consumerVersionSelectors": ["expected a list, received {}"]}},
        ),
    ],
    ids=["list", "encoding", "depth", "truth", "nul", "length", "blank", "text", "object"],
)
def test_a_body_of_the_wrong_form_is_refused(broker: Story, path: str, body: bytes, said: Json) -> None:
    reply = broker.http.post(f"/{path}", content=body, headers={"content-type": "application/json"})
    assert (reply.status_code, reply.json()) == (400, said)


ENTRY = {"consumerName": "web-shop", "providerName": "orders", "content": ""}
PUBLICATION = {"pacticipantName": "web-shop", "pacticipantVersionNumber": "1", "contracts": []}


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


def test_a_hundred_megabytes_are_refused_before_they_are_read(broker: Story) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(1600):
            yield b" " * 65_536

    try:
        reply = broker.http.post("/contracts/publish", content=endless())
        assert reply.json() == {"error": "The body is larger than 100000 bytes, the limit of this broker."}
    except httpx.TransportError:  # the connection was closed while the rest was being sent
        pass
    assert broker.http.get("/diagnostic/status/heartbeat").status_code == 200
    assert broker.http.get("/pacticipants").json()["pacticipants"] == []


@pytest.mark.parametrize(
    ("selector", "said"),
    [
        ({"branch": "x", "latest": False}, "a branch always means its latest version (at index 1)"),
        ({"branch": ["x"]}, None),
        ({"deployed": "yes"}, None),
        ({"environment": ""}, "can't be blank (at index 1)"),
        ({"consumer": "a\0b"}, "holds the character U+0000, which no name may hold (at index 1)"),
        ({"tag": "x" * 2000}, "is longer than 512 characters (at index 1)"),
        ({}, None),
        ("main", 'expected an object, received "main" (at index 1)'),
        (None, "expected an object, received null (at index 1)"),
    ],
)
def test_a_selector_that_cannot_be_followed_is_named(broker: Story, selector: Json, said: str | None) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"))
    form = {"consumerVersionSelectors": [{"latest": True}, selector]}
    reply = broker.http.post("/pacts/provider/orders/for-verification", json=form)
    messages = [message for each in reply.json()["errors"].values() for message in each]
    assert reply.status_code == 400
    assert all(message.endswith("(at index 1)") for message in messages)
    assert said is None or messages == [said]


@pytest.mark.parametrize("path", ["pacts/latest", "pacts/provider/orders/provider-states", "contracts?provider=orders"])
def test_a_contract_that_nests_deeply_is_refused_or_read_back(broker: Story, path: str) -> None:
    deep = json.dumps(contract("web-shop", "orders", interaction()))
    for levels in (100, 400, 20_000):
        nested = deep.replace("12.5", "[" * levels + "1" + "]" * levels)
        reply = broker.http.put("/pacts/provider/orders/consumer/web-shop/version/" + str(levels), content=nested)
        assert reply.status_code in (201, 400)
        if reply.status_code == 201:
            assert broker.http.get(f"/pacts/provider/orders/consumer/web-shop/version/{levels}").status_code == 200
    assert broker.http.get(f"/{path}").status_code in (200, 404)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "latin-1"])
def test_a_contract_in_another_encoding_is_refused_in_words(broker: Story, encoding: str) -> None:
    said = json.dumps(contract("web-shop", "größe"), ensure_ascii=False).encode(encoding)
    reply = broker.http.put("/pacts/provider/gr%C3%B6%C3%9Fe/consumer/web-shop/version/1", content=said)
    assert reply.status_code == 400
    assert "UTF-8" in reply.json()["error"]


def test_a_header_of_another_host_does_not_outlive_its_request(broker: Story) -> None:
    forged = {"x-forwarded-host": "evil.example"}
    broker.http.get("/pacticipants", headers=forged)
    broker.http.put("/pacticipants/orders", json={}, headers=forged)
    (stored,) = broker.http.get("/pacticipants").json()["pacticipants"]
    assert stored["_links"]["self"]["href"].startswith(str(broker.http.base_url))


@on_sqlite
def test_ten_thousand_branches_are_listed_selected_and_removed(broker: Story, database: str) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"), branch="main")
    store = Database(database)

    def many(connection: Connection) -> None:
        of = applications.find_version(connection, "web-shop", "1")
        assert of is not None
        names = [f"feature/{number}" for number in range(10_000)]
        rows = [{"application_id": of.application_id, "name": name, "created_at": "2026-11-20"} for name in names]
        connection.execute(insert(schema.branch), rows)
        ids = connection.execute(select(schema.branch.c.id).where(schema.branch.c.name != "main")).scalars().all()
        places = [{"branch_id": each, "version_id": of.id} for each in ids]
        connection.execute(insert(schema.branch_version), [{**each, "created_at": "2026-11-20"} for each in places])
        connection.execute(insert(schema.branch_head), [{**each, "started_at": "2026-11-20"} for each in places])

    store.write(many)
    store.close()
    with httpx.Client(base_url=broker.http.base_url, timeout=60) as http:  # megabytes, not held against the document
        whole = http.get("/pacticipants/web-shop/branches").json()
        assert len(whole["_embedded"]["branches"]) == 10_001
        selection = {"consumerVersionSelectors": [{"branch": True}], "providerVersionBranch": "main"}
        (one,) = broker.selected("orders", **selection, includeWipPactsSince="2020-01-01")
        assert one["shortDescription"] == "the newest of a branch"
        asked = "/can-i-deploy?pacticipant=web-shop&version=1&environment=test"
        for path in ("/ui/applications/web-shop", "/pacticipants/web-shop/versions/1", asked):
            assert http.get(path).status_code == 200
        assert http.delete("/pacticipants/web-shop/branches").status_code == 202
        left = http.get("/pacticipants/web-shop/branches").json()["_embedded"]["branches"]
    assert [each["name"] for each in left] == ["main"]


@pytest.mark.parametrize(
    ("path", "form", "name"),
    [
        ("/pacts/provider/orders/for-verification", {"consumerVersionSelectors": [{"latest": True}] * 1001}, None),
        ("/contracts/publish", {**PUBLICATION, "tags": ["x"] * 1001}, "tags"),
        ("/contracts/publish", {**PUBLICATION, "contracts": [ENTRY] * 1001}, "contracts"),
    ],
    ids=["selectors", "tags", "contracts"],
)
def test_a_list_that_would_keep_others_waiting_is_refused(
    broker: Story, path: str, form: Json, name: str | None
) -> None:
    reply = broker.http.post(path, json=form)
    said = {name or "consumerVersionSelectors": ["expected at most 1000 entries, received 1001"]}
    assert (reply.status_code, reply.json()) == (400, {"errors": said})


def test_a_name_that_steers_a_terminal_or_turns_what_is_read_is_refused(broker: Story) -> None:
    steering = {"\x1b[2J": "U+001B", "a\tb": "U+0009", "\x9b": "U+009B", "a\u2028b": "U+2028", "\u202egnp": "U+202E"}
    for name, character in steering.items():
        wrong = [f"holds the character {character}, which no name may hold"]
        said = broker.http.post("/pacticipants", json={"name": name})
        assert (said.status_code, said.json()) == (400, {"errors": {"name": wrong}})
        for at in ("{}", "web-shop/versions/{}", "web-shop/versions/1/tags/{}", "web-shop/branches/{}/versions/1"):
            reply = broker.http.put(f"/pacticipants/{at.format(quote(name, safe=''))}", json={})
            assert (reply.status_code, list(reply.json()["errors"].values())) == (400, [wrong])
        published = broker.publish("web-shop", "1", contract("web-shop", "orders"), branch=name)
        assert (published.status_code, published.json()) == (400, {"errors": {"branch": wrong}})
    assert broker.http.get("/pacticipants").json()["pacticipants"] == []


def test_a_name_in_any_language_is_kept(broker: Story) -> None:
    for name in ("Bestellungen für Ärzte", "注文サービス", "شحن", "order 🚚", "a\u200db"):
        assert broker.http.put(f"/pacticipants/{quote(name, safe='')}", json={}).status_code == 201

"""The page of a provider's usage: who needs what, what nobody does, and how sure that is."""

import base64
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from contractkit_broker.server import running_broker
from contractkit_broker.settings import BrokerSettings
from contractkit_broker.surveying import Survey, Surveyor
from contractkit_broker.usage_process import work_off

from contractkit.impact.usage import Sureness, Unused
from tests.broker.conftest import Clock, Story, contract, interaction
from tests.broker.markup import Page, read_page
from tests.broker.test_own_resources import OLD
from tests.broker.test_usage import inferred

pytestmark = pytest.mark.slow

Json = Any
MORE = "note: {type: string, enum: [x, y]}, rush: {type: boolean}"
WIDER = OLD.replace("total: {type: number}", f"total: {{type: number}}, {MORE}")


def shown(broker: Story, of: str = "orders", **asked: str) -> Page:
    """Give the page of a provider, looked at again, as it says itself, until it says everything."""
    while True:
        reply = broker.http.get(f"/ui/usage/{of}", params=asked)
        assert reply.status_code == 200, reply.text
        page = read_page(reply.text)
        if not page.find("meta", http_equiv="refresh"):
            return page
        time.sleep(0.05)  # what nobody needs is found by a process of its own


def rows(page: Page) -> list[str]:
    return [said for said in page.said("tr") if not said.startswith(("Consumer", "Place"))]


@pytest.fixture(scope="module")
def broker(empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Give a broker that knows what a shop needs of `orders`, and what a kiosk was served whose needs nobody knows."""
    path = tmp_path_factory.mktemp("pages") / "broker.sqlite"
    shutil.copy(empty_sqlite, path)
    settings = BrokerSettings(clock=Clock())
    with running_broker(path, settings=settings) as url, httpx.Client(base_url=url, timeout=60) as http:
        story = Story(http)
        shop, kiosk = inferred("response.body.total", tolerated=("response.body.note",)), interaction("another order")
        kiosk["comments"] = {"contractkit": {"operation": "getOrder"}}
        kiosk["response"]["body"]["content"] = {"total": 1.5, "note": "x"}
        story.publish("web-shop", "4.1.0", contract("web-shop", "orders", shop), branch="main")
        story.publish("kiosk", "1", contract("kiosk", "orders", kiosk), branch="main")
        story.verify("orders", "8f2c", "web-shop")
        story.deploy("orders", "8f2c", "production")
        http.put("/pacticipants/orders/versions/8f2c/definition", content=WIDER.encode())
        yield story


def test_who_needs_what_and_what_nobody_does_and_how_sure_that_is(broker: Story) -> None:
    page = shown(broker)
    assert rows(page) == [
        "kiosk 1 the contract ? not all known ? never",
        "web-shop 4.1.0 the contract ✓ inferred ✓ verified 20 Nov 2026, 10:00 UTC",
        "request.method kiosk: needs it; web-shop: needs it",
        "request.path kiosk: needs it; web-shop: needs it",
        "response.body.note kiosk: needs are unknown; web-shop: does without",
        'response.body.note = "x" kiosk: needs it',
        "response.body.total kiosk: needs are unknown; web-shop: needs it",
        "response.headers['content-type'] kiosk: needs are unknown; web-shop: needs it",
        "response.status kiosk: needs are unknown; web-shop: needs it",
        "response.status = 200 kiosk: needs it; web-shop: needs it",
    ]
    assert page.said("h3") == ["getOrder"]
    assert page.said("details") == [
        "Likely safe to delete 2 getOrder no contract holds it; the needs of kiosk are unknown "
        'response.body.rush response.body.note = "y"',
        "Not known 1 getOrder it was served to kiosk, whose needs are unknown response.body.note",
    ]


def test_a_place_is_found_by_its_name_and_by_its_pointer(broker: Story) -> None:
    by_name, by_pointer = (shown(broker, find=asked, environment="") for asked in ("BODY.note", "/note"))
    assert rows(by_name)[2:] == [
        "response.body.note kiosk: needs are unknown; web-shop: does without",
        'response.body.note = "x" kiosk: needs it',
    ]
    assert rows(shown(broker, find='"x"')) == rows(by_name)
    assert (rows(by_pointer), by_pointer.said("details")) == (rows(by_name), by_name.said("details"))
    assert by_name.find("input", id="find")[0].attributes["value"] == "BODY.note"
    nothing = shown(broker, find="/lines/0/sku")
    assert [each for each in nothing.said("p") if "/lines" in each] == ["No contract that counts uses /lines/0/sku."]
    assert nothing.said("p")[-1] == "Everything that was asked for is needed by somebody."


def test_whom_nobody_counts_is_said_and_nothing_is_safe_for_that(broker: Story) -> None:
    assert shown(broker, environment="production").said("p", class_="notice") == [
        "No contract counts here, so nothing is known of who uses orders, and nothing of it is safe to delete.",
        "Not counted: no contract of kiosk, web-shop counts here, so nothing is said of what they use.",
    ]


def test_because_of_whom_nobody_counts_nothing_is_sure(broker: Story) -> None:
    broker.deploy("web-shop", "4.1.0", "test")
    broker.deploy("orders", "8f2c", "test")
    page = shown(broker, environment="test")
    assert page.said("p", class_="notice")[0].startswith("Not counted: no contract of kiosk counts here")
    assert page.said("details") == [
        "Likely safe to delete 4 getOrder no contract holds it; the needs of kiosk are unknown "
        'response.body.note response.body.rush response.body.note = "x" response.body.note = "y"'
    ]


def test_why_nothing_can_be_said_of_what_nobody_needs(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "stock"), branch="main")
    assert (
        shown(broker, of="stock")
        .said("p")[-1]
        .startswith("No definition of stock is stored here, so it cannot be said.")
    )
    proto = b'syntax = "proto3"; package o; service O { rpc Get(A) returns (A); }'
    broker.http.put("/pacticipants/stock/versions/1/definition", content=proto)
    [why] = shown(broker, of="stock").find("pre")
    assert why.text.splitlines()[0] == "The definition that is stored does not compile."


def test_what_nobody_needs_of_procedures_is_said(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "stock"), branch="main")
    proto = b'syntax = "proto3"; package o; service O { rpc Get(A) returns (A); } message A {}'
    broker.http.put("/pacticipants/stock/versions/1/definition", content=proto)
    assert shown(broker, of="stock").said("details") == [
        "Safe to delete, as far as these contracts go 1 o.O/Get nobody who is known calls it"
    ]


def test_what_is_asked_wrongly_is_said_on_a_page(broker: Story) -> None:
    both = "This cannot be done An environment and a branch exclude each other: leave one of them out. See what is here"
    place = "Not here environment: No environment named 'prod' is known. Known: production, test. See what is here"
    for path, status, said in (
        ("orders?environment=test&branch=main", 400, both),
        ("orders?environment=prod", 404, place),
        ("nobody", 404, "Not here No provider with name 'nobody' found. See what is here"),
    ):
        reply = broker.http.get(f"/ui/usage/{path}", headers={"accept": "text/html"})
        assert (reply.status_code, read_page(reply.text).said("main")) == (status, [said])


def test_text_of_others_is_text(broker: Story) -> None:
    script = "<script>alert(1)</script>"
    hostile = interaction(script)
    hostile["response"]["body"]["content"] = {script: 1}
    hostile["comments"] = {"contractkit": {"operation": script}}
    broker.publish(script, script, contract(script, "evil", hostile), branch=script)
    page = shown(broker, of="evil", find=script)
    assert (page.find("script"), page.said("h3")) == ([], [script])


def test_the_page_is_found_from_the_provider_s_and_named_by_the_api(broker: Story) -> None:
    page = read_page(broker.http.get("/ui/applications/orders").text)
    [link] = [str(each.attributes["href"]) for each in page.find("a") if each.text == "who uses what of it?"]
    assert broker.http.get("/usage?provider=orders").json()["_links"]["contractkit:page"]["href"] == link
    assert read_page(broker.http.get(link).text).said("h1") == ["Who uses what of orders"]


def survey(surveyor: Surveyor, definition: str, asked: list[str]) -> Survey:
    """Give a survey of a definition that nobody uses; `asked` grows each time that one is begun."""

    def order() -> Json:
        asked.append(definition)
        return {"definition": base64.b64encode(definition.encode()).decode(), "places": []}

    while (found := surveyor.survey((definition,), order)) is None:
        pass  # it waits half a second itself
    return found


def test_a_survey_is_made_once_unless_it_came_to_nothing() -> None:
    surveyor, asked = Surveyor(BrokerSettings()), []
    found = [survey(surveyor, each, asked) for each in (OLD, OLD, "a: [", "a: [")]
    surveyor.stop()
    assert found[0] == found[1] == Survey(unused=(Unused(operation="getOrder", location="", sureness=Sureness.PROVED),))
    assert [each.problem.splitlines()[0] for each in found[2:]] == ["The definition that is stored is not YAML."] * 2
    assert asked == [OLD, "a: [", "a: ["]


def test_messages_that_nobody_handles_may_go_too() -> None:
    definition = """
asyncapi: 3.0.0
info: {title: orders, version: "1"}
channels:
  orders: {address: orders, messages: {shipped: {payload: {type: object, properties: {id: {type: integer}}}}}}
operations:
  send: {action: send, channel: {$ref: "#/channels/orders"}}
"""
    order = {"definition": base64.b64encode(definition.encode()).decode(), "places": []}
    assert work_off(order) == (Unused(operation="shipped", location="", sureness=Sureness.PROVED),)

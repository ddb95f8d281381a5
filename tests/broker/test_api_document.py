"""The OpenAPI document, and the edge: every route is described, links hold behind proxies."""

import re
from typing import Any

import httpx
from contractkit_broker.api.table import ROUTES
from contractkit_broker.app import create_app
from contractkit_broker.openapi import openapi_document
from contractkit_broker.pages.table import PAGES, PAGES_FOR_BROWSERS
from contractkit_broker.server import running_broker
from contractkit_broker.settings import BrokerSettings
from jsonschema import Draft202012Validator
from starlette.routing import Route

from tests.broker.conftest import Story, contract

DOCUMENT = openapi_document(ROUTES, "http://broker.example")


def test_every_route_is_described_and_the_reverse(tmp_path: Any) -> None:
    app = create_app(BrokerSettings(database=str(tmp_path / "b.sqlite")))
    served = {
        (route.path, method) for route in app.routes if isinstance(route, Route) for method in route.methods or ()
    }
    pages = {(page.path, method) for page in PAGES for method in (page.method, "HEAD")}
    described = {(path, method.upper()) for path, operations in DOCUMENT["paths"].items() for method in operations}
    assert {each for each in served - pages if each[1] != "HEAD"} == described


def test_operations_have_names_of_their_own() -> None:
    names = [each["operationId"] for operations in DOCUMENT["paths"].values() for each in operations.values()]
    assert sorted(names) == sorted(set(names))


def test_every_schema_is_one_and_every_reference_leads_somewhere() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    referred = set(re.findall(r"#/components/schemas/(\w+)", str(DOCUMENT)))
    assert referred - schemas.keys() == set()


def test_the_document_is_served(broker: Story) -> None:
    assert broker.http.get("/openapi.json").json()["paths"].keys() == DOCUMENT["paths"].keys()


def test_every_relation_of_the_index_leads_to_a_described_path(broker: Story) -> None:
    links = broker.http.get("/").json()["_links"]
    every = [*(link for name, link in links.items() if name != "curies"), *links["curies"]]
    paths = {link["href"].removeprefix(str(broker.http.base_url).rstrip("/")).partition("?")[0] for link in every}
    generic = {re.sub(r"{\w+}", "{}", path) for path in DOCUMENT["paths"]} | {"/ui"}
    generic |= {f"/doc/{prefix}:{{}}" for prefix in ("pb", "beta", "contractkit")}
    assert {re.sub(r"{\w+}", "{}", path) for path in paths} - generic == set()


def test_links_follow_the_public_url_and_its_path(tmp_path: Any) -> None:
    settings = BrokerSettings(public_url="https://ci.example/broker/")
    with running_broker(tmp_path / "b.sqlite", settings=settings) as url:
        for path in ("/pacticipants", "/broker/pacticipants"):
            own = httpx.get(f"{url}{path}").json()["_links"]["self"]
            assert own == {"href": "https://ci.example/broker/pacticipants"}


def test_links_follow_what_a_proxy_forwards(broker: Story) -> None:
    headers = {"x-forwarded-host": "ci.example", "x-forwarded-proto": "https", "x-forwarded-prefix": "/broker"}
    reply = broker.http.get("/environments", headers=headers)
    assert reply.json()["_links"]["self"] == {"href": "https://ci.example/broker/environments"}


def test_what_is_not_there_is_said_in_json(broker: Story) -> None:
    missing, wrong = broker.http.get("/nothing"), broker.http.delete("/matrix")
    assert (missing.status_code, missing.json()) == (404, {"error": "There is nothing at /nothing."})
    assert (wrong.status_code, wrong.json()) == (405, {"error": "DELETE is not served here."})


def test_the_root_is_a_page_for_a_browser_and_links_for_a_client(broker: Story) -> None:
    browser = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    assert broker.http.get("/", headers=browser).headers["content-type"] == "text/html;charset=utf-8"
    client = {"accept": "application/hal+json, application/json"}
    assert "pb:publish-contracts" in broker.http.get("/", headers=client).json()["_links"]


def test_the_address_that_publishing_gives_is_a_page_for_a_browser(broker: Story) -> None:
    published = broker.publish("web-shop", "1", contract("web-shop", "orders")).json()
    href = published["_links"]["pb:contracts"][0]["href"]
    page = broker.http.get(href, headers={"accept": "text/html,*/*;q=0.8"})
    assert "What web-shop expects of orders" in page.text
    assert broker.http.get(href).json()["provider"] == {"name": "orders"}


def test_every_page_for_browsers_stands_at_a_path_of_the_api() -> None:
    assert PAGES_FOR_BROWSERS.keys() - DOCUMENT["paths"].keys() == set()


def test_the_empty_first_page_says_what_to_do(broker: Story) -> None:
    page = broker.http.get("/ui").text
    assert "Nothing is published yet" in page
    assert f"contractkit publish --broker {str(broker.http.base_url).rstrip('/')} --version 1 --branch main" in page


def test_the_first_page_leads_to_every_contract_and_result(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"))
    broker.verify("orders", "1.0", "web-shop", failing=("an order",))
    page = broker.http.get("/ui").text
    links = set(re.findall(r'href="[^"]+(/ui/[a-z]+/[^"]+)"', page))
    assert {link.split("/")[2] for link in links} == {"applications", "contracts", "results"}
    assert {broker.http.get(link).status_code for link in links} == {200}
    assert "1 of 1 failed" in page


def test_a_standing_is_told_by_sign_and_word_with_a_date_that_people_read(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"))
    broker.verify("orders", "1.0", "web-shop")
    page = broker.http.get("/ui").text
    assert '<span class="sign" aria-hidden="true">✓</span> verified' in page
    assert re.findall(r"<time [^>]*>([^<]+)</time>", page) == ["20 Nov 2026, 10:00 UTC"] * 2


def test_a_long_list_is_shown_in_stretches_that_lead_on(broker: Story) -> None:
    for number in range(102):
        broker.http.put(f"/pacticipants/app-{number:03}", json={})
    page = broker.http.get("/ui").text
    assert "1 to 100 of 102 services" in page
    (more,) = re.findall(r'rel="next" href="([^"]+)"', page)
    assert re.findall(r"app-\d+(?=</a>)", broker.http.get(more).text) == ["app-100", "app-101"]


def test_an_environment_where_nobody_runs_has_no_column(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"))
    broker.deploy("web-shop", "1", "production")
    headings = re.findall(r'<th scope="col">(.*?)</th>', broker.http.get("/ui").text.partition("Services")[0])
    assert headings == ["Consumer calls provider", "Newest contract", "Newest verification", "In production"]


def test_every_page_has_landmarks_one_heading_and_named_table_cells(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"), branch="main")
    broker.verify("orders", "1.0", "web-shop")
    (path,) = set(re.findall(r"/ui/contracts/[^\"]+", broker.http.get("/ui").text))
    for at in ("/ui", "/ui/applications/web-shop", path, "/ui/results/1", "/ui/results/7"):
        page = broker.http.get(at).text
        assert [page.count(each) for each in ("<main", "<header", "<nav", "<h1", '<html lang="en"')] == [1] * 5
        assert re.findall(r"<th(?: (?!scope)[^>]*)?>", page) == []


def test_names_are_escaped_in_pages(broker: Story) -> None:
    name = "<script>alert(1)</script>"
    broker.publish(name, "1", contract(name, "orders"))
    page = broker.http.get("/ui")
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_an_application_without_contracts_is_shown_as_such(broker: Story) -> None:
    broker.http.put("/pacticipants/lonely/versions/1", json={})
    assert "<b>No contract.</b>" in broker.http.get("/ui/applications/lonely").text

"""Exemptions with an impact analysis: the resource and the page count them as the command line does."""

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from contractkit_broker.exempting import LONGEST_FILE
from contractkit_broker.server import running_broker
from contractkit_broker.settings import BrokerSettings
from contractkit_broker.store.database import Database

from contractkit.document import load_contract
from contractkit.exact_json import dump_compact, read_json
from contractkit.impact import ConsumerInfo, DefinitionSource, analyse
from contractkit.impact.exemptions import exempted, read_exemptions
from contractkit.impact.formats import impact_as_json
from contractkit.sources import read_definition
from tests.broker.conftest import Clock, Story, contract
from tests.broker.markup import Page, read_page
from tests.broker.test_impact_page import answered, judged, message, shown, told
from tests.broker.test_own_resources import NEW, OLD, encode, finished

pytestmark = pytest.mark.slow

Json = Any
NEEDED = ("fingerprint", "reason", "owner", "expires")
PROBLEM = "application/problem+json"


def report(*consumers: str, exemptions: str = "", day: str = "2026-11-20") -> Json:
    """Give what the command line says of `OLD` becoming `NEW`, on a day, as JSON."""
    old, new = (
        read_definition(text.encode(), source=f"orders ({name})") for name, text in (("old", OLD), ("new", NEW))
    )
    sources = [DefinitionSource(name=each.source, line_of=each.line_of) for each in (old, new)]
    contracts = [
        (load_contract(dump_compact(contract(name, "orders")), origin="test"), ConsumerInfo(versions=("1",)))
        for name in consumers
    ]
    found = analyse(old.definition, new.definition, contracts, old_source=sources[0], new_source=sources[1])
    known = read_exemptions(exemptions.encode(), source="test")
    return read_json(impact_as_json(exempted(found, known, date.fromisoformat(day))))


def fingerprint(consumer: str) -> str:
    [[interaction]] = [each["interactions"] for each in report(consumer)["consumers"]]
    return str(interaction["findings"][0]["fingerprint"])


def exemption(of: str, expires: str) -> str:
    said = 'reason = "no total is shown"\nowner = "shop <team>"\n'
    return f'[[exemption]]\nfingerprint = "{of}"\n{said}expires = {expires}\n\n'


@pytest.fixture(scope="module")
def pages(empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Give a broker where two consumers need what goes; what is shown does not depend on the database."""
    path = tmp_path_factory.mktemp("exemptions") / "broker.sqlite"
    shutil.copy(empty_sqlite, path)
    with running_broker(path, settings=BrokerSettings(clock=Clock())) as url, httpx.Client(base_url=url) as http:
        story = Story(http)
        for consumer in ("web-shop", "kiosk"):
            story.publish(consumer, "1", contract(consumer, "orders"), branch="main")
        yield story


def sent(broker: Story, exemptions: str = "", file: bytes = b"") -> httpx.Response:
    """Send the form with exemptions in its field, in its file, or both."""
    files = {"exemptions-file": ("mine.toml" if file else "", file)}
    fields = {"provider": "orders", "definition": NEW, "old": OLD, "exemptions": exemptions}
    return broker.http.post("/ui/impact", data=fields, files=files)


def test_the_resource_counts_them_as_the_command_line_does(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"))
    text = exemption(fingerprint("web-shop"), "2026-11-20") + exemption("0" * 16, "2027-01-01")
    order = {"provider": "orders", "definition": encode(NEW), "old": encode(OLD), "exemptions": text}
    job = finished(broker, broker.http.post("/impact-jobs", json=order))
    [consumer] = job["report"]["consumers"]
    expected = report("web-shop", exemptions=text)
    assert (job["exemptions"], expected["verdict"]) == (text, "unaffected")
    assert job["report"] == {**expected, "consumers": [{**expected["consumers"][0], "contract": consumer["contract"]}]}


WRONG = {
    "[[exemption]": "The exemptions are no TOML. problem: Expected ']]' at the end of an array declaration "
    "(at line 1, column 12)",
    "\n[[exemption]]\nfingerprint = '0123'\nreason = '<b>'\nexpires = 2027-01-31": "The exemptions cannot be used. "
    "line 2: owner is missing; line 2: fingerprint: expected 16 hexadecimal digits as a report gives them, "
    'received "0123"',
    "[[exemption]]\n" * 6: "The exemptions cannot be used. "
    f"{'; '.join(f'line {line}: {name} is missing' for line in range(1, 6) for name in NEEDED)}; … and 4 more",
    "'\u202e' = 1": "The exemptions cannot be used. problem: expected [[exemption]] tables only, received �",
    "#" * (LONGEST_FILE + 1): "The exemptions are longer than 200000 bytes.",
    f"x{'.x' * 1000} = 1": "A line of the exemptions is longer than 2000 bytes.",
}


def test_a_wrong_file_is_refused_with_what_is_wrong(pages: Story) -> None:
    order = {"provider": "orders", "definition": encode(NEW), "old": encode(OLD)}
    for text, said in WRONG.items():
        lower = said[:1].lower() + said[1:]
        reply = pages.http.post("/impact-jobs", content=json.dumps({**order, "exemptions": text}))
        assert (reply.status_code, reply.json()) == (400, {"errors": {"exemptions": [lower]}})
    reply = pages.http.post("/impact-jobs", json={**order, "exemptions": ["x"]}, headers={"accept": PROBLEM})
    kind, title = "urn:contractkit:problem:invalid-request", "The request is not of the form it must have."
    error = {"type": kind, "title": title, "detail": 'expected a text, received ["x"]', "pointer": "/exemptions"}
    assert (reply.status_code, reply.headers["content-type"], reply.json()["errors"]) == (400, PROBLEM, [error])


def test_the_page_shows_a_wrong_file_again_with_what_is_wrong(pages: Story) -> None:
    tried = [(text, b"", said) for text, said in WRONG.items()]
    tried += [
        ("", b"[[exemption]]\nowner = '\xff'", "The file of exemptions cannot be read. problem: 'utf-8' codec can't "
         "decode byte 0xff in position 23: invalid start byte"),
        ("#", b"#", "Exemptions are pasted, and the file mine.toml is chosen: leave one of them out."),
        ("", b" ", "The file mine.toml is empty."),
    ]  # fmt: skip
    for text, file, said in tried:
        reply = sent(pages, text, file)
        page = read_page(reply.text)
        assert (reply.status_code, page.said("p", id="exemptions-problem")) == (400, [said])
        assert page.find("textarea", id="exemptions")[0].attributes["aria-invalid"] == "true"


def test_the_page_tells_apart_what_somebody_answers_for_and_what_expired(pages: Story) -> None:
    shop, kiosk = map(fingerprint, ("web-shop", "kiosk"))
    text = exemption(shop, "2027-01-31") + exemption(kiosk, "2026-11-19") + exemption("0" * 16, "2027-01-01")
    page = answered(pages, sent(pages, file=text.replace("\n", "\r\n").encode()))
    assert said_of(page, "Of 2 contracts") == [
        "Of 2 contracts: 1 broken, 1 exempted; 1 finding exempted; 1 exemption expired, which fails."
    ]
    table = page.find("div", aria_label="What somebody answers for")[0]
    means = "the consumer needs it, and it is not declared any more"
    found = f"✗ broken getOrder response.body.total {means}"
    assert " ".join(table.text.split()).removeprefix("Consumer Finding Why Who answers Until ") == (
        f"kiosk 1 {found} {kiosk} no total is shown shop <team> expired on 2026-11-19, so it counts "
        f"web-shop 1 {found} {shop} no total is shown shop <team> until 2027-01-31"
    )
    assert f"{'0' * 16}: no finding of this analysis; remove it if it is of no other" in page.said("li")
    [template] = [each.text for each in page.find("pre")]
    assert template == f'[[exemption]]\nfingerprint = "{kiosk}"\nreason = ""\nowner = ""\nexpires =\n'


def said_of(page: Page, beginning: str) -> list[str]:
    return [each for each in page.said("b") if each.startswith(beginning)]


def test_what_has_expired_since_it_was_asked_is_said(store: Database) -> None:
    one = {
        "fingerprint": "0" * 16, "consumer": "web-shop", "versions": ["1"], "environments": ["test"],
        "operation": "getOrder", "at": "response.body", "verdict": "broken", "means": "it <needs> it",
        "reason": "known", "owner": "us", "expires": "2020-01-01", "is_expired": False, "until": "until 2020-01-01",
    }  # fmt: skip
    page = shown(
        store, told=told(judged("web-shop", "broken", message()), exempted=[one], exempted_left_out=2, idle=[])
    )
    [row] = [each for each in page.said("tr") if "known" in each]
    assert row.endswith("known us until 2020-01-01, which has passed since: ask again")
    assert "… and 2 more, which the JSON holds." in page.said("p")

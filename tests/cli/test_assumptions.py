"""`--what-if-deployed` and `--what-if-undeployed`: what would be, asked of a broker that is told nothing."""

import shlex
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from contractkit.document import dump_contract
from contractkit.exact_json import read_json
from contractkit.model import Contract

pytestmark = pytest.mark.slow

Run = Callable[..., Any]


@pytest.fixture
def production(broker: str, monkeypatch: pytest.MonkeyPatch, an_order: Callable[..., Contract]) -> str:
    """Give a broker: web-shop 1 and orders 8 run in production and fit; orders 9 fails; web-shop 2 asks for more."""
    monkeypatch.setenv("CONTRACTKIT_BROKER", broker)
    with httpx.Client(base_url=broker) as client:
        for number in ("1", "2"):
            pact = f"/pacts/provider/orders/consumer/web-shop/version/{number}"
            assert client.put(pact, content=dump_contract(an_order(path=f"/orders/{number}"))).is_success
        results = client.get("/pacts/provider/orders/consumer/web-shop/version/1").json()["_links"]
        url = results["pb:publish-verification-results"]["href"]
        for number, success in (("8", True), ("9", False)):
            assert client.post(url, json={"success": success, "providerApplicationVersion": number}).is_success
        environments = client.get("/environments").json()["_embedded"]["environments"]
        (uuid,) = (each["uuid"] for each in environments if each["name"] == "production")
        for name, number in (("web-shop", "1"), ("orders", "8")):
            at = f"/pacticipants/{name}/versions/{number}/deployed-versions/environment/{uuid}"
            assert client.post(at, json={}).is_success
    return broker


def test_a_version_that_is_not_there_yet_decides(contractkit: Run, production: str) -> None:
    question = ("can-i-deploy", "web-shop", "--version", "1", "--to-environment", "production")
    assert contractkit(*question).code == 0
    would = contractkit(*question, "--what-if-deployed", "orders", "9", "--explain-selection")
    assert (would.code, would.out.splitlines()[0]) == (
        1,
        "web-shop 1 could not be deployed to production if orders 9 were there.",
    )
    assert would.err == (
        "What was compared\n\n"
        "  asked      web-shop 1\n"
        "  supposed   orders 9 there\n"
        "  with       what is deployed or released to production now\n"
        "  compared   web-shop 1 with orders 9, which is supposed to be in production and is called by it\n\n"
    )
    alone = contractkit("can-i-deploy", "orders", "--version", "9", *question[4:], "--what-if-undeployed", "web-shop",
                        "--format", "json")  # fmt: skip
    document = read_json(alone.out)
    assert (alone.code, document["answer"], document["assumed"]) == (0, "yes", [{"name": "web-shop", "version": None}])
    assert contractkit(*question).code == 0  # nothing was written


WRONG = [
    (
        "--what-if-deployed orders 7 --to-environment production",
        2,
        "The broker knows no version 7 of orders.\n\nPublish its contracts, or its verification results, first.\n",
    ),
    (
        "--what-if-deployed orders 08 --to-environment production",
        2,
        "The broker knows no version 08 of orders.\n\nDid you mean 8?\n",
    ),
    (
        "--what-if-deployed order 8 --to-environment production",
        2,
        "The broker knows no application named 'order'.\n\nDid you mean orders?\n",
    ),
    (
        "--what-if-deployed orders '' --to-environment production",
        2,
        "--what-if-deployed has an empty value; is a variable not set?\n",
    ),
    (
        "--what-if-undeployed ' ' --to-environment production",
        2,
        "--what-if-undeployed has an empty value; is a variable not set?\n",
    ),
    (
        "--what-if-deployed orders 8 --to-main-branches",
        2,
        "Something is supposed, and it is not said of which environment.\n\nName it: --to-environment NAME\n",
    ),
    (
        "--what-if-deployed orders 8 --what-if-undeployed orders --to-environment production",
        2,
        "orders is supposed to be there in two ways: one can be supposed at a time.\n",
    ),
    (
        "--what-if-deployed web-shop 2 --to-environment production",
        2,
        "web-shop is asked about and supposed to be there at once.\n\n"
        "Leave it out of what is supposed; what is asked about counts at its own version.\n",
    ),
]


def test_what_cannot_be_supposed_is_told(contractkit: Run, production: str) -> None:
    question = ("can-i-deploy", "web-shop", "--version", "1")
    ended = [contractkit(*question, *shlex.split(arguments)) for arguments, _, _ in WRONG]
    assert [(each.code, each.out, each.err) for each in ended] == [(code, "", message) for _, code, message in WRONG]

"""Names are refused where an index of PostgreSQL would not hold them; what contracts hold is kept, however long."""

import random
from typing import Any

import pytest

from tests.broker.conftest import Story, contract, interaction

Json = Any

LONG = random.Random(1).randbytes(4_000).hex()  # what compresses would fit by chance
WIDEST = "".join(chr(0x20000 + number) for number in range(512))  # four bytes each
SAID = "is longer than 512 characters"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("{}", "name"),
        ("web-shop/versions/{}", "version"),
        ("web-shop/branches/{}/versions/1", "branch"),
        ("web-shop/versions/1/tags/{}", "tag"),
        ("web-shop/labels/{}", "label"),
    ],
)
def test_a_name_in_a_path_has_a_longest_form(broker: Story, path: str, name: str) -> None:
    broker.http.put("/pacticipants/web-shop", json={})
    refused = broker.http.put(f"/pacticipants/{path.format(LONG)}", json={})
    assert (refused.status_code, refused.json()) == (400, {"errors": {name: [SAID]}})
    at = f"/pacticipants/{path.format(WIDEST)}"
    assert (broker.http.put(at, json={}).status_code, broker.http.get(at).status_code) == (201, 200)


def test_the_longest_names_go_all_the_way(broker: Story) -> None:
    broker.publish(WIDEST, WIDEST, contract(WIDEST, f"{WIDEST[:-1]}p"), branch=WIDEST, tags=[WIDEST])
    broker.verify(f"{WIDEST[:-1]}p", WIDEST, WIDEST, branch=WIDEST)
    broker.deploy(WIDEST, WIDEST, "production", applicationInstance=WIDEST)
    assert broker.can_i_deploy(WIDEST, WIDEST, "production")["contractkit"]["answer"] == "unknown"


def test_an_application_instance_has_a_longest_form(broker: Story) -> None:
    broker.http.put("/pacticipants/web-shop/versions/1", json={})
    for name in ("applicationInstance", "target"):
        refused = broker.deploy("web-shop", "1", "production", **{name: LONG})
        assert (refused.status_code, refused.json()) == (400, {"errors": {name: [SAID]}})


def test_what_a_contract_holds_may_be_of_any_length(broker: Story) -> None:
    long = interaction(LONG, state=LONG)
    long["request"]["path"] = f"/{LONG}"
    long["response"]["body"]["content"] = {LONG: {LONG: 1}, f"{LONG}2": LONG}
    assert broker.publish("web-shop", "1", contract("web-shop", "orders", long)).status_code == 200
    assert broker.verify("orders", "1", "web-shop", failing=(LONG,)).status_code == 201
    stored = broker.http.get("/pacts/provider/orders/consumer/web-shop/version/1").json()
    assert stored["interactions"][0]["response"]["body"]["content"] == {LONG: {LONG: 1}, f"{LONG}2": LONG}
    states = broker.http.get("/pacts/provider/orders/provider-states").json()["providerStates"]
    assert [each["name"] for each in states] == [LONG]

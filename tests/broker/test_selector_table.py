"""Which consumer versions a provider is given to verify, selector by selector, each as one short story.

The number before a rule is its section in the description of the Pact Broker's behaviour, as in `stories`.
"""

from typing import Any

import pytest
from contractkit_broker.forms import SelectionForm
from contractkit_broker.service.selection import select_contracts
from contractkit_broker.store import applications
from contractkit_broker.store.database import Database
from sqlalchemy import Connection

from tests.broker.stories import Teller

Json = Any

SHOPS = (
    "shop 1 calls orders; shop 1 is on main; shop 1 is tagged prod; shop 2 calls orders saying 2; "
    "shop 2 is on feature; shop 3 calls orders saying 3; shop 3 is on main; shop 3 is tagged prod; "
    "app 1 calls orders; app 1 is on feature; app 2 calls orders saying 2; app 2 is on trunk"
)
PLACES = (
    f"{SHOPS}; shop 1 runs in production; shop 3 runs in test; app 1 is released to production; "
    "app 2 is released to production; app 1 left production"
)

CASES: list[tuple[str, str, list[Json], list[str]]] = [
    ("1.2 the heads of the main branches", SHOPS, [{"mainBranch": True}], ["shop 3"]),
    ("1.2 of one consumer", SHOPS, [{"mainBranch": True, "consumer": "app"}], []),
    ("1.2 mainBranch with latest is the same", SHOPS, [{"mainBranch": True, "latest": True}], ["shop 3"]),
    ("1.2 the heads of a branch, whoever has it", SHOPS, [{"branch": "feature"}], ["app 1", "shop 2"]),
    ("1.2 a branch implies latest", SHOPS, [{"branch": "main"}], ["shop 3"]),
    ("1.2 a branch of one consumer", SHOPS, [{"branch": "feature", "consumer": "app"}], ["app 1"]),
    ("1.2 the heads of all branches", SHOPS, [{"branch": True}], ["app 1", "app 2", "shop 2", "shop 3"]),
    (
        "1.2 a fallback for those without the branch",
        SHOPS,
        [{"branch": "trunk", "fallbackBranch": "main"}],
        ["app 2", "shop 3"],
    ),
    (
        "1.2 no fallback for those with the branch",
        SHOPS,
        [{"branch": "feature", "fallbackBranch": "main"}],
        ["app 1", "shop 2"],
    ),
    ("1.2 a fallback that nobody has", SHOPS, [{"branch": "gone", "fallbackBranch": "lost"}], []),
    ("1.2 the branch of the provider's name", SHOPS, [{"matchingBranch": True}], ["app 1", "shop 2"]),
    ("1.2 every version with a tag", SHOPS, [{"tag": "prod"}], ["shop 1", "shop 3"]),
    ("1.2 the newest with a tag", SHOPS, [{"tag": "prod", "latest": True}], ["shop 3"]),
    (
        "1.2 a fallback tag",
        f"{SHOPS}; app 1 is tagged dev",
        [{"tag": "prod", "latest": True, "fallbackTag": "dev"}],
        ["app 1", "shop 3"],
    ),
    ("1.2 the newest of all", SHOPS, [{"latest": True}], ["app 2", "shop 3"]),
    ("1.2 a consumer alone is its newest", SHOPS, [{"consumer": "app"}], ["app 2"]),
    ("1.2 a consumer that does not exist", SHOPS, [{"consumer": "nobody"}], []),
    ("1.2 a consumer of somebody else", f"{SHOPS}; web 1 calls stock", [{"consumer": "web", "latest": True}], []),
    ("1.2 everything deployed", PLACES, [{"deployed": True}], ["shop 1", "shop 3"]),
    ("1.2 everything released and supported", PLACES, [{"released": True}], ["app 2"]),
    ("1.2 both", PLACES, [{"deployedOrReleased": True}], ["app 2", "shop 1", "shop 3"]),
    ("1.2 everything in an environment", PLACES, [{"environment": "production"}], ["app 2", "shop 1"]),
    (
        "1.2 deployed to an environment",
        PLACES,
        [{"environment": "production", "deployed": True}],
        ["shop 1"],
    ),
    ("1.2 released to an environment", PLACES, [{"environment": "production", "released": True}], ["app 2"]),
    ("1.2 of one consumer there", PLACES, [{"environment": "test", "consumer": "app"}], []),
    ("1.2 selectors add up", PLACES, [{"mainBranch": True}, {"deployed": True}], ["shop 1", "shop 3"]),
    (
        "1.2 without selectors: the main branches, else the newest, and what runs somewhere",
        PLACES,
        [],
        ["app 2", "shop 1", "shop 3"],
    ),
    (
        "1.1 every instance is deployed",
        f"{SHOPS}; shop 1 runs in production as blue; shop 2 runs in production as green",
        [{"environment": "production"}],
        ["shop 1", "shop 2"],
    ),
    (
        "1.1 what was undeployed is not",
        f"{SHOPS}; shop 1 runs in production; shop 1 left production",
        [{"deployed": True}],
        [],
    ),
    (
        "1.1 a rolled back version is",
        f"{SHOPS}; shop 1 runs in production; shop 3 runs in production; shop 1 runs in production",
        [{"deployed": True}],
        ["shop 1"],
    ),
    (
        "1.2 a version without a contract with us is passed over",
        f"{SHOPS}; shop 4 calls stock; shop 4 is on main",
        [{"mainBranch": True}],
        [],
    ),
    (
        "1.2 equal content is given once, under its newest version",
        f"{SHOPS}; shop 4 calls orders saying 3; shop 4 is on other",
        [{"branch": "main"}, {"branch": "other"}],
        ["shop 4"],
    ),
]


@pytest.mark.parametrize(("story", "selectors", "expected"), [pytest.param(*each[1:], id=each[0]) for each in CASES])
def test_what_is_selected(store: Database, story: str, selectors: list[Json], expected: list[str]) -> None:
    def told(connection: Connection) -> None:
        teller = Teller(connection)
        for sentence in story.split("; "):
            teller.tell(sentence)

    store.write(told)
    form = SelectionForm.model_validate(
        {"consumerVersionSelectors": selectors, "providerVersionBranch": "feature", "includePendingStatus": False}
    )
    with store.reading() as connection:
        orders = applications.find_application(connection, "orders")
        assert orders is not None
        found = select_contracts(connection, orders, form)
    assert sorted(f"{each.newest.consumer} {each.newest.version.number}" for each in found) == expected

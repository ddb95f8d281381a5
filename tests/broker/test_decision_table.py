"""What follows from the rows: yes, no or unknown, as the Pact Broker answers and as we do."""

from typing import Any

from contractkit_broker.store.database import Database

from tests.broker.stories import HIDDEN, NO, OPEN, ORDERS, SHOP, YES, Case, check, table

CASES: list[Case] = [
    ("3.2 the version does not exist", "orders 1 exists; shop 2 exists", SHOP, NO, (0, 0, 0, 0)),
    ("3.2 a row without a result", "shop 1 calls orders; orders 1 runs in production", SHOP, OPEN, (0, 0, 1, 0)),
    (
        "3.2 an unknown outranks a failure for Pact",
        "shop 1 calls orders; shop 1 calls stock; orders 1 fails shop 1; orders 1 runs in production; "
        "stock 1 runs in production",
        SHOP,
        HIDDEN,
        (0, 1, 1, 0),
    ),
    ("3.2 a required provider is absent", "shop 1 calls orders; orders 1 passes shop 1", SHOP, OPEN, (0, 0, 1, 0)),
    (
        "3.2 one of two required providers is absent",
        "shop 1 calls orders; shop 1 calls stock; orders 1 passes shop 1; orders 1 runs in production",
        SHOP,
        OPEN,
        (1, 0, 1, 0),
    ),
    (
        "3.2 the provider has left the environment",
        "shop 1 calls orders; orders 1 passes shop 1; orders 1 runs in production; orders 1 left production",
        SHOP,
        OPEN,
        (0, 0, 1, 0),
    ),
    (
        "3.2 all have results and one failed",
        "shop 1 calls orders; shop 1 calls stock; orders 1 passes shop 1; stock 1 fails shop 1; "
        "orders 1 runs in production; stock 1 runs in production",
        SHOP,
        NO,
        (1, 1, 0, 0),
    ),
    (
        "3.2 all successful",
        "shop 1 calls orders; orders 1 passes shop 1; orders 1 runs in production",
        SHOP,
        YES,
        (1, 0, 0, 0),
    ),
    ("3.2 no rows: no contract at all", "shop 1 exists", SHOP, YES, (0, 0, 0, 0)),
    ("3.2 no rows: no consumer of ours there", "shop 1 calls orders; orders 1 exists", ORDERS, YES, (0, 0, 0, 0)),
    (
        "3.2 our consumer is in another environment",
        "shop 1 calls orders; orders 1 fails shop 1; shop 1 runs in test",
        ORDERS,
        YES,
        (0, 0, 0, 0),
    ),
    (
        "3.2 a deployed consumer we never verified",
        "shop 1 calls orders; orders 1 exists; shop 1 runs in production",
        ORDERS,
        OPEN,
        (0, 0, 1, 0),
    ),
    (
        "3.2 a deployed consumer that another version of us verified",
        "shop 1 calls orders; orders 2 passes shop 1; orders 1 exists; shop 1 runs in production",
        ORDERS,
        OPEN,
        (0, 0, 1, 0),
    ),
    (
        "3.2 the only failure is ignored",
        "shop 1 calls orders; orders 1 fails shop 1; shop 1 runs in production",
        f"{ORDERS}&ignore[]=shop",
        YES,
        (0, 0, 0, 1),
    ),
    (
        "3.2 an ignored version",
        "shop 1 calls orders; orders 1 fails shop 1; shop 1 runs in production",
        f"{ORDERS}&ignore[][pacticipant]=shop&ignore[][version]=1",
        YES,
        (0, 0, 0, 1),
    ),
    (
        "3.2 another version is ignored",
        "shop 1 calls orders; orders 1 fails shop 1; shop 1 runs in production",
        f"{ORDERS}&ignore[][pacticipant]=shop&ignore[][version]=2",
        NO,
        (0, 1, 0, 0),
    ),
    (
        "3.2 an absent provider is ignored",
        "shop 1 calls orders",
        f"{SHOP}&ignore[]=orders",
        YES,
        (0, 0, 0, 1),
    ),
    (
        "3.2 an ignored name that does not exist changes nothing",
        "shop 1 calls orders; orders 1 fails shop 1; orders 1 runs in production",
        f"{SHOP}&ignore[]=order",
        NO,
        (0, 1, 0, 0),
    ),
    (
        "3.2 pending does not count here: a first failure is a no",
        "shop 1 calls orders; orders 1 is on main; orders 1 fails shop 1; shop 1 runs in production",
        ORDERS,
        NO,
        (0, 1, 0, 0),
    ),
    (
        "3.2 an unknown outranks two failures for Pact, and a failure outranks it for us",
        "shop 1 calls orders; shop 1 calls stock; shop 1 calls mail; orders 1 fails shop 1; stock 1 fails shop 1; "
        "orders 1 runs in production; stock 1 runs in production",
        SHOP,
        (None, "no"),
        (0, 2, 1, 0),
    ),
    (
        "3.2 the whole environment is empty, on the first deployment of all",
        "shop 1 calls orders; shop 1 calls stock",
        SHOP,
        OPEN,
        (0, 0, 2, 0),
    ),
    (
        "3.2 the provider runs in another environment only",
        "shop 1 calls orders; orders 1 passes shop 1; orders 1 runs in test",
        SHOP,
        OPEN,
        (0, 0, 1, 0),
    ),
    (
        "3.2 the same version in the other environment has its own answer",
        "shop 1 calls orders; orders 1 passes shop 1; orders 2 fails shop 1; orders 1 runs in test; "
        "orders 2 runs in production",
        "can-i-deploy?pacticipant=shop&version=1&environment=test",
        YES,
        (1, 0, 0, 0),
    ),
    (
        "3.2 a version that does not exist is a no even where its row would pass",
        "shop 2 calls orders; orders 1 passes shop 2; orders 1 runs in production",
        SHOP,
        NO,
        (0, 0, 0, 0),
    ),
    (
        "3.2 a missing version that is ignored by its name is still a no: nobody published what would be deployed",
        "shop 2 calls orders",
        f"{SHOP}&ignore[]=orders",
        NO,
        (0, 0, 0, 0),
    ),
    (
        "3.2 one failure of two is ignored",
        "shop 1 calls orders; shop 1 calls stock; orders 1 fails shop 1; stock 1 fails shop 1; "
        "orders 1 runs in production; stock 1 runs in production",
        f"{SHOP}&ignore[]=orders",
        NO,
        (0, 1, 0, 1),
    ),
    (
        "3.2 both failures are ignored",
        "shop 1 calls orders; shop 1 calls stock; orders 1 fails shop 1; stock 1 fails shop 1; "
        "orders 1 runs in production; stock 1 runs in production",
        f"{SHOP}&ignore[]=orders&ignore[]=stock",
        YES,
        (0, 0, 0, 2),
    ),
    (
        "3.2 an ignored version is one instance of two",
        "shop 1 calls orders; orders 1 passes shop 1; orders 2 fails shop 1; orders 1 runs in production as blue; "
        "orders 2 runs in production as green",
        f"{SHOP}&ignore[][pacticipant]=orders&ignore[][version]=2",
        YES,
        (1, 0, 0, 1),
    ),
    (
        "3.2 two ignored versions, each under a key that comes again",
        "shop 1 calls orders; orders 1 fails shop 1; orders 2 fails shop 1; orders 1 runs in production as blue; "
        "orders 2 runs in production as green",
        f"{SHOP}&ignore[][pacticipant]=orders&ignore[][version]=1&ignore[][pacticipant]=orders&ignore[][version]=2",
        YES,
        (0, 0, 0, 2),
    ),
]


@table(CASES)
def test_the_answer_that_follows(store: Database, story: str, question: str, answers: Any, counts: Any) -> None:
    check(store, story, question, answers, counts)

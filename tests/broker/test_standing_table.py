"""What runs where and what content already knows: instances, releases, rollbacks, equal content."""

from typing import Any

from contractkit_broker.store.database import Database

from tests.broker.stories import NO, OPEN, ORDERS, SHOP, TO_MAIN, YES, Case, check, table

CASES: list[Case] = [
    (
        "1.2 unchanged content has its results at once",
        "shop 2 calls orders; orders 1 passes shop 2; orders 1 runs in production; shop 1 calls orders",
        SHOP,
        YES,
        (1, 0, 0, 0),
    ),
    (
        "1.2 changed content has none",
        "shop 2 calls orders; orders 1 passes shop 2; orders 1 runs in production; shop 1 calls orders saying 2",
        SHOP,
        OPEN,
        (0, 0, 1, 0),
    ),
    (
        "1.2 equal content of another consumer is another content",
        "app 1 calls orders; orders 1 passes app 1; orders 1 runs in production; shop 1 calls orders",
        SHOP,
        OPEN,
        (0, 0, 1, 0),
    ),
    (
        "1.1 a deployment without an instance is an instance of its own",
        "shop 1 calls orders; orders 1 fails shop 1; orders 2 passes shop 1; orders 1 runs in production; "
        "orders 2 runs in production as blue",
        SHOP,
        NO,
        (1, 1, 0, 0),
    ),
    (
        "1.1 a deployment replaces its own instance only",
        "shop 1 calls orders; orders 1 fails shop 1; orders 2 passes shop 1; orders 1 runs in production as blue; "
        "orders 2 runs in production as green; orders 2 runs in production as blue",
        SHOP,
        YES,
        (1, 0, 0, 0),
    ),
    (
        "1.1 one version as two instances is one row",
        "shop 1 calls orders; orders 1 passes shop 1; orders 1 runs in production as blue; "
        "orders 1 runs in production as green",
        SHOP,
        YES,
        (1, 0, 0, 0),
    ),
    (
        "1.1 recording the same deployment again changes nothing",
        "shop 1 calls orders; orders 1 passes shop 1; orders 1 runs in production; orders 1 runs in production",
        SHOP,
        YES,
        (1, 0, 0, 0),
    ),
    (
        "1.1 every instance of a consumer counts for its provider",
        "shop 1 calls orders; shop 2 calls orders saying 2; orders 1 passes shop 1; shop 1 runs in production as blue; "
        "shop 2 runs in production as green",
        ORDERS,
        OPEN,
        (1, 0, 1, 0),
    ),
    (
        "1.1 an instance in another environment is not replaced",
        "shop 1 calls orders; orders 1 fails shop 1; orders 2 passes shop 1; orders 1 runs in production; "
        "orders 2 runs in test",
        SHOP,
        NO,
        (0, 1, 0, 0),
    ),
    (
        "1.1 released versions stand side by side",
        "app 1 calls orders; app 2 calls orders saying 2; app 3 calls orders saying 3; orders 1 passes app 1; "
        "orders 1 passes app 2; orders 1 fails app 3; app 1 is released to production; "
        "app 2 is released to production; app 3 is released to production",
        ORDERS,
        NO,
        (2, 1, 0, 0),
    ),
    (
        "1.1 support that ended for one leaves the others",
        "app 1 calls orders; app 2 calls orders saying 2; orders 1 fails app 1; orders 1 passes app 2; "
        "app 1 is released to production; app 2 is released to production; app 1 left production",
        ORDERS,
        YES,
        (1, 0, 0, 0),
    ),
    (
        "1.1 releasing again supports again",
        "app 1 calls orders; orders 1 fails app 1; app 1 is released to production; app 1 left production; "
        "app 1 is released to production",
        ORDERS,
        NO,
        (0, 1, 0, 0),
    ),
    (
        "1.1 a version both deployed and released is one row",
        "app 1 calls orders; orders 1 passes app 1; app 1 runs in production; app 1 is released to production",
        ORDERS,
        YES,
        (1, 0, 0, 0),
    ),
    (
        "1.1 a deployment does not end a release",
        "app 1 calls orders; app 2 calls orders saying 2; orders 1 fails app 1; orders 1 passes app 2; "
        "app 1 is released to production; app 2 runs in production",
        ORDERS,
        NO,
        (1, 1, 0, 0),
    ),
    (
        "1.1 a rollback to a version that fails is seen at once",
        "shop 1 calls orders; orders 1 fails shop 1; orders 2 passes shop 1; orders 1 runs in production; "
        "orders 2 runs in production; orders 1 runs in production",
        SHOP,
        NO,
        (0, 1, 0, 0),
    ),
    (
        "1.1 a rollback of one instance leaves the other",
        "shop 1 calls orders; orders 1 passes shop 1; orders 2 fails shop 1; orders 2 runs in production as blue; "
        "orders 2 runs in production as green; orders 1 runs in production as blue",
        SHOP,
        NO,
        (1, 1, 0, 0),
    ),
    (
        "1.1 what was undeployed and deployed again counts again",
        "shop 1 calls orders; orders 1 passes shop 1; orders 1 runs in production; orders 1 left production; "
        "orders 1 runs in production",
        SHOP,
        YES,
        (1, 0, 0, 0),
    ),
    (
        "1.1 adding an old version to its branch again does not move the head",
        "shop 1 calls orders; orders 1 is on main; orders 2 is on main; orders 1 is on main; orders 1 fails shop 1; "
        "orders 2 passes shop 1",
        TO_MAIN,
        YES,
        (1, 0, 0, 0),
    ),
    (
        "1.1 master is detected as a main branch, too",
        "shop 1 calls orders; orders 1 is on master; orders 1 passes shop 1",
        TO_MAIN,
        YES,
        (1, 0, 0, 0),
    ),
]


@table(CASES)
def test_the_answer_by_what_stands(store: Database, story: str, question: str, answers: Any, counts: Any) -> None:
    check(store, story, question, answers, counts)

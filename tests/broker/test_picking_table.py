"""Which versions are compared: environments, tags, branches, several versions at once, and how that is asked."""

from typing import Any

from contractkit_broker.store.database import Database

from tests.broker.stories import BOTH, NO, NO_TARGET, OPEN, ORDERS, SHOP, TO_DEV, TO_MAIN, YES, Case, check, table

CASES: list[Case] = [
    (
        "3.3 every instance must pass",
        "shop 1 calls orders; orders 1 passes shop 1; orders 2 fails shop 1; orders 1 runs in production; "
        "orders 2 runs in production as blue",
        SHOP,
        NO,
        (1, 1, 0, 0),
    ),
    (
        "3.3 a failing older live version is not hidden by a newer one (cvpv)",
        "shop 1 calls orders; orders 1 fails shop 1; orders 2 passes shop 1; orders 1 is released to production; "
        "orders 2 is released to production",
        SHOP,
        NO,
        (1, 1, 0, 0),
    ),
    (
        "3.3 cvp as older clients send it is cvpv in an environment",
        "shop 1 calls orders; orders 1 fails shop 1; orders 2 passes shop 1; orders 1 is released to production; "
        "orders 2 is released to production",
        "matrix?q[][pacticipant]=shop&q[][version]=1&latestby=cvp&environment=production",
        NO,
        (1, 1, 0, 0),
    ),
    (
        "3.3 deployed and released versions both count",
        "app 1 calls orders; app 2 calls orders saying 2; orders 1 passes app 1; orders 1 fails app 2; "
        "app 1 runs in production; app 2 is released to production",
        ORDERS,
        NO,
        (1, 1, 0, 0),
    ),
    (
        "3.3 a release that is supported no longer does not count",
        "app 1 calls orders; orders 1 fails app 1; app 1 is released to production; app 1 left production",
        ORDERS,
        YES,
        (0, 0, 0, 0),
    ),
    (
        "3.3 a deployment replaces the one before of the same instance",
        "shop 1 calls orders; orders 1 fails shop 1; shop 2 calls orders saying 2; orders 1 passes shop 2; "
        "shop 1 runs in production; shop 2 runs in production",
        ORDERS,
        YES,
        (1, 0, 0, 0),
    ),
    (
        "3.3 rolling back is deploying again",
        "shop 1 calls orders; orders 1 fails shop 1; shop 2 calls orders saying 2; orders 1 passes shop 2; "
        "shop 1 runs in production; shop 2 runs in production; shop 1 runs in production",
        ORDERS,
        NO,
        (0, 1, 0, 0),
    ),
    (
        "3.3 instances are deployed apart",
        "shop 1 calls orders; orders 1 fails shop 1; shop 2 calls orders saying 2; orders 1 passes shop 2; "
        "shop 1 runs in production as blue; shop 2 runs in production as green",
        ORDERS,
        NO,
        (1, 1, 0, 0),
    ),
    (
        "3.3 a deployed consumer version without the contract needs nothing",
        "shop 1 calls orders; shop 2 exists; orders 1 fails shop 1; shop 2 runs in production",
        ORDERS,
        YES,
        (0, 0, 0, 0),
    ),
    (
        "3.3 a later failure undoes a success",
        "shop 1 calls orders; orders 1 passes shop 1; orders 1 fails shop 1; orders 1 runs in production",
        SHOP,
        NO,
        (0, 1, 0, 0),
    ),
    (
        "3.3 a later success undoes a failure",
        "shop 1 calls orders; orders 1 fails shop 1; orders 1 passes shop 1; orders 1 runs in production",
        SHOP,
        YES,
        (1, 0, 0, 0),
    ),
    (
        "3.3 a tag means its newest version with to",
        "shop 1 calls orders; orders 1 is tagged dev; orders 1 fails shop 1; orders 2 is tagged dev; "
        "orders 2 passes shop 1",
        TO_DEV,
        YES,
        (1, 0, 0, 0),
    ),
    ("3.3 nobody has the tag", "shop 1 calls orders; orders 1 passes shop 1", TO_DEV, OPEN, (0, 0, 1, 0)),
    (
        "3.3 a tag alone means every version with it",
        "shop 1 calls orders; orders 1 is tagged dev; orders 1 fails shop 1; orders 2 is tagged dev; "
        "orders 2 passes shop 1",
        "matrix?q[][pacticipant]=shop&q[][version]=1&latestby=cvpv&tag=dev",
        NO,
        (1, 1, 0, 0),
    ),
    (
        "3.3 the heads of the main branches",
        "shop 1 calls orders; orders 1 is on main; orders 1 fails shop 1; orders 2 is on main; orders 2 passes shop 1",
        TO_MAIN,
        YES,
        (1, 0, 0, 0),
    ),
    (
        "3.3 another branch is not the main branch",
        "shop 1 calls orders; orders 1 is on main; orders 1 fails shop 1; orders 2 is on money; orders 2 passes shop 1",
        TO_MAIN,
        NO,
        (0, 1, 0, 0),
    ),
    (
        "3.3 no main branch is set",
        "shop 1 calls orders; orders 1 is on trunk; orders 1 passes shop 1",
        TO_MAIN,
        OPEN,
        (0, 0, 1, 0),
    ),
    (
        "3.3 no target means the newest of all",
        "shop 1 calls orders; orders 1 passes shop 1; orders 2 fails shop 1",
        NO_TARGET,
        NO,
        (0, 1, 0, 0),
    ),
    ("3.3 two versions check each other", "shop 1 calls orders; orders 1 passes shop 1", BOTH, YES, (1, 0, 0, 0)),
    ("3.3 two versions, no result", "shop 1 calls orders; orders 1 exists", BOTH, OPEN, (0, 0, 1, 0)),
    ("3.3 two versions, one does not exist", "shop 1 calls orders; orders 2 exists", BOTH, NO, (0, 0, 1, 0)),
    (
        "3.3 only direct partners count",
        "shop 1 calls orders; orders 1 calls stock; orders 1 passes shop 1; orders 1 runs in production",
        SHOP,
        YES,
        (1, 0, 0, 0),
    ),
    (
        "3.3 versions deployed together check the environment too",
        "shop 1 calls orders; shop 1 calls stock; orders 1 passes shop 1; stock 1 fails shop 1; "
        "stock 1 runs in production",
        f"{BOTH}&environment=production",
        NO,
        (1, 1, 0, 0),
    ),
    (
        "3.3 a version deployed together stands in for the one in the environment",
        "shop 1 calls orders; orders 2 fails shop 1; orders 1 passes shop 1; orders 2 runs in production",
        f"{BOTH}&environment=production",
        YES,
        (1, 0, 0, 0),
    ),
    (
        "3.3 a version as provider and as consumer at once",
        "shop 1 calls orders; orders 1 calls stock; orders 1 passes shop 1; stock 1 fails orders 1; "
        "shop 1 runs in production; stock 1 runs in production",
        ORDERS,
        NO,
        (1, 1, 0, 0),
    ),
    (
        "3.3 success, failure, success is a success",
        "shop 1 calls orders; orders 1 passes shop 1; orders 1 fails shop 1; orders 1 passes shop 1; "
        "orders 1 runs in production",
        SHOP,
        YES,
        (1, 0, 0, 0),
    ),
    (
        "3.3 a later result of another provider version overwrites nothing",
        "shop 1 calls orders; orders 1 passes shop 1; orders 2 fails shop 1; orders 1 runs in production",
        SHOP,
        YES,
        (1, 0, 0, 0),
    ),
    (
        "3.3 a result for a new version's equal content overwrites that of the old one",
        "shop 1 calls orders; orders 1 passes shop 1; shop 2 calls orders; orders 1 fails shop 2; "
        "orders 1 runs in production",
        SHOP,
        NO,
        (0, 1, 0, 0),
    ),
    (
        "3.3 a result for other content of the pair overwrites nothing",
        "shop 1 calls orders; orders 1 passes shop 1; shop 2 calls orders saying 2; orders 1 fails shop 2; "
        "orders 1 runs in production",
        SHOP,
        YES,
        (1, 0, 0, 0),
    ),
    (
        "3.3 the newest with a tag is by the order of versions, not of tags",
        "shop 1 calls orders; orders 1 exists; orders 2 is tagged dev; orders 1 is tagged dev; orders 1 fails shop 1; "
        "orders 2 passes shop 1",
        TO_DEV,
        YES,
        (1, 0, 0, 0),
    ),
    (
        "3.3 to also asks the consumers with the tag",
        "web 1 calls shop; web 1 is tagged dev; shop 1 fails web 1",
        TO_DEV,
        NO,
        (0, 1, 0, 0),
    ),
    (
        "3.3 a consumer without the tag does not count",
        "web 1 calls shop; shop 1 fails web 1",
        TO_DEV,
        YES,
        (0, 0, 0, 0),
    ),
    (
        "3.3 the head of a branch is the version that was added to it last",
        "shop 1 calls orders; orders 2 is on main; orders 1 is on main; orders 1 fails shop 1; orders 2 passes shop 1",
        TO_MAIN,
        NO,
        (0, 1, 0, 0),
    ),
    (
        "3.3 the newest of all is by the order of versions",
        "shop 1 calls orders; orders 2 passes shop 1; orders 1 fails shop 1",
        NO_TARGET,
        NO,
        (0, 1, 0, 0),
    ),
    (
        "3.3 three versions deployed together check each other",
        "shop 1 calls orders; orders 1 calls stock; orders 1 passes shop 1; stock 1 passes orders 1",
        f"{BOTH}&q[][pacticipant]=stock&q[][version]=1",
        YES,
        (2, 0, 0, 0),
    ),
    (
        "3.3 one failure among three deployed together",
        "shop 1 calls orders; orders 1 calls stock; orders 1 passes shop 1; stock 1 fails orders 1",
        f"{BOTH}&q[][pacticipant]=stock&q[][version]=1",
        NO,
        (1, 1, 0, 0),
    ),
    (
        "3.3 without a target, others than those named do not count",
        "shop 1 calls orders; shop 1 calls stock; orders 1 passes shop 1; stock 1 fails shop 1",
        BOTH,
        YES,
        (1, 0, 0, 0),
    ),
    (
        "3.3 versions deployed together still serve the consumers that are there",
        "shop 1 calls orders; orders 1 passes shop 1; app 1 calls orders; orders 1 fails app 1; "
        "app 1 runs in production",
        f"{BOTH}&environment=production",
        NO,
        (1, 1, 0, 0),
    ),
    (
        "3.3 two that do not call each other have nothing between them",
        "shop 1 exists; orders 1 exists",
        BOTH,
        YES,
        (0, 0, 0, 0),
    ),
    (
        "3.3 two that call each other are two rows",
        "shop 1 calls orders; orders 1 calls shop; orders 1 passes shop 1; shop 1 fails orders 1",
        BOTH,
        NO,
        (1, 1, 0, 0),
    ),
    (
        "2.6 the flat form of a selector is the same",
        "shop 1 calls orders; orders 1 passes shop 1",
        "matrix?q[]pacticipant=shop&q[]version=1&q[]pacticipant=orders&q[]version=1&latestby=cvpv",
        YES,
        (1, 0, 0, 0),
    ),
    (
        "2.6 cp keeps the newest row of a pair",
        "shop 1 calls orders; orders 1 fails shop 1; shop 2 calls orders saying 2; orders 1 passes shop 2",
        "matrix?q[][pacticipant]=shop&q[][pacticipant]=orders&latestby=cp",
        YES,
        (1, 0, 0, 0),
    ),
    (
        "2.6 cvp keeps the newest provider version of each consumer version",
        "shop 1 calls orders; orders 1 fails shop 1; orders 2 passes shop 1",
        "matrix?q[][pacticipant]=shop&q[][version]=1&q[][pacticipant]=orders&latestby=cvp",
        YES,
        (1, 0, 0, 0),
    ),
    (
        "2.6 a branch in a selector means its head",
        "shop 1 calls orders; shop 1 is on main; shop 2 calls orders saying 2; shop 2 is on main; "
        "orders 1 fails shop 1; orders 1 passes shop 2; orders 1 runs in production",
        "matrix?q[][pacticipant]=shop&q[][branch]=main&environment=production",
        YES,
        (1, 0, 0, 0),
    ),
    (
        "2.6 an environment in a selector means what runs there",
        "shop 1 calls orders; shop 2 calls orders saying 2; shop 1 runs in production; orders 1 passes shop 1",
        "matrix?q[][pacticipant]=shop&q[][environment]=production&q[][pacticipant]=orders&q[][version]=1",
        YES,
        (1, 0, 0, 0),
    ),
    (
        "2.6 the main branch in a selector means its head",
        "shop 1 calls orders; shop 1 is on main; shop 2 calls orders saying 2; orders 1 passes shop 1; orders 1 exists",
        "matrix?q[][pacticipant]=shop&q[][mainBranch]=true&q[][pacticipant]=orders&q[][version]=1",
        YES,
        (1, 0, 0, 0),
    ),
    (
        "2.6 a selector that finds no version is a no",
        "shop 1 calls orders; orders 1 passes shop 1",
        "matrix?q[][pacticipant]=shop&q[][branch]=gone&q[][pacticipant]=orders&q[][version]=1",
        NO,
        (0, 0, 0, 0),
    ),
    (
        "2.6 only rows of a wanted result are kept",
        "shop 1 calls orders; shop 1 calls stock; orders 1 passes shop 1; stock 1 fails shop 1; "
        "orders 1 runs in production; stock 1 runs in production",
        "matrix?q[][pacticipant]=shop&q[][version]=1&environment=production&success[]=true",
        YES,
        (1, 0, 0, 0),
    ),
]


@table(CASES)
def test_the_answer_by_what_is_picked(store: Database, story: str, question: str, answers: Any, counts: Any) -> None:
    check(store, story, question, answers, counts)

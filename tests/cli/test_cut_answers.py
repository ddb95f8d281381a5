"""An answer that rests on a part of the rows says so, and a yes of that kind is none."""

import json
from collections.abc import Callable
from typing import Any

from pytest_httpserver import HTTPServer

from contractkit.broker_client import MOST_ROWS

Run = Callable[..., Any]


def rows(count: int) -> list[dict[str, Any]]:
    result = {"success": True, "number": 3, "_links": {}}
    return [
        {
            "consumer": {"name": "web-shop", "version": {"number": str(number)}},
            "provider": {"name": "orders", "version": {"number": "8"}},
            "verificationResult": result,
        }
        for number in range(count)
    ]


def ask(contractkit: Run, count: int, *, deployable: bool | None, own: Any = None, output: str = "text") -> Any:
    with HTTPServer() as server:
        document = {"summary": {"deployable": deployable, "reason": ""}, "matrix": rows(count), "contractkit": own}
        server.expect_request("/matrix", query_string=None).respond_with_json(document)
        at = ("--to-environment", "production", "--broker", server.url_for("").rstrip("/"), "--format", output)
        ended = contractkit("can-i-deploy", "orders", "--version", "8", *at)
        assert server.log[0][0].args["limit"] == str(MOST_ROWS + 1)
    return ended


def test_a_yes_that_rests_on_a_part_of_the_rows_is_unknown(contractkit: Run) -> None:
    own = {"answer": "yes", "text": "orders 8 can be deployed to production.", "reasons": []}
    for said in (None, own):
        ended = ask(contractkit, MOST_ROWS + 1, deployable=True, own=said)
        assert (ended.code, ended.out) == (
            1,
            "It is unknown whether orders 8 can be deployed to production.\n\n"
            "  More than 10,000 rows count, and this rests on the newest 10,000 of them. They are all verified.\n\n"
            "Ask about fewer versions at once, or about one environment.\n",
        )
        document = json.loads(ask(contractkit, MOST_ROWS + 1, deployable=True, own=said, output="json").out)
        assert (document["answer"], document["is_cut"]) == ("unknown", True)


def test_a_no_stays_one_and_says_on_what_it_rests(contractkit: Run) -> None:
    own = {"answer": "no", "text": "orders 8 cannot be deployed to production.", "reasons": []}
    ended = ask(contractkit, MOST_ROWS + 1, deployable=False, own=own)
    assert (ended.code, ended.out) == (
        1,
        "orders 8 cannot be deployed to production.\n\n"
        "More than 10,000 rows count, and this rests on the newest 10,000 of them. "
        "Ask about fewer versions at once, or about one environment.\n",
    )


def test_as_many_rows_as_are_asked_for_are_all(contractkit: Run) -> None:
    ended = ask(contractkit, MOST_ROWS, deployable=True)
    assert (ended.code, ended.out.splitlines()[0]) == (0, "orders 8 can be deployed to production.")

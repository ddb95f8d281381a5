"""What earlier runs found stands for later ones that ask for less, and a run says what it found out and what not."""

import pytest
from pytest_contractkit import tally
from pytest_contractkit.needs_settings import NeedsSettings
from pytest_contractkit.proving import TooManyRuns, too_many_runs

from contractkit.model import UnknownNeeds
from tests.inference.test_traps import CLIENT, TOTAL, Needing

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_threads_of_others")]
pytest_plugins = ["pytester"]

AUTO = "--contract-needs=auto"
NEW = """\
import httpx

def new(url, sku):
    return httpx.post(f"{url}/orders", json={"sku": sku}).json()["total"]
"""


@pytest.fixture
def needing(pytester: pytest.Pytester) -> Needing:
    return Needing(pytester)


def said(result: pytest.RunResult) -> list[str]:
    """Give what the summary says below the lines of the contract."""
    lines = [line for line in result.outlines if line]
    start = next(at for at, line in enumerate(lines) if line.strip("= ") == "contracts")
    return [line for line in lines[start + 2 : -1] if not line.startswith(" ")]


def test_what_all_changes_showed_stands_where_only_drops_are_asked_for(needing: Needing) -> None:
    needing.consumer(TOTAL)
    needing.infer()
    by_all = needing.contract_bytes
    needing.took()

    result = needing.infer(AUTO)

    assert needing.took() == {"test": 1}
    assert said(result) == ["needs: 1 test known from earlier runs"]
    assert needing.contract_bytes == by_all


def test_what_drops_showed_is_not_enough_where_all_changes_are_asked_for(needing: Needing) -> None:
    needing.consumer(TOTAL)
    needing.infer(AUTO)
    by_drops = needing.contract_bytes
    needing.infer()
    assert needing.took()["test"] > 8
    assert needing.contract_bytes != by_drops


def test_what_drops_showed_stands_where_all_changes_take_more_runs_than_allowed(needing: Needing) -> None:
    needing.consumer(TOTAL)
    needing.infer(AUTO)
    by_drops = needing.contract_bytes

    result = needing.infer("--contract-needs-runs=4")

    assert said(result) == [
        "needs: 1 test run again once",
        "needs of 1 test are not inferred: more than 4 runs are due; set --contract-needs-runs=8",
    ]
    assert needing.contract_bytes == by_drops


def test_drops_are_tried_anew_where_the_client_changed_since_all_changes_were(needing: Needing) -> None:
    needing.consumer(TOTAL)
    needing.infer()
    needing.took()
    text = (needing.path / "client.py").read_text()
    needing.write("client.py", text.replace('["total"]', '["id"]'))
    needing.infer(AUTO)
    assert needing.took()["test"] > 2
    assert needing.needed() == ["response.body.id"]


def test_the_summary_counts_what_was_run_again_what_was_known_and_what_stayed_unknown(needing: Needing) -> None:
    needing.consumer(f"import pytest\n\n{TOTAL}")
    needing.infer()
    marked = TOTAL.replace("test_total", "test_marked").replace("7", "8")
    needing.consumer(f"import pytest\n\n{TOTAL}\n\n@pytest.mark.flaky\n{marked}")

    assert said(needing.infer()) == ["needs: 1 test known from earlier runs, 1 unknown"]


def test_runs_that_would_take_longer_than_allowed_are_not_begun(needing: Needing) -> None:
    needing.consumer("import time\n\n" + TOTAL.replace('ran("test")', 'ran("test"); time.sleep(0.05)'))

    result = needing.infer("--contract-needs-seconds=0.2")

    assert said(result) == [
        "needs: 1 test run again 2 times, 1 unknown",
        "needs of 1 test are not inferred: the runs would take longer than 0.2 seconds; set --contract-needs-seconds",
    ]
    assert needing.needs() == UnknownNeeds(reason="its runs would take longer than the 0.2 seconds for re-runs")


def test_what_only_the_first_run_takes_counts_for_no_other(needing: Needing) -> None:
    slow = 'if not hasattr(client, "begun"):\n        client.begun = time.sleep(0.3)\n    ran("test")'
    needing.consumer("import time\n\n" + TOTAL.replace('ran("test")', slow))
    assert said(needing.infer(AUTO, "--contract-needs-seconds=1")) == ["needs: 1 test run again 5 times"]


@pytest.mark.parametrize(
    ("due", "takes", "left", "counted_as", "reason"),
    [
        (8, 9.0, 10.0, None, ""),
        (8, 61.0, None, None, ""),
        (8, 11.0, 10.0, tally.LATE, "not inferred yet: the 60 seconds for re-runs were used up"),
        (8, 61.0, 10.0, tally.LONG, "its runs would take longer than the 60 seconds for re-runs"),
        (9, 61.0, 10.0, tally.STOPPED, "its answers have too many fields: 9 runs are due, 8 allowed"),
    ],
)
def test_runs_are_too_many_for_the_limit_for_what_is_left_or_for_ever(
    due: int, takes: float, left: float | None, counted_as: str | None, reason: str
) -> None:
    settings = NeedsSettings(mode="auto", most_runs=8, seconds=60.0)
    expected = None if counted_as is None else TooManyRuns(due=due, counted_as=counted_as, reason=reason)
    assert too_many_runs(due, takes, settings, left=left) == expected


@pytest.mark.parametrize("drawn", ["uuid.uuid4()", "random.random()"])
def test_a_request_that_differs_in_a_run_without_changes_is_told_with_what_to_do(needing: Needing, drawn: str) -> None:
    test = f"def test_new(contract_stub):\n    client.new(contract_stub('orders').url, str({drawn}))\n"
    needing.consumer(f"import random, uuid\n\n{test}", NEW)

    told = said(needing.infer(AUTO))

    assert told[1:] == [
        "test_shop.py::test_new asks createOrder something else each time it runs, so the contract changes each time: "
        "run once with --contract-check-deterministic, which makes rules of such values"
    ]


def test_a_test_that_draws_what_it_does_not_send_is_not_told_of(needing: Needing) -> None:
    needing.consumer(TOTAL.replace('ran("test")', "client.random.random()"), f"import random\n{CLIENT}")
    assert said(needing.infer(AUTO)) == ["needs: 1 test run again 5 times"]

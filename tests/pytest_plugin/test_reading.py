"""What a test reads of its answers: what it never reads costs one run, what it reads for nothing is told."""

from typing import Any

import pytest

from tests.pytest_plugin.conftest import Project

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.slow

CLIENT = """
import httpx

RUNS = []

def total(url):
    RUNS.append(1)
    order = httpx.get(f"{url}/orders/7").json()
    {looks}
    return order["total"]
"""

TEST = """
import client

def test_total(contract_stub):
    assert client.total(contract_stub("orders").url) is not None

def test_runs():
    assert len(client.RUNS) == {runs}
"""


def needs_of(project: Project) -> dict[str, Any]:
    (interaction,) = project.contract["interactions"]
    (evidence,) = interaction["comments"]["contractkit"]["evidence"]
    needs: dict[str, Any] = evidence["needs"]
    return needs


def run(project: Project, looks: str, *, runs: int) -> pytest.RunResult:
    project.write("client.py", CLIENT.replace("{looks}", looks))
    project.write("test_shop.py", TEST.replace("{runs}", str(runs)))
    return project.run_apart("--contract-needs=auto")


def test_what_is_never_read_is_dropped_in_one_run(project: Project) -> None:
    run(project, "pass", runs=5).assert_outcomes(passed=2)  # the first, control, unread, total, control
    needs = needs_of(project)
    assert [each["location"] for each in needs["needed"]] == ["response.body.total"]
    assert needs["untouched"] == ["response.body.coupon", "response.body.id", "response.body.note"]
    assert "weak" not in needs


def test_what_is_read_for_nothing_is_told_with_its_line(project: Project) -> None:
    result = run(project, "order['id']; order.get('coupon')", runs=8)
    needs = needs_of(project)
    assert needs["weak"] == ["response.body.coupon"]
    result.stdout.fnmatch_lines(
        ["test_shop.py:5 reads response.body.coupon of getOrder and passes without it: a weak assertion"]
    )


def test_what_the_cases_of_a_test_read_for_nothing_is_told_once(project: Project) -> None:
    project.write("client.py", CLIENT.replace("{looks}", "order.get('coupon')").replace("orders/7", "orders/{number}"))
    project.write("client.py", (project.path / "client.py").read_text().replace("total(url)", "total(url, number)"))
    project.write(
        "test_shop.py",
        "import client, pytest\n\n@pytest.mark.parametrize('number', [7, 8])\n"
        "def test_total(contract_stub, number):\n"
        "    assert client.total(contract_stub('orders').url, number) is not None\n",
    )
    told = [line for line in project.run_apart("--contract-needs=auto").outlines if "weak assertion" in line]
    assert told == ["test_shop.py:5 reads response.body.coupon of getOrder and passes without it: a weak assertion"]


@pytest.mark.parametrize(
    "looks", ["type(order)", "import orjson; orjson.dumps(order)"], ids=["a type is asked for", "compiled code looks"]
)
def test_where_reading_is_not_certain_every_field_counts_as_read(project: Project, looks: str) -> None:
    run(project, looks, runs=8).assert_outcomes(passed=2)
    needs = needs_of(project)
    assert "untouched" not in needs
    assert "weak" not in needs
    assert needs["tolerated"] == ["response.body.coupon", "response.body.id", "response.body.note"]

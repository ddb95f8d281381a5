"""Tests of a provider whose definition is elsewhere: locked by the first run, and the same for every later one."""

import json
from collections.abc import Iterator

import pytest
from contractkit_broker.server import running_broker

from contractkit.broker_client import open_broker, read_address
from contractkit.locking.lock_file import digest_of
from tests.locking.conftest import Site, serving
from tests.pytest_plugin.conftest import DEFINITION, SETTINGS, Project

pytestmark = pytest.mark.slow

pytest_plugins = ["pytester"]


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as found:
        found.pages["/orders.yaml"] = DEFINITION
        yield found


@pytest.fixture
def remote(project: Project, site: Site) -> Project:
    """A project whose orders are defined at a URL."""
    project.write("pyproject.toml", SETTINGS.replace("orders.yaml", f"{site.url}/orders.yaml"))
    project.tests(project.getting("test_one", 1) + project.getting("test_two", 2))
    return project


def sentence(site: Site) -> str:
    return (
        f"*contractkit.lock:0: UnlockedDefinitionWarning: orders: {site.url}/orders.yaml was not locked, "
        f"and is now at {digest_of(DEFINITION.encode())[:19]}; "
        "commit contractkit.lock and contractkit.locked"
    )


def test_the_first_run_locks_and_says_so(remote: Project, site: Site) -> None:
    result = remote.run()
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines([sentence(site)])
    assert remote.contract["metadata"]["contractkit"]["definition"]["source"] == f"{site.url}/orders.yaml"


def test_later_runs_need_nobody_and_say_nothing(remote: Project, site: Site) -> None:
    remote.run()
    before = remote.contract_bytes
    site.pages["/orders.yaml"] = DEFINITION.replace("total: {type: number}", "total: {type: string}")
    result = remote.run()
    result.assert_outcomes(passed=2)
    result.stdout.no_fnmatch_line("*was not locked*")
    assert (remote.contract_bytes, site.asked) == (before, ["/orders.yaml"])


def test_workers_lock_once_and_the_controller_says_so(remote: Project, site: Site) -> None:
    result = remote.run("-n", "2")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines([sentence(site)])
    assert len([line for line in result.outlines if "was not locked" in line]) == 1
    assert site.asked == ["/orders.yaml"]


def test_it_is_said_where_no_contract_is_written_too(remote: Project, site: Site) -> None:
    remote.run("--no-contracts").stdout.fnmatch_lines([sentence(site)])


def test_a_definition_that_is_neither_locked_nor_there_fails_the_test(remote: Project, site: Site) -> None:
    site.pages.clear()
    result = remote.run()
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines([f"E*The definition {site.url}/orders.yaml cannot be read.*"])


def test_a_copy_that_was_changed_fails_the_test(remote: Project) -> None:
    remote.run()
    remote.write("contractkit.locked/orders.yaml", DEFINITION.replace("Orders", "Others"))
    result = remote.run()
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["E*The copy of the definition of orders is not what is locked.*"])


def test_what_another_definition_recorded_is_told_where_its_tests_did_not_run(project: Project) -> None:
    project.tests(project.getting("test_one", 1) + project.getting("test_two", 2))
    project.run()
    project.write("orders.yaml", DEFINITION.replace("1.0.0", "1.0.1"))
    result = project.run("-k", "one")
    result.stdout.fnmatch_lines(
        [
            "*web-shop-orders.json:0: OutdatedRecordingWarning: orders: its definition has changed since 1 of the "
            "interactions in web-shop-orders.json was recorded by "
            "tests that did not pass in this run; run them, or see contractkit definitions refresh --check orders"
        ]
    )
    project.write("orders.yaml", DEFINITION.replace("1.0.0", "1.0.2"))
    project.run().stdout.no_fnmatch_line("*its definition has changed*")


def test_a_definition_named_in_a_test_is_read_as_it_is(project: Project, site: Site) -> None:
    project.tests(f"""
def test_order(contract_stub):
    orders = contract_stub("orders", definition="{site.url}/orders.yaml")
    assert httpx.get(orders.url + "/orders/1").status_code == 200
""")
    project.run().assert_outcomes(passed=1)
    assert not (project.path / "contractkit.lock").exists()


def test_the_lock_holds_only_what_was_used(remote: Project) -> None:
    remote.run()
    lock = json.loads((remote.path / "contractkit.lock").read_text())
    assert list(lock["providers"]) == ["orders"]


def test_a_definition_of_the_broker_may_be_named_in_a_test(project: Project) -> None:
    with running_broker(project.path / "broker.sqlite") as url:
        with open_broker(read_address(url)) as client:
            client.resources.publish_definition("orders", "1", DEFINITION.encode(), content_type="application/yaml")
        project.write("pyproject.toml", SETTINGS.replace("[tool.contractkit]", f'[tool.contractkit]\nbroker = "{url}"'))
        project.tests("""
def test_order(contract_stub):
    orders = contract_stub("orders", definition="broker:orders")
    assert httpx.get(orders.url + "/orders/1").status_code == 200
""")
        project.run().assert_outcomes(passed=1)
    assert project.contract["metadata"]["contractkit"]["definition"]["source"] == "broker:orders"

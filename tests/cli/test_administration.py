"""`environment`, `application` and `branch`: what is administered in a broker, and what is refused."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from contractkit_broker.server import running_broker

from contractkit.broker_client import Build, open_broker, read_address

Run = Callable[..., Any]
Keep = Callable[..., Path]

NO_NAME = "Nothing was said that is to change.\n\n"


@pytest.fixture
def at_broker(contractkit: Run, broker: str, tmp_path: Path, keep: Keep, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give a broker that holds web-shop 1.4.0, published on the branch main; the current directory is empty."""
    monkeypatch.setenv("CONTRACTKIT_BROKER", broker)
    monkeypatch.chdir(tmp_path)
    file = keep(tmp_path / "kept")
    assert contractkit("publish", str(file), "--version", "1.4.0", "--branch", "main").code == 0
    return broker


@pytest.fixture(scope="module")
def one_broker(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give a broker with web-shop and orders, for questions that change nothing."""
    file = shutil.copy(empty_database, tmp_path_factory.mktemp("one") / "broker.sqlite")
    with running_broker(file) as url, open_broker(read_address(url)) as client:
        client.record_branch(Build(application="web-shop", version="1.4.0", branch="main"))
        client.record_branch(Build(application="orders", version="8f2c1e4", branch="main"))
        yield url


def document_of(contractkit: Run, *arguments: str) -> Any:
    ended = contractkit(*arguments, "--format", "json")
    assert (ended.code, ended.err) == (0, "")
    document = json.loads(ended.out)
    assert document.pop("schema_version") == 1
    return document


def test_environments_are_listed(contractkit: Run, at_broker: str) -> None:
    assert contractkit("environment", "list").out == (
        "production   production       Production\ntest         not production   Test\n"
    )


def test_an_environment_is_created_changed_described_and_deleted(contractkit: Run, at_broker: str) -> None:
    ended = contractkit("environment", "create", "staging", "--contact", "Ada <ada@example.com>", "--contact", "#ops")
    assert (ended.code, ended.out) == (0, "The environment staging was created (not production).\n")
    ended = contractkit("environment", "update", "staging", "--name", "acceptance", "--production")
    assert ended.out == "The environment staging was changed (production), and is called acceptance.\n"
    assert contractkit("environment", "describe", "acceptance").out == (
        "acceptance (production)\n  ask Ada <ada@example.com>\n  ask #ops\n\nNothing is recorded to be there.\n"
    )
    ended = contractkit("environment", "delete", "acceptance", "--yes")
    assert ended.out == "The environment acceptance was deleted.\n"
    assert contractkit("environment", "describe", "acceptance").code == 2


def test_what_is_in_an_environment_is_shown(contractkit: Run, at_broker: str) -> None:
    for arguments in (("record-deployment", "--instance", "blue"), ("record-release",)):
        verb, *more = arguments
        assert contractkit(verb, "web-shop", "--version", "1.4.0", "--environment", "production", *more).code == 0
    assert contractkit("environment", "describe", "production").out == (
        "production (production)\n\n  web-shop 1.4.0   deployed   instance blue\n  web-shop 1.4.0   released\n"
    )
    document = document_of(contractkit, "environment", "describe", "production")
    assert [each.pop("since") is not None for each in document["deployed"]] == [True]
    assert document["deployed"] == [
        {"application": "web-shop", "version": "1.4.0", "environment": "production", "instance": "blue"}
    ]


def test_machines_read_environments_too(contractkit: Run, at_broker: str) -> None:
    document = document_of(contractkit, "environment", "create", "staging", "--display-name", "Before production")
    assert document.pop("uuid")
    assert document == {
        "name": "staging",
        "display_name": "Before production",
        "production": False,
        "contacts": [],
    }
    assert [each["name"] for each in document_of(contractkit, "environment", "list")["environments"]] == [
        "production",
        "staging",
        "test",
    ]


def test_an_environment_is_not_deleted_unasked_and_what_would_go_is_said(contractkit: Run, at_broker: str) -> None:
    contractkit("record-deployment", "web-shop", "--version", "1.4.0", "--environment", "production")
    ended = contractkit("environment", "delete", "production")
    assert (ended.code, ended.out, ended.err) == (
        2,
        "",
        "Nothing was deleted: every deployment and release in production would go with it.\n\n"
        "  there now   web-shop 1.4.0\n\n"
        "If that is meant: contractkit environment delete production --yes\n",
    )


def test_applications_are_listed_with_labels(contractkit: Run, at_broker: str) -> None:
    assert contractkit("application", "label", "web-shop", "mobile", "team a").out == (
        "web-shop has the labels mobile, team a.\n"
    )
    assert (
        contractkit("application", "list").out
        == "orders     no main branch\nweb-shop   main             mobile, team a\n"
    )
    assert contractkit("application", "list", "--label", "team a").out == "web-shop   main   mobile, team a\n"
    assert contractkit("application", "list", "--label", "desktop").out == "No application has the label desktop.\n"
    assert contractkit("application", "unlabel", "web-shop", "mobile", "team a").out == "web-shop has no labels.\n"


def test_an_application_is_created_and_changed(contractkit: Run, at_broker: str) -> None:
    url = "https://git.example/courier"
    ended = contractkit("application", "create", "courier/app", "--repository-url", url)
    assert (ended.code, ended.out) == (0, "The application courier/app was created.\n")
    ended = contractkit("application", "update", "courier/app", "--main-branch", "trunk")
    assert (ended.out, ended.err) == (
        "The application courier/app was changed. Its main branch is trunk.\n",
        "No version of courier/app was published on the branch trunk yet.\n",
    )
    assert document_of(contractkit, "application", "describe", "courier/app") == {
        "name": "courier/app",
        "display_name": None,
        "main_branch": "trunk",
        "repository_url": url,
        "labels": [],
        "branches": [],
        "deployed": [],
        "released": [],
    }


def test_an_application_is_described_with_its_whereabouts(contractkit: Run, at_broker: str) -> None:
    contractkit("record-deployment", "web-shop", "--version", "1.4.0", "--environment", "test", "--instance", "blue")
    contractkit("record-release", "web-shop", "--version", "1.4.0", "--environment", "production")
    assert contractkit("application", "describe", "web-shop").out == (
        "web-shop\n\n"
        "  main branch   main\n"
        "  branch        main, 1.4.0\n"
        "  deployed      1.4.0 in test, instance blue\n"
        "  released      1.4.0 in production\n"
    )


def test_an_application_is_not_deleted_unasked_and_what_is_in_use_is_said(contractkit: Run, at_broker: str) -> None:
    contractkit("record-deployment", "web-shop", "--version", "1.4.0", "--environment", "test")
    ended = contractkit("application", "delete", "web-shop")
    assert (ended.code, ended.err) == (
        2,
        "Nothing was deleted: every version, contract, result and deployment of web-shop would go with it.\n\n"
        "  in use   1.4.0 in test\n\n"
        "If that is meant: contractkit application delete web-shop --yes\n",
    )
    assert contractkit("application", "delete", "web-shop", "--yes").out == "The application web-shop was deleted.\n"
    assert contractkit("application", "describe", "web-shop").code == 2


def test_branches_are_listed_described_and_deleted(contractkit: Run, at_broker: str, tmp_path: Path) -> None:
    file = str(next((tmp_path / "kept").iterdir()))
    for version, branch in (("2", "feature/x"), ("3", "feature/y")):
        contractkit("publish", file, "--version", version, "--branch", branch)
    assert contractkit("branch", "list", "web-shop").out == (
        "feature/y   3\nfeature/x   2\nmain        1.4.0   main branch\n"
    )
    document = document_of(contractkit, "branch", "describe", "web-shop", "feature/x")
    assert document.pop("created_at") is not None
    assert document == {"application": "web-shop", "name": "feature/x", "head": "2", "is_main": False}
    ended = contractkit("branch", "delete", "web-shop", "feature/x", "feature/y")
    assert (ended.code, ended.out) == (
        0,
        "The branches were deleted: feature/x, feature/y. The versions of web-shop stay.\n",
    )
    assert contractkit("branch", "list", "web-shop").out == "main   1.4.0   main branch\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            "environment describe prodution",
            "The broker knows no environment named 'prodution'.\n\nDid you mean production?\n",
        ),
        (
            "environment update nowhere --production",
            "The broker knows no environment named 'nowhere'.\n\nKnown: production, test.\n",
        ),
        (
            "environment delete tset --yes",
            "The broker knows no environment named 'tset'.\n\nDid you mean test?\n",
        ),
        (
            "environment create test",
            "There is an environment named test already.\n\nTo change it: contractkit environment update test\n",
        ),
        (
            "environment update test --name production",
            "There is an environment named production already.\n\n"
            "To change it: contractkit environment update production\n",
        ),
        ("environment update test", f"{NO_NAME}Give --name, --production, --display-name or --contact.\n"),
        ("application update web-shop", f"{NO_NAME}Give --main-branch, --display-name or --repository-url.\n"),
        (
            "application describe web-shp",
            "The broker knows no application named 'web-shp'.\n\nDid you mean web-shop?\n",
        ),
        (
            "application update web-shp --main-branch main",
            "The broker knows no application named 'web-shp'.\n\nDid you mean web-shop?\n",
        ),
        (
            "application delete ordrs --yes",
            "The broker knows no application named 'ordrs'.\n\nDid you mean orders?\n",
        ),
        ("application label ordrs a", "The broker knows no application named 'ordrs'.\n\nDid you mean orders?\n"),
        ("application unlabel web-shop mobile", "web-shop has no label 'mobile'.\n"),
        (
            "application create web-shop",
            "There is an application named web-shop already.\n\n"
            "To change it: contractkit application update web-shop\n",
        ),
        ("branch list web-shp", "The broker knows no application named 'web-shp'.\n\nDid you mean web-shop?\n"),
        ("branch describe web-shop mian", "web-shop has no branch named 'mian'.\n\nDid you mean main?\n"),
        ("branch delete web-shop mian", "web-shop has no branch named 'mian'.\n\nDid you mean main?\n"),
        (
            "branch delete web-shop main",
            "Nothing was deleted: main is the main branch of web-shop.\n\n"
            "To make another one that first: contractkit application update web-shop --main-branch BRANCH\n",
        ),
    ],
)
def test_wrong_names_and_wrong_use_are_2(contractkit: Run, one_broker: str, arguments: str, message: str) -> None:
    ended = contractkit(*arguments.split(), "--broker", one_broker)
    assert (ended.code, ended.out, ended.err) == (2, "", message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("environment", "lst"), "Error: No such action: lst. There are create, delete, describe, list, update.\n"),
        (("branch", "create"), "Error: No such action: create. There are delete, describe, list.\n"),
        (("environment", "create", ""), "Invalid value for 'NAME': it is empty; is a variable not set?\n"),
        (("branch", "delete", "web-shop"), "Error: Missing argument 'NAMES...'.\n"),
        (("application", "list", "--format", "xml"), "'xml' is not one of 'text', 'json'.\n"),
    ],
)
def test_a_wrong_line_is_2_with_its_help(contractkit: Run, arguments: tuple[str, ...], message: str) -> None:
    ended = contractkit(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.endswith(message)


def test_an_environment_s_name_has_no_blanks(contractkit: Run) -> None:
    ended = contractkit("environment", "create", "pre production", "--broker", "http://broker.example")
    assert (ended.code, ended.err) == (
        2,
        "An environment cannot be called that.\n\n"
        "  expected   a name without blanks, such as production\n"
        '  received   "pre production"\n',
    )

"""`can-i-deploy` without a version's number: the broker looks up what a branch, a tag or the newest is."""

import shlex
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from contractkit.document import dump_contract
from contractkit.model import Contract

pytestmark = pytest.mark.slow

Run = Callable[..., Any]


@pytest.fixture
def history(broker: str, monkeypatch: pytest.MonkeyPatch, an_order: Callable[..., Contract]) -> str:
    """Give a broker that knows three versions of web-shop, of which the one on main is neither newest nor tagged."""
    monkeypatch.setenv("CONTRACTKIT_BROKER", broker)
    with httpx.Client(base_url=broker) as client:
        for number, branch in (("1", "feat/x"), ("2", "main"), ("3", "feat/y")):
            pact = f"/pacts/provider/orders/consumer/web-shop/version/{number}"
            assert client.put(pact, content=dump_contract(an_order(path=f"/orders/{number}"))).is_success
            at = f"/pacticipants/web-shop/branches/{branch.replace('/', '%2F')}/versions/{number}"
            assert client.put(at, json={}).is_success
        client.put("/pacticipants/web-shop/versions/1/tags/prod", json={})
    return broker


@pytest.mark.parametrize(
    ("way", "version", "which"),
    [
        (("--branch", "feat/x"), "1", "the head of feat/x"),
        (("--main-branch",), "2", "the head of the main branch"),
        (("--tag", "prod"), "1", "the newest tagged prod"),
        (("--latest",), "3", "the newest"),
    ],
)
def test_the_broker_looks_a_version_up(
    contractkit: Run, history: str, way: tuple[str, ...], version: str, which: str
) -> None:
    ended = contractkit("can-i-deploy", "web-shop", *way, "--to-environment", "production")
    assert (ended.code, ended.err) == (1, f"web-shop {version} is {which}.\n")
    assert ended.out.splitlines()[0] == f"It is unknown whether web-shop {version} can be deployed to production."


def test_before_a_merge_the_heads_of_all_main_branches_count(contractkit: Run, history: str) -> None:
    arguments = ("--branch", "feat/y", "--to-main-branches", "--explain-selection")
    before = contractkit("can-i-deploy", "web-shop", *arguments)
    assert before.code == 1
    with httpx.Client(base_url=history) as client:
        client.put("/pacticipants/orders/branches/main/versions/8", json={})
        pact = client.get("/pacts/provider/orders/consumer/web-shop/version/3").json()
        result = {"success": True, "providerApplicationVersion": "8"}
        client.post(pact["_links"]["pb:publish-verification-results"]["href"], json=result)
    after = contractkit("can-i-deploy", "web-shop", *arguments)
    assert (after.code, after.out.splitlines()[0]) == (
        0,
        "web-shop 3 can be deployed to the heads of the main branches.",
    )
    assert after.err == (
        "web-shop 3 is the head of feat/y.\n"
        "What was compared\n\n"
        "  asked      web-shop 3\n"
        "  with       the heads of the main branches\n"
        "  compared   web-shop 3 with orders 8, which is the head of its main branch and is called by it\n\n"
    )


WAYS = "Give --version V, or have the broker look it up: --branch NAME, --main-branch, --tag NAME, --latest"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("web-shop --to-environment test", f"It is not said which version.\n\n{WAYS}\n"),
        (
            "web-shop --version 1 --branch main --to-environment test",
            "--version and --branch cannot be given together: each says which version.\n",
        ),
        (
            "web-shop --latest --tag a --main-branch --to-environment test",
            "--main-branch and --tag and --latest cannot be given together: each says which version.\n",
        ),
        ("web-shop@1 orders --to-environment test", f"It is not said which version.\n\n{WAYS}\n"),
        ("web-shop@ --to-environment test", f"It is not said which version.\n\n{WAYS}\n"),
        (
            "web-shop@1 web-shop@2 --to-environment test",
            "web-shop is named twice: one version of an application can be asked about at a time.\n\n"
            "  version   1\n  version   2\n",
        ),
        ("web-shop --branch main", "It is not said where to.\n\nName an environment: --to-environment NAME\n"),
        (
            "web-shop --branch main --to-main-branches --to prod",
            "--to and --to-main-branches cannot be given together.\n",
        ),
        (
            "web-shop web-shop --branch main --to-environment test",
            "web-shop is named twice: one version of an application can be asked about at a time.\n\n"
            "  version   --branch\n  version   --branch\n",
        ),
        (
            "web-shop --branch mian --to-environment test",
            "web-shop has no branch named 'mian'.\n\nDid you mean main?\n",
        ),
        (
            "webshop --branch main --to-environment test",
            "The broker knows no application named 'webshop'.\n\nDid you mean web-shop?\n",
        ),
        (
            "web-shop --branch main --to-environment test --ignore-version orders ''",
            "--ignore-version has an empty value; is a variable not set?\n",
        ),
        ("web-shop --tag live --to-environment test", "No version of web-shop has the tag live.\n"),
        (
            "web-shop@1 --version 3 --to-environment test",
            "The broker knows no application named 'web-shop@1'; is 1 its version? --version says one already.\n\n"
            "Write web-shop, or leave out --version.\n",
        ),
        ("orders --latest --to-environment test", "orders has no version yet.\n"),
        (
            "orders --main-branch --to-environment test",
            "The broker does not know the main branch of orders.\n\n"
            "Say which it is: contractkit application update orders --main-branch NAME\n",
        ),
    ],
)
def test_wrong_use_is_told(contractkit: Run, history: str, arguments: str, message: str) -> None:
    ended = contractkit("can-i-deploy", *shlex.split(arguments))
    assert (ended.code, ended.out, ended.err) == (2, "", message)


def test_an_empty_branch_is_an_unset_variable(contractkit: Run, history: str) -> None:
    ended = contractkit("can-i-deploy", "web-shop", "--branch", "", "--to-environment", "test")
    assert (ended.code, ended.err.splitlines()[-1]) == (
        2,
        "Error: Invalid value for '--branch': it is empty; is a variable not set?",
    )


def test_one_version_of_an_application_may_be_left_out_of_the_decision(contractkit: Run, history: str) -> None:
    with httpx.Client(base_url=history) as client:
        client.put("/pacticipants/orders/versions/8", json={})
        environments = client.get("/environments?name=production").json()["_embedded"]["environments"]
        for application, version in (("orders", "8"), ("web-shop", "1")):
            at = f"/pacticipants/{application}/versions/{version}/deployed-versions/environment"
            assert client.post(f"{at}/{environments[0]['uuid']}", json={}).is_success
    question = ("orders", "--version", "8", "--to-environment", "production")
    codes = [
        contractkit("can-i-deploy", *question, *more).code
        for more in ((), ("--ignore-version", "web-shop", "2"), ("--ignore-version", "web-shop", "1"))
    ]
    assert codes == [1, 1, 0]

"""From publish to deployment: what a pipeline asks of the broker, in order."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contractkit.broker_client import open_broker, read_address

Run = Callable[..., Any]
Keep = Callable[..., Path]


@pytest.fixture
def published(contractkit: Run, provider: Path, broker: str, keep: Keep, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give a broker that holds web-shop 1.4.0's contract with orders."""
    monkeypatch.setenv("CONTRACTKIT_BROKER", broker)
    file = keep(provider / "consumer")
    assert contractkit("publish", str(file), "--version", "1.4.0", "--branch", "main").code == 0
    return broker


def verify(contractkit: Run, version: str, *more: str) -> Any:
    return contractkit(
        "verify",
        "orders",
        "--provider-version",
        version,
        "--branch",
        "main",
        "--publish",
        "--build-url",
        "http://ci/1",
        *more,
    )


def can_deploy(contractkit: Run, *more: str) -> Any:
    return contractkit("can-i-deploy", "orders", "--version", "2.0.0", "--to-environment", "production", *more)


def deploy_consumer(contractkit: Run) -> Any:
    return contractkit("record-deployment", "web-shop", "--version", "1.4.0", "--environment", "production")


def test_results_are_published_for_the_version(contractkit: Run, published: str) -> None:
    ended = verify(contractkit, "2.0.0")
    assert ended.code == 0
    assert f"web-shop: published as passed by orders 2.0.0: {published}/" in ended.err


def test_a_verified_version_may_be_deployed(contractkit: Run, published: str) -> None:
    assert deploy_consumer(contractkit).out == "web-shop 1.4.0 is deployed to production.\n"
    verify(contractkit, "2.0.0")
    ended = can_deploy(contractkit)
    assert (ended.code, ended.out.splitlines()[0]) == (0, "orders 2.0.0 can be deployed to production.")


def test_a_broken_version_may_not_and_says_why(contractkit: Run, published: str, provider: Path) -> None:
    deploy_consumer(contractkit)
    source = provider / "shop_app.py"
    source.write_text(source.read_text().replace("total = 12.5", 'total = "12.5"'))
    assert verify(contractkit, "2.0.0").code == 1
    ended = can_deploy(contractkit)
    assert ended.code == 1
    assert ended.out.startswith(
        "orders 2.0.0 cannot be deployed to production.\n\n  web-shop 1.4.0   failed   1 of 1 interaction (result "
    )
    look, again = ended.out.splitlines()[-2:]
    assert look.startswith(f"To see the failure: {published}/ui/results/")
    assert again == "To see it again, where orders is built: contractkit verify orders --consumer web-shop"


def test_a_pending_contract_blocks_nobody(contractkit: Run, published: str, provider: Path) -> None:
    source = provider / "shop_app.py"
    source.write_text(source.read_text().replace("total = 12.5", 'total = "12.5"'))
    ended = verify(contractkit, "2.0.0", "--pending")
    assert ended.code == 0
    assert "\n\n  web-shop   1 failed   (pending: blocks nobody)\n\nPending: web-shop cannot use" in ended.out
    assert "web-shop: published as failed by orders 2.0.0:" in ended.err


def test_an_unverified_version_is_unknown_with_the_next_command(contractkit: Run, published: str) -> None:
    deploy_consumer(contractkit)
    with open_broker(read_address(published)) as client:
        client.resources.publish_definition("orders", "2.0.0", b"openapi: 3.1.0", content_type="application/yaml")
    ended = can_deploy(contractkit)
    assert (ended.code, ended.out) == (
        1,
        "It is unknown whether orders 2.0.0 can be deployed to production.\n\n"
        "  web-shop 1.4.0   unknown   its contract has not been verified by this version\n\n"
        "To settle the unknown: contractkit verify orders --consumer web-shop --provider-version 2.0.0 --publish\n",
    )


def test_an_unknown_version_is_no(contractkit: Run, published: str) -> None:
    ended = can_deploy(contractkit)
    assert ended.code == 1
    assert "No version 2.0.0 of orders is known here." in ended.out


def test_a_dry_run_says_it_and_ends_with_0(contractkit: Run, published: str) -> None:
    ended = can_deploy(contractkit, "--dry-run")
    assert (ended.code, ended.err) == (0, "\nThis was a dry run: the exit code is 0 whatever the answer.\n")


def test_machines_read_the_answer(contractkit: Run, published: str) -> None:
    deploy_consumer(contractkit)
    verify(contractkit, "2.0.0")
    document = json.loads(can_deploy(contractkit, "--format", "json").out)
    assert (document["schema_version"], document["answer"]) == (1, "yes")
    assert [each["reason"] for each in document["reasons"]] == ["verified"]


def test_asking_again_while_unknown(contractkit: Run, published: str) -> None:
    deploy_consumer(contractkit)
    with open_broker(read_address(published)) as client:
        client.resources.publish_definition("orders", "2.0.0", b"openapi: 3.1.0", content_type="application/yaml")
    ended = can_deploy(contractkit, "--retry-while-unknown", "2", "--retry-interval", "0")
    assert ended.err.startswith(
        "Unknown as yet; asking again in 0 s (2 more).\nUnknown as yet; asking again in 0 s (1 more).\n"
    )


def test_the_definition_goes_with_the_version(contractkit: Run, published: str, provider: Path) -> None:
    (provider / "openapi.yaml").write_text("openapi: 3.1.0\n")
    ended = verify(contractkit, "2.0.0", "--definition", "openapi.yaml")
    assert "The definition of orders 2.0.0 was published.\n" in ended.err
    with open_broker(read_address(published)) as client:
        stored = client.resources.definition("orders")
    assert (stored.data, stored.content_type) == (b"openapi: 3.1.0\n", "application/yaml")


def test_a_part_of_a_contract_is_not_a_verification(
    contractkit: Run, published: str, provider: Path, keep: Keep, an_order: Run
) -> None:
    [one] = an_order().interactions
    two = replace(an_order(), interactions=(one, replace(one, key="other", description="another")))
    contractkit("publish", str(keep(provider / "consumer", two)), "--version", "1.5.0", "--branch", "main")
    ended = verify(contractkit, "2.0.0", "--interaction", "another")
    assert ended.code == 0
    assert ended.err.endswith("web-shop: not published, since not every interaction of its contract was replayed.\n")


def test_what_could_not_be_judged_is_not_published(
    contractkit: Run, published: str, provider: Path, keep: Keep, a_state: Any
) -> None:
    file = keep(provider / "consumer", a_state("order exists"))
    contractkit("publish", str(file), "--version", "1.5.0", "--branch", "main")
    ended = verify(contractkit, "2.0.0")
    assert ended.code == 1
    assert "web-shop: not published, since not every interaction of its contract could be judged.\n" in ended.err


def test_an_unknown_environment_suggests_the_nearest(contractkit: Run, published: str) -> None:
    ended = contractkit("record-deployment", "web-shop", "--version", "1.4.0", "--environment", "prodution")
    assert (ended.code, ended.err) == (
        2,
        "The broker knows no environment named 'prodution'.\n\nDid you mean production?\n",
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("can-i-deploy", "web-shp", "--version", "1.4.0", "--to-environment", "production"),
        ("record-deployment", "web-shp", "--version", "1.4.0", "--environment", "production"),
    ],
)
def test_an_unknown_application_suggests_the_nearest(contractkit: Run, published: str, arguments: list[str]) -> None:
    ended = contractkit(*arguments)
    assert (ended.code, ended.out, ended.err) == (
        2,
        "",
        "The broker knows no application named 'web-shp'.\n\nDid you mean web-shop?\n",
    )


def test_a_selector_that_chooses_nothing_is_named(contractkit: Run, published: str, provider: Path) -> None:
    ended = contractkit("verify", "orders", "--selector", "branch=nope")
    assert (ended.code, ended.err) == (
        3,
        "The broker has no contract with orders of what was asked for, so nothing was verified.\n\n"
        "  asked for   the newest version on the branch nope of each consumer\n\n"
        "Publish one of them, or ask for other versions of consumers with --selector.\n",
    )


def test_an_unknown_provider_is_nothing_to_check_with_the_nearest(
    contractkit: Run, published: str, provider: Path
) -> None:
    ended = contractkit("verify", "ordrs", "--app", "shop_app:app")
    assert (ended.code, ended.err) == (
        3,
        "There is no contract with ordrs, so nothing was verified.\n\nDid you mean orders?\n",
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("can-i-deploy", "", "--version", "1", "--to-environment", "production"),
        ("can-i-deploy", "web-shop", "--version", "", "--to-environment", "production"),
        ("can-i-deploy", "web-shop", "--version", "1", "--to-environment", ""),
        ("can-i-deploy", "web-shop", "--version", "1", "--to-environment", "production", "--ignore", ""),
        ("record-deployment", "web-shop", "--version", "", "--environment", "production"),
        ("publish", "--version", ""),
        ("verify", "orders", "--provider-version", ""),
        ("init", ""),
        ("stub", ""),
    ],
)
def test_a_variable_that_is_not_set_is_not_taken_for_a_value(contractkit: Run, arguments: list[str]) -> None:
    ended = contractkit(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert "it is empty; is a variable not set?" in ended.err


def test_a_definition_that_is_not_there_is_told_before_anything_runs(
    contractkit: Run, published: str, provider: Path
) -> None:
    ended = verify(contractkit, "2.0.0", "--definition", "absent.yaml")
    assert (ended.code, ended.out) == (2, "")
    assert "The definition cannot be read.\n" in ended.err
    assert "Replaying" not in ended.err


def test_a_version_that_nobody_published_cannot_be_recorded(contractkit: Run, published: str) -> None:
    ended = contractkit("record-deployment", "web-shop", "--version", "9", "--environment", "production")
    assert (ended.code, ended.err) == (
        2,
        "The broker knows no version 9 of web-shop.\n\nPublish its contracts, or its verification results, first.\n",
    )


def test_a_deployment_of_an_instance_is_recorded(contractkit: Run, published: str) -> None:
    ended = contractkit(
        "record-deployment", "web-shop", "--version", "1.4.0", "--environment", "production", "--instance", "blue"
    )
    assert ended.out == "web-shop 1.4.0 is deployed to production, instance blue.\n"


def test_nothing_to_verify_is_3(contractkit: Run, provider: Path, broker: str) -> None:
    ended = contractkit("verify", "orders", "--broker", broker)
    assert (ended.code, ended.err) == (3, "There is no contract with orders, so nothing was verified.\n")


def test_stored_contracts_are_given_as_they_were_published(contractkit: Run, published: str, provider: Path) -> None:
    with open_broker(read_address(published)) as client:
        [stored] = client.resources.contracts_of("orders")
        data = client.resources.contract_file(stored)
    assert (stored.consumer, stored.consumer_versions[0].number) == ("web-shop", "1.4.0")
    assert data == (provider / "consumer" / "web-shop-orders.json").read_bytes()


def test_what_runs_no_longer_is_recorded(contractkit: Run, published: str) -> None:
    deploy_consumer(contractkit)
    arguments = ("record-undeployment", "web-shop", "--environment", "production")
    assert contractkit(*arguments).out == "web-shop 1.4.0 in production is no longer deployed.\n"
    ended = contractkit(*arguments)
    assert (ended.code, ended.out, ended.err) == (2, "", "web-shop is not deployed to production.\n")


def test_an_instance_is_undeployed_by_its_name_or_with_all(contractkit: Run, published: str) -> None:
    where = ("--version", "1.4.0", "--environment", "production")
    for instance in ("blue", "green", "red"):
        contractkit("record-deployment", "web-shop", *where, "--instance", instance)
    undeploy = ("record-undeployment", "web-shop", "--environment", "production")
    assert contractkit(*undeploy, "--instance", "blue").out == (
        "web-shop 1.4.0 in production, instance blue is no longer deployed.\n"
    )
    ended = contractkit(*undeploy)
    assert (ended.code, ended.err) == (
        2,
        "web-shop is deployed to production as instances with names, and none was named.\n\n"
        "  instance   green, 1.4.0\n"
        "  instance   red, 1.4.0\n\n"
        "Name one with --instance, or give --all-instances.\n",
    )
    document = json.loads(contractkit(*undeploy, "--all-instances", "--format", "json").out)
    assert [each["instance"] for each in document["ended"]] == ["green", "red"]


def test_another_version_than_the_one_named_is_not_undeployed(contractkit: Run, published: str) -> None:
    deploy_consumer(contractkit)
    ended = contractkit("record-undeployment", "web-shop", "--environment", "production", "--version", "1.3.9")
    assert (ended.code, ended.err) == (
        2,
        "Nothing was recorded: web-shop 1.3.9 is not what runs in production.\n\n"
        "  runs there   web-shop 1.4.0 in production\n",
    )


def test_a_release_is_recorded_once_and_its_support_ends(contractkit: Run, published: str) -> None:
    arguments = ("web-shop", "--version", "1.4.0", "--environment", "production")
    assert contractkit("record-release", *arguments).out == "web-shop 1.4.0 is released to production.\n"
    again = contractkit("record-release", *arguments)
    assert again.out == "web-shop 1.4.0 is released to production, as was recorded before.\n"
    ended = contractkit("record-support-ended", *arguments)
    assert (ended.code, ended.out) == (0, "web-shop 1.4.0 is no longer supported in production.\n")
    assert contractkit("record-support-ended", *arguments).err == (
        "web-shop 1.4.0 is not among what is released to production and supported.\n\n"
        "  supported there   no version of it\n"
    )


def test_machines_read_what_was_recorded(contractkit: Run, published: str) -> None:
    where = ("--version", "1.4.0", "--environment", "production", "--instance", "blue")
    document = json.loads(contractkit("record-deployment", "web-shop", *where, "--format", "json").out)
    assert document["recorded"].pop("since") is not None
    assert document == {
        "schema_version": 1,
        "is_new": True,
        "recorded": {
            "application": "web-shop",
            "version": "1.4.0",
            "environment": "production",
            "instance": "blue",
        },
    }


def test_applications_of_one_repository_are_asked_about_together(
    contractkit: Run, published: str, provider: Path
) -> None:
    verify(contractkit, "2.0.0")
    alone = contractkit("can-i-deploy", "web-shop", "--version", "1.4.0", "--to-environment", "production")
    assert (alone.code, alone.out.splitlines()[2]) == (
        1,
        "  orders   unknown   it has never been deployed to production",
    )
    arguments = ("--version", "1.4.0", "--with", "orders", "2.0.0", "--to-environment", "production")
    together = contractkit("can-i-deploy", "web-shop", *arguments, "--explain-selection")
    written = ("web-shop@1.4.0", "orders@2.0.0", *arguments[5:])
    assert contractkit("can-i-deploy", *written, "--explain-selection") == together
    assert (together.code, together.out.splitlines()[0]) == (
        0,
        "web-shop 1.4.0 and orders 2.0.0 can be deployed to production.",
    )
    assert together.err == (
        "What was compared\n\n"
        "  asked      web-shop 1.4.0\n"
        "  asked      orders 2.0.0\n"
        "  with       what is deployed or released to production now\n"
        "  compared   web-shop 1.4.0 with orders 2.0.0, both were asked about\n\n"
    )


def test_a_tag_stands_for_a_place_where_tags_are_used(contractkit: Run, published: str) -> None:
    ended = contractkit("can-i-deploy", "web-shop", "--version", "1.4.0", "--to", "prod", "--explain-selection")
    assert (ended.code, ended.out.splitlines()[0]) == (
        1,
        "It is unknown whether web-shop 1.4.0 can be deployed to the newest versions tagged prod.",
    )
    assert ended.err == (
        "What was compared\n\n"
        "  asked      web-shop 1.4.0\n"
        "  with       the newest versions tagged prod\n"
        "  compared   web-shop 1.4.0, whose contract asks for orders: no version of it has the tag prod\n\n"
    )


def test_an_unknown_is_waited_for_as_long_as_asked(contractkit: Run, published: str) -> None:
    arguments = ("--to-environment", "production", "--wait", "0.01", "--retry-interval", "0.01")
    ended = contractkit("can-i-deploy", "web-shop", "--version", "1.4.0", *arguments)
    assert (ended.code, ended.err.startswith("Unknown as yet; asking again in ")) == (1, True)


def test_what_was_selected_for_verification_is_explained(contractkit: Run, published: str, provider: Path) -> None:
    ended = contractkit("verify", "orders", "--selector", "mainBranch", "--explain-selection", "--branch", "main")
    assert ended.code == 0
    assert ended.err.startswith(
        "What was selected\n\n"
        "  asked for   the newest version on the main branch of each consumer\n"
        "  selected    web-shop: web-shop 1.4.0 is verified because it is the newest of the main branch.\n\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            "can-i-deploy web-shop --version 1",
            "It is not said where to.\n\nName an environment: --to-environment NAME\n",
        ),
        (
            "can-i-deploy web-shop --version 1 --to-environment a --to b",
            "--to-environment and --to cannot be given together.\n",
        ),
        (
            "can-i-deploy web-shop orders web-shop --version 1 --to-environment test",
            "web-shop is named twice: one version of an application can be asked about at a time.\n\n"
            "  version   1\n  version   1\n",
        ),
        (
            "can-i-deploy web-shop --version 1 --with web-shop 2 --to-environment test",
            "web-shop is named twice: one version of an application can be asked about at a time.\n\n"
            "  version   1\n  version   2\n",
        ),
        (
            "can-i-deploy web-shop --version 1 --to-environment test --wait 1 --retry-while-unknown 1",
            "--retry-while-unknown and --wait cannot be given together.\n",
        ),
        (
            "can-i-deploy web-shop nobody --version 1.4.0 --to-environment test",
            "The broker knows no application named 'nobody'.\n\nKnown: orders, web-shop.\n",
        ),
        (
            "record-undeployment web-shop --environment test --instance a --all-instances",
            "--instance and --all-instances cannot be given together.\n",
        ),
        (
            "record-undeployment web-shp --environment test",
            "The broker knows no application named 'web-shp'.\n\nDid you mean web-shop?\n",
        ),
        (
            "record-undeployment web-shop --environment tset",
            "The broker knows no environment named 'tset'.\n\nDid you mean test?\n",
        ),
        (
            "record-undeployment web-shop --environment test --instance blue",
            "web-shop is not deployed to test, instance blue.\n",
        ),
        (
            "record-release web-shop --version 1.4.0 --environment tset",
            "The broker knows no environment named 'tset'.\n\nDid you mean test?\n",
        ),
        (
            "record-release web-shop --version 9 --environment test",
            "The broker knows no version 9 of web-shop.\n\n"
            "Publish its contracts, or its verification results, first.\n",
        ),
        (
            "record-support-ended web-shp --version 1.4.0 --environment test",
            "The broker knows no application named 'web-shp'.\n\nDid you mean web-shop?\n",
        ),
        (
            "verify orders --selector mainBranch=yes",
            "A selector cannot be used.\n\n"
            '  selector   mainBranch=yes\n  expected   mainBranch=true\n  received   "yes"\n\n'
            "Write mainBranch.\n",
        ),
        (
            "verify orders --selector environment",
            "A selector cannot be used.\n\n"
            "  selector   environment\n  expected   environment=a name\n  received   true\n\n"
            "Write environment=NAME.\n",
        ),
    ],
)
def test_wrong_use_is_2(contractkit: Run, published: str, arguments: str, message: str) -> None:
    ended = contractkit(*arguments.split())
    assert (ended.code, ended.out, ended.err) == (2, "", message)


def test_a_variable_ignores_applications_and_the_command_says_so(
    contractkit: Run, published: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy_consumer(contractkit)
    with open_broker(read_address(published)) as client:
        client.resources.publish_definition("orders", "2.0.0", b"openapi: 3.1.0", content_type="application/yaml")
    assert can_deploy(contractkit).code == 1
    monkeypatch.setenv("PACT_BROKER_CAN_I_DEPLOY_IGNORE", "courier, web-shop")
    ended = can_deploy(contractkit)
    assert (ended.code, ended.out.splitlines()[0]) == (0, "orders 2.0.0 can be deployed to production.")
    assert ended.err.startswith("Ignored because of PACT_BROKER_CAN_I_DEPLOY_IGNORE: courier, web-shop.\n")


def test_a_variable_makes_a_dry_run_if_it_says_true_or_false(
    contractkit: Run, published: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = {}
    for said in ("true", "false", "", "maybe"):
        monkeypatch.setenv("PACT_BROKER_CAN_I_DEPLOY_DRY_RUN", said)
        codes[said] = can_deploy(contractkit)
    assert [ended.code for ended in codes.values()] == [0, 1, 1, 2]
    assert codes["true"].err.endswith("This was a dry run: the exit code is 0 whatever the answer.\n")
    assert codes["maybe"].err == (
        'PACT_BROKER_CAN_I_DEPLOY_DRY_RUN cannot be understood.\n\n  expected   true or false\n  received   "maybe"\n'
    )

"""`contractkit impact` against a real broker: its contracts, and its definition where OLD is left out."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from contractkit_broker.server import running_broker

from contractkit.broker_client import Build, open_broker, read_address
from contractkit.broker_client.records import ContractUpload
from contractkit.cli.main import run
from contractkit.document import dump_contract
from contractkit.exact_json import read_json
from contractkit.model import Contract

pytestmark = pytest.mark.slow


@pytest.fixture
def broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old_document: Any, contract: Contract) -> Iterator[str]:
    """A broker with the definition of orders and two consumers, one of them in production; gives its URL."""
    monkeypatch.chdir(tmp_path)
    Path("old.yaml").write_text(yaml.safe_dump(old_document))
    del old_document["components"]["schemas"]["Order"]["properties"]["note"]
    Path("new.yaml").write_text(yaml.safe_dump(old_document))
    courier = replace(contract, consumer="courier", interactions=contract.interactions[:1])
    with running_broker(tmp_path / "broker.sqlite") as url, open_broker(read_address(url)) as client:
        for each, version in ((contract, "4.1.0"), (courier, "2.9.3")):
            upload = ContractUpload(consumer=each.consumer, provider="orders", data=dump_contract(each))
            client.publish(Build(application=each.consumer, version=version, branch="main"), [upload])
        data = Path("old.yaml").read_bytes()
        client.resources.publish_definition("orders", "1", data, content_type="application/yaml")
        client.occupancies.deploy("courier", "2.9.3", "production")
        yield url


@pytest.fixture
def ask(broker: str, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run the verb against the broker; give exit code, standard output and standard error."""

    def command(*arguments: str) -> tuple[int, str, str]:
        code = run(["impact", *arguments, "--broker", broker])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


def test_the_broker_knows_contracts_and_the_old_definition(ask: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = ask("new.yaml", "--provider", "orders")
    assert code == 1
    assert "  courier 2.9.3 (production)   unaffected   1 interaction\n" in out
    assert "web-shop 4.1.0 can no longer use the answer of getOrder.\n" in out
    assert "  old           orders@main:" in out


def test_an_environment_leaves_the_others_out(ask: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = ask("old.yaml", "new.yaml", "--provider", "orders", "--environment", "production")
    assert (code, out.splitlines()[-1][:28]) == (0, "Of 1 contract: 1 unaffected;")


def test_consumers_are_supposed_to_run_where_they_do_not_yet(ask: Callable[..., tuple[int, str, str]]) -> None:
    place = ("old.yaml", "new.yaml", "--provider", "orders", "--environment", "production")
    code, out, _ = ask(*place, "--what-if-deployed", "web-shop", "4.1.0", "--what-if-undeployed", "courier")
    assert (code, out.splitlines()[-1]) == (1, "Of 1 contract: 1 broken.")
    assert out.splitlines()[0] == (
        "What becomes of the consumers if old.yaml becomes new.yaml, supposed that in production web-shop 4.1.0 is "
        "there and in production courier is not there:"
    )
    assert ask(*place)[0] == 0
    assert ask(*place, "--what-if-deployed", "orders", "2") == (
        2,
        "",
        "orders is asked about and supposed to be there at once.\n\n"
        "Leave it out of what is supposed; what is asked about counts at its own version.\n",
    )


PRODUCTION = ("--provider", "orders", "--environment", "production")


def test_a_name_that_the_broker_does_not_know_is_told(ask: Callable[..., tuple[int, str, str]]) -> None:
    known = "The broker knows no"
    told = {
        ("--provider", "ordrs"): f"{known} application named 'ordrs'.\n\nDid you mean orders or courier?\n",
        (*PRODUCTION[:3], "prodution"): f"{known} environment named 'prodution'.\n\nDid you mean production?\n",
        (*PRODUCTION[:2], "--branch", "mian"): f"{known} branch named 'mian'.\n\nDid you mean main?\n",
        (*PRODUCTION, "--what-if-undeployed", "curier"): (
            f"{known} application named 'curier'.\n\nDid you mean courier or orders?\n"
        ),
        (*PRODUCTION, "--what-if-deployed", "web-shop", "9"): (
            f"{known} version 9 of web-shop.\n\nPublish its contracts, or its verification results, first.\n"
        ),
    }
    assert {asked: ask("old.yaml", "new.yaml", *asked) for asked in told} == {
        asked: (2, "", said) for asked, said in told.items()
    }


def test_that_there_is_no_contract_names_what_was_asked_for(
    ask: Callable[..., tuple[int, str, str]], broker: str
) -> None:
    assert ask("old.yaml", "new.yaml", *PRODUCTION, "--what-if-undeployed", "courier") == (
        3,
        "",
        "There is no contract to look at, so nothing can be said of who breaks.\n"
        "\n"
        f"  looked in     {broker}\n"
        "  provider      orders\n"
        "  environment   production\n"
        "  supposed      courier is not there\n"
        "\n"
        "Publish the consumers' contracts: contractkit publish, or ask more widely: leave out --environment and what "
        "is supposed\n",
    )


def test_a_provider_that_nobody_calls_is_nothing_to_check(ask: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = ask("old.yaml", "new.yaml", "--provider", "courier")
    assert (code, out) == (3, "")
    assert err.startswith("There is no contract to look at, so nothing can be said of who breaks.\n")


def test_an_answer_is_shared_by_the_address_of_its_page(ask: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = ask("new.yaml", "--provider", "orders", "--share")
    (address,) = re.fullmatch(r"To share: (http://127\.0\.0\.1:\d+/ui/impact/[0-9a-f-]{36})\n", err).groups()  # type: ignore[union-attr]
    page = httpx.get(address).text
    assert (code, "web-shop 4.1.0 can no longer use the answer of getOrder." in page) == (1, True)
    assert f"<b>{out.splitlines()[-1]}</b>" in page


def test_exemptions_are_sent_along_with_an_answer_that_is_shared(ask: Callable[..., tuple[int, str, str]]) -> None:
    _, out, _ = ask("new.yaml", "--provider", "orders", "--format", "json")
    [shop] = [each for each in read_json(out)["consumers"] if each["consumer"] == "web-shop"]
    found = [finding["fingerprint"] for each in shop["interactions"] for finding in each["findings"]]
    said = f'reason = "not shown"\nowner = "shop"\nexpires = {date.today() + timedelta(days=30)}\n'
    Path("contractkit-exemptions.toml").write_text(
        "".join(f'[[exemption]]\nfingerprint = "{f}"\n{said}' for f in found)
    )
    code, out, err = ask("new.yaml", "--provider", "orders", "--share")
    page = httpx.get(err.removeprefix("To share: ").strip()).text
    assert (code, page.count("not shown"), f"<b>{out.splitlines()[-1]}</b>" in page) == (0, len(found), True)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            ("old.yaml", "new.yaml", "--replay", "--publish"),
            "--share: a broker keeps the answer, and none is asked.\n\n"
            "Have it give the contracts: --broker URL --provider NAME, without --contracts and --replay.\n",
        ),
        (
            ("new.yaml", "--provider", "orders", "--environment", "production", "--what-if-undeployed", "courier"),
            "--share excludes --what-if-deployed and --what-if-undeployed: a page tells what is so.\n\n"
            "Leave --share out, or what is supposed.\n",
        ),
    ],
)
def test_what_no_page_tells_is_not_shared(
    ask: Callable[..., tuple[int, str, str]], asked: tuple[str, ...], said: str
) -> None:
    assert ask(*asked, "--share") == (2, "", said)

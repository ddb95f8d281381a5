"""`contractkit verify` and provider states: the catalogue, skeletons, isolation and flakes."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from contractkit.broker_client import open_broker, read_address
from contractkit.model import Contract, ProviderState

Run = Callable[..., Any]
Keep = Callable[..., Path]

ASKED = ("verify", "orders", "--contracts", "contracts")
STATES = '''\
from contractkit import provider_state

@provider_state("order exists")
def order_exists(id: int):
    """An order is there."""

@provider_state.for_operation("getOrder", status=404)
def no_order(id: int): ...
'''


@pytest.fixture
def states(provider: Path, keep: Keep, a_state: Callable[[str], Contract]) -> Path:
    """Give the file of the states of a provider whose one contract needs one of them."""
    keep(provider / "contracts", a_state("order exists"))
    file = provider / "provider_states.py"
    file.write_text(STATES)
    return file


def test_the_catalogue_is_written_to_a_file(contractkit: Run, states: Path, provider: Path) -> None:
    ended = contractkit(*ASKED, "--states", states.name, "--write-state-catalogue", "states.json")
    assert (ended.code, ended.err.partition("\n")[0]) == (0, "states.json: 2 provider states of orders.")
    parameters = {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}
    assert json.loads((provider / "states.json").read_text()) == {
        "schemaVersion": 1,
        "provider": "orders",
        "states": [
            {
                "name": "order exists",
                "description": "An order is there.",
                "parameters": {**parameters, "additionalProperties": False},
            },
            {"operation": "getOrder", "status": 404, "parameters": parameters},
        ],
    }


def test_the_catalogue_is_written_where_there_is_no_contract_yet(
    contractkit: Run, states: Path, provider: Path
) -> None:
    (provider / "none").mkdir()
    asked = ("verify", "orders", "--contracts", "none", "--states", states.name)
    assert contractkit(*asked, "--write-state-catalogue", "states.json").code == 3
    assert (provider / "states.json").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--write-state-catalogue", "a.json"),
            "Nothing says where the provider states of orders are, so there is no catalogue to write.\n\n"
            "Give --states, or set states in [tool.contractkit.provides.orders].\n",
        ),
        (
            ("--write-state-catalogue", "a.json", "--states-url", "http://a"),
            "A state URL does not say which states it prepares, so there is no catalogue to write.\n\n"
            "Give --states in its place, or leave --write-state-catalogue out.\n",
        ),
        (
            ("--write-state-catalogue", "absent/a.json", "--states", "provider_states.py"),
            "The catalogue of provider states cannot be written.\n\n"
            "  file     absent/a.json\n  reason   No such file or directory\n",
        ),
        (
            ("--write-state-skeletons", "--states-url", "http://a"),
            "A state URL takes no skeletons.\n\nGive --states in its place, or leave --write-state-skeletons out.\n",
        ),
        (
            ("--write-state-skeletons", "--states", "provider_states"),
            "Skeletons are written to a file, and the provider states are named as a module.\n\n"
            "  states   provider_states\n\nName their file: --states path/to/provider_states.py.\n",
        ),
        (("--seed", "1"), "--seed is for --check-isolation: without it the order is the contract's.\n"),
    ],
)
def test_wrong_use_is_2_and_one_message(
    contractkit: Run, states: Path, arguments: tuple[str, ...], message: str
) -> None:
    ended = contractkit(*ASKED, *arguments)
    assert (ended.code, ended.out, ended.err) == (2, "", message)


@pytest.mark.parametrize(
    ("arguments", "named"), [(("--repeat", "0"), "--repeat"), (("--check-isolation", "--seed", "a"), "--seed")]
)
def test_numbers_that_are_none_are_2(contractkit: Run, states: Path, arguments: tuple[str, ...], named: str) -> None:
    ended = contractkit(*ASKED, *arguments)
    assert (ended.code, ended.out, named in ended.err) == (2, "", True)


def test_skeletons_are_added_to_the_file_of_states_and_raise(
    contractkit: Run, states: Path, keep: Keep, provider: Path, a_state: Callable[[str], Contract]
) -> None:
    [one] = a_state("order exists").interactions
    shipped = ProviderState(name="order exists (shipped)", params={"id": 7, "at": "noon"})
    bare = replace(shipped, params={"id": "7"})
    lacking = tuple(replace(one, key=str(number), states=(each,)) for number, each in enumerate((shipped, bare)))
    keep(provider / "contracts", replace(a_state("order exists"), interactions=(one, *lacking)))
    asked = (*ASKED, "--states", states.name, "--write-state-skeletons")
    ended = contractkit(*asked)
    assert (ended.code, ended.err.splitlines()[-1]) == (
        1,
        f"{states}: added 1 skeleton. Until somebody fills them in, they raise.",
    )
    assert states.read_text() == STATES + (
        '\n\n@provider_state("order exists (shipped)")\n'
        "def order_exists_shipped(id: int | str, at: str | None = None):\n"
        "    raise NotImplementedError\n"
    )
    again = contractkit(*asked)
    assert "2 interactions were not judged (state failed)." in again.out
    assert again.err.splitlines()[-1] == "No provider state lacks a handler."


def test_skeletons_make_the_file_where_there_is_none(
    contractkit: Run, states: Path, provider: Path, keep: Keep, an_order: Callable[..., Contract]
) -> None:
    states.unlink()
    keep(provider / "contracts", an_order(expects={"id": "7"}))
    ended = contractkit(*ASKED, "--write-state-skeletons")
    assert ended.code == 1
    assert ended.err.endswith('Set states = "provider_states.py" in [tool.contractkit.provides.NAME].\n')
    assert states.read_text() == (
        "from contractkit import provider_state\n\n\n"
        '@provider_state.for_operation("getOrder", status=200)\n'
        "def get_order_answers_200(id: int):\n"
        "    raise NotImplementedError\n"
    )


LEAKING = """\
import os, threading
import shop_app
from contractkit import provider_state

@provider_state("order exists")
def order_exists(id: int):
    shop_app.total = 12.5 if shop_app.total == 12.5 else "none"

@provider_state("totals are gone")
def totals_are_gone(id: int):
    shop_app.total = None
    os.environ["TOTALS"] = "gone"

@provider_state("someone waits")
def someone_waits(id: int):
    threading.Thread(target=threading.Event().wait, name="waiting", daemon=True).start()
"""


@pytest.fixture
def leaking(states: Path, keep: Keep, provider: Path, a_state: Callable[[str], Contract]) -> Path:
    """Give the file of states of which one leaves the application without totals."""
    states.write_text(LEAKING)
    [one] = a_state("order exists").interactions
    gone = replace(
        one,
        key="fedcba9876543210",
        description="getOrder, its total gone",
        states=(replace(one.states[0], name="totals are gone"),),
        exchange=replace(one.exchange, response=replace(one.exchange.response, status=200)),
        rules=(),
    )
    body = replace(gone.exchange.response.body, value={"id": 7, "total": None})
    gone = replace(gone, exchange=replace(gone.exchange, response=replace(gone.exchange.response, body=body)))
    keep(provider / "contracts", replace(a_state("order exists"), interactions=(one, gone)))
    return states


def test_what_reaches_another_interaction_is_named_with_it(contractkit: Run, leaking: Path) -> None:
    ended = contractkit(*ASKED, "--states", leaking.name, "--check-isolation", "--seed", "1")
    assert ended.code == 1
    assert "Checking isolation: once more in another order, seed 1.\n" in ended.err
    assert ended.out == (
        "orders does what web-shop expects: 2 interactions passed.\n\n"
        "  web-shop   2 passed\n\n"
        "1 interaction ends otherwise in another order (--check-isolation --seed 1).\n\n"
        "web-shop: an interaction passes alone, and not after another.\n\n"
        "  interaction   getOrder answers 200\n"
        "  given         order exists (id: 7)\n"
        "  after         getOrder, its total gone\n"
        "    given       totals are gone (id: 7)\n"
        "  at            response.body.total\n"
        "  expected      a number, for example 12.5\n"
        '  received      "none"\n\n'
        "What the other one sets up or changes reaches it. Take it back after the `yield` of its handler (give it one "
        "where it has none), or isolate it: `isolation=` of `provider_state`.\n"
    )


def test_what_a_handler_leaves_in_the_process_is_told_once(
    contractkit: Run, leaking: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOTALS", "there")
    ended = contractkit(*ASKED, "--states", leaking.name, "--repeat", "2")
    assert ended.err.count("leaves behind") == 1
    assert (
        'The handler of the state "totals are gone" leaves behind what other interactions meet.\n\n'
        f"  handler   totals_are_gone, {leaking}:9\n"
        "  left      the environment variable TOTALS\n\n"
        "Take it back after a `yield` in the handler.\n"
    ) in ended.err


def test_interactions_that_are_kept_apart_are_said_to_be(contractkit: Run, states: Path) -> None:
    ended = contractkit(*ASKED, "--states", states.name, "--check-isolation", "--seed", "7")
    assert (ended.code, ended.out) == (
        0,
        "orders does what web-shop expects: 1 interaction passed.\n\n  web-shop   1 passed\n\n"
        "In another order (seed 7) every interaction with orders ended alike.\n",
    )


def test_a_flake_is_failed_and_its_runs_are_counted(contractkit: Run, leaking: Path) -> None:
    ended = contractkit(*ASKED, "--states", leaking.name, "--repeat", "3", "--format", "json")
    assert ended.code == 1
    [contract] = json.loads(ended.out)["contracts"]
    assert [(each["outcome"], each["runs"]) for each in contract["interactions"]] == [
        ("failed", ["passed", "failed", "failed"]),
        ("passed", ["passed", "passed", "passed"]),
    ]
    told = contractkit(*ASKED, "--states", leaking.name, "--repeat", "2")
    assert "  runs          0 of 2 passed\n" in told.out


@pytest.mark.slow
def test_published_results_bring_the_catalogue_to_the_broker(
    contractkit: Run, states: Path, provider: Path, broker: str
) -> None:
    to_broker = ("--broker", broker, "--version", "1", "--branch", "main", "--allow-unconfirmed")
    assert contractkit("publish", "contracts", *to_broker).code == 0
    asked = ("verify", "orders", "--broker", broker, "--selector", "latest", "--states", states.name, "--publish")
    dry = contractkit(*asked, "--provider-version", "5", "--dry-run")
    assert "The catalogue of 2 provider states of orders 5 would be published.\n" in dry.err
    ended = contractkit(*asked, "--provider-version", "5")
    assert (ended.code, ended.err.splitlines()[-1]) == (0, "published the catalogue of 2 provider states of orders 5")
    with open_broker(read_address(broker)) as client:
        catalogue = client.resources.state_catalogue("orders")
    assert catalogue is not None
    assert (catalogue.names, catalogue.operations) == (("order exists",), ("getOrder",))


@pytest.mark.slow
def test_a_published_flake_says_how_many_runs_passed(contractkit: Run, leaking: Path, broker: str) -> None:
    to_broker = ("--broker", broker, "--version", "1", "--branch", "main", "--allow-unconfirmed")
    assert contractkit("publish", "contracts", *to_broker).code == 0
    asked = ("verify", "orders", "--broker", broker, "--selector", "latest", "--states", leaking.name, "--publish")
    ended = contractkit(*asked, "--provider-version", "5", "--repeat", "3")
    url = next(line.rpartition(" ")[2] for line in ended.err.splitlines() if "published as failed" in line)
    results = {each["interactionDescription"]: each for each in httpx.get(url).json()["testResults"]}
    assert results["getOrder answers 200"]["mismatches"][-1] == {
        "attribute": "runs",
        "description": "1 of 3 passed",
    }
    assert results["getOrder, its total gone"]["success"] is True

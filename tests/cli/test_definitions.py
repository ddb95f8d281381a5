"""`contractkit definitions`: what is locked beside what is there now, and what a refresh says of the contracts."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from contractkit.document import dump_contract
from contractkit.locking.lock_file import digest_of
from contractkit.model import DefinitionReference, Evidence, TestReference
from contractkit.sources import load_definition
from tests.cli.conftest import Ended, order_contract
from tests.locking.conftest import ORDERS, Site, serving

pytestmark = pytest.mark.slow

Command = Callable[..., Ended]

STRICT = ORDERS.replace("total: {type: number}", "total: {type: string}")
LOOSE = ORDERS.replace("required: [id, total]", "required: [id]")


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as found:
        yield found


@pytest.fixture
def shop(consumer: Path, site: Site) -> Path:
    """A project whose orders are at a URL, with a contract that one test recorded; nothing is locked yet."""
    site.pages["/orders.yaml"] = ORDERS
    settings = f'[tool.contractkit]\n\n[tool.contractkit.providers.orders]\ndefinition = "{site.url}/orders.yaml"\n'
    (consumer / "pyproject.toml").write_text(settings)
    return with_contract(consumer)


def with_contract(root: Path, *, digest: str = "") -> Path:
    contract = order_contract()
    test = TestReference(node_id="tests/test_shop.py::test_total", file="tests/test_shop.py", line=12)
    [interaction] = contract.interactions
    recorded = replace(contract, interactions=(replace(interaction, evidence=(Evidence(test=test),)),))
    if digest:
        recorded = replace(recorded, definition=DefinitionReference(source="orders.yaml", digest=digest))
    (root / "contracts").mkdir(exist_ok=True)
    (root / "contracts/web-shop-orders.json").write_bytes(dump_contract(recorded))
    return root


def short(text: str) -> str:
    return digest_of(text.encode())[:19]


def files_of(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("contractkit.lock*/*")} | {
        "lock": (root / "contractkit.lock").read_bytes()
    }


def test_nothing_is_locked_at_first_and_listing_locks_nothing(shop: Path, site: Site, contractkit: Command) -> None:
    ended = contractkit("definitions")
    assert (ended.code, ended.out) == (
        0,
        f"PROVIDER   SOURCE{' ' * (len(site.url) + 6)}   LOCKED   COPY   STATE\n"
        f"orders     {site.url}/orders.yaml   -        -      not locked\n\n"
        "See what would change: contractkit definitions refresh --check orders\n",
    )
    assert not (shop / "contractkit.lock").exists()


def test_a_refresh_locks_and_says_what_the_contracts_are_worth(shop: Path, site: Site, contractkit: Command) -> None:
    ended = contractkit("definitions", "refresh")
    assert (ended.code, ended.out) == (
        0,
        f"orders: {site.url}/orders.yaml: {short(ORDERS)} is locked now\n\n"
        "Of 1 recorded interaction: 0 no longer legal, 0 no longer promised.\n",
    )
    assert contractkit("definitions").out.splitlines()[1] == (
        f"orders     {site.url}/orders.yaml   {short(ORDERS)}   {short(ORDERS)}   fresh"
    )


def test_an_unchanged_definition_is_said_to_be_so(shop: Path, site: Site, contractkit: Command) -> None:
    contractkit("definitions", "refresh")
    before = files_of(shop)
    ended = contractkit("definitions", "refresh", "orders")
    assert ended.code == 0
    assert ended.out.startswith(
        f"orders: {site.url}/orders.yaml has not changed since it was locked ({short(ORDERS)})\n"
    )
    assert files_of(shop) == before


def test_what_is_no_longer_legal_is_listed_by_test(shop: Path, site: Site, contractkit: Command) -> None:
    contractkit("definitions", "refresh")
    site.pages["/orders.yaml"] = STRICT
    assert contractkit("definitions").out.splitlines()[1] == (
        f"orders     {site.url}/orders.yaml   {short(ORDERS)}   {short(ORDERS)}   stale: now {short(STRICT)}"
    )
    ended = contractkit("definitions", "refresh")
    assert (ended.code, ended.out) == (
        1,
        f"orders: {site.url}/orders.yaml: {short(ORDERS)} is locked, and {short(STRICT)} is locked now\n\n"
        "No longer legal:\n"
        "  tests/test_shop.py:12\n"
        "    getOrder answers 200: response.body.total: expected by the consumer: number; declared: string\n\n"
        "Of 1 recorded interaction: 1 no longer legal, 0 no longer promised.\n",
    )
    assert contractkit("definitions", "refresh").code == 1  # until the tests have recorded anew


def test_what_is_no_longer_promised_is_listed_and_no_failure(shop: Path, site: Site, contractkit: Command) -> None:
    contractkit("definitions", "refresh")
    site.pages["/orders.yaml"] = LOOSE
    ended = contractkit("definitions", "refresh")
    assert (ended.code, ended.out.partition("\n\n")[2]) == (
        0,
        "No longer promised:\n"
        "  tests/test_shop.py:12\n"
        "    getOrder answers 200: response.body.total: the consumer needs it, and it may be absent now: "
        "promised, number, now declared, number\n\n"
        "Of 1 recorded interaction: 0 no longer legal, 1 no longer promised.\n",
    )


def test_a_check_says_the_same_and_writes_nothing(shop: Path, site: Site, contractkit: Command) -> None:
    contractkit("definitions", "refresh")
    before = files_of(shop)
    site.pages["/orders.yaml"] = STRICT
    checked = contractkit("definitions", "refresh", "--check")
    assert files_of(shop) == before
    refreshed = contractkit("definitions", "refresh")
    assert checked.code == refreshed.code == 1
    assert checked.out == refreshed.out.replace("is locked now", "would be locked")


def test_a_removed_operation_leaves_nothing_legal(shop: Path, site: Site, contractkit: Command) -> None:
    site.pages["/orders.yaml"] = ORDERS.replace("/orders/{id}", "/v2/orders/{id}")
    ended = contractkit("definitions", "refresh")
    assert ended.code == 1
    assert "    getOrder answers 200: request.path: GET /orders/7 reaches no operation\n" in ended.out


def test_the_result_as_json(shop: Path, site: Site, contractkit: Command) -> None:
    site.pages["/orders.yaml"] = STRICT
    ended = contractkit("definitions", "refresh", "--format", "json")
    assert json.loads(ended.out) == {
        "schema_version": 1,
        "providers": [
            {
                "provider": "orders",
                "definitions": [
                    {
                        "setting": "definition",
                        "source": f"{site.url}/orders.yaml",
                        "state": "not locked",
                        "locked": None,
                        "copy": None,
                        "now": digest_of(STRICT.encode()),
                        "missing": [],
                        "recorded_otherwise": [],
                        "error": None,
                    }
                ],
                "checked": 1,
                "unchecked": 0,
                "illegal": [
                    {
                        "consumer": "web-shop",
                        "interaction": "getOrder answers 200",
                        "operation": "getOrder",
                        "tests": ["tests/test_shop.py:12"],
                        "location": "response.body.total",
                        "sentence": "expected by the consumer: number; declared: string",
                    }
                ],
                "unpromised": [],
            }
        ],
    }


def test_a_source_that_is_gone_keeps_what_is_locked(shop: Path, site: Site, contractkit: Command) -> None:
    contractkit("definitions", "refresh")
    before = files_of(shop)
    site.pages.clear()
    reason = "  reason   the server answered 404 Not Found\n"
    error = f"orders: The definition {site.url}/orders.yaml cannot be read.\n\n{reason}"
    listed = contractkit("definitions")
    assert (listed.code, listed.out.partition("\n\n")[2]) == (4, error)
    assert listed.out.splitlines()[1].endswith("   unreachable")
    refreshed = contractkit("definitions", "refresh")
    assert (refreshed.code, refreshed.out) == (
        4,
        f"orders: {site.url}/orders.yaml is unreachable, and stays as it is locked\n\n{error}\n"
        "Of 0 recorded interactions: 0 no longer legal, 0 no longer promised; 1 could not be checked.\n",
    )
    assert files_of(shop) == before


def test_a_copy_that_was_changed_is_told_and_mended(shop: Path, site: Site, contractkit: Command) -> None:
    contractkit("definitions", "refresh")
    (shop / "contractkit.locked/orders.yaml").write_text(LOOSE)
    assert contractkit("definitions").out.splitlines()[1].endswith("   damaged: the copy is not what is locked")
    assert contractkit("definitions", "refresh").code == 0
    assert (shop / "contractkit.locked/orders.yaml").read_text() == ORDERS


def test_what_the_settings_no_longer_name_is_forgotten(shop: Path, site: Site, contractkit: Command) -> None:
    contractkit("definitions", "refresh")
    text = (shop / "pyproject.toml").read_text()
    (shop / "pyproject.toml").write_text(text.replace("providers.orders", "providers.sales"))
    contractkit("definitions", "refresh")
    assert list(json.loads((shop / "contractkit.lock").read_text())["providers"]) == ["sales"]
    assert sorted(path.name for path in (shop / "contractkit.locked").iterdir()) == [".gitattributes", "sales.yaml"]


def test_a_path_is_stale_where_a_contract_was_recorded_against_another(consumer: Path, contractkit: Command) -> None:
    settings = '[tool.contractkit.providers.orders]\ndefinition = "orders.yaml"\n'
    (consumer / "pyproject.toml").write_text(settings)
    (consumer / "orders.yaml").write_text(ORDERS)
    with_contract(consumer, digest=load_definition("orders.yaml").definition.digest)
    assert contractkit("definitions").out.splitlines()[1].endswith("   fresh")
    with_contract(consumer, digest="sha256:0")
    assert (
        contractkit("definitions")
        .out.splitlines()[1]
        .endswith("   stale: web-shop-orders.json was recorded against another")
    )
    (consumer / "orders.yaml").write_text(STRICT)
    ended = contractkit("definitions", "refresh", "--check")
    assert ended.code == 1
    assert ended.out.startswith("orders: orders.yaml is a path, and is as it is\n\nNo longer legal:\n")
    assert not (consumer / "contractkit.lock").exists()


def test_the_broker_s_definition_is_refreshed(consumer: Path, broker: str, contractkit: Command) -> None:
    from contractkit.broker_client import open_broker, read_address

    (consumer / "pyproject.toml").write_text(
        f'[tool.contractkit]\nbroker = "{broker}"\n[tool.contractkit.providers.orders]\ndefinition = "broker:orders"\n'
    )
    with_contract(consumer)
    with open_broker(read_address(broker)) as client:
        for version, text in (("1", ORDERS), ("2", STRICT)):
            client.resources.publish_definition("orders", version, text.encode(), content_type="application/yaml")
            ended = contractkit("definitions", "refresh")
            assert ended.code == int(version) - 1
    assert ended.out.startswith(
        f"orders: broker:orders: {short(ORDERS)} is locked, and {short(STRICT)} is locked now\n"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["refresh", "order"], 2, "No provider named 'order' is set."),
        (["refresh", ""], 2, "Invalid value for '[PROVIDER]...': it is empty; is a variable not set?"),
        (["refesh"], 2, "No such action: refesh. "),
        (["refresh", "--format", "xml"], 2, "'xml' is not one of 'text', 'json'."),
    ],
)
def test_wrong_use_is_told(shop: Path, contractkit: Command, arguments: list[str], code: int, words: str) -> None:
    ended = contractkit("definitions", *arguments)
    assert (ended.code, ended.out) == (code, "")
    assert words in ended.err
    assert not (shop / "contractkit.lock").exists()


def test_without_a_provider_there_is_nothing_to_look_at(consumer: Path, contractkit: Command) -> None:
    ended = contractkit("definitions")
    assert (ended.code, ended.err) == (
        3,
        "No provider is set, so there is no definition to look at.\n\n"
        f"  file   {consumer}/pyproject.toml\n\n"
        'Add:\n\n[tool.contractkit.providers.orders]\ndefinition = "path/to/orders.yaml"\n',
    )


def test_a_broken_contract_is_told_before_anything_is_fetched(shop: Path, site: Site, contractkit: Command) -> None:
    (shop / "contracts/broken.json").write_text("{")
    assert contractkit("definitions", "refresh").code == 2
    assert site.asked == []


def test_a_path_that_is_not_there_is_unusable(consumer: Path, contractkit: Command) -> None:
    (consumer / "pyproject.toml").write_text('[tool.contractkit.providers.orders]\ndefinition = "orders.yaml"\n')
    ended = contractkit("definitions")
    assert (ended.code, ended.out.splitlines()[1]) == (2, "orders     orders.yaml   -        -      unusable")
    assert f"  reason   no such file: {consumer}/orders.yaml\n" in ended.out

"""Verification by pytest: an item for each interaction of the contracts with a marked provider."""

import importlib
import sys
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree

import httpx
import pytest
from contractkit_broker.server import running_broker

from contractkit.document import dump_contract
from contractkit.exact_json import Json
from contractkit.model import (
    Contract,
    DerivedState,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    JsonBody,
    LocatedRules,
    ProviderState,
    RpcCall,
    Rule,
    parse_location,
)

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.slow

for _name in ("pytest_contractkit.verifying", "aiohttp", "httpx"):
    importlib.import_module(_name)  # here, since pytester forgets what its runs import

SETTINGS = '[tool.contractkit.provides.orders]\ncontracts = "contracts"\n'
APP = """
import json

ORDERS = {}

async def app(scope, receive, send):
    body = json.dumps(ORDERS.get(scope["path"], {"id": 7, "total": 12.5})).encode()
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
"""
TEST = """
import pytest
from orders_app import app

@pytest.mark.contract_provider("orders")
def test_orders():
    return app
"""


def order(
    description: str = "an order",
    *,
    path: str = "/orders/7",
    expects: Json = None,
    given: Mapping[str, Json] | None = None,
    pending: bool = False,
) -> Interaction:
    body = JsonBody({"id": 7, "total": 12.5} if expects is None else expects)
    return Interaction(
        key=f"key of {description}",
        description=description,
        exchange=HttpCall(request=HttpRequest(method="GET", path=path), response=HttpResponse(status=200, body=body)),
        operation="getOrder",
        states=() if given is None else (ProviderState(name="order exists", params=given),),
        derived_state=DerivedState(operation="getOrder", status="200", values={}) if given is None else None,
        rules=(LocatedRules(location=parse_location("response.body"), rules=(Rule("type"),)),),
        pending=pending,
    )


class Service:
    """A provider's project, and pytest to run in it."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.write("pyproject.toml", SETTINGS)
        self.write("orders_app.py", APP)
        self.write("test_contracts.py", TEST)
        self.write("conftest.py", "")
        pytester.syspathinsert()

    def write(self, name: str, text: str) -> None:
        (self.pytester.path / name).write_text(text)

    def keep(self, *interactions: Interaction, consumer: str = "web-shop") -> None:
        folder = self.pytester.path / "contracts"
        folder.mkdir(exist_ok=True)
        contract = Contract(consumer=consumer, provider="orders", interactions=interactions)
        (folder / f"{consumer}-orders.json").write_bytes(dump_contract(contract))

    def run(self, *arguments: str) -> pytest.RunResult:
        plain = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-p", "no:schemathesis")
        asyncio = ("-o", "asyncio_default_fixture_loop_scope=function")
        return self.pytester.runpytest_inprocess(*plain, *asyncio, *arguments)


@pytest.fixture
def service(pytester: pytest.Pytester) -> Service:
    return Service(pytester)


def test_each_interaction_is_an_item_that_runs_alone(service: Service) -> None:
    service.keep(order(), order("a shipped order"))
    service.keep(order(), consumer="courier-app")
    listed = [line for line in service.run("--collect-only", "-q").outlines if "::" in line]
    assert listed == [
        "test_contracts.py::test_orders[courier-app: an order]",
        "test_contracts.py::test_orders[web-shop: a shipped order]",
        "test_contracts.py::test_orders[web-shop: an order]",
    ]
    for node_id in listed:
        service.run(node_id).assert_outcomes(passed=1)
    service.run().assert_outcomes(passed=3)


def test_k_chooses_by_consumer_and_description(service: Service) -> None:
    service.keep(order(), order("a shipped order"))
    service.keep(order(), consumer="courier-app")
    service.run("-k", "web-shop and shipped").assert_outcomes(passed=1, deselected=2)


def test_a_failure_names_place_values_and_the_item(service: Service) -> None:
    service.keep(order(expects={"id": "7", "total": 12.5}))
    run = service.run()
    run.assert_outcomes(failed=1)
    run.stdout.fnmatch_lines(
        [
            "web-shop cannot use the response of orders to GET /orders/7.",
            "  at            response.body.id",
            '  expected      a string, for example "7"',
            "  received      7",
            '  response      200  {"id":7,"total":12.5}',
            "Run this interaction alone: pytest 'test_contracts.py::test_orders[[]web-shop: an order[]]'",
        ]
    )
    assert not {"Traceback", "traceback"} & set(run.stdout.str().split())


def test_x_stops_at_the_first_failure(service: Service) -> None:
    service.keep(order(expects={"id": "7"}), order("another", expects={"id": "7"}))
    service.run("-x").assert_outcomes(failed=1)


def test_what_is_not_judged_is_an_error_and_not_a_failure(service: Service) -> None:
    service.keep(order(given={"id": 7}))
    run = service.run("--junit-xml", "out.xml")
    run.assert_outcomes(errors=1)
    run.stdout.fnmatch_lines(
        [
            'The interaction was not judged (needs a state). No handler prepares the state "order exists".',
            '@provider_state("order exists")',
        ]
    )
    properties = ElementTree.parse(service.pytester.path / "out.xml").iter("property")
    assert [each.attrib for each in properties] == [{"name": "contract_outcome", "value": "errored"}]


def test_a_state_may_use_fixtures_and_its_parameters(service: Service) -> None:
    service.keep(order(path="/orders/12", given={"id": 12}, expects={"id": 12, "total": 3.5}))
    service.write(
        "test_contracts.py",
        "import pytest\nfrom contractkit import provider_state\nfrom orders_app import ORDERS, app\n\n"
        "@pytest.fixture\ndef store(tmp_path):\n    yield ORDERS\n    assert not ORDERS, 'torn down'\n\n"
        "@provider_state('order exists')\ndef order_exists(id: int, store):\n"
        "    store[f'/orders/{id}'] = {'id': id, 'total': 9.75}\n    yield\n    store.clear()\n\n"
        "@pytest.mark.contract_provider('orders')\ndef test_orders():\n    return app\n",
    )
    service.run().assert_outcomes(passed=1)


def test_a_parameter_of_the_wrong_type_is_still_told(service: Service) -> None:
    service.keep(order(given={"id": "seven"}))
    service.write(
        "test_contracts.py",
        "import pytest\nfrom contractkit import provider_state\nfrom orders_app import app\n\n"
        "@provider_state('order exists')\ndef order_exists(id: int, tmp_path): ...\n\n"
        "@pytest.mark.contract_provider('orders')\ndef test_orders():\n    return app\n",
    )
    run = service.run()
    run.assert_outcomes(errors=1)
    run.stdout.fnmatch_lines(['  wrong         id: "seven": Input should be a valid integer*'])


def test_states_come_from_the_settings_too(service: Service) -> None:
    service.keep(order(given={"id": 7}))
    service.write("pyproject.toml", f'{SETTINGS}states = "provider_states.py"\n')
    service.write(
        "provider_states.py",
        "from contractkit import provider_state\n\n@provider_state('order exists')\ndef order_exists(id: int): ...\n",
    )
    service.run().assert_outcomes(passed=1)


def test_filters_of_the_module_are_asked_and_what_they_send_is_not_shown(service: Service) -> None:
    service.keep(order(expects={"id": "7"}))
    service.write(
        "orders_app.py",
        APP.replace(
            '{"id": 7, "total": 12.5}',
            '{"id": dict(scope["headers"])[b"authorization"].decode() == "tok-secret" '
            'and [dict(scope["headers"])[b"authorization"].decode()]}',
        ),
    )
    service.write(
        "test_contracts.py",
        f"from contractkit import authentication\n{TEST}\n"
        "@authentication\ndef token():\n    return {'Authorization': 'tok-secret'}\n",
    )
    run = service.run()
    run.assert_outcomes(failed=1)
    assert '  received      ["(hidden)"]\n' in run.stdout.str()
    assert "tok-secret" not in run.stdout.str()


def test_a_pending_interaction_blocks_nobody(service: Service) -> None:
    service.keep(order(expects={"id": "7"}, pending=True), order("another"))
    service.run().assert_outcomes(xfailed=1, passed=1)


def test_the_function_takes_fixtures_and_the_interaction(service: Service) -> None:
    service.keep(order())
    service.write(
        "test_contracts.py",
        "import pytest\nfrom orders_app import app\n\n"
        "@pytest.fixture(scope='session')\ndef application():\n    return app\n\n"
        "@pytest.mark.contract_provider('orders')\ndef test_orders(application, contract_interaction):\n"
        "    assert contract_interaction.consumer == 'web-shop'\n"
        "    assert contract_interaction.interaction.operation == 'getOrder'\n    return application\n",
    )
    service.run().assert_outcomes(passed=1)


def test_a_provider_at_a_url_that_is_down_is_an_error(service: Service, unused_tcp_port: int) -> None:
    service.keep(order())
    url = f"http://127.0.0.1:{unused_tcp_port}"
    service.write(
        "test_contracts.py",
        f"import pytest\n\n@pytest.mark.contract_provider('orders')\ndef test_orders():\n    return {url!r}\n",
    )
    run = service.run()
    run.assert_outcomes(errors=1)
    run.stdout.fnmatch_lines([f"Nothing takes connections at {url}."])


@pytest.fixture
def broker(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give a broker that has one contract, and that the provider's settings name; no contracts are set there."""
    contract = Contract(consumer="web-shop", provider="orders", interactions=(order(expects={"id": "7"}),))
    with running_broker(tmp_path_factory.mktemp("broker") / "broker.sqlite") as url, httpx.Client(base_url=url) as http:
        at = "/pacts/provider/orders/consumer/web-shop/version/1"
        http.put(at, content=dump_contract(contract)).raise_for_status()
        http.put("/pacticipants/web-shop/branches/main/versions/1", json={}).raise_for_status()
        http.put("/pacticipants/web-shop", json={"mainBranch": "main"}).raise_for_status()
        service.write("pyproject.toml", f'[tool.contractkit]\nbroker = "{url}"\nbranch = "main"\n')
        yield url


def test_contracts_come_from_the_broker(service: Service, broker: str) -> None:
    run = service.run()
    run.assert_outcomes(failed=1)
    run.stdout.fnmatch_lines(["  at            response.body.id"])
    service.write("test_contracts.py", TEST.replace('("orders")', '("orders", pending=True)'))
    service.run().assert_outcomes(xfailed=1)


def test_a_broker_that_cannot_be_reached_is_one_failing_item(service: Service, unused_tcp_port: int) -> None:
    service.write("pyproject.toml", f'[tool.contractkit]\nbroker = "http://127.0.0.1:{unused_tcp_port}"\n')
    run = service.run()
    run.assert_outcomes(failed=1)
    run.stdout.fnmatch_lines([f"The broker at http://127.0.0.1:{unused_tcp_port} cannot be reached."])


def test_two_workers_share_the_items(service: Service) -> None:
    bad = (order("a wrong one", expects={"id": "7"}), order("an unprepared one", given={"id": 7}))
    service.keep(*(order(f"order {each}") for each in range(6)), *bad)
    run = service.run("-n", "2")
    run.assert_outcomes(passed=6, failed=1, errors=1)


@pytest.mark.parametrize(
    ("marker", "lines"),
    [
        ("()", ["The marker `contract_provider` cannot be used.", "  received   nothing"]),
        ("(7)", ["The marker `contract_provider` cannot be used.", "  received   7"]),
        ("('orders', consumr='a')", ["  received   'orders', consumr=*", "Did you mean consumer or contracts?"]),
        ("('order')", ["No contract is with order, so nothing was verified.", "Did you mean orders?"]),
        (
            "('orders', consumer='webshop')",
            ["No contract of webshop with orders, so nothing was verified.", "Did you mean web-shop?"],
        ),
        (
            "('orders', interaction='an ordr')",
            ['No interaction with orders is named like "an ordr", so nothing was verified.'],
        ),
        ("('orders', operation='getOrdr')", ["No interaction with orders calls getOrdr*", "Did you mean getOrder?"]),
        ("('orders', contracts='absent')", ["There are no contracts at that place.", "  path   *absent"]),
        ("('orders', contracts='pyproject.toml')", ["*pyproject.toml is not JSON."]),
        ("('orders', contracts='empty')", ["There is no contract with orders, so nothing was verified."]),
    ],
)
def test_wrong_use_is_one_failing_item_and_never_green(service: Service, marker: str, lines: list[str]) -> None:
    service.keep(order())
    (service.pytester.path / "empty").mkdir()
    service.write("test_contracts.py", TEST.replace('("orders")', marker))
    run = service.run()
    run.assert_outcomes(failed=1)
    run.stdout.fnmatch_lines(lines)
    assert "Traceback" not in run.stdout.str()


@pytest.mark.parametrize(
    ("function", "lines"),
    [
        ("def test_orders():\n    return 7", ["orders cannot be reached so.", "  received   7"]),
        ("def test_orders():\n    pass", ["Nothing says where orders is.", "  received   None"]),
        ("def test_orders():\n    return {'htp': 'http://a'}", ["orders cannot be reached so."]),
        ("def test_orders():\n    return 'localhost'", ["The provider's URL cannot be used."]),
    ],
)
def test_a_provider_that_is_none_is_an_error(service: Service, function: str, lines: list[str]) -> None:
    service.keep(order())
    service.write("test_contracts.py", f"import pytest\n\n@pytest.mark.contract_provider('orders')\n{function}\n")
    run = service.run()
    run.assert_outcomes(errors=1)
    run.stdout.fnmatch_lines(lines)


def test_an_asynchronous_function_is_told_what_to_do(service: Service) -> None:
    service.keep(order())
    service.write(
        "test_contracts.py",
        "import pytest\n\n@pytest.mark.contract_provider('orders')\nasync def test_orders():\n    return 'http://a'\n",
    )
    run = service.run()
    run.assert_outcomes(failed=1)
    run.stdout.fnmatch_lines(["A function marked `contract_provider` is called as it is: it cannot be asynchronous."])


def test_what_nothing_can_replay_is_an_error_and_never_green(service: Service) -> None:
    call = RpcCall(procedure="stock.v1.Stock/Get", events=())
    service.keep(order(), Interaction(key="rpc", description="a call", exchange=call))
    run = service.run()
    run.assert_outcomes(passed=1, errors=1)
    run.stdout.fnmatch_lines(["The interaction cannot be replayed."])


def test_equal_descriptions_are_told_apart_by_their_keys(service: Service) -> None:
    [first, second] = order(), order("an order", path="/orders/8")
    service.keep(first, Interaction(**{**_fields(second), "key": "other"}))
    listed = [line for line in service.run("--collect-only", "-q").outlines if "::" in line]
    assert sorted(listed) == [
        "test_contracts.py::test_orders[web-shop: an order (key of an order)]",
        "test_contracts.py::test_orders[web-shop: an order (other)]",
    ]


def _fields(interaction: Interaction) -> dict[str, object]:
    return {name: getattr(interaction, name) for name in Interaction.__dataclass_fields__}


def test_a_run_without_marked_tests_loads_nothing_of_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_a(): ...")
    code = (
        "import sys, pytest; pytest.main(['-q', '-p', 'no:cacheprovider']); "
        "print([each for each in sys.modules if 'verif' in each])"
    )
    done = pytester.run(sys.executable, "-c", code)
    assert done.outlines[-1] == "[]"

"""Pact's verifiers as one callable: they fetch from a broker, ask a provider, and publish what they found."""

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from pact import Verifier

from tests.broker.conftest import Story
from tests.broker.orders_service import OrdersService
from tests.broker.pact_commands import environment, npm_install

Json = Any

SCRIPTS = Path(__file__).parent / "pact_js"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a verification asks for: selectors of contracts by their names on the wire, and since when work counts."""

    version: str
    branch: str = "main"
    selectors: tuple[dict[str, Json], ...] = ({"mainBranch": True},)
    wip_since: str | None = None


Verify: TypeAlias = Callable[[Story, OrdersService, Asked], bool]
"""Verify with pending contracts included, publish the results, and say whether the build may go on."""

_IN_PYTHON = {
    "mainBranch": "main_branch",
    "matchingBranch": "matching_branch",
    "fallbackBranch": "fallback_branch",
    "deployedOrReleased": "deployed_or_released",
}


def verify_in_python(broker: Story, orders: OrdersService, asked: Asked) -> bool:
    """Verify with `pact-python`."""
    verifier = Verifier("orders", host="127.0.0.1").add_transport(url=orders.url)
    verifier.state_handler({"order exists": lambda parameters=None: None}, teardown=False)
    source = verifier.broker_source(str(broker.http.base_url), selector=True).include_pending()
    for selector in asked.selectors:
        source.consumer_version(**{_IN_PYTHON.get(name, name): value for name, value in selector.items()})
    if asked.wip_since:
        source.include_wip_since(asked.wip_since)
    source.provider_branch(asked.branch).build()
    verifier.set_publish_options(asked.version, branch=asked.branch)
    try:
        verifier.verify()
    except RuntimeError:
        return False
    return True


def verify_in_javascript(folder: Path) -> Verify:
    """Give the verifier of `@pact-foundation/pact`, installed in a folder."""
    modules = npm_install(folder, "@pact-foundation/pact@17.1.4")
    for script in SCRIPTS.glob("*.mjs"):
        shutil.copy(script, modules.parent)

    def verify(broker: Story, orders: OrdersService, asked: Asked) -> bool:
        options = {
            "provider": "orders",
            "providerBaseUrl": orders.url,
            "pactBrokerUrl": str(broker.http.base_url),
            "consumerVersionSelectors": asked.selectors,
            "enablePending": True,
            "publishVerificationResult": True,
            "providerVersion": asked.version,
            "providerVersionBranch": asked.branch,
            **({"includeWipPactsSince": asked.wip_since} if asked.wip_since else {}),
        }
        ended = run_script(modules.parent, "verifier.mjs", json.dumps(options))
        return ended.returncode == 0

    return verify


def run_script(folder: Path, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script with what was installed in a folder."""
    command = ["node", str(folder / name), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=environment())

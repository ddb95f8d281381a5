"""Generated clients and a client package that nobody here wrote, against stubs of the providers' own protobuf."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from contractkit.document import load_contract
from contractkit.model import Cancelled, Contract, RpcCall, Status

CALLS = Path(__file__).parent
DEMO_METHODS = 20


class Consumer:
    """A consumer's project, whose tests record what they call."""

    def __init__(self, folder: Path, calls: str, provider: str, definition: Path) -> None:
        self._folder = folder
        self._file = folder / "contracts" / f"client-{provider}.json"
        (folder / "pyproject.toml").write_text(
            f'[tool.contractkit]\nconsumer = "client"\n\n[tool.contractkit.providers.{provider}]\n'
            f'definition = "{definition}"\n\n[tool.pytest.ini_options]\nasyncio_mode = "strict"\n'
        )
        shutil.copy(CALLS / calls, folder / "test_calls.py")

    def generate(self, proto: Path) -> None:
        outputs = [f"--python_out={self._folder}", f"--grpc_python_out={self._folder}"]
        command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{proto.parent}", *outputs, proto.name]
        subprocess.run(command, check=True)

    def record(self, *options: str) -> bytes:
        """Run the tests, and give the bytes of the contract."""
        plain = ("-q", "-W", "ignore", "-p", "no:cacheprovider", "--contract-needs=off")
        command = [sys.executable, "-m", "pytest", *plain, *options]
        run = subprocess.run(
            [*command, "test_calls.py"], cwd=self._folder, capture_output=True, text=True, check=False, timeout=300
        )
        assert run.returncode == 0, run.stdout
        return self._file.read_bytes()


def loaded(data: bytes) -> Contract:
    return load_contract(data, origin="contract")


def calls(contract: Contract) -> list[RpcCall]:
    return [each.exchange for each in contract.interactions if isinstance(each.exchange, RpcCall)]


@pytest.mark.slow
def test_every_method_of_the_opentelemetry_demo_is_answered_to_generated_code(
    tmp_path: Path, test_data: Callable[[str], Path]
) -> None:
    proto = test_data("definitions/real/proto/opentelemetry-demo/demo.proto")
    consumer = Consumer(tmp_path, "demo_calls.py", "shop", proto)
    consumer.generate(proto)

    contract = loaded(consumer.record())

    assert len({each.operation for each in contract.interactions}) == DEMO_METHODS
    assert len(calls(contract)) == len(contract.interactions) == DEMO_METHODS + 1


@pytest.mark.slow
def test_the_route_guide_is_recorded_alike_each_time_in_one_process_and_in_several(
    tmp_path: Path, test_data: Callable[[str], Path]
) -> None:
    proto = test_data("definitions/real/proto/grpc-route-guide/examples/route_guide/routeguide/route_guide.proto")
    consumer = Consumer(tmp_path, "route_guide_calls.py", "guide", proto)
    consumer.generate(proto)

    first = consumer.record()

    shutil.rmtree(tmp_path / "contracts")
    assert consumer.record("-n", "2") == first
    ends = [type(call.events[-1]) for call in calls(loaded(first))]
    assert (ends.count(Status), ends.count(Cancelled)) == (9, 1)


@pytest.mark.slow
def test_the_pubsub_package_publishes_and_pulls_against_a_stub(
    tmp_path: Path, test_data: Callable[[str], Path]
) -> None:
    definition = test_data("definitions/real/proto/googleapis-pubsub")
    consumer = Consumer(tmp_path, "pubsub_calls.py", "pubsub", definition)

    contract = loaded(consumer.record())

    operations = {str(each.operation).removeprefix("google.pubsub.v1.") for each in contract.interactions}
    assert operations >= {
        "Publisher/CreateTopic",
        "Publisher/GetTopic",
        "Publisher/ListTopics",
        "Publisher/Publish",
        "Subscriber/Acknowledge",
        "Subscriber/CreateSubscription",
        "Subscriber/Pull",
        "Subscriber/StreamingPull",
    }

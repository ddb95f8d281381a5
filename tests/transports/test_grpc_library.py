"""The extra `grpc`: nobody who uses HTTP alone loads it, and where it is missing the message names it."""

import subprocess
import sys

import pytest

MISSING = "import sys\nfor name in ('grpc', 'grpc.aio'):\n    sys.modules[name] = None\n"


def run(text: str) -> str:
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize(
    "modules", ["contractkit.recording, contractkit.cli.stub", "pytest_contractkit.recorder", "contractkit.transports"]
)
def test_http_alone_loads_neither_grpc_nor_protobuf(modules: str) -> None:
    text = f"import sys, {modules}\nprint({{'grpc', 'grpc_tools', 'google.protobuf'}} & sys.modules.keys())"

    assert run(text) == "set()\n"


@pytest.mark.parametrize(
    ("module", "what"),
    [("grpc_server", "A gRPC stub"), ("grpc_channels", "A channel"), ("grpc_services", "A gRPC stub")],
)
def test_a_missing_extra_is_named(module: str, what: str) -> None:
    text = f"{MISSING}try:\n    import contractkit.transports.{module}\nexcept Exception as error:\n    print(error)"

    told = run(text)

    assert told.startswith(f"{what} needs the extra `grpc`, which is not installed.\n")
    assert told.endswith("pip install 'contractkit-cdct[grpc]'\n")

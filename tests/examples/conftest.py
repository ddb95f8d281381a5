"""The example shop in a folder of its own, with its committed contracts, its provider's builds running on loopback."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

SHOP = Path(__file__).parent.parent.parent / "examples" / "shop"
ENVIRONMENT = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
LEFT_OVER = shutil.ignore_patterns(".contractkit", ".demo", "__pycache__", ".pytest_cache")


def ended(*command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env={**ENVIRONMENT, **environment}, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the shop as it is committed; that its tests record these contracts, the demo shows."""
    folder = tmp_path_factory.mktemp("example") / "shop"
    shutil.copytree(SHOP, folder, ignore=LEFT_OVER)
    return folder


@pytest.fixture
def serve(shop: Path, tmp_path: Path) -> Callable[[str], object]:
    """Give a context manager that serves a build of the provider, over the database in `tmp_path`, at a URL."""

    @contextmanager
    def running(build: str) -> Iterator[str]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", build, "--port", str(port), "--log-level", "error"],
            cwd=shop / "orders",
            env={**ENVIRONMENT, "ORDERS_DATABASE": str(tmp_path / "orders.sqlite")},
        )
        url = f"http://127.0.0.1:{port}"
        try:
            with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as client:  # waits while nothing listens
                client.get(f"{url}/orders/1")
            yield url
        finally:
            process.terminate()
            process.wait()

    return running


@pytest.fixture
def run_demo(shop: Path) -> Callable[[], subprocess.CompletedProcess[str]]:
    """Give a function that runs the story in the copy of the shop."""
    return lambda: ended("sh", "demo.sh", folder=shop)

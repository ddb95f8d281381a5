"""How soon a stub of a large document answers, beside Prism or, where that is not installed, openapi-core.

Run `python benchmarks/stub_start.py`; a petstore, Stripe's and GitHub's documents come from the outside test data.
Each figure is the median over rounds in which every candidate ran once, from process start to the first answer.
"""

import gzip
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROUNDS = int(os.environ.get("ROUNDS", "5"))
PATIENCE = 30  # seconds until the first answer; a peer that takes longer is reported so
DATA = Path(os.environ.get("CONTRACTKIT_TEST_DATA", Path(__file__).parents[2] / "shared"))
DOCUMENTS = {
    DATA / "definitions/real/openapi/prism-petstore.yaml": "/pets/1",
    DATA / "definitions/real/openapi/stripe-2022-04-12.json.gz": "/v1/balance",
    DATA / "definitions/real/openapi/github-api-2022-07-18.json.gz": "/rate_limit",
}
"""Documents that are measured, each with a path that a plain GET may ask for."""

OPENAPI_CORE = """
import contextlib, sys
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest
api = OpenAPI.from_file_path(sys.argv[1], config=Config(spec_validator_cls=None))
signed = {"Authorization": "Bearer any"}
with contextlib.suppress(Exception):  # Stripe's deepObject parameters are refused; that is answered too
    api.validate_request(MockRequest("https://api.stripe.com", "get", "/v1/balance", headers=signed))
"""


def first_answer(command: list[str], url: str, path: str) -> float:
    """Give the seconds from the start of a server's process to its first answer."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                urllib.request.urlopen(f"{url}{path}", timeout=PATIENCE).close()
            except urllib.error.HTTPError:
                pass  # refused is answered too
            except urllib.error.URLError:
                if process.poll() is not None:
                    raise ChildProcessError(f"{Path(command[0]).name} ended before it answered") from None
                if time.perf_counter() - begun > PATIENCE:
                    raise TimeoutError(f"{Path(command[0]).name} did not answer within {PATIENCE} s") from None
                time.sleep(0.002)
                continue
            return time.perf_counter() - begun
    finally:
        process.terminate()
        process.wait()


def contractkit(document: Path, path: str) -> float:
    port = free_port()
    command = [sys.executable, "-m", "contractkit", "stub", str(document), "--port", str(port)]
    return first_answer(command, f"http://127.0.0.1:{port}", path)


def prism(document: Path, path: str) -> float:
    port = free_port()
    return first_answer(["prism", "mock", "-p", str(port), str(document)], f"http://127.0.0.1:{port}", path)


def openapi_core(document: Path, path: str) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", OPENAPI_CORE, str(document)], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def unpacked(document: Path, folder: Path) -> Path:
    """Give the document as a plain file, since not every candidate reads gzip."""
    if document.suffix != ".gz":
        return document
    plain = folder / document.stem
    plain.write_bytes(gzip.decompress(document.read_bytes()))
    return plain


def measure(document: Path, path: str) -> None:
    peer: Callable[[Path, str], float] = prism if shutil.which("prism") else openapi_core
    print(f"{document.name}, start to first answer, {ROUNDS} rounds")
    with tempfile.TemporaryDirectory() as folder:
        plain = unpacked(document, Path(folder))
        ours, theirs = [], []
        try:
            for _ in range(ROUNDS):
                ours.append(contractkit(plain, path))
                theirs.append(peer(plain, path))
        except (TimeoutError, ChildProcessError) as failed:
            ours += [contractkit(plain, path) for _ in range(ROUNDS - len(ours))]
            print(f"  contractkit stub   {statistics.median(ours):.2f} s\n  {failed}\n")
            return
    ratios = [other / own for own, other in zip(ours, theirs, strict=True)]
    print(f"  contractkit stub   {statistics.median(ours):.2f} s")
    print(f"  {peer.__name__:<18} {statistics.median(theirs):.2f} s")
    print(f"  {peer.__name__} / contractkit: {statistics.median(ratios):.1f} ({min(ratios):.1f}-{max(ratios):.1f})\n")


def main() -> None:
    for document, path in DOCUMENTS.items():
        if not document.exists():
            sys.exit(f"There is no document at {document}: set CONTRACTKIT_TEST_DATA to the folder that holds it")
        measure(document, path)


if __name__ == "__main__":
    main()

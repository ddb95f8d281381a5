"""What the stub is measured beside, on which documents, and how each is started and asked.

The peers are found on the PATH, and in `node_modules/.bin` below the folder that `PEERS` names. Install them there with

    npm install @stoplight/prism-cli@5 specmatic wiremock

Specmatic and WireMock need a Java runtime. A peer that is absent is left out, and that is said. One that ends, hangs or
answers wrongly is reported so. WireMock reads no definitions: it is given the one answer that is measured, and checks
nothing.

Each benchmark takes names of documents, or parts of them, and measures those alone: `petstore`, `Stripe`, `current`.
"""

import contextlib
import gzip
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PATIENCE: Final = float(os.environ.get("PATIENCE", "60"))  # seconds until the first answer
DATA: Final = Path(os.environ.get("CONTRACTKIT_TEST_DATA", Path(__file__).parents[3] / "shared")).resolve()
CURRENT_GITHUB: Final = "@octokit/openapi@23.0.2"
HEADERS: Final = {"accept": "application/json", "api_key": "any", "authorization": "Bearer any"}


class PeerError(Exception):
    """A side did not do what is measured; the text is what is reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document to stub.

    Attributes:
        name: What it is called in the output.
        source: Where it is: a file of the outside data, or a name that npm knows.
        path: A path that a GET may ask for, with `{}` where ever other values may stand.
    """

    name: str
    source: str
    path: str

    def asked(self, value: str) -> str:
        """Give the path with a value in it."""
        return self.path.replace("{}", value)


DOCUMENTS: Final = (
    Document(name="petstore", source="definitions/real/openapi/prism-petstore.yaml", path="/pets/{}"),
    Document(name="small petstore", source="definitions/real/openapi/oai-petstore-expanded.yaml", path="/pets/{}"),
    Document(
        name="Stripe, April 2022",
        source="definitions/real/openapi/stripe-2022-04-12.json.gz",
        path="/v1/customers/cus_{}",
    ),
    Document(
        name="GitHub, July 2022",
        source="definitions/real/openapi/github-api-2022-07-18.json.gz",
        path="/repos/ada/engine{}",
    ),
    Document(name="GitHub, current", source=CURRENT_GITHUB, path="/repos/ada/engine{}"),
)


def asked_documents() -> tuple[Document, ...]:
    """Give the documents that the command line names, all of them where it names none."""
    parts = [each.lower() for each in sys.argv[1:]]
    found = tuple(each for each in DOCUMENTS if not parts or any(part in each.name.lower() for part in parts))
    if not found:
        sys.exit(f"No document is called that. There are: {'; '.join(each.name for each in DOCUMENTS)}.")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One way to stub a document: its command, and what must be installed for it."""

    name: str
    program: str
    command: Callable[[str, Path, int, Document], list[str]]


def contractkit(program: str, file: Path, port: int, document: Document) -> list[str]:
    """Give the command of this project's stub."""
    return [program, "-m", "contractkit", "stub", str(file), "--port", str(port)]


def prism(program: str, file: Path, port: int, document: Document) -> list[str]:
    """Give Prism's command, its log off."""
    return [program, "mock", "-p", str(port), "-v", "silent", str(file)]


def specmatic(program: str, file: Path, port: int, document: Document) -> list[str]:
    """Give Specmatic's command, its log off."""
    return [program, "mock", "--noConsoleLog", "--host", "127.0.0.1", "--port", str(port), str(file)]


def wiremock(program: str, file: Path, port: int, document: Document) -> list[str]:
    """Give WireMock's command, with a mapping of the measured answer beside the document."""
    root = file.parent / "wiremock"
    (root / "mappings").mkdir(parents=True, exist_ok=True)
    pattern = document.path.replace("{}", "[^/]*")
    mapping = {
        "request": {"method": "GET", "urlPathPattern": pattern},
        "response": {
            "status": 200,
            "jsonBody": {"id": 7, "name": "x"},
            "headers": {"Content-Type": "application/json"},
        },
    }
    (root / "mappings" / "one.json").write_text(json.dumps(mapping))
    options = ["--root-dir", str(root), "--disable-banner", "--no-request-journal"]
    return [program, "--bind-address", "127.0.0.1", "--port", str(port), *options]


SIDES: Final = (
    Side(name="contractkit", program=sys.executable, command=contractkit),
    Side(name="Prism", program="prism", command=prism),
    Side(name="Specmatic", program="specmatic", command=specmatic),
    Side(name="WireMock", program="wiremock", command=wiremock),
)


def installed() -> dict[Side, str]:
    """Give the sides that are there, with their programs; say which are not."""
    folders = os.pathsep.join([str(Path(os.environ.get("PEERS", ".")) / "node_modules/.bin"), os.environ["PATH"]])
    found = {side: shutil.which(side.program, path=folders) for side in SIDES}
    for side, program in found.items():
        if program is None:
            print(f"{side.name} is not installed, and left out.")
    return {side: str(Path(program).absolute()) for side, program in found.items() if program is not None} | {
        side: side.program for side in SIDES if side.program == sys.executable
    }


@contextlib.contextmanager
def plain_file(document: Document, folder: Path) -> Iterator[Path | None]:
    """Give the document as a plain file in a folder, since not every side reads gzip; None where it cannot be had."""
    target = folder / document.name.replace(", ", "-").replace(" ", "-").lower()
    target.mkdir()
    if document.source == CURRENT_GITHUB:
        yield _from_npm(target)
        return
    source = DATA / document.source
    if not source.exists():
        sys.exit(f"There is no document at {source}: set CONTRACTKIT_TEST_DATA to the folder that holds it")
    plain = target / source.name.removesuffix(".gz")
    plain.write_bytes(gzip.decompress(source.read_bytes()) if source.suffix == ".gz" else source.read_bytes())
    yield plain


def _from_npm(folder: Path) -> Path | None:
    if shutil.which("npm") is None:
        print(f"npm is not installed: {CURRENT_GITHUB} is left out.")
        return None
    command = ["npm", "pack", "--silent", CURRENT_GITHUB, "--pack-destination", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        print(f"npm does not give {CURRENT_GITHUB}: it is left out.")
        return None
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extract("package/generated/api.github.com.json", folder, filter="data")
    return folder / "package/generated/api.github.com.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A side that serves a document: where, in which process, and how long its first answer took, in seconds."""

    url: str
    process: int
    first_answer: float

    def memory(self) -> float:
        """Give the MiB that the process and all it started hold."""
        return sum(_resident(process) for process in _family(self.process)) / 1024

    def processor_time(self) -> float:
        """Give the seconds of processors that the process and all it started have used."""
        return sum(_used(process) for process in _family(self.process)) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def serving(
    side: Side, program: str, file: Path, document: Document, environment: Mapping[str, str] | None = None
) -> Iterator[Served]:
    """Run a side in a process of its own, its log thrown away, until the block ends.

    Raises:
        PeerError: It ended before it answered, did not answer in time, or answered with anything but 200.
    """
    port = free_port()
    begun = time.perf_counter()
    process = subprocess.Popen(
        side.command(program, file, port, document),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=file.parent,
        env={**os.environ, **(environment or {})},
        start_new_session=True,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for_answer(process, f"{url}{document.asked('7')}", begun)
        yield Served(url=url, process=process.pid, first_answer=time.perf_counter() - begun)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # the group that was started here: npm's commands start Java
        process.wait()


def wait_for_answer(process: subprocess.Popen[bytes], url: str, begun: float) -> None:
    """Ask until there is an answer."""
    request = urllib.request.Request(url, headers=HEADERS)
    while True:
        left = PATIENCE - (time.perf_counter() - begun)
        if left <= 0:
            raise PeerError(f"no answer within {PATIENCE:.0f} s")
        if process.poll() is not None:
            raise PeerError(f"ended with {process.returncode} before it answered")
        try:
            urllib.request.urlopen(request, timeout=left).close()
        except urllib.error.HTTPError as refused:
            if refused.code != 404 or left < 1:  # WireMock listens before its mappings are read
                raise PeerError(f"answers {refused.code}: {refused.read(70).decode(errors='replace')}") from None
        except OSError:
            time.sleep(0.002)
        else:
            return


def free_port() -> int:
    """Give a port that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _family(process: int) -> Iterator[int]:
    yield process
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield from _family(int(child))


def _resident(process: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0


def _used(process: int) -> int:
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])  # utime and stime (proc(5))
    return 0

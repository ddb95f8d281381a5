"""Speed of the broker over HTTP, beside a bare Starlette endpoint that answers a constant.

Run it with `python benchmarks/broker.py`; the default takes half a minute. It seeds two SQLite databases, one with a
tenth of the history of the other, serves each from a process of its own, and asks with one client on one connection.
The peer is served the same way in the same run. Options set the sizes: `--services 200 --versions 300`.
"""

import argparse
import base64
import http.client
import json
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

import uvicorn
from contractkit_broker.migrations import bring_up_to_date
from contractkit_broker.server import listen, running_broker
from contractkit_broker.store import schema
from contractkit_broker.store.contracts import add_usage
from contractkit_broker.store.database import Database
from sqlalchemy import Connection, Table, insert
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

NOW = "2026-11-20T10:00:00.000000+00:00"
Ask = Callable[[int], tuple[str, str, bytes | None]]


class Seed:
    """A database with a history: services in a ring, each calling the next few, all heads in production."""

    def __init__(self, path: Path, *, services: int, versions: int, partners: int) -> None:
        self.path, self.services, self.versions = path, services, versions
        self.partners = min(partners, services - 1)
        self.database = Database(str(path))
        bring_up_to_date(self.database)
        self.database.write(self._fill)
        self.database.close()

    def name(self, service: int) -> str:
        """Give the name of a service."""
        return f"service-{service % self.services}"

    def version_id(self, service: int, version: int) -> int:
        """Give the store's id of a version: they become known in turn, as builds of many services do."""
        return version * self.services + service % self.services + 1

    def head(self, service: int) -> str:
        """Give the newest version of a service."""
        return self.number(service, self.versions - 1)

    def number(self, service: int, version: int) -> str:
        """Give the number of a version."""
        return f"{service % self.services:04}.{version:05}"

    def _pairs(self) -> Iterator[tuple[int, int]]:
        for service in range(self.services):
            for step in range(1, self.partners + 1):
                yield service, (service + step) % self.services

    def _fill(self, connection: Connection) -> None:
        services, every = range(self.services), range(self.versions)
        environment = {"id": 100, "uuid": "bench", "name": "bench", "display_name": "Bench", "created_at": NOW}
        connection.execute(insert(schema.environment).values(**environment, production=True, contacts=[]))
        _bulk(connection, schema.application, (_application(s + 1, self.name(s)) for s in services))
        _bulk(connection, schema.version, (self._version(s, v) for v in every for s in services))
        _bulk(connection, schema.branch, ({**_branch(s + 1), "application_id": s + 1} for s in services))
        _bulk(connection, schema.branch_version, (self._on_branch(s, v) for v in every for s in services))
        _bulk(connection, schema.branch_head, (self._head(s) for s in services))
        _bulk(connection, schema.deployment, (self._deployed(s) for s in services))
        for place, pair in enumerate(self._pairs()):
            self._pair(connection, place, *pair)

    def _pair(self, connection: Connection, place: int, consumer: int, provider: int) -> None:
        ends = {"consumer_id": consumer + 1, "provider_id": provider + 1, "created_at": NOW}
        digest = f"sha256:{place:064x}"
        data = json.dumps(contract(self.name(consumer), self.name(provider))).encode()
        connection.execute(insert(schema.blob).values(digest=digest, data=data, created_at=NOW))
        connection.execute(insert(schema.integration).values(**ends))
        keys = [{"interaction_key": f"key {n}", "operation": "getOrder", "location": "request.path"} for n in range(5)]
        add_usage(connection, digest, [{**key, "needed": True} for key in keys])
        first, every = place * self.versions + 1, range(self.versions)
        said = [{"id": first + v, "content_id": f"sha256:{first + v:064x}", "file_digest": digest} for v in every]
        _bulk(connection, schema.content, ({**each, **ends} for each in said if (each["id"] - first) % 3 == 0))
        published = {"provider_id": provider + 1, "file_digest": digest, "created_at": NOW}
        _bulk(
            connection,
            schema.publication,
            ({**published, "version_id": self.version_id(consumer, v), "content": first + v - v % 3} for v in every),
        )
        results = [self._result(first, v, provider) for v in every]
        _bulk(connection, schema.verification, iter(results))
        _bulk(connection, schema.interaction_result, (_outcome(each["id"], n) for each in results for n in range(5)))
        # a provider version verifies a content once: the newest result of each is the verdict
        _bulk(connection, schema.verdict, (_verdict(each) for each in results))

    def _result(self, first: int, version: int, provider: int) -> dict[str, Any]:
        fixed = {"success": True, "verified_by": {}, "test_results": [], "verified_at": NOW}
        content, of = first + version - version % 3, self.version_id(provider, version)
        return {"id": first + version, "content": content, "provider_version_id": of, **fixed}

    def _version(self, service: int, version: int) -> dict[str, Any]:
        known = {"id": self.version_id(service, version), "application_id": service + 1, "created_at": NOW}
        return {**known, "number": self.number(service, version)}

    def _on_branch(self, service: int, version: int) -> dict[str, Any]:
        return {"branch_id": service + 1, "version_id": self.version_id(service, version), "created_at": NOW}

    def _head(self, service: int) -> dict[str, Any]:
        newest = self.version_id(service, self.versions - 1)
        return {"branch_id": service + 1, "version_id": newest, "started_at": NOW}

    def _deployed(self, service: int) -> dict[str, Any]:
        place = {"uuid": f"deployment-{service}", "environment_id": 100, "instance": "", "started_at": NOW}
        newest = self.version_id(service, self.versions - 1)
        return {**place, "application_id": service + 1, "version_id": newest}


def _application(row: int, name: str) -> dict[str, Any]:
    return {"id": row, "name": name, "main_branch": "main", "created_at": NOW}


def _branch(row: int) -> dict[str, Any]:
    return {"id": row, "name": "main", "created_at": NOW}


def _outcome(verification: int, position: int) -> dict[str, Any]:
    fixed = {"success": True, "mismatches": [], "errors": [], "position": position}
    return {"verification_id": verification, "interaction_id": f"{position:064x}", **fixed}


def _verdict(result: dict[str, Any]) -> dict[str, Any]:
    kept = {name: result[name] for name in ("content", "provider_version_id", "success")}
    return {**kept, "verification_id": result["id"]}


def _bulk(connection: Connection, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    while batch := [row for _, row in zip(range(20_000), rows, strict=False)]:
        connection.execute(insert(table), batch)


def contract(consumer: str, provider: str, *, total: float = 12.5) -> dict[str, Any]:
    """Give a contract of five interactions."""
    interactions = [
        {
            "type": "Synchronous/HTTP",
            "description": f"an order, {number}",
            "request": {"method": "GET", "path": f"/orders/{number}"},
            "response": {"status": 200, "body": {"content": {"total": total}, "contentType": "application/json"}},
        }
        for number in range(5)
    ]
    ends = {"consumer": {"name": consumer}, "provider": {"name": provider}}
    return {**ends, "interactions": interactions, "metadata": {"pactSpecification": {"version": "4.0"}}}


def questions(seed: Seed) -> dict[str, Ask]:
    """Give what is asked, by name: from the number of a question to method, path and body."""
    run = f"{time.time_ns():x}"

    def can_i_deploy(n: int) -> tuple[str, str, None]:
        asked = f"pacticipant={seed.name(n)}&version={seed.head(n)}&environment=bench"
        return "GET", f"/can-i-deploy?{asked}", None

    def for_verification(n: int) -> tuple[str, str, bytes]:
        selectors = [{"mainBranch": True}, {"deployedOrReleased": True}]
        body = {"consumerVersionSelectors": selectors, "providerVersionBranch": "main"}
        return "POST", f"/pacts/provider/{seed.name(n)}/for-verification", json.dumps(body).encode()

    def matrix(n: int) -> tuple[str, str, None]:
        pair = [(seed.name(n), seed.head(n)), (seed.name(n + 1), seed.head(n + 1))]
        named = "&".join(f"q[][pacticipant]={name}&q[][version]={number}" for name, number in pair)
        return "GET", f"/matrix?{named}&latestby=cvpv", None

    def publish(n: int) -> tuple[str, str, bytes]:
        consumer, provider = seed.name(n), seed.name(n + 1)
        content = json.dumps(contract(consumer, provider, total=n + 0.5)).encode()
        entry = {"consumerName": consumer, "providerName": provider, "content": base64.b64encode(content).decode()}
        entry |= {"specification": "pact", "contentType": "application/json"}
        build = {"pacticipantName": consumer, "pacticipantVersionNumber": f"{run}-{n}", "branch": "bench"}
        return "POST", "/contracts/publish", json.dumps({**build, "contracts": [entry]}).encode()

    return {
        "can-i-deploy": can_i_deploy,
        "for-verification": for_verification,
        "matrix of a pair": matrix,
        "first page": lambda n: ("GET", "/ui", None),
        "heartbeat": lambda n: ("GET", "/diagnostic/status/heartbeat", None),
        "publish": publish,
    }


def median(address: str, ask: Ask, requests: int) -> float:
    """Give the median of the seconds from request to whole answer, after a tenth as many to warm up."""
    host = address.removeprefix("http://")
    client = http.client.HTTPConnection(host, timeout=60)
    client.connect()
    taken = [_once(client, *ask(number)) for number in range(requests + requests // 10)]
    client.close()
    return statistics.median(taken[requests // 10 :])


def _once(client: http.client.HTTPConnection, method: str, path: str, body: bytes | None) -> float:
    headers = {"Content-Type": "application/json"} if body else {}
    started = time.perf_counter()
    client.request(method, path, body, headers)
    reply = client.getresponse()
    said = reply.read()
    taken = time.perf_counter() - started
    assert reply.status == 200, said[:500]
    return taken


def serve_broker(path: str, pipe: Pipe) -> None:
    """Run a broker until the other end of the pipe says something."""
    with running_broker(path) as url:
        pipe.send(url)
        pipe.recv()


def serve_constant(path: str, pipe: Pipe) -> None:
    """Run the peer: one route that answers the same small JSON."""

    async def constant(request: Request) -> JSONResponse:
        return JSONResponse({"ok": True})

    listening = listen("127.0.0.1", 0)
    pipe.send(f"http://127.0.0.1:{listening.getsockname()[1]}")
    config = uvicorn.Config(Starlette(routes=[Route("/", constant)]), log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[listening])


@contextmanager
def served(serve: Callable[[str, Pipe], None], path: str = "") -> Iterator[str]:
    """Run a server in a process of its own and give its address."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(path, theirs), daemon=True)
    process.start()
    theirs.close()  # so that a server that does not start ends the wait
    try:
        yield ours.recv()
        ours.send("stop")
        process.join(5 if serve is serve_broker else 0)
    finally:
        process.kill()
        process.join()


def report(seeds: list[Seed], requests: int) -> None:
    """Measure and print one table; the last column is the larger history against the peer."""
    with served(serve_constant) as address:
        peer = median(address, lambda n: ("GET", "/", None), requests)
    columns = []
    for seed in seeds:
        with served(serve_broker, str(seed.path)) as address:
            asked = questions(seed).items()
            columns.append({name: median(address, ask, max(requests // 10, 10) if name == "first page" else requests)
                            for name, ask in asked})  # fmt: skip
    heads = [f"{seed.versions} versions" for seed in seeds]
    print(f"{'median, ms':22}" + "".join(f"{head:>16}" for head in heads) + f"{'× constant':>14}")
    for name in columns[0]:
        figures = "".join(f"{column[name] * 1000:16.2f}" for column in columns)
        print(f"{name:22}{figures}{columns[-1][name] / peer:14.1f}")
    print(f"{'a constant (Starlette)':22}{peer * 1000:16.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--services", type=int, default=50, help="how many services (50)")
    parser.add_argument("--versions", type=int, default=100, help="versions of each in the larger history (100)")
    parser.add_argument("--partners", type=int, default=5, help="how many providers each service calls (5)")
    parser.add_argument("--requests", type=int, default=300, help="measured requests of each kind (300)")
    sizes = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="contractkit-broker-") as directory:
        seeds = []
        for versions in (max(sizes.versions // 10, 3), sizes.versions):
            started, path = time.perf_counter(), Path(directory) / f"{versions}.sqlite"
            seeds.append(Seed(path, services=sizes.services, versions=versions, partners=sizes.partners))
            pairs = sizes.services * seeds[-1].partners
            took = f"{time.perf_counter() - started:.1f} s to seed"
            print(f"{sizes.services} services × {versions} versions, {pairs} pairs, {pairs * versions} results: {took}")
        print()
        report(seeds, sizes.requests)


if __name__ == "__main__":
    main()

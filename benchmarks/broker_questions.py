"""What is asked of a broker when it is measured: numbered requests, each about another service of a seeded world."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from threading import Event

from broker_history import World

Request = tuple[str, str, bytes | None]
Ask = Callable[[int], Request]

_SPREAD = 389  # questions in turn are about services far from each other, so that few are asked about twice


def questions(world: World) -> dict[str, Ask]:
    """Give what is asked, by name: from the number of a question to method, path and body."""
    pairs, newest, run = world.pairs(), world.versions - 1, f"{time.time_ns():x}"

    def can_i_deploy(n: int) -> Request:
        service = n * _SPREAD % world.services
        asked = f"pacticipant={world.name(service)}&version={world.number(service, newest)}"
        return "GET", f"/can-i-deploy?{asked}&environment=production", None

    def for_verification(n: int) -> Request:
        selectors = [{"mainBranch": True}, {"deployedOrReleased": True}]
        body = {"consumerVersionSelectors": selectors, "providerVersionBranch": "main", "includePendingStatus": True}
        provider = world.name(pairs[n * _SPREAD % len(pairs)][1])
        return "POST", f"/pacts/provider/{provider}/for-verification", json.dumps(body).encode()

    def matrix(n: int) -> Request:
        pair = pairs[n * _SPREAD % len(pairs)]
        named = "&".join(f"q[][pacticipant]={world.name(each)}" for each in pair)
        return "GET", f"/matrix?{named}&latestby=cvpv&limit=100", None

    def publish(n: int) -> Request:
        consumer, provider = (world.name(each) for each in pairs[n * _SPREAD % len(pairs)])
        content = json.dumps(contract(consumer, provider, f"{run}-{n}")).encode()
        entry = {"consumerName": consumer, "providerName": provider, "content": base64.b64encode(content).decode()}
        build = {"pacticipantName": consumer, "pacticipantVersionNumber": f"{run}-{n}", "branch": "benchmark"}
        return "POST", "/contracts/publish", json.dumps({**build, "contracts": [entry]}).encode()

    return {
        "can-i-deploy": can_i_deploy,
        "for-verification": for_verification,
        "matrix of a pair": matrix,
        "first page": lambda n: ("GET", "/ui", None),
        "publish": publish,
    }


def contract(consumer: str, provider: str, word: str) -> dict[str, object]:
    """Give a contract of twenty interactions whose content is new for each word."""
    interactions = [
        {
            "type": "Synchronous/HTTP",
            "description": f"order {number}",
            "providerStates": [{"name": "order exists", "params": {"id": number}}],
            "request": {"method": "GET", "path": f"/orders/{number}"},
            "response": {
                "status": 200,
                "headers": {"Content-Type": ["application/json"]},
                "body": {"content": {"id": number, "total": 12.5, "note": word}, "contentType": "application/json"},
            },
        }
        for number in range(20)
    ]
    ends = {"consumer": {"name": consumer}, "provider": {"name": provider}}
    return {**ends, "interactions": interactions, "metadata": {"pactSpecification": {"version": "4.0"}}}


def keep_analysing(address: str, world: World, stop: Event) -> int:
    """Have one impact job after another worked on until told to stop, and give how many ended.

    Each looks at all consumers of the provider that has the most.
    """
    client = HTTPConnection(address.removeprefix("http://"), timeout=60)
    old, new = (base64.b64encode(definition(kind)).decode() for kind in ("number", "string"))
    body = json.dumps({"provider": world.name(0), "old": old, "definition": new}).encode()
    ended = 0
    while not stop.is_set():
        _, said = ask(client, ("POST", "/impact-jobs", body), expected=202)
        for job in _readings(client, json.loads(said)["uuid"], stop):
            ended += job["status"] == "done"
    client.close()
    return ended


def _readings(client: HTTPConnection, uuid: str, stop: Event) -> Iterator[dict[str, str]]:
    """Read a job every tenth of a second until it ended; gives it then, and nothing if told to stop before."""
    while not stop.wait(0.1):
        job = json.loads(ask(client, ("GET", f"/impact-jobs/{uuid}", None))[1])
        if job["status"] in ("done", "failed"):
            yield job
            return


def definition(kind: str) -> bytes:
    """Give a definition of the orders that all contracts are about; `kind` is the type of a total."""
    total = {"type": "object", "required": ["total"], "properties": {"total": {"type": kind}}}
    answer = {"description": "The order.", "content": {"application/json": {"schema": total}}}
    operation = {"operationId": "getOrder", "responses": {"200": answer}}
    parameter = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    paths = {"/orders/{id}": {"parameters": [parameter], "get": operation}}
    return json.dumps({"openapi": "3.1.0", "info": {"title": "Orders", "version": "1"}, "paths": paths}).encode()


def ask(client: HTTPConnection, request: Request, *, expected: int = 200) -> tuple[float, bytes]:
    """Send a request; give the seconds until the whole answer was there, and the answer."""
    method, path, body = request
    started = time.perf_counter()
    client.request(method, path, body, {"Content-Type": "application/json"} if body else {})
    reply = client.getresponse()
    said = reply.read()
    taken = time.perf_counter() - started
    assert reply.status == expected, f"{method} {path}: {reply.status} {said[:500]!r}"
    return taken, said

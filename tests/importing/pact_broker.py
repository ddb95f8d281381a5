"""A Pact Broker as its clients see it: answers written by hand in the form that the original gives them.

What is peculiar to it: links lead to the address that it believes to have; lists of versions come by pages; ids of
interactions are its own; results are found through the matrix alone, for a GET of their list is refused; a pair's
contracts are listed under `pact-versions`. `OLD` is one of before there were branches, integrations and environments.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

BELIEVED = "http://pact-broker.internal:9292"
PAIR = "/pacts/provider/Order%20API/consumer/Zoo%20App"
SHA, OTHER_SHA = "a" * 40, "b" * 40


def link(path: str, **more: str) -> dict[str, str]:
    return {"href": f"{BELIEVED}{path}", **more}


def pact(version: str, sha: str, path: str, *, specification: str = "2.0.0") -> dict[str, Any]:
    """Give a contract as the original renders it."""
    interaction = {
        "_id": f"{version.rpartition('/')[2]:0>40}"[-40:],
        "description": "a request for an order",
        "providerState": "there is an order",
        "request": {"method": "GET", "path": path},
        "response": {"status": 200, "body": {"id": 7, "total": 12.50}, "matchingRules": {"$.body": {"match": "type"}}},
    }
    return {
        "consumer": {"name": "Zoo App"},
        "provider": {"name": "Order API"},
        "interactions": [interaction],
        "metadata": {"pactSpecification": {"version": specification}},
        "createdAt": "2021-03-04T05:06:08+00:00",
        "_links": {
            "self": link(f"{PAIR}/version/{version}"),
            "pb:pact-version": link(f"{PAIR}/pact-version/{sha}"),
            "pb:publish-verification-results": link(f"{PAIR}/pact-version/{sha}/verification-results"),
            "curies": [{"name": "pb", "href": f"{BELIEVED}/doc/{{rel}}", "templated": True}],
        },
    }


def version(number: str, second: int, *, branch: str = "", latest: bool = False, tags: tuple[str, ...] = ()) -> Any:
    at = f"2021-03-04T05:06:{second:02}+00:00"
    branches = [{"name": branch, "latest": latest, "createdAt": at, "_links": {}}] if branch else []
    return {
        "number": number,
        "createdAt": at,
        "_embedded": {"branchVersions": branches, "tags": [{"name": each, "_links": {}} for each in tags]},
        "_links": {"self": link(f"/pacticipants/any/versions/{number}")},
    }


def row(consumer: str, provider: str | None, sha: str, number: int) -> dict[str, Any]:
    """Give a row of the matrix; one without a provider version has no result."""
    result = None
    if provider is not None:
        at = f"{PAIR}/pact-version/{sha}/verification-results/{number}"
        result = {
            "success": number != 2,
            "verifiedAt": f"2021-03-05T00:00:{number:02}+00:00",
            "_links": {"self": link(at)},
        }
    return {
        "consumer": {"name": "Zoo App", "version": {"number": consumer}},
        "provider": {"name": "Order API", "version": None if provider is None else {"number": provider}},
        "pact": {"createdAt": "2021-03-04T05:06:08+00:00"},
        "verificationResult": result,
    }


def whole(number: int, provider: str, interaction: str) -> dict[str, Any]:
    return {
        "success": number != 2,
        "providerApplicationVersion": provider,
        "buildUrl": f"https://ci.example/{number}",
        "verificationDate": f"2021-03-05T00:00:{number:02}+00:00",
        "verifiedBy": {"implementation": "pact-ruby", "version": "1.0"},
        "testResults": [{"interactionId": interaction, "success": number != 2}],
        "_links": {},
    }


def pacticipants(*, main_branch: bool = True) -> dict[str, Any]:
    zoo = {
        "name": "Zoo App",
        "displayName": "Zoo",
        "repositoryUrl": "https://git.example/zoo",
        "createdAt": "2021-03-01T00:00:00+00:00",
        "updatedAt": "2021-03-02T00:00:00+00:00",
        **({"mainBranch": "trunk"} if main_branch else {}),
        "_embedded": {"labels": [{"name": "mobile", "_links": {}}]},
        "_links": {},
    }
    orders = {"name": "Order API", "createdAt": "2021-03-01T00:00:01+00:00", "_embedded": {"labels": []}, "_links": {}}
    return {"pacticipants": [orders, zoo], "_embedded": {"pacticipants": [orders, zoo]}, "_links": {}}


def versions(*members: Any, following: str = "") -> dict[str, Any]:
    links = {"next": link(following)} if following else {}
    return {"_embedded": {"versions": list(members)}, "_links": links, "page": {"number": 1, "size": 2}}


def occupied(name: str, *members: dict[str, Any]) -> dict[str, Any]:
    return {"_embedded": {name: list(members)}, "_links": {}}


def matrix(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"summary": {"deployable": None}, "matrix": list(rows)}


def asked(consumer: str) -> str:
    return f"/matrix?{consumer}"


CURRENT: dict[str, Any] = {
    "/": {
        "_links": {
            name: link(path)
            for name, path in (
                ("pb:pacticipants", "/pacticipants"),
                ("pb:integrations", "/integrations"),
                ("pb:environments", "/environments"),
                ("pb:webhooks", "/webhooks"),
            )
        }
    },
    "/pacticipants": pacticipants(),
    "/integrations": {
        "_embedded": {
            "integrations": [
                {"consumer": {"name": "Zoo App"}, "provider": {"name": "Order API"}, "verificationStatus": "success"}
            ]
        }
    },
    f"{PAIR}/versions": {
        "_links": {
            "self": link(f"{PAIR}/versions"),
            "pact-versions": [
                link(f"{PAIR}/version/{each}", title="Pact", name=f"Pact between Zoo App ({each}) and Order API")
                for each in ("3", "feat%2F2", "1", "0")
            ],
        }
    },
    f"{PAIR}/version/1": pact("1", SHA, "/orders/7"),
    f"{PAIR}/version/feat%2F2": pact("feat%2F2", SHA, "/orders/7"),
    f"{PAIR}/version/3": pact("3", OTHER_SHA, "/orders/8", specification="3.0.0"),
    f"{PAIR}/version/0": {"swagger": "2.0", "_links": {}},
    "/pacticipants/Zoo%20App/versions": versions(
        version("3", 9, branch="trunk", latest=True, tags=("prod",)),
        version("feat/2", 8, branch="feat/x", latest=True),
        following="/pacticipants/Zoo%20App/versions?pageNumber=2&pageSize=100",
    ),
    "/pacticipants/Zoo%20App/versions?page 2": versions(version("1", 7, branch="trunk"), version("0", 6)),
    "/pacticipants/Order%20API/versions": versions(version("20", 20), version("10", 10)),
    asked("1"): matrix(row("1", "20", SHA, 2), row("1", "10", SHA, 1)),
    asked("feat/2"): matrix(row("feat/2", "20", SHA, 2), row("feat/2", "10", SHA, 1)),
    asked("3"): matrix(row("3", None, OTHER_SHA, 0)),
    asked("0"): matrix(),
    f"{PAIR}/pact-version/{SHA}/verification-results/1": whole(1, "10", f"{'1':0>40}"),
    f"{PAIR}/pact-version/{SHA}/verification-results/2": whole(2, "20", f"{'1':0>40}"),
    "/environments": {
        "_embedded": {
            "environments": [
                {
                    "uuid": "c0ffee",
                    "name": "live",
                    "displayName": "Live",
                    "production": True,
                    "createdAt": "2021-03-01T00:00:00+00:00",
                }
            ]
        }
    },
    "/environments/c0ffee/deployed-versions/currently-deployed": occupied(
        "deployedVersions",
        {
            "uuid": "d1",
            "currentlyDeployed": True,
            "target": "blue",
            "createdAt": "2021-03-06T00:00:00+00:00",
            "_embedded": {"pacticipant": {"name": "Order API"}, "version": {"number": "20"}},
        },
    ),
    "/environments/c0ffee/released-versions/currently-supported": occupied(
        "releasedVersions",
        {
            "uuid": "r1",
            "currentlySupported": True,
            "createdAt": "2021-03-07T00:00:00+00:00",
            "_embedded": {"pacticipant": {"name": "Zoo App"}, "version": {"number": "feat/2"}},
        },
    ),
    "/webhooks": {"_links": {"pb:webhooks": [link("/webhooks/1"), link("/webhooks/2")]}},
}

OLD: dict[str, Any] = {
    **{path: CURRENT[path] for path in (f"{PAIR}/version/1", asked("1"))},
    **{path: CURRENT[path] for path in CURRENT if path.startswith(f"{PAIR}/pact-version/")},
    "/": {"_links": {"pb:pacticipants": link("/pacticipants"), "pb:latest-pact-versions": link("/pacts/latest")}},
    "/pacticipants": pacticipants(main_branch=False),
    "/pacts/latest": {
        "pacts": [{"_embedded": {"consumer": {"name": "Zoo App"}, "provider": {"name": "Order API"}}, "_links": {}}]
    },
    f"{PAIR}/versions": {"_links": {"pact-versions": [link(f"{PAIR}/version/1")]}},
    "/pacticipants/Zoo%20App/versions": {
        "_embedded": {"versions": [{"number": "1", "_embedded": {"tags": [{"name": "prod"}]}}]}
    },
    "/pacticipants/Order%20API/versions": {"_embedded": {"versions": [{"number": "20"}, {"number": "10"}]}},
}  # fmt: skip


@dataclass
class Crowd:
    """How many requests a broker answers at once, and how many there were at most."""

    lock: Lock = field(default_factory=Lock)
    now: int = 0
    most: int = 0

    def __enter__(self) -> None:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)

    def __exit__(self, *_: object) -> None:
        with self.lock:
            self.now -= 1


@contextmanager
def pact_broker(
    answers: Mapping[str, Any],
    *,
    authorization: str = "",
    prefix: str = "",
    is_busy: bool = False,
    crowd: Crowd | None = None,
) -> Iterator[str]:
    """Run a Pact Broker with these answers, by path, and give its URL.

    It may want to know who asks, stand below a path, answer each address with 429 at first, and count who is there.
    """
    asked_before: set[str] = set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with crowd or nullcontext():
                self._answer()

        def _answer(self) -> None:
            status, body = 200, answers.get(_key(self.path.removeprefix(prefix)))
            if is_busy and self.path not in asked_before:
                asked_before.add(self.path)
                status, body = 429, None
            elif authorization and self.headers["authorization"] != authorization:
                status, body = 401, None
            elif body is None:
                status, body = 404, {"error": "The requested document was not found on this server."}
            content = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/hal+json;charset=utf-8")
            self.send_header("retry-after", "0")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{prefix}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _key(path: str) -> str:
    parts = urlsplit(path)
    query = parse_qs(parts.query)
    if parts.path == "/matrix":
        return asked(query["q[][version]"][0])
    return f"{parts.path}?page 2" if query.get("pageNumber") == ["2"] else parts.path

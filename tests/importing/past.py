"""A past that a broker of ours has: a hundred versions and what became of them; and what a broker knows, to compare."""

import base64
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from contractkit.document import dump_contract
from contractkit.exact_json import Json
from contractkit.model import Contract, HttpCall, HttpRequest, HttpResponse, Interaction, JsonBody

VERSIONS = 104


def past_clock() -> Callable[[], str]:
    """Give a clock that starts with the year 2024 and goes on by a minute each time it is looked at."""
    start = datetime(2024, 1, 1, tzinfo=UTC)
    minutes: Iterator[datetime] = (start + timedelta(minutes=count) for count in range(10**6))
    return lambda: next(minutes).isoformat(timespec="microseconds")


def contract_file(consumer: str, provider: str, path: str) -> bytes:
    """Give a contract file with one call."""
    call = HttpCall(
        request=HttpRequest(method="GET", path=path), response=HttpResponse(status=200, body=JsonBody({"id": 7}))
    )
    one = Interaction(key="0123456789abcdef", description=f"an answer of {path}", exchange=call)
    return dump_contract(Contract(consumer=consumer, provider=provider, interactions=(one,)))


def write_past(url: str, versions: int = VERSIONS) -> None:
    """Tell a broker of many versions of web-shop and some of orders, and of what was verified and deployed."""
    with httpx.Client(base_url=url) as client:
        past = _Past(client)
        past.send("POST", "/environments", {"name": "phones", "production": False, "contacts": [{"name": "Ana"}]})
        past.send("PATCH", "/pacticipants/orders", {"mainBranch": "trunk", "repositoryUrl": "https://git.example/o"})
        past.send("PUT", "/pacticipants/orders/labels/core", {})
        for number in range(1, versions + 1):
            past.publish(number)
            if number % 10 == 0:
                past.verify(number // 10, by_way_of=number)
        past.send("PUT", "/pacticipants/web-shop/versions/1/tags/first", {})
        past.occupy("orders", "1", "deployed-versions", "production", {})
        past.occupy("orders", str(versions // 10), "deployed-versions", "production", {})
        past.occupy("web-shop", str(versions - 3), "deployed-versions", "production", {"applicationInstance": "blue"})
        past.occupy("web-shop", str(versions), "deployed-versions", "production", {"applicationInstance": "green"})
        past.occupy("web-shop", "2", "released-versions", "phones", {})
        past.occupy("web-shop", "3", "released-versions", "phones", {})


class _Past:
    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def send(self, method: str, path: str, body: Json) -> Json:
        answer = self._client.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def publish(self, number: int) -> None:
        """Publish contracts of web-shop; the content changes with every seventh version, some call users, too."""
        called = {"orders": f"/orders/{number // 7}", **({"users": "/users/1"} if number % 4 == 0 else {})}
        body = {
            "pacticipantName": "web-shop",
            "pacticipantVersionNumber": str(number),
            "buildUrl": f"https://ci.example/{number}",
            "contracts": [_uploaded(provider, path) for provider, path in called.items()],
        }
        self.send("POST", "/contracts/publish", body)
        branch = "main" if number % 3 else "a/feature"
        self.send("PUT", f"/pacticipants/web-shop/branches/{branch.replace('/', '%2F')}/versions/{number}", {})

    def verify(self, provider_version: int, by_way_of: int) -> None:
        """Have a version of orders verify what the last few versions of web-shop published."""
        version = str(provider_version)
        self.send("PUT", f"/pacticipants/orders/branches/trunk/versions/{version}", {})
        for number in (by_way_of, by_way_of - 3, by_way_of - 7):
            pact: Any = self.send("GET", f"/pacts/provider/orders/consumer/web-shop/version/{max(number, 1)}", None)
            passed = (number + provider_version) % 4 != 0
            body = {
                "success": passed,
                "providerApplicationVersion": version,
                "buildUrl": f"https://ci.example/orders/{version}",
                "verifiedBy": {"implementation": "another", "version": "1.2"},
                "testResults": [{"interactionId": pact["interactions"][0]["_id"], "success": passed}],
            }
            self.send("POST", pact["_links"]["pb:publish-verification-results"]["href"], body)

    def occupy(self, application: str, version: str, resource: str, environment: str, body: Json) -> None:
        found: Any = self.send("GET", f"/environments?name={environment}", None)
        uuid = found["_embedded"]["environments"][0]["uuid"]
        self.send("POST", f"/pacticipants/{application}/versions/{version}/{resource}/environment/{uuid}", body)


def _uploaded(provider: str, path: str) -> Json:
    content = base64.b64encode(contract_file("web-shop", provider, path)).decode()
    return {"consumerName": "web-shop", "providerName": provider, "content": content}


def told_by(url: str) -> dict[str, Json]:
    """Give all that a broker says of its past, without addresses, ids of its own, and the order of its answers."""
    with httpx.Client(base_url=url, headers={"user-agent": "contractkit"}) as client:
        names = [each["name"] for each in _get(client, "/pacticipants")["pacticipants"]]
        pairs = [
            (each["consumer"]["name"], each["provider"]["name"])
            for each in _get(client, "/integrations")["_embedded"]["integrations"]
        ]
        return {
            "applications": [_bare(_get(client, f"/pacticipants/{name}")) for name in names],
            "versions": {name: _versions(client, name) for name in names},
            "contracts": {f"{one} {other}": _contracts(client, one, other) for one, other in pairs},
            "results": {f"{one} {other}": _results(client, one, other) for one, other in pairs},
            "environments": [_place(client, each) for each in _environments(client)],
        }


def _get(client: httpx.Client, path: str) -> Any:
    answer = client.get(path)
    assert answer.is_success, answer.text
    return answer.json()


def _bare(value: Json) -> Json:
    """Give JSON without links, uuids, and when a broker was given the environments that all have."""
    if isinstance(value, dict):
        hidden = {"_links", "uuid", *(["createdAt"] if value.get("name") in ("production", "test") else [])}
        return {name: _bare(each) for name, each in value.items() if name not in hidden}
    return [_bare(each) for each in value] if isinstance(value, list) else value


def _versions(client: httpx.Client, name: str) -> Json:
    return _bare(_get(client, f"/pacticipants/{name}/versions?pageNumber=1&pageSize=1000")["versions"])


def _contracts(client: httpx.Client, consumer: str, provider: str) -> Json:
    pair = f"/pacts/provider/{provider}/consumer/{consumer}"
    links = _get(client, f"{pair}/versions")["_links"]["pb:pact-versions"]
    found = {}
    for link in links:
        pact = _get(client, link["href"])
        file = client.get(pact["_links"]["contractkit:file"]["href"]).text
        found[link["href"].rpartition("/")[2]] = [pact["createdAt"], file]
    return found


def _results(client: httpx.Client, consumer: str, provider: str) -> Json:
    query = f"q[][pacticipant]={consumer}&q[][pacticipant]={provider}&latestby=cvpv&limit=100000"
    rows = [row for row in _get(client, f"/matrix?{query}")["matrix"] if row["verificationResult"]]
    return sorted(
        [
            row["consumer"]["version"]["number"],
            row["provider"]["version"]["number"],
            row["verificationResult"]["verifiedAt"],
            _bare(_get(client, row["verificationResult"]["_links"]["self"]["href"])),
        ]
        for row in rows
    )


def _environments(client: httpx.Client) -> Json:
    return _get(client, "/environments")["_embedded"]["environments"]


def _place(client: httpx.Client, environment: Json) -> Json:
    lists = {
        name: _get(client, environment["_links"][relation]["href"])["_embedded"][name]
        for relation, name in (
            ("pb:currently-deployed-deployed-versions", "deployedVersions"),
            ("pb:currently-supported-released-versions", "releasedVersions"),
        )
    }
    return [_bare(environment), _bare(lists)]

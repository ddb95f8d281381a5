"""The history of a broker, read over the API that every Pact Broker has; what a broker lacks is absent, never an error.

Paths are taken from links where brokers give them, and else are those that are the same in all of them.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import unquote, urlencode, urlsplit

from contractkit.broker_client import Connection
from contractkit.broker_client.refusals import refusal
from contractkit.errors import BrokerError
from contractkit.exact_json import Json, dump_compact
from contractkit.importing.records import (
    Pair,
    PastApplication,
    PastContract,
    PastEnvironment,
    PastMembership,
    PastOccupancy,
    PastResult,
    PastVersion,
    instant,
    newest_last,
)

_Record = TypeVar("_Record")

MOST_ROWS = 1000
"""How many results of one contract are asked for: provider versions that verified it, the newest first."""

_PAGE = {"pageNumber": "1", "pageSize": "100"}
_ABSENT = (404, 405, 410)
_SAID = ("displayName", "repositoryUrl", "repositoryName", "repositoryNamespace", "mainBranch")
_OCCUPANCIES = (
    ("deployment", "deployed-versions/currently-deployed", "deployedVersions"),
    ("release", "released-versions/currently-supported", "releasedVersions"),
)


class History:
    """Reads what a broker knows. Every method may raise `BrokerUnreachableError` and `BrokerRefusedError`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def url(self) -> str:
        """Give the broker's base URL, without credentials."""
        return self._connection.address.url

    @property
    def is_ours(self) -> bool:
        """Say whether it is contractkit's broker."""
        return self._connection.has_link("contractkit:contracts")

    def offers(self, relation: str) -> bool:
        """Say whether the broker's index offers a link relation."""
        return self._connection.has_link(relation)

    def applications(self) -> tuple[PastApplication, ...]:
        """Give every application, by name."""
        found = self._records(self._path("pacticipants"), "pacticipants", _application)
        return tuple(sorted(found, key=lambda each: each.name))

    def versions(self, application: str) -> tuple[PastVersion, ...]:
        """Give every version of an application in the order they became known; none where it is not there."""
        found = self._records(self._path("pacticipants", application, "versions"), "versions", _version)
        return newest_last(found)

    def pairs(self) -> tuple[Pair, ...]:
        """Give who calls whom; brokers of before 2020 say it by the newest contracts."""
        if self.offers("pb:integrations"):
            found = self._records(self._path("integrations"), "integrations", _pair)
        else:
            found = self._records(self._path("pacts", "latest"), "pacts", _pair_of_contract, paged=False)
        return tuple(sorted(set(found)))

    def publishers(self, pair: Pair) -> tuple[str, ...]:
        """Give the numbers of the consumer versions that published a contract with the provider."""
        document = self._found(self._path("pacts", "provider", pair.provider, "consumer", pair.consumer, "versions"))
        with self._understanding(f"contracts of {pair}"):
            links = (document or {}).get("_links") or {}
            listed = links.get("pb:pact-versions") or links.get("pact-versions") or ()
            return tuple(unquote(urlsplit(each["href"]).path.rpartition("/")[2]) for each in listed)

    def contract(self, pair: Pair, version: str) -> PastContract | None:
        """Give the contract that a consumer version published, None where there is none any more."""
        path = self._path("pacts", "provider", pair.provider, "consumer", pair.consumer, "version", version)
        document = self._found(path)
        if not isinstance(document, dict):
            return None
        links = document.get("_links") or {}
        results = self._follow(links, "pb:publish-verification-results")
        return PastContract(
            data=dump_compact(document),
            content=_content(self._follow(links, "pb:pact-version") or results),
            results_url=results,
            file_url=self._follow(links, "contractkit:file"),
        )

    def file(self, url: str) -> bytes:
        """Give the exact bytes of a file."""
        answer = self._connection.send("GET", url)
        if not answer.is_success:
            raise refusal(answer, "A contract's file cannot be fetched.")
        return answer.content

    def results(self, pair: Pair, version: str) -> tuple[PastResult, ...]:
        """Give the last result of each provider version on a consumer version's contract, `MOST_ROWS` at most."""
        query = [
            ("q[][pacticipant]", pair.consumer),
            ("q[][version]", version),
            ("q[][pacticipant]", pair.provider),
            ("latestby", "cvpv"),
            ("limit", str(MOST_ROWS)),
        ]
        document = self._found(f"{self._path('matrix')}?{urlencode(query)}") or {}
        with self._understanding(f"results of {pair}"):
            rows = [row for row in document.get("matrix") or () if row.get("verificationResult")]
            found = map(self._result, rows)
            return tuple(sorted(found, key=lambda each: instant(each.verified_at)))

    def whole_result(self, result: PastResult) -> Mapping[str, Json]:
        """Give a result with its verifier and its interactions, nothing where it cannot be read any more."""
        found = self._found(result.url) if result.url else None
        return found if isinstance(found, dict) else {}

    def environments(self) -> tuple[PastEnvironment, ...]:
        """Give every environment."""
        return tuple(self._records(self._path("environments"), "environments", _environment, paged=False))

    def occupancies(self, environment: PastEnvironment) -> tuple[PastOccupancy, ...]:
        """Give what is deployed and released to an environment now."""
        at = self._path("environments", environment.uuid)
        found = [
            (kind, each)
            for kind, path, name in _OCCUPANCIES
            for each in self._records(f"{at}/{path}", name, _occupancy, paged=False)
        ]
        return tuple(replace(each, kind=kind, environment=environment.name) for kind, each in found)

    def webhooks(self) -> int:
        """Give how many webhooks there are."""
        if not self.offers("pb:webhooks"):
            return 0
        with self._understanding("webhooks"):
            links = (self._found(self._path("webhooks")) or {}).get("_links") or {}
            return len(links.get("pb:webhooks") or ())

    def _result(self, row: Mapping[str, Any]) -> PastResult:
        result = row["verificationResult"]
        url = self._follow(result.get("_links") or {}, "self")
        return PastResult(
            provider_version=(row["provider"].get("version") or {}).get("number") or "",
            success=bool(result.get("success")),
            verified_at=result.get("verifiedAt") or "",
            url=url,
            content=_content(url),
        )

    def _records(
        self, url: str, name: str, read: Callable[[Mapping[str, Any]], _Record], *, paged: bool = True
    ) -> list[_Record]:
        with self._understanding(name):
            return [read(each) for each in self._members(url, name, paged=paged)]

    @contextmanager
    def _understanding(self, what: str) -> Iterator[None]:
        """Tell, instead of stumbling over it, that an answer is of another form than a Pact Broker's."""
        try:
            yield
        except (KeyError, TypeError, AttributeError) as error:
            problem = f"a member lacks {error}" if isinstance(error, KeyError) else "it is of another form"
            raise BrokerError(
                f"What answers at {self.url} is not a Pact Broker that can be read.",
                details=[("asked for", what), ("problem", problem)],
                next_step="Check the broker's URL, its path included.",
            ) from None

    def _members(self, url: str, name: str, *, paged: bool = True) -> Iterator[Any]:
        """Give the members of a list through all its pages; brokers that have no pages give it whole."""
        following: str | None = f"{url}?{urlencode(_PAGE)}" if paged else url
        asked = set()
        while following is not None and following not in asked:
            asked.add(following)
            document = self._found(following) or {}
            yield from (document.get("_embedded") or {}).get(name) or document.get(name) or ()
            following = self._follow(document.get("_links") or {}, "next") or None

    def _found(self, url: str) -> Any:
        answer = self._connection.send("GET", url)
        if answer.status_code in _ABSENT:
            return None
        if not answer.is_success:
            raise refusal(answer, f"The broker at {self.url} did not say all that it knows.")
        return self._connection.parsed(answer)

    def _follow(self, links: Mapping[str, Any], relation: str) -> str:
        link = links.get(relation)
        return self._connection.follow(link) if isinstance(link, dict) and link.get("href") else ""

    def _path(self, *steps: str) -> str:
        return self._connection.path(*steps)


def _application(document: Mapping[str, Any]) -> PastApplication:
    labels = (document.get("_embedded") or {}).get("labels") or ()
    return PastApplication(
        name=document["name"],
        said={name: document[name] for name in _SAID if document.get(name)},
        labels=tuple(each["name"] for each in labels),
        created_at=document.get("createdAt") or "",
    )


def _version(document: Mapping[str, Any]) -> PastVersion:
    inside = document.get("_embedded") or {}
    return PastVersion(
        number=document["number"],
        created_at=document.get("createdAt") or "",
        build_url=document.get("buildUrl") or "",
        memberships=tuple(_membership(each) for each in inside.get("branchVersions") or ()),
        tags=tuple(each["name"] for each in inside.get("tags") or ()),
    )


def _membership(document: Mapping[str, Any]) -> PastMembership:
    return PastMembership(
        branch=document["name"],
        is_head=bool(document.get("latest")),
        created_at=document.get("createdAt") or "",
    )


def _pair(document: Mapping[str, Any]) -> Pair:
    return Pair(consumer=document["consumer"]["name"], provider=document["provider"]["name"])


def _environment(document: Mapping[str, Any]) -> PastEnvironment:
    optional = {name: document[name] for name in ("displayName", "contacts") if document.get(name)}
    is_production = bool(document.get("production"))
    return PastEnvironment(
        uuid=document["uuid"],
        name=document["name"],
        is_production=is_production,
        form={"name": document["name"], "production": is_production, **optional},
        created_at=document.get("createdAt") or "",
    )


def _pair_of_contract(document: Mapping[str, Any]) -> Pair:
    return _pair(document["_embedded"])


def _occupancy(document: Mapping[str, Any]) -> PastOccupancy:
    inside = document["_embedded"]
    return PastOccupancy(
        kind="",  # by the list it is in, as is the environment
        environment="",
        application=inside["pacticipant"]["name"],
        version=inside["version"]["number"],
        instance=document.get("applicationInstance") or document.get("target") or "",
        since=document.get("createdAt") or "",
    )


def _content(url: str) -> str:
    """Give the name of a content from an address below it."""
    return urlsplit(url).path.partition("/pact-version/")[2].partition("/")[0]

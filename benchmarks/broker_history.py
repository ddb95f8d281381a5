"""The history of a company of services, build by build: what a broker was told in the years before it is measured.

It depends on the sizes and the seed alone. `broker_seeding` writes it into a database; whoever tells the same builds
to a broker over HTTP comes to the same rows.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

_BEGAN = datetime.fromisoformat("2023-01-02T06:00:00+00:00")
_SIZES = (2, 3, 5, 10)  # interactions of a contract, by pair


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The sizes of a history.

    Attributes:
        services: How many there are.
        versions: Builds of each.
        integrations: Pairs of a consumer and a provider; a few providers have most of the consumers.
        lasting: How many versions in turn publish the same contract.
        detailed: How many of the newest versions report every interaction; older ones do so only of failures.
        seed: Of what is drawn: who calls whom, and which verifications fail.
    """

    services: int = 1000
    versions: int = 1000
    integrations: int = 5000
    lasting: int = 50
    detailed: int = 10
    seed: int = 1

    def name(self, service: int) -> str:
        """Give the name of a service."""
        return f"service-{service:04}"

    def number(self, service: int, version: int) -> str:
        """Give the number of a version; two services never share one."""
        return f"{service:04}.{version:05}"

    @property
    def is_released(self) -> frozenset[int]:
        """Give the services that are released to production, not deployed, and have several versions supported."""
        return frozenset(range(7, self.services, 10))

    def pairs(self) -> list[tuple[int, int]]:
        """Give consumer and provider of each integration; everybody calls somebody."""
        draw = random.Random(self.seed)
        found: set[tuple[int, int]] = set()
        for place in range(self.integrations * 20):
            if len(found) == self.integrations:
                break
            consumer = place % self.services
            provider = int(self.services * draw.random() ** 2)
            if provider != consumer:
                found.add((consumer, provider))
        return sorted(found)


class Said(NamedTuple):
    """A contract that a build publishes, or a result is about: the pair by its place, and how often it changed."""

    pair: int
    revision: int


class Result(NamedTuple):
    """A verification; `failing` is the interaction that failed, or None; `is_detailed` says each is reported."""

    said: Said
    failing: int | None
    is_detailed: bool


class Build(NamedTuple):
    """One build of a service, with all that was told in its course. A tuple, since there are a million."""

    service: int
    version: int
    branch: str
    at: str
    contracts: list[Said]
    results: list[Result]
    environments: tuple[str, ...]
    support_ends: int | None  # the version whose release ended


def builds(world: World) -> Iterator[Build]:
    """Give every build in the order in which they were told."""
    draw, pairs, released = random.Random(world.seed), world.pairs(), world.is_released
    calls: list[list[int]] = [[] for _ in range(world.services)]
    called: list[list[int]] = [[] for _ in range(world.services)]
    for place, (consumer, provider) in enumerate(pairs):
        calls[consumer].append(place)
        called[provider].append(place)
    on_main: list[int | None] = [None] * len(pairs)
    in_production: list[int | None] = [None] * len(pairs)
    for version in range(world.versions):
        is_feature = version % 10 in (3, 4, 5)
        is_deployed = version % 10 == 0
        branch = f"feature/{version // 10}" if is_feature else "main"
        environments = () if is_feature else ("test", "production") if is_deployed else ("test",)
        detailed = version >= world.versions - world.detailed
        ahead = 10 if is_feature else 0  # a feature brings the next contract before it is merged
        for service in range(world.services):
            contracts = [
                Said(pair, (version + pair * 7 % world.lasting + ahead) // world.lasting) for pair in calls[service]
            ]
            results = list(_results(draw, called[service], on_main, in_production, detailed, is_feature))
            for said in contracts if not is_feature else ():
                on_main[said.pair] = said.revision
                if is_deployed:
                    in_production[said.pair] = said.revision
            ends = version - 30 if is_deployed and service in released and version >= 30 else None
            yield Build(
                service, version, branch, _moment(world, version, service), contracts, results, environments, ends
            )


def _results(
    draw: random.Random,
    pairs: list[int],
    on_main: list[int | None],
    in_production: list[int | None],
    detailed: bool,
    is_feature: bool,
) -> Iterator[Result]:
    """Give what a provider's build verifies: each consumer's newest contract, then the deployed one or the same."""
    likely = 0.1 if is_feature else 0.02
    for pair in pairs:
        newest, deployed = on_main[pair], in_production[pair]
        for revision in (newest, newest if deployed is None else deployed):
            if revision is not None:
                failing = pair % 2 if draw.random() < likely else None
                yield Result(Said(pair, revision), failing, detailed or failing is not None)


def _moment(world: World, version: int, service: int) -> str:
    at = _BEGAN + timedelta(seconds=(version * world.services + service) * 90)
    return at.isoformat(timespec="microseconds")


def contract_of(world: World, pairs: list[tuple[int, int]], said: Said) -> dict[str, Any]:
    """Give the contract file that was published."""
    consumer, provider = pairs[said.pair]
    interactions = [_interaction(said, number) for number in range(_SIZES[said.pair % len(_SIZES)])]
    ends = {"consumer": {"name": world.name(consumer)}, "provider": {"name": world.name(provider)}}
    return {**ends, "interactions": interactions, "metadata": {"pactSpecification": {"version": "4.0"}}}


def _interaction(said: Said, number: int) -> dict[str, Any]:
    body = {"id": number, "total": 12.5, f"since{said.revision}": "2026-11-20"}
    return {
        "type": "Synchronous/HTTP",
        "description": f"order {number} of pair {said.pair}",
        "providerStates": [{"name": "order exists", "params": {"id": number}}],
        "request": {"method": "GET", "path": f"/orders/{number}"},
        "response": {
            "status": 200,
            "headers": {"Content-Type": ["application/json"]},
            "body": {"content": body, "contentType": "application/json", "encoded": False},
        },
    }


def contract_bytes(world: World, pairs: list[tuple[int, int]], said: Said) -> bytes:
    """Give the bytes of the contract file that was published."""
    return json.dumps(contract_of(world, pairs, said)).encode()


def test_results(result: Result, interaction_ids: list[str]) -> list[dict[str, Any]]:
    """Give what a verifier reports of each interaction: nothing where it reports only the whole."""
    if not result.is_detailed:
        return []
    return [
        {"interactionId": each, "success": place != result.failing, "mismatches": _MISMATCH[place == result.failing]}
        for place, each in enumerate(interaction_ids)
    ]


_MISMATCH: dict[bool, list[dict[str, str]]] = {
    True: [{"attribute": "body", "identifier": "$.total", "description": "Expected a number, received a text"}],
    False: [],
}

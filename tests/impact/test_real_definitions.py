"""Real documents with contracts synthesised from them: nothing is found where nothing changed, and what did is."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from contractkit.definitions.interface import Operation
from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.surface_reader import SurfaceReader
from contractkit.definitions.surfaces import Surface
from contractkit.errors import ContractkitError
from contractkit.impact import ConsumerInfo, ImpactReport, Verdict, analyse
from contractkit.model import Contract, HttpCall, HttpRequest, Interaction, LocatedRules, Rule, parse_location
from contractkit.sources import load_definition

TestData = Callable[[str], Path]

REAL = [
    "digitalocean-v2-bundled.json.gz", "github-api-2022-07-18.json.gz", "microcks-petstore.yaml",
    "oai-link-example.yaml", "oai-petstore-expanded.yaml", "oai-petstore.yaml",
    "oai-uspto.yaml", "openai-2.3.0.json", "prism-petstore.yaml",
    "stripe-2022-04-12.json.gz", "twilio-api-v2010.json", "twilio-lookups-v2.json",
]  # fmt: skip
MOST_OPERATIONS = 40
ANY_VALUE = (LocatedRules(location=parse_location("response.body"), rules=(Rule("type"),)),)


def plain_reads(definition: OpenApiDefinition) -> Iterator[tuple[Operation, HttpRequest]]:
    """Give the reads that need nothing but a path, which is written with a 7 in it."""
    reader = SurfaceReader(definition.documents)
    for operation in definition.operations:
        surface = reader.surface_of(operation)
        if operation.method == "GET" and not demands_more_than_a_path(surface):
            yield operation, HttpRequest(method="GET", path=surface.shape[1].replace("{}", "7"))


def demands_more_than_a_path(surface: Surface) -> bool:
    return any(each.is_required and each.place != "path" for each in surface.parameters.values())


def synthesised(definition: OpenApiDefinition) -> Contract:
    found: list[Interaction] = []
    for operation, request in plain_reads(definition):
        route = definition.route(request)
        if len(found) == MOST_OPERATIONS or route is None or route.operation != operation:
            continue
        try:
            response = definition.answer(operation, seed="contract", route=route).response
        except ContractkitError:
            continue  # a document may declare what no value satisfies
        exchange = HttpCall(request=request, response=replace(response, headers={}))
        key = operation.signature
        found.append(Interaction(key=key, description=key, exchange=exchange, rules=ANY_VALUE))
    return Contract(consumer="c", provider="p", interactions=tuple(found))


@pytest.mark.slow
@pytest.mark.parametrize("name", REAL)
def test_nothing_is_found_where_nothing_changed(name: str, test_data: TestData) -> None:
    file = test_data(f"definitions/real/openapi/{name}")
    old, new = load_definition(file).definition, load_definition(file).definition
    contract = synthesised(old)
    assert contract.interactions
    report = analyse(old, new, [(contract, ConsumerInfo())])
    assert [(finding.operation, finding.worry) for finding in report.findings] == []
    assert report.theoretical == ()


def released(pair: str, test_data: TestData) -> ImpactReport:
    folder = test_data(f"definitions/real/versions/openapi/{pair}")
    old, new = (load_definition(next(folder.glob(f"{side}.*"))).definition for side in ("before", "after"))
    return analyse(old, new, [(synthesised(old), ConsumerInfo())])


@pytest.mark.slow
@pytest.mark.parametrize("pair", ["github-api-2021-09-to-2022-07", "stripe-2021-06-to-2022-04"])
def test_every_finding_of_a_large_release_names_its_change(pair: str, test_data: TestData) -> None:
    report = released(pair, test_data)
    assert report.findings
    assert [finding.worry for finding in report.findings if finding.worry.change is None] == []


@pytest.mark.slow
def test_a_release_breaks_the_readers_of_what_it_removed_and_retyped(test_data: TestData) -> None:
    report = released("twilio-numbers-v1-1.56.1-to-2.0.0", test_data)
    assert {(each.verdict, each.worry.code, str(each.worry.location)) for each in report.findings} == {
        (Verdict.BROKEN, "response.undeclared", "response.body.status_last_time_updated_timestamp"),
        (Verdict.BROKEN, "response.disjoint", "response.body.not_portability_reason_code"),
        (Verdict.BROKEN, "response.undeclared", "response.body.messaging_carrier"),
        (Verdict.BROKEN, "response.undeclared", "response.body.voice_carrier"),
    }
    assert report.theoretical == ()


@pytest.mark.slow
def test_a_release_that_only_adds_hurts_nobody(test_data: TestData) -> None:
    report = released("twilio-video-v1-2.2.3-to-2.3.0", test_data)
    assert (report.verdict, report.theoretical) == (Verdict.UNAFFECTED, ())

"""Every real document there is: what it holds, that all of it can be read, checked and answered, and its mistakes."""

import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from contractkit.definitions.checks import Checks
from contractkit.definitions.lowering import Direction
from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.references import Node
from contractkit.definitions.surface_reader import SurfaceReader
from contractkit.definitions.surfaces import Surface
from contractkit.errors import ContractkitError
from contractkit.sources import load_definition

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Row:
    """What a document holds: operations, the statuses they declare, parameters, bodies; and the mistakes in it all."""

    operations: int
    statuses: int
    parameters: int
    bodies: int
    mistakes: int


TABLE = {
    "openapi/adyen-payment-v68.json": Row(13, 78, 0, 13, 0),
    "openapi/adyen-recurring-v68.json": Row(6, 36, 0, 6, 0),
    "openapi/digitalocean-v2-bundled.json.gz": Row(659, 3885, 1017, 217, 0),
    "openapi/digitalocean-v2-multifile.tar.gz": Row(659, 3885, 1017, 217, 2),
    "openapi/etcd-rpc.swagger.json": Row(44, 88, 0, 44, 0),
    "openapi/github-api-2022-07-18.json.gz": Row(874, 2108, 2419, 230, 35),
    "openapi/grpc-gateway-abitofeverything.swagger.json": Row(39, 229, 553, 17, 0),
    "openapi/microcks-petstore.yaml": Row(4, 4, 2, 1, 0),
    "openapi/oai-callback-example.yaml": Row(1, 1, 1, 0, 0),
    "openapi/oai-link-example.yaml": Row(6, 6, 13, 0, 0),
    "openapi/oai-petstore-expanded.yaml": Row(4, 8, 4, 1, 0),
    "openapi/oai-petstore.yaml": Row(3, 6, 2, 1, 0),
    "openapi/oai-uspto.yaml": Row(3, 5, 4, 1, 0),
    "openapi/oai-webhook-example-31.yaml": Row(0, 0, 0, 0, 0),
    "openapi/openai-2.3.0.json": Row(237, 251, 478, 90, 1),
    "openapi/prism-petstore.yaml": Row(26, 51, 19, 11, 5),
    "openapi/stripe-2022-04-12.json.gz": Row(417, 834, 1059, 417, 0),
    "openapi/twilio-api-v2010.json": Row(197, 199, 813, 62, 145),
    "openapi/twilio-lookups-v2.json": Row(10, 21, 31, 4, 19),
    "versions/openapi/adyen-payment-v67-to-v68/after.json": Row(13, 78, 0, 13, 0),
    "versions/openapi/adyen-payment-v67-to-v68/before.json": Row(13, 78, 0, 13, 0),
    "versions/openapi/etcd-rpc-swagger-v3.4.0-to-v3.6.0/after.json": Row(44, 88, 0, 44, 0),
    "versions/openapi/etcd-rpc-swagger-v3.4.0-to-v3.6.0/before.json": Row(41, 41, 0, 41, 0),
    "versions/openapi/github-api-2021-09-to-2022-07/after.json.gz": Row(874, 2108, 2419, 230, 35),
    "versions/openapi/github-api-2021-09-to-2022-07/before.json.gz": Row(767, 1881, 2117, 202, 0),
    "versions/openapi/stripe-2021-06-to-2022-04/after.json.gz": Row(417, 834, 1059, 417, 0),
    "versions/openapi/stripe-2021-06-to-2022-04/before.json.gz": Row(374, 748, 958, 374, 0),
    "versions/openapi/twilio-api-v2010-2.4.2-to-2.5.0/after.json.gz": Row(197, 198, 813, 62, 145),
    "versions/openapi/twilio-api-v2010-2.4.2-to-2.5.0/before.json.gz": Row(197, 198, 813, 62, 145),
    "versions/openapi/twilio-events-v1-2.3.5-to-2.4.0/after.json": Row(22, 24, 40, 7, 0),
    "versions/openapi/twilio-events-v1-2.3.5-to-2.4.0/before.json": Row(22, 24, 40, 7, 0),
    "versions/openapi/twilio-lookups-v2-1.54.0-to-1.55.0/after.json": Row(1, 1, 14, 0, 0),
    "versions/openapi/twilio-lookups-v2-1.54.0-to-1.55.0/before.json": Row(1, 1, 14, 0, 0),
    "versions/openapi/twilio-numbers-v1-1.56.1-to-2.0.0/after.json": Row(13, 13, 10, 5, 0),
    "versions/openapi/twilio-numbers-v1-1.56.1-to-2.0.0/before.json": Row(8, 8, 10, 0, 0),
    "versions/openapi/twilio-numbers-v1-2.0.3-to-2.1.0/after.json": Row(14, 14, 15, 5, 0),
    "versions/openapi/twilio-numbers-v1-2.0.3-to-2.1.0/before.json": Row(14, 14, 15, 5, 0),
    "versions/openapi/twilio-trunking-v1-2.5.8-to-2.6.0/after.json": Row(24, 24, 46, 8, 3),
    "versions/openapi/twilio-trunking-v1-2.5.8-to-2.6.0/before.json": Row(24, 24, 46, 8, 3),
    "versions/openapi/twilio-video-v1-2.2.3-to-2.3.0/after.json": Row(35, 35, 87, 10, 4),
    "versions/openapi/twilio-video-v1-2.2.3-to-2.3.0/before.json": Row(35, 35, 87, 10, 4),
}
MULTIFILE = "specification/DigitalOcean-public.v2.yaml"
SMALL = 50  # operations; longer documents are read whole in the deep run only
LARGE = {name for name, row in TABLE.items() if row.operations > SMALL}


@pytest.fixture(scope="module")
def document(
    test_data: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], OpenApiDefinition]:
    """Give one of the real documents; the one of 2,900 files is unpacked first."""

    def read(name: str) -> OpenApiDefinition:
        file = test_data(f"definitions/real/{name}")
        if name.endswith(".tar.gz"):
            folder = tmp_path_factory.mktemp("tree")
            with tarfile.open(file) as archive:
                archive.extractall(folder, filter="data")
            file = folder / MULTIFILE
        return load_definition(file).openapi

    return read


def test_the_table_has_every_document(test_data: Callable[[str], Path]) -> None:
    root = test_data("definitions/real")
    found = {*(root / "openapi").iterdir(), *(root / "versions/openapi").glob("*/*")}
    assert {str(each.relative_to(root)) for each in found if each.name != "changes.json"} == TABLE.keys()


@pytest.mark.parametrize("name", TABLE)
def test_every_operation_of_a_document_is_read(name: str, document: Callable[[str], OpenApiDefinition]) -> None:
    surfaces = surfaces_of(document(name))
    row = TABLE[name]
    assert (len(surfaces), sum(len(each.responses) for each in surfaces)) == (row.operations, row.statuses)
    assert sum(len(each.parameters) for each in surfaces) == row.parameters
    assert sum(each.body is not None for each in surfaces) == row.bodies


@pytest.mark.parametrize("name", sorted(TABLE.keys() - LARGE))
def test_every_status_of_a_small_document_is_answered_and_its_mistakes_are_told(
    name: str, document: Callable[[str], OpenApiDefinition]
) -> None:
    read_whole(document(name), TABLE[name])


@pytest.mark.deep
@pytest.mark.parametrize("name", sorted(LARGE))
def test_every_status_of_a_large_document_is_answered_and_its_mistakes_are_told(
    name: str, document: Callable[[str], OpenApiDefinition]
) -> None:
    read_whole(document(name), TABLE[name])


def read_whole(definition: OpenApiDefinition, row: Row) -> None:
    """Compile every schema and make an answer for every status: all are allowed, and each mistake has its line."""
    problems = [problem for surface in surfaces_of(definition) for problem in problems_with(definition, surface)]
    told = {f"{each.pointer}: {each.sentence}" for each in definition.warnings()}
    met: list[str] = []
    checks = Checks(definition.documents, lambda sentence, node: met.append(f"{node.place}: {sentence}"))
    for schema in (each for surface in surfaces_of(definition) for each in request_schemas(surface)):
        checks.of(schema, Direction.REQUEST)
    assert (problems, set(met) - told) == ([], set())
    warnings = definition.warnings()
    print(f"{definition.title}: {row.operations} operations, {row.statuses} statuses, {len(warnings)} mistakes")
    assert (len(warnings), all(each.line for each in warnings)) == (row.mistakes, True)


def surfaces_of(definition: OpenApiDefinition) -> list[Surface]:
    reader = SurfaceReader(definition.documents)
    return [reader.surface_of(operation) for operation in definition.operations]


def request_schemas(surface: Surface) -> Iterator[Node]:
    contents = surface.body.contents if surface.body is not None else ()
    nodes = [*(each.node for each in surface.parameters.values()), *(each.node for each in contents)]
    yield from (schema for node in nodes if (schema := node.get("schema")) is not None)


def problems_with(definition: OpenApiDefinition, surface: Surface) -> Iterator[str]:
    operation = definition.operation(surface.signature)
    for written in surface.responses:
        status = int(written.replace("XX", "00").replace("default", "599"))
        try:
            answer = definition.answer(operation, seed="corpus", status=status)
            yield from (
                f"{surface.signature}: {each}" for each in definition.check_response(operation, answer.response)
            )
        except ContractkitError as error:
            yield f"{surface.signature} {written}: {error}"

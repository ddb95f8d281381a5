"""Every answer of every real document is valid: each operation and status, by its examples and from its schemas."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.promises import Promises
from contractkit.definitions.schemas import SchemaView
from contractkit.definitions.surface_reader import SurfaceReader
from contractkit.definitions.surfaces import Surface
from contractkit.errors import ContractkitError
from contractkit.exact_json import Json
from contractkit.model import HttpRequest, JsonBody
from contractkit.sources import load_definition

DOCUMENTS = (
    "adyen-payment-v68.json",
    "adyen-recurring-v68.json",
    "digitalocean-v2-bundled.json.gz",
    "etcd-rpc.swagger.json",
    "github-api-2022-07-18.json.gz",
    "grpc-gateway-abitofeverything.swagger.json",
    "microcks-petstore.yaml",
    "oai-callback-example.yaml",
    "oai-link-example.yaml",
    "oai-petstore-expanded.yaml",
    "oai-petstore.yaml",
    "oai-uspto.yaml",
    "openai-2.3.0.json",
    "prism-petstore.yaml",
    "stripe-2022-04-12.json.gz",
    "twilio-api-v2010.json",
    "twilio-lookups-v2.json",
)

EXCEPTIONS: dict[str, dict[str, str]] = {}
"""By document: the answers that are not valid, with why; at most one in a hundred."""

SAMPLE = 12  # operations of a document, evenly spread, where not all of them are run
SEEDS = ("one", "two", "three")


@dataclass(slots=True)
class Tally:
    """What was found in one document's answers: how many, the wrong ones, and optional members made of those there."""

    answers: int = 0
    made: int = 0
    optional: int = 0

    def row(self, name: str, wrong: dict[str, str]) -> str:
        share = f"{self.made / self.optional:7.1%}" if self.optional else "      -"
        return f"{name:<45} {self.answers:6} answers {len(wrong):4} exceptions   optional members made {share}"


@pytest.mark.slow
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_sample_of_answers_is_valid_for_any_seed(name: str, test_data: Callable[[str], Path]) -> None:
    definition = load_definition(test_data(f"definitions/real/openapi/{name}")).openapi
    step = max(1, len(definition.operations) // SAMPLE)

    assert wrong_answers(definition, Tally(), seeds=SEEDS[:1], step=step) == {}


@pytest.mark.deep
def test_every_answer_is_valid_for_any_seed(test_data: Callable[[str], Path]) -> None:
    found: dict[str, dict[str, str]] = {}
    for name in DOCUMENTS:
        definition = load_definition(test_data(f"definitions/real/openapi/{name}")).openapi
        tally = Tally()
        wrong = wrong_answers(definition, tally, seeds=SEEDS, step=1)
        print(tally.row(name, wrong))
        assert len(wrong) <= tally.answers / 100
        found |= {name: wrong} if wrong else {}
    assert found == EXCEPTIONS


def wrong_answers(definition: OpenApiDefinition, tally: Tally, *, seeds: tuple[str, ...], step: int) -> dict[str, str]:
    reader = SurfaceReader(definition.documents)
    wrong = {}
    for operation in definition.operations[::step]:
        surface = reader.surface_of(operation)
        for status, accept, is_dynamic, seed in asked_of(surface, seeds):
            tally.answers += 1
            problem = problem_with(definition, surface, tally, status, accept, is_dynamic, seed)
            if problem:
                wrong[f"{surface.signature} {status} {accept} {'dynamic ' if is_dynamic else ''}{seed}"] = problem
    return wrong


def asked_of(surface: Surface, seeds: tuple[str, ...]) -> Iterator[tuple[int, str, bool, str]]:
    """Each status in each of its media types, by the examples and without them."""
    for written, response in surface.responses.items():
        status = int(written.replace("XX", "00").replace("default", "599"))
        for accept in dict.fromkeys(each.media_type for each in response.contents) or ("",):
            for is_dynamic in (False, True):
                for seed in seeds:
                    yield status, accept, is_dynamic, seed


def problem_with(
    definition: OpenApiDefinition,
    surface: Surface,
    tally: Tally,
    status: int,
    accept: str,
    is_dynamic: bool,
    seed: str,
) -> str:
    operation = definition.operation(surface.signature)
    route = definition.route(HttpRequest(method=surface.method, path=path_of(surface), headers={"accept": (accept,)}))
    if route is None or route.operation is not operation:
        return f"{path_of(surface)} reaches {route and route.operation.signature}"
    try:
        answer = definition.answer(operation, seed=seed, status=status, route=route, is_dynamic=is_dynamic)
    except ContractkitError as error:
        return str(error)
    if is_dynamic and isinstance(answer.response.body, JsonBody) and isinstance(answer.promises, Promises):
        count_members(tally, view_of(surface, status, accept), answer.response.body.value)
    violations = definition.check_response(operation, answer.response)
    return str(violations[0]) if violations else ""


def path_of(surface: Surface) -> str:
    """The operation's path with its own placeholders for values: no literal of another path is met by them."""
    return surface.path.replace("{", "x-").replace("}", "")


def view_of(surface: Surface, status: int, accept: str) -> SchemaView | None:
    response = surface.response_to(status)
    contents = response.contents if response is not None else ()
    return next((each.view for each in contents if each.media_type == accept), None)


def count_members(tally: Tally, view: SchemaView | None, value: Json) -> None:
    """Count the optional members that the first branch of an object describes, and those that were made."""
    branch = next((each for each in view.value_branches if "object" in each.types), None) if view else None
    if branch is None or not isinstance(value, dict):
        return
    optional = [name for name, each in branch.members.items() if not each.is_required and not each.is_write_only]
    tally.optional += len(optional)
    tally.made += len(value.keys() & set(optional))

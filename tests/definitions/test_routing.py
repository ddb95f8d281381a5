from collections.abc import Callable
from pathlib import Path

import pytest

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.routing import Router
from contractkit.model import HttpRequest
from contractkit.sources import load_definition


def reached(definition: OpenApiDefinition, method: str, path: str) -> tuple[str, dict[str, str]] | None:
    route = definition.route(HttpRequest(method=method, path=path))
    return None if route is None else (route.operation.name, dict(route.path_parameters))


@pytest.mark.parametrize(
    ("path", "operation", "parameters"),
    [
        ("/", "getRoot", {}),
        ("/v1", "getRoot", {}),
        ("/v1/", "getRoot", {}),
        ("/orders", "listOrders", {}),
        ("/v1/orders", "listOrders", {}),
        ("/internal/orders", "listOrders", {}),
        ("/orders/latest", "getLatestOrder", {}),
        ("/orders/7", "getOrder", {"id": "7"}),
        ("/orders/a%2Fb%20c", "getOrder", {"id": "a/b c"}),
        ("/orders/7.pdf", "printOrder", {"id": "7"}),
        ("/compare/main...dev", "compare", {"base": "main", "head": "dev"}),
        ("/compare/a...b...c", "compare", {"base": "a", "head": "b...c"}),
        ("/compare/main", "compareBoth", {"both": "main"}),
    ],
)
def test_a_path_reaches_its_most_definite_operation(
    orders: OpenApiDefinition, path: str, operation: str, parameters: dict[str, str]
) -> None:
    assert reached(orders, "GET", path) == (operation, parameters)


@pytest.mark.parametrize(
    "path", ["/orders/", "/orders/7/", "/orders//", "/v2/orders", "/v1orders", "//orders", "/orders/7/lines"]
)
def test_a_path_that_is_not_defined_reaches_nothing(orders: OpenApiDefinition, path: str) -> None:
    assert reached(orders, "GET", path) is None


def test_a_concrete_path_without_the_method_leaves_it_to_the_template(orders: OpenApiDefinition) -> None:
    assert reached(orders, "DELETE", "/orders/latest") == ("DELETE /orders/{id}", {"id": "latest"})


def test_the_routed_request_has_no_base_path(orders: OpenApiDefinition) -> None:
    route = orders.route(HttpRequest(method="get", path="/v1/orders/7"))
    assert route is not None
    assert route.request.path == "/orders/7"


def test_a_literal_may_be_percent_encoded() -> None:
    router: Router[str] = Router()
    router.add("GET", "/caf%C3%A9/{id}", "café")
    found = router.find("GET", "/caf%c3%a9/1")
    assert found is not None and found.target == "café"


def test_more_literal_characters_win_among_partly_templated_segments() -> None:
    router: Router[str] = Router()
    for template in ("/{id}.json", "/{id}.min.json", "/{a}-{b}"):
        router.add("GET", template, template)
    paths = ["/x.min.json", "/x.json", "/x-y.json", "/x-y"]
    assert [found.target for path in paths if (found := router.find("GET", path))] == [
        "/{id}.min.json",
        "/{id}.json",
        "/{id}.json",
        "/{a}-{b}",
    ]


def test_a_parameter_over_several_segments_takes_the_rest() -> None:
    router: Router[str] = Router()
    router.add("GET", "/contents/{path}", "file", spans_segments=True)
    router.add("GET", "/contents/readme", "readme")
    found = router.find("GET", "/contents/src/a.py")
    assert found is not None and (found.target, found.parameters) == ("file", {"path": "src/a.py"})
    assert router.find("GET", "/contents/") is None
    assert router.find("GET", "/contents/readme") is not None


def test_paths_that_no_request_can_tell_apart_are_a_warning(definition_of: Callable[[str], OpenApiDefinition]) -> None:
    definition = definition_of(
        """
        openapi: 3.0.0
        paths:
          /a/{x}: {get: {operationId: first, responses: {'200': {description: x}}}}
          /a/{y}: {get: {operationId: second, responses: {'200': {description: x}}}}
        """
    )
    assert reached(definition, "GET", "/a/1") == ("first", {"x": "1"})
    assert [(each.sentence, each.line) for each in definition.warnings()] == [
        ("No request can tell GET /a/{y} from /a/{x}.", 5)
    ]


@pytest.mark.parametrize(
    ("method", "path", "names"),
    [
        ("GET", "/order", ["listOrders", "addOrder"]),
        ("GET", "/v1/orders/7/", ["getOrder", "printOrder"]),
        ("PUT", "/orders/7", ["getOrder", "DELETE /orders/{id}", "printOrder"]),
        ("GET", "/nothing/like/it", []),
    ],
)
def test_the_nearest_operations_are_named(orders: OpenApiDefinition, method: str, path: str, names: list[str]) -> None:
    found = [operation.name for operation in orders.nearest(HttpRequest(method=method, path=path))]
    assert found == names


def test_githubs_files_may_lie_in_folders(test_data: Callable[[str], Path]) -> None:
    github = load_definition(test_data("definitions/real/openapi/github-api-2022-07-18.json.gz")).definition
    found = reached(github, "GET", "/repos/o/r/contents/src/a.py")
    assert found == ("repos/get-content", {"owner": "o", "repo": "r", "path": "src/a.py"})
    assert reached(github, "GET", "/repos/o/r/compare/a...b") == (
        "repos/compare-commits",
        {"owner": "o", "repo": "r", "base": "a", "head": "b"},
    )

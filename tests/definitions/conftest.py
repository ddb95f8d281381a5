"""A small definition with one of everything, and definitions from text."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.sources import load_definition, read_definition

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def orders() -> OpenApiDefinition:
    """The definition in `orders.yaml`."""
    return load_definition("orders.yaml", root=HERE).definition


@pytest.fixture
def definition_of() -> Callable[[str], OpenApiDefinition]:
    """Give the definition that a YAML text holds."""

    def read(text: str) -> OpenApiDefinition:
        return read_definition(dedent(text).encode(), source="service.yaml").definition

    return read


@pytest.fixture
def answering(definition_of: Callable[[str], OpenApiDefinition]) -> Callable[[str], OpenApiDefinition]:
    """Give a definition whose operation `get` answers 200 with JSON of the schema in a YAML text."""

    def read(schema: str, *, version: str = "3.0.3", components: str = "") -> OpenApiDefinition:
        text = (
            f"openapi: {version}\n"
            "info: {title: Service, version: '1'}\n"
            "paths:\n"
            "  /it:\n"
            "    get:\n"
            "      operationId: get\n"
            "      responses:\n"
            "        '200':\n"
            "          description: it\n"
            "          content:\n"
            "            application/json:\n"
            "              schema:\n" + _indented(schema, 16)
        )
        return definition_of(text + ("components:\n  schemas:\n" + _indented(components, 4) if components else ""))

    return read


def _indented(text: str, spaces: int) -> str:
    return "".join(f"{' ' * spaces}{line}\n" for line in dedent(text).strip().splitlines())

"""Small definitions around one schema, and real ones, for tests of changes."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from contractkit.changes import DefinitionChanges, compare_definitions
from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.references import Documents


def around(schema: Any, version: str = "3.1.0", **components: Any) -> dict[str, Any]:
    """Give a document in which a schema is what is sent and what comes back."""
    content = {"application/json": {"schema": schema}}
    operation = {"requestBody": {"content": content}, "responses": {"200": {"description": "ok", "content": content}}}
    return {
        "openapi": version,
        "info": {"title": "t", "version": "1"},
        "paths": {"/things": {"post": operation}},
        "components": {"schemas": components},
    }


def define(document: Any) -> OpenApiDefinition:
    return OpenApiDefinition(Documents({"d": document}, "d"))


def read(path: Path) -> Any:
    data = path.read_bytes()
    text = gzip.decompress(data) if path.suffix == ".gz" else data
    return json.loads(text) if ".json" in path.name else yaml.load(text, yaml.CSafeLoader)


@pytest.fixture
def changes_between() -> Callable[[Any, Any], DefinitionChanges]:
    """Compare two documents."""
    return lambda old, new: compare_definitions(define(old), define(new))


@pytest.fixture
def found_between(changes_between: Callable[[Any, Any], DefinitionChanges]) -> Callable[..., list[list[str]]]:
    """Give rule, location and sentence of the changes between two schemas, sent and given back."""

    def compare(old: Any, new: Any, version: str = "3.1.0", **components: Any) -> list[list[str]]:
        found = changes_between(around(old, version, **components), around(new, version, **components)).changes
        return [[change.rule, str(change.location), change.sentence] for change in found]

    return compare


@pytest.fixture
def compare_files(changes_between: Callable[[Any, Any], DefinitionChanges]) -> Callable[[Path], DefinitionChanges]:
    """Compare `before.*` and `after.*` of a folder."""
    return lambda folder: changes_between(*(read(next(folder.glob(f"{side}.*"))) for side in ("before", "after")))

"""Refactorings that change nothing are reported as nothing: at random places of every real document."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from contractkit.changes import compare_definitions
from contractkit.changes.gains import all_changes
from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.references import Documents
from tests.changes.conftest import read
from tests.changes.rewrites import REWRITES, split

TestData = Callable[[str], Path]

SMALL = ("oai-petstore.yaml", "oai-petstore-expanded.yaml", "oai-link-example.yaml", "oai-uspto.yaml")


def found_between(old: dict[str, Any], new: dict[str, Any]) -> Counter[str]:
    sides = [OpenApiDefinition(Documents(documents, "d"), source="d") for documents in (old, new)]
    return Counter(change.rule for change in all_changes(compare_definitions(*sides)))


def rewritten(document: Any, names: list[str], seed: int) -> Any:
    random = Random(seed)
    for name in names:
        document = REWRITES[name](document, random)
    return document


@pytest.mark.parametrize("file", SMALL)
@pytest.mark.parametrize("rewrite", [*REWRITES, "all", "split"])
def test_a_small_document_rewritten_is_the_same(file: str, rewrite: str, test_data: TestData) -> None:
    document = read(test_data(f"definitions/real/openapi/{file}"))
    for seed in range(5):
        names = [*REWRITES] if rewrite == "all" else [rewrite] if rewrite in REWRITES else []
        new = rewritten(document, names, seed)
        assert found_between({"d": document}, split(new) if rewrite == "split" else {"d": new}) == {}


def test_a_rewritten_document_still_shows_what_changed(test_data: TestData) -> None:
    document = read(test_data("definitions/real/openapi/oai-petstore-expanded.yaml"))
    rules = set()
    for seed in range(5):
        new = rewritten(document, [*REWRITES], seed)
        assert new != document
        del new["paths"]["/pets/{id}"]["delete"]
        rules.update(found_between({"d": document}, {"d": new}))
    assert rules == {"operation.removed"}


LARGE = (
    "openai-2.3.0.json", "twilio-api-v2010.json", "adyen-payment-v68.json", "github-api-2022-07-18.json.gz",
    "digitalocean-v2-bundled.json.gz", "stripe-2022-04-12.json.gz", "adyen-recurring-v68.json",
    "prism-petstore.yaml", "microcks-petstore.yaml", "oai-callback-example.yaml", "oai-webhook-example-31.yaml",
    "twilio-lookups-v2.json",
)  # fmt: skip


@pytest.mark.deep
@pytest.mark.parametrize("file", LARGE)
@pytest.mark.parametrize("rewrite", [*REWRITES, "all", "split"])
def test_a_large_document_rewritten_is_the_same(file: str, rewrite: str, test_data: TestData) -> None:
    document = read(test_data(f"definitions/real/openapi/{file}"))
    names = [*REWRITES] if rewrite == "all" else [rewrite] if rewrite in REWRITES else []
    new = rewritten(document, names, seed=1)
    if ".json" in file and rewrite != "split":
        assert new != document  # the smallest have nothing to rename, or hold no reference
    assert found_between({"d": document}, split(new) if rewrite == "split" else {"d": new}) == {}

"""What is found of consumers that are built on client packages, in one run of pytest, against the truth beside each.

The truth was worked out by reading the packages, by someone who has not seen how needs are found.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from contractkit.model import Contract
from tests.inference.known_needs import consumer_files, judge, left_unknown, load_truth, run_consumers, table

pytestmark = pytest.mark.slow

FILES = consumer_files(Path(__file__).parent / "real_packages")


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Contract]:
    return run_consumers(tmp_path_factory.mktemp("consumers"), FILES)


def test_what_is_found_is_what_is_needed_but_for_what_is_explained(contracts: Mapping[str, Contract]) -> None:
    judged = judge(FILES, contracts, excuses=False)
    print(f"\n{table(judged)}")
    assert {kind: sorted(each.missed + each.wrong) for kind, each in judged.items()} == {
        kind: sorted(_explained(kind)) for kind in judged
    }


def _explained(kind: str) -> Iterator[str]:
    for file in FILES:
        for test, operation, of, place in getattr(load_truth(file), "REASONS", {}):
            if of == kind:
                yield f"{file.stem}::{test} {operation} {place}"


def test_nothing_stays_unknown(contracts: Mapping[str, Contract]) -> None:
    assert left_unknown(FILES, contracts) == []


def test_there_are_enough_consumers() -> None:
    assert sum(len(load_truth(file).TRUTH) for file in FILES) >= 25

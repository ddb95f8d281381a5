"""What is found of consumers whose needs are known, in one run of pytest, against the truth beside each."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from contractkit.model import Contract
from tests.inference.known_needs import consumer_files, judge, left_unknown, run_consumers, table, wrongly_known

pytestmark = pytest.mark.slow

FILES = consumer_files()


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Contract]:
    return run_consumers(tmp_path_factory.mktemp("consumers"), FILES)


def test_what_is_found_is_what_is_needed(contracts: Mapping[str, Contract]) -> None:
    judged = judge(FILES, contracts)
    print(f"\n{table(judged)}")
    assert {kind: (each.missed, each.wrong) for kind, each in judged.items() if each.missed or each.wrong} == {}


def test_nothing_with_a_known_truth_stays_unknown(contracts: Mapping[str, Contract]) -> None:
    assert left_unknown(FILES, contracts) == []


def test_what_cannot_be_proved_stays_unknown_for_its_reason(contracts: Mapping[str, Contract]) -> None:
    assert wrongly_known(FILES, contracts) == []


def test_there_are_enough_consumers(tmp_path: Path) -> None:
    from tests.inference.known_needs import load_truth

    assert sum(len(load_truth(file).TRUTH) for file in FILES) >= 25

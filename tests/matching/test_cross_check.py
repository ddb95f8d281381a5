"""Our verdicts are those of the native engine inside `pact-python`; every difference has a named reason."""

from collections import Counter
from pathlib import Path

import pytest

from tests.matching.cross_cases import described, generated_cases
from tests.matching.differences import DIFFERENCES, explanation
from tests.matching.exchanged import Exchanged
from tests.matching.peer import verdicts_of_peer

MANUAL = Path(__file__).parent.parent.parent / "docs" / "matching.md"


@pytest.mark.slow
@pytest.mark.parametrize(("count", "seed"), [(600, 20261121)])
def test_verdicts_are_those_of_the_peer(count: int, seed: int, tmp_path: Path) -> None:
    check_against_peer(generated_cases(count, seed=seed), tmp_path)


@pytest.mark.deep
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_verdicts_are_those_of_the_peer_on_thousands(seed: int, tmp_path: Path) -> None:
    check_against_peer(generated_cases(4_000, seed=seed), tmp_path)


def check_against_peer(cases: list[Exchanged], folder: Path) -> None:
    """Compare the verdicts of both engines, print how they are spread, and hold the differences to their bounds."""
    peers = verdicts_of_peer(cases, folder)
    assert peers.keys() == set(range(len(cases)))
    spread: Counter[str] = Counter()
    unexplained: list[str] = []
    for at, case in enumerate(cases):
        ours = case.mismatches()
        spread["accepted" if not ours else "refused"] += 1
        if bool(ours) is not bool(peers[at]):
            reason = explanation(case, ours, peers[at])
            spread[f"differs: {reason}"] += 1
            unexplained += [*described(case), f"  ours {ours}", f"  peer {peers[at]}"] if reason is None else []
    differing = sum(count for name, count in spread.items() if name.startswith("differs"))
    print(f"\n{len(cases)} cases, {differing} differ ({differing / len(cases):.1%})", *_rows(spread), sep="\n")
    assert unexplained == []
    assert differing < len(cases) * 0.05
    assert min(spread["accepted"], spread["refused"]) > len(cases) * 0.25


def test_cases_are_of_every_kind() -> None:
    cases = generated_cases(600, seed=20261121)
    assert {case.side for case in cases} == {"request", "response", "message"}
    assert {case.version for case in cases} == {"2.0.0", "3.0.0", "4.0"}


def test_the_manual_names_every_difference() -> None:
    manual = MANUAL.read_text()
    assert [row.name for row in DIFFERENCES if f"| {row.name} |" not in manual] == []


def _rows(spread: Counter[str]) -> list[str]:
    return [f"  {count:5} {name}" for name, count in spread.most_common()]

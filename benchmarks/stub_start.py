"""How soon a stub answers, from the start of its process, beside Prism, Specmatic and WireMock.

Run `PEERS=FOLDER python benchmarks/stub_start.py [DOCUMENT…]`; `stub_peers` says where the peers come from. A petstore
and Stripe's and GitHub's documents come from the outside test data, GitHub's current one from npm. Each figure is the
median over ROUNDS rounds (5) in which every side ran once. This project's stub is measured with an empty cache and with
what the run before left in it.
"""

import os
import statistics
import tempfile
from pathlib import Path

from stub_peers import Document, PeerError, Side, asked_documents, installed, plain_file, serving

ROUNDS = int(os.environ.get("ROUNDS", "5"))
BARS = {"petstore": 5.0, "GitHub, current": 5.0}
"""How many times sooner than Prism, at least."""
CACHED_BAR = 0.5  # seconds, GitHub's current document


def candidates(sides: dict[Side, str]) -> list[tuple[str, Side, str, bool]]:
    """Give name, side, program, and whether the cache is emptied before each run."""
    found = []
    for side, program in sides.items():
        if side.name == "contractkit":
            found += [("contractkit, first time", side, program, True)]
        found += [(side.name, side, program, False)]
    return found


def measure(document: Document, file: Path, sides: dict[Side, str], kept: Path) -> None:
    """Print when each side first answered, and the ratio to this project's stub."""
    print(f"{document.name}, start to first answer, {ROUNDS} rounds")
    taken: dict[str, list[float]] = {}
    failed: dict[str, str] = {}
    for _ in range(ROUNDS):
        for name, side, program, is_empty in candidates(sides):
            if name in failed:
                continue
            with tempfile.TemporaryDirectory() as empty:
                cache = {"XDG_CACHE_HOME": empty if is_empty else str(kept)}
                try:
                    with serving(side, program, file, document, cache) as served:
                        taken.setdefault(name, []).append(served.first_answer)
                except PeerError as error:
                    failed[name] = str(error)
    ours = taken.get("contractkit", [])
    for name, _, _, _ in candidates(sides):
        if name in failed:
            print(f"  {name:<24} {failed[name]}")
            continue
        ratios = sorted(other / own for own, other in zip(ours, taken[name], strict=False))
        spread = f"{statistics.median(ratios):6.1f} x ({ratios[0]:.1f}-{ratios[-1]:.1f})" if ratios else ""
        print(f"  {name:<24} {statistics.median(taken[name]):6.2f} s  {spread}")
    judge(document, taken, failed)


def judge(document: Document, taken: dict[str, list[float]], failed: dict[str, str]) -> None:
    """Print whether the bars hold for a document that has some."""
    bar = BARS.get(document.name)
    if bar is None or "contractkit" not in taken:
        return
    first = statistics.median(taken["contractkit, first time"])
    if "Prism" in taken:
        ratio = statistics.median(taken["Prism"]) / first
        print(f"  bar: {bar:.0f} x sooner than Prism, with an empty cache: {ratio:.1f} x, {verdict(ratio >= bar)}")
    elif "Prism" in failed:
        print(f"  bar: {bar:.0f} x sooner than Prism: Prism gave {failed['Prism']}")
    if document.name == "GitHub, current":
        cached = statistics.median(taken["contractkit"])
        print(f"  bar: {CACHED_BAR} s with what is cached: {cached:.2f} s, {verdict(cached <= CACHED_BAR)}")


def verdict(holds: bool) -> str:
    """Give the word for whether a bar holds."""
    return "met" if holds else "NOT MET"


def main() -> None:
    """Measure each document."""
    sides = installed()
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "cache"
        kept.mkdir()
        for document in asked_documents():
            with plain_file(document, Path(folder)) as file:
                if file is not None:
                    measure(document, file, sides, kept)


if __name__ == "__main__":
    main()

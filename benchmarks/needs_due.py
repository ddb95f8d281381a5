"""How many runs the answers of real definitions call for where all of an answer is read, and what a limit leaves out.

Run `python benchmarks/needs_due.py DEFINITION...`. Of each definition up to `--operations` are drawn, always the same.
"""

import argparse
import random
import statistics
from collections.abc import Iterator
from pathlib import Path

from contractkit.errors import ContractkitError
from contractkit.inference import ALL_KINDS, AUTO_KINDS, AnswerId, ObservedAnswer, runs_due
from contractkit.inference.legal_answers import legal_answers
from contractkit.model import JsonBody
from contractkit.recording import stubbed_provider
from contractkit.recording.serving_again import RESPONSE_BODY

LIMITS = 400, 1000, 2000


def main() -> None:
    """Print a line for each definition and kind of inference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("definitions", nargs="+", type=Path)
    parser.add_argument("--operations", type=int, default=150)
    chosen = parser.parse_args()
    print(f"{'definition':36} kinds  answers  median   most  " + "  ".join(f"over {limit:4}" for limit in LIMITS))
    for path in chosen.definitions:
        due = list(due_of(path, chosen.operations))
        for number, kinds in enumerate(("auto", "full")):
            runs = [each[number] for each in due]
            over = "  ".join(f"{sum(each > limit for each in runs):9}" for limit in LIMITS)
            print(f"{path.name:36} {kinds}  {len(runs):7}  {statistics.median(runs):6g}  {max(runs):5}  {over}")


def due_of(path: Path, most: int) -> Iterator[tuple[int, int]]:
    """Give the runs that the answer of each operation calls for, dropping alone and with all kinds of changes."""
    provider = stubbed_provider("it", path.name, root=path.parent)
    operations = list(provider.definition.operations)
    random.Random(1).shuffle(operations)
    for operation in operations[:most]:
        try:
            response = provider.definition.answer(operation, seed=operation.name).response
        except ContractkitError:
            continue
        if isinstance(response.body, JsonBody) and provider.surfaces is not None:
            about = (provider.definition, provider.surfaces, operation, response)
            found = [legal_answers(*about, with_values=each) for each in (False, True)]  # type: ignore[arg-type]
            answers = [
                ObservedAnswer(
                    id=AnswerId("it", operation.name),
                    operation=operation.name,
                    at=RESPONSE_BODY,
                    bodies=(response.body.value,),
                    alternatives=each,
                )
                for each in found
            ]
            yield runs_due(answers[:1], AUTO_KINDS), runs_due(answers[1:], ALL_KINDS)


if __name__ == "__main__":
    main()

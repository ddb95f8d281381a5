"""Judges many calls in one process and in two, and prints how the two compare; run by `test_beside` without threads."""

import multiprocessing
import os
import signal
import sys
from dataclasses import replace
from typing import Any, NoReturn

from contractkit.impact import ConsumerInfo, ImpactReport, analyse, beside
from contractkit.impact.formats import impact_as_json
from contractkit.impact.http_judgement import HttpJudgement
from contractkit.model import Contract, Interaction
from tests.impact.conftest import definition, interaction, patched, read

PATCHES: dict[str, Any] = {
    "changes": {
        "remove": ["/components/schemas/Order/properties/note", "/components/schemas/Line/required/1"],
        "set": {"/components/schemas/Order/properties/total/nullable": True},
    },
    "mistakes": {
        "remove": ["/components/schemas/Order/properties/note"],
        "append": {"/paths/~1orders~1{id}/parameters": {"name": "shelf", "in": "drawer", "schema": {}}},
    },
}
COPIES = 250
MORE_THAN_A_PIPE_HOLDS = 1_000

judged_here: list[Interaction] = []


def count(judged: Any) -> Any:
    def counted(self: HttpJudgement, each: Interaction) -> Any:
        judged_here.append(each)
        return judged(self, each)

    return counted


def refuse() -> NoReturn:
    """Be a system on which there are as many processes as there may be."""
    raise BlockingIOError


def end(self: HttpJudgement) -> None:
    """End this process meanwhile, as who stops a job does."""
    os.kill(os.getpid(), signal.SIGKILL)


def report(case: dict[str, Any], copies: int, *, may_fork: bool) -> tuple[str, list[str], int]:
    """Give the report, the mistakes that were met, and how many interactions this process judged."""
    judged_here.clear()
    old, new = definition(read("orders.yaml")), definition(patched(read("orders.yaml"), case))
    calls = [interaction(name, each) for name, each in read("interactions.yaml").items()]
    contracts = [
        Contract(
            consumer=f"shop-{number}",
            provider="orders",
            interactions=tuple(replace(each, key=f"{each.key} {number}") for each in calls),
        )
        for number in range(copies)
    ]
    found: ImpactReport = analyse(old, new, [(each, ConsumerInfo()) for each in contracts], may_fork=may_fork)
    mistakes = [each.sentence for each in (*old.warnings(), *new.warnings())]
    return impact_as_json(found), mistakes, len(judged_here)


def main(way: str, case: str) -> None:
    """Print whether report and mistakes are the same, what this process judged itself, and the mistakes."""
    HttpJudgement.judged = count(HttpJudgement.judged)  # type: ignore[method-assign]
    os.sched_getaffinity = lambda _: {0, 1}  # whatever this machine has
    match way:
        case "ends":
            beside._judge_and_send = lambda *_: os._exit(7)
        case "is not allowed":
            multiprocessing.current_process().daemon = True
        case "never begins":
            os.fork = refuse
        case "is alone":
            HttpJudgement.compare = end  # type: ignore[method-assign]
    copies = MORE_THAN_A_PIPE_HOLDS if way == "is alone" else COPIES
    alone, in_two = (report(PATCHES[case], copies, may_fork=each) for each in (False, True))
    print("same" if alone[:2] == in_two[:2] else "other", "part" if in_two[2] < alone[2] else "all", *in_two[1])


if __name__ == "__main__":
    main(*sys.argv[1:])

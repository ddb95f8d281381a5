"""What is read of an answer: every way in which Python looks into dictionaries and lists is noted."""

import copy
import dataclasses
import json
import operator
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from contractkit.model import Location
from contractkit.recording.reads import noting

ANSWER: dict[str, Any] = {"id": 7, "buyer": {"name": "Ann"}, "lines": [{"sku": "a", "n": 2}, {"sku": "b", "n": 1}]}
FIRST = "id buyer lines"
ALL = "id buyer buyer.name lines lines[0] lines[0].sku lines[0].n lines[1] lines[1].sku lines[1].n"
LINES = "lines lines[0] lines[1]"


def reading(look: Callable[[Any], object]) -> tuple[set[str], object]:
    """Give which places a look reads, and what it sees."""
    read: set[str] = set()
    answer = noting(ANSWER, Location(("body",)), lambda location: read.add(str(location)))
    seen = look(answer)
    assert seen == look(copy.deepcopy(ANSWER))
    return read - {"body"}, seen


def named(**members: Any) -> Any:
    return members["id"]


def matched(answer: Any) -> Any:
    match answer:
        case {"buyer": {"name": name}}:
            return name
    return None


@dataclasses.dataclass
class Held:
    value: Any


LOOKS: list[tuple[str, Callable[[Any], object]]] = [
    ("id", lambda answer: answer["id"]),
    ("buyer buyer.name", lambda answer: answer["buyer"].get("name")),
    ("buyer", lambda answer: "buyer" in answer),
    ("absent", lambda answer: answer.get("absent", 5)),
    ("id", lambda answer: operator.itemgetter("id")(answer)),
    ("id", lambda answer: answer.pop("id")),
    ("id", "{id}".format_map),
    ("id", lambda answer: operator.mod("%(id)s", answer)),
    (f"{LINES} lines[0].sku lines[1].sku", lambda answer: [line["sku"] for line in answer["lines"]]),
    (f"{LINES} lines[1].n", lambda answer: answer["lines"][-1]["n"]),
    (f"{LINES} lines[0].sku", lambda answer: answer["lines"][:1][0]["sku"]),
    (LINES, lambda answer: bool(answer["lines"])),
    (LINES, lambda answer: len(answer["lines"])),
    (f"{LINES} lines[0].n lines[1].n", lambda answer: max(line["n"] for line in answer["lines"])),
    (f"{LINES} lines[0].n lines[1].n lines[1].sku", lambda a: sorted(a["lines"], key=lambda each: each["n"])[0]["sku"]),
    (f"{LINES} lines[0].n", lambda answer: (lambda first, second: first["n"])(*answer["lines"])),
    (f"{LINES} lines[0].n", lambda answer: ([] + answer["lines"])[0]["n"]),
    (f"{FIRST} buyer.name", matched),
    (FIRST, list),
    (FIRST, set),
    (FIRST, len),
    (FIRST, lambda answer: named(**answer)),
    (FIRST, lambda answer: dict(answer)["id"]),
    (FIRST, lambda answer: {**answer}["id"]),
    (FIRST, lambda answer: ({} | answer)["id"]),
    (FIRST, lambda answer: copy.copy(answer)["id"]),
    (ALL, lambda answer: answer == {"id": 8}),
    (ALL, lambda answer: operator.eq({"held": ANSWER}, {"held": answer})),
    (f"{LINES} lines[0].sku lines[0].n lines[1].sku lines[1].n", lambda answer: answer["lines"] == [{"sku": "a"}]),
    (ALL, json.dumps),
    (ALL, repr),
    (ALL, lambda answer: f"{answer}"),
    (ALL, lambda answer: copy.deepcopy(answer)["id"]),
    (ALL, lambda answer: pickle.loads(pickle.dumps(answer))),
    (ALL, lambda answer: dataclasses.asdict(Held(answer))),
]


@pytest.mark.parametrize(("read", "look"), LOOKS, ids=range(len(LOOKS)))
def test_what_python_looks_at_is_noted_and_nothing_else(read: str, look: Callable[[Any], object]) -> None:
    assert reading(look)[0] == {f"body.{place}" for place in read.split()}


def test_an_answer_that_notes_is_a_dictionary_to_all_who_ask() -> None:
    answer = noting(ANSWER, Location(), lambda _: None)
    assert isinstance(answer, dict)
    assert answer.__class__ is dict
    assert isinstance(answer["lines"], list)
    assert type(copy.deepcopy(answer)) is dict
    with pytest.raises(TypeError, match="unhashable"):
        hash(answer)

"""Schemas that redefine one another's members crosswise: each set of them that meets somewhere is one of its own."""

from typing import Any


def crosswise(count: int, last: str) -> dict[str, Any]:
    """Give a number of schemas, of which the last has a member `end` of a type; both members of all others go on.

    By `left` the first one leads to itself and to the second at once, so that whoever takes n steps may have reached
    any of 2^n sets of schemas.
    """
    found = {f"S{each}": _both(_to(each + 1), _to(each + 1)) for each in range(1, count - 1)}
    return {
        "S0": _both({"allOf": [_to(0), _to(1)]}, _to(0)),
        **found,
        f"S{count - 1}": {"type": "object", "properties": {"end": {"type": last}}},
    }


def _to(number: int) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/S{number}"}


def _both(left: Any, right: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"left": left, "right": right}}

"""Routing: from a method and a path to an operation, through a tree of path segments.

At each segment the more definite alternative is tried first: a literal (`/orders/latest`), then a segment that is
partly a parameter (`/compare/{base}...{head}`), the one with more literal characters before the other, then a
parameter alone (`/orders/{id}`). Where the definite way leads to no operation of that method, the next is tried. A
parameter stands for at least one character and never for a slash, so `/orders/` is not `/orders`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, TypeVar
from urllib.parse import unquote

Target = TypeVar("Target")

_PARAMETER = re.compile(r"\{([^{}/]+)\}")


@dataclass(frozen=True, slots=True)
class Found(Generic[Target]):
    """What a path leads to, and the percent-decoded values of the template's parameters by name."""

    target: Target
    parameters: Mapping[str, str]


@dataclass(slots=True)
class _Leaf(Generic[Target]):
    target: Target
    names: tuple[str, ...]


@dataclass(slots=True)
class _Branch(Generic[Target]):
    literals: dict[str, "_Branch[Target]"] = field(default_factory=dict)
    mixed: list[tuple[str, re.Pattern[str], "_Branch[Target]"]] = field(default_factory=list)
    any: "_Branch[Target] | None" = None
    rest: dict[str, _Leaf[Target]] = field(default_factory=dict)
    leaves: dict[str, _Leaf[Target]] = field(default_factory=dict)


class Router(Generic[Target]):
    """A tree of path templates; looking up costs the segments of the path, however many templates there are."""

    def __init__(self) -> None:
        self._root: _Branch[Target] = _Branch()

    def add(self, method: str, template: str, target: Target, *, spans_segments: bool = False) -> Target | None:
        """Add a template, or give the target already there that no request can tell apart from it.

        Args:
            method: In upper case.
            template: A path template as written in the definition.
            target: What the template leads to.
            spans_segments: The last segment is a parameter that may hold slashes (`x-multi-segment`).
        """
        branch = self._root
        segments = template.split("/")[1:]
        leaf = _Leaf(target, tuple(_PARAMETER.findall(template)))
        for segment in segments[:-1] if spans_segments else segments:
            branch = _child(branch, segment)
        leaves = branch.rest if spans_segments else branch.leaves
        present = leaves.setdefault(method, leaf)
        return None if present is leaf else present.target

    def find(self, method: str, path: str) -> Found[Target] | None:
        """Give what a percent-encoded path leads to under a method, or None."""
        segments = path.split("/")[1:]
        found = _match(self._root, segments, 0, (), method)
        if found is None:
            return None
        leaf, values = found
        decoded = [unquote(value) if "%" in value else value for value in values]
        return Found(leaf.target, dict(zip(leaf.names, decoded, strict=True)))


@lru_cache(maxsize=8_192)
def parameter_names(template: str) -> tuple[str, ...]:
    """Give the names of the parameters of a path template, in order."""
    return tuple(_PARAMETER.findall(template))


def _child(branch: _Branch[Target], segment: str) -> _Branch[Target]:
    if not _PARAMETER.search(segment):
        return branch.literals.setdefault(unquote(segment), _Branch())
    if _PARAMETER.fullmatch(segment):
        branch.any = branch.any or _Branch()
        return branch.any
    shape = _PARAMETER.sub("{}", segment)
    for known, _, child in branch.mixed:
        if known == shape:
            return child
    child = _Branch()
    branch.mixed.append((shape, _pattern(shape), child))
    branch.mixed.sort(key=lambda row: (-len(row[0].replace("{}", "")), -row[0].count("{}"), row[0]))
    return child


def _pattern(shape: str) -> re.Pattern[str]:
    """Give the pattern of a partly templated segment; the first parameter takes as little as it can."""
    *first, last = shape.split("{}")
    return re.compile("(.+?)".join(re.escape(part) for part in (*first, last)))


def _match(
    branch: _Branch[Target], segments: list[str], depth: int, values: tuple[str, ...], method: str
) -> tuple[_Leaf[Target], tuple[str, ...]] | None:
    """Give the leaf that segments lead to from a branch on, and the values of its parameters; None without one."""
    ahead = _ahead(branch, segments, depth, values)
    if ahead is None:
        return None
    branch, depth, values = ahead
    if depth == len(segments):
        leaf = branch.leaves.get(method)
        return None if leaf is None else (leaf, values)
    segment = segments[depth]
    literal = branch.literals.get(unquote(segment) if "%" in segment else segment)
    if literal is not None and (found := _match(literal, segments, depth + 1, values, method)) is not None:
        return found
    for _, pattern, child in branch.mixed:
        matched = pattern.fullmatch(segment)
        if matched is not None:
            found = _match(child, segments, depth + 1, (*values, *matched.groups()), method)
            if found is not None:
                return found
    if branch.any is not None and segment:
        found = _match(branch.any, segments, depth + 1, (*values, segment), method)
        if found is not None:
            return found
    if method in branch.rest and segment:
        return branch.rest[method], (*values, "/".join(segments[depth:]))
    return None


def _ahead(
    branch: _Branch[Target], segments: list[str], depth: int, values: tuple[str, ...]
) -> tuple[_Branch[Target], int, tuple[str, ...]] | None:
    """Go on as long as one way leads on, and give where that is; None where it leads nowhere."""
    while depth < len(segments) and not (branch.mixed or branch.rest):
        segment = segments[depth]
        only = branch.literals.get(unquote(segment) if "%" in segment else segment)
        if only is not None and branch.any is not None:
            break
        if only is None:
            if branch.any is None or not segment:
                return None
            only, values = branch.any, (*values, segment)
        branch, depth = only, depth + 1
    return branch, depth, values


def without_base(path: str, bases: Iterable[str]) -> Iterator[str]:
    """Give the path with each base path that fits taken off, longest first, and the path as it is."""
    for base in bases:
        if base and (path == base or path.startswith(f"{base}/")):
            yield path[len(base) :] or "/"
    yield path or "/"

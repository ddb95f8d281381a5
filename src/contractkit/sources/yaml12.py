"""YAML read by the core schema of YAML 1.2: `NO`, `on`, dates and `12:30:45` are text, and a key stands once.

The parser is libyaml's; the values are built here, because PyYAML's own constructor follows YAML 1.1 and drops
duplicate keys without a word.
"""

import re
from dataclasses import dataclass
from typing import Any

import yaml

from contractkit.exact_json import Json
from contractkit.sources.repeated_keys import repeated_in_mapping
from contractkit.sources.syntax import YamlError

try:
    from yaml import CSafeLoader as _Parser
except ImportError:  # PyYAML built without libyaml: slower, equal in meaning
    from yaml import SafeLoader as _Parser  # type: ignore[assignment]

MOST_VALUES = 5_000_000
"""Values that a document may amount to once every alias is written out; GitHub's 13 MB document has 0.6 million."""

_DEEPEST = 500  # levels; the reader of JSON stops near there too
_TAG = "tag:yaml.org,2002:"
_BRACKET = re.compile(r"[\[\]{}]")
_LONG_INDENT = re.compile(rf"^[ \t?:-]{{{_DEEPEST}}}", re.MULTILINE)
_WORDS = {"null": None, "~": None, "": None, "true": True, "false": False}


class _CoreLoader(_Parser):
    """The parser with the implicit types of YAML 1.2's core schema (§10.3.2), and the merge key `<<` of 1.1."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  # a class attribute that PyYAML reads


for _name, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
    ("float", r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", list("-+.")),
    ("merge", r"<<", ["<"]),
):
    _CoreLoader.add_implicit_resolver(f"{_TAG}{_name}", re.compile(f"^(?:{_pattern})$"), _first)


def read_yaml(text: bytes | str) -> Json:
    """Give the JSON value that a YAML text holds; keys that are numbers or words of YAML become text as written.

    Raises:
        YamlError: The text is not YAML, contains itself, or holds what JSON cannot say.
        RepeatedKeyError: A mapping says a key twice.
    """
    return _Builder().build(compose(text))


def compose(text: bytes | str) -> yaml.Node:
    """Give the tree of nodes of a YAML text, each with its marks.

    Raises:
        YamlError: The text is not YAML, or holds no or several documents.
    """
    try:
        if _may_nest_deeply(text):
            _refuse_deep_nesting(text)
        loader = _CoreLoader(text)
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise YamlError(error.problem or str(error), line=line, column=column) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise YamlError(str(error).splitlines()[0], line=1, column=1) from None
    except RecursionError:
        raise YamlError("nested too deeply", line=1, column=1) from None
    if node is None:
        raise YamlError("the text is empty", line=1, column=1)
    return node


def _may_nest_deeply(text: bytes | str) -> bool:
    """Say whether a text could nest deeper than allowed, without parsing it: brackets in texts count as well."""
    written = text.decode("utf-8", errors="replace") if isinstance(text, bytes) else text
    if _LONG_INDENT.search(written):
        return True
    depth = 0
    for found in _BRACKET.finditer(written):
        depth = depth + 1 if found[0] in "[{" else max(0, depth - 1)
        if depth > _DEEPEST:
            return True
    return False


def _refuse_deep_nesting(text: bytes | str) -> None:
    """Count the levels event by event: composing recurses in C, and too deep a text would end the process."""
    depth = 0
    for event in yaml.parse(text, Loader=_CoreLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise _at(event.start_mark, "nested too deeply")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


@dataclass(frozen=True, slots=True)
class _Built:
    """A value with how many values it amounts to, aliases written out, and how many levels it has."""

    value: Json
    size: int = 1
    levels: int = 1


class _Builder:
    """Builds values from nodes, each anchored node once, counting what the aliases amount to."""

    def __init__(self) -> None:
        self._built: dict[int, _Built] = {}
        self._open: set[int] = set()
        self._root: yaml.Node = yaml.ScalarNode(f"{_TAG}null", "")

    def build(self, root: yaml.Node) -> Json:
        self._root = root
        return self._of(root).value

    def _of(self, node: yaml.Node) -> _Built:
        if isinstance(node, yaml.ScalarNode):
            return _Built(_scalar(node))
        known = self._built.get(id(node))
        if known is not None:
            return known
        if id(node) in self._open:
            raise _located(node, "an alias inside the value that it names")
        self._open.add(id(node))
        built = self._mapping(node) if isinstance(node, yaml.MappingNode) else self._sequence(node)
        if built.levels > _DEEPEST:
            raise _located(node, "nested too deeply")
        if built.size > MOST_VALUES:
            raise _located(node, f"its aliases amount to more than {MOST_VALUES:,} values")
        self._open.discard(id(node))
        self._built[id(node)] = built
        return built

    def _sequence(self, node: yaml.Node) -> _Built:
        items = [self._of(item) for item in node.value]
        return _Built([item.value for item in items], *_measures(items))

    def _mapping(self, node: yaml.MappingNode) -> _Built:
        members: dict[str, Json] = {}
        merged: dict[str, Json] = {}
        items = []
        for key, child in node.value:
            item = self._of(child)
            items.append(item)
            if key.tag == f"{_TAG}merge":
                merged = {**_merged(key, item.value), **merged}
                continue
            name = _key(key)
            if name in members:
                raise repeated_in_mapping(self._root, node, key)
            members[name] = item.value
        return _Built({**merged, **members} if merged else members, *_measures(items))


def _measures(items: list[_Built]) -> tuple[int, int]:
    return 1 + sum(item.size for item in items), 1 + max((item.levels for item in items), default=0)


def _merged(key: yaml.Node, value: Json) -> dict[str, Json]:
    """Give the members that a merge key brings; of several sources the first wins (YAML 1.1, type `merge`)."""
    found: dict[str, Json] = {}
    for source in value if isinstance(value, list) else [value]:
        if not isinstance(source, dict):
            raise _located(key, "`<<` merges mappings only")
        found = {**source, **found}
    return found


def _key(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise _located(node, "a key must be a scalar")
    return str(node.value)


def _scalar(node: yaml.ScalarNode) -> Json:
    text, tag = node.value, node.tag.removeprefix(_TAG)
    if tag in ("str", "merge", "!"):
        return text
    try:
        return _SCALARS[tag](text)
    except (KeyError, ValueError, OverflowError):
        raise _located(node, f"{text!r} is not a value of JSON under the tag {node.tag}") from None


def _integer(text: str) -> int:
    return int(text, 0) if text[:2] in ("0x", "0o") else int(text)


def _decimal(text: str) -> float:
    number = float(text)
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError(text)
    return number


_SCALARS: dict[str, Any] = {
    "null": lambda text: _WORDS[text.lower()],
    "bool": lambda text: _WORDS[text.lower()],
    "int": _integer,
    "float": _decimal,
}


def _located(node: yaml.Node, problem: str) -> YamlError:
    return _at(node.start_mark, problem)


def _at(mark: Any, problem: str) -> YamlError:
    return YamlError(problem, line=mark.line + 1, column=mark.column + 1)

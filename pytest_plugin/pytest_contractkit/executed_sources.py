"""Sources: one file of the consumer by grains, its functions and its top-level code, without what changes nothing.

Comments, formatting and docstrings are left out, and so is where in the file something stands. A function is the
outermost one: what is defined within it is part of it; methods are functions of their own. What importing a module
runs belongs to its top-level code: the functions that it calls or decorates with. So do those whose results are
remembered, since a test may use what was remembered of another.
"""

import ast
import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TypeAlias

_FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_REMEMBERING = frozenset({"cache", "lru_cache"})
_MAKING = ("__init__", "__new__", "__post_init__")
_HOOK = "pytest_"  # a function of a conftest that pytest may have called before any test ran


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """An import of `module`, `level` dots up from its own, or of a `name` in it; known as `alias` from then on."""

    module: str
    alias: str
    level: int = 0
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Function:
    """A function by its first line, a decorator's where there is one. `name` holds the names of its classes."""

    first: int
    last: int
    name: str
    node: _FunctionNode


class Source:
    """The text of one file, by grains."""

    def __init__(self, text: str) -> None:
        """Take the text as Python reads it.

        Raises:
            SyntaxError: It is not Python.
        """
        self._tree = _bare(ast.parse(text))
        self._functions = {each.first: each for each in _functions_in(self._tree.body)}
        self._first = {each.name: each.first for each in self._functions.values()}
        self._texts: dict[int, str] = {}
        self._imports_of: dict[int, tuple[Imported, ...]] = {}
        self._called_of: dict[int, tuple[str, ...]] = {}

    def function_at(self, line: int) -> int | None:
        """Give the first line of the outermost function that holds a line; None for top-level code."""
        if line in self._functions:
            return line
        return next((each.first for each in self._functions.values() if each.first <= line <= each.last), None)

    def name_of(self, first: int) -> str:
        """Give the name of the function with this first line, for example `OrdersClient.total`."""
        return self._functions[first].name

    def text_of(self, first: int) -> str:
        """Give a function by its first line: its name and its text."""
        if first not in self._texts:
            self._texts[first] = f"{self.name_of(first)}\n{ast.unparse(self._functions[first].node)}"
        return self._texts[first]

    def asks_for_types(self, first: int) -> bool:
        """Say whether a function asks `type(…)` of anything."""
        return "type" in self._called_by(first)

    def is_run_by_import(self, first: int) -> bool:
        """Say whether a function counts with the top-level code."""
        return first in self._run_by_import

    @cached_property
    def top_level(self) -> str:
        """Give what importing the module runs."""
        outline = ast.Module(body=list(self._outline), type_ignores=[])
        return "\n".join([ast.unparse(outline), *(self.text_of(first) for first in sorted(self._run_by_import))])

    @cached_property
    def whole(self) -> str:
        """Give all of it."""
        return ast.unparse(self._tree)

    @cached_property
    def imports(self) -> tuple[Imported, ...]:
        """Give the imports that the top-level code uses, and those for effect, which nothing in the file uses."""
        run = [node for first in sorted(self._run_by_import) for node in ast.walk(self._functions[first].node)]
        called = {name.partition(".")[0] for name in self.called_by_import}
        used = _names_in([*self._top_level_nodes(), *run]) | called
        idle = {_bound(each) for each in self._imports} - _names_in(ast.walk(self._tree))
        return (*(each for each in self._imports if _bound(each) in used | idle), *_imports_in(run))

    def imports_of(self, first: int) -> tuple[Imported, ...]:
        """Give the imports that a function uses, those within it among them."""
        if first not in self._imports_of:
            nodes = list(ast.walk(self._functions[first].node))
            used = _names_in(nodes)
            here = (each for each in self._imports if _bound(each) in used)
            self._imports_of[first] = (*here, *_imports_in(nodes))
        return self._imports_of[first]

    @cached_property
    def _imports(self) -> tuple[Imported, ...]:
        return tuple(_imports_in(self._top_level_nodes()))

    @cached_property
    def called_by_import(self) -> frozenset[str]:
        """Give the dotted names that importing the module calls, or decorates with."""
        decorated = (_decorating(each.node) for each in self._functions.values())
        return frozenset(
            [*_called_in(self._top_level_nodes()), *(name for names in decorated for name in names)],
        )

    @cached_property
    def called_imports(self) -> tuple[tuple[Imported, str], ...]:
        """Give what `called_by_import` calls of other modules: the import that leads there, and the dotted name."""
        return tuple(
            (each, name)
            for each in self.imports
            for name in self.called_by_import
            if name == each.alias or name.startswith(f"{each.alias}.")
        )

    def run_by_calls(self, names: Iterable[str]) -> frozenset[int]:
        """Give the functions of this module that calls of these names run, and those that they call by name in turn.

        A class runs what makes its instances.
        """
        found: set[int] = set()
        waiting = list(names)
        while waiting:
            called = waiting.pop()
            for name in (called, *(f"{called}.{making}" for making in _MAKING)):
                first = self._first.get(name)
                if first is not None and first not in found:
                    found.add(first)
                    waiting += self._called_by(first)
        return frozenset(found)

    def _called_by(self, first: int) -> tuple[str, ...]:
        """Give the dotted names that a function calls."""
        if first not in self._called_of:
            self._called_of[first] = tuple(_called_in(ast.walk(self._functions[first].node)))
        return self._called_of[first]

    @cached_property
    def _run_by_import(self) -> frozenset[int]:
        always = [each.name for each in self._functions.values() if _is_remembered(each.node) or _is_hook(each)]
        return self.run_by_calls(always) | self.run_by_calls(self.called_by_import)

    @cached_property
    def _outline(self) -> tuple[ast.stmt, ...]:
        return tuple(_outline(self._tree.body))

    def _top_level_nodes(self) -> Iterator[ast.AST]:
        for statement in self._outline:
            yield from ast.walk(statement)


@lru_cache(maxsize=4096)
def source_of(text: str) -> Source:
    """Give the grains of a text, found once."""
    return Source(text)


def _functions_in(body: list[ast.stmt], prefix: str = "") -> Iterator[_Function]:
    for statement in body:
        if isinstance(statement, _FunctionNode):
            first = min([statement.lineno, *(each.lineno for each in statement.decorator_list)])
            yield _Function(
                first=first, last=statement.end_lineno or first, name=f"{prefix}{statement.name}", node=statement
            )
            continue
        inside = f"{prefix}{statement.name}." if isinstance(statement, ast.ClassDef) else prefix
        for _, _, block in _blocks(statement):
            yield from _functions_in(block, inside)


def _outline(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Give statements without the functions among them and in their blocks."""
    for statement in body:
        if isinstance(statement, _FunctionNode):
            continue
        kept = copy.deepcopy(statement) if any(_blocks(statement)) else statement
        for holder, name, block in list(_blocks(kept)):
            setattr(holder, name, list(_outline(block)) or ([ast.Pass()] if name == "body" else []))
        yield kept


def _blocks(statement: ast.stmt) -> Iterator[tuple[ast.AST, str, list[ast.stmt]]]:
    """Give the blocks of a compound statement, each with the node and the field that hold it."""
    for holder in (statement, *getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(holder, name, None)
            if isinstance(block, list) and block:
                yield holder, name, block


def _called_in(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Call):
            yield from _dotted(node.func)
        elif isinstance(node, ast.ClassDef):
            yield from _decorating(node)


def _decorating(node: _FunctionNode | ast.ClassDef) -> Iterator[str]:
    """Give the names that a definition is decorated with."""
    for each in node.decorator_list:
        yield from _dotted(each.func if isinstance(each, ast.Call) else each)


def _dotted(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield from (f"{name}.{node.attr}" for name in _dotted(node.value))


def _is_remembered(node: _FunctionNode) -> bool:
    return not _REMEMBERING.isdisjoint(name.rpartition(".")[2] for name in _decorating(node))


def _is_hook(function: _Function) -> bool:
    return function.name.startswith(_HOOK)


def _imports_in(nodes: Iterable[ast.AST]) -> Iterator[Imported]:
    for node in nodes:
        if isinstance(node, ast.Import):
            for name in node.names:
                yield Imported(module=name.name, alias=name.asname or name.name)
        elif isinstance(node, ast.ImportFrom):
            for name in node.names:
                yield Imported(
                    module=node.module or "", level=node.level, name=name.name, alias=name.asname or name.name
                )


def _bound(imported: Imported) -> str:
    """Give the name that an import binds."""
    return imported.alias.partition(".")[0]


def _names_in(nodes: Iterable[ast.AST]) -> frozenset[str]:
    return frozenset(node.id for node in nodes if isinstance(node, ast.Name))


def _bare(tree: ast.Module) -> ast.Module:
    """Take away docstrings, and what stands there for type checkers alone."""
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and block:
                must_hold = name == "body" and node is not tree
                setattr(node, name, list(_without_idle(block)) or ([ast.Pass()] if must_hold else []))
    return tree


def _without_idle(block: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in block:
        match statement:
            case ast.Expr(value=ast.Constant(value=str())):
                continue
            case ast.If(test=test, orelse=orelse) if "TYPE_CHECKING" in {name.split(".")[-1] for name in _dotted(test)}:
                yield from _without_idle(orelse)
            case _:
                yield statement

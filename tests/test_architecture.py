"""Imports go one way: a module may import its own package and what its row of the table names."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = {
    "contractkit": ROOT / "src/contractkit",
    "pytest_contractkit": ROOT / "pytest_plugin/pytest_contractkit",
    "contractkit_broker": ROOT / "broker/contractkit_broker",
}

NOUNS = {"exact_json", "errors", "warnings", "model", "results"}
LANGUAGES = {"document", "explain", "matching", "matchers", "definitions"}
DECISIONS = {"conformance", "changes", "impact", "deployability", "review", "inference"}
SHELLS = {"transports", "sources", "broker_client", "settings", "installation", "stacks"}
USE_CASES = {"recording", "stubbing", "verification", "locking", "importing"}

ALLOWED = {
    "exact_json": set(),
    "errors": set(),
    "warnings": set(),
    "model": {"exact_json"},
    "results": {"errors", "model"},
    "document": NOUNS,
    "definitions": NOUNS,
    "matching": NOUNS,
    "matchers": NOUNS,
    "explain": NOUNS,
    "conformance": NOUNS | LANGUAGES,
    "changes": NOUNS | LANGUAGES,
    "impact": NOUNS | LANGUAGES | {"changes", "conformance"},
    "deployability": NOUNS | LANGUAGES,
    "review": NOUNS | LANGUAGES,
    "inference": NOUNS | LANGUAGES | {"conformance"},
    "settings": NOUNS | {"explain"},
    "installation": {"errors"},
    "stacks": set(),
    "sqlalchemy": {"errors", "verification"},
    "django": {"errors", "verification"},
    "sources": NOUNS | LANGUAGES,
    "transports": NOUNS | LANGUAGES,
    "broker_client": NOUNS | LANGUAGES,
    "recording": NOUNS | LANGUAGES | DECISIONS | SHELLS,
    "stubbing": NOUNS | LANGUAGES | DECISIONS | SHELLS | {"recording", "locking"},
    "locking": NOUNS | LANGUAGES | DECISIONS | SHELLS | {"recording"},
    "verification": NOUNS | LANGUAGES | DECISIONS | SHELLS,
    "importing": NOUNS | LANGUAGES | {"broker_client"},
    "cli": NOUNS | LANGUAGES | DECISIONS | SHELLS | USE_CASES,
    "pytest_contractkit": NOUNS | LANGUAGES | DECISIONS | SHELLS | USE_CASES,
    "contractkit_broker": NOUNS | LANGUAGES | DECISIONS | {"sources"},
}
"""The unit (a module or package of the library, or another import package) to the units it may import."""

STANDARD_LIBRARY_ONLY = {"pytest_contractkit/plugin.py": {"pytest", "pytest_contractkit"}}
"""Modules whose imports at load time are the standard library and these."""


def modules() -> Iterator[tuple[str, Path]]:
    for package, folder in PACKAGES.items():
        for path in sorted(folder.rglob("*.py")):
            yield package, path


def unit_of(module: str) -> str:
    package, *rest = module.split(".")
    return rest[0] if package == "contractkit" and rest else package


def imported_modules(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names if node.module == "contractkit")


@pytest.mark.parametrize(("package", "path"), list(modules()), ids=lambda value: getattr(value, "stem", value))
def test_imports_go_one_way(package: str, path: Path) -> None:
    inside = path.relative_to(PACKAGES[package]).with_suffix("").parts
    unit = inside[0] if package == "contractkit" else package
    if unit in ("__init__", "__main__"):
        return  # the public names, loaded lazily from anywhere, and the way in to the command line
    ours = {name for name in imported_modules(ast.parse(path.read_text())) if name.split(".")[0] in PACKAGES}
    reached = {unit_of(name) for name in ours} - {unit, "contractkit"}
    assert reached <= ALLOWED[unit], f"{path.relative_to(ROOT)} may not import {sorted(reached - ALLOWED[unit])}"


def test_every_unit_of_the_library_has_a_row() -> None:
    units = {path.stem for path in PACKAGES["contractkit"].iterdir() if path.suffix == ".py" or path.is_dir()}
    assert units - {"__init__", "__main__", "__pycache__", "py"} <= ALLOWED.keys()


def test_the_plugin_loads_nothing_but_pytest() -> None:
    import sys

    for relative, allowed in STANDARD_LIBRARY_ONLY.items():
        path = ROOT / "pytest_plugin" / relative
        if not path.exists():
            continue
        top_level = ast.Module(body=ast.parse(path.read_text()).body, type_ignores=[])
        names = {
            name.split(".")[0]
            for statement in top_level.body
            if isinstance(statement, ast.Import | ast.ImportFrom)
            for name in imported_modules(statement)
        }
        assert names <= sys.stdlib_module_names | allowed

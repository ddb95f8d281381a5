"""Runs of pytest within a test leave the process that they run in whole."""

import sys
from importlib.machinery import ExtensionFileLoader, ModuleSpec
from types import ModuleType

import pytest

from tests.modules_kept import ModulesKept

pytest_plugins = ["pytester"]


class Looking:
    def __init__(self, found: list[bool]) -> None:
        self.found = found

    def __del__(self) -> None:
        self.found.append("sys" in sys.modules and "consumer" not in sys.modules)


def test_what_is_destroyed_behind_a_run_finds_the_modules_of_the_process() -> None:
    kept, found = ModulesKept(), list[bool]()
    sys.modules["consumer"] = ModuleType("consumer")
    sys.modules["consumer"].looking = Looking(found)  # type: ignore[attr-defined]
    kept.restore()
    assert found == [True]


def test_a_package_with_a_native_part_stays_whole_and_what_was_replaced_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept, json = ModulesKept(), sys.modules["json"]
    for name in ("fast", "fast.native", "plain", "plain.part", "json"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    sys.modules["fast.native"].__spec__ = ModuleSpec("fast.native", ExtensionFileLoader("fast.native", "native.so"))
    kept.restore()
    assert [name for name in ("fast", "fast.native", "plain", "plain.part") if name in sys.modules] == [
        "fast",
        "fast.native",
    ]
    assert sys.modules["json"] is json


def test_a_run_within_takes_the_modules_so_and_leaves_the_fault_handler_alone(pytester: pytest.Pytester) -> None:
    assert isinstance(pytester._sys_modules_snapshot, ModulesKept)
    pytester.makepyfile("def test_it(pytestconfig): assert not pytestconfig.pluginmanager.hasplugin('faulthandler')")
    pytester.runpytest_inprocess(
        "-p", "no:cacheprovider", "-o", "asyncio_default_fixture_loop_scope=function"
    ).assert_outcomes(passed=1)

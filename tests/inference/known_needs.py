"""Consumers with known needs: how one is written, how many are run at once, and how what was found is judged.

A consumer is one file of `tests/inference/consumers/`: the client's code and its test as a user would write them, and
the truth beside them, worked out by hand before anything was run:

    TRUTH = {
        "test_total_of_an_order": {                 # the test's name
            "getOrder": {                           # each operation whose answer is judged, by name
                "needed": ["id", "lines", "lines[*].price"],  # absence breaks the consumer (or its test)
                "may_lack": ["note"],               # may be absent, though not every value will do
                "any_of": [["name", "nickname"]],   # one of them must be there
                "null_tolerated": ["lines[*].price"],  # of needed ones: those that may be null
                "non_empty": ["lines"],             # lists that must hold an element
                "at_most": {"lines": 1},            # lists that may not be longer
                "members": {"status": ["open", "paid"]},  # values that are coped with, where not all are
                "pattern": ["created"],             # values of which the shape is needed
                "reactions": ["an extra field"],    # what beyond the definition is not tolerated
            }
        }
    }
    UNKNOWN = {"test_cached": "is not called again"}  # tests that must stay unknown, with a part of the reason

What is left out is empty: nothing of that kind is needed. Locations are those below the body; `[*]` is every element.
A kind that a consumer cannot show (its definition has no enumeration) needs no word. A test for which a wrong answer of
the procedure is known and explained names it, so that it is no silence:

    REASONS = {("test_x", "getOrder", "members", "status"): "the enumeration has more members than runs are left"}

A file whose client refuses any answer beyond the definition, whatever the operation, says so once for all its tests,
`REACTIONS = ["an undeclared status"]`; `"reactions": [...]` of one operation wins over that.

A file may name its own definition with `DEFINITION = "petstore.yaml"` or `"inventory.proto"`, a file in `consumers/`;
`orders.yaml` where it does not; or with `MESSAGES` that of messages which nobody asks for. Beside a proto lies the code
generated of it, `inventory_pb2` and `inventory_pb2_grpc`; the client imports it, and the test the client when it runs,
since the truth is read where there is no such code. The provider is always called `orders`. Other files that it needs,
such as a module of the client, are named in `BESIDE = ["client_module.py"]`, and stand in the same folder.

`run_consumers(folder, files, needs="full")` runs them in one run of pytest in a folder of its own and gives what stands
in the contract; `judge(files, contract)` compares that with the truth, one `Judged` per kind of evidence, in which
`right`, `missed` (needed, not found) and `wrong` (found, not needed) are lists of places. What stayed unknown counts
as missed, never as right. Precision is right / (right + wrong), recall right / (right + missed).
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from contractkit.document import load_contract
from contractkit.model import Contract, InferredNeeds, Interaction, Location, UnknownNeeds

CONSUMERS = Path(__file__).parent / "consumers"

KINDS = ("needed", "may_lack", "any_of", "null_tolerated", "non_empty", "at_most", "members", "pattern", "reactions")

_SETTINGS = """\
[tool.contractkit]
consumer = "shop"

[tool.contractkit.providers]
{providers}

[tool.pytest.ini_options]
asyncio_mode = "auto"
asyncio_default_fixture_loop_scope = "function"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What was found of one kind of evidence, each as `file::test operation place`."""

    right: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Give the share of what was found that is needed."""
        found = len(self.right) + len(self.wrong)
        return len(self.right) / found if found else 1.0

    @property
    def recall(self) -> float:
        """Give the share of what is needed that was found."""
        needed = len(self.right) + len(self.missed)
        return len(self.right) / needed if needed else 1.0


def consumer_files(folder: Path = CONSUMERS) -> list[Path]:
    """Give the consumers of a folder."""
    return sorted(folder.glob("test_*.py"))


def run_consumers(
    folder: Path, files: Iterable[Path], *, needs: str = "full", options: Iterable[str] = ()
) -> dict[str, Contract]:
    """Run consumers in one run of pytest, in a process of its own, and give the contract of each by its file's name.

    Args:
        folder: An empty folder to run them in.
        files: The consumers.
        needs: The mode of inference.
        options: More options of pytest.
    """
    modules = {file.name: load_truth(file) for file in files}
    providers = []
    for file in files:
        module = modules[file.name]
        own = folder / file.stem
        own.mkdir(parents=True)
        definition = getattr(module, "DEFINITION", "orders.yaml")
        messages = getattr(module, "MESSAGES", None)
        for name in (file.name, messages or definition, *getattr(module, "BESIDE", ())):
            shutil.copy(file.parent / name, own / name)
        if definition.endswith(".proto"):
            _generate(own, definition)
        line = f'orders = {{{"definition" if messages is None else "messages"} = "{messages or definition}"}}'
        (own / "pyproject.toml").write_text(_SETTINGS.format(providers=line))
        providers.append(own)
    (folder / "pytest.ini").write_text(
        "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"
        "addopts = --import-mode=importlib\n"
    )
    _pytest(folder, providers, [f"--contract-needs={needs}", *options])
    return {
        each.name + ".py": load_contract((each / "contracts/shop-orders.json").read_bytes(), origin=each.name)
        for each in providers
    }


def _generate(folder: Path, proto: str) -> None:
    """Generate the Python code of a definition, as a consumer of it has it."""
    options = ["-I.", "--python_out=.", "--grpc_python_out=.", proto]
    subprocess.run([sys.executable, "-m", "grpc_tools.protoc", *options], cwd=folder, check=True)


def _pytest(folder: Path, modules: list[Path], options: list[str]) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *options]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, modules)),
    }
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def load_truth(file: Path) -> ModuleType:
    """Give a consumer's module, for its truth."""
    sys.path.insert(0, str(file.parent))
    try:
        specification = importlib.util.spec_from_file_location(f"consumer_{file.stem}", file)
        assert specification is not None
        assert specification.loader is not None
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(file.parent))


def judge(files: Iterable[Path], contracts: Mapping[str, Contract], *, excuses: bool = True) -> dict[str, Judged]:
    """Give, per kind of evidence, what was found right and wrong, and what was missed.

    Args:
        files: The consumers.
        contracts: What was recorded of each.
        excuses: Whether what `REASONS` explain is left out; it counts as missed and wrong otherwise.
    """
    judged = {kind: Judged() for kind in KINDS}
    for file in files:
        module = load_truth(file)
        reasons: Mapping[tuple[str, str, str, str], str] = getattr(module, "REASONS", {})
        for test, operations in module.TRUTH.items():
            for operation, truth in operations.items():
                found = found_needs(contracts[file.name], test, operation)
                for kind in KINDS:
                    excused = {place for (*where, place) in reasons if excuses and where == [test, operation, kind]}
                    name = f"{file.stem}::{test} {operation}"
                    usual = getattr(module, "REACTIONS", ()) if kind == "reactions" else ()
                    _compare(judged[kind], name, _told(truth.get(kind, usual)) - excused, found[kind] - excused)
    return judged


def wrongly_known(files: Iterable[Path], contracts: Mapping[str, Contract]) -> list[str]:
    """Give the tests that should have stayed unknown and did not, or for another reason than the one named."""
    found = []
    for file in files:
        for test, reason in getattr(load_truth(file), "UNKNOWN", {}).items():
            for needs in [each.needs for each in _evidence(contracts[file.name], test)]:
                if not isinstance(needs, UnknownNeeds) or reason not in needs.reason:
                    found.append(f"{file.stem}::{test}: {needs}")
    return found


def left_unknown(files: Iterable[Path], contracts: Mapping[str, Contract]) -> list[str]:
    """Give the tests that stayed unknown though a truth is written for them, with the reason."""
    return [
        f"{file.stem}::{test}: {each.needs.reason}"
        for file in files
        for test in load_truth(file).TRUTH
        for each in _evidence(contracts[file.name], test)
        if isinstance(each.needs, UnknownNeeds)
    ]


def found_needs(contract: Contract, test: str, operation: str) -> dict[str, set[str]]:
    """Give what was found of the needs of a test of an operation's answers, by kind, as the truth is written."""
    found: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for interaction in contract.interactions:
        if interaction.operation not in (operation, None) or not isinstance(interaction, Interaction):
            continue
        for evidence in interaction.evidence:
            is_of_test = evidence.test.node_id.partition("::")[2].partition("[")[0].endswith(test)
            if is_of_test and isinstance(evidence.needs, InferredNeeds):
                _add(found, evidence.needs)
    return found


def _add(found: dict[str, set[str]], needs: InferredNeeds) -> None:
    for need in needs.needed:
        place = below(need.location)
        found["may_lack" if need.may_lack else "needed"].add(place)
        if not need.non_null and not need.may_lack:
            found["null_tolerated"].add(place)
        if need.non_empty:
            found["non_empty"].add(place)
        if need.at_most is not None:
            found["at_most"].add(f"{place}={need.at_most}")
        found["members"] |= {f"{place}={json.dumps(value)}" for value in need.members}
        if need.pattern is not None:
            found["pattern"].add(place)
    found["any_of"] |= {" or ".join(sorted(map(below, group))) for group in needs.any_of}
    found["reactions"] |= {each.to for each in needs.reactions if each.result != "tolerated"}


def below(location: Location) -> str:
    """Give a location as the truth has it, below `response.body` or `events[2].message`; the body itself as `body`."""
    depth = 3 if location.steps[0] == "events" else 2
    return str(Location(location.steps[depth:])) or "body"


def _told(truth: Any) -> set[str]:
    if isinstance(truth, Mapping):
        return {
            f"{place}={json.dumps(value)}"
            for place, values in truth.items()
            for value in (values if isinstance(values, list) else [values])
        }
    return {each if isinstance(each, str) else " or ".join(sorted(each)) for each in truth}


def _compare(judged: Judged, name: str, truth: set[str], found: set[str]) -> None:
    judged.right.extend(f"{name} {each}" for each in sorted(truth & found))
    judged.missed.extend(f"{name} {each}" for each in sorted(truth - found))
    judged.wrong.extend(f"{name} {each}" for each in sorted(found - truth))


def _evidence(contract: Contract, test: str) -> list[Any]:
    return [
        each
        for interaction in contract.interactions
        for each in interaction.evidence
        if each.test.node_id.partition("::")[2].partition("[")[0].endswith(test)
    ]


def table(judged: Mapping[str, Judged]) -> str:
    """Give precision and recall per kind of evidence in lines for people."""
    lines = [f"{'kind':16} {'right':>6} {'missed':>7} {'wrong':>6} {'precision':>10} {'recall':>7}"]
    for kind, each in judged.items():
        counts = f"{len(each.right):6} {len(each.missed):7} {len(each.wrong):6}"
        lines.append(f"{kind:16} {counts} {each.precision:10.2f} {each.recall:7.2f}")
    return "\n".join(lines)

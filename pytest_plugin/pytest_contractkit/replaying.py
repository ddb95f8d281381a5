"""Replaying: a run on stubs of a proposed definition, of the tests that an order names; nothing is recorded in it."""

import threading
import time
from collections.abc import Generator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard, cast

import pytest

from contractkit.definitions.interface import Definition
from contractkit.definitions.messages import MessageDefinition
from contractkit.definitions.rpc_interface import RpcDefinition
from contractkit.definitions.surfaces import DocumentedDefinition
from contractkit.recording import StubbedProvider
from contractkit.recording.replays import REPLAY, ReplayedTest, ReplayLog, ReplayOrder, load_order
from contractkit.recording.serving_proposed import ServingProposed
from contractkit.sources import load_definition
from contractkit.sources.messages import defines_messages, read_messages
from contractkit.stacks import stacks
from pytest_contractkit.places import file_in_project, node_id_in_project
from pytest_contractkit.recorder import REPLAYING

if TYPE_CHECKING:
    from contractkit.definitions.protobuf import ProtoDefinition
    from contractkit.recording.serving import Serving

_MOST_CHARACTERS = 2_000


class Replay:
    """The order of this run: which tests it is about, and what the stubs of the provider answer by."""

    def __init__(self, order: ReplayOrder, path: Path) -> None:
        """Take the order and the file that holds it."""
        self.order = order
        self._path = path
        self._root = Path(order.root)

    def is_about(self, provider: str) -> bool:
        """Say whether a provider's stubs answer by the proposed definition."""
        return provider == self.order.provider

    def provider(self, settled: StubbedProvider) -> StubbedProvider:
        """Give a provider under the proposed definition, which takes the place of the one of its kind."""
        definition, source = self._proposed
        return settled.under(definition, source)

    @cached_property
    def serving(self) -> "Serving | None":
        """Give what makes answers those of the proposed definition; None in the control run, and for unlike kinds."""
        if self.order.old is None:
            return None
        old, new = self._read(self.order.old)[0], self._proposed[0]
        if _is_described(old) and _is_described(new):
            return ServingProposed(old, new, weakest=self.order.weakest)
        if old.kind == new.kind == "protobuf":
            from contractkit.recording.serving_proposed_calls import ServingProposedCalls  # protobuf is heavy

            both = cast("ProtoDefinition", old), cast("ProtoDefinition", new)
            return ServingProposedCalls(*both, weakest=self.order.weakest)
        return None

    @cached_property
    def _proposed(self) -> tuple[Definition | RpcDefinition | MessageDefinition, str]:
        return self._read(self.order.definition)

    def _read(self, location: str) -> tuple[Definition | RpcDefinition | MessageDefinition, str]:
        directory = Path(self.order.directory)
        if defines_messages(location, root=directory):
            messages = read_messages(location, root=directory)
            return messages.definition, messages.source
        loaded = load_definition(location, root=directory)
        return loaded.definition, loaded.source

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave the tests that the order names."""
        wanted = set(self.order.tests)
        kept: list[pytest.Item] = []
        others: list[pytest.Item] = []
        for item in items:
            (kept if node_id_in_project(config, item.nodeid, self._root) in wanted else others).append(item)
        if others:
            config.hook.pytest_deselected(items=others)
            items[:] = kept

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Hand the order to a worker of pytest-xdist."""
        node.workerinput["contractkit_replay"] = str(self._path)


class _Watching:
    """Notes where a test stands that takes too long, in the process that runs it, before that is ended."""

    def __init__(self, config: pytest.Config, order: ReplayOrder) -> None:
        self._config = config
        self._order = order
        self._log = ReplayLog(Path(order.results))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Look where a test stands once its time is over."""
        node_id = node_id_in_project(self._config, item.nodeid, Path(self._order.root))
        timer = threading.Timer(self._order.limit, self._note, (node_id, threading.get_ident()))
        timer.daemon = True
        timer.start()
        try:
            return (yield)
        finally:
            timer.cancel()

    def _note(self, node_id: str, thread: int) -> None:
        with stacks() as frames:
            frame = frames.get(thread)
            while frame is not None:
                file = _own_file(Path(frame.f_code.co_filename), self._order)
                if file is not None:
                    self._log.hangs(node_id, file, frame.f_lineno)
                    return
                frame = frame.f_back


class _Gathering:
    """Gathers what comes of the tests, in the process that the reports come to."""

    def __init__(self, config: pytest.Config, order: ReplayOrder) -> None:
        self._config = config
        self._order = order
        self._log = ReplayLog(Path(order.results))
        self._begun: dict[str, float] = {}
        self._replayed: dict[str, ReplayedTest] = {}

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Note that a test begins."""
        node_id = self._node_id(nodeid)
        self._begun[node_id] = time.monotonic()
        self._log.begun(node_id)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember what came of a test; of one that ran again the last time counts."""
        node_id = self._node_id(report.nodeid)
        known = self._replayed.get(node_id)
        if report.failed and (known is None or known.outcome != "failed" or report.when == "setup"):
            self._replayed[node_id] = self._failed(node_id, report)
        elif report.when == "setup" or (report.when == "call" and (known is None or known.outcome != "failed")):
            outcome = "passed" if report.passed else "skipped"
            message = _reason(report) if report.skipped else ""
            self._replayed[node_id] = ReplayedTest(node_id=node_id, outcome=outcome, message=message)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Note that a test is over."""
        self._end(self._node_id(nodeid))

    def pytest_sessionfinish(self) -> None:
        """Note that all are over, and what came of those that ended with the process that ran them."""
        for node_id in [name for name, each in self._replayed.items() if each.outcome == "failed"]:
            self._end(node_id)
        self._log.over()

    def _end(self, node_id: str) -> None:
        replayed = self._replayed.pop(node_id, None)
        if replayed is not None:
            now = time.monotonic()
            self._log.ended(replace(replayed, seconds=now - self._begun.get(node_id, now)))

    def _node_id(self, reported: str) -> str:
        return node_id_in_project(self._config, reported, Path(self._order.root))

    def _failed(self, node_id: str, report: pytest.TestReport) -> ReplayedTest:
        file, line = self._place(report)
        said = (_said_by_stub(report) or _reason(report))[:_MOST_CHARACTERS]
        message = said.encode(errors="replace").decode()  # half a surrogate pair could be written nowhere
        return ReplayedTest(node_id=node_id, outcome="failed", message=message, file=file, line=line)

    def _place(self, report: pytest.TestReport) -> tuple[str, int]:
        """Give the innermost line of the consumer's own code that the failure went through; else that of the test."""
        entries = getattr(getattr(report.longrepr, "reprtraceback", None), "reprentries", ())
        places = [each.reprfileloc for each in entries if getattr(each, "reprfileloc", None) is not None]
        for place in reversed(places):
            own = _own_file(self._config.invocation_params.dir / place.path, self._order)
            if own is not None:
                return own, place.lineno
        file, line, _ = report.location
        return file_in_project(self._config, file, Path(self._order.root).resolve()), (line or 0) + 1


def _own_file(path: Path, order: ReplayOrder) -> str | None:
    """Give a file as the consumer's project names it, None of one that is not its own."""
    root, whole = Path(order.root).resolve(), path.resolve()
    is_own = whole.is_relative_to(root) and "site-packages" not in whole.parts
    return whole.relative_to(root).as_posix() if is_own else None


def start_replaying(config: pytest.Config, path: Path) -> None:
    """Do what an order says.

    Raises:
        pytest.UsageError: The file holds none.
    """
    try:
        order = load_order(path)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise pytest.UsageError(
            f"{REPLAY} is for `contractkit impact --replay`: {path} is no order ({error})"
        ) from None
    replay = config.stash[REPLAYING] = Replay(order, path)
    config.pluginmanager.register(replay, "contractkit-replaying")
    config.pluginmanager.register(_Watching(config, order), "contractkit-watching")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Gathering(config, order), "contractkit-gathering")


def _is_described(
    definition: Definition | RpcDefinition | MessageDefinition,
) -> TypeGuard[DocumentedDefinition | MessageDefinition]:
    """Say whether a definition describes JSON, of which can be said what is gone and what is weaker."""
    return definition.kind in ("OpenAPI", "messages")


def _reason(report: pytest.TestReport) -> str:
    """Give why a test did not pass: its error in one line, or what it was failed with."""
    match report.longrepr:
        case (_, _, reason):
            return str(reason)
        case str(text):
            return text
        case told:
            crash: Any = getattr(told, "reprcrash", None)
            return str(crash.message if crash is not None else told)


def _said_by_stub(report: pytest.TestReport) -> str:
    """Give what the stubs refused in a test that failed anyway: that comes first, and says more."""
    sections: Mapping[str, str] = dict(report.sections)
    return next((text.strip() for name, text in sections.items() if "contractkit" in name), "")

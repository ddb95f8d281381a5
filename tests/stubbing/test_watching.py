"""Which files are watched, and when a change counts."""

import os
from pathlib import Path

import pytest

from contractkit.model import HttpRequest
from contractkit.stubbing.dependencies import Dependency, dependency_at
from contractkit.stubbing.watching import Watch


def watching(dependency: Dependency) -> Watch:
    watch = Watch(dependency)
    provider = dependency.open()
    watch.follow(provider)
    if provider.has_http:
        route = provider.definition.route(HttpRequest(method="GET", path="/orders/7"))
        assert route is not None
        provider.definition.answer(route.operation, seed="", route=route)
    return watch


def touch(file: Path, text: str) -> None:
    """Write a file with a time of change that is later than any other."""
    file.write_text(text)
    later = file.stat().st_mtime_ns + 10_000_000_000
    os.utime(file, ns=(later, later))


def looks(watch: Watch, count: int = 3) -> list[bool]:
    return [watch.has_changed() for _ in range(count)]


@pytest.mark.parametrize("file", ["orders.yaml", "order.yaml"])
def test_a_document_and_what_it_refers_to_count_once_they_rest(project: Path, file: str) -> None:
    watch = watching(dependency_at("orders.yaml"))
    assert looks(watch) == [False, False, False]
    touch(project / file, "changed")
    assert looks(watch) == [False, True, True]
    watch.begin()

    assert looks(watch) == [False, False, False]


@pytest.mark.parametrize("file", ["stock.proto", "item.proto"])
def test_a_proto_file_and_what_it_imports_count(project: Path, file: str) -> None:
    watch = watching(dependency_at("stock.proto"))
    touch(project / file, "changed")

    assert looks(watch) == [False, True, True]


def test_a_new_file_of_a_directory_counts_and_one_beside_a_document_does_not(project: Path) -> None:
    directory, document = watching(dependency_at(Path(project))), watching(dependency_at("orders.yaml"))
    touch(project / "more.proto", 'syntax = "proto3";\n')
    touch(project / "more.yaml", "more: true\n")

    assert (looks(directory), looks(document)) == ([False, True, True], [False, False, False])


def test_a_file_that_is_still_being_written_does_not_count(project: Path) -> None:
    watch = watching(dependency_at("orders.yaml"))
    touch(project / "orders.yaml", "half")
    assert not watch.has_changed()
    touch(project / "orders.yaml", "half and more")
    assert looks(watch, 2) == [False, True]


def test_a_file_that_is_gone_counts_and_so_does_its_return(project: Path) -> None:
    watch = watching(dependency_at("orders.yaml"))
    (project / "order.yaml").rename(project / "elsewhere")
    assert looks(watch) == [False, True, True]
    watch.begin()
    (project / "elsewhere").rename(project / "order.yaml")

    assert looks(watch) == [False, True, True]


def test_a_file_that_changed_before_it_was_first_looked_at_counts(project: Path) -> None:
    watch = watching(dependency_at("orders.yaml"))
    touch(project / "order.yaml", "changed since it was read")

    assert not watch.is_current()


def test_nothing_of_git_or_the_network_is_watched() -> None:
    for place in ("git:HEAD:orders.yaml", "https://orders.example.com/openapi.yaml"):
        assert looks(Watch(dependency_at(place))) == [False, False, False]

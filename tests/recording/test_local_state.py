"""What earlier runs confirmed, kept beside the project."""

from pathlib import Path

import pytest

from contractkit.recording.local_state import (
    Confirmations,
    current_revision,
    read_confirmations,
    state_directory,
    write_confirmations,
)


def confirmed(revision: str | None, **keys: str) -> Confirmations:
    return Confirmations(revision=revision, keys={name: frozenset(each.split()) for name, each in keys.items()})


def test_what_was_confirmed_is_read_again(tmp_path: Path) -> None:
    write_confirmations(tmp_path, confirmed("r1", a="k1 k2"))

    assert read_confirmations(tmp_path) == confirmed("r1", a="k1 k2")


def test_runs_at_one_revision_add_up(tmp_path: Path) -> None:
    write_confirmations(tmp_path, confirmed("r1", a="k1"))
    write_confirmations(tmp_path, confirmed("r1", a="k2", b="k3"))

    assert read_confirmations(tmp_path) == confirmed("r1", a="k1 k2", b="k3")


@pytest.mark.parametrize("revision", ["r2", None])
def test_another_revision_starts_anew(tmp_path: Path, revision: str | None) -> None:
    write_confirmations(tmp_path, confirmed("r1", a="k1"))
    write_confirmations(tmp_path, confirmed(revision, a="k2"))

    assert read_confirmations(tmp_path) == confirmed(revision, a="k2")


@pytest.mark.parametrize("text", ["", "not json", "[]", '{"schema_version": 2}'])
def test_a_file_that_cannot_be_read_confirms_nothing(tmp_path: Path, text: str) -> None:
    (state_directory(tmp_path) / "confirmed.json").write_text(text)

    assert read_confirmations(tmp_path) == Confirmations()


def test_git_ignores_the_directory(tmp_path: Path) -> None:
    assert (state_directory(tmp_path) / ".gitignore").read_text() == "*\n"


def test_without_a_repository_there_is_no_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    assert current_revision(tmp_path) is None


def test_a_test_that_no_longer_records_what_it_did_is_forgotten_as_its_witness(tmp_path: Path) -> None:
    first = Confirmations(
        revision="r1",
        keys={"a": frozenset({"k1", "k2"})},
        tests={"a": {"k1": frozenset({"t1"}), "k2": frozenset({"t1", "t2"})}},
    )
    later = Confirmations(
        revision="r1",
        keys={"a": frozenset({"k2"})},
        tests={"a": {"k2": frozenset({"t2"})}},
        dropped={"a": {"k1": frozenset({"t1"}), "k2": frozenset({"t1"})}},
    )
    write_confirmations(tmp_path, first)
    write_confirmations(tmp_path, later)

    assert read_confirmations(tmp_path) == later

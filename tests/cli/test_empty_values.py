"""Values given as an empty text, as a shell's unset variable is: every verb that takes a path refuses them."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from contractkit.cli.main import VERBS, contractkit, run


def commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """Give a verb, or the actions of a family of verbs, with how each is called."""
    if isinstance(command, click.Group):
        for action, inner in command.commands.items():
            yield from commands(inner, f"{name} {action}")
    else:
        yield name, command


def parameters_with_paths() -> Iterator[tuple[str, click.Parameter]]:
    for verb in VERBS:
        found = contractkit.get_command(click.Context(contractkit), verb)
        assert found is not None
        for name, command in commands(found, verb):
            yield from ((name, each) for each in command.params if isinstance(each.type, click.Path))


PATHS = [pytest.param(verb, each, id=f"{verb}-{each.name}") for verb, each in parameters_with_paths()]


def test_the_verbs_that_read_contracts_take_paths() -> None:
    named = {str(each.id) for each in PATHS}
    assert {"show-places", "lint-places", "diff-before", "diff-after", "explain-file", "publish-paths"} <= named


@pytest.mark.parametrize(("verb", "parameter"), PATHS)
def test_an_empty_path_is_refused_and_is_not_the_directory_one_stands_in(
    verb: str,
    parameter: click.Parameter,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "a.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    is_option = isinstance(parameter, click.Option)
    given = [parameter.opts[0], "", "any"] if is_option else ["", "a.json"]
    given = ["a.json", ""] if parameter.name == "after" else given
    assert run([*verb.split(), *given]) == 2
    assert capsys.readouterr().err.endswith(": it is empty; is a variable not set?\n")


def test_a_path_of_one_dot_is_the_directory_one_stands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["show", "."]) == 3
    assert capsys.readouterr().err == (
        "There is no contract in this directory.\n\nRun the consumer's tests first: they write the contracts.\n"
    )

"""The manual holds every verb, option, setting, variable and exit code, and nothing that is not there."""

import re
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from contractkit import errors
from contractkit.cli import build_systems as systems
from contractkit.cli.main import EXTRAS, VERBS, contractkit
from contractkit.settings import ENVIRONMENT_PREFIX, ProviderSettings, ServiceSettings, Settings

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs/command-line.md").read_text()
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", MANUAL, flags=re.MULTILINE | re.DOTALL))
SECTIONS_HEAD = MANUAL.partition("\n## ")[0]
TABLES = {"providers": ProviderSettings, "provides": ServiceSettings}


def command_of(verb: str) -> click.Command:
    found = contractkit.get_command(click.Context(contractkit), verb)
    assert found is not None
    return found


def actions_of(verb: str) -> dict[str, click.Command]:
    """Give the actions of a verb that has some, each as it is called."""
    command = command_of(verb)
    return {f"{verb} {name}": each for name, each in getattr(command, "commands", {}).items()}


def options_of(command: click.Command) -> set[str]:
    if isinstance(command, click.Group) and command is not contractkit:
        return set().union(*map(options_of, command.commands.values()))
    options = (each for each in command.params if isinstance(each, click.Option))
    return {name for each in options for name in (*each.opts, *each.secondary_opts)}


def rows_of(first_cell: str) -> set[str]:
    """Give the names in the first cells of the table whose head starts with this."""
    table = re.search(rf"^\| {re.escape(first_cell)} \|.*\n\|[-|]+\n((?:\|.*\n)+)", MANUAL, flags=re.MULTILINE)
    assert table is not None, first_cell
    return set(re.findall(r"^\| `([^`]+)`", table[1], flags=re.MULTILINE))


@pytest.mark.parametrize("verb", [*VERBS, *EXTRAS])
def test_every_option_of_a_verb_is_in_its_section(verb: str) -> None:
    section = SECTIONS[verb]
    written = set(re.findall(r"--[a-z][a-z-]+", "\n".join(re.findall(r"^\| (`-.*?) \|", section, flags=re.MULTILINE))))
    assert written == options_of(command_of(verb))


@pytest.mark.parametrize("verb", [*VERBS, *EXTRAS])
def test_every_argument_of_a_verb_is_in_its_section(verb: str) -> None:
    command = command_of(verb)
    arguments = (each for each in command.params if isinstance(each, click.Argument))
    expected = [each.make_metavar(click.Context(command)) for each in arguments]
    usage = re.search(rf"`contractkit {verb}([^`]*)`", SECTIONS[verb])
    assert usage is not None
    said = usage[1].partition("--")[0]
    assert re.findall("[A-Z]+", said) == re.findall("[A-Z]+", " ".join(expected))


@pytest.mark.parametrize("action", [action for verb in VERBS for action in actions_of(verb)])
def test_every_action_is_in_its_table_with_its_arguments_and_options(action: str) -> None:
    verb = action.partition(" ")[0]
    command = actions_of(verb)[action]
    row = re.search(rf"^\| `{action}([^`]*)` \| .+? \| (.*)\|$", SECTIONS[verb], flags=re.MULTILINE)
    assert row is not None
    arguments = [
        each.make_metavar(click.Context(command)) for each in command.params if isinstance(each, click.Argument)
    ]
    assert row[1].split() == re.findall("[A-Z]+", " ".join(arguments))
    assert set(re.findall(r"--[a-z][a-z-]+", row[2])) == options_of(command) - {"--broker", "--format"}


def test_every_verb_is_in_the_table_of_verbs() -> None:
    assert set(re.findall(r"^\| \[`([a-z-]+)`\]", MANUAL, flags=re.MULTILINE)) == {*VERBS, *EXTRAS}


def test_the_options_of_all_verbs_are_there() -> None:
    written = set(re.findall(r"`(-[-a-zC]+)`", "".join(re.findall(r"^\| `-[^|]*", SECTIONS_HEAD, flags=re.MULTILINE))))
    assert written == options_of(contractkit) | {"-h", "--help"}


@pytest.mark.parametrize(
    ("head", "model"),
    [
        ("`[tool.contractkit]`", Settings),
        ("`[tool.contractkit.providers.NAME]`", ProviderSettings),
        ("`[tool.contractkit.provides.NAME]`", ServiceSettings),
    ],
)
def test_every_setting_is_in_the_manual(head: str, model: type[BaseModel]) -> None:
    assert rows_of(head) == model.model_fields.keys() - {"root"}


def test_every_setting_s_variable_is_in_the_manual() -> None:
    names = Settings.model_fields.keys() - {"root", *TABLES}
    written = set(re.findall(rf"^\| `\w+` \| `{ENVIRONMENT_PREFIX}(\w+)`", MANUAL, flags=re.MULTILINE))
    assert written == {name.upper() for name in names}


def test_every_variable_that_is_read_is_in_the_manual() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "src/contractkit").rglob("*.py"))
    read = set(re.findall(r"environ(?:ment)?(?:\.get\(|\[)\s*\"([A-Z_]+)\"", sources))
    read |= {*systems.BRANCHES, *systems.COMMITS, *systems.HEADS, *systems.PAGES}
    read |= {name for pair in systems.TAGS for name in pair}
    read |= set(re.findall("{([A-Z_]+)}", "".join(systems.TEMPLATES)))
    assert {"CONTRACTKIT_DEBUG", "PACT_BROKER_TOKEN", "XDG_CACHE_HOME", "GITHUB_SHA"} <= read
    assert {name for name in read if f"`{name}`" not in MANUAL} == set()


def test_every_exit_code_is_in_the_manual() -> None:
    families = [each for each in vars(errors).values() if isinstance(each, type) and hasattr(each, "exit_code")]
    codes = {0, 130, *(each.exit_code for each in families)}
    written = {int(code) for code in re.findall(r"^\| (\d+) \|", SECTIONS["Exit codes"], flags=re.MULTILINE)}
    assert written == codes


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target, anchor in re.findall(r"\]\(([\w./-]*)(?:#([\w-]+))?\)", page.read_text()):
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), target
        if anchor:
            titles = re.findall(r"^#+ (.+)$", file.read_text(), flags=re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}

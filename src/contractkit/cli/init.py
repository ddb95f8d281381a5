"""`contractkit init`: writes the settings and a first test for a definition, ready to run."""

import json
import keyword
import re
import tomllib
from pathlib import Path
from typing import Any

import click

from contractkit.cli.first_tests import FirstTest, first_test
from contractkit.cli.verbs import Verb
from contractkit.errors import UsageError
from contractkit.sources import load_definition


@click.command(cls=Verb)
@click.argument("definition")
@click.option(
    "--provider",
    help="What to call the service that the definition describes. [default: the file's name, or its title]",
)
@click.option("--consumer", help="What to call this project. [default: the project's or the directory's name]")
def init(definition: str, provider: str | None, consumer: str | None) -> int:
    """Set this project up to test against DEFINITION, the OpenAPI document or protobuf definition of a service.

    Adds [tool.contractkit] to pyproject.toml and writes tests/test_<provider>_contract.py with one test that
    passes; nothing that is there already is overwritten.
    """
    loaded = load_definition(definition)
    name = provider or _name_from(definition, loaded.definition.title)
    file = Path("pyproject.toml")
    added = _settings_to_add(file, definition, name, consumer)
    test = Path("tests") / f"test_{_identifier(name)}_contract.py"
    first = first_test(loaded.definition, stub=_identifier(name), provider=_literal(name))
    try:
        _write_test(test, name, first)
        with file.open("a", encoding="utf-8") as settings:  # last, so that another try finds nothing in its way
            settings.write(added)
        click.echo(f"{file}   [tool.contractkit.providers.{_key(name)}]")
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(
            "The project cannot be written to.", details=[("file", str(error.filename)), ("reason", reason)]
        ) from None
    return 0


def _write_test(test: Path, provider: str, first: FirstTest | None) -> None:
    if test.exists():
        click.echo(f"{test} is there already and was left alone.", err=True)
    elif first is None:
        click.echo("No call without parameters or a body is defined, so no first test was written.", err=True)
        click.echo(f"Next: a test that gives contract_stub({_literal(provider)}) to your own client.", err=True)
    else:
        test.parent.mkdir(exist_ok=True)
        test.write_text(first.text, encoding="utf-8")
        click.echo(f"{test}   calls {first.operation}")
        click.echo(f"\nNext: pytest {test}", err=True)


def _settings_to_add(file: Path, definition: str, provider: str, consumer: str | None) -> str:
    text, document = _read_toml(file)
    table = document.get("tool", {}).get("contractkit", {})
    if provider in table.get("providers", {}):
        raise UsageError(
            f"[tool.contractkit.providers.{_key(provider)}] is there already.",
            details=[("file", str(file))],
            next_step="Give the service another name with --provider, or edit the file.",
        )
    name = consumer or document.get("project", {}).get("name") or Path.cwd().name
    head = "" if table else f"[tool.contractkit]\nconsumer = {_quoted(name)}\n\n"
    gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    added = f"{gap}{head}[tool.contractkit.providers.{_key(provider)}]\ndefinition = {_quoted(definition)}\n"
    _check_fits(text + added, added, file)
    return added


def _read_toml(file: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        return text, tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError("pyproject.toml is not TOML.", details=[("problem", str(error))]) from None
    except OSError as error:
        raise UsageError("pyproject.toml cannot be read.", details=[("reason", error.strerror or str(error))]) from None


def _check_fits(text: str, added: str, file: Path) -> None:
    """Check that the file stays TOML: an inline table, say, takes no lines from elsewhere."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            "The settings cannot be added to pyproject.toml.",
            details=[("file", str(file)), ("problem", str(error))],
            next_step=f"Write them in by hand:\n\n{added.strip()}",
        ) from None


def _key(name: str) -> str:
    """Give a name as a key of TOML, quoted where it has to be."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _quoted(name)


def _literal(text: str) -> str:
    """Give a text as Python and people write it."""
    return json.dumps(text, ensure_ascii=False)


def _quoted(text: str) -> str:
    """Give a basic string of TOML; JSON's escapes are among TOML's."""
    return _literal(text).replace("\x7f", "\\u007f")


def _name_from(definition: str, title: str) -> str:
    """Give a name after the file, or after the title where the file's name says nothing of the service."""
    file = re.split(r"[/\\:]", definition.rstrip("/"))[-1]
    stem = re.sub(r"(\.(json|ya?ml))+$", "", file, flags=re.IGNORECASE)
    if stem.lower() in _GENERIC or re.search(r"(^|[-_. v])\d", stem) or not stem:
        plain = re.sub(r"\s+v?\d[\w.+-]*$", "", title).lower()
        return _plain_name(plain) or _plain_name(stem) or "provider"
    return _plain_name(stem.split(".")[0]) or "provider"


_GENERIC = frozenset({"openapi", "swagger", "spec", "api", "schema", "definition", "api-docs", "index"})


def _plain_name(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-")


def _identifier(name: str) -> str:
    identifier = re.sub(r"\W", "_", name)
    is_usable = identifier.isidentifier() and not keyword.iskeyword(identifier)
    return identifier if is_usable else f"_{identifier}"

"""`contractkit ci`: the build of this project with contracts, for the system that builds it."""

from pathlib import Path

import click

from contractkit.cli.brokers import address_of
from contractkit.cli.pipelines import SYSTEMS, Plan, write_pipeline
from contractkit.cli.verbs import Verb
from contractkit.errors import NothingToCheckError, SettingsError, UsageError
from contractkit.settings import Settings, load_settings
from contractkit.sources.proto_kinds import SET_ENDINGS

_NEXT = {
    "github": "Set the secret CONTRACTKIT_BROKER_TOKEN, then commit the file.",
    "gitlab": "Add it to .gitlab-ci.yml: include: [{local: contracts.gitlab-ci.yml}]",
    "shell": "Call it from the build, with CONTRACTKIT_BROKER_TOKEN from its secrets.",
}


@click.command(cls=Verb)
@click.argument("system", metavar="SYSTEM", type=click.Choice(sorted(SYSTEMS)))
@click.option("--environment", default="production", show_default=True, help="Where this project is deployed to.")
@click.option("--branch", default="main", show_default=True, help="The branch that is deployed.")
@click.option("--write", is_flag=True, help="Write the file instead of printing it; none is overwritten.")
def ci(system: str, environment: str, branch: str, write: bool) -> int:
    """Print the build of this project for SYSTEM (github, gitlab or shell): test, publish, verify, ask, deploy, record.

    What it does comes from the settings: contracts of what the project calls, verification of what it provides.
    """
    settings = load_settings(Path.cwd())
    chosen = SYSTEMS[system]
    text = write_pipeline(_plan(settings, environment, branch), chosen)
    if not write:
        click.echo(text, nl=False)
        return 0
    file = settings.root / chosen.file
    _write(file, text)
    click.echo(f"{file}")
    click.echo(f"\nNext: {_NEXT[system]}", err=True)
    return 0


def _plan(settings: Settings, environment: str, branch: str) -> Plan:
    if not settings.providers and not settings.provides:
        raise NothingToCheckError(
            "Nothing is set up here, so there is nothing for a build to do.",
            details=[("file", settings.origin)],
            next_step="contractkit init DEFINITION sets a project up for the definition of a service that it calls.",
        )
    if settings.providers and settings.consumer is None:
        raise SettingsError(
            "The consumer has no name, so its contracts cannot be published.",
            details=[("file", settings.origin)],
            next_step='Add to [tool.contractkit]: consumer = "your-service"',
        )
    services = tuple(sorted(settings.provides))
    consumer = (settings.consumer,) if settings.providers and settings.consumer else ()
    return Plan(
        calls=bool(settings.providers),
        services=services,
        applications=tuple(dict.fromkeys((*consumer, *services))),
        environment=environment,
        broker=address_of(settings),
        branch=branch,
        extras=("grpc",) if _has_procedures(settings) else (),
    )


def _has_procedures(settings: Settings) -> bool:
    called = any(each.proto or _is_proto(settings, each.definition) for each in settings.providers.values())
    return called or any(each.grpc or each.proto for each in settings.provides.values())


def _is_proto(settings: Settings, definition: str) -> bool:
    """Say whether a definition is protobuf, by its name; a directory is one of .proto files."""
    return definition.endswith((".proto", *SET_ENDINGS)) or settings.path(definition).is_dir()


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError:
        raise UsageError(
            f"{file} is there already and was left alone.",
            next_step="Print it without --write and take over what you want, or move the file away.",
        ) from None
    except OSError as error:
        raise UsageError(
            "The build cannot be written.",
            details=[("file", str(file)), ("reason", error.strerror or str(error))],
            next_step="Print it without --write.",
        ) from None

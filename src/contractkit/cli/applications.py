"""`contractkit application`: what a broker knows of an application beside its contracts."""

import shlex
from collections.abc import Sequence

import click

from contractkit.broker_client import Application, Branch, BrokerClient, Occupancy
from contractkit.cli.brokers import asks_broker, open_set_broker, show
from contractkit.cli.environments import occupancy_json
from contractkit.cli.tables import aligned
from contractkit.cli.verbs import VerbFamily
from contractkit.errors import UnknownNameError, UsageError, suggestion
from contractkit.exact_json import Json

_SHOWN_BRANCHES = 10


@click.group("application", cls=VerbFamily)
def application() -> None:
    """List, describe, create, change, label and delete applications."""


@application.command("list")
@click.option("--label", help="Only those with this label.")
@asks_broker
def list_applications(label: str | None, broker: str | None, output: str) -> int:
    """List every application that the broker knows."""
    with open_set_broker(broker) as client:
        known = client.administration.applications()
    found = [each for each in known if label is None or label in each.labels]
    rows = [(each.name, each.main_branch or "no main branch", ", ".join(each.labels)) for each in found]
    none = "There is no application." if label is None else f"No application has the label {label}."
    show(aligned(rows) if rows else none, {"applications": [_as_json(each) for each in found]}, output)
    return 0


@application.command("describe")
@click.argument("name")
@asks_broker
def describe(name: str, broker: str | None, output: str) -> int:
    """Show the application NAME: its main branch, its branches, and where which of its versions are."""
    with open_set_broker(broker) as client:
        found = client.administration.application(name)
        branches = client.administration.branches(name)
        deployed, released = _whereabouts(client, name)
    document = _as_json(found) | {
        "branches": [{"name": each.name, "head": each.head or None} for each in branches],
        "deployed": [occupancy_json(each) for each in deployed],
        "released": [occupancy_json(each) for each in released],
    }
    show(_described(found, branches, deployed, released), document, output)
    return 0


@application.command("create")
@click.argument("name")
@click.option("--main-branch", help="The branch that counts as its main one.")
@click.option("--display-name", help="What people are shown.")
@click.option("--repository-url", help="Where its source is.")
@asks_broker
def create(
    name: str,
    main_branch: str | None,
    display_name: str | None,
    repository_url: str | None,
    broker: str | None,
    output: str,
) -> int:
    """Create the application NAME. Publishing creates one too."""
    with open_set_broker(broker) as client:
        if client.administration.find_application(name) is not None:
            raise UsageError(
                f"There is an application named {name} already.",
                next_step=f"To change it: contractkit application update {shlex.quote(name)}",
            )
        made = client.administration.save_application(name, _changes(main_branch, display_name, repository_url))
    show(f"The application {name} was created.", _as_json(made), output)
    return 0


@application.command("update")
@click.argument("name")
@click.option("--main-branch", help="The branch that counts as its main one.")
@click.option("--display-name", help="What people are shown.")
@click.option("--repository-url", help="Where its source is.")
@asks_broker
def update(
    name: str,
    main_branch: str | None,
    display_name: str | None,
    repository_url: str | None,
    broker: str | None,
    output: str,
) -> int:
    """Change the application NAME; what is not named stays."""
    changes = _changes(main_branch, display_name, repository_url)
    if not changes:
        raise UsageError(
            "Nothing was said that is to change.", next_step="Give --main-branch, --display-name or --repository-url."
        )
    with open_set_broker(broker) as client:
        client.administration.application(name)
        made = client.administration.save_application(name, changes)
        is_known = main_branch is None or main_branch in (each.name for each in client.administration.branches(name))
    if not is_known:
        click.echo(f"No version of {name} was published on the branch {main_branch} yet.", err=True)
    on_branch = f" Its main branch is {made.main_branch}." if main_branch is not None else ""
    show(f"The application {name} was changed.{on_branch}", _as_json(made), output)
    return 0


@application.command("label")
@click.argument("name")
@click.argument("labels", nargs=-1, required=True)
@asks_broker
def label(name: str, labels: tuple[str, ...], broker: str | None, output: str) -> int:
    """Put LABELS on the application NAME."""
    with open_set_broker(broker) as client:
        client.administration.application(name)
        for each in labels:
            client.administration.add_label(name, each)
        made = client.administration.application(name)
    show(f"{name} has the labels {', '.join(made.labels)}.", _as_json(made), output)
    return 0


@application.command("unlabel")
@click.argument("name")
@click.argument("labels", nargs=-1, required=True)
@asks_broker
def unlabel(name: str, labels: tuple[str, ...], broker: str | None, output: str) -> int:
    """Take LABELS off the application NAME."""
    with open_set_broker(broker) as client:
        found = client.administration.application(name)
        for each in labels:
            if each not in found.labels:
                raise UnknownNameError(f"{name} has no label {each!r}.", next_step=suggestion(each, found.labels))
        for each in dict.fromkeys(labels):
            client.administration.remove_label(name, each)
        made = client.administration.application(name)
    left = f"has the labels {', '.join(made.labels)}" if made.labels else "has no labels"
    show(f"{name} {left}.", _as_json(made), output)
    return 0


@application.command("delete")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Delete it, with its versions, contracts, results and deployments.")
@asks_broker
def delete(name: str, yes: bool, broker: str | None, output: str) -> int:
    """Delete the application NAME with everything that hangs on it."""
    with open_set_broker(broker) as client:
        found = client.administration.application(name)
        if not yes:
            there = [each for kind in _whereabouts(client, name) for each in kind]
            raise UsageError(
                f"Nothing was deleted: every version, contract, result and deployment of {name} would go with it.",
                details=[("in use", f"{each.version} in {each.environment}") for each in there],
                next_step=f"If that is meant: contractkit application delete {shlex.quote(name)} --yes",
            )
        client.administration.delete_application(name)
    show(f"The application {name} was deleted.", {"deleted": _as_json(found)}, output)
    return 0


def _whereabouts(client: BrokerClient, name: str) -> tuple[list[Occupancy], list[Occupancy]]:
    """Give what of an application is deployed now, and what is released, in every environment."""
    places = client.administration.environments()
    deployed = [each for place in places for each in client.occupancies.deployed(place, name)]
    return deployed, [each for place in places for each in client.occupancies.released(place, name)]


def _changes(main_branch: str | None, display_name: str | None, repository_url: str | None) -> dict[str, Json]:
    values = {"mainBranch": main_branch, "displayName": display_name, "repositoryUrl": repository_url}
    return {name: value for name, value in values.items() if value is not None}


def _as_json(each: Application) -> dict[str, Json]:
    return {
        "name": each.name,
        "display_name": each.display_name or None,
        "main_branch": each.main_branch or None,
        "repository_url": each.repository_url or None,
        "labels": list(each.labels),
    }


def _described(
    found: Application, branches: Sequence[Branch], deployed: Sequence[Occupancy], released: Sequence[Occupancy]
) -> str:
    facts = [
        ("called", found.display_name),
        ("main branch", found.main_branch or "none: contractkit application update NAME --main-branch main"),
        ("repository", found.repository_url),
        ("labels", ", ".join(found.labels)),
        *(("branch", f"{each.name}, {each.head}" if each.head else each.name) for each in branches[:_SHOWN_BRANCHES]),
        ("", f"and {len(branches) - _SHOWN_BRANCHES} more branches" if len(branches) > _SHOWN_BRANCHES else ""),
        *(("deployed", _place(each)) for each in deployed),
        *(("released", _place(each)) for each in released),
    ]
    return "\n".join([found.name, "", aligned([row for row in facts if row[1]], indent="  ")])


def _place(each: Occupancy) -> str:
    instance = f", instance {each.instance}" if each.instance else ""
    return f"{each.version} in {each.environment}{instance}"

"""`contractkit branch`: the branches of an application that a broker knows."""

import shlex

import click

from contractkit.broker_client import Branch
from contractkit.cli.brokers import asks_broker, open_set_broker, show
from contractkit.cli.tables import aligned
from contractkit.cli.verbs import VerbFamily
from contractkit.errors import UsageError
from contractkit.exact_json import Json


@click.group("branch", cls=VerbFamily)
def branch() -> None:
    """List, describe and delete the branches of an application."""


@branch.command("list")
@click.argument("application")
@asks_broker
def list_branches(application: str, broker: str | None, output: str) -> int:
    """List the branches of APPLICATION, the one that moved last first."""
    with open_set_broker(broker) as client:
        main = client.administration.application(application).main_branch
        found = client.administration.branches(application)
    rows = [(each.name, each.head, "main branch" if each.name == main else "") for each in found]
    text = aligned(rows) if rows else f"No version of {application} was published on a branch."
    show(text, {"application": application, "branches": [_as_json(each, main) for each in found]}, output)
    return 0


@branch.command("describe")
@click.argument("application")
@click.argument("name")
@asks_broker
def describe(application: str, name: str, broker: str | None, output: str) -> int:
    """Show the branch NAME of APPLICATION: its head, the version that was added to it last."""
    with open_set_broker(broker) as client:
        main = client.administration.application(application).main_branch
        found = client.administration.branch(application, name)
    facts = [
        ("head", found.head or "none: its versions are gone"),
        ("since", found.created_at),
        ("", "the main branch" if name == main else ""),
    ]
    text = "\n".join([f"{application}, branch {name}", "", aligned([row for row in facts if row[1]], indent="  ")])
    show(text, {"application": application, **_as_json(found, main)}, output)
    return 0


@branch.command("delete")
@click.argument("application")
@click.argument("names", nargs=-1, required=True)
@asks_broker
def delete(application: str, names: tuple[str, ...], broker: str | None, output: str) -> int:
    """Delete the branches NAMES of APPLICATION; their versions stay."""
    with open_set_broker(broker) as client:
        main = client.administration.application(application).main_branch
        if main in names:
            raise UsageError(
                f"Nothing was deleted: {main} is the main branch of {application}.",
                next_step=f"To make another one that first: contractkit application update {shlex.quote(application)} "
                "--main-branch BRANCH",
            )
        found = [client.administration.branch(application, name) for name in dict.fromkeys(names)]
        for each in found:
            client.administration.delete_branch(application, each.name)
    deleted = ", ".join(each.name for each in found)
    what = "branch was" if len(found) == 1 else "branches were"
    text = f"The {what} deleted: {deleted}. The versions of {application} stay."
    show(text, {"application": application, "deleted": [each.name for each in found]}, output)
    return 0


def _as_json(each: Branch, main: str) -> dict[str, Json]:
    return {
        "name": each.name,
        "head": each.head or None,
        "created_at": each.created_at or None,
        "is_main": each.name == main,
    }

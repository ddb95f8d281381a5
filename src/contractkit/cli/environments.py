"""`contractkit environment`: the places that applications are deployed to."""

from dataclasses import replace
from email.utils import parseaddr

import click

from contractkit.broker_client import BrokerClient, Contact, Environment, Occupancy
from contractkit.cli.brokers import asks_broker, open_set_broker, show
from contractkit.cli.tables import aligned
from contractkit.cli.verbs import VerbFamily
from contractkit.errors import UsageError
from contractkit.exact_json import Json, show_json


@click.group("environment", cls=VerbFamily)
def environment() -> None:
    """List, describe, create, change and delete the places that applications are deployed to."""


@environment.command("list")
@asks_broker
def list_environments(broker: str | None, output: str) -> int:
    """List every environment."""
    with open_set_broker(broker) as client:
        found = client.administration.environments()
    rows = [(each.name, _kind(each), each.display_name) for each in found]
    text = aligned(rows) if rows else "There is no environment. contractkit environment create NAME"
    show(text, {"environments": [environment_json(each) for each in found]}, output)
    return 0


@environment.command("describe")
@click.argument("name")
@asks_broker
def describe(name: str, broker: str | None, output: str) -> int:
    """Show the environment NAME, and what is deployed and released there now."""
    with open_set_broker(broker) as client:
        found = client.administration.environment(name)
        deployed, released = client.occupancies.deployed(found), client.occupancies.released(found)
    document = environment_json(found) | {
        "deployed": [occupancy_json(each) for each in deployed],
        "released": [occupancy_json(each) for each in released],
    }
    show(_described(found, deployed, released), document, output)
    return 0


@environment.command("create")
@click.argument("name")
@click.option("--production/--no-production", default=False, help="Whether it serves real users. [default: no]")
@click.option("--display-name", help="What people are shown. [default: made from NAME]")
@click.option("--contact", "contacts", multiple=True, help="Whom to ask: 'Name <mail@example.com>'; may be repeated.")
@asks_broker
def create(
    name: str,
    production: bool,
    display_name: str | None,
    contacts: tuple[str, ...],
    broker: str | None,
    output: str,
) -> int:
    """Create the environment NAME."""
    wanted = Environment(
        name=_checked_name(name),
        is_production=production,
        display_name=display_name or "",
        contacts=tuple(map(_contact, contacts)),
    )
    with open_set_broker(broker) as client:
        _check_free(client, name)
        made = client.administration.create_environment(wanted)
    show(f"The environment {name} was created ({_kind(made)}).", environment_json(made), output)
    return 0


@environment.command("update")
@click.argument("name")
@click.option("--name", "new_name", help="What to call it from now on.")
@click.option("--production/--no-production", default=None, help="Whether it serves real users.")
@click.option("--display-name", help="What people are shown.")
@click.option("--contact", "contacts", multiple=True, help="Whom to ask instead: 'Name <mail@example.com>'.")
@asks_broker
def update(
    name: str,
    new_name: str | None,
    production: bool | None,
    display_name: str | None,
    contacts: tuple[str, ...],
    broker: str | None,
    output: str,
) -> int:
    """Change the environment NAME; what is not named stays."""
    if new_name is None and production is None and display_name is None and not contacts:
        raise UsageError(
            "Nothing was said that is to change.", next_step="Give --name, --production, --display-name or --contact."
        )
    new_contacts = tuple(map(_contact, contacts))
    with open_set_broker(broker) as client:
        found = client.administration.environment(name)
        if new_name not in (None, name):
            _check_free(client, _checked_name(str(new_name)))
        wanted = replace(
            found,
            name=new_name or found.name,
            is_production=found.is_production if production is None else production,
            display_name=display_name or found.display_name,
            contacts=new_contacts or found.contacts,
        )
        made = client.administration.update_environment(wanted)
    called = f", and is called {made.name}" if made.name != name else ""
    show(f"The environment {name} was changed ({_kind(made)}){called}.", environment_json(made), output)
    return 0


@environment.command("delete")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Delete it, with every deployment and release in it.")
@asks_broker
def delete(name: str, yes: bool, broker: str | None, output: str) -> int:
    """Delete the environment NAME with the history of what ran there."""
    with open_set_broker(broker) as client:
        found = client.administration.environment(name)
        if not yes:
            there = (*client.occupancies.deployed(found), *client.occupancies.released(found))
            rows = [("there now", f"{each.application} {each.version}") for each in there]
            raise UsageError(
                f"Nothing was deleted: every deployment and release in {name} would go with it.",
                details=rows,
                next_step=f"If that is meant: contractkit environment delete {name} --yes",
            )
        client.administration.delete_environment(found)
    show(f"The environment {name} was deleted.", {"deleted": environment_json(found)}, output)
    return 0


def environment_json(each: Environment) -> dict[str, Json]:
    """Give an environment as verbs print it."""
    return {
        "uuid": each.uuid,
        "name": each.name,
        "display_name": each.display_name,
        "production": each.is_production,
        "contacts": [{"name": contact.name, "email": contact.email} for contact in each.contacts],
    }


def occupancy_json(each: Occupancy) -> dict[str, Json]:
    """Give a deployed or released version as verbs print it; `instance` is null where there is none."""
    return {
        "application": each.application,
        "version": each.version,
        "environment": each.environment,
        "instance": each.instance or None,
        "since": each.since or None,
    }


def _described(found: Environment, deployed: tuple[Occupancy, ...], released: tuple[Occupancy, ...]) -> str:
    head = [f"{found.name} ({_kind(found)})", *(f"  ask {_named(each)}" for each in found.contacts)]
    rows = [(each, "deployed") for each in deployed] + [(each, "released") for each in released]
    if not rows:
        return "\n".join([*head, "", "Nothing is recorded to be there."])
    table = [
        (f"{each.application} {each.version}", kind, f"instance {each.instance}" if each.instance else "")
        for each, kind in rows
    ]
    return "\n".join([*head, "", aligned(table, indent="  ")])


def _kind(each: Environment) -> str:
    return "production" if each.is_production else "not production"


def _named(contact: Contact) -> str:
    return f"{contact.name} <{contact.email}>" if contact.email else contact.name


def _checked_name(name: str) -> str:
    if not name.strip() or any(each.isspace() for each in name):
        raise UsageError(
            "An environment cannot be called that.",
            details=[("expected", "a name without blanks, such as production"), ("received", show_json(name))],
        )
    return name


def _check_free(client: BrokerClient, name: str) -> None:
    if name in (each.name for each in client.administration.environments()):
        raise UsageError(
            f"There is an environment named {name} already.",
            next_step=f"To change it: contractkit environment update {name}",
        )


def _contact(text: str) -> Contact:
    name, email = parseaddr(text)
    if "@" not in email:
        return Contact(name=text.strip())
    return Contact(name=name or email, email=email)

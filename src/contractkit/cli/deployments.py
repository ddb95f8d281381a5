"""`contractkit record-deployment` and its kin: what runs and what is supported where, and what no longer."""

from collections.abc import Sequence

import click

from contractkit.broker_client import BrokerClient, Occupancy
from contractkit.cli.brokers import asks_broker, open_set_broker, show
from contractkit.cli.environments import occupancy_json
from contractkit.cli.verbs import Verb
from contractkit.errors import UsageError
from contractkit.exact_json import Json


@click.command("record-deployment", cls=Verb)
@click.argument("application")
@click.option("--version", required=True, help="The version that now runs.")
@click.option("--environment", required=True, help="Where it runs.")
@click.option("--instance", help="Which instance, where several run beside each other.")
@asks_broker
def record_deployment(
    application: str, version: str, environment: str, instance: str | None, broker: str | None, output: str
) -> int:
    """Record that a version of APPLICATION now runs in an environment, in place of the one that ran there."""
    with open_set_broker(broker) as client:
        made = client.occupancies.deploy(application, version, environment, instance=instance)
    where = f"{environment}, instance {instance}" if instance else environment
    show(f"{application} {version} is deployed to {where}.", _recorded(made), output)
    return 0


@click.command("record-undeployment", cls=Verb)
@click.argument("application")
@click.option("--environment", required=True, help="Where it runs no longer.")
@click.option("--instance", help="Which instance. [default: the one without a name]")
@click.option("--all-instances", is_flag=True, help="Every instance, named or not.")
@click.option("--version", help="Only if this is the version that runs there.")
@asks_broker
def record_undeployment(
    application: str,
    environment: str,
    instance: str | None,
    all_instances: bool,
    version: str | None,
    broker: str | None,
    output: str,
) -> int:
    """Record that APPLICATION no longer runs in an environment."""
    if instance is not None and all_instances:
        raise UsageError("--instance and --all-instances cannot be given together.")
    with open_set_broker(broker) as client:
        place = client.administration.environment(environment)
        there = client.occupancies.deployed(place, application)
        chosen = [each for each in there if all_instances or each.instance == (instance or "")]
        if not chosen:
            raise _not_deployed(client, application, environment, instance, there)
        _check_version(chosen, version)
        client.occupancies.undeploy(chosen)
    show("\n".join(f"{each} is no longer deployed." for each in map(_words, chosen)), _ended(chosen), output)
    return 0


@click.command("record-release", cls=Verb)
@click.argument("application")
@click.option("--version", required=True, help="The version that is released.")
@click.option("--environment", required=True, help="Where it is released to.")
@asks_broker
def record_release(application: str, version: str, environment: str, broker: str | None, output: str) -> int:
    """Record that a version of APPLICATION is released and supported, beside others that are.

    For what users install and keep: mobile applications, libraries.
    """
    with open_set_broker(broker) as client:
        made = client.occupancies.release(application, version, environment)
    before = "" if made.is_new else ", as was recorded before"
    show(f"{application} {version} is released to {environment}{before}.", _recorded(made), output)
    return 0


@click.command("record-support-ended", cls=Verb)
@click.argument("application")
@click.option("--version", required=True, help="The version that is supported no longer.")
@click.option("--environment", required=True, help="Where it was released to.")
@asks_broker
def record_support_ended(application: str, version: str, environment: str, broker: str | None, output: str) -> int:
    """Record that a released version of APPLICATION is no longer supported."""
    with open_set_broker(broker) as client:
        place = client.administration.environment(environment)
        there = client.occupancies.released(place, application)
        chosen = [each for each in there if each.version == version]
        if not chosen:
            client.administration.check_application(application)
            raise UsageError(
                f"{application} {version} is not among what is released to {environment} and supported.",
                details=[("supported there", ", ".join(each.version for each in there) or "no version of it")],
            )
        client.occupancies.end_support(chosen)
    show(f"{application} {version} is no longer supported in {environment}.", _ended(chosen), output)
    return 0


def _not_deployed(
    client: BrokerClient, application: str, environment: str, instance: str | None, there: Sequence[Occupancy]
) -> UsageError:
    client.administration.check_application(application)
    which = f", instance {instance}" if instance else ""
    is_named = instance is None and bool(there)
    return UsageError(
        f"{application} is deployed to {environment} as instances with names, and none was named."
        if is_named
        else f"{application} is not deployed to {environment}{which}.",
        details=[("instance", f"{each.instance or '(without a name)'}, {each.version}") for each in there],
        next_step="Name one with --instance, or give --all-instances." if there else "",
    )


def _check_version(chosen: Sequence[Occupancy], version: str | None) -> None:
    """Check that what is to end is what the caller thinks it is: another deployment may have come between."""
    other = [each for each in chosen if version is not None and each.version != version]
    if other:
        raise UsageError(
            f"Nothing was recorded: {other[0].application} {version} is not what runs in {other[0].environment}.",
            details=[("runs there", _words(each)) for each in other],
        )


def _words(each: Occupancy) -> str:
    instance = f", instance {each.instance}" if each.instance else ""
    return f"{each.application} {each.version} in {each.environment}{instance}"


def _recorded(made: Occupancy) -> dict[str, Json]:
    return {"recorded": occupancy_json(made), "is_new": made.is_new}


def _ended(ended: Sequence[Occupancy]) -> dict[str, Json]:
    return {"ended": [occupancy_json(each) for each in ended]}

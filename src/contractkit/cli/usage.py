"""`contractkit usage`: who uses which parts of a provider, and who of them cannot do without."""

import click

from contractkit.broker_client import BrokerClient, UsedPlace
from contractkit.cli.brokers import asks_broker, open_set_broker, show
from contractkit.cli.tables import aligned
from contractkit.cli.verbs import Verb
from contractkit.errors import BrokerRefusedError, NothingToCheckError, UsageError
from contractkit.exact_json import Json

_MEANINGS = {
    True: ("needs it", "need it"),
    None: ("uses it", "use it"),
    False: ("can do without", "can do without"),
}
"""What is known of the need of a consumer, of several: it is proved, was never looked for, is disproved."""


@click.command("usage", cls=Verb)
@click.argument("provider")
@click.option("--operation", help="Only this operation, as contracts name it: getOrder, else GET /orders/7.")
@click.option("--location", help="Only this location, with elements as [*]: response.body.lines[*].sku.")
@click.option("--environment", help="Of the consumers that are in this environment now.")
@click.option("--branch", help="Of the heads of this branch of the consumers.")
@asks_broker
def usage(
    provider: str,
    operation: str | None,
    location: str | None,
    environment: str | None,
    branch: str | None,
    broker: str | None,
    output: str,
) -> int:
    """Say who uses which operations and locations of PROVIDER, and who needs them, before anything is changed.

    The contracts of the consumers' main branches count, and those of all that runs, unless an environment or a branch
    is named. Exit codes: 0 somebody uses it, 3 nobody does, 4 the broker cannot be reached.
    """
    if environment is not None and branch is not None:
        raise UsageError("--environment and --branch cannot be given together.")
    with open_set_broker(broker) as client:
        try:
            found = client.resources.usage(
                provider, operation=operation, location=location, environment=environment, branch=branch
            )
        except BrokerRefusedError:
            _check_known(client, provider, environment)
            raise
    if not found:
        asked = [("operation", operation), ("location", location), ("environment", environment), ("branch", branch)]
        raise NothingToCheckError(
            f"No consumer of {provider} uses this.",
            details=[(label, text) for label, text in asked if text is not None],
            next_step=f"To see all that is used: contractkit usage {provider}",
        )
    show(_as_text(found), {"provider": provider, "uses": [_as_json(each) for each in found]}, output)
    return 0


def _check_known(client: BrokerClient, provider: str, environment: str | None) -> None:
    """Check that a refusal does not come from a name that the broker does not know."""
    if environment is not None:
        client.administration.environment(environment)
    client.administration.check_application(provider)


def _as_text(found: tuple[UsedPlace, ...]) -> str:
    blocks = []
    for operation in dict.fromkeys(each.operation for each in found):
        rows = [(each.location, _consumers(each)) for each in found if each.operation == operation]
        blocks.append(f"{operation}\n{aligned(rows, indent='  ')}")
    return "\n\n".join(blocks)


def _consumers(place: UsedPlace) -> str:
    """Give who uses a place in the order of how much it matters to them."""
    said = [
        f"{', '.join(names)} {one if len(names) == 1 else several}"
        for needed, (one, several) in _MEANINGS.items()
        if (names := sorted(name for name, needs in place.consumers.items() if needs is needed))
    ]
    return "; ".join(said)


def _as_json(place: UsedPlace) -> Json:
    consumers = [{"name": name, "needed": needed} for name, needed in sorted(place.consumers.items())]
    return {"operation": place.operation, "location": place.location, "consumers": consumers}

"""The catalogue of provider states: what every consumer asks a provider to be able to be in."""

from collections.abc import Collection

from sqlalchemy import Connection

from contractkit.document import load_contract
from contractkit.exact_json import Json, dump_canonical
from contractkit_broker.api.pacts import provider_of
from contractkit_broker.routing import get
from contractkit_broker.store import applications, blobs, contracts, environments
from contractkit_broker.store.records import Application, Publication, Version
from contractkit_broker.web import Call, Reply, not_found


def get_provider_states(call: Call) -> Reply:
    """List every state that a provider must support, once per set of parameters, with the consumers that ask for it."""
    found: dict[tuple[str, bytes], dict[str, Json]] = {}
    with call.database.reading() as connection:
        provider = provider_of(call, connection)
        for each in _publications_in(call, connection, provider):
            data = blobs.find_blob(connection, each.file_digest)
            assert data is not None
            for interaction in load_contract(data, origin="the stored contract").interactions:
                for state in interaction.states:
                    entry: dict[str, Json] = {"name": state.name, "params": dict(state.params), "consumers": []}
                    consumers = found.setdefault((state.name, dump_canonical(entry["params"])), entry)["consumers"]
                    if each.consumer not in consumers:
                        consumers.append(each.consumer)
    states = [found[key] for key in sorted(found)]
    return Reply(body={"providerStates": states, "_links": {"self": {"href": call.own_url}}})


def _publications_in(call: Call, connection: Connection, provider: Application) -> tuple[Publication, ...]:
    consumers = {consumer for consumer, _ in contracts.consumers_of(connection, [provider.id])}
    versions: Collection[Version]
    if "branch" in call.path:
        versions = applications.named_branch_heads(connection, consumers, call.path["branch"])
    elif "uuid" in call.path:
        versions = _running_in(call.path["uuid"], connection, consumers)
    else:
        return _on_main_branches(connection, provider, consumers)
    return contracts.publications_of(connection, [version.id for version in versions], [provider.id])


def _running_in(place: str, connection: Connection, consumers: Collection[int]) -> tuple[Version, ...]:
    """Give the versions in an environment of that uuid; people type its name, which does as well."""
    found = environments.find_environment(connection, uuid=place) or environments.find_environment(
        connection, name=place
    )
    if found is None:
        not_found(f"No environment with uuid '{place}' found")
    return tuple(each.version for each in environments.occupied(connection, [found.id], consumers))


def _on_main_branches(
    connection: Connection, provider: Application, consumers: Collection[int]
) -> tuple[Publication, ...]:
    """Give the contract at the head of each consumer's main branch, and the newest of those that have none there."""
    heads = applications.main_branch_heads(connection, consumers)
    published = contracts.publications_of(connection, [head.id for head in heads], [provider.id])
    rest = set(consumers) - {each.version.application_id for each in published}
    newest = (contracts.newest_publication(connection, consumer, provider.id) for consumer in rest)
    return (*published, *(each for each in newest if each is not None))


_STATES = "/pacts/provider/{provider}/provider-states"

ROUTES = (
    get(
        _STATES,
        get_provider_states,
        "List the states that the consumers' main branches ask for; of a consumer without one, its newest contract.",
        "ProviderStates",
    ),
    get(
        f"{_STATES}/branch/{{branch}}",
        get_provider_states,
        "List the states that the heads of a branch ask for.",
        "ProviderStates",
        variant="of_branch",
    ),
    get(
        f"{_STATES}/environment/{{uuid}}",
        get_provider_states,
        "List the states that the consumers in an environment ask for, by its uuid or its name.",
        "ProviderStates",
        variant="of_environment",
    ),
)

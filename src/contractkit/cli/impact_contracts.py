"""What `contractkit impact` asks a broker for: the contracts that count, and the definition that they rely on."""

from collections.abc import Iterator

from contractkit.broker_client import BrokerClient
from contractkit.cli.brokers import connect
from contractkit.cli.compared import Loaded, load_compared
from contractkit.cli.impact_scope import Compared, Scope, check_branch, known_names
from contractkit.definitions.wire_forms import decode_message
from contractkit.document import KnownParts, load_contract
from contractkit.impact import ConsumerInfo
from contractkit.locking.published import definition_in
from contractkit.model import Contract
from contractkit.settings import Settings
from contractkit.sources.messages import read_published


def fetched(scope: Scope, settings: Settings, *, old: str | None, new: str) -> Compared:
    """Give both definitions and a broker's contracts; an old definition of None is the broker's own.

    Raises:
        UnknownNameError: The broker does not know what the scope names; the nearest are suggested.
        DefinitionError: A definition cannot be read, or the broker has none.
        BrokerError: It cannot be reached, or refuses.
    """
    with connect(settings) as client, known_names(client, scope):
        after = load_compared(new, settings)
        before = load_compared(old, settings) if old is not None else _published(client, scope)
        contracts = tuple(_contracts(client, scope))
        if not contracts:
            check_branch(client, scope)
        return Compared(old=before, new=after, contracts=contracts, where=client.url)


def _published(client: BrokerClient, scope: Scope) -> Loaded:
    stored = definition_in(client, scope.provider, scope.environment)
    return read_published(stored.data, source=f"{scope.provider}@{scope.environment or 'main'}")


def _contracts(client: BrokerClient, scope: Scope) -> Iterator[tuple[Contract, ConsumerInfo]]:
    assumed = [(each.application, each.version or None) for each in scope.assumed]
    known = KnownParts()
    of_scope = {"environment": scope.environment, "branch": scope.branch}
    for stored in client.resources.contracts_of(scope.provider, **of_scope, assumed=assumed):
        origin = f"{stored.consumer}'s contract {stored.file_digest[:19]}"
        versions = stored.consumer_versions
        info = ConsumerInfo(
            versions=tuple(version.number for version in versions),
            branches=tuple(dict.fromkeys(name for version in versions for name in version.branches)),
            environments=tuple(dict.fromkeys(name for version in versions for name in version.environments)),
            origin=stored.file_url,
        )
        data = client.resources.contract_file(stored)
        yield load_contract(data, origin=origin, decode=decode_message, known=known), info

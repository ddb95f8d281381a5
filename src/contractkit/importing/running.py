"""Running an import: in an order in which nothing is believed here before what it rests on is here, too.

Environments and applications come first, then versions with their contracts, then what is deployed, and last the
results: once an environment is filled, whoever asks is told that what was not imported yet is unknown. Before that,
nothing there stands against a provider, which is why the manual says to decide by the old broker until the end.
What is here is looked up, not remembered, so an import that was interrupted goes on where it stopped.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from contractkit.broker_client import Connection
from contractkit.errors import BrokerRefusedError, UsageError
from contractkit.importing.history import History
from contractkit.importing.places import import_environments, import_occupancies
from contractkit.importing.records import Extent, PastApplication, PastEnvironment, PastOccupancy, PastVersion
from contractkit.importing.results import import_results
from contractkit.importing.selection import wanted_versions
from contractkit.importing.sides import Sides, reason_of
from contractkit.importing.tally import Report, Tally
from contractkit.importing.versions import import_versions
from contractkit.importing.writing import Writer


def import_history(
    source: Connection, target: Connection, extent: Extent, *, tell: Callable[[str], None] = lambda _sentence: None
) -> Report:
    """Import what a broker knows into ours.

    Args:
        source: The broker that is imported: a Pact Broker or ours.
        target: Ours.
        extent: How much of it.
        tell: Is given a sentence on each step.

    Raises:
        UsageError: The target is not contractkit's broker, or is the source.
        BrokerError: One of them cannot be reached or refuses whoever asks; what was imported until then stays.
    """
    there, here = History(source), History(target)
    _check_sides(there, here)
    writer = Writer(target, is_dry_run=extent.is_dry_run)
    with ThreadPoolExecutor(extent.readers, thread_name_prefix="import") as pool:
        tell(f"Reading {there.url}.")
        publishers = {pair: there.publishers(pair) for pair in there.pairs()}
        sides = Sides(
            source=there,
            target=here,
            writer=writer,
            pool=pool,
            extent=extent,
            tally=Tally(),
            tell=tell,
            publishers=publishers,
        )
        try:
            _import_all(sides)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return sides.tally.report()


def _check_sides(there: History, here: History) -> None:
    if there.url == here.url:
        raise UsageError(
            "A broker cannot be imported into itself.",
            details=[("both", there.url)],
            next_step="Name the broker to import as URL, and with --broker the one that it goes into.",
        )
    _enter(there)
    if not here.is_ours:
        raise UsageError(
            f"The broker at {here.url} is not contractkit's: only into that one is anything imported.",
            next_step="Start one: contractkit broker --database FILE",
        )


def _enter(there: History) -> None:
    """Look at the source's index, so that a wrong address or a wrong password is told before anything is read."""
    try:
        there.offers("self")
    except BrokerRefusedError as error:
        if error.status not in (401, 403):
            raise
        raise BrokerRefusedError(
            f"The broker at {there.url} does not let itself be read.",
            status=error.status,
            details=error.explanation.details,
            next_step="Put user and password into the URL, or the token into PACT_BROKER_TOKEN.",
        ) from None


def _import_all(sides: Sides) -> None:
    environments = sides.source.environments() if sides.source.offers("pb:environments") else ()
    if not sides.source.offers("pb:environments"):
        sides.tally.unasked.append("environments, deployments and releases: the broker is older than these")
    import_environments(sides, environments)
    occupancies = [each for place in environments for each in sides.source.occupancies(place)]
    applications = sides.source.applications()
    _import_applications(sides, applications)
    wanted = _import_versions(sides, applications, occupancies)
    import_occupancies(sides, occupancies)
    _import_results(sides, wanted)
    _name_what_is_never_imported(sides, environments)


def _import_applications(sides: Sides, applications: Sequence[PastApplication]) -> None:
    here = {each.name: each for each in sides.target.applications()}
    for each in applications:
        known = here.get(each.name, PastApplication(name=""))
        said = {name: value for name, value in each.said.items() if name not in known.said}
        labels = [label for label in each.labels if label not in known.labels]
        try:
            if said or not known.name:
                sides.writer.save_application(each, said)
            for label in labels:
                sides.writer.add_label(each, label)
        except BrokerRefusedError as error:
            sides.tally.miss(f"the application {each.name}", reason_of(error))
            continue
        if known.name:
            sides.tally.find("applications")
        else:
            sides.tally.bring("applications")


def _import_versions(
    sides: Sides, applications: Sequence[PastApplication], occupancies: Sequence[PastOccupancy]
) -> Mapping[str, tuple[PastVersion, ...]]:
    wanted = {}
    for each in applications:
        occupied = {one.version for one in occupancies if one.application == each.name}
        versions = sides.source.versions(each.name)
        wanted[each.name] = wanted_versions(versions, newest=sides.extent.newest, occupied=occupied)
        import_versions(sides, each.name, wanted[each.name])
    return wanted


def _import_results(sides: Sides, wanted: Mapping[str, tuple[PastVersion, ...]]) -> None:
    for pair, numbers in sides.publishers.items():
        published = frozenset(numbers)
        consumers = [each.number for each in wanted.get(pair.consumer, ()) if each.number in published]
        providers = frozenset(each.number for each in wanted.get(pair.provider, ()))
        if consumers and providers:
            sides.tell(f"{pair}: results.")
            import_results(sides, pair, consumers, providers)


def _name_what_is_never_imported(sides: Sides, environments: Sequence[PastEnvironment]) -> None:
    if environments:
        sides.tally.unasked.append("what was deployed or released before and is no longer: its API does not list it")
    webhooks = sides.source.webhooks()
    if webhooks:
        sides.tally.unasked.append(f"webhooks, of which there are {webhooks}: this broker has none")

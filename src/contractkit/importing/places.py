"""Places: environments, and what is deployed and released there now."""

from collections.abc import Iterable, Mapping, Sequence

from contractkit.errors import BrokerRefusedError
from contractkit.importing.records import PastEnvironment, PastOccupancy, instant
from contractkit.importing.sides import Sides, reason_of

_KINDS = {"deployment": "deployments", "release": "releases"}


def import_environments(sides: Sides, environments: Iterable[PastEnvironment]) -> None:
    """Import the environments that are not here."""
    here = {each.name: each for each in sides.target.environments()}
    for each in environments:
        known = here.get(each.name)
        if known is None:
            _create(sides, each)
            continue
        sides.tally.find("environments")
        if known.is_production is not each.is_production:
            there = "is" if each.is_production else "is not"
            sides.tally.keep(f"the environment {each.name}", f"there it {there} said to be production")


def _create(sides: Sides, each: PastEnvironment) -> None:
    try:
        sides.writer.create_environment(each)
    except BrokerRefusedError as error:
        sides.tally.miss(f"the environment {each.name}", reason_of(error))
    else:
        sides.tally.bring("environments")


def import_occupancies(sides: Sides, occupancies: Sequence[PastOccupancy]) -> None:
    """Import what is deployed and released now; what is newer here stays."""
    here = {each.name: each for each in sides.target.environments()}
    named = {each.environment for each in occupancies}
    current = [each for name, place in here.items() if name in named for each in sides.target.occupancies(place)]
    for each in sorted(occupancies, key=lambda one: instant(one.since)):
        known = next((one for one in current if _slot(one) == _slot(each)), None)
        if known is not None and known.version == each.version:
            sides.tally.find(_KINDS[each.kind])
        elif known is not None and instant(known.since) > instant(each.since):
            why = f"here it is {known.version} since {known.since}, there {each.version} since {each.since}"
            sides.tally.keep(f"{each.application} in {each.environment}", why)
        else:
            _occupy(sides, each, here)


def _slot(each: PastOccupancy) -> tuple[str, ...]:
    """Give what can be there once: an instance of an application, or one released version."""
    which = each.instance if each.kind == "deployment" else each.version
    return (each.kind, each.environment, each.application, which)


def _occupy(sides: Sides, each: PastOccupancy, here: Mapping[str, PastEnvironment]) -> None:
    what = f"{each.application} {each.version} in {each.environment}"
    place = here.get(each.environment)
    if place is None and not sides.writer.is_dry_run:
        sides.tally.miss(what, "the environment was not imported")
        return
    uuid = "" if place is None else place.uuid
    try:
        sides.writer.occupy((each.application, each.version), each.kind, uuid, each.instance, each.since)
    except BrokerRefusedError as error:
        sides.tally.miss(what, reason_of(error))
    else:
        sides.tally.bring(_KINDS[each.kind])

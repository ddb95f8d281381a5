"""The page of a provider's usage: who needs which of its operations and places, and what nobody does."""

import base64
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Connection

from contractkit.exact_json import Json
from contractkit.impact.usage import Unused, UsedPlace, doubted
from contractkit.impact.usage_questions import location_of_pointer
from contractkit.impact.usage_words import HEADS, SAID, why_unused
from contractkit_broker.api.definitions import SCOPE, Scope, contracts_that_count, current_definition
from contractkit_broker.pages.rendering import in_sentences, lost, render_page
from contractkit_broker.pages.stretches import Stretch, stretch
from contractkit_broker.service.usage import by_place, by_value, silent_consumers
from contractkit_broker.store import environments, usages, verifications
from contractkit_broker.store.records import Publication, StoredDefinition
from contractkit_broker.surveying import Survey
from contractkit_broker.web import Call, Refusal, Reply

_SECONDS = 2  # until the page looks again for what nobody needs
_MOST_UNUSED = 200  # of one sureness


@dataclass(frozen=True, slots=True, kw_only=True)
class LastVerified:
    """When a contract was last verified, by which result, and whether it was kept."""

    result: int
    success: bool
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedContract:
    """A contract that counts: whose it is, whether all its needs were inferred, and when it was last verified."""

    publication: Publication
    versions: tuple[str, ...]
    needs_known: bool
    verified: LastVerified | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusedGroup:
    """What may go for one reason of one operation; `locations` is empty where that is the operation itself."""

    operation: str
    why: str
    locations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What the store says of a provider's usage in a scope; `consumers` are names by their file's digest."""

    provider: str
    definition: StoredDefinition | None
    consumers: Mapping[str, str]
    contracts: tuple[CountedContract, ...]
    silent: tuple[str, ...]
    places: Stretch


def get_usage_page(call: Call) -> Reply:
    """Show who uses what of a provider, and what nobody needs."""
    asked, scope = (call.parameter("find") or "").strip(), _scope(call)
    try:
        with call.database.reading() as connection:
            known = _known(call, connection, scope, asked)
            inhabited = [each.name for each in environments.list_environments(connection)]
    except Refusal as refusal:
        raise lost(call, in_sentences(refusal.reply.body)) from None
    survey = _survey(call, known)
    return render_page(
        call,
        "usage.html",
        known=known,
        asked=asked,
        scope=scope,
        environments=inhabited,
        said=SAID,
        survey=survey,
        unused=_unused(survey, known.silent, asked) if survey is not None else (),
        seconds=_SECONDS if survey is None else None,
    )


def _scope(call: Call) -> Scope:
    """Give the environment and the branch; the form of the page sends blank ones where none is chosen."""
    environment, branch = ((call.parameter(name) or "").strip() or None for name in SCOPE)
    if environment is not None and branch is not None:
        raise Refusal(400, {"error": "An environment and a branch exclude each other: leave one of them out"})
    return Scope(environment=environment, branch=branch)


def _known(call: Call, connection: Connection, scope: Scope, asked: str) -> _Known:
    provider = call.path["provider"]
    published = contracts_that_count(connection, provider, **scope)
    consumers = {each.file_digest: each.consumer for each in published}

    def load(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, list[UsedPlace]]]:
        places = sorted(_used(connection, consumers, pairs), key=lambda place: (place.operation, place.location))
        return [(operation, list(found)) for operation, found in groupby(places, key=lambda place: place.operation)]

    pairs = [pair for pair in usages.places_used(connection, consumers) if _fits(asked, *pair)]
    if asked:
        of_values = [each for each in usages.values_used(connection, consumers) if _fits(asked, each[2])]
        pairs = sorted({*pairs, *(each[:2] for each in of_values)})
    return _Known(
        provider=provider,
        definition=current_definition(connection, provider, **scope),
        consumers=consumers,
        contracts=_counted(connection, published),
        silent=silent_consumers(connection, provider, consumers.values()),
        places=stretch(call, "places", pairs, load),
    )


def _used(
    connection: Connection, consumers: Mapping[str, str], pairs: Sequence[tuple[str, str]] | None = None
) -> Iterator[UsedPlace]:
    """Give the places that files use, and the values at them; only those of some operations and locations, if any."""
    uses = usages.uses_of(connection, consumers, places=pairs)
    yield from by_place(((use, consumers[use.file_digest]) for use in uses), is_whole=pairs is None)
    values = usages.values_of(connection, consumers, places=pairs)
    yield from by_value((value, consumers[value.file_digest]) for value in values)


def _counted(connection: Connection, published: Sequence[Publication]) -> tuple[CountedContract, ...]:
    versions: dict[int, list[str]] = {}
    for each in published:
        versions.setdefault(each.content, []).append(each.version.number)
    unknown = usages.with_unknown_needs(connection, {each.file_digest for each in published})
    newest = verifications.newest_verifications(connection, versions.keys())
    verified = {
        content: LastVerified(result=each.id, success=each.success, at=each.verified_at)
        for content, each in newest.items()
    }
    firsts = {each.content: each for each in reversed(published)}
    return tuple(
        CountedContract(
            publication=each,
            versions=tuple(dict.fromkeys(versions[each.content])),
            needs_known=each.file_digest not in unknown,
            verified=verified.get(each.content),
        )
        for each in sorted(firsts.values(), key=lambda publication: publication.consumer)
    )


def _fits(asked: str, *said: str) -> bool:
    """Say whether an operation, a location or a value holds what is asked; a pointer is read as a location, too."""
    wanted = [asked.casefold(), *([location_of_pointer(asked).casefold()] if asked.startswith("/") else [])]
    return any(each in text.casefold() for each in wanted for text in said)


def _survey(call: Call, known: _Known) -> Survey | None:
    definition, consumers = known.definition, known.consumers
    if definition is None or not consumers:
        return Survey()

    def order() -> dict[str, Json]:
        with call.database.reading() as connection:
            used = [[each.operation, each.location, dict(each.consumers)] for each in _used(connection, consumers)]
        return {"definition": base64.b64encode(definition.data).decode(), "places": used}

    return call.survey((definition.digest, *sorted(consumers)), order)


def _unused(
    survey: Survey, silent: Collection[str], asked: str
) -> tuple[tuple[str, int, tuple[UnusedGroup, ...]], ...]:
    """Give, for each sureness that something has, its heading, how much has it, and the groups that are shown.

    Of consumers that are `silent` nobody knows what they use here, so because of them nothing is proved.
    """
    free = [doubted(each, silent) for each in survey.unused]
    found = []
    for sureness, head in HEADS.items():
        fits = [each for each in free if each.sureness is sureness]
        fits = [each for each in fits if _fits(asked, each.operation, each.location)]
        if fits:
            found.append((head, len(fits), tuple(_groups(fits[:_MOST_UNUSED]))))
    return tuple(found)


def _groups(found: Sequence[Unused]) -> Iterator[UnusedGroup]:
    for (operation, why), items in groupby(found, key=lambda each: (each.operation, why_unused(each))):
        locations = tuple(each.location for each in items if each.location)
        yield UnusedGroup(operation=operation, why=why, locations=locations)

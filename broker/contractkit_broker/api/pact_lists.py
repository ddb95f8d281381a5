"""Lists of contracts by provider or by pair, and the newest of a pair: what clients read that know no selectors."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import TypeAlias

from sqlalchemy import Connection

from contractkit.exact_json import Json
from contractkit_broker.api.links import version_pact_segments
from contractkit_broker.api.pacts import provider_of, render_pact
from contractkit_broker.api.paging import PAGING, Page, asked_page, cut, paged
from contractkit_broker.routing import Handler, Route, get
from contractkit_broker.store import applications, contracts
from contractkit_broker.store.published import PublishedName, Which, published_for, published_page
from contractkit_broker.store.records import Application, Publication, Version
from contractkit_broker.web import Call, Reply, encoded, not_found

Choose: TypeAlias = Callable[[Call, Connection, Collection[int]], Collection[Version] | None]
"""Gives the versions of some consumers that an address means, or None for every version."""


def _every_version(call: Call, connection: Connection, consumers: Collection[int]) -> None:
    return None


def _tagged(call: Call, connection: Connection, consumers: Collection[int]) -> Collection[Version]:
    return applications.tagged_versions(connection, consumers, call.path["tag"], newest_only=False)


def _on_branch(call: Call, connection: Connection, consumers: Collection[int]) -> Collection[Version]:
    return applications.branch_versions(connection, consumers, call.path["branch"])


def _branch_heads(call: Call, connection: Connection, consumers: Collection[int]) -> Collection[Version]:
    return applications.named_branch_heads(connection, consumers, call.path["branch"])


def _on_main_branch(call: Call, connection: Connection, consumers: Collection[int]) -> Collection[Version]:
    return applications.main_branch_versions(connection, consumers)


def _main_branch_heads(call: Call, connection: Connection, consumers: Collection[int]) -> Collection[Version]:
    return applications.main_branch_heads(connection, consumers)


def newest_of_pair(call: Call, connection: Connection, choose: Choose | None = None) -> Publication | None:
    """Give the newest publication of the pair in the path, of the versions that are chosen, or None."""
    consumer = applications.find_application(connection, call.path["consumer"])
    provider = applications.find_application(connection, call.path["provider"])
    if consumer is None or provider is None:
        return None
    if choose is None:
        return contracts.newest_publication(connection, consumer.id, provider.id)
    versions = choose(call, connection, [consumer.id]) or ()
    found = contracts.publications_of(connection, [each.id for each in versions], [provider.id])
    return found[-1] if found else None


def newest_tagged_of_pair(call: Call, connection: Connection) -> Publication | None:
    """Give the newest publication of the pair by a version with the tag in the path, or None."""
    return newest_of_pair(call, connection, _tagged)


def _newest(choose: Choose | None) -> Handler:
    def get_latest_pact(call: Call) -> Reply:
        with call.database.reading() as connection:
            found = newest_of_pair(call, connection, choose)
        if found is None:
            not_found(f"No such contract between {call.path['consumer']} and {call.path['provider']} found")
        body = render_pact(call, found, None)
        # `pact broker get-pacts` reads a list at the head of a branch, too, and breaks off where there is no such link
        return Reply(body={**body, "_links": {**body["_links"], "pb:pacts": [_link(call, found)]}})

    return get_latest_pact


def _of_pair(choose: Choose) -> Handler:
    def list_pair_pacts(call: Call) -> Reply:
        with call.database.reading() as connection:
            provider = provider_of(call, connection)
            consumer = applications.find_application(connection, call.path["consumer"])
            if consumer is None:
                not_found(f"No consumer with name '{call.path['consumer']}' found")
            found = _publications(call, connection, choose, provider, [consumer.id])
        newest_first = found[::-1]
        links: list[Json] = [_link(call, each) for each in newest_first]
        reply = _listed(call, provider, {"pb:pact-versions": links, "pact-versions": links})
        embedded: Json = {"pacts": [_embedded(call, each) for each in newest_first]}
        return replace(reply, body={**reply.body, "pacts": links, "_embedded": embedded})

    return list_pair_pacts


def _of_provider(choose: Choose) -> Handler:
    def list_provider_pacts(call: Call) -> Reply:
        page = asked_page(call)
        with call.database.reading() as connection:
            provider = provider_of(call, connection)
            consumers = {consumer for consumer, _ in contracts.consumers_of(connection, [provider.id])}
            found = _publications(call, connection, choose, provider, consumers)
        links: list[Json] = [_link(call, each) for each in sorted(found, key=lambda each: each.consumer)]
        return _listed_page(call, provider, page, len(links), cut(links, page))

    return list_provider_pacts


def _of_provider_at_length(which: Which) -> Handler:
    def list_every_provider_pact(call: Call) -> Reply:
        page, word = asked_page(call), call.path.get("tag", call.path.get("branch"))
        with call.database.reading() as connection:
            provider = provider_of(call, connection)
            if page is None:
                found = published_for(connection, provider.id, which, word)
                total = len(found)
            else:
                stretch = {"limit": page.size, "offset": page.offset}
                total, found = published_page(connection, provider.id, which, word, **stretch)
        return _listed_page(call, provider, page, total, _links(call, provider.name, found))

    return list_every_provider_pact


def _links(call: Call, provider: str, found: Sequence[PublishedName]) -> list[Json]:
    """Give the links that `_link` gives, made for tens of thousands."""
    before = f"{call.href('pacts', 'provider', provider)}/consumer/"
    return [
        {
            "href": f"{before}{encoded(consumer)}/version/{encoded(number)}",
            "title": f"Contract between {consumer} ({number}) and {provider}",
            "name": consumer,
        }
        for consumer, number in found
    ]


def _publications(
    call: Call, connection: Connection, choose: Choose, provider: Application, consumers: Collection[int]
) -> tuple[Publication, ...]:
    versions = choose(call, connection, consumers)
    if versions is None:
        return contracts.publications_between(connection, consumers, provider.id)
    return contracts.publications_of(connection, [each.id for each in versions], [provider.id])


def _link(call: Call, each: Publication) -> Json:
    title = f"Contract between {each.consumer} ({each.version.number}) and {each.provider}"
    return call.link(*version_pact_segments(each), title=title, name=each.consumer)


def _embedded(call: Call, each: Publication) -> Json:
    number = each.version.number
    version = call.link("pacticipants", each.consumer, "versions", number, title="Version", name=number)
    return {
        "createdAt": each.created_at,
        "_embedded": {"consumerVersion": {"number": number, "_links": {"self": version}}},
        "_links": {"self": _link(call, each)},
    }


def _listed_page(call: Call, provider: Application, page: Page | None, total: int, links: Sequence[Json]) -> Reply:
    reply = _listed(call, provider, {"pb:pacts": list(links), "pacts": list(links)})
    return replace(reply, body=paged(call, page, total, reply.body))


def _listed(call: Call, provider: Application, links: dict[str, Json]) -> Reply:
    own = {"href": call.own_url}
    of = call.link("pacticipants", provider.name, name=provider.name)
    return Reply(body={"_links": {"self": own, "pb:provider": of, **links}})


_PROVIDER = "/pacts/provider/{provider}"
_PAIR = f"{_PROVIDER}/consumer/{{consumer}}"

_PROVIDER_LISTS: tuple[tuple[str, str, Choose | Which, str], ...] = (
    ("", "", Which.EVERY, "of every version"),
    ("/tag/{tag}", "with_tag", Which.TAGGED, "of every version with a tag"),
    ("/branch", "of_main_branch", Which.ON_MAIN_BRANCH, "of every version on the main branches"),
    ("/branch/latest", "of_main_branch_heads", _main_branch_heads, "of the heads of the main branches"),
    ("/branch/{branch}", "of_branch", Which.ON_BRANCH, "of every version on a branch"),
    ("/branch/{branch}/latest", "of_branch_heads", _branch_heads, "of the heads of a branch"),
)
_PAIR_LISTS: tuple[tuple[str, str, Choose, str], ...] = (
    ("/versions", "", _every_version, "of every version"),
    ("/tag/{tag}", "with_tag", _tagged, "of every version with a tag"),
    ("/branch", "of_main_branch_alone", _on_main_branch, "of every version on the main branch"),
    ("/branch/latest", "of_main_branch_head_alone", _main_branch_heads, "of the head of the main branch"),
    ("/branch/versions", "of_main_branch", _on_main_branch, "of every version on the main branch"),
    ("/branch/latest/versions", "of_main_branch_head", _main_branch_heads, "of the head of the main branch"),
    ("/branch/{branch}", "of_branch", _on_branch, "of every version on a branch"),
    ("/branch/{branch}/latest/versions", "of_branch_head", _branch_heads, "of the head of a branch"),
)
"""The rest of the address, what tells the operation apart, the versions, and the end of the summary.

Of a pair and its main branch, the index knows the longer addresses; Pact's command line asks the shorter ones.
"""

ROUTES: tuple[Route, ...] = (
    get(f"{_PAIR}/latest", _newest(None), "Read the newest contract of a pair.", "Pact"),
    get(
        f"{_PAIR}/latest/{{tag}}",
        _newest(_tagged),
        "Read the newest contract of a pair of the versions with a tag.",
        "Pact",
        variant="with_tag",
    ),
    get(
        f"{_PAIR}/branch/{{branch}}/latest",
        _newest(_branch_heads),
        "Read the contract of a pair at the head of a branch.",
        "Pact",
        variant="of_branch",
    ),
    *(
        get(
            f"{_PAIR}{rest}",
            _of_pair(choose),
            f"List the contracts of a pair {which}.",
            "PairPactList",
            variant=variant,
        )
        for rest, variant, choose, which in _PAIR_LISTS
    ),
    *(
        get(
            f"{_PROVIDER}{rest}",
            _of_provider_at_length(choose) if isinstance(choose, Which) else _of_provider(choose),
            f"List the contracts with a provider {which}.",
            "PactList",
            variant=variant,
            query=PAGING,
        )
        for rest, variant, choose, which in _PROVIDER_LISTS
    ),
)

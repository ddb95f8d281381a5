"""Contracts as Pact clients read them: a rendering of the stored file with ids and links, and lists of them."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, urlencode

from sqlalchemy import Connection

from contractkit.exact_json import Json
from contractkit_broker.api.links import contract_page, pact_segments, version_pact_segments
from contractkit_broker.api.rendering import count_protobuf_interactions, has_plugin, rendered
from contractkit_broker.forms import SelectionForm
from contractkit_broker.routing import Answer, Route, get
from contractkit_broker.service.selection import Selected, check_selectors, select_contracts
from contractkit_broker.service.selectors import SelectorError
from contractkit_broker.store import applications, blobs, contracts
from contractkit_broker.store.records import Application, Content, Publication
from contractkit_broker.web import Call, Refusal, Reply, not_found


def render_pact(call: Call, publication: Publication, metadata: str | None) -> Json:
    """Give the file of a publication with `_id` in each interaction and `_links`; the stored bytes stay as they are.

    Calls over gRPC are left out for a client that cannot replay them.
    """
    with call.database.reading() as connection:
        data = blobs.find_blob(connection, publication.file_digest)
        provider = applications.find_application(connection, publication.provider)
    assert data is not None and provider is not None
    return {
        **rendered(data, whole=has_plugin(call, read_metadata(metadata or ""))),
        "createdAt": publication.created_at,
        "_links": _pact_links(call, publication, provider, metadata),
    }


def find_content(call: Call, connection: Connection, sha: str | None = None) -> Content:
    """Give the content that the path names, or another one of the same pair.

    Raises:
        Refusal: There is none (404).
    """
    consumer, provider, sha = call.path["consumer"], call.path["provider"], sha or call.path["sha"]
    found = contracts.find_content(connection, consumer, provider, f"sha256:{sha}")
    if found is None:
        not_found(f"No contract between {consumer} and {provider} with content {sha} found")
    return found


def get_pact_version(call: Call) -> Reply:
    """Give a contract by its content; the metadata in the path says for which consumer version."""
    with call.database.reading() as connection:
        content = find_content(call, connection)
        publications = contracts.publications_with(connection, content.id)
    wanted = read_metadata(call.path.get("metadata", "")).get("v")
    chosen = next((each for each in publications if each.version.number == wanted), None)
    publication = chosen or next(iter(publications), None)
    if publication is None:
        not_found(f"No version of {content.consumer} publishes the contract with content {content.sha} any more")
    return Reply(body=render_pact(call, publication, call.path.get("metadata")))


def get_pact(call: Call) -> Reply:
    """Give the contract that one consumer version published."""
    consumer, provider, number = call.path["consumer"], call.path["provider"], call.path["version"]
    with call.database.reading() as connection:
        found = contracts.find_publication(connection, consumer, number, provider)
    if found is None:
        not_found(f"No contract between {consumer} ({number}) and {provider} found")
    return Reply(body=render_pact(call, found, None))


def get_latest_pacts(call: Call) -> Reply:
    """List the newest contract of each integration."""
    with call.database.reading() as connection:
        found = contracts.newest_publications(connection)
    pacts = [
        {
            "createdAt": each.created_at,
            "_embedded": {
                "consumer": {
                    "name": each.consumer,
                    "_embedded": {"version": {"number": each.version.number}},
                    "_links": {"self": call.link("pacticipants", each.consumer)},
                },
                "provider": {"name": each.provider, "_links": {"self": call.link("pacticipants", each.provider)}},
            },
            "_links": {"self": [call.link(*version_pact_segments(each)), call.link(*pact_segments(each))]},
        }
        for each in found
    ]
    return Reply(body={"pacts": pacts, "_links": {"self": call.link("pacts", "latest")}})


def get_latest_provider_pacts(call: Call) -> Reply:
    """List the newest contract of each consumer of a provider, of those with a tag where one is named."""
    tag = call.path.get("tag")
    with call.database.reading() as connection:
        provider = provider_of(call, connection)
        consumers = {consumer for consumer, _ in contracts.consumers_of(connection, [provider.id])}
        if tag is None:
            found = list(contracts.newest_publications(connection, [(each, provider.id) for each in consumers]))
        else:
            tagged = applications.tagged_versions(connection, consumers, tag, newest_only=True)
            found = list(contracts.publications_of(connection, [each.id for each in tagged], [provider.id]))
    links = [
        call.link(*version_pact_segments(each), title=f"{each.consumer} {each.version.number}", name=each.consumer)
        for each in sorted(found, key=lambda each: each.consumer)
    ]
    own = call.link("pacts", "provider", provider.name, "latest", *([tag] if tag else []))
    return Reply(body={"_links": {"self": own, "pb:pacts": links, "pacts": links}})


def get_pacts_for_verification(call: Call) -> Reply:
    """List what a provider has to verify by default."""
    return _for_verification(call, SelectionForm(include_pending_status=False))


def post_pacts_for_verification(call: Call) -> Reply:
    """List what a provider version has to verify, by selectors."""
    form = call.form(SelectionForm)
    problems = check_selectors(form)
    if problems:
        raise Refusal(400, {"errors": {"consumerVersionSelectors": problems}})
    return _for_verification(call, form)


def _for_verification(call: Call, form: SelectionForm) -> Reply:
    with call.database.reading() as connection:
        provider = provider_of(call, connection)
        try:
            found = select_contracts(connection, provider, form)
        except SelectorError as error:
            raise Refusal(400, {"errors": {"consumerVersionSelectors": [str(error)]}}) from None
        left_out = {} if has_plugin(call, {}) else _left_out(connection, found)
    pacts = [_to_verify(call, each, form, left_out.get(each.newest.content, 0)) for each in found]
    own = call.link("pacts", "provider", provider.name, "for-verification", title="Contracts to verify")
    return Reply(body={"_embedded": {"pacts": pacts}, "_links": {"self": own}})


def _left_out(connection: Connection, selected: Sequence[Selected]) -> dict[int, int]:
    """Give, by content, how many interactions a client without the protobuf plugin does not get."""
    digests = {each.newest.content: each.newest.file_digest for each in selected}
    files = blobs.find_blobs(connection, set(digests.values()))
    return {content: count_protobuf_interactions(files[digest]) for content, digest in digests.items()}


def _to_verify(call: Call, selected: Selected, form: SelectionForm, left_out: int) -> Json:
    newest = selected.newest
    said = {"v": newest.version.number, "p": str(selected.pending).lower()}
    plugins = call.parameter("plugins")
    metadata = write_metadata({**said, "plugins": plugins} if plugins else said)
    name = f"Contract between {newest.consumer} ({newest.version.number}) and {newest.provider}"
    properties: dict[str, Json] = {"notices": [*_notices(selected, form), *_left_out_notices(newest, left_out)]}
    if form.include_pending_status:
        properties["pending"] = selected.pending
    if selected.wip:
        properties["wip"] = True
    return {
        "shortDescription": ", ".join(selected.reasons),
        "verificationProperties": properties,
        "_links": {"self": call.link(*pact_segments(newest), "metadata", metadata, name=name)},
    }


def _notices(selected: Selected, form: SelectionForm) -> list[Json]:
    newest = selected.newest
    versions = ", ".join(each.version.number for each in selected.publications[:5])
    why = f"{newest.consumer} {versions} is verified because it is {', '.join(selected.reasons)}."
    notices = [{"when": "before_verification", "text": why}]
    if not form.include_pending_status:
        return notices
    on = form.provider_version_branch or "this provider"
    if not selected.pending:
        accepted = f"It has been verified with success before, so a failure fails this build ({on})."
        return [*notices, {"when": "before_verification", "text": accepted}]
    pending = f"It is pending for {on}: a failure is reported and does not fail this build."
    accepting = f"{on} accepts it now: it is pending no longer."
    return [
        *notices,
        {"when": "before_verification", "text": pending},
        {"when": "after_verification:success_true_published_true", "text": accepting},
        {"when": "after_verification:success_false_published_true", "text": f"It stays pending for {on}."},
    ]


def _left_out_notices(newest: Publication, left_out: int) -> list[Json]:
    if not left_out:
        return []
    calls = "1 call over gRPC is" if left_out == 1 else f"{left_out} calls over gRPC are"
    text = (
        f"{calls} left out: a Pact verifier without its protobuf plugin fails a file that has any. "
        f"Until they are replayed, this contract does not count as verified: contractkit verify {newest.provider}"
    )
    return [{"when": "before_verification", "text": text}]


def provider_of(call: Call, connection: Connection) -> Application:
    """Give the provider that the path names.

    Raises:
        Refusal: There is none (404).
    """
    found = applications.find_application(connection, call.path["provider"])
    return found or not_found(f"No provider with name '{call.path['provider']}' found")


def _pact_links(call: Call, publication: Publication, provider: Application, metadata: str | None) -> Json:
    by_content = pact_segments(publication)
    own = (*by_content, "metadata", metadata) if metadata else by_content
    by_version = version_pact_segments(publication)
    pair = by_version[:5]
    consumer, number = publication.consumer, publication.version.number
    return {
        "self": call.link(*own, name=f"Contract between {consumer} ({number}) and {provider.name}"),
        "pb:consumer": call.link("pacticipants", consumer, name=consumer),
        "pb:consumer-version": call.link("pacticipants", consumer, "versions", number, name=number),
        "pb:provider": call.link("pacticipants", provider.name, name=provider.name),
        "pb:pact-version": call.link(*by_content),
        "pb:latest-pact-version": call.link(*pair, "latest"),
        "pb:all-pact-versions": call.link(*pair, "versions"),
        "pb:previous-distinct": call.link(*by_version, "previous-distinct"),
        "pb:diff-previous-distinct": call.link(*by_version, "diff", "previous-distinct"),
        "pb:publish-verification-results": call.link(*own, "verification-results"),
        "contractkit:file": call.link("blobs", publication.file_digest),
        "contractkit:page": {"href": contract_page(call, publication)},
    }


def write_metadata(values: Mapping[str, str]) -> str:
    """Give values as one segment of a path, opaque to clients."""
    return base64.urlsafe_b64encode(urlencode(values).encode()).decode().rstrip("=")


def read_metadata(text: str) -> dict[str, str]:
    """Give the values of a metadata segment; one that we did not write says nothing."""
    try:
        decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return {}
    return {name: values[-1] for name, values in parse_qs(decoded).items()}


_PAIR = "/pacts/provider/{provider}/consumer/{consumer}"
_PROVIDER = "/pacts/provider/{provider}"
_PLUGINS = {"plugins": "`protobuf` for calls over gRPC, too, which a Pact verifier replays with that plugin only."}


ROUTES = (
    get("/pacts/latest", get_latest_pacts, "List the newest contract of each integration.", "LatestPacts"),
    get(
        f"{_PAIR}/version/{{version}}",
        get_pact,
        "Read the contract that one consumer version published.",
        "Pact",
        query=_PLUGINS,
    ),
    get(f"{_PAIR}/pact-version/{{sha}}", get_pact_version, "Read a contract by its content.", "Pact", query=_PLUGINS),
    get(
        f"{_PAIR}/pact-version/{{sha}}/metadata/{{metadata}}",
        get_pact_version,
        "Read a contract by its content, as it was selected.",
        "Pact",
        variant="as_selected",
    ),
    get(f"{_PROVIDER}/latest", get_latest_provider_pacts, "List the newest contracts with a provider.", "PactList"),
    get(
        f"{_PROVIDER}/latest/{{tag}}",
        get_latest_provider_pacts,
        "List the newest contracts with a provider that have a tag.",
        "PactList",
        variant="with_tag",
    ),
    get(
        f"{_PROVIDER}/for-verification",
        get_pacts_for_verification,
        "List what a provider has to verify by default.",
        "PactsForVerification",
        query=_PLUGINS,
    ),
    Route(
        method="POST",
        path=f"{_PROVIDER}/for-verification",
        handler=post_pacts_for_verification,
        summary="List what a provider version has to verify, by selectors, each content once.",
        group="contracts",
        query=_PLUGINS,
        body="SelectionForm",
        answers={200: Answer("They.", "PactsForVerification"), 404: Answer("No such provider.", "Error")},
    ),
)

"""Publishing contracts: all of a build in one call, or one by the older way."""

from collections.abc import Sequence

from contractkit.document import load_contract
from contractkit.errors import ContractFileError
from contractkit.exact_json import Json
from contractkit_broker.api.differences import difference_json
from contractkit_broker.api.links import contract_page, version_pact_segments
from contractkit_broker.api.pacts import render_pact
from contractkit_broker.forms import ContractToPublish, PublishForm
from contractkit_broker.routing import Answer, Route
from contractkit_broker.service.publishing import (
    Build,
    ContentConflict,
    ContractUpload,
    PublicationKind,
    Published,
    publish,
)
from contractkit_broker.service.similar_names import SimilarName, similar_names
from contractkit_broker.settings import SimilarNames
from contractkit_broker.web import JSON, TEXT, Call, Refusal, Reply

_NOTICES = {
    PublicationKind.NEW_CONTENT: ("success", "Contract with {provider} published: its content is new."),
    PublicationKind.KNOWN_CONTENT: (
        "success",
        "Contract with {provider} published: its content is known, and the results for it hold.",
    ),
    PublicationKind.EVIDENCE: (
        "success",
        "Contract with {provider} updated: the content is the same, needs and test lines were replaced.",
    ),
    PublicationKind.UNCHANGED: ("info", "Contract with {provider} was published before, byte for byte."),
    PublicationKind.MERGED: ("success", "Contract with {provider} joined with what this version published before."),
}
"""What a publication did, to the type and text of its notice."""


def publish_contracts(call: Call) -> Reply:
    """Store the contracts of one consumer version, all or none."""
    form = call.form(PublishForm)
    uploads = _read_all(form)
    names = [form.pacticipant_name, *(each.provider_name for each in form.contracts)]
    similar = _similar(call, names)
    if similar and call.settings.similar_names is SimilarNames.REFUSE:
        raise Refusal(409, _similar_body(similar), media_type=JSON)
    build = Build(
        application=form.pacticipant_name,
        number=form.pacticipant_version_number,
        branch=form.branch,
        tags=form.tags,
        build_url=form.build_url,
        is_past=call.is_past,
    )
    try:
        _, published = call.database.write(lambda connection: publish(connection, build, uploads, call.now))
    except ContentConflict as conflict:
        raise Refusal(409, _conflict_body(conflict), media_type=JSON) from None
    return Reply(body=_published_body(call, form, published, similar))


def put_pact(call: Call) -> Reply:
    """Store one contract under the names and the version in the path."""
    consumer, provider = call.path["consumer"], call.path["provider"]
    upload = _read(call.body, merge=call.method == "PATCH")
    for role, wanted, received in (
        ("consumer", consumer, upload.contract.consumer),
        ("provider", provider, upload.contract.provider),
    ):
        if wanted != received:
            message = f"the {role} in the contract ('{received}') is not the one in the path ('{wanted}')"
            raise Refusal(400, {"errors": {f"{role}.name": [message]}})
    is_strict = call.settings.similar_names is SimilarNames.REFUSE  # the answer has no place for a warning
    if is_strict and (similar := _similar(call, [consumer, provider])):
        raise Refusal(409, "\n".join(each.refusal for each in similar), media_type=TEXT)
    build = Build(application=consumer, number=call.path["version"])
    try:
        _, (one,) = call.database.write(lambda connection: publish(connection, build, [upload], call.now))
    except ContentConflict as conflict:
        text = "\n\n".join([conflict.summary, str(conflict.difference), conflict.next_step])
        raise Refusal(409, {"error": text}) from None
    is_new = one.kind in (PublicationKind.NEW_CONTENT, PublicationKind.KNOWN_CONTENT)
    href = call.href(*version_pact_segments(one.publication))
    body = render_pact(call, one.publication, None)
    return Reply(status=201 if is_new else 200, body=body, headers={"Location": href})


def _read_all(form: PublishForm) -> list[ContractUpload]:
    problems: list[str] = []
    uploads = []
    for index, each in enumerate(form.contracts):
        try:
            upload = _read(each.data, merge=each.on_conflict == "merge")
        except Refusal as refusal:
            problems.append(f"{refusal.reply.body['error']} (at index {index})")
            continue
        problems += [f"{message} (at index {index})" for message in _wrong_names(form, each, upload)]
        uploads.append(upload)
    if problems:
        raise Refusal(400, {"errors": {"contracts": problems}})
    return uploads


def _read(data: bytes, *, merge: bool) -> ContractUpload:
    try:
        contract = load_contract(data, origin="the published contract")
    except ContractFileError as error:
        raise Refusal(400, {"error": str(error)}) from None
    return ContractUpload(data=data, contract=contract, merge=merge)


def _wrong_names(form: PublishForm, each: ContractToPublish, upload: ContractUpload) -> list[str]:
    pairs = (
        ("consumerName", each.consumer_name, "pacticipantName", form.pacticipant_name),
        ("consumerName", each.consumer_name, "the consumer in the content", upload.contract.consumer),
        ("providerName", each.provider_name, "the provider in the content", upload.contract.provider),
    )
    return [
        f"{left} ('{wanted}') is not {right} ('{received}')"
        for left, wanted, right, received in pairs
        if wanted != received
    ]


def _conflict_body(conflict: ContentConflict) -> Json:
    notices = [
        {"type": "error", "text": f"{conflict.summary} {conflict.next_step}"},
        {"type": "info", "text": str(conflict.difference)},
    ]
    return {
        "notices": notices,
        "errors": {"contracts": [conflict.summary]},
        "contractkit": {
            "consumer": conflict.existing.consumer,
            "provider": conflict.existing.provider,
            "version": conflict.existing.version.number,
            "contentId": {"published": conflict.existing.content_id, "received": conflict.received},
            **difference_json(conflict.difference),
        },
    }


def _similar(call: Call, names: Sequence[str]) -> tuple[SimilarName, ...]:
    if call.settings.similar_names is SimilarNames.ALLOW:
        return ()
    with call.database.reading() as connection:
        return similar_names(connection, names)


def _similar_body(similar: Sequence[SimilarName]) -> Json:
    refusals = [each.refusal for each in similar]
    notices = [{"type": "error", "text": text} for text in refusals]
    return {"notices": notices, "errors": {"contracts": refusals}}


def _published_body(
    call: Call, form: PublishForm, published: Sequence[Published], similar: Sequence[SimilarName]
) -> Json:
    name, number = form.pacticipant_name, form.pacticipant_version_number
    notices = [*({"type": "warning", "text": each.warning} for each in similar), *map(_notice, published)]
    pages = [contract_page(call, each.publication) for each in published]
    notices += [{"type": "info", "text": f"See it at {page}"} for page in pages]
    application = call.link("pacticipants", name, title="Pacticipant", name=name)
    version = call.link("pacticipants", name, "versions", number, title="Pacticipant version", name=f"{name} {number}")
    return {
        "notices": notices,
        "logs": [{"level": "info", "message": each["text"], "deprecationWarning": each["text"]} for each in notices],
        "_embedded": {
            "pacticipant": {"name": name, "_links": {"self": application}},
            "version": {"number": number, "_links": {"self": version}},
        },
        "_links": {
            "pb:pacticipant": application,
            "pb:pacticipant-version": version,
            "pb:pacticipant-version-tags": [
                call.link("pacticipants", name, "versions", number, "tags", tag, title="Tag", name=tag)
                for tag in form.tags
            ],
            "pb:contracts": [
                call.link(
                    *version_pact_segments(each.publication),
                    title="Pact",
                    name=f"Contract between {name} ({number}) and {each.publication.provider}",
                )
                for each in published
            ],
        },
    }


def _notice(each: Published) -> dict[str, str]:
    kind, text = _NOTICES[each.kind]
    return {"type": kind, "text": text.format(provider=each.publication.provider)}


_PACT_PATH = "/pacts/provider/{provider}/consumer/{consumer}/version/{version}"

ROUTES = (
    Route(
        method="POST",
        path="/contracts/publish",
        handler=publish_contracts,
        summary="Publish the contracts of one consumer version, all or none.",
        group="contracts",
        body="PublishForm",
        answers={
            200: Answer("They are stored; each notice says what happened.", "Published"),
            409: Answer(
                "The version published other content before; or a new name resembles another.", "Conflict", JSON
            ),
        },
    ),
    Route(
        method="PUT",
        path=_PACT_PATH,
        handler=put_pact,
        summary="Publish one contract.",
        group="contracts",
        body="Contract",
        answers={
            200: Answer("It was there, or its evidence is replaced.", "Pact"),
            201: Answer("It is new.", "Pact"),
            409: Answer(
                "The version published other content before; or a new name resembles another.",
                "Error",
                also=("text/plain",),
            ),
        },
    ),
    Route(
        method="PATCH",
        path=_PACT_PATH,
        handler=put_pact,
        variant="merged",
        summary="Join one contract with what the version published before.",
        group="contracts",
        body="Contract",
        answers={
            200: Answer("They are joined.", "Pact"),
            201: Answer("It is new.", "Pact"),
            409: Answer(
                "One interaction differs between the two; or a new name resembles another.",
                "Error",
                also=("text/plain",),
            ),
        },
    ),
)

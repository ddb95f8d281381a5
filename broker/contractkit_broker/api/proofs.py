"""Proofs of impact: what a consumer version's own tests proved of a definition that a provider proposes."""

import re

from sqlalchemy import Connection

from contractkit.exact_json import Json, show_json
from contractkit_broker.api.applications import version_of
from contractkit_broker.forms import DIGEST, ImpactProofForm
from contractkit_broker.routing import Answer, Route
from contractkit_broker.service.publishing import Build, register_build
from contractkit_broker.store import applications, proofs
from contractkit_broker.store.proofs import ImpactProof
from contractkit_broker.web import Call, Refusal, Reply, not_found

_DIGEST = re.compile(DIGEST)
_MOST = 100  # of one definition, in the answer of an impact job


def put_impact_proof(call: Call) -> Reply:
    """Keep what the tests of a version proved; what they proved before of the same pair is replaced."""
    digests, build = _digests(call), Build(application=call.path["name"], number=call.path["version"])
    form, now = call.form(ImpactProofForm), call.now
    interactions: list[Json] = [each.model_dump(by_alias=True, mode="json") for each in form.interactions]

    def work(connection: Connection) -> tuple[bool, ImpactProof | None]:
        version, _ = register_build(connection, build, now)
        provider = applications.ensure_application(connection, call.path["provider"], now)
        is_first = proofs.put_proof(connection, version, provider.id, digests, interactions, now)
        return is_first, proofs.find_proof(connection, version, provider.id, digests)

    is_first, found = call.database.write(work)
    assert found is not None
    return Reply(status=201 if is_first else 200, body=_proof_json(call, found))


def get_impact_proof(call: Call) -> Reply:
    """Give what the tests of a version proved."""
    digests = _digests(call)
    with call.database.reading() as connection:
        version = version_of(call, connection)
        provider = applications.find_application(connection, call.path["provider"])
        found = proofs.find_proof(connection, version, provider.id, digests) if provider is not None else None
    if found is None:
        not_found(
            f"Version {version.number} of pacticipant '{version.application}' proved nothing of these definitions"
        )
    return Reply(body=_proof_json(call, found))


def proofs_for_job(call: Call, connection: Connection, provider: str, new_digest: str) -> list[Json]:
    """Give what is proved of a proposed definition, for the answer of an impact job that predicts of the same."""
    return [_proof_json(call, each) for each in proofs.proofs_of(connection, provider, new_digest, _MOST)]


def _digests(call: Call) -> tuple[str, str]:
    found = {name: call.path[name] for name in ("oldDigest", "newDigest")}
    wrong = {name: value for name, value in found.items() if not _DIGEST.fullmatch(value)}
    if wrong:
        said = {
            name: [f"expected sha256: and 64 hexadecimal digits, received {show_json(value, limit=80)}"]
            for name, value in wrong.items()
        }
        raise Refusal(400, {"errors": said})
    return found["oldDigest"], found["newDigest"]


def _proof_json(call: Call, proof: ImpactProof) -> Json:
    own = ("pacticipants", proof.consumer, "versions", proof.version, "impact-proofs", proof.provider)
    return {
        "consumer": proof.consumer,
        "version": proof.version,
        "provider": proof.provider,
        "oldDigest": proof.old_digest,
        "newDigest": proof.new_digest,
        "interactions": proof.interactions,
        "createdAt": proof.created_at,
        "_links": {"self": call.link(*own, proof.old_digest, proof.new_digest)},
    }


_PATH = "/pacticipants/{name}/versions/{version}/impact-proofs/{provider}/{oldDigest}/{newDigest}"

ROUTES = (
    Route(
        method="PUT",
        path=_PATH,
        handler=put_impact_proof,
        summary="Keep what a consumer version's own tests proved of a proposed definition.",
        group="impact",
        body="ImpactProofForm",
        answers={200: Answer("It is replaced.", "ImpactProof"), 201: Answer("It is new.", "ImpactProof")},
    ),
    Route(
        method="GET",
        path=_PATH,
        handler=get_impact_proof,
        summary="Read what a consumer version's own tests proved of a proposed definition.",
        group="impact",
        answers={200: Answer("What was asked for.", "ImpactProof"), 404: Answer("There is none.", "Error")},
    ),
)

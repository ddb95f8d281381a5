"""What is owed: the interactions that a provider version failed, or that no result of it speaks of."""

from contractkit.exact_json import Json
from contractkit_broker.api.applications import version_of
from contractkit_broker.api.definitions import SCOPE, asked_scope, contracts_that_count
from contractkit_broker.api.links import contract_page, pact_segments
from contractkit_broker.routing import get
from contractkit_broker.service.interactions import named
from contractkit_broker.service.owing import OwedContract, owed_by
from contractkit_broker.web import Call, Reply


def get_owed(call: Call) -> Reply:
    """List what a provider version owes of the contracts that count, in the order of their consumers' versions."""
    with call.database.reading() as connection:
        version = version_of(call, connection)
        published = contracts_that_count(connection, version.application, **asked_scope(call))
        found = owed_by(connection, version, published)
    own = call.link("pacticipants", version.application, "versions", version.number, "owed")
    listed = [_contract(call, each) for each in found]
    body = {
        "provider": version.application,
        "version": version.number,
        "contracts": listed,
        "_links": {"self": own},
    }
    return Reply(body=body)


def _contract(call: Call, owed: OwedContract) -> Json:
    first = owed.publications[0]
    at = pact_segments(first)
    number = str(owed.verification_id)
    result = {
        "contractkit:result": call.link(*at, "verification-results", number),
        "contractkit:result-page": call.link("ui", "results", number),
    }
    return {
        "consumer": first.consumer,
        "consumerVersions": [each.version.number for each in owed.publications],
        "contentId": first.content_id,
        "reason": owed.reason,
        "interactions": [
            {**named(identity, interaction), "reason": reason} for identity, interaction, reason in owed.interactions
        ],
        "_links": {
            "pb:pact-version": call.link(*at),
            "pb:publish-verification-results": call.link(*at, "verification-results"),
            "contractkit:file": call.link("blobs", first.file_digest),
            "contractkit:page": {"href": contract_page(call, first)},
            **(result if owed.verification_id is not None else {}),
        },
    }


ROUTES = (
    get(
        "/pacticipants/{name}/versions/{version}/owed",
        get_owed,
        "List the interactions that a provider version failed, or has no result for.",
        "Owed",
        group="verification",
        query=SCOPE,
    ),
)

"""What one contract of a pair says differently from another, and the contract that said something else before."""

from sqlalchemy import Connection

from contractkit.document import load_contract
from contractkit.exact_json import Json
from contractkit.model import Contract
from contractkit_broker.api.applications import GONE
from contractkit_broker.api.pacts import find_content, render_pact
from contractkit_broker.routing import Answer, Route, get
from contractkit_broker.service.differences import ContractDifference, compare_contracts
from contractkit_broker.store import blobs, contracts, definitions
from contractkit_broker.store.records import AuditEntry, Publication
from contractkit_broker.web import TEXT, Call, Reply, not_found


def get_previous_distinct_pact(call: Call) -> Reply:
    """Give the newest contract of an earlier version of the pair that says something else."""
    with call.database.reading() as connection:
        before = _previous(call, connection, _publication(call, connection, call.path["version"]))
    return Reply(body=render_pact(call, before, None))


def get_difference_from_previous(call: Call) -> Reply:
    """Give what a contract says differently from the one before it that said something else."""
    with call.database.reading() as connection:
        found = _publication(call, connection, call.path["version"])
        before = _previous(call, connection, found)
        return _difference(
            call,
            (before.version.number, _contract(connection, before.file_digest)),
            (found.version.number, _contract(connection, found.file_digest)),
        )


def get_difference_of_versions(call: Call) -> Reply:
    """Give what a consumer version's contract says differently from another version's."""
    with call.database.reading() as connection:
        after = _publication(call, connection, call.path["version"])
        before = _publication(call, connection, call.path["other"])
        return _difference(
            call,
            (before.version.number, _contract(connection, before.file_digest)),
            (after.version.number, _contract(connection, after.file_digest)),
        )


def get_difference_of_contents(call: Call) -> Reply:
    """Give what a content says differently from another content of the pair."""
    with call.database.reading() as connection:
        after = find_content(call, connection, call.path["sha"])
        before = find_content(call, connection, call.path["other"])
        return _difference(
            call,
            (before.sha, _contract(connection, before.file_digest)),
            (after.sha, _contract(connection, after.file_digest)),
        )


def delete_pact(call: Call) -> Reply:
    """Remove the contract that one consumer version published; its content keeps its results."""

    def work(connection: Connection) -> None:
        found = _publication(call, connection, call.path["version"])
        contracts.delete_publication(connection, found.version, found.provider_id)
        details = {"provider": found.provider, "fileDigest": found.file_digest}
        entry = AuditEntry(
            at=call.now,
            event="contract removed",
            application=found.consumer,
            version=found.version.number,
            details=details,
        )
        definitions.add_audit(connection, entry)

    call.database.write(work)
    return Reply(status=204, body=b"")


def _publication(call: Call, connection: Connection, number: str) -> Publication:
    consumer, provider = call.path["consumer"], call.path["provider"]
    found = contracts.find_publication(connection, consumer, number, provider)
    return found or not_found(f"No contract between {consumer} ({number}) and {provider} found")


def _previous(call: Call, connection: Connection, found: Publication) -> Publication:
    before = contracts.publication_before(connection, found)
    return before or not_found(f"No version of {found.consumer} before {found.version.number} said something else")


def _contract(connection: Connection, digest: str) -> Contract:
    data = blobs.find_blob(connection, digest)
    assert data is not None
    return load_contract(data, origin="the stored contract")


def _difference(call: Call, before: tuple[str, Contract], after: tuple[str, Contract]) -> Reply:
    difference = compare_contracts(before[1], after[1])
    if "json" in call.headers.get("accept", ""):
        return Reply(body={**difference_json(difference), "_links": {"self": {"href": call.own_url}}})
    words = str(difference) or "Both say the same."
    return Reply(body=f"From {before[0]} to {after[0]}:\n\n{words}\n", media_type=TEXT)


def difference_json(difference: ContractDifference) -> dict[str, Json]:
    """Give a difference by interaction: those added and removed by name, those changed with the places."""
    return {
        "added": list(difference.added),
        "removed": list(difference.removed),
        "changed": [{"interaction": name, "places": list(places)} for name, places in difference.changed],
    }


_PAIR = "/pacts/provider/{provider}/consumer/{consumer}"
_TOLD = {
    200: Answer("The difference, as text unless JSON is accepted.", "Difference", also=("text/plain",)),
    404: Answer("One of the two is not there.", "Error"),
}

ROUTES = (
    Route(
        method="DELETE",
        path=f"{_PAIR}/version/{{version}}",
        handler=delete_pact,
        summary="Remove the contract that one consumer version published.",
        group="contracts",
        answers=GONE,
    ),
    get(
        f"{_PAIR}/version/{{version}}/previous-distinct",
        get_previous_distinct_pact,
        "Read the newest contract before this one that said something else.",
        "Pact",
    ),
    Route(
        method="GET",
        path=f"{_PAIR}/version/{{version}}/diff/previous-distinct",
        handler=get_difference_from_previous,
        summary="Read what a contract says differently from the one before it that said something else.",
        group="contracts",
        answers=_TOLD,
    ),
    Route(
        method="GET",
        path=f"{_PAIR}/version/{{version}}/diff/version/{{other}}",
        handler=get_difference_of_versions,
        summary="Read what a version's contract says differently from another version's.",
        group="contracts",
        answers=_TOLD,
    ),
    Route(
        method="GET",
        path=f"{_PAIR}/pact-version/{{sha}}/diff/pact-version/{{other}}",
        handler=get_difference_of_contents,
        summary="Read what a content says differently from another.",
        group="contracts",
        answers=_TOLD,
    ),
)

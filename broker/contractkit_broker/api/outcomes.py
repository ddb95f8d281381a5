"""Results per interaction: what one verification said of each, and how one interaction fared over time."""

from collections.abc import Sequence

from sqlalchemy import Connection

from contractkit.exact_json import Json, show_json
from contractkit.model import Interaction
from contractkit_broker.api.links import pact_segments
from contractkit_broker.api.pacts import find_content
from contractkit_broker.api.verification import result_of
from contractkit_broker.routing import Answer, Query, Route, get
from contractkit_broker.service.fortunes import Fortune, fortune_of
from contractkit_broker.service.interactions import interactions_by_id, named, stored_contract
from contractkit_broker.store import verifications
from contractkit_broker.store.histories import PastOutcome
from contractkit_broker.store.records import InteractionOutcome
from contractkit_broker.web import Call, Refusal, Reply, encoded, not_found, read_count

MOST = 200
"""The most results that are looked at for one answer; `next` leads to those before."""

_USUAL = 100
_DIGITS = 9  # of a number: more than there are results


def list_interaction_outcomes(call: Call) -> Reply:
    """Give what a verification said of each interaction of its contract; `success` is null where it said nothing."""
    with call.database.reading() as connection:
        content = find_content(call, connection)
        result = result_of(call, connection, content)
        known = interactions_by_id(stored_contract(connection, content.file_digest))
        outcomes = verifications.outcomes_of(connection, result.id)
    said = {each.interaction_id: each for each in outcomes}
    unknown = [each for each in outcomes if each.interaction_id not in known]
    listed = [
        *(_outcome(call, identity, each, said.get(identity)) for identity, each in known.items()),
        *(_outcome(call, each.interaction_id, None, each) for each in unknown),
    ]
    at = (*pact_segments(content), "verification-results", str(result.id))
    links = {"self": call.link(*at, "interactions"), "contractkit:result": call.link(*at)}
    return Reply(body={"interactions": listed, "_links": links})


def _outcome(call: Call, identity: str, interaction: Interaction | None, outcome: InteractionOutcome | None) -> Json:
    pair = ("pacts", "provider", call.path["provider"], "consumer", call.path["consumer"])
    history = {"contractkit:history": call.link(*pair, "interactions", identity, "results")} if identity else {}
    return {
        **named(identity, interaction),
        "states": [] if interaction is None else [state.name for state in interaction.states],
        "success": None if outcome is None else outcome.success,
        "mismatches": [] if outcome is None else [dict(each) for each in outcome.mismatches],
        "errors": [] if outcome is None else [dict(each) for each in outcome.errors],
        "_links": history,
    }


def get_interaction_history(call: Call) -> Reply:
    """Give what verifications said of one interaction of a pair, the newest first, and who was of two minds."""
    with call.database.reading() as connection:
        found = asked_fortune(call, connection)
    listed = [_past(call, each, found.branches.get(each.version_id, ())) for each in found.outcomes]
    body = {
        **named(call.path["interaction"], found.interaction),
        "flakyVersions": list(found.flaky_versions),
        "results": listed,
        "_links": _links(call, found.before),
    }
    return Reply(body=body)


def asked_fortune(call: Call, connection: Connection) -> Fortune:
    """Give how the interaction that the path names fared.

    Raises:
        Refusal: There is no such interaction (404), or a number is none (400).
    """
    consumer, provider, identity = (call.path[name] for name in ("consumer", "provider", "interaction"))
    found = fortune_of(
        connection,
        consumer,
        provider,
        identity,
        branch=call.parameter("branch"),
        version=call.parameter("version"),
        before=_number(call, "before"),
        limit=min(_number(call, "limit") or _USUAL, MOST),
    )
    if found is None:
        not_found(f"No interaction with id {identity} in a contract between {consumer} and {provider} found")
    return found


def _number(call: Call, name: str) -> int | None:
    said = call.parameter(name)
    number = read_count(said) if said is not None and len(said) <= _DIGITS else None
    if said is not None and not number:
        words = f"expected a whole number from 1 to {10**_DIGITS - 1}, received {show_json(said, limit=60)}"
        raise Refusal(400, {"errors": {name: [words]}})
    return number


def _past(call: Call, outcome: PastOutcome, branches: Sequence[str]) -> Json:
    pair = ("pacts", "provider", call.path["provider"], "consumer", call.path["consumer"])
    at = (*pair, "pact-version", outcome.content_id.partition(":")[2])
    return {
        "success": outcome.success,
        "providerVersion": {"number": outcome.number, "branches": list(branches)},
        "verifiedAt": outcome.verified_at,
        "mismatches": [dict(each) for each in outcome.mismatches],
        "errors": [dict(each) for each in outcome.errors],
        "_links": {
            "pb:pact-version": call.link(*at),
            "contractkit:result": call.link(*at, "verification-results", str(outcome.verification_id)),
            "contractkit:page": call.link("ui", "results", str(outcome.verification_id)),
        },
    }


def _links(call: Call, before: int | None) -> dict[str, Json]:
    kept = [(name, value) for name, value in call.query if name in ("branch", "version", "limit")]
    at = (call.path["provider"], call.path["consumer"], call.path["interaction"])
    links: dict[str, Json] = {
        "self": {"href": call.own_url},
        "contractkit:page": call.link("ui", "interactions", *at),
    }
    if before is not None:
        query = "&".join(f"{name}={encoded(value)}" for name, value in (*kept, ("before", str(before))))
        links["next"] = {"href": f"{call.own_url}?{query}"}
    return links


_COUNTED = {"type": "integer", "minimum": 1, "maximum": 10**_DIGITS - 1}
_PAIR = "/pacts/provider/{provider}/consumer/{consumer}"

ROUTES = (
    get(
        f"{_PAIR}/pact-version/{{sha}}/verification-results/{{number}}/interactions",
        list_interaction_outcomes,
        "Read what a verification said of each interaction.",
        "InteractionOutcomes",
        group="verification",
    ),
    Route(
        method="GET",
        path=f"{_PAIR}/interactions/{{interaction}}/results",
        handler=get_interaction_history,
        summary="Read how one interaction fared, in verifications of all provider versions.",
        group="verification",
        query={
            "branch": "Only of provider versions on this branch.",
            "version": "Only of this provider version.",
            "limit": Query(
                meaning=f"How many results are looked at; {_USUAL} by default, {MOST} at most.", schema=_COUNTED
            ),
            "before": Query(meaning="Only results before this number; the link `next` has it.", schema=_COUNTED),
        },
        answers={200: Answer("They, the newest first.", "InteractionHistory"), 404: Answer("There is none.", "Error")},
    ),
)

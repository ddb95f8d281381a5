"""Verification results: published by a verifier against a content, read back by number."""

from sqlalchemy import Connection

from contractkit_broker.api.links import pact_segments, verification_json
from contractkit_broker.api.pacts import find_content
from contractkit_broker.forms import ResultForm
from contractkit_broker.routing import Answer, Route, get
from contractkit_broker.service.coverage import count_left_out
from contractkit_broker.service.publishing import Build, register_build
from contractkit_broker.service.results import read_outcomes
from contractkit_broker.store import blobs, verifications
from contractkit_broker.store.records import Content, InteractionOutcome, Verification
from contractkit_broker.web import Call, Reply, not_found, read_count


def publish_verification_results(call: Call) -> Reply:
    """Store a verification of a content by a provider version, which is created if it is unknown."""
    form, now = call.form(ResultForm), call.now
    outcomes = read_outcomes(form.test_results)
    left_out = _left_out(call, outcomes)

    def work(connection: Connection) -> tuple[Content, int]:
        content = find_content(call, connection)
        build = Build(application=content.provider, number=form.provider_application_version)
        version, _ = register_build(connection, build, now)
        told = verifications.find_told(connection, content.id, version.id, now) if call.is_past else None
        if told is not None:  # an import that was interrupted says it again
            return content, told
        number = verifications.add_verification(
            connection,
            content_row=content.id,
            provider_version=version,
            success=form.success,
            build_url=form.build_url,
            verified_by=form.verified_by,
            test_results=form.test_results,
            outcomes=outcomes,
            now=now,
            left_out=left_out,
        )
        return content, number

    content, number = call.database.write(work)
    with call.database.reading() as connection:
        stored = verifications.find_verification(connection, number)
    assert stored is not None
    headers = {"Location": call.href(*pact_segments(content), "verification-results", str(number))}
    return Reply(status=201, body=verification_json(call, content, stored), headers=headers)


def _left_out(call: Call, outcomes: tuple[InteractionOutcome, ...]) -> int:
    """Give how many interactions of the content nobody replayed."""
    with call.database.reading() as connection:
        data = blobs.find_blob(connection, find_content(call, connection).file_digest)
    assert data is not None
    return count_left_out(data, outcomes)


def list_verification_results(call: Call) -> Reply:
    """List the newest verifications of a content."""
    with call.database.reading() as connection:
        content = find_content(call, connection)
        found = verifications.verifications_of(connection, content.id)
    own = call.link(*pact_segments(content), "verification-results")
    results = [verification_json(call, content, each) for each in found]
    return Reply(body={"_embedded": {"verificationResults": results}, "_links": {"self": own}})


def get_verification_result(call: Call) -> Reply:
    """Give a verification by its number."""
    with call.database.reading() as connection:
        content = find_content(call, connection)
        found = result_of(call, connection, content)
    return Reply(body=verification_json(call, content, found))


def result_of(call: Call, connection: Connection, content: Content) -> Verification:
    """Give the verification of a content that the path names.

    Raises:
        Refusal: There is none (404).
    """
    number = call.path["number"]
    found = verifications.find_verification(connection, read_count(number) or 0)
    if found is None or found.content != content.id:
        not_found(f"No verification result {number} of this contract found")
    return found


def list_triggered_webhooks(call: Call) -> Reply:
    """Give the empty list of webhooks that a result triggered: this broker has none."""
    return Reply(body={"_embedded": {"triggeredWebhooks": []}, "_links": {"self": {"href": call.own_url}}})


_PACT_VERSION = "/pacts/provider/{provider}/consumer/{consumer}/pact-version/{sha}"
_STORED = {
    201: Answer("It is stored.", "VerificationResult"),
    404: Answer("No such contract.", "Error"),
}

ROUTES = (
    Route(
        method="POST",
        path=f"{_PACT_VERSION}/verification-results",
        handler=publish_verification_results,
        summary="Publish what a provider version's verification of a contract gave.",
        group="verification",
        body="ResultForm",
        answers=_STORED,
    ),
    Route(
        method="POST",
        path=f"{_PACT_VERSION}/metadata/{{metadata}}/verification-results",
        handler=publish_verification_results,
        variant="as_selected",
        summary="Publish a result for a contract as it was selected.",
        group="verification",
        body="ResultForm",
        answers=_STORED,
    ),
    get(
        f"{_PACT_VERSION}/verification-results",
        list_verification_results,
        "List the newest verifications of a contract.",
        "VerificationResults",
        group="verification",
    ),
    get(
        f"{_PACT_VERSION}/verification-results/{{number}}",
        get_verification_result,
        "Read a verification.",
        "VerificationResult",
        group="verification",
    ),
    get(
        f"{_PACT_VERSION}/verification-results/{{number}}/triggered-webhooks",
        list_triggered_webhooks,
        "List what webhooks a result triggered: none yet.",
        "TriggeredWebhooks",
        group="verification",
    ),
)

"""Impact jobs: who breaks if a definition becomes another, worked out beside the requests and read when done."""

import base64

from sqlalchemy import Connection

from contractkit.document import file_digest
from contractkit.exact_json import Json
from contractkit_broker.api.definitions import contracts_that_count, current_definition
from contractkit_broker.forms import AgainstForm, ImpactForm
from contractkit_broker.routing import Answer, Route
from contractkit_broker.store import applications, contracts, definitions
from contractkit_broker.store.records import ImpactJob
from contractkit_broker.web import Call, Refusal, Reply, not_found


def create_impact_job(call: Call) -> Reply:
    """Queue an analysis of a new definition against the contracts that count."""
    form, uuid, now = call.form(ImpactForm), call.settings.new_id(), call.now
    new = base64.b64decode(form.definition)
    against = form.against or AgainstForm()
    scope = {"environment": against.environment, "branch": against.branch}

    def work(connection: Connection) -> None:
        contracts_that_count(connection, form.provider, **scope)  # an unknown scope is refused now, not by the job
        old = base64.b64decode(form.old) if form.old is not None else _stored(connection, form, scope)
        application = applications.ensure_application(connection, form.provider, now)
        for data in (old, new):
            contracts.add_blob(connection, file_digest(data), data, now)
        values = {
            "uuid": uuid,
            "provider_id": application.id,
            "old_digest": file_digest(old),
            "new_digest": file_digest(new),
            "against": scope,
            "created_at": now,
        }
        definitions.add_job(connection, values)

    call.database.write(work)
    call.wake_worker()
    return Reply(
        status=202, body=_job_json(call, _job(call, uuid)), headers={"Location": call.href("impact-jobs", uuid)}
    )


def get_impact_job(call: Call) -> Reply:
    """Give an impact job with its report once it is done."""
    return Reply(body=_job_json(call, _job(call, call.path["uuid"])))


def _stored(connection: Connection, form: ImpactForm, scope: dict[str, str | None]) -> bytes:
    found = current_definition(connection, form.provider, **scope)
    if found is None:
        message = f"is missing: no definition of {form.provider} is stored here to compare with"
        raise Refusal(400, {"errors": {"old": [message]}})
    return found.data


def _job(call: Call, uuid: str) -> ImpactJob:
    with call.database.reading() as connection:
        found = definitions.find_job(connection, uuid)
    return found or not_found(f"No impact job {uuid} found")


def _job_json(call: Call, job: ImpactJob) -> Json:
    return {
        "uuid": job.uuid,
        "status": job.state,
        "provider": job.provider,
        "against": dict(job.against),
        "oldDigest": job.old_digest,
        "newDigest": job.new_digest,
        "createdAt": job.created_at,
        "report": job.report,
        "problem": job.problem,
        "_links": {"self": call.link("impact-jobs", job.uuid)},
    }


ROUTES = (
    Route(
        method="POST",
        path="/impact-jobs",
        handler=create_impact_job,
        summary="Ask who breaks if a provider's definition becomes another.",
        group="impact",
        body="ImpactForm",
        answers={
            202: Answer("It is queued; read it at its Location.", "ImpactJob"),
            404: Answer("No such provider.", "Error"),
        },
    ),
    Route(
        method="GET",
        path="/impact-jobs/{uuid}",
        handler=get_impact_job,
        summary="Read an impact job.",
        group="impact",
        answers={
            200: Answer("Its state, with the report once it is done.", "ImpactJob"),
            404: Answer("No such job.", "Error"),
        },
    ),
)

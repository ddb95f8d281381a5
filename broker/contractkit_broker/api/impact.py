"""Impact jobs: who breaks if a definition becomes another, worked out beside the requests and read when done."""

import base64
from dataclasses import dataclass

from sqlalchemy import Connection

from contractkit.document import file_digest
from contractkit.exact_json import Json
from contractkit_broker.api.definitions import Scope, contracts_that_count, current_definition
from contractkit_broker.api.proofs import proofs_for_job
from contractkit_broker.forms import AgainstForm, ImpactForm
from contractkit_broker.routing import Answer, Route
from contractkit_broker.store import applications, blobs, definitions
from contractkit_broker.store.records import ImpactJob
from contractkit_broker.web import Call, Refusal, Reply, not_found


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: the new definition of a provider, and against what; `old` is the stored one there where None.

    `exemptions` is the text of a file of exemptions that can be used.
    """

    provider: str
    new: bytes
    old: bytes | None = None
    environment: str | None = None
    branch: str | None = None
    exemptions: str | None = None

    @property
    def scope(self) -> Scope:
        """Give the environment and the branch that say which contracts count."""
        return Scope(environment=self.environment, branch=self.branch)


def create_impact_job(call: Call) -> Reply:
    """Queue an analysis of a new definition against the contracts that count."""
    form = call.form(ImpactForm)
    against = form.against or AgainstForm()
    question = Question(
        provider=form.provider,
        new=base64.b64decode(form.definition),
        old=base64.b64decode(form.old) if form.old is not None else None,
        environment=against.environment,
        branch=against.branch,
        exemptions=form.exemptions,
    )
    uuid = queue_analysis(call, question)
    return Reply(
        status=202, body=_job_json(call, _job(call, uuid)), headers={"Location": call.href("impact-jobs", uuid)}
    )


def queue_analysis(call: Call, question: Question) -> str:
    """Queue a job, and give its uuid.

    Raises:
        Refusal: The provider (404) or the environment is not known, or no old definition is stored (400).
    """
    uuid, now, scope = call.settings.new_id(), call.now, question.scope

    def work(connection: Connection) -> None:
        contracts_that_count(connection, question.provider, **scope)  # an unknown scope is refused now, not by the job
        old = question.old if question.old is not None else _stored(connection, question)
        application = applications.ensure_application(connection, question.provider, now)
        for data in (old, question.new):
            blobs.add_blob(connection, file_digest(data), data, now)
        values = {
            "uuid": uuid,
            "provider_id": application.id,
            "old_digest": file_digest(old),
            "new_digest": file_digest(question.new),
            "against": scope,
            "exemptions": question.exemptions,
            "created_at": now,
        }
        definitions.add_job(connection, values)

    call.database.write(work)
    call.wake_worker()
    return uuid


def get_impact_job(call: Call) -> Reply:
    """Give an impact job with its report once it is done, and what consumers' own tests proved of the definition."""
    job = _job(call, call.path["uuid"])
    with call.database.reading() as connection:
        proofs = proofs_for_job(call, connection, job.provider, job.new_digest)
    return Reply(body={**_job_json(call, job), "proofs": proofs})


def _stored(connection: Connection, question: Question) -> bytes:
    found = current_definition(connection, question.provider, **question.scope)
    if found is None:
        where = f"in {question.environment}" if question.environment else ""
        where = where or (f"for the branch {question.branch}" if question.branch else "here")
        message = f"is missing: no definition of {question.provider} is stored {where} to compare with"
        raise Refusal(400, {"errors": {"old": [message]}})
    return found.data


def _job(call: Call, uuid: str) -> ImpactJob:
    with call.database.reading() as connection:
        found = definitions.find_job(connection, uuid)
    return found or not_found(f"No impact job {uuid} found")


def _job_json(call: Call, job: ImpactJob) -> dict[str, Json]:
    return {
        "uuid": job.uuid,
        "status": job.state,
        "provider": job.provider,
        "against": dict(job.against),
        "oldDigest": job.old_digest,
        "newDigest": job.new_digest,
        "exemptions": job.exemptions,
        "createdAt": job.created_at,
        "report": job.report,
        "problem": job.problem,
        "_links": {
            "self": call.link("impact-jobs", job.uuid),
            "contractkit:page": call.link("ui", "impact", job.uuid),
        },
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

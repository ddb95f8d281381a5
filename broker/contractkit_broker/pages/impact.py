"""The page that says who breaks: a form that takes a definition, and the address where its analysis can be read."""

from collections.abc import Mapping
from typing import Final

from contractkit.errors import suggestion
from contractkit.exact_json import Json
from contractkit.explain.terminal import readable
from contractkit_broker.api.impact import Question, queue_analysis
from contractkit_broker.exempting import checked_exemptions
from contractkit_broker.forms import LONGEST, wrong_character
from contractkit_broker.pages.proofs import MOST_PROOFS, shown_proofs
from contractkit_broker.pages.rendering import lost, render_page
from contractkit_broker.pages.sent_forms import FormFault, SentFile, SentForm, is_foreign, read_form
from contractkit_broker.pages.stretches import Stretch, stretch
from contractkit_broker.store import applications, definitions, environments
from contractkit_broker.web import Call, Refusal, Reply

_SECONDS: Final = 2  # until the page of a job that is not done looks again
_MOST_CONSUMERS: Final = 50  # on one page
_MOST_NAMES: Final = 500  # that the form suggests
_LONGEST_KEPT: Final = 1_000_000  # bytes that a refused form shows again

_NAMES: Final = ("provider", "environment", "branch")
_FIELDS: Final = (*_NAMES, "definition", "old", "exemptions")
_FILES: Final = ("definition-file", "old-file", "exemptions-file")


def get_impact_form(call: Call) -> Reply:
    """Ask for a definition, and against what it is to be compared."""
    return _form(call, {name: call.parameter(name) or "" for name in _NAMES})


def send_impact_form(call: Call) -> Reply:
    """Queue the analysis of what the form holds, and lead to its page; a form that lacks something is shown again."""
    if is_foreign(call):
        origin = call.headers.get("origin", "another site")
        sentence = f"The form was sent by a page of {origin}, and this broker is reached at {call.base_url}. "
        return _form(call, {}, {"form": f"{sentence}Use the form on this page."}, status=403)
    try:
        sent = read_form(call)
    except FormFault as fault:
        return _form(call, {}, {"form": str(fault)}, status=400)
    if strange := sorted({*sent.fields, *sent.files} - {*_FIELDS, *_FILES}):
        known = ", ".join((*_FIELDS, *_FILES))
        return _form(
            call,
            _kept(sent),
            {"form": f"This form has no field {', '.join(strange)}. Its fields: {known}."},
            status=400,
        )
    question, problems = _read(sent)
    if not problems:
        try:
            at = call.href("ui", "impact", queue_analysis(call, question))
            return Reply(status=303, body="", media_type="text/plain", headers={"Location": at})
        except Refusal as refusal:
            problems = _told(call, question, refusal)
    return _form(call, _kept(sent), problems, status=400)


def get_impact_page(call: Call) -> Reply:
    """Show who breaks, or that it is not known yet, or why it cannot be."""
    uuid = call.path["uuid"]
    with call.database.reading() as connection:
        job = definitions.find_told_job(connection, uuid)
        if job is None:
            raise lost(call, f"There is no analysis {uuid}.")
        proofs = shown_proofs(connection, job)
    told = job.told or {}
    return render_page(
        call,
        "impact.html",
        job=job,
        told=told,
        proofs=proofs,
        proofs_end=len(proofs) == MOST_PROOFS,
        scope=_scope(job.against),
        consumers=_consumers(call, told),
        today=call.settings.clock()[:10],
        seconds=_SECONDS if job.state in ("queued", "running") else None,
    )


def _consumers(call: Call, told: Json) -> Stretch:
    return stretch(call, "consumers", told.get("consumers", ()), most=_MOST_CONSUMERS)


def _scope(against: Mapping[str, Json]) -> str:
    if against["environment"]:
        return f"what runs in {against['environment']}"
    if against["branch"]:
        return f"the heads of the branch {against['branch']}"
    return "main branches, and what is deployed or released"


def _read(sent: SentForm) -> tuple[Question, dict[str, str]]:
    """Give what is asked, and what is wrong with it, in a sentence for each field."""
    new, problems = _document(sent, "definition", "A definition is")
    old, old_problems = _document(sent, "old", "A definition is")
    exemptions, exemptions_problems = _exemptions(sent)
    problems |= old_problems | exemptions_problems
    provider, environment, branch = (sent.text(name) for name in _NAMES)
    problems |= {name: f"The {name} {wrong}." for name in _NAMES if (wrong := _wrong_name(sent.text(name)))}
    if not provider:
        problems["provider"] = "Name the provider whose definition changes."
    if new is None and "definition" not in problems:
        problems["definition"] = "Paste the new definition, or choose its file."
    if environment and branch:
        problems["branch"] = f"Choose {environment} or the branch {branch}: an analysis is against one of them."
    question = Question(
        provider=provider,
        new=new or b"",
        old=old,
        environment=environment or None,
        branch=branch or None,
        exemptions=exemptions,
    )
    return question, problems


def _exemptions(sent: SentForm) -> tuple[str | None, dict[str, str]]:
    data, problems = _document(sent, "exemptions", "Exemptions are")
    try:
        return (None if data is None else checked_exemptions(data, "exemptions")), problems
    except ValueError as error:
        return None, {"exemptions": str(error)}


def _wrong_name(name: str) -> str | None:
    return f"is longer than {LONGEST} characters" if len(name) > LONGEST else wrong_character(name)


def _document(sent: SentForm, pasted_name: str, what: str) -> tuple[bytes | None, dict[str, str]]:
    """Give what is pasted or in the file, None where there is neither; `what` begins a sentence of it."""
    pasted = sent.fields.get(pasted_name, b"")
    file = sent.files.get(f"{pasted_name}-file")
    match bool(pasted.strip()), file:
        case True, SentFile(name=name):
            return None, {pasted_name: f"{what} pasted, and the file {name} is chosen: leave one of them out."}
        case False, SentFile(name=name, data=data):
            return (data, {}) if data.strip() else (None, {pasted_name: f"The file {name} is empty."})
        case True, _:
            return pasted.replace(b"\r\n", b"\n"), {}  # browsers end lines so, whatever was pasted
    return None, {}


def _told(call: Call, question: Question, refusal: Refusal) -> dict[str, str]:
    """Give what the API would answer in the words of the form."""
    body = refusal.reply.body
    if refusal.reply.status == 404:
        with call.database.reading() as connection:
            names = [each.name for each in applications.list_applications(connection)]
        near = suggestion(question.provider, names)
        return {"provider": f"No service is named {question.provider}. {near}".strip()}
    if "old" in body.get("errors", {}):
        (said,) = body["errors"]["old"]
        return {"old": f"The old definition {said}. Paste it, or choose its file."}
    return {name: " ".join(said) for name, said in body["errors"].items()}


def _kept(sent: SentForm) -> dict[str, str]:
    return {name: readable(sent.text(name)) for name in _FIELDS if len(sent.fields.get(name, b"")) <= _LONGEST_KEPT}


def _form(
    call: Call, said: Mapping[str, str], problems: Mapping[str, str] | None = None, *, status: int = 200
) -> Reply:
    with call.database.reading() as connection:
        names = [each.name for each in applications.list_applications(connection)[:_MOST_NAMES]]
        places = [each.name for each in environments.list_environments(connection)]
    return render_page(
        call,
        "impact_form.html",
        status=status,
        said={**dict.fromkeys(_FIELDS, ""), **said},
        problems=problems or {},
        names=names,
        places=places,
        limit=call.settings.body_limit,
    )

"""The matrix and can-i-deploy: the Pact Broker's answer, and beside it ours with its reasons and next commands."""

from collections.abc import Collection, Iterable

from contractkit.deployability import Answer as Verdict
from contractkit.deployability import Decision, Standing
from contractkit.exact_json import Json, show_json
from contractkit_broker.api.elements import ASSUME, asked_assumptions, elements_of
from contractkit_broker.api.links import pact_segments, version_details, version_pact_segments
from contractkit_broker.routing import Answer, Query, Route
from contractkit_broker.service.assuming import Assumed
from contractkit_broker.service.deciding import decide_query
from contractkit_broker.service.matrix import Cell, Ignored, Matrix, MatrixQuery
from contractkit_broker.service.selectors import SelectorError, VersionSelector
from contractkit_broker.store import applications
from contractkit_broker.web import TEXT, Call, Refusal, Reply, read_count

_LIMIT = 100  # of rows on /matrix, where the client names none; can-i-deploy has none

_LATEST_BY = ("cvpv", "cvp", "cp")

_SELECTOR_KEYS = ("pacticipant", "version", "branch", "tag", "latest", "environment", "mainBranch")


def get_matrix(call: Call) -> Reply:
    """Give the rows between selected versions, with the decision that follows."""
    named = tuple(_selector(each) for each in elements_of(call.query, "q"))
    if not named or not all(each.application for each in named):
        raise Refusal(400, {"errors": ["Please provide the pacticipant name"]})
    limit = read_count(call.parameter("limit") or str(_LIMIT))
    if not limit:
        said = show_json(call.parameter("limit"))
        raise Refusal(400, {"errors": [f"limit is {said}: expected a number of rows, at least 1"]})
    latest_by = call.parameter("latestby") or None
    if latest_by not in (None, *_LATEST_BY):
        said = f"latestby is {show_json(latest_by)}: expected one of {', '.join(_LATEST_BY)}"
        raise Refusal(400, {"errors": [said]})
    target = _target(call, tag=call.parameter("tag"))
    only_named = target is None and len(named) > 1
    query = MatrixQuery(
        named=named,
        target=target,
        latest_by=latest_by,
        ignored=ignored_applications(call),
        success=tuple(_SUCCESS.get(value) for key, value in call.query if key == "success[]"),
        limit=limit,
        assumed=_assumed(call, target, [each.application for each in named]),
    )
    return answer_query(call, query, with_target=target is not None or only_named)


def can_i_deploy(call: Call) -> Reply:
    """Say whether a version may be deployed to an environment, or join the versions with a tag."""
    name, number = call.parameter("pacticipant"), call.parameter("version")
    missing = [key for key, value in (("pacticipant", name), ("version", number)) if not value]
    if name is None or missing:
        raise Refusal(400, {"errors": {key: ["is missing"] for key in missing}})
    target = _target(call, tag=call.parameter("to"))
    query = MatrixQuery(
        named=(VersionSelector(application=name, number=number),),
        target=target,
        latest_by="cvp" if call.parameter("to") else "cvpv",
        ignored=ignored_applications(call),
        assumed=_assumed(call, target, [name]),
    )
    return answer_query(call, query, with_target=target is not None)


def answer_query(call: Call, query: MatrixQuery, *, with_target: bool) -> Reply:
    """Give the answer to a query: as JSON, or in words where the client accepts plain text first.

    Raises:
        Refusal: A named application or environment is unknown (400).
    """
    with call.database.reading() as connection:
        try:
            matrix, decision = decide_query(connection, query, lambda number: call.href("ui", "results", str(number)))
        except SelectorError as error:
            raise Refusal(400, {"errors": [str(error)]}) from None
        known = {each.name for each in applications.list_applications(connection)} if query.ignored else set()
        versions = {each.publication.version.id: each.publication.version for each in matrix.cells}
        versions |= {each.provider_version.id: each.provider_version for each in matrix.cells if each.provider_version}
        details = version_details(call, connection, versions.values())
    words = str(decision)  # once: it looks at every row, several times over
    if call.headers.get("accept", "").startswith("text/plain"):
        return Reply(body=f"{words}\n", media_type=TEXT)
    notices = [*_notices(query, matrix, decision, words, known, with_target=with_target)]
    rows = [_row(call, cell, details, matrix.counts) for cell in matrix.cells]
    body = {
        "summary": _summary(decision),
        "notices": notices,
        "matrix": rows,
        "contractkit": decision_json(decision, words),
    }
    return Reply(body=body)


def decision_json(decision: Decision, words: str) -> Json:
    """Give a decision, also in words, with its reasons: contractkit's answer, where a failure outranks an unknown."""
    return {
        "answer": decision.answer.value,
        "text": words,
        "assumed": [{"name": each.application, "version": each.version or None} for each in decision.question.assumed],
        "reasons": [
            {
                "consumer": {"name": each.row.consumer, "version": each.row.consumer_version},
                "provider": {"name": each.row.provider, "version": each.row.provider_version},
                "reason": each.standing.value,
                "text": f"{each.partner}: {each.text}",
                "nextCommand": each.next_command or None,
                "resultUrl": each.row.result.url if each.row.result else None,
                "ignored": each.row.ignored,
            }
            for each in (*decision.reasons, *decision.ignored)
        ],
    }


def _summary(decision: Decision) -> Json:
    """Give the Pact Broker's summary, in which an unknown outranks a failure."""
    standings = [each.standing for each in decision.reasons]
    success, failed = standings.count(Standing.VERIFIED), standings.count(Standing.FAILED)
    unknown = len(standings) - success - failed
    deployable: bool | None = decision.answer is Verdict.YES
    if decision.question.missing:
        deployable = False
    elif unknown:
        deployable = None
    counts = {"success": success, "failed": failed, "unknown": unknown}
    ignored = {"ignored": len(decision.ignored)} if decision.ignored else {}
    return {"deployable": deployable, "reason": "\n".join(_reasons(decision)), **counts, **ignored}


def _reasons(decision: Decision) -> Iterable[str]:
    question = decision.question
    if question.missing:
        for each in question.missing:
            which = each.selection or f"version {each.version}"
            yield f"No pacts or verifications have been published for {which} of {each.application}"
    elif not decision.reasons:
        yield "There are no missing dependencies"
    elif decision.answer is Verdict.YES:
        yield "All required verification results are published and successful"
    for reason in decision.blocking:
        row = reason.row
        target = row.provider_version or question.target
        if reason.standing is Standing.FAILED:
            words = f"The verification for the pact between {row.consumer} ({row.consumer_version})"
            yield f"{words} and {row.provider} ({target}) failed"
        else:
            words = f"There is no verified pact between {row.consumer} ({row.consumer_version})"
            yield f"{words} and {row.provider} ({target})"


def _notices(
    query: MatrixQuery, matrix: Matrix, decision: Decision, words: str, known: set[str], *, with_target: bool
) -> Iterable[Json]:
    kinds = {Verdict.YES: "success", Verdict.NO: "error", Verdict.UNKNOWN: "warning"}
    if not with_target:
        yield {
            "type": "warning",
            "text": "No target was named: the newest version of every other application is meant.",
        }
    if any(each.is_open for each in query.named) and len(query.named) == 1:
        yield {"type": "warning", "text": "No version was named: every version is meant."}
    for ignored in query.ignored:
        if ignored.application not in known:
            yield {"type": "warning", "text": f"Cannot ignore '{ignored.application}': there is no such pacticipant."}
    met = {end for cell in matrix.cells for end in (cell.publication.consumer, cell.publication.provider)}
    for each in query.assumed:
        if each.number is not None and each.application not in met:
            text = (
                f"It makes no difference that {each.application} {each.number} were there: no contract here is with it."
            )
            yield {"type": "warning", "text": text}
    if matrix.cut:
        yield {"type": "warning", "text": f"Only the newest {query.limit} rows are here, and the answer rests on them."}
    first, *more = filter(str.strip, words.splitlines())
    yield {"type": kinds[decision.answer], "text": first}
    for line in more:  # each its own: Pact's command line joins the lines of any but an info
        yield {"type": "info", "text": line}


def _row(call: Call, cell: Cell, details: dict[int, dict[str, Json]], counts: dict[int, tuple[int, int]]) -> Json:
    publication, version, verdict = cell.publication, cell.provider_version, cell.verdict
    result: Json = None
    if verdict is not None:
        number = verdict.verification_id
        failed, total = counts.get(number, (0, 0))
        own = call.link(*pact_segments(publication), "verification-results", str(number))
        result = {
            "success": verdict.success,
            "verifiedAt": verdict.verified_at,
            "number": number,
            "failed": failed,
            "total": total,
            "_links": {"self": own, "contractkit:page": call.link("ui", "results", str(number))},
        }
    return {
        "consumer": {
            "name": publication.consumer,
            "version": details[publication.version.id],
            "_links": {"self": call.link("pacticipants", publication.consumer)},
        },
        "provider": {
            "name": publication.provider,
            "version": details[version.id] if version is not None else None,
            "_links": {"self": call.link("pacticipants", publication.provider)},
        },
        "pact": {
            "createdAt": publication.created_at,
            "_links": {"self": call.link(*version_pact_segments(publication))},
        },
        "verificationResult": result,
        **({"ignored": True} if cell.ignored else {}),
    }


_SUCCESS: dict[str, bool | None] = {"true": True, "false": False, "": None, "null": None}


def _selector(element: dict[str, str]) -> VersionSelector:
    latest, main = element.get("latest") == "true", element.get("mainBranch") == "true"
    if element.get("version") and element.get("latest"):
        raise Refusal(400, {"errors": ["A version number and latest flag cannot both be specified for a pacticipant"]})
    return VersionSelector(
        application=element.get("pacticipant", ""),
        number=element.get("version"),
        branch=element.get("branch"),
        tag=element.get("tag"),
        environment=element.get("environment"),
        main_branch=main,
        latest=latest or "branch" in element,
    )


def _target(call: Call, *, tag: str | None) -> VersionSelector | None:
    environment, main = call.parameter("environment"), call.parameter("mainBranch") == "true"
    latest = call.parameter("latest") == "true"
    for name in ("environment", "tag", "to"):  # an unset variable of a script, which must not become a yes
        if call.parameter(name) == "":
            raise Refusal(400, {"errors": [f"{name} is blank: name a target, or leave it out"]})
    if sum(map(bool, (environment, tag, main))) > 1:
        raise Refusal(400, {"errors": ["Only one of environment, tag and mainBranch can be the target"]})
    if environment and latest:
        raise Refusal(400, {"errors": ["Cannot specify both latest=true and an environment"]})
    if not (environment or tag or main or latest):
        return None
    newest = latest or call.parameter("to") is not None
    return VersionSelector(environment=environment, tag=tag, main_branch=main, latest=newest)


def _assumed(call: Call, target: VersionSelector | None, named: Collection[str]) -> tuple[Assumed, ...]:
    return asked_assumptions(call, target.environment if target is not None else None, named)


def ignored_applications(call: Call) -> tuple[Ignored, ...]:
    """Give what the query's `ignore[]` names, in either of its forms."""
    named = [
        Ignored(application=each["pacticipant"], number=each.get("version"))
        for each in elements_of(call.query, "ignore")
        if each.get("pacticipant")
    ]
    return (*named, *(Ignored(application=value) for key, value in call.query if key == "ignore[]"))


_IGNORE = {
    "ignore[][pacticipant]": "An application whose rows do not count.",
    "ignore[][version]": "Of the application named before it, only this version.",
}
_TARGET: dict[str, str | Query] = {
    "environment": Query(meaning="The target: everything deployed or released there now."),
    "mainBranch": "`true`: the target is the head of every main branch.",
    "latest": "`true`: the newest versions, of a tag where one is named.",
}
_WRONG = Answer("The question cannot be answered; why.", "Problems")

ROUTES = (
    Route(
        method="GET",
        path="/matrix",
        handler=get_matrix,
        summary="Read the rows between selected versions.",
        group="decisions",
        query={
            **{f"q[][{key}]": "A selector; a new one starts where a key comes again." for key in _SELECTOR_KEYS},
            **_TARGET,
            "tag": Query(meaning="The target: the versions with this tag."),
            **_IGNORE,
            **ASSUME,
            "latestby": Query(meaning="Keep the newest row of each.", schema={"enum": list(_LATEST_BY)}),
            "success[]": "`true`, `false` or empty: only rows with this result.",
            "limit": Query(
                meaning=f"How many rows, the newest first; {_LIMIT} where it is left out.",
                schema={"type": "integer", "minimum": 1, "maximum": 10**18 - 1},
            ),
        },
        answers={200: Answer("The rows and the decision.", "Matrix", also=("text/plain",)), 400: _WRONG},
    ),
    Route(
        method="GET",
        path="/can-i-deploy",
        handler=can_i_deploy,
        summary="Ask whether a version may be deployed.",
        group="decisions",
        query={
            "pacticipant": Query(meaning="The application.", required=True),
            "version": Query(meaning="Its version.", required=True),
            **_TARGET,
            "to": Query(meaning="The target: the newest versions with this tag."),
            **_IGNORE,
            **ASSUME,
            "ignore[]": "An application whose rows do not count.",
        },
        answers={200: Answer("The decision with its rows.", "Matrix", also=("text/plain",)), 400: _WRONG},
    ),
)

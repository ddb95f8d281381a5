"""Answers to can-i-deploy in words and as a document, and the words for what was compared with what."""

from collections.abc import Sequence

from contractkit.broker_client import MOST_ROWS, DeploymentAnswer, MatrixEntry
from contractkit.cli.tables import aligned
from contractkit.deployability import Answer, Decision, Question, Reason
from contractkit.exact_json import Json

_VERDICTS: dict[bool | None, Answer] = {True: Answer.YES, False: Answer.NO, None: Answer.UNKNOWN}


def answer_as_text(decision: Decision, answer: DeploymentAnswer) -> str:
    """Give the broker's own words where it has them, else ours, as far as they agree with its verdict."""
    if answer.is_cut:
        return _of_cut(decision, answer)
    if answer.text:
        return answer.text
    if (decision.answer is Answer.YES) == bool(answer.deployable):
        return str(decision)
    reasons = "\n".join(f"  {line}" for line in answer.reason.splitlines())
    return f"{_verdict(decision.question, answer)}\n\n{reasons}".strip()


def _of_cut(decision: Decision, answer: DeploymentAnswer) -> str:
    """Say what an answer that rests on a part of the rows is worth: what speaks against it does, a yes does not."""
    said = f"More than {MOST_ROWS:,} rows count, and this rests on the newest {MOST_ROWS:,} of them."
    step = "Ask about fewer versions at once, or about one environment."
    if answer.deployable is None and (answer.answer or decision.answer.value) == Answer.YES.value:
        return f"{_verdict(decision.question, answer)}\n\n  {said} They are all verified.\n\n{step}"
    return f"{answer.text or _verdict(decision.question, answer)}\n\n{said} {step}"


def _verdict(question: Question, answer: DeploymentAnswer) -> str:
    who, target = " and ".join(map(str, question.subjects)), question.target
    verdicts: dict[bool | None, str] = {
        True: f"{who} can be deployed to {target}.",
        False: f"{who} cannot be deployed to {target}.",
        None: f"It is unknown whether {who} can be deployed to {target}.",
    }
    return verdicts[answer.deployable]


def answer_as_json(decision: Decision, answer: DeploymentAnswer) -> dict[str, Json]:
    """Give the answer as a document: `yes`, `no` or `unknown`, and one reason per integration."""
    assumed: list[Json] = [
        {"name": each.application, "version": each.version or None} for each in decision.question.assumed
    ]
    own = "" if answer.is_cut and answer.deployable is None else answer.answer
    return {
        "answer": own or _VERDICTS[answer.deployable].value,
        "is_cut": answer.is_cut,
        "reason": answer.reason,
        "reasons": list(answer.reasons) or [_reason(each) for each in decision.reasons],
        **({"assumed": assumed} if assumed else {}),
    }


def explain_compared(question: Question, entries: Sequence[MatrixEntry], tag: str | None) -> str:
    """Say which versions were compared with which, and why those.

    Args:
        question: What was asked.
        entries: The rows of the matrix that the broker answered with.
        tag: The tag that stands for the target, None where it is an environment or the main branches.
    """
    in_environment = question.environment is not None
    target = f"what is deployed or released to {question.target} now" if in_environment else question.target
    asked = [("asked", str(subject)) for subject in question.subjects]
    rows = [("compared", _compared(each, question, tag)) for each in entries]
    asked += [("supposed", f"{each} there" if each.version else f"{each} not there") for each in question.assumed]
    none = [] if rows else [("compared", "nothing: no contract of these versions, and none with them, is there")]
    return "\n".join(["What was compared", "", aligned([*asked, ("with", target), *rows, *none], indent="  ")])


def _compared(entry: MatrixEntry, question: Question, tag: str | None) -> str:
    named = {(each.application, each.version) for each in question.subjects}
    consumer, provider = (entry.consumer, entry.consumer_version), (entry.provider, entry.provider_version)
    here = f"has the tag {tag}" if tag is not None else f"is in {question.target}"
    assumed = {(each.application, each.version) for each in question.assumed}
    if assumed & {consumer, provider}:
        here = f"is supposed to be in {question.target}"
    if tag is None and question.environment is None:
        here = "is the head of its main branch"
    wanted = [each for each in question.subjects if each.application == entry.provider]
    if entry.provider_version is None and wanted:
        why = f"whose contract asks for {entry.provider}: no version {wanted[0].version} of it is known"
    elif entry.provider_version is None:
        absent = f"no version of it {here}"
        why = f"whose contract asks for {entry.provider}: {absent}"
    elif consumer in named and provider in named:
        why = "both were asked about"
    elif consumer in named:
        why = f"which {here} and is called by it"
    else:
        why = f"since {entry.consumer} {entry.consumer_version} {here} and calls it"
    ignored = " (ignored, as asked)" if entry.ignored else ""
    return f"{_pair(entry)}, {why}{ignored}"


def _pair(entry: MatrixEntry) -> str:
    consumer = f"{entry.consumer} {entry.consumer_version}"
    return f"{consumer} with {entry.provider} {entry.provider_version}" if entry.provider_version else consumer


def _reason(reason: Reason) -> dict[str, Json]:
    row = reason.row
    return {
        "consumer": {"name": row.consumer, "version": row.consumer_version},
        "provider": {"name": row.provider, "version": row.provider_version},
        "reason": reason.standing.value,
        "text": f"{reason.partner}: {reason.text}",
        "nextCommand": reason.next_command or None,
        "resultUrl": row.result.url if row.result else None,
        "ignored": row.ignored,
    }

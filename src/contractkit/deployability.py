"""Deployability: whether a version may be deployed, why not, and what to do about it. Rows in, a decision out."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum


class Answer(Enum):
    """What is known: `UNKNOWN` says that nobody has looked, which is not `YES`."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Standing(Enum):
    """How one integration stands."""

    VERIFIED = "verified"
    FAILED = "failed"
    STALE = "stale"  # this contract was verified, but by another version of the provider
    NEVER_VERIFIED = "never verified"
    PROVIDER_ABSENT = "provider absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """An application version that somebody wants to deploy.

    `version` is empty where it was not named but selected, and nothing fits; `selection` says that in words. It is
    empty, too, where every version is meant.
    """

    application: str
    version: str = ""
    selection: str = ""

    def __str__(self) -> str:
        return f"{self.application} {self.version}" if self.version else self.application


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was asked: may these versions be deployed together to that place?

    `target` names the place in words as it stands in a sentence (`production`, `the heads of the main branches`);
    `environment` is its name where it is an environment; `missing` are the subjects that nobody has published.
    `assumed` are the versions that are supposed to be there, in place of what is; one without a version is supposed
    not to be there. The rows of the question are made accordingly.
    """

    subjects: tuple[Subject, ...]
    target: str
    environment: str | None = None
    missing: tuple[Subject, ...] = ()
    assumed: tuple[Subject, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationResult:
    """The last verification of one contract by one provider version; `failed` and `total` count interactions."""

    number: int
    provider_version: str
    passed: bool
    failed: int = 0
    total: int = 0
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """One integration: the contract of a consumer version, and the provider version it would meet.

    Attributes:
        provider_version: None where no version of the provider is in the target.
        result: What that provider version's verification of this contract gave; None where there was none.
        elsewhere: The newest result that another version of the provider gave for the same contract.
        provider_was_there: A version of the provider has once been in the target.
        ignored: The asker said that this integration does not count.
    """

    consumer: str
    consumer_version: str
    provider: str
    provider_version: str | None
    result: VerificationResult | None = None
    elsewhere: VerificationResult | None = None
    provider_was_there: bool = False
    ignored: bool = False

    @property
    def standing(self) -> Standing:
        """Give the standing that the facts amount to."""
        if self.provider_version is None:
            return Standing.PROVIDER_ABSENT
        if self.result is not None:
            return Standing.VERIFIED if self.result.passed else Standing.FAILED
        return Standing.NEVER_VERIFIED if self.elsewhere is None else Standing.STALE


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """How one integration stands, in words, and the command that changes it; empty where nothing is to be done."""

    row: MatrixRow
    partner: str
    text: str
    next_command: str = ""

    @property
    def standing(self) -> Standing:
        """Give the standing of the integration."""
        return self.row.standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The answer, and one reason per integration that counts. `ignored` are those that were asked not to count."""

    question: Question
    reasons: tuple[Reason, ...]
    ignored: tuple[Reason, ...] = ()

    @property
    def answer(self) -> Answer:
        """Give `NO` if a version is missing or an integration failed, else `UNKNOWN` if one has no result."""
        standings = {reason.standing for reason in self.reasons}
        if self.question.missing or Standing.FAILED in standings:
            return Answer.NO
        return Answer.UNKNOWN if standings - {Standing.VERIFIED} else Answer.YES

    @property
    def blocking(self) -> tuple[Reason, ...]:
        """Give the reasons that keep the answer from being yes, failures first."""
        failed_first = sorted(self.reasons, key=lambda reason: reason.standing is not Standing.FAILED)
        return tuple(reason for reason in failed_first if reason.standing is not Standing.VERIFIED)

    def __str__(self) -> str:
        blocks = [_headline(self), _table(self), _notes(self), _next_steps(self)]
        return "\n\n".join(block for block in blocks if block)


def decide(rows: Sequence[MatrixRow], question: Question) -> Decision:
    """Say whether the versions of a question may be deployed.

    Args:
        rows: One row per integration between those versions and the versions now running in the target.
        question: Who asks to go where.

    Returns:
        `no` if any row failed or a version does not exist, else `unknown` if any has no result, else `yes`, with a
        reason per row.
    """
    reasons = [_reason(_with_unknown_provider(row, question), question) for row in rows]
    return Decision(
        question=question,
        reasons=tuple(reason for reason in reasons if not reason.row.ignored),
        ignored=tuple(reason for reason in reasons if reason.row.ignored),
    )


def _with_unknown_provider(row: MatrixRow, question: Question) -> MatrixRow:
    """Give a row under the version of its provider that was asked about, where nobody knows that version yet.

    It is that version's verification that is missing, not some other version in the target.
    """
    asked = [each.version for each in question.missing if each.application == row.provider and each.version]
    return replace(row, provider_version=asked[0]) if asked and row.provider_version is None else row


def _reason(row: MatrixRow, question: Question) -> Reason:
    sentence, command = _WORDS[row.standing]
    return Reason(
        row=row, partner=_partner(row, question), text=sentence(row, question), next_command=command(row, question)
    )


def _partner(row: MatrixRow, question: Question) -> str:
    consumer = f"{row.consumer} {row.consumer_version}"
    provider = f"{row.provider} {row.provider_version}" if row.provider_version else row.provider
    named = {str(subject) for subject in question.subjects}
    if len(named) > 1 or any(not each.version and each not in question.missing for each in question.subjects):
        return f"{consumer} calls {provider}"
    return provider if consumer in named else consumer


def _verified_text(row: MatrixRow, question: Question) -> str:
    assert row.result is not None
    if not row.result.total:
        return f"result {row.result.number}"
    return f"{_interactions(row.result.total)} (result {row.result.number})"


def _failed_text(row: MatrixRow, question: Question) -> str:
    assert row.result is not None
    if not row.result.failed:
        return f"result {row.result.number}"
    return f"{row.result.failed} of {_interactions(row.result.total)} (result {row.result.number})"


def _stale_text(row: MatrixRow, question: Question) -> str:
    assert row.elsewhere is not None
    verdict = "passed" if row.elsewhere.passed else "failed"
    verified_by = f"{row.provider} {row.elsewhere.provider_version}"
    return f"its contract {verdict} with {verified_by}, not yet with {row.provider_version}"


def _never_verified_text(row: MatrixRow, question: Question) -> str:
    if _is_provider(row, question):
        return "its contract has not been verified by this version"
    return f"it has not verified the contract of {row.consumer} {row.consumer_version}"


def _absent_text(row: MatrixRow, question: Question) -> str:
    if question.environment is None:
        return f"no version of it is among {question.target}"
    if row.provider_was_there:
        return f"no version of it is in {question.environment} any more"
    return f"it has never been deployed to {question.environment}"


def _verify_command(row: MatrixRow, question: Question) -> str:
    which = f"--consumer {row.consumer} --provider-version {row.provider_version}"
    return f"contractkit verify {row.provider} {which} --publish"


def _look_command(row: MatrixRow, question: Question) -> str:
    """Give the command that shows the failure again: it publishes nothing, for it is run in order to look."""
    return f"contractkit verify {row.provider} --consumer {row.consumer}"


def _deploy_command(row: MatrixRow, question: Question) -> str:
    if question.environment is None:
        return f"contractkit verify {row.provider} --consumer {row.consumer}"
    return f"contractkit record-deployment {row.provider} --version VERSION --environment {question.environment}"


def _no_command(row: MatrixRow, question: Question) -> str:
    return ""


_Sentence = Callable[[MatrixRow, Question], str]

_WORDS: dict[Standing, tuple[_Sentence, _Sentence]] = {
    Standing.VERIFIED: (_verified_text, _no_command),
    Standing.FAILED: (_failed_text, _look_command),
    Standing.STALE: (_stale_text, _verify_command),
    Standing.NEVER_VERIFIED: (_never_verified_text, _verify_command),
    Standing.PROVIDER_ABSENT: (_absent_text, _deploy_command),
}
"""Standing to its sentence and the command that changes it."""

_COLUMN = {Standing.VERIFIED: "verified", Standing.FAILED: "failed"}


def _headline(decision: Decision) -> str:
    question = decision.question
    who = " and ".join(str(subject) for subject in question.subjects)
    can, cannot = ("could", "could not") if question.assumed else ("can", "cannot")
    where = f"{question.target}{_assumption(question)}"
    match decision.answer:
        case Answer.YES:
            return f"{who} {can} be deployed to {where}."
        case Answer.NO:
            return f"{who} {cannot} be deployed to {where}."
        case Answer.UNKNOWN:
            return f"It is unknown whether {who} {can} be deployed to {where}."


def _assumption(question: Question) -> str:
    said = [f"{each} were there" if each.version else f"{each} were not there" for each in question.assumed]
    return f" if {' and '.join(said)}" if said else ""


def _table(decision: Decision) -> str:
    verified = [reason for reason in decision.reasons if reason.standing is Standing.VERIFIED]
    rows = [
        (each.partner, "ignored" if each.row.ignored else _COLUMN.get(each.standing, "unknown"), each.text)
        for each in (*decision.blocking, *verified, *decision.ignored)
    ]
    first = max((len(partner) for partner, _, _ in rows), default=0)
    second = max((len(word) for _, word, _ in rows), default=0)
    return "\n".join(f"  {partner.ljust(first)}   {word.ljust(second)}   {text}" for partner, word, text in rows)


def _notes(decision: Decision) -> str:
    question = decision.question
    lines = [_unknown(each) for each in question.missing]
    if not question.missing and not decision.reasons and not decision.ignored:
        lines += [
            f"No contract concerns {each} here, as consumer or as provider: nothing was checked."
            for each in question.subjects
        ]
    absent = [r for r in decision.reasons if r.standing is Standing.PROVIDER_ABSENT and not r.row.provider_was_there]
    if absent and question.environment:
        lines.append("This is a first deployment: deploy the provider first, and record its deployment.")
    return "\n".join(lines)


def _unknown(subject: Subject) -> str:
    if not subject.version:
        return f"No version of {subject.application} fits the selection: {subject.selection}."
    return f"No version {subject.version} of {subject.application} is known here."


def _next_steps(decision: Decision) -> str:
    failures = [reason for reason in decision.blocking if reason.standing is Standing.FAILED]
    pages = list(dict.fromkeys(each.row.result.url for each in failures if each.row.result and each.row.result.url))
    built = ", ".join(dict.fromkeys(each.row.provider for each in failures))
    unknown = _commands(reason for reason in decision.blocking if reason.standing is not Standing.FAILED)
    missing = [
        f"contractkit publish --version {each.version or 'VERSION'}, run where {each.application} is built"
        for each in decision.question.missing
        if not any(_is_asked_provider(reason.row, each) for reason in decision.reasons)  # verifying makes it known
    ]
    steps = [
        ("To see the failure", pages),
        (f"To see it again, where {built} is built", _commands(failures)),
        ("To settle the unknown", unknown),
        ("To make it known", missing),
    ]
    return "\n".join(_step(purpose, commands) for purpose, commands in steps if commands)


def _step(purpose: str, commands: list[str]) -> str:
    return f"{purpose}: {commands[0]}" if len(commands) == 1 else "\n  ".join([f"{purpose}:", *commands])


def _commands(reasons: Iterable[Reason]) -> list[str]:
    return list(dict.fromkeys(reason.next_command for reason in reasons if reason.next_command))


def _interactions(count: int) -> str:
    return "1 interaction" if count == 1 else f"{count} interactions"


def _is_asked_provider(row: MatrixRow, subject: Subject) -> bool:
    return (row.provider, row.provider_version) == (subject.application, subject.version)


def _is_provider(row: MatrixRow, question: Question) -> bool:
    return any(_is_asked_provider(row, subject) for subject in question.subjects)

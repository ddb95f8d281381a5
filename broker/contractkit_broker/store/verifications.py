"""Verifications: appended for ever, and beside them the current verdict of each provider version on each content."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal_column,
    null,
    select,
    union_all,
)

from contractkit.exact_json import Json
from contractkit_broker.store.database import AnyRow, upsert
from contractkit_broker.store.listed import among, as_list, numbers, pairs
from contractkit_broker.store.prepared import Prepared
from contractkit_broker.store.records import (
    BriefVerification,
    InteractionOutcome,
    Verdict,
    Verification,
    Version,
)
from contractkit_broker.store.schema import (
    application,
    branch_version,
    content,
    interaction_result,
    verdict,
    verification,
    version,
)

_VERIFICATION = (
    select(
        verification,
        version.c.application_id,
        version.c.number,
        version.c.build_url.label("version_build_url"),
        version.c.created_at.label("version_created_at"),
        application.c.name.label("application"),
    )
    .join(version, version.c.id == verification.c.provider_version_id)
    .join(application, application.c.id == version.c.application_id)
)

_WHOLE_SUCCESS = and_(verification.c.success, verification.c.left_out == 0)

_VERDICT = select(
    verdict.c.content,
    verdict.c.provider_version_id,
    verdict.c.verification_id,
    verdict.c.success,
    verification.c.verified_at,
).join(verification, verification.c.id == verdict.c.verification_id)


_PAIRS = pairs("pairs")

_VERDICTS = Prepared(
    _VERDICT.join(_PAIRS, (verdict.c.content == _PAIRS.c.one) & (verdict.c.provider_version_id == _PAIRS.c.other))
)

_WITHIN_NEWEST = verdict.alias("within_newest")

_FLOOR = (
    select(_WITHIN_NEWEST.c.provider_version_id)
    .where(_WITHIN_NEWEST.c.content == content.c.id)
    .order_by(_WITHIN_NEWEST.c.provider_version_id.desc())
    .limit(1)
    .offset(bindparam("others"))
    .scalar_subquery()
)

_VERDICTS_OF = (
    _VERDICT.add_columns(
        version.c.application_id, application.c.name, version.c.number, version.c.build_url, version.c.created_at
    )
    .join(content, content.c.id == verdict.c.content)
    .join(version, version.c.id == verdict.c.provider_version_id)
    .join(application, application.c.id == version.c.application_id)
    .where(among(content.c.id, "contents"))
    .order_by(verdict.c.content, verdict.c.provider_version_id.desc())
)

_ALL_VERDICTS = Prepared(_VERDICTS_OF)
_NEWEST_VERDICTS = Prepared(_VERDICTS_OF.where(verdict.c.provider_version_id >= func.coalesce(_FLOOR, 0)))

_A_SUCCESS = select(verification.c.id).where(verification.c.content == content.c.id, _WHOLE_SUCCESS)

_CONTENTS = numbers("contents")

# one after another until the first that succeeded: how often a content was verified since does not matter
_SUCCEEDED = Prepared(
    select(content.c.id)
    .join(_CONTENTS, _CONTENTS.c.value == content.c.id)
    .where(_A_SUCCESS.where(verification.c.verified_at < bindparam("before")).exists())
)

_SUCCEEDED_ON_BRANCH = Prepared(
    select(content.c.id)
    .join(_CONTENTS, _CONTENTS.c.value == content.c.id)
    .where(
        _A_SUCCESS.join(branch_version, branch_version.c.version_id == verification.c.provider_version_id)
        .where(branch_version.c.branch_id == bindparam("branch"))
        .exists(),
    )
)

_NEWEST = (
    select(
        verification.c.id,
        verification.c.content,
        verification.c.success,
        verification.c.verified_at,
        version.c.id.label("version_id"),
        version.c.application_id,
        application.c.name,
        version.c.number,
        version.c.build_url,
        version.c.created_at,
    )
    .join(version, version.c.id == verification.c.provider_version_id)
    .join(application, application.c.id == version.c.application_id)
    .where(
        verification.c.id.in_(
            select(
                select(func.max(verdict.c.verification_id)).where(verdict.c.content == content.c.id).scalar_subquery()
            ).where(among(content.c.id, "contents"))
        )
    )
)

_NOTHING = [null() for _ in list(_NEWEST.selected_columns)[1:]]  # a count has no content, time and provider version

_COUNTS = (
    select(
        interaction_result.c.verification_id,
        *_NOTHING,
        func.sum(case((interaction_result.c.success, 0), else_=1)),
        func.count(),
    )
    .where(among(interaction_result.c.verification_id, "numbers"))
    .group_by(interaction_result.c.verification_id)
)

_TOLD = Prepared(union_all(_NEWEST.add_columns(literal_column("0"), literal_column("0")), _COUNTS))


def add_verification(
    connection: Connection,
    *,
    content_row: int,
    provider_version: Version,
    success: bool,
    build_url: str | None,
    verified_by: Mapping[str, Json],
    test_results: Sequence[Json],
    outcomes: Sequence[InteractionOutcome],
    now: str,
    left_out: int = 0,
) -> int:
    """Append a verification, make it the current verdict of its content and provider version, and give its number.

    A success that left interactions out is stored and is no verdict: what was known before stays.
    """
    values = {
        "content": content_row,
        "provider_version_id": provider_version.id,
        "success": success,
        "build_url": build_url,
        "verified_by": dict(verified_by),
        "test_results": list(test_results),
        "verified_at": now,
        "left_out": left_out,
    }
    number = connection.execute(insert(verification).values(**values).returning(verification.c.id)).scalar_one()
    current = {
        "content": content_row,
        "provider_version_id": provider_version.id,
        "verification_id": number,
        "success": success,
    }
    keys = ("content", "provider_version_id")
    if not (success and left_out):
        upsert(connection, verdict, keys, current, update=("verification_id", "success"), rising="verification_id")
    rows = [_outcome_row(number, position, outcome) for position, outcome in enumerate(outcomes)]
    if rows:
        connection.execute(insert(interaction_result), rows)
    return int(number)


def find_verification(connection: Connection, number: int) -> Verification | None:
    """Give a verification by its number, or None."""
    row = connection.execute(_VERIFICATION.where(verification.c.id == number)).one_or_none()
    return None if row is None else _verification(row)


def find_told(connection: Connection, content_row: int, provider_version: int, at: str) -> int | None:
    """Give the number of the verification of a content by a provider version at a certain time, or None."""
    same = (
        verification.c.content == content_row,
        verification.c.provider_version_id == provider_version,
        verification.c.verified_at == at,
    )
    return connection.execute(select(verification.c.id).where(*same)).scalars().first()


def verifications_of(connection: Connection, content_row: int, *, limit: int = 20) -> tuple[Verification, ...]:
    """Give the newest verifications of a content."""
    query = _VERIFICATION.where(verification.c.content == content_row).order_by(verification.c.id.desc()).limit(limit)
    return tuple(_verification(row) for row in connection.execute(query).all())


def outcomes_of(connection: Connection, number: int) -> tuple[InteractionOutcome, ...]:
    """Give the per-interaction outcomes of a verification, in the order they were published."""
    query = select(interaction_result).where(interaction_result.c.verification_id == number)
    return tuple(
        InteractionOutcome(
            interaction_id=row.interaction_id,
            success=row.success,
            mismatches=tuple(row.mismatches),
            errors=tuple(row.errors),
        )
        for row in connection.execute(query.order_by(interaction_result.c.position)).all()
    )


def newest_and_counts(
    connection: Connection, contents: Collection[int], numbers: Collection[int]
) -> tuple[dict[int, BriefVerification], dict[int, tuple[int, int]]]:
    """Give what `newest_verifications` and `outcome_counts` give, with one statement for both."""
    newest, counts = {}, {}
    for number, content_row, *rest, failed, total in _TOLD.rows(connection, contents=contents, numbers=numbers):
        if content_row is None:
            counts[number] = (int(failed or 0), int(total))
        else:
            newest[content_row] = _brief_verification(number, content_row, *rest)
    return newest, counts


def outcome_counts(connection: Connection, numbers: Collection[int]) -> dict[int, tuple[int, int]]:
    """Give, by verification, how many interactions failed and how many there were."""
    return newest_and_counts(connection, (), numbers)[1]


def verdicts(connection: Connection, wanted: Iterable[tuple[int, int]]) -> list[Verdict]:
    """Give the current verdicts for pairs of a content and a provider version, where there is one."""
    return _VERDICTS.records(connection, Verdict, pairs=as_list(wanted))


def newest_verdicts(
    connection: Connection, contents: Collection[int], newest: int | None = None
) -> Iterator[tuple[Version, Verdict]]:
    """Give the provider versions that have a verdict on contents, with it: all of each, or only some newest ones."""
    query = _ALL_VERDICTS if newest is None else _NEWEST_VERDICTS
    others = {} if newest is None else {"others": newest - 1}
    for content_row, row_id, number, success, verified_at, *of_version in query.rows(
        connection, contents=contents, **others
    ):
        yield (
            _version(row_id, *of_version),
            Verdict(
                content=content_row,
                provider_version_id=row_id,
                verification_id=number,
                success=success,
                verified_at=verified_at,
            ),
        )


def newest_verifications(connection: Connection, contents: Collection[int]) -> dict[int, BriefVerification]:
    """Give, by content, its newest verification by whichever provider version; unverified contents have none."""
    return newest_and_counts(connection, contents, ())[0]


def succeeded_on_branch(connection: Connection, contents: Collection[int], branch_id: int) -> frozenset[int]:
    """Give those contents that some version of a provider's branch has verified with success, ever."""
    rows = _SUCCEEDED_ON_BRANCH.rows(connection, contents=contents, branch=branch_id)
    return frozenset(row[0] for row in rows)


def succeeded(connection: Connection, contents: Collection[int], *, before: str | None = None) -> frozenset[int]:
    """Give those contents that any provider version has verified with success, before a time where one is given."""
    rows = _SUCCEEDED.rows(connection, contents=contents, before=before or "~")  # which sorts behind every time
    return frozenset(row[0] for row in rows)


def _outcome_row(number: int, position: int, outcome: InteractionOutcome) -> dict[str, Any]:
    return {
        "verification_id": number,
        "position": position,
        "interaction_id": outcome.interaction_id,
        "success": outcome.success,
        "mismatches": [dict(mismatch) for mismatch in outcome.mismatches],
        "errors": [dict(error) for error in outcome.errors],
    }


def _brief_verification(number: int, content_row: int, success: bool, at: str, *of_version: Any) -> BriefVerification:
    return BriefVerification(
        id=number, content=content_row, success=success, verified_at=at, provider_version=_version(*of_version)
    )


def _version(
    row_id: int, application_id: int, name: str, number: str, build_url: str | None, created_at: str
) -> Version:
    return Version(
        id=row_id,
        application_id=application_id,
        application=name,
        number=number,
        build_url=build_url,
        created_at=created_at,
    )


def _verification(row: AnyRow) -> Verification:
    return Verification(
        id=row.id,
        content=row.content,
        success=row.success,
        build_url=row.build_url,
        verified_by=row.verified_by,
        test_results=tuple(row.test_results),
        verified_at=row.verified_at,
        left_out=row.left_out,
        provider_version=_version(
            row.provider_version_id,
            row.application_id,
            row.application,
            row.number,
            row.version_build_url,
            row.version_created_at,
        ),
    )

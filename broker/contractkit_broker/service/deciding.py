"""Deciding: from the matrix to the rows of a decision."""

from collections.abc import Callable

from sqlalchemy import Connection

from contractkit.deployability import Decision, MatrixRow, Question, Subject, VerificationResult, decide
from contractkit_broker.service.matrix import Cell, Matrix, MatrixQuery, find_matrix
from contractkit_broker.store.records import BriefVerification

ResultUrl = Callable[[int], str]


def decide_query(connection: Connection, query: MatrixQuery, result_url: ResultUrl) -> tuple[Matrix, Decision]:
    """Give the matrix of a query and the decision that follows from it; `result_url` maps a result's number.

    Raises:
        SelectorError: A named application or environment is unknown.
    """
    matrix = find_matrix(connection, query)
    rows = [_row(cell, matrix, result_url) for cell in matrix.cells]
    return matrix, decide(rows, _question(query, matrix))


def _question(query: MatrixQuery, matrix: Matrix) -> Question:
    missing = tuple(
        Subject(application=each.application, version=each.number or "", selection="" if each.number else each.words)
        for each in matrix.missing
    )
    found = tuple(Subject(application=each.application, version=each.number) for each in matrix.named)
    whole = tuple(Subject(application=each) for each in matrix.whole)
    return Question(
        subjects=tuple(dict.fromkeys((*found, *whole, *missing))),
        target=query.target.words if query.target else "the newest versions",
        environment=query.target.environment if query.target else None,
        missing=missing,
        assumed=tuple(Subject(application=each.application, version=each.number or "") for each in query.assumed),
    )


def _row(cell: Cell, matrix: Matrix, result_url: ResultUrl) -> MatrixRow:
    version = cell.provider_version
    elsewhere = matrix.elsewhere.get(cell.publication.content) if cell.verdict is None else None
    return MatrixRow(
        consumer=cell.publication.consumer,
        consumer_version=cell.publication.version.number,
        provider=cell.publication.provider,
        provider_version=version.number if version else None,
        result=_result(cell, matrix, result_url),
        elsewhere=_other_result(elsewhere, result_url) if elsewhere else None,
        provider_was_there=cell.publication.provider_id in matrix.were_there,
        ignored=cell.ignored,
    )


def _other_result(elsewhere: BriefVerification, result_url: ResultUrl) -> VerificationResult:
    return VerificationResult(
        number=elsewhere.id,
        provider_version=elsewhere.provider_version.number,
        passed=elsewhere.success,
        url=result_url(elsewhere.id),
    )


def _result(cell: Cell, matrix: Matrix, result_url: ResultUrl) -> VerificationResult | None:
    if cell.verdict is None or cell.provider_version is None:
        return None
    number = cell.verdict.verification_id
    failed, total = matrix.counts.get(number, (0, 0))
    return VerificationResult(
        number=number,
        provider_version=cell.provider_version.number,
        passed=cell.verdict.success,
        failed=failed,
        total=total,
        url=result_url(number),
    )

"""Coverage of a definition in words and as JSON: what the contracts that were verified depend on."""

from collections.abc import Sequence
from pathlib import Path

from contractkit.cli.tables import aligned
from contractkit.conformance.coverage import Coverage, OperationCoverage, StatusCoverage
from contractkit.errors import UsageError
from contractkit.exact_json import Json, dump_canonical
from contractkit.explain.terminal import printable

SCHEMA_VERSION = 1


def coverage_as_text(coverage: Coverage) -> str:
    """Give a line per operation and one per status, and the counts."""
    rows = [row for each in coverage.operations for row in _rows(each)]
    left = [
        f"{printable(consumer)}: {printable(description)} calls no operation of the definition."
        for consumer, description in coverage.unmatched
    ]
    return "\n".join([summarise_coverage(coverage), "", aligned(rows, indent="  "), *(["", *left] if left else [])])


def summarise_coverage(coverage: Coverage) -> str:
    """Give the counts in one sentence."""
    operations = coverage.operations
    statuses = [status for each in operations for status in each.statuses]
    places = [(place, status) for status in statuses for place in status.fields]
    used = (
        sum(bool(each.interactions) for each in operations),
        sum(bool(each.interactions) for each in statuses),
        sum(len(each.used_fields) for each in statuses),
    )
    parts = [f"{used[0]} of {len(operations)} operations"]
    if statuses:
        parts += [f"{used[1]} of {len(statuses)} statuses", f"{used[2]} of {len(places)} fields"]
    return f"The contracts depend on {', '.join(parts)}."


def write_coverage(coverage: Coverage, provider: str, path: Path) -> None:
    """Write coverage as JSON of schema version 1.

    Raises:
        UsageError: It cannot be written.
    """
    document = {
        "schema_version": SCHEMA_VERSION,
        "provider": provider,
        "operations": [_operation(each) for each in coverage.operations],
        "unmatched": [{"consumer": name, "description": words} for name, words in coverage.unmatched],
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(dump_canonical(document))
    except OSError as error:
        raise UsageError(
            "The coverage cannot be written.",
            details=[("file", str(path)), ("reason", error.strerror or str(error))],
        ) from None


def _rows(each: OperationCoverage) -> list[tuple[str, str]]:
    who = ", ".join(map(printable, each.consumers)) or "nobody"
    return [
        (printable(each.operation.name), who),
        *(_status_row(status) for status in each.statuses if status.interactions),
    ]


def _status_row(each: StatusCoverage) -> tuple[str, str]:
    unused = [str(place).removeprefix("response.body.") for place, consumers in each.fields.items() if not consumers]
    if not each.fields:
        return (f"  {each.status}", _interactions(each.interactions))
    left = f"; nobody depends on {printable(_listed(unused))}" if unused else ""
    used = f"{len(each.used_fields)} of {len(each.fields)} fields{left}"
    return (f"  {each.status}", f"{_interactions(each.interactions)}, {used}")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:10])
    return shown if len(names) <= 10 else f"{shown} and {len(names) - 10} more"


def _interactions(count: int) -> str:
    return f"{count} interaction" if count == 1 else f"{count} interactions"


def _operation(each: OperationCoverage) -> Json:
    return {
        "name": each.operation.name,
        "signature": each.operation.signature,
        "consumers": list(each.consumers),
        "interactions": each.interactions,
        "statuses": [
            {
                "status": status.status,
                "interactions": status.interactions,
                "fields": {str(place): list(consumers) for place, consumers in status.fields.items()},
            }
            for status in each.statuses
        ],
    }

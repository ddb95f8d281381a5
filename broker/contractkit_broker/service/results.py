"""Results: what a verifier reports, read into outcomes per interaction, whichever form the verifier writes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from contractkit.exact_json import Json
from contractkit_broker.store.records import InteractionOutcome


def read_outcomes(test_results: Sequence[Mapping[str, Json]]) -> tuple[InteractionOutcome, ...]:
    """Give the outcome of each interaction of a verification's `testResults`, in order."""
    return tuple(
        InteractionOutcome(
            interaction_id=str(result.get("interactionId") or ""),
            success=bool(result.get("success", True)),
            mismatches=tuple(_mappings(result.get("mismatches"))),
            errors=tuple(_mappings(result.get("exceptions"))),
        )
        for result in test_results
    )


def mismatch_words(mismatch: Mapping[str, Any]) -> str:
    """Give a mismatch of Pact's form in one line: where, then what. `$.total` of the body is `body.total`."""
    attribute, identifier = (str(mismatch.get(name) or "") for name in ("attribute", "identifier"))
    inside = identifier.startswith("$") and attribute == "body"
    where = f"body{identifier[1:]}" if inside else " ".join(filter(None, (attribute, identifier)))
    what = str(mismatch.get("description") or mismatch.get("mismatch") or "differs")
    return f"{where}: {what}" if where else what


def _mappings(value: Json) -> Iterable[Mapping[str, Json]]:
    for item in value if isinstance(value, list | tuple) else ():
        yield item if isinstance(item, dict) else {"description": str(item)}

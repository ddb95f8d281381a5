"""Verdicts: verification results in the form in which the Pact Broker takes them."""

from collections.abc import Sequence

from contractkit.broker_client.records import Build, InteractionVerdict
from contractkit.exact_json import Json


def verdict_document(
    build: Build, verdicts: Sequence[InteractionVerdict], *, passed: bool, verifier_version: str
) -> dict[str, Json]:
    """Give the document that is sent to `pb:publish-verification-results`."""
    return {
        "success": passed,
        "providerApplicationVersion": build.version,
        **({"buildUrl": build.url} if build.url else {}),
        "verifiedBy": {"implementation": "contractkit", "version": verifier_version, "clientLanguage": "Python"},
        "testResults": [_result(each) for each in verdicts],
    }


def _result(verdict: InteractionVerdict) -> dict[str, Json]:
    interaction = verdict.interaction
    mismatches = [{"attribute": part, "description": sentence} for part, sentence in verdict.mismatches]
    return {
        **({"interactionId": verdict.interaction_id} if verdict.interaction_id else {}),
        "interactionDescription": interaction.description,
        "success": verdict.passed,
        **({"mismatches": mismatches} if mismatches else {}),
        **({"exceptions": [{"message": verdict.error}]} if verdict.error else {}),
    }

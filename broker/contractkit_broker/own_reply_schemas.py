"""The schemas of replies that the Pact Broker has no word for: outcomes, what is owed, catalogues, what was found."""

from contractkit.exact_json import Json
from contractkit_broker.schema_parts import (
    COUNT,
    FLAG,
    MAYBE_FLAG,
    MAYBE_TEXT,
    TEXT,
    TEXTS,
    list_of,
    object_of,
    reference,
    resource_of,
)

_FINDINGS = list_of({"type": "object"})
_INTERACTION: dict[str, Json] = {"interactionId": TEXT, "description": MAYBE_TEXT, "operation": MAYBE_TEXT}
_PLACED_VERSION = resource_of({"application": TEXT, "number": TEXT, "branches": TEXTS, "environments": TEXTS})

_NAME: Json = {"type": "string", "pattern": r"\S"}
_PARAMETERS: Json = {
    "type": ["object", "null"],
    "properties": {"type": {"const": "object"}, "properties": {"type": "object"}, "required": TEXTS},
}
_PREPARED: Json = {
    "required": ["operation"],
    "not": {"required": ["name"]},
    "properties": {"status": {"type": ["integer", "string", "null"], "minLength": 1}},
}
_STATE: Json = {
    **object_of(
        {},
        name=_NAME,
        operation=_NAME,
        description=MAYBE_TEXT,
        parameters=_PARAMETERS,
    ),
    "oneOf": [{"required": ["name"], "not": {"required": ["operation"]}}, _PREPARED],
}

OWN_REPLY_SCHEMAS: dict[str, Json] = {
    "InteractionOutcomes": resource_of({"interactions": list_of(reference("InteractionOutcome"))}),
    "InteractionOutcome": resource_of(
        {**_INTERACTION, "states": TEXTS, "success": MAYBE_FLAG, "mismatches": _FINDINGS, "errors": _FINDINGS}
    ),
    "InteractionHistory": resource_of(
        {**_INTERACTION, "flakyVersions": TEXTS, "results": list_of(reference("PastOutcome"))}
    ),
    "PastOutcome": resource_of(
        {
            "success": FLAG,
            "providerVersion": object_of({"number": TEXT, "branches": TEXTS}),
            "verifiedAt": TEXT,
            "mismatches": _FINDINGS,
            "errors": _FINDINGS,
        }
    ),
    "Owed": resource_of({"provider": TEXT, "version": TEXT, "contracts": list_of(reference("OwedContract"))}),
    "OwedContract": resource_of(
        {
            "consumer": TEXT,
            "consumerVersions": TEXTS,
            "contentId": TEXT,
            "reason": {"enum": ["failed", "in part", "never verified"]},
            "interactions": list_of(object_of({**_INTERACTION, "reason": {"enum": ["failed", "not verified"]}})),
        }
    ),
    "StateCatalogue": object_of(
        {"schemaVersion": {"const": 1}, "provider": TEXT, "states": list_of({"type": "object"})}
    ),
    "StateCatalogueForm": object_of({"schemaVersion": {"const": 1}, "provider": _NAME, "states": list_of(_STATE)}),
    "StoredCatalogue": resource_of({"digest": TEXT, "states": COUNT}),
    "ImpactProof": resource_of(
        {
            "consumer": TEXT,
            "version": TEXT,
            "provider": TEXT,
            "oldDigest": TEXT,
            "newDigest": TEXT,
            "interactions": list_of(reference("ProvenForm")),
            "createdAt": TEXT,
        }
    ),
    "Found": resource_of(
        {
            "applications": list_of(resource_of({"name": TEXT, "displayName": TEXT})),
            "versions": list_of(_PLACED_VERSION),
            "tagged": list_of(_PLACED_VERSION),
            "branches": list_of(resource_of({"application": TEXT, "name": TEXT, "head": MAYBE_TEXT})),
            "operations": list_of(resource_of({"provider": TEXT, "operation": TEXT, "consumers": TEXTS})),
            "states": list_of(resource_of({"provider": TEXT, "state": TEXT, "consumers": TEXTS})),
            "interactions": list_of(resource_of({**_INTERACTION, "consumer": TEXT, "provider": TEXT})),
            "cut": TEXTS,
        }
    ),
}

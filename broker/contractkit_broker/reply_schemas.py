"""The schemas of what the API replies, by name (JSON Schema 2020-12, as OpenAPI 3.1 has it)."""

from contractkit.exact_json import Json
from contractkit_broker.own_reply_schemas import OWN_REPLY_SCHEMAS
from contractkit_broker.schema_parts import (
    COUNT,
    FLAG,
    MAYBE_TEXT,
    TEXT,
    TEXTS,
    list_of,
    object_of,
    reference,
    resource_of,
)

_NAME: Json = {"type": "string", "pattern": r"\S"}


def _embedding(name: str, items: str, **more: Json) -> Json:
    return resource_of({"_embedded": object_of({name: list_of(reference(items))}), **more})


def _paged(name: str, items: str, **more: Json) -> Json:
    """Give the schema of a list that can be read in pages; then it says which page it is."""
    return resource_of({"_embedded": object_of({name: list_of(reference(items))}), **more}, page=reference("Page"))


_NOTICE = object_of({"type": TEXT, "text": TEXT})
_PARTY = resource_of({"name": TEXT})
_OCCUPANCY = object_of(
    {"pacticipant": reference("Application"), "version": reference("Version"), "environment": reference("Environment")}
)

REPLY_SCHEMAS: dict[str, Json] = {
    **OWN_REPLY_SCHEMAS,
    "Link": object_of({"href": TEXT}, title=TEXT, name=TEXT, templated=FLAG),
    "Links": {
        "type": "object",
        "additionalProperties": {"anyOf": [reference("Link"), list_of(reference("Link"))]},
    },
    "Error": object_of({"error": TEXT}),
    "Errors": object_of({"errors": {"type": "object", "additionalProperties": TEXTS}}),
    "Problems": object_of({"errors": {"anyOf": [TEXTS, {"type": "object", "additionalProperties": TEXTS}]}}),
    "Refused": {"anyOf": [reference("Error"), reference("Problems")]},
    "OwnFault": object_of({"error": object_of({"message": TEXT, "reference": TEXT})}),
    "Problem": object_of(
        {
            "type": TEXT,
            "title": TEXT,
            "status": COUNT,
            "instance": TEXT,
            "errors": list_of(object_of({"type": TEXT, "title": TEXT, "detail": TEXT}, pointer=TEXT)),
        }
    ),
    "Index": resource_of({}),
    "Heartbeat": resource_of({"ok": FLAG}),
    "Dependencies": resource_of({"database": object_of({"ok": FLAG})}),
    "Metrics": {"type": "object", "additionalProperties": object_of({"count": COUNT})},
    "Document": object_of({"openapi": TEXT, "paths": {"type": "object"}}),
    "Contract": {
        **object_of(
            {"consumer": object_of({"name": _NAME}), "provider": object_of({"name": _NAME})},
            interactions={"type": ["array", "null"], "items": {"type": "object"}},
            messages={"type": ["array", "null"], "items": {"type": "object"}},
        ),
        "anyOf": [{"required": ["interactions"]}, {"required": ["messages"]}],
    },
    "Pact": resource_of(
        {"consumer": object_of({"name": TEXT}), "provider": object_of({"name": TEXT}), "createdAt": TEXT},
        interactions={"type": ["array", "null"], "items": object_of({"_id": TEXT, "description": TEXT})},
        messages={"type": ["array", "null"], "items": object_of({"_id": TEXT, "description": TEXT})},
    ),
    "Published": resource_of(
        {
            "notices": list_of(_NOTICE),
            "logs": list_of(object_of({"level": TEXT, "message": TEXT, "deprecationWarning": TEXT})),
            "_embedded": object_of({"pacticipant": _PARTY, "version": resource_of({"number": TEXT})}),
        }
    ),
    "Conflict": object_of(
        {
            "notices": list_of(_NOTICE),
            "errors": object_of({"contracts": TEXTS}),
        },
        contractkit=object_of(
            {
                "consumer": TEXT,
                "provider": TEXT,
                "version": TEXT,
                "contentId": object_of({"published": TEXT, "received": TEXT}),
                "added": TEXTS,
                "removed": TEXTS,
                "changed": list_of(object_of({"interaction": TEXT, "places": TEXTS})),
            }
        ),
    ),
    "Difference": resource_of(
        {"added": TEXTS, "removed": TEXTS, "changed": list_of(object_of({"interaction": TEXT, "places": TEXTS}))}
    ),
    "LatestPacts": resource_of({"pacts": list_of(resource_of({"createdAt": TEXT}))}),
    "PactList": resource_of({}),
    "PairPactList": _embedding("pacts", "ListedPact", pacts=list_of(reference("Link"))),
    "ListedPact": resource_of(
        {"createdAt": TEXT, "_embedded": object_of({"consumerVersion": resource_of({"number": TEXT})})}
    ),
    "PactsForVerification": _embedding("pacts", "PactForVerification"),
    "PactForVerification": resource_of(
        {
            "shortDescription": TEXT,
            "verificationProperties": object_of(
                {"notices": list_of(object_of({"when": TEXT, "text": TEXT}))}, pending=FLAG, wip=FLAG
            ),
        }
    ),
    "ProviderStates": resource_of(
        {"providerStates": list_of(object_of({"name": TEXT, "params": {"type": "object"}, "consumers": TEXTS}))}
    ),
    "VerificationResult": resource_of(
        {
            "success": FLAG,
            "providerApplicationVersion": TEXT,
            "verifiedBy": {"type": "object"},
            "testResults": list_of({"type": "object"}),
            "verificationDate": TEXT,
        },
        buildUrl=TEXT,
        **{"contractkit:leftOut": {"type": "integer"}},
    ),
    "VerificationResults": _embedding("verificationResults", "VerificationResult"),
    "TriggeredWebhooks": resource_of({"_embedded": object_of({"triggeredWebhooks": list_of({"type": "object"})})}),
    "Application": resource_of(
        {
            "name": TEXT,
            "displayName": TEXT,
            "createdAt": TEXT,
            "_embedded": object_of({"labels": list_of(reference("Label"))}),
        },
        repositoryUrl=TEXT,
        repositoryName=TEXT,
        repositoryNamespace=TEXT,
        mainBranch=TEXT,
    ),
    "Applications": _paged("pacticipants", "Application", pacticipants=list_of(reference("Application"))),
    "Label": resource_of({"name": TEXT}),
    "Labels": _paged("labels", "Label"),
    "Page": object_of({"number": COUNT, "size": COUNT, "totalElements": COUNT, "totalPages": COUNT}),
    "Notices": resource_of({"notices": list_of(_NOTICE)}),
    "Version": resource_of(
        {
            "number": TEXT,
            "createdAt": TEXT,
            "_embedded": object_of(
                {"branchVersions": list_of(reference("BranchVersion")), "tags": list_of(reference("Tag"))}
            ),
        },
        buildUrl=TEXT,
    ),
    "Versions": _paged("versions", "Version"),
    "Branch": resource_of(
        {"name": TEXT, "createdAt": TEXT}, _embedded=object_of({}, latestVersion=object_of({"number": TEXT}))
    ),
    "Branches": _paged("branches", "Branch"),
    "BranchVersion": resource_of({"name": TEXT, "latest": FLAG}),
    "Tag": resource_of({"name": TEXT}),
    "Integrations": _paged("integrations", "Integration"),
    "Integration": resource_of({"consumer": _PARTY, "provider": _PARTY}),
    "Environment": resource_of(
        {
            "uuid": TEXT,
            "name": TEXT,
            "displayName": TEXT,
            "production": FLAG,
            "contacts": list_of({"type": "object"}),
            "createdAt": TEXT,
        }
    ),
    "Environments": _embedding("environments", "Environment"),
    "DeployedVersion": resource_of(
        {"uuid": TEXT, "currentlyDeployed": FLAG, "createdAt": TEXT, "_embedded": _OCCUPANCY},
        target=TEXT,
        applicationInstance=TEXT,
        undeployedAt=TEXT,
    ),
    "DeployedVersions": _embedding("deployedVersions", "DeployedVersion"),
    "ReleasedVersion": resource_of(
        {"uuid": TEXT, "currentlySupported": FLAG, "createdAt": TEXT, "_embedded": _OCCUPANCY},
        supportEndedAt=TEXT,
    ),
    "ReleasedVersions": _embedding("releasedVersions", "ReleasedVersion"),
    "Matrix": object_of(
        {
            "summary": object_of(
                {
                    "deployable": {"type": ["boolean", "null"]},
                    "reason": TEXT,
                    "success": COUNT,
                    "failed": COUNT,
                    "unknown": COUNT,
                },
                ignored=COUNT,
            ),
            "notices": list_of(_NOTICE),
            "matrix": list_of(reference("MatrixRow")),
            "contractkit": reference("Decision"),
        }
    ),
    "MatrixVersion": resource_of(
        {
            "number": TEXT,
            "branch": MAYBE_TEXT,
            "branches": list_of(object_of({"name": TEXT, "latest": FLAG})),
            "branchVersions": list_of(reference("BranchVersion")),
            "environments": list_of(
                object_of({"uuid": TEXT, "name": TEXT, "displayName": TEXT, "production": FLAG, "createdAt": TEXT})
            ),
            "tags": list_of(resource_of({"name": TEXT, "latest": FLAG})),
        }
    ),
    "MatrixRow": object_of(
        {
            "consumer": resource_of({"name": TEXT, "version": reference("MatrixVersion")}),
            "provider": resource_of(
                {"name": TEXT, "version": {"anyOf": [{"type": "null"}, reference("MatrixVersion")]}}
            ),
            "pact": resource_of({"createdAt": TEXT}),
            "verificationResult": {
                "anyOf": [
                    {"type": "null"},
                    resource_of(
                        {"success": FLAG, "verifiedAt": TEXT, "number": COUNT, "failed": COUNT, "total": COUNT}
                    ),
                ]
            },
        },
        ignored=FLAG,
    ),
    "Decision": object_of(
        {"answer": {"enum": ["yes", "no", "unknown"]}, "text": TEXT, "reasons": list_of(reference("Reason"))},
        assumed=list_of(object_of({"name": TEXT, "version": MAYBE_TEXT})),
    ),
    "Reason": object_of(
        {
            "consumer": object_of({"name": TEXT, "version": TEXT}),
            "provider": object_of({"name": TEXT, "version": MAYBE_TEXT}),
            "reason": {"enum": ["verified", "failed", "stale", "never verified", "provider absent"]},
            "text": TEXT,
            "nextCommand": MAYBE_TEXT,
            "resultUrl": MAYBE_TEXT,
            "ignored": FLAG,
        }
    ),
    "File": {"type": ["object", "array"]},
    "StoredDefinition": resource_of({"digest": TEXT, "contentType": TEXT}),
    "Contracts": resource_of({"contracts": list_of(reference("ListedContract"))}),
    "ListedContract": resource_of(
        {
            "consumer": TEXT,
            "provider": TEXT,
            "contentId": TEXT,
            "fileDigest": TEXT,
            "consumerVersions": list_of(object_of({"number": TEXT, "branches": TEXTS, "environments": TEXTS})),
        }
    ),
    "Usage": resource_of({"uses": list_of(reference("Use"))}),
    "Use": object_of(
        {
            "operation": TEXT,
            "location": TEXT,
            "consumers": list_of(object_of({"name": TEXT, "needed": {"type": ["boolean", "null"]}})),
        }
    ),
    "Audit": resource_of(
        {"entries": list_of(object_of({"at": TEXT, "event": TEXT, "version": TEXT, "details": {"type": "object"}}))}
    ),
    "ImpactJob": resource_of(
        {
            "uuid": TEXT,
            "status": {"enum": ["queued", "running", "done", "failed"]},
            "provider": TEXT,
            "against": {"type": "object"},
            "oldDigest": TEXT,
            "newDigest": TEXT,
            "exemptions": MAYBE_TEXT,
            "createdAt": TEXT,
            "report": {"type": ["object", "null"]},
            "problem": MAYBE_TEXT,
        },
        proofs=list_of(reference("ImpactProof")),
    ),
}

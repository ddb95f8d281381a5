"""The schemas of what the API replies, by name (JSON Schema 2020-12, as OpenAPI 3.1 has it)."""

from contractkit.exact_json import Json

_TEXT: Json = {"type": "string"}
_NAME: Json = {"type": "string", "pattern": r"\S"}
_FLAG: Json = {"type": "boolean"}
_COUNT: Json = {"type": "integer", "minimum": 0}
_TEXTS: Json = {"type": "array", "items": _TEXT}
_MAYBE_TEXT: Json = {"type": ["string", "null"]}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _object(required: dict[str, Json], **optional: Json) -> Json:
    return {"type": "object", "properties": {**required, **optional}, "required": list(required)}


def _resource(required: dict[str, Json], **optional: Json) -> Json:
    return _object({**required, "_links": _ref("Links")}, **optional)


def _embedding(name: str, items: str, **more: Json) -> Json:
    return _resource({"_embedded": _object({name: _list(_ref(items))}), **more})


def _paged(name: str, items: str, **more: Json) -> Json:
    """Give the schema of a list that can be read in pages; then it says which page it is."""
    return _resource({"_embedded": _object({name: _list(_ref(items))}), **more}, page=_ref("Page"))


_NOTICE = _object({"type": _TEXT, "text": _TEXT})
_PARTY = _resource({"name": _TEXT})
_OCCUPANCY = _object(
    {"pacticipant": _ref("Application"), "version": _ref("Version"), "environment": _ref("Environment")}
)

REPLY_SCHEMAS: dict[str, Json] = {
    "Link": _object({"href": _TEXT}, title=_TEXT, name=_TEXT, templated=_FLAG),
    "Links": {
        "type": "object",
        "additionalProperties": {"anyOf": [_ref("Link"), _list(_ref("Link"))]},
    },
    "Error": _object({"error": _TEXT}),
    "Errors": _object({"errors": {"type": "object", "additionalProperties": _TEXTS}}),
    "Problems": _object({"errors": {"anyOf": [_TEXTS, {"type": "object", "additionalProperties": _TEXTS}]}}),
    "Refused": {"anyOf": [_ref("Error"), _ref("Problems")]},
    "OwnFault": _object({"error": _object({"message": _TEXT, "reference": _TEXT})}),
    "Problem": _object(
        {
            "type": _TEXT,
            "title": _TEXT,
            "status": _COUNT,
            "instance": _TEXT,
            "errors": _list(_object({"type": _TEXT, "title": _TEXT, "detail": _TEXT}, pointer=_TEXT)),
        }
    ),
    "Index": _resource({}),
    "Heartbeat": _resource({"ok": _FLAG}),
    "Dependencies": _resource({"database": _object({"ok": _FLAG})}),
    "Metrics": {"type": "object", "additionalProperties": _object({"count": _COUNT})},
    "Document": _object({"openapi": _TEXT, "paths": {"type": "object"}}),
    "Contract": {
        **_object(
            {"consumer": _object({"name": _NAME}), "provider": _object({"name": _NAME})},
            interactions={"type": ["array", "null"], "items": {"type": "object"}},
            messages={"type": ["array", "null"], "items": {"type": "object"}},
        ),
        "anyOf": [{"required": ["interactions"]}, {"required": ["messages"]}],
    },
    "Pact": _resource(
        {"consumer": _object({"name": _TEXT}), "provider": _object({"name": _TEXT}), "createdAt": _TEXT},
        interactions={"type": ["array", "null"], "items": _object({"_id": _TEXT, "description": _TEXT})},
        messages={"type": ["array", "null"], "items": _object({"_id": _TEXT, "description": _TEXT})},
    ),
    "Published": _resource(
        {
            "notices": _list(_NOTICE),
            "logs": _list(_object({"level": _TEXT, "message": _TEXT, "deprecationWarning": _TEXT})),
            "_embedded": _object({"pacticipant": _PARTY, "version": _resource({"number": _TEXT})}),
        }
    ),
    "Conflict": _object(
        {
            "notices": _list(_NOTICE),
            "errors": _object({"contracts": _TEXTS}),
        },
        contractkit=_object(
            {
                "consumer": _TEXT,
                "provider": _TEXT,
                "version": _TEXT,
                "contentId": _object({"published": _TEXT, "received": _TEXT}),
                "added": _TEXTS,
                "removed": _TEXTS,
                "changed": _list(_object({"interaction": _TEXT, "places": _TEXTS})),
            }
        ),
    ),
    "Difference": _resource(
        {"added": _TEXTS, "removed": _TEXTS, "changed": _list(_object({"interaction": _TEXT, "places": _TEXTS}))}
    ),
    "LatestPacts": _resource({"pacts": _list(_resource({"createdAt": _TEXT}))}),
    "PactList": _resource({}),
    "PairPactList": _embedding("pacts", "ListedPact", pacts=_list(_ref("Link"))),
    "ListedPact": _resource(
        {"createdAt": _TEXT, "_embedded": _object({"consumerVersion": _resource({"number": _TEXT})})}
    ),
    "PactsForVerification": _embedding("pacts", "PactForVerification"),
    "PactForVerification": _resource(
        {
            "shortDescription": _TEXT,
            "verificationProperties": _object(
                {"notices": _list(_object({"when": _TEXT, "text": _TEXT}))}, pending=_FLAG, wip=_FLAG
            ),
        }
    ),
    "ProviderStates": _resource(
        {"providerStates": _list(_object({"name": _TEXT, "params": {"type": "object"}, "consumers": _TEXTS}))}
    ),
    "VerificationResult": _resource(
        {
            "success": _FLAG,
            "providerApplicationVersion": _TEXT,
            "verifiedBy": {"type": "object"},
            "testResults": _list({"type": "object"}),
            "verificationDate": _TEXT,
        },
        buildUrl=_TEXT,
        **{"contractkit:leftOut": {"type": "integer"}},
    ),
    "VerificationResults": _embedding("verificationResults", "VerificationResult"),
    "TriggeredWebhooks": _resource({"_embedded": _object({"triggeredWebhooks": _list({"type": "object"})})}),
    "Application": _resource(
        {
            "name": _TEXT,
            "displayName": _TEXT,
            "createdAt": _TEXT,
            "_embedded": _object({"labels": _list(_ref("Label"))}),
        },
        repositoryUrl=_TEXT,
        repositoryName=_TEXT,
        repositoryNamespace=_TEXT,
        mainBranch=_TEXT,
    ),
    "Applications": _paged("pacticipants", "Application", pacticipants=_list(_ref("Application"))),
    "Label": _resource({"name": _TEXT}),
    "Labels": _paged("labels", "Label"),
    "Page": _object({"number": _COUNT, "size": _COUNT, "totalElements": _COUNT, "totalPages": _COUNT}),
    "Notices": _resource({"notices": _list(_NOTICE)}),
    "Version": _resource(
        {
            "number": _TEXT,
            "createdAt": _TEXT,
            "_embedded": _object({"branchVersions": _list(_ref("BranchVersion")), "tags": _list(_ref("Tag"))}),
        },
        buildUrl=_TEXT,
    ),
    "Versions": _paged("versions", "Version"),
    "Branch": _resource(
        {"name": _TEXT, "createdAt": _TEXT}, _embedded=_object({}, latestVersion=_object({"number": _TEXT}))
    ),
    "Branches": _paged("branches", "Branch"),
    "BranchVersion": _resource({"name": _TEXT, "latest": _FLAG}),
    "Tag": _resource({"name": _TEXT}),
    "Integrations": _paged("integrations", "Integration"),
    "Integration": _resource({"consumer": _PARTY, "provider": _PARTY}),
    "Environment": _resource(
        {
            "uuid": _TEXT,
            "name": _TEXT,
            "displayName": _TEXT,
            "production": _FLAG,
            "contacts": _list({"type": "object"}),
            "createdAt": _TEXT,
        }
    ),
    "Environments": _embedding("environments", "Environment"),
    "DeployedVersion": _resource(
        {"uuid": _TEXT, "currentlyDeployed": _FLAG, "createdAt": _TEXT, "_embedded": _OCCUPANCY},
        target=_TEXT,
        applicationInstance=_TEXT,
        undeployedAt=_TEXT,
    ),
    "DeployedVersions": _embedding("deployedVersions", "DeployedVersion"),
    "ReleasedVersion": _resource(
        {"uuid": _TEXT, "currentlySupported": _FLAG, "createdAt": _TEXT, "_embedded": _OCCUPANCY},
        supportEndedAt=_TEXT,
    ),
    "ReleasedVersions": _embedding("releasedVersions", "ReleasedVersion"),
    "Matrix": _object(
        {
            "summary": _object(
                {
                    "deployable": {"type": ["boolean", "null"]},
                    "reason": _TEXT,
                    "success": _COUNT,
                    "failed": _COUNT,
                    "unknown": _COUNT,
                },
                ignored=_COUNT,
            ),
            "notices": _list(_NOTICE),
            "matrix": _list(_ref("MatrixRow")),
            "contractkit": _ref("Decision"),
        }
    ),
    "MatrixVersion": _resource(
        {
            "number": _TEXT,
            "branch": _MAYBE_TEXT,
            "branches": _list(_object({"name": _TEXT, "latest": _FLAG})),
            "branchVersions": _list(_ref("BranchVersion")),
            "environments": _list(
                _object({"uuid": _TEXT, "name": _TEXT, "displayName": _TEXT, "production": _FLAG, "createdAt": _TEXT})
            ),
            "tags": _list(_resource({"name": _TEXT, "latest": _FLAG})),
        }
    ),
    "MatrixRow": _object(
        {
            "consumer": _resource({"name": _TEXT, "version": _ref("MatrixVersion")}),
            "provider": _resource({"name": _TEXT, "version": {"anyOf": [{"type": "null"}, _ref("MatrixVersion")]}}),
            "pact": _resource({"createdAt": _TEXT}),
            "verificationResult": {
                "anyOf": [
                    {"type": "null"},
                    _resource(
                        {"success": _FLAG, "verifiedAt": _TEXT, "number": _COUNT, "failed": _COUNT, "total": _COUNT}
                    ),
                ]
            },
        },
        ignored=_FLAG,
    ),
    "Decision": _object(
        {"answer": {"enum": ["yes", "no", "unknown"]}, "text": _TEXT, "reasons": _list(_ref("Reason"))}
    ),
    "Reason": _object(
        {
            "consumer": _object({"name": _TEXT, "version": _TEXT}),
            "provider": _object({"name": _TEXT, "version": _MAYBE_TEXT}),
            "reason": {"enum": ["verified", "failed", "stale", "never verified", "provider absent"]},
            "text": _TEXT,
            "nextCommand": _MAYBE_TEXT,
            "resultUrl": _MAYBE_TEXT,
            "ignored": _FLAG,
        }
    ),
    "File": {"type": ["object", "array"]},
    "StoredDefinition": _resource({"digest": _TEXT, "contentType": _TEXT}),
    "Contracts": _resource({"contracts": _list(_ref("ListedContract"))}),
    "ListedContract": _resource(
        {
            "consumer": _TEXT,
            "provider": _TEXT,
            "contentId": _TEXT,
            "fileDigest": _TEXT,
            "consumerVersions": _list(_object({"number": _TEXT, "branches": _TEXTS, "environments": _TEXTS})),
        }
    ),
    "Usage": _resource({"uses": _list(_ref("Use"))}),
    "Use": _object(
        {
            "operation": _TEXT,
            "location": _TEXT,
            "consumers": _list(_object({"name": _TEXT, "needed": {"type": ["boolean", "null"]}})),
        }
    ),
    "Audit": _resource(
        {"entries": _list(_object({"at": _TEXT, "event": _TEXT, "version": _TEXT, "details": {"type": "object"}}))}
    ),
    "ImpactJob": _resource(
        {
            "uuid": _TEXT,
            "status": {"enum": ["queued", "running", "done", "failed"]},
            "provider": _TEXT,
            "against": {"type": "object"},
            "oldDigest": _TEXT,
            "newDigest": _TEXT,
            "createdAt": _TEXT,
            "report": {"type": ["object", "null"]},
            "problem": _MAYBE_TEXT,
        }
    ),
}

"""Contract files with interactions of which a test says only what matters."""

import json
from typing import Any


def pact_file(*interactions: dict[str, Any], version: str = "4.0", **members: Any) -> bytes:
    tree = {
        "consumer": {"name": "web-shop"},
        "provider": {"name": "orders"},
        "interactions": list(interactions),
        "metadata": {"pactSpecification": {"version": version}},
        **members,
    }
    return json.dumps(tree).encode()


def http(
    body: Any = None,
    *,
    description: str = "an order",
    method: str = "GET",
    path: str = "/orders/7",
    status: int = 200,
    rules: dict[str, Any] | None = None,
    asked: Any = None,
    asking_rules: dict[str, Any] | None = None,
    response: dict[str, Any] | None = None,
    request: dict[str, Any] | None = None,
    **members: Any,
) -> dict[str, Any]:
    """Give an HTTP interaction of version 4: `rules` and `asking_rules` hold rules by path in the two bodies."""
    sent = {
        "method": method,
        "path": path,
        **({} if asked is None else {"body": {"content": asked}}),
        **(request or {}),
    }
    got = {"status": status, **({} if body is None else {"body": {"content": body}}), **(response or {})}
    for part, written in ((got, rules), (sent, asking_rules)):
        if written is not None:
            part["matchingRules"] = {"body": {path: _listed(rule) for path, rule in written.items()}}
    return {"type": "Synchronous/HTTP", "description": description, "request": sent, "response": got, **members}


def _listed(rule: Any) -> Any:
    return rule if "matchers" in rule else {"matchers": [rule]}

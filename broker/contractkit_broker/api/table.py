"""The table of all routes of the API; the server and the OpenAPI document are made from it."""

from contractkit_broker.api import (
    applications,
    badges,
    branches,
    definitions,
    differences,
    document,
    environments,
    heads,
    impact,
    index,
    labels,
    matrix,
    pact_lists,
    pacts,
    provider_states,
    publishing,
    usage,
    verification,
)
from contractkit_broker.routing import Route

ROUTES: tuple[Route, ...] = (
    *index.ROUTES,
    *document.ROUTES,
    *publishing.ROUTES,
    *pacts.ROUTES,
    *provider_states.ROUTES,
    *badges.ROUTES,
    *pact_lists.ROUTES,
    *differences.ROUTES,
    *verification.ROUTES,
    *applications.ROUTES,
    *labels.ROUTES,
    *branches.ROUTES,
    *environments.ROUTES,
    *matrix.ROUTES,
    *heads.ROUTES,
    *definitions.ROUTES,
    *impact.ROUTES,
    *usage.ROUTES,
)
"""Every method on every path."""

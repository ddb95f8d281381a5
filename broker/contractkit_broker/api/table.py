"""The table of all routes of the API; the server and the OpenAPI document are made from it."""

from contractkit_broker.api import (
    applications,
    branches,
    definitions,
    document,
    environments,
    impact,
    index,
    matrix,
    pacts,
    publishing,
    verification,
)
from contractkit_broker.routing import Route

ROUTES: tuple[Route, ...] = (
    *index.ROUTES,
    *document.ROUTES,
    *publishing.ROUTES,
    *pacts.ROUTES,
    *verification.ROUTES,
    *applications.ROUTES,
    *branches.ROUTES,
    *environments.ROUTES,
    *matrix.ROUTES,
    *definitions.ROUTES,
    *impact.ROUTES,
)
"""Every method on every path."""

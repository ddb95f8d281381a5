"""The tables of pages: those with addresses of their own, and those that browsers are shown at the API's."""

from contractkit_broker.pages.definitions import get_definition_page
from contractkit_broker.pages.impact import get_impact_form, get_impact_page, send_impact_form
from contractkit_broker.pages.looking import get_history_page, get_search_page
from contractkit_broker.pages.usage import get_usage_page
from contractkit_broker.pages.views import (
    get_application_page,
    get_contract_page,
    get_first_page,
    get_published_contract_page,
    get_result_page,
    get_style,
)
from contractkit_broker.routing import Answer, Handler, Route


def _page(path: str, handler: Handler, summary: str, media_type: str = "text/html", *, method: str = "GET") -> Route:
    answers = {200: Answer("The page.", None, media_type)}
    return Route(method=method, path=path, handler=handler, summary=summary, group="pages", answers=answers)


PAGES: tuple[Route, ...] = (
    _page("/ui", get_first_page, "See who talks to whom, and what is verified."),
    _page("/ui/applications/{name}", get_application_page, "See an application."),
    _page("/ui/contracts/{provider}/{consumer}/{sha}", get_contract_page, "See a contract."),
    _page("/ui/results/{number}", get_result_page, "See what a verification gave."),
    _page("/ui/interactions/{provider}/{consumer}/{interaction}", get_history_page, "See how an interaction fared."),
    _page("/ui/impact", get_impact_form, "Ask who breaks if a definition changes."),
    _page("/ui/impact", send_impact_form, "Have a definition analysed; leads to the answer's page.", method="POST"),
    _page("/ui/impact/{uuid}", get_impact_page, "See who breaks."),
    _page("/ui/definitions/{digest}", get_definition_page, "See the lines of a definition."),
    _page("/ui/usage/{provider}", get_usage_page, "See who uses what of a provider, and what nobody needs."),
    _page("/ui/search", get_search_page, "See what a few letters may mean."),
    _page("/ui/style.css", get_style, "The pages' style.", "text/css"),
)
"""Every page that has an address of its own."""

MADE_ONCE: frozenset[Handler] = frozenset({get_first_page})
"""Pages that are the same for everybody and long in the making: made once for all who ask at once."""

PAGES_FOR_BROWSERS: dict[str, Handler] = {
    "/": get_first_page,
    "/pacts/provider/{provider}/consumer/{consumer}/version/{version}": get_published_contract_page,
    "/pacts/provider/{provider}/consumer/{consumer}/pact-version/{sha}": get_contract_page,
    "/pacticipants/{name}": get_application_page,
    "/search": get_search_page,
}
"""Path of the API to the page that a browser is shown there instead: addresses that people are given by clients."""

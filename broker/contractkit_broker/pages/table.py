"""The table of pages; the first one is also what a browser is shown at the root."""

from contractkit_broker.pages.views import (
    get_application_page,
    get_contract_page,
    get_first_page,
    get_result_page,
    get_style,
)
from contractkit_broker.routing import Answer, Handler, Route


def _page(path: str, handler: Handler, summary: str, media_type: str = "text/html") -> Route:
    answers = {200: Answer("The page.", None, media_type)}
    return Route(method="GET", path=path, handler=handler, summary=summary, group="pages", answers=answers)


PAGES: tuple[Route, ...] = (
    _page("/", get_first_page, "See who talks to whom, and what is verified."),
    _page("/ui", get_first_page, "See who talks to whom, and what is verified."),
    _page("/ui/applications/{name}", get_application_page, "See an application."),
    _page("/ui/contracts/{provider}/{consumer}/{sha}", get_contract_page, "See a contract."),
    _page("/ui/results/{number}", get_result_page, "See what a verification gave."),
    _page("/ui/style.css", get_style, "The pages' style.", "text/css"),
)
"""Every page."""

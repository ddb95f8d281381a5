"""The table of pages."""

from contractkit_broker.routing import Route

PAGES: tuple[Route, ...] = ()

"""Proxies: by way of which one a broker is reached, for messages; the requests themselves go through httpx."""

from urllib.parse import urlsplit, urlunsplit
from urllib.request import getproxies, proxy_bypass


def proxy_of(url: str) -> str:
    """Give the proxy that the environment names for a URL, without user and password; empty where there is none."""
    parts = urlsplit(url)
    proxies = getproxies()
    chosen = proxies.get(parts.scheme) or proxies.get("all") or ""
    return without_userinfo(chosen) if chosen and not proxy_bypass(parts.hostname or "") else ""


def without_userinfo(url: str) -> str:
    """Give a URL without user and password."""
    parts = urlsplit(url if "://" in url else f"//{url}")
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])).removeprefix("//")

"""The base URL: where a client reaches the broker, as the proxies before it say, without believing nonsense."""

import re

from starlette.datastructures import Headers
from starlette.requests import Request

_HOST = r"([\w.-]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?"


def base_url(request: Request) -> str:
    """Give where the client reaches us: what proxies forwarded, else the Host header."""
    headers = request.headers
    scheme = _forwarded(headers, "proto", "https?") or request.url.scheme
    if headers.get("x-forwarded-ssl") == "on":
        scheme = "https"
    host = _forwarded(headers, "host", _HOST)
    if not host and re.fullmatch(_HOST, headers.get("host", "")):
        host = headers["host"]
    port = _forwarded(headers, "port", "[0-9]{1,5}")
    if port and ":" not in host and port not in ("80", "443"):
        host = f"{host}:{port}"
    prefix = _forwarded(headers, "prefix", r"(/[\w.~%-]+)*/?").rstrip("/")
    return f"{scheme}://{host or 'localhost'}{prefix}"


def _forwarded(headers: Headers, name: str, form: str) -> str:
    """Give what the nearest client's proxy forwarded under a name; what is not of that form is nobody's address."""
    value = headers.get(f"x-forwarded-{name}", "").split(",")[0].strip()
    return value if re.fullmatch(form, value, re.ASCII) else ""

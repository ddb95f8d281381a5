"""What HTTP can carry: the letters of methods and header names, and the values of headers."""

import re
from typing import Final

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 §5.6.2
_FIELD_VALUE: Final = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")  # RFC 9110 §5.5


def is_token(text: str) -> bool:
    """Say whether a text can be a method or a header's name (RFC 9110 §5.1 and §9.1)."""
    return _TOKEN.fullmatch(text) is not None


def is_field_value(text: str) -> bool:
    """Say whether a text can be the value of a header: one line without control characters."""
    return _FIELD_VALUE.fullmatch(text) is not None


def is_path(text: str) -> bool:
    """Say whether a text can be a request's path: empty, or with a slash first, else it would name another host."""
    return not text or text.startswith("/")

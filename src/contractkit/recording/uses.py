"""Uses: what a test hands to a stub, checked for its kind before anything is done with it."""

from urllib.parse import urlsplit

from contractkit.errors import UsageError


def check_name(given: object, *, what: str, like: str) -> None:
    """Check that something named by a test is a text with something in it.

    Raises:
        UsageError: It is not. `what` it is and an example are in the message.
    """
    __tracebackhide__ = True
    if not isinstance(given, str) or not given.strip():
        raise UsageError(
            f"{what} is named by a text.", details=[("expected", f'a text such as "{like}"'), ("received", repr(given))]
        )


def check_base_url(given: object) -> None:
    """Check that calls can be intercepted at a URL.

    Raises:
        UsageError: It is not an absolute URL of http or https.
    """
    __tracebackhide__ = True
    if isinstance(given, str) and _is_base_url(given):
        return
    raise UsageError(
        "Calls cannot be intercepted there.",
        details=[("expected", "a URL such as https://orders.example.com"), ("received", repr(given))],
    )


def _is_base_url(given: str) -> bool:
    try:
        parts = urlsplit(given)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 0) >= 0
    except ValueError:  # a port that is no number
        return False

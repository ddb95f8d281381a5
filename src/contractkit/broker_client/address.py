"""Addresses: where a broker is, and who we are to it. Credentials leave this record only as a header."""

import base64
import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from contractkit.errors import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAddress:
    """A broker's base URL without a trailing slash or credentials, and the value of `Authorization`, if any."""

    url: str
    authorization: str | None = field(default=None, repr=False)

    @property
    def origin(self) -> str:
        """Give scheme and host with the port."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    def rebase(self, href: str) -> str:
        """Give a link as seen from the base URL: a broker behind a proxy may know itself by another origin."""
        parts = urlsplit(href)
        base_path = urlsplit(self.url).path
        inside = parts.path == base_path or parts.path.startswith(f"{base_path}/")
        path = parts.path if inside else f"{base_path}{parts.path}"
        return f"{self.origin}{urlunsplit(('', '', path, parts.query, ''))}"


def read_address(
    url: str, *, token: str | None = None, username: str | None = None, password: str | None = None
) -> BrokerAddress:
    """Give the address that a setting names.

    Args:
        url: An http or https URL; user and password in it are used where no token is given.
        token: Sent as a bearer token (RFC 6750); wins over user and password.
        username: For basic authentication, where the URL holds none.
        password: Its password.

    Raises:
        SettingsError: The URL cannot be used. Credentials in it are not repeated.
    """
    parts = _parts(url.strip())
    if parts is None:
        raise SettingsError(
            "The broker's URL cannot be used.",
            details=[
                ("expected", "a URL such as https://broker.example"),
                ("received", url.strip().rpartition("@")[2] or "nothing"),
            ],
        )
    host = parts.netloc.rpartition("@")[2]
    user = unquote(parts.username) if parts.username else username
    secret = unquote(parts.password) if parts.password else password
    return BrokerAddress(
        url=f"{parts.scheme}://{host}{parts.path.rstrip('/')}", authorization=_authorization(token, user, secret)
    )


def _parts(url: str) -> SplitResult | None:
    """Give the parts of an http or https URL, None where it is none."""
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that do not close, a port that is no number
        return None
    return parts if is_usable and not re.search(r"\s", url) else None


def _authorization(token: str | None, user: str | None, password: str | None) -> str | None:
    if token:
        _check_token(token)
        return f"Bearer {token}"
    if user:
        pair = f"{user}:{password or ''}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"
    return None


def _check_token(token: str) -> None:
    """Check that a token can stand in a header; it is not repeated."""
    if not re.fullmatch(r"[!-~]+", token):
        raise SettingsError(
            "The broker's token cannot be used.",
            details=[
                ("expected", "one word of ASCII characters"),
                ("received", "a text with blanks, line breaks or other characters"),
            ],
            next_step="Check CONTRACTKIT_BROKER_TOKEN, or the file that CONTRACTKIT_BROKER_TOKEN_FILE names.",
        )

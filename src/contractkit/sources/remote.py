"""Remote: documents fetched over the network, those that others refer to only where somebody allowed it."""

import os
import re
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from contractkit.errors import DefinitionError, UnreachableDefinitionError

VARIABLE: Final = "CONTRACTKIT_REMOTE_REFERENCES"
"""The variable that names what may be fetched where no setting does: the starts of URLs, separated by blanks."""

SECONDS: Final = 30.0
_LARGEST: Final = 256 * 1024 * 1024  # bytes


def fetch(url: str, name: str, *, follows_redirects: bool = True) -> bytes:
    """Give what is at a URL.

    Args:
        url: What to get, credentials included.
        name: The URL as messages name it.
        follows_redirects: Whether it may be somewhere else.

    Raises:
        UnreachableDefinitionError: Nobody answers, or not with status 200, or with more than 256 MiB.
    """
    import httpx  # heavy, and most definitions are files

    try:
        answer = httpx.get(url, follow_redirects=follows_redirects, timeout=SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        said = re.sub(r"^\[Errno -?\d+\] ", "", str(error)) or type(error).__name__
        raise _unreadable(name, said) from None
    if answer.status_code != 200:
        leads_to = f", which leads to {answer.headers['location']}" if answer.is_redirect else ""
        raise _unreadable(name, f"the server answered {answer.status_code} {answer.reason_phrase}{leads_to}")
    if len(answer.content) > _LARGEST:
        raise _unreadable(name, f"it is larger than {_LARGEST // 2**20} MiB")
    return answer.content


def is_url(uri: str) -> bool:
    """Say whether a URI is one of the network, with a host."""
    try:
        parts = urlsplit(uri)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def fetch_reference(uri: str, name: str, allowed: Collection[str] | None) -> bytes:
    """Give a document that a definition refers to by URL; redirects are not followed, since they may lead anywhere.

    Args:
        uri: The URL.
        name: The definition that refers to it.
        allowed: The starts of URLs that may be fetched; what `CONTRACTKIT_REMOTE_REFERENCES` says where None.

    Raises:
        DefinitionError: It is not allowed, or cannot be fetched.
    """
    starts = os.environ.get(VARIABLE, "").split() if allowed is None else allowed
    if any(_starts_with(uri, start) for start in starts):
        return fetch(uri, uri, follows_redirects=False)
    folder = f"{uri.rpartition('/')[0]}/"
    raise DefinitionError(
        f"The definition {name} refers to a document on the network, which is not fetched unasked.",
        details=[("refers to", uri)],
        next_step=f'Allow it: remote_references = ["{folder}"] in [tool.contractkit] of pyproject.toml, or {VARIABLE}.',
    )


def _starts_with(uri: str, start: str) -> bool:
    """Say whether a URL lies under an allowed one; a host that only starts alike does not."""
    try:
        asked, allowed = urlsplit(uri), urlsplit(start)
    except ValueError:
        return False
    is_same_host = (asked.scheme, asked.netloc) == (allowed.scheme, allowed.netloc)
    return is_same_host and ".." not in asked.path and asked.path.startswith(allowed.path)


def without_credentials(url: str) -> str:
    """Give a URL without the user and password that may stand before its host."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def beside(url: str, uri: str) -> str | None:
    """Give the URL, credentials included, of a document in the folder of another one or below; None elsewhere."""
    own, other = urlsplit(url), urlsplit(uri)
    folder = f"{own.path.rpartition('/')[0]}/"
    is_same_host = (own.scheme, own.netloc.rpartition("@")[2]) == (other.scheme, other.netloc)
    if not is_same_host or ".." in other.path or not other.path.startswith(folder):
        return None
    return urlunsplit(other._replace(netloc=own.netloc))


def _unreadable(name: str, reason: str) -> UnreachableDefinitionError:
    return UnreachableDefinitionError(f"The definition {name} cannot be read.", details=[("reason", reason)])

"""URIs: how one is seen from another, where documents may also be known by a mere path."""

import posixpath
from urllib.parse import urljoin, urlsplit


def is_absolute(uri: str) -> bool:
    """Say whether a URI names its scheme; text that is no URI names none."""
    try:
        return bool(urlsplit(uri).scheme)
    except ValueError:
        return False


def joined(base: str, uri: str) -> str:
    """Give a URI as seen from another one; `..` is kept where it leads out of a relative one's folder."""
    if not uri:
        return base
    if is_absolute(base) or is_absolute(uri):
        return urljoin(base, uri)
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), uri))

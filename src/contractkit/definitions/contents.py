"""Contents: which of the media types that a definition describes speaks of a body."""

from collections.abc import Iterable, Mapping

from contractkit.definitions.surfaces import Content
from contractkit.model import base_media_type


def content_for(contents: tuple[Content, ...], media_type: str) -> Content | None:
    """Give the content that speaks of a media type: itself, then `type/*`, then `*/*` (OpenAPI 3.0 §4.7.14).

    Of contents that differ in parameters (`application/json; version=2`) the one that agrees with most counts; one
    that names another value does not. `charset` and `boundary` tell nothing apart.
    """
    wanted, named = base_media_type(media_type), _parameters_of(media_type)
    for written in (wanted, f"{wanted.split('/')[0]}/*", "*/*"):
        found = [
            (len(parameters.items() & named.items()), each)
            for each in contents
            if base_media_type(each.media_type) == written
            and not _contradict(parameters := _parameters_of(each.media_type), named)
        ]
        if found:
            return max(found, key=lambda pair: pair[0])[1]
    return None


def is_acceptable(media_type: str, accepted: Iterable[str]) -> bool:
    """Say whether a range of an `Accept` header takes a media type (RFC 9110 §12.5.1); one of weight 0 does not."""
    base, named = base_media_type(media_type), _parameters_of(media_type)
    for each in accepted:
        wanted, parameters = base_media_type(each), _parameters_of(each)
        weight = parameters.pop("q", "1")
        is_in_range = wanted in ("*/*", base, f"{base.split('/')[0]}/*") or base in ("*/*", f"{wanted.split('/')[0]}/*")
        if is_in_range and weight.strip("0.") and not _contradict(parameters, named):
            return True
    return False


def _parameters_of(media_type: str) -> dict[str, str]:
    if ";" not in media_type:
        return {}
    pairs = (each.partition("=") for each in media_type.lower().split(";")[1:])
    found = {name.strip(): value.strip().strip('"') for name, _, value in pairs}
    return {name: value for name, value in found.items() if name not in ("charset", "boundary", "")}


def _contradict(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return any(other.get(name, value) != value for name, value in one.items())

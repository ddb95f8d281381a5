"""What can differ in the credentials that an operation demands."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from contractkit.changes.operation_findings import OperationFinding
from contractkit.changes.surface_pairs import SurfacePair
from contractkit.exact_json import Json
from contractkit.model import Location

_REQUEST_HEADERS = Location(("request", "headers"))
_KEYWORDS = ("type", "scheme", "in", "name", "bearerFormat", "openIdConnectUrl")
_URLS = ("authorizationUrl", "tokenUrl", "refreshUrl")

_Alternative: TypeAlias = Mapping[str, tuple[str, ...]]


def tightened_security(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the ways to authenticate that no longer suffice."""
    for alternative in pair.old.security or ({},):
        if not any(_satisfies(pair, alternative, demanded) for demanded in pair.new.security or ({},)):
            yield OperationFinding(
                location=_REQUEST_HEADERS,
                before=_credentials((alternative,)),
                after=_credentials(pair.new.security),
                old=pair.old.node.get("security") or pair.old.node,
                new=pair.new.node.get("security") or pair.new.node,
            )


def other_scheme(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the security schemes that changed under their name; a flow that came changes nothing for the others."""
    used = sorted(
        {name for each in pair.old.security for name in each} & {name for each in pair.new.security for name in each}
    )
    for name in used:
        before, after = pair.old_schemes.get(name), pair.new_schemes.get(name)
        if before is not None and after is not None and not _takes_all(after.value, before.value):
            yield OperationFinding(
                location=_REQUEST_HEADERS,
                before=_scheme(before.value),
                after=_scheme(after.value),
                old=before,
                new=after,
            )


def _satisfies(pair: SurfacePair, offered: _Alternative, demanded: _Alternative) -> bool:
    return all(_offers(pair, offered, name, scopes) for name, scopes in demanded.items())


def _offers(pair: SurfacePair, offered: _Alternative, name: str, scopes: tuple[str, ...]) -> bool:
    """Say whether one of the offered credentials is a demanded one, under its name or else under another."""
    known = (name,) if name in offered else tuple(each for each in offered if _is_renamed(pair, each, name))
    return any({*scopes} <= {*offered[each]} for each in known)


def _is_renamed(pair: SurfacePair, name: str, other: str) -> bool:
    before, after = pair.old_schemes.get(name), pair.new_schemes.get(other)
    if before is None or after is None or other in pair.old_schemes:
        return False  # another credential, though of the same kind
    return _takes_all(after.value, before.value)


def _takes_all(new: Json, old: Json) -> bool:
    return _kind(new) == _kind(old) and {*_flows(old)} <= {*_flows(new)}


def _scheme(value: Json) -> str:
    return ", ".join((*_kind(value), *_flows(value)))


def _kind(value: Json) -> tuple[str, ...]:
    """Give what a scheme is but for its flows; header names and HTTP's schemes know no case (RFC 9110 §5.1, §11.1)."""
    if not isinstance(value, dict):
        return ()
    is_free = {"scheme"} | ({"name"} if value.get("in") == "header" else set())
    said = {
        key: value[key] for key in ("type", "scheme", "in", "name", "bearerFormat", "openIdConnectUrl") if key in value
    }
    return tuple(f"{key} {str(text).lower() if key in is_free else text}" for key, text in said.items())


def _flows(value: Json) -> tuple[str, ...]:
    flows = value.get("flows") if isinstance(value, dict) else None
    spoken = sorted(flows.items()) if isinstance(flows, dict) else ()
    return tuple(
        " ".join([flow, *(str(said[url]) for url in _URLS if url in said)])
        for flow, said in spoken
        if isinstance(said, dict)
    )


def _credentials(alternatives: tuple[_Alternative, ...]) -> str:
    said = [" and ".join(f"{name}{_scopes(scopes)}" for name, scopes in each.items()) for each in alternatives]
    return " or ".join(filter(None, said)) or "no credential"


def _scopes(scopes: tuple[str, ...]) -> str:
    return f" ({', '.join(scopes)})" if scopes else ""

"""Fetching: a definition from elsewhere as bytes that are complete in themselves and were read once to try them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, TypeVar
from urllib.parse import urlsplit

import msgspec

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.errors import DefinitionError, UnreachableDefinitionError
from contractkit.exact_json import Json, dump_compact
from contractkit.sources.bundling import bundled
from contractkit.sources.loading import LoadedDefinition, read_definition, read_document
from contractkit.sources.places import BROKER, Place, UrlPlace, place_of
from contractkit.sources.proto_kinds import SET_ENDINGS, is_proto_source, is_proto_text
from contractkit.sources.remote import fetch_reference, is_url, without_credentials

_Read = TypeVar("_Read")

AskBroker = Callable[[str], bytes]
"""Gives the bytes of the definition at a location of the form `broker:NAME@WHERE`."""

_GZIP: Final = b"\x1f\x8b"
_SET: Final = ".binpb"
_TOLD_BY_NAME: Final = frozenset((".json", ".yaml", ".yml", ".proto", *SET_ENDINGS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A definition as it is now where it comes from.

    Attributes:
        data: Its bytes: a single document as it is, several as one of JSON, .proto files as a descriptor set.
        ending: What the name of a file that holds them ends in.
        loaded: The definition that they are.
        missing: What it refers to and could not be read, so that the bytes lack it.
    """

    data: bytes
    ending: str
    loaded: LoadedDefinition
    missing: tuple[str, ...] = ()


def fetch_whole(
    location: str, *, root: Path, remote_references: Collection[str] | None, ask_broker: AskBroker
) -> Fetched:
    """Give the definition at a URL, in a git revision or with a broker.

    Args:
        location: Where it is.
        root: The directory whose repository git looks into.
        remote_references: The starts of URLs that a `$ref` may lead to; see `load_definition`.
        ask_broker: Gives what a broker has.

    Raises:
        UnreachableDefinitionError: It cannot be fetched.
        BrokerError: The broker cannot be reached.
        DefinitionError: What is there is no definition.
    """
    if location.startswith(BROKER):
        return _single(ask_broker(location), location, "")
    place = place_of(location, root)
    if is_proto_source(place):
        return _compiled(place)
    data = _reachable(place.read)
    single = _single(data, place.name, _ending_of(place))
    if not isinstance(single.loaded.definition, OpenApiDefinition):
        return single
    return _with_what_it_refers_to(place, data, single, remote_references)


def shown(location: str) -> str:
    """Give a location as lock, contracts and messages name it: without credentials."""
    return without_credentials(location) if is_url(location) else location


def _single(data: bytes, name: str, told: str) -> Fetched:
    loaded = read_definition(data, source=name, file=f"definition{told}")
    return Fetched(data=data, ending=told or _ending_by_content(data, loaded), loaded=loaded)


def _compiled(place: Place) -> Fetched:
    from contractkit.sources.protos import load_protos  # heavy

    definition = _reachable(lambda: load_protos(place))
    data = definition.files.with_positions()
    return Fetched(data=data, ending=_SET, loaded=read_definition(data, source=place.name, file=f"definition{_SET}"))


def _with_what_it_refers_to(
    place: Place, data: bytes, single: Fetched, remote_references: Collection[str] | None
) -> Fetched:
    missing: list[str] = []

    def read(uri: str) -> Json:
        try:
            if is_url(uri) and not (isinstance(place, UrlPlace) and place.has_beside(uri)):
                return read_document(fetch_reference(uri, place.name, remote_references), uri)
            return read_document(place.read_beside(uri), uri)
        except DefinitionError:
            missing.append(uri)
            raise

    document = read_document(data, f"definition{single.ending}")
    whole = bundled(document, place.uri, read)
    if whole is None:
        return Fetched(data=data, ending=single.ending, loaded=single.loaded, missing=tuple(missing))
    text = _readable(whole)
    loaded = read_definition(text, source=place.name, file="definition.json")
    return Fetched(data=text, ending=".json", loaded=loaded, missing=tuple(missing))


def _readable(whole: Json) -> bytes:
    """Give a document in lines, its keys in their order, so that a review sees what changed and examples stay first."""
    try:
        text = msgspec.json.encode(whole)
    except (OverflowError, msgspec.EncodeError, TypeError):  # an integer of more than 64 bits
        text = dump_compact(whole)
    return msgspec.json.format(text, indent=2) + b"\n"


def _reachable(read: Callable[[], _Read]) -> _Read:
    try:
        return read()
    except DefinitionError as error:
        told = error.explanation
        raise UnreachableDefinitionError(told.summary, details=told.details, next_step=told.next_step) from None


def _ending_of(place: Place) -> str:
    """Give the ending that tells the format by name, or an empty text."""
    path = PurePosixPath(urlsplit(place.url).path if isinstance(place, UrlPlace) else place.uri)
    inner, outer = path.suffix.lower(), ""
    if inner == ".gz":
        inner, outer = PurePosixPath(path.stem).suffix.lower(), ".gz"
    return f"{inner}{outer}" if inner in _TOLD_BY_NAME else ""


def _ending_by_content(data: bytes, loaded: LoadedDefinition) -> str:
    if data.startswith(_GZIP):
        return ".gz"
    if isinstance(loaded.definition, OpenApiDefinition):
        return ".json" if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{" else ".yaml"
    return ".proto" if is_proto_text(data) else _SET

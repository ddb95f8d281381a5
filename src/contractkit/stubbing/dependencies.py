"""Dependencies: what is stubbed, as people name it: a path, a URL, a git revision, or a provider of the settings."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from contractkit.errors import SettingsError, UsageError
from contractkit.recording.opening import stubbed_provider
from contractkit.recording.stubbed import StubbedProvider
from contractkit.recording.uses import check_name
from contractkit.sources.places import BROKER, is_elsewhere

if TYPE_CHECKING:  # slow to import, and a path or a URL does without
    from contractkit.document.state_catalogue import StateCatalogue
    from contractkit.locking.definition_lock import DefinitionLock
    from contractkit.settings import ProviderSettings, Settings
    from contractkit.sources import LoadedDefinition

_NAMED = re.compile(r"([A-Za-z0-9][\w.-]*)=(.+)", re.DOTALL)
_GENERIC = frozenset(
    {"api", "api-docs", "definition", "index", "openapi", "proto", "protos", "schema", "spec", "swagger"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """A service that is stubbed.

    Attributes:
        name: The provider's name in contracts, or an empty text where nothing tells it.
        definition: Where its definition is.
        root: The directory that relative paths start from.
        proto: Where the definition of its remote procedures is, if `definition` is one of HTTP.
        messages: Where the definition of what it emits unasked is.
        states: Where the catalogue of the states that its team prepares is.
        headers: Request headers and metadata that are recorded beside the declared ones.
        base_url: Where production runs it.
        remote_references: The starts of URLs that a `$ref` may lead to; see `load_definition`.
        port: The port that HTTP is served on; 0 takes a free one.
        grpc_port: The port that remote procedures are served on.
        url_variable: The environment variable that says where HTTP is served; made of the name where None.
        target_variable: The one that says where remote procedures are.
        faults: By operation, what goes wrong with its answers, as the settings say it.
        checks_credentials: Whether requests must have the credentials that are demanded.
        lock: What its definitions are locked by; None where they are read as they are.
        locked_as: The provider of the settings that they are locked for, whatever it is called here.
    """

    name: str
    definition: str
    root: Path
    proto: str | None = None
    messages: str | None = None
    states: str | None = None
    headers: tuple[str, ...] = ()
    base_url: str | None = None
    remote_references: tuple[str, ...] | None = None
    port: int = 0
    grpc_port: int = 0
    url_variable: str | None = None
    target_variable: str | None = None
    faults: Mapping[str, Mapping[str, object]] = field(default_factory=dict, hash=False)
    checks_credentials: bool = True
    lock: "DefinitionLock | None" = field(default=None, hash=False, compare=False)
    locked_as: str = ""

    @property
    def shown(self) -> str:
        """Give what messages call it: its name, or where its definition is."""
        return self.name or self.definition

    def open(self) -> StubbedProvider:
        """Read its definitions, those from elsewhere as they are locked.

        Raises:
            DefinitionError: One cannot be read.
            BrokerError: One is with the broker, is not locked, and cannot be fetched.
            SettingsError: The two are not one of each kind.
        """
        return stubbed_provider(
            self.shown,
            self.definition,
            root=self.root,
            headers=self.headers,
            base_url=self.base_url,
            proto=self.proto,
            messages=self.messages,
            states=self._states(),
            remote_references=self.remote_references,
            checks_credentials=self.checks_credentials,
            load=self._load(),
        )

    def lock_now(self) -> None:
        """Lock what comes from elsewhere and is not locked yet."""
        if self.lock is not None:
            for key, location in (("definition", self.definition), ("proto", self.proto)):
                if location is not None and is_elsewhere(location):
                    self.lock.load(self.locked_as, key, location)

    def take_said(self) -> tuple[str, ...]:
        """Give a sentence for each definition that was locked since this was last asked."""
        if self.lock is None:
            return ()
        said = tuple(self.lock.said)
        self.lock.said.clear()
        return said

    def _states(self) -> "tuple[StateCatalogue, str] | None":
        if self.states is None:
            return None
        from contractkit.locking.catalogue_lock import catalogue_at, locked_catalogue

        if self.lock is not None:
            return locked_catalogue(self.lock, self.locked_as, self.states), self.states
        return catalogue_at(self.states, root=self.root), self.states

    def _load(self) -> "Callable[[str, str | Path], LoadedDefinition] | None":
        if self.lock is not None:
            return partial(self.lock.load, self.locked_as)
        if not any(place.startswith(BROKER) for place in (self.definition, self.proto or "")):
            return None
        from contractkit.locking.definition_lock import read_unlocked

        return lambda _key, location: read_unlocked(location, root=self.root)


def dependency_at(place: str | Path, *, root: Path | None = None) -> Dependency:
    """Give the dependency that a text means: `orders.yaml`, `https://…`, `git:REVISION:PATH`, or `orders`.

    `NAME=` before any of them names the provider. What looks like no path and is no file is a name of the settings.

    Args:
        place: The text.
        root: The directory that relative paths start from; the working directory where None.

    Raises:
        SettingsError: The settings have no provider of that name, or cannot be used.
        UsageError: There is no text.
    """
    if not isinstance(place, Path):
        check_name(place, what="A definition", like="orders.yaml")
    directory = Path.cwd() if root is None else root
    text = str(place)
    if isinstance(place, Path) or (directory / text).exists():
        return Dependency(name=_name_from(text), definition=text, root=directory)
    named = _NAMED.fullmatch(text)
    if named is not None:
        return Dependency(name=named[1], definition=named[2], root=directory)
    if set(text) & set("./\\:"):
        return Dependency(name=_name_from(text), definition=text, root=directory)
    from contractkit.settings import load_settings

    return provider_of(load_settings(directory), text)


def provider_of(settings: "Settings", name: str) -> Dependency:
    """Give a provider of the settings.

    Raises:
        SettingsError: There is none of that name.
    """
    known = settings.provider(name)
    if known.has_messages_alone:
        raise SettingsError(
            f"{name} emits messages and offers nothing that can be called, so there is nothing to serve.",
            details=[("messages", known.definition)],
            next_step="Its messages are made in tests: contract_stub(…).message(…).",
        )
    return Dependency(
        name=name,
        definition=known.definition,
        root=settings.root,
        proto=known.proto,
        messages=known.messages,
        states=known.states,
        headers=known.headers,
        base_url=known.base_url,
        remote_references=settings.remote_references,
        port=known.port or 0,
        grpc_port=known.grpc_port or 0,
        url_variable=known.url_variable,
        target_variable=known.target_variable,
        faults=known.faults,
        checks_credentials=known.check_credentials,
        lock=_lock_of(settings, known),
        locked_as=name,
    )


def _lock_of(settings: "Settings", known: "ProviderSettings") -> "DefinitionLock | None":
    if not any(location and is_elsewhere(location) for location in (known.definition, known.proto, known.states)):
        return None
    from contractkit.locking.definition_lock import DefinitionLock

    return DefinitionLock(settings)


def check_names(dependencies: Collection[Dependency]) -> None:
    """Check that each of several dependencies has a name of its own.

    Raises:
        UsageError: One has none, or two share one.
    """
    found: dict[str, Dependency] = {}
    for each in dependencies:
        if not each.name:
            raise UsageError(
                f"Nothing tells what to call the service that {each.definition} defines.",
                next_step=f"Name it: orders={each.definition}",
            )
        if each.name in found:
            raise UsageError(
                f"Two definitions are called {each.name}.",
                details=[("one", found[each.name].definition), ("another", each.definition)],
                next_step=f"Name them: one={found[each.name].definition} another={each.definition}",
            )
        found[each.name] = each


def _name_from(place: str) -> str:
    """Give the file's name without its endings; nothing where it says nothing of the service."""
    if place.startswith(BROKER):
        return place.removeprefix(BROKER).partition("@")[0]
    stem = place.replace("\\", "/").replace(":", "/").split("?")[0].rstrip("/").rpartition("/")[2].partition(".")[0]
    return "" if stem.lower() in _GENERIC else stem

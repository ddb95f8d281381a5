"""Similar names: an application under nearly the name of another is more often a slip than a second one."""

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from contractkit_broker.store import applications

_SAYING_NOTHING = frozenset({"api", "provider", "service"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarName:
    """A name that is new, and the names of applications that are there and nearly the same."""

    name: str
    known: tuple[str, ...]

    @property
    def warning(self) -> str:
        """Give the doubt in words, with what to do if it is right."""
        others = " and ".join(self.known)
        return (
            f"{self.name} is new here, and its name is nearly that of {others}. If it is the same application, correct "
            f"the name where it is published, and delete this one: contractkit application delete {_quoted(self.name)}"
        )

    @property
    def refusal(self) -> str:
        """Give why it was refused, and how it is let in."""
        others = " and ".join(self.known)
        return (
            f"{self.name} is not known here, and its name is nearly that of {others}. Nothing was published. "
            f"Correct the name, or say first that it is another: contractkit application create {_quoted(self.name)}"
        )


def similar_names(connection: Connection, names: Iterable[str]) -> tuple[SimilarName, ...]:
    """Give those names that no application has, and that are nearly the name of one that is there.

    Names that are there, character for character, are what they are, however many resemble each other.
    """
    wanted = list(dict.fromkeys(names))
    there = applications.known_names(connection, wanted)
    new = [name for name in wanted if name not in there]
    if not new:
        return ()
    known = [each.name for each in applications.list_applications(connection)]
    found = (SimilarName(name=name, known=tuple(each for each in known if is_similar(name, each))) for name in new)
    return tuple(each for each in found if each.known)


def is_similar(one: str, other: str) -> bool:
    """Say whether two names differ by nothing but case, separators, plural, and words that say nothing.

    The Pact Broker compares so before it lets a pacticipant come to be.
    """
    return _core(one) == _core(other)


def _core(name: str) -> tuple[str, ...]:
    separate = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    words = [word for word in re.split(r"[\W_]+", separate.lower()) if word]
    singular = [word.removesuffix("s") or word for word in words]
    return tuple(word for word in singular if word not in _SAYING_NOTHING) or tuple(singular) or (name,)


def _quoted(name: str) -> str:
    return shlex.quote(name)

"""Nesting: a document whose parts lie in each other beyond what can be followed is refused in words."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from contractkit.errors import DefinitionError

Given = ParamSpec("Given")
Result = TypeVar("Result")


class Named(Protocol):
    """What can be named in a message."""

    @property
    def source(self) -> str:
        """Give where the definition comes from."""


Holder = TypeVar("Holder", bound=Named)


def refusing_deep_nesting(
    method: Callable[Concatenate[Holder, Given], Result],
) -> Callable[Concatenate[Holder, Given], Result]:
    """Give a method that ends in a `DefinitionError` where following the definition would never have ended in time."""

    @wraps(method)
    def wrapped(self: Holder, /, *given: Given.args, **named: Given.kwargs) -> Result:
        try:
            return method(self, *given, **named)
        except RecursionError:
            raise DefinitionError(
                f"The definition {self.source} is nested too deeply to be followed.",
                details=[("expected", "a few hundred levels of schemas, references or path segments at most")],
            ) from None

    return wrapped

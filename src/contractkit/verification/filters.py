"""Filters: what a provider's team does to requests before they are sent, so that the provider lets them in.

As with provider states, a decorated function carries its declaration itself; a module's filters are those found on its
functions, in the order they were declared.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TypeVar

from contractkit.errors import UsageError

Function = TypeVar("Function", bound=Callable[..., Any])

_ATTRIBUTE = "__contractkit_filter__"


def request_filter(function: Function) -> Function:
    """Declare that a function, async or not, is given every request before it is sent, and may change it.

    It takes an `OutgoingRequest` and returns nothing. It is not asked about a request that was recorded without
    credentials and is expected to be refused with 401.
    """
    return _declared(function, "request_filter", takes=1)


def authentication(function: Function) -> Function:
    """Declare that a function, async or not, gives the headers by which the provider lets requests in.

    It takes nothing, is called once for a run, before the first request, and returns a mapping of header names to
    values. They are put on requests as those of `--header` are.
    """
    return _declared(function, "authentication", takes=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """The filters of one provider in the order they are called, and what is called once before them."""

    requests: tuple[Callable[..., Any], ...] = ()
    authentications: tuple[Callable[..., Any], ...] = ()

    def joined_with(self, others: "Filters") -> "Filters":
        """Give these and others, each function once."""
        return Filters(
            requests=tuple(dict.fromkeys((*self.requests, *others.requests))),
            authentications=tuple(dict.fromkeys((*self.authentications, *others.authentications))),
        )


def filters_of(module: ModuleType) -> Filters:
    """Give the filters that the functions of a module declare, imported functions included."""
    found = {id(each): each for each in vars(module).values() if getattr(each, _ATTRIBUTE, None)}.values()
    return Filters(
        requests=tuple(each for each in found if getattr(each, _ATTRIBUTE) == "request_filter"),
        authentications=tuple(each for each in found if getattr(each, _ATTRIBUTE) == "authentication"),
    )


def place_of(function: Callable[..., Any]) -> str:
    """Give what messages call a function: its name, its file and line."""
    code = inspect.unwrap(function).__code__
    return f"{function.__name__}, {code.co_filename}:{code.co_firstlineno}"


def _declared(function: Function, kind: str, *, takes: int) -> Function:
    what = "the request" if takes else "nothing"
    if not inspect.isfunction(function):
        raise UsageError(
            f"@{kind} stands above a function.",
            details=[("expected", f"a function that takes {what}"), ("received", repr(function)[:200])],
        )
    parameters = inspect.signature(function).parameters.values()
    needed = [each.name for each in parameters if each.default is each.empty and each.kind not in _VARIADIC]
    if len(needed) != takes or inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise UsageError(
            f"A function cannot be used with @{kind}.",
            details=[
                ("function", place_of(function)),
                ("expected", f"one that takes {what}"),
                ("received", f"one that takes {' and '.join(needed) or 'nothing'}"),
            ],
        )
    setattr(function, _ATTRIBUTE, kind)
    return function


_VARIADIC = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)

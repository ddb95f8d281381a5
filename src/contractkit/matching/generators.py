"""Generators: values made when a request or a response leaves us. They never change what is written or compared.

A request is sent to a provider, so `ProviderState` reads the context there; a response is served by a stub, so
`MockServerURL` knows its address there. Time and chance are arguments: the same ones give the same values.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any, TypeVar
from urllib.parse import quote

from contractkit.errors import ContractFileError, ProviderStateError, suggestion
from contractkit.exact_json import Json, show_json
from contractkit.matching.accepting import UnusableRuleError
from contractkit.matching.generated_bodies import Change, as_text, in_body, in_json, leads
from contractkit.matching.generated_values import GENERATORS, Making, MissingValueError, like_example
from contractkit.matching.json_bodies import DEEPEST
from contractkit.model import (
    Body,
    HttpRequest,
    HttpResponse,
    LocatedGenerator,
    Message,
    Step,
)

Side = TypeVar("Side", HttpRequest, HttpResponse, Message)

_SIDES = {HttpRequest: "request", HttpResponse: "response", Message: "message"}


def generate(
    side: Side,
    generators: tuple[LocatedGenerator, ...],
    context: Mapping[str, Json],
    *,
    now: datetime,
    random: Random,
    server_url: str | None = None,
) -> Side:
    """Give a request, a response or a message with its generated values in place of the examples.

    Args:
        side: What is about to leave. In a response and a message, values of provider states keep their examples.
        generators: Those of the whole interaction, and what `variant_generators` gives of its rules. Only those located
            in `side` are applied; a place that the example does not have gets nothing.
        context: The parameters of the provider states, overridden by what their handlers returned.
        now: The moment that dates count from, with its time zone.
        random: The source of chance.
        server_url: The address of the stub, for `MockServerURL`.

    Raises:
        ProviderStateError: A generator needs a value that no provider state gave.
        ContractFileError: A generator is not known, or cannot be used.
    """
    making = Making(
        context=context, random=random, now=now, is_request=isinstance(side, HttpRequest), server_url=server_url
    )
    made = side
    for located in generators:
        first, *steps = located.location.steps or ("",)
        if first == _SIDES[type(side)] and 0 < len(steps) <= DEEPEST:
            made = _applied(made, steps, located, making)
    return made


def _applied(side: Side, steps: list[Step], located: LocatedGenerator, making: Making) -> Side:
    name, *rest = steps

    def change(example: Json) -> Json:
        return _value(located, making, example)

    value: Any = getattr(side, str(name), None)
    changed: Any
    match name:
        case "body" | "contents":
            changed = _in_body(value, rest, change, located)
        case "path":
            changed = quote(as_text(change(value)), safe="/%:@!$&'()*+,;=~-._")
        case "method":
            changed = as_text(change(value))
        case "status":
            changed = _status(change(value), located)
        case "headers" | "query":
            changed = _in_lists(value, rest, change)
        case "metadata":
            changed = in_json(dict(value), rest, change)
        case _:
            return side
    return replace(side, **{str(name): changed})


def _status(value: Json, located: LocatedGenerator) -> int:
    if type(value) is int or (isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) == 3):
        return int(value)
    raise _unusable(located, f"it gives {show_json(value)} for a status")


def _value(located: LocatedGenerator, making: Making, example: Json) -> Json:
    make = GENERATORS.get(located.name)
    if make is None:
        raise ContractFileError(
            f"The generator {located.name} is not known.",
            details=(("at", str(located.location)),),
            next_step=suggestion(located.name, GENERATORS),
        )
    try:
        value = make(located.attributes, making, example)
        return value if located.name == "ProviderState" else like_example(value, example)
    except MissingValueError as error:
        raise _missing(str(error.args[0]), located, making) from None
    except UnusableRuleError as error:
        raise _unusable(located, str(error)) from None


def _missing(name: str, located: LocatedGenerator, making: Making) -> ProviderStateError:
    given = ", ".join(sorted(making.context)) or "nothing"
    return ProviderStateError(
        f"No provider state gave a value for {name}.",
        details=(
            ("needed at", str(located.location)),
            ("expression", str(located.attributes.get("expression"))),
            ("given", given),
        ),
        next_step=f"Return it from the state's handler: {show_json({name: '…'})}.",
    )


def _unusable(located: LocatedGenerator, reason: str) -> ContractFileError:
    return ContractFileError(
        f"The generator {located.name} cannot be used: {reason}.",
        details=(("at", str(located.location)), ("written", show_json(dict(located.attributes)))),
        next_step="Correct it in the contract file, or leave it out.",
    )


def _in_body(body: Body, steps: list[Step], change: Change, located: LocatedGenerator) -> Body:
    try:
        return in_body(body, steps, change)
    except UnusableRuleError as error:
        raise _unusable(located, str(error)) from None


def _in_lists(values: Mapping[str, tuple[Any, ...]], steps: list[Step], change: Change) -> dict[str, tuple[Any, ...]]:
    """Give a copy of fields or parameters in which the values of one name, or one of them, are changed."""
    name, *index = steps or ["", 0]
    return {
        key: tuple(
            as_text(change(value)) if leads(name, key) and (not index or leads(index[0], number)) else value
            for number, value in enumerate(items)
        )
        for key, items in values.items()
    }

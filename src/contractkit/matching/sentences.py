"""Sentences: what each rule expects, in words. They complete `expected …`."""

from contractkit.exact_json import Json, show_json
from contractkit.matching.accepting import Attributes
from contractkit.matching.failures import shown_part
from contractkit.matching.status_classes import STATUS_CLASSES

KIND_WORDS = {
    dict: "an object",
    list: "a list",
    str: "a string",
    int: "a number",
    float: "a number",
    bool: "a boolean",
    type(None): "null",
}
"""The JSON kind of a Python value, in words."""


_LONGEST_SHOWN = 1_000  # characters of a text that are looked at to show fewer


def exactly(_attributes: Attributes, example: Json) -> str:
    """Say that only this value will do."""
    return f"exactly {_shown(example)}"


def of_kind(attributes: Attributes, example: Json) -> str:
    """Say the kind of the example, and the bounds of its size."""
    words = KIND_WORDS[type(example)]
    if isinstance(example, dict | list):
        return words + size_of(attributes, "element")
    return for_example(words, example)


def of_container(attributes: Attributes, example: Json) -> str:
    """Say the kind of the example, or that the rule speaks of members where the example has none."""
    return of_kind(attributes, example) if isinstance(example, dict | list) else "an object or a list, with members"


def of_pattern(attributes: Attributes, example: Json) -> str:
    """Say the pattern."""
    return for_example(f"a value matching {attributes.get('regex')}", example)


def including(attributes: Attributes, _example: Json) -> str:
    """Say the text that must be contained."""
    return f"a value that contains {show_json(attributes.get('value'))}"


def number(_attributes: Attributes, example: Json) -> str:
    """Say `a number`."""
    return for_example("a number", example)


def integer(_attributes: Attributes, example: Json) -> str:
    """Say `an integer`."""
    return for_example("an integer", example)


def decimal(_attributes: Attributes, example: Json) -> str:
    """Say `a decimal number`."""
    return for_example("a decimal number", example)


def boolean(_attributes: Attributes, _example: Json) -> str:
    """Say `true or false`."""
    return "true or false"


def null(_attributes: Attributes, _example: Json) -> str:
    """Say `null`."""
    return "null"


def date(attributes: Attributes, example: Json) -> str:
    """Say the form of the date."""
    return _of_format("a date", attributes, ("format", "date"), "yyyy-MM-dd", example)


def time(attributes: Attributes, example: Json) -> str:
    """Say the form of the time."""
    return _of_format("a time", attributes, ("format", "time"), "HH:mm:ss", example)


def datetime(attributes: Attributes, example: Json) -> str:
    """Say the form of the date and time."""
    keys = ("format", "datetime", "timestamp")
    return _of_format("a date and time", attributes, keys, "yyyy-MM-dd'T'HH:mm:ssXXX", example)


def semantic_version(_attributes: Attributes, example: Json) -> str:
    """Say `a semantic version`."""
    return for_example("a semantic version", example)


def content_type(attributes: Attributes, _example: Json) -> str:
    """Say the type that the data must have."""
    return f"data of type {attributes.get('value')}"


def status_code(attributes: Attributes, _example: Json) -> str:
    """Say the class of the status, or the list of those allowed."""
    wanted = attributes.get("status", "success")
    if isinstance(wanted, list):
        return f"a status out of {', '.join(map(show_json, wanted))}"
    row = STATUS_CLASSES.get(str(wanted))
    return f"a status of an unknown class {show_json(wanted)}" if row is None else f"a status {row.words}"


def not_empty(_attributes: Attributes, example: Json) -> str:
    """Say that something must be there, of the example's kind."""
    words = KIND_WORDS[type(example)] if isinstance(example, dict | list) else "a value"
    return f"{words} that is not empty"


def unknown_rule(attributes: Attributes, _example: Json) -> str:
    """Say that the rule is one that this version does not know."""
    return f"what the rule {show_json(attributes.get('name'))} accepts, which contractkit does not know"


def for_example(words: str, example: Json) -> str:
    """Append the example to what is said in words."""
    return words if example is None else f"{words}, for example {_shown(example)}"


def counted(number: int, noun: str) -> str:
    """Give `1 element`, `2 elements`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def size_of(attributes: Attributes, noun: str) -> str:
    """Give how many of something the bounds of a rule want, ` of at least 2 elements`; nothing where there are none."""
    match attributes.get("min"), attributes.get("max"):
        case None, None:
            return ""
        case low, None:
            return f" of at least {_some(low, noun)}"
        case None, high:
            return f" of at most {_some(high, noun)}"
        case low, high:
            return f" of {low} to {_some(high, noun)}"
    return ""


def _some(bound: Json, noun: str) -> str:
    return f"{bound} {noun}{'' if str(bound) == '1' else 's'}"


def _shown(example: Json) -> str:
    if isinstance(example, str):
        return show_json(example[:_LONGEST_SHOWN])
    return counted(len(example), "byte") if isinstance(example, bytes) else show_json(shown_part(example))


def _of_format(words: str, attributes: Attributes, keys: tuple[str, ...], default: str, example: Json) -> str:
    written = next((attributes[key] for key in keys if attributes.get(key)), default)
    return for_example(f"{words} in the form {written}", example)

"""Examples of media types: the first that the schema allows, or one by its name."""

from collections.abc import Iterator, Mapping

from contractkit.definitions.checks import Check
from contractkit.definitions.interface import Operation
from contractkit.definitions.operations import Warn
from contractkit.definitions.references import Documents, Node
from contractkit.definitions.surfaces import Content, Response, Surface
from contractkit.errors import DefinitionError, UnknownNameError, suggestion
from contractkit.exact_json import Json, show_json
from contractkit.model import Location, is_json_media_type
from contractkit.results import ABSENT, Violation

_VALUES = ("value", "dataValue")
"""Where an example object holds its value; the second since OpenAPI 3.2 §4.19.1."""


class Examples:
    """The examples of one definition."""

    def __init__(self, documents: Documents, warn: Warn) -> None:
        """Take the documents; `warn` is told of examples that their schemas refuse."""
        self._documents = documents
        self._warn = warn
        self._first: dict[tuple[str, str], Json] = {}

    def first(self, content: Content, check: Check | None) -> Json:
        """Give the first example that the schema allows, or `ABSENT`; the others become warnings."""
        key = (content.node.uri, content.node.pointer)
        if key not in self._first:
            self._first[key] = next(self._allowed(content, check), ABSENT)
        return self._first[key]

    def names(self, content: Content) -> Mapping[str, Node]:
        """Give the value of each named example that holds one."""
        listed = content.node.get("examples")
        named = listed.members() if listed is not None and isinstance(listed.value, dict) else ()
        found = ((name, self._value_of(self._documents.resolve(each))) for name, each in named)
        return {name: value for name, value in found if value is not None}

    def having(self, response: Response, name: str) -> tuple[Content, ...]:
        """Give the media types of a response that have an example of a name."""
        return tuple(each for each in response.contents if name in self.names(each))

    def named(self, content: Content, check: Check | None, name: str) -> Json:
        """Give the value of the example of a name, which the media type has.

        Raises:
            DefinitionError: The schema does not allow it.
        """
        node = self.names(content)[name]
        violation = _violation(node, content, check)
        if violation is None:
            return node.value
        received = "nothing" if violation.received is ABSENT else show_json(violation.received, limit=80)
        raise DefinitionError(
            f"The example {show_json(name)} does not fit its schema.",
            details=[
                ("example", node.place),
                ("at", str(violation.location) or "the value itself"),
                ("expected", violation.expected),
                ("received", received),
                ("says", violation.pointer),
            ],
            next_step="Mend the example, or take another one.",
        )

    def status_of(self, surface: Surface, name: str, default: int) -> int:
        """Give the status that an example of a name belongs to: the default one, else the first that has it.

        A class stands for its first status (`4XX` for 400), and `default` for the default status. Where none has it
        the default status is given.
        """
        declared = surface.response_to(default)
        if declared is not None and self.having(declared, name):
            return default
        holders = (status for status, each in surface.responses.items() if self.having(each, name))
        found = next(holders, "default")
        return default if found == "default" else int(found.replace("XX", "00"))

    def missing(self, operation: Operation, response: Response, status: int, name: str) -> UnknownNameError:
        """Give the error of an example that is not there; the nearest names are suggested."""
        known = list(dict.fromkeys(each for content in response.contents for each in self.names(content)))
        return UnknownNameError(
            f"{operation.name} has no example {show_json(name)} for status {status}.",
            details=[("named", ", ".join(known) or "none"), ("at", response.node.place)],
            next_step=suggestion(name, known) or "Name the examples of the media type: examples: {NAME: {value: …}}.",
        )

    def _allowed(self, content: Content, check: Check | None) -> Iterator[Json]:
        own = content.node.get("example")
        for example in (*((own,) if own is not None else ()), *self.names(content).values()):
            violation = _violation(example, content, check)
            if violation is None:
                yield example.value
            else:
                place = str(violation.location) or "its root"
                self._warn(f"An example does not fit its schema at {place}: expected {violation.expected}.", example)

    def _value_of(self, example: Node) -> Node | None:
        if not isinstance(example.value, dict):
            return None
        return next((value for key in _VALUES if (value := example.get(key)) is not None), None)


def _violation(example: Node, content: Content, check: Check | None) -> Violation | None:
    """Give the first place where an example is not what its schema allows; texts of other media types are not read."""
    if check is None or not is_json_media_type(content.media_type) or check.accepts(example.value):
        return None
    return check.violations(example.value, Location())[0]

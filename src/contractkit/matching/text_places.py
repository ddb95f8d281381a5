"""Places in bodies that have an inside: fields of a form, elements and attributes of XML, parts of multipart bodies."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from contractkit.matching.bodies import MOST_NESTED
from contractkit.matching.forms import read_fields
from contractkit.matching.json_bodies import DEEPEST
from contractkit.matching.media_types import format_of
from contractkit.matching.multipart import read_parts
from contractkit.matching.places import MOST_ELEMENTS, Place, body_places, value_places
from contractkit.matching.tracing import TracedScope
from contractkit.matching.xml_bodies import TEXT, attribute_scope, named_scope
from contractkit.matching.xml_trees import Element, XmlError, read_xml
from contractkit.model import BinaryBody, Step, TextBody, base_media_type
from contractkit.results import ABSENT


def form_places(expected: TextBody, actual: TextBody, scope: TracedScope) -> Iterator[Place] | None:
    """Give the places of a URL-encoded form; None where the example is none."""
    if base_media_type(expected.media_type) != "application/x-www-form-urlencoded":
        return None
    wanted, found = read_fields(expected.text), read_fields(actual.text)
    return (
        place.below(name)
        for name, values in wanted.items()
        for place in value_places(values, found.get(name, ()), scope.step(name))
    )


def xml_places(expected: TextBody, actual: TextBody, scope: TracedScope) -> Iterator[Place] | None:
    """Give the places of an XML document; None where one of the two is none, or their roots differ."""
    if format_of(base_media_type(expected.media_type)) != "xml":
        return None
    try:
        wanted, found = read_xml(expected.text, deepest=DEEPEST), read_xml(actual.text)
    except XmlError:
        return None
    if wanted.name != found.name:
        return None
    inside = _element_places(wanted, found, named_scope(scope, wanted.name).beside(0))
    return (place.below(wanted.name.written) for place in inside)


def part_places(
    expected: TextBody | BinaryBody, actual: TextBody | BinaryBody, scope: TracedScope, nested: int
) -> Iterator[Place] | None:
    """Give the places of the parts of a multipart body; None where one of the two has none."""
    if not base_media_type(expected.media_type).startswith("multipart/") or nested >= MOST_NESTED:
        return None
    wanted, found = read_parts(expected), read_parts(actual)
    if wanted is None or found is None:
        return None
    count = Counter(part.name for part in wanted.values())
    return (
        place.below(part.place).below(part.name) if count[part.name] > 1 else place.below(part.name)
        for key, part in wanted.items()
        if key in found
        for place in body_places(
            part.body, found[key].body, scope.step(part.name).beside(part.place), nested=nested + 1
        )
    )


def _element_places(expected: Element, actual: Element, scope: TracedScope) -> Iterator[Place]:
    given, wanted = actual.children_by_name(), expected.children_by_name()
    left_out = sum(max(0, len(given.get(name, ())) - MOST_ELEMENTS) for name in wanted)
    yield Place(steps=(), expected=_shown(expected), actual=_shown(actual), scope=scope, left_out=left_out)
    for name, value in expected.attributes.items():
        found = actual.attributes.get(name, ABSENT)
        at = attribute_scope(scope, name)
        yield Place(steps=(f"@{name.written}",), expected=value, actual=found, scope=at)
    yield Place(steps=(TEXT,), expected=expected.text, actual=actual.text, scope=scope.step(TEXT))
    for name, elements in wanted.items():
        inside = _group_places(elements, given.get(name, []), named_scope(scope, name))
        yield from (place.below(name.written) for place in inside)


def _group_places(expected: Sequence[Element], actual: Sequence[Element], scope: TracedScope) -> Iterator[Place]:
    for index, each in enumerate(actual[:MOST_ELEMENTS]):
        example = expected[index] if index < len(expected) else expected[0]
        steps: tuple[Step, ...] = () if len(actual) == 1 else (index,)
        for place in _element_places(example, each, scope.beside(index)):
            yield replace(place, steps=(*steps, *place.steps))


def _shown(element: Element) -> str:
    return f"<{element.name.written}>"

"""XML: elements compared by namespace, grouped by name, attributes and trimmed text under the rules of their places.

Places are written `$.root.child['@attribute']` and `$.root.child['#text']`; `[n]` counts the siblings of one name. The
order between names is free, within a name it counts.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TypeVar

from contractkit.matching.checks import combined, compile_scalar, compile_test, missing
from contractkit.matching.failures import Check, Failure, below, unexpected
from contractkit.matching.json_bodies import DEEPEST
from contractkit.matching.rules import kind_of
from contractkit.matching.sentences import counted, size_of
from contractkit.matching.tracing import TracedScope
from contractkit.matching.weighting import OTHER_INDEX, Scope
from contractkit.matching.xml_trees import Element, Name, XmlError, read_xml
from contractkit.model import BinaryBody, Body, TextBody
from contractkit.results import ABSENT

AnyScope = TypeVar("AnyScope", Scope, TracedScope)

TEXT = "#text"
"""The step that leads to an element's text."""


def compile_xml(expected: str, scope: Scope, *, is_open: bool) -> Check:
    """Give the check of an XML document; `is_open` allows further attributes and elements."""
    try:
        root = read_xml(expected, deepest=DEEPEST)
    except XmlError as error:
        reason = str(error)
        return lambda actual: [_not_xml(expected, actual, f"an XML body, but the example cannot be compared: {reason}")]
    check_root = _compile_element(root, named_scope(scope, root.name).beside(0), is_open)

    def check(actual: Body) -> list[Failure] | None:
        try:
            found = read_xml(_document(actual))
        except XmlError as error:
            return [_not_xml(expected, actual, f"an XML body, but it cannot be read: {error}")]
        if found.name != root.name:
            return [Failure(str(root.name), str(found.name), "equality", f"the root element {root.name}")]
        return below(root.name.written, check_root(found) or []) or None

    return check


def _compile_element(expected: Element, scope: Scope, is_open: bool) -> Check:
    attributes = {
        name: compile_scalar(value, attribute_scope(scope, name).chosen, is_text=True)
        for name, value in expected.attributes.items()
    }
    text = compile_scalar(expected.text, scope.step(TEXT).chosen, is_text=True)
    is_closed = not is_open or bool(scope.chosen)
    own = _own_check(expected, scope)
    children = _compile_children(expected, scope, is_open, is_closed)

    def check(actual: Element) -> list[Failure] | None:
        found = own(actual) or []
        found += _attribute_failures(expected, attributes, actual, scope, is_open)
        found += below(TEXT, text(actual.text) or [])
        found += children(actual) or []
        return found or None

    return check


def _own_check(expected: Element, scope: Scope) -> Check:
    """Give what the rules on an element say of it as a container: of the number of its children, above all."""
    rules = scope.chosen
    tests = [
        compile_test(rule, expected.text, partial(kind_of(rule).on_container, rule.attributes, rules.exact))
        for rule in rules.rules
        if kind_of(rule).name in ("type", "notEmpty")
    ]
    speaking = combined([test for test in tests if test is not None], rules.combine)
    bounds = (size_of(rule.attributes, "child element") for rule in rules.rules)
    sentence = f"an element{next(filter(None, bounds), ' that is not empty')}"

    def check(actual: Element) -> list[Failure] | None:
        failures = speaking(actual.children or ([actual.text] if actual.text else []))
        for failure in failures or ():
            failure.actual, failure.sentence = counted(len(actual.children), "child element"), sentence
        return failures

    return check


def _attribute_failures(
    expected: Element, checks: Mapping[Name, Check], actual: Element, scope: Scope, is_open: bool
) -> list[Failure]:
    found: list[Failure] = []
    for name, check in checks.items():
        if name in actual.attributes:
            failures = check(actual.attributes[name])
        else:
            failures = missing(expected.attributes[name], attribute_scope(scope, name).chosen)
        found += below(f"@{name.written}", failures or [])
    if not is_open:
        extra = [name for name in actual.attributes if name not in checks]
        found += [unexpected(f"@{each.written}", actual.attributes[each], "no such attribute") for each in extra]
    return found


def _compile_children(expected: Element, scope: Scope, is_open: bool, is_closed: bool) -> Check:
    groups = {
        name: _compile_group(elements, named_scope(scope, name), is_open)
        for name, elements in expected.children_by_name().items()
    }

    def check(actual: Element) -> list[Failure] | None:
        given = actual.children_by_name()
        found = [failure for name, group in groups.items() for failure in group(given.get(name, [])) or ()]
        if is_closed:
            extra = [(name, each) for name, elements in given.items() if name not in groups for each in elements]
            found += [unexpected(name.written, each.text, "no such element") for name, each in extra]
        return found or None

    return check


def _compile_group(expected: Sequence[Element], scope: Scope, is_open: bool) -> Check:
    """Give the check of the siblings of one name: one by one, or under `type` all against the first.

    Where elements may be added, so may further ones of a name that is expected already.
    """
    name = expected[0].name.written
    checks = [_compile_element(each, scope.beside(index), is_open) for index, each in enumerate(expected)]
    other = _compile_element(expected[0], scope.beside(OTHER_INDEX), is_open)
    is_free = any(kind_of(rule).name == "type" for rule in scope.chosen.rules)

    def check(actual: list[Element]) -> list[Failure] | None:
        further = len(actual) - len(expected)
        if not actual or (not is_free and (further < 0 or (further and not is_open))):
            return [_miscounted(name, len(expected), len(actual))]
        found: list[Failure] = []
        for index, each in enumerate(actual if is_free else actual[: len(expected)]):
            failures = (checks[index] if index < len(checks) else other)(each) or []
            found += below(name, failures if len(actual) == 1 else below(index, failures))
        return found or None

    return check


def _miscounted(name: str, wanted: int, given: int) -> Failure:
    sentence = counted(wanted, f"{name} element")
    return Failure(wanted, given or ABSENT, "equality", sentence, [name])


def attribute_scope(scope: AnyScope, name: Name) -> AnyScope:
    """Give the scope of an attribute, whether the rules write its prefix or not."""
    return named_scope(scope, Name(name.uri, f"@{name.local}", f"@{name.written}"))


def named_scope(scope: AnyScope, name: Name) -> AnyScope:
    """Give the scope of an element, whether the rules write its prefix or not."""
    written = scope.step(name.written)
    return written if name.written == name.local else scope.step(name.local).merged(written)


def _document(body: Body) -> str | bytes:
    match body:
        case TextBody(text=text):
            return text
        case BinaryBody(data=data):
            return data
    return b""


def _not_xml(expected: str, actual: Body, sentence: str) -> Failure:
    shown = actual.text if isinstance(actual, TextBody) else ABSENT
    return Failure(expected, shown, "equality", sentence)

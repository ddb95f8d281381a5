"""Properties of all matchers: an example is accepted by its own rules, and what is written is what is read."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contractkit.document.categories import RESPONSE
from contractkit.document.parts import read_response, write_response
from contractkit.exact_json import same_json
from contractkit.matchers import (
    array_containing,
    boolean,
    decimal,
    each_like,
    each_value,
    equal_to,
    from_integration_json,
    generate,
    include,
    integer,
    like,
    null,
    one_of,
    regex,
    to_integration_json,
    uuid,
)
from contractkit.matchers.records import Matcher
from contractkit.matchers.unfolding import unfold
from contractkit.model import HttpResponse, JsonBody, Location
from contractkit.recording.matcher_checks import check_matched, examples_from
from contractkit.results import ABSENT

BODY = Location(("response", "body"))
TEXTS = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=6)
PLAIN = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS

SCALARS = st.one_of(
    PLAIN.map(like),
    PLAIN.map(equal_to),
    st.integers(-9, 9).map(integer),
    st.floats(allow_nan=False, allow_infinity=False, width=32).map(decimal),
    st.booleans().map(boolean),
    TEXTS.map(include),
    st.lists(TEXTS, min_size=1, max_size=3).map(lambda texts: one_of(*texts)),
    st.builds(null),
    st.builds(uuid),
    st.just(regex("[a-z]{2,4}[0-9]?")),
    st.just(integer(generator=generate.integer(min=3, max=5))),
)


def is_inner(tree: object) -> bool:
    """Say whether a tree may say what each value is."""
    return not isinstance(tree, Matcher) or all(rule.name != "arrayContains" for rule in tree.rules)


TREES: st.SearchStrategy[Any] = st.recursive(
    PLAIN | SCALARS,
    lambda inner: st.one_of(
        st.dictionaries(TEXTS, inner, max_size=3),
        st.lists(inner, max_size=3),
        st.builds(like, st.dictionaries(TEXTS, inner, min_size=1, max_size=2)),
        st.builds(each_like, inner, min=st.none() | st.integers(0, 3)),
        st.lists(inner, min_size=1, max_size=3).map(lambda variants: array_containing(*variants)),
        st.builds(each_value, st.dictionaries(TEXTS, inner.filter(is_inner), min_size=1, max_size=1)),
    ),
    max_leaves=8,
)


@given(TREES)
def test_every_example_fits_its_own_matchers(tree: object) -> None:
    check_matched("it", unfold(tree, BODY, examples_from(ABSENT, BODY)), BODY)


@given(TREES)
def test_what_is_written_in_a_file_is_what_is_read(tree: object) -> None:
    said = unfold(tree, BODY, examples_from(ABSENT, BODY))
    response = HttpResponse(status=200, headers={"content-type": ("application/json",)}, body=JsonBody(said.value))
    read = read_response(write_response(response, said.rules, said.generators), "4.0")
    assert isinstance(read.part.body, JsonBody)
    assert same_json(read.part.body.value, said.value)
    assert {repr(each) for each in read.rules} == {repr(each) for each in said.rules}
    assert {repr(each) for each in read.generators} == {repr(each) for each in said.generators}
    assert RESPONSE.category_of(BODY).spellings == ("body",)


@given(st.dictionaries(TEXTS, SCALARS, max_size=3))
def test_integration_json_of_a_matcher_reads_as_the_same(tree: dict[str, Matcher[Any]]) -> None:
    assert {name: from_integration_json(to_integration_json(matcher)) for name, matcher in tree.items()} == tree

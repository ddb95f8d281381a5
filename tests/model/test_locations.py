import pytest
from hypothesis import given
from hypothesis import strategies as st

from contractkit.model import Location, Wildcard, parse_location, parse_path


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("response.body.lines[1].quantity", ("response", "body", "lines", 1, "quantity")),
        ("response.headers['content-type']", ("response", "headers", "content-type")),
        ("response.body[*].*", ("response", "body", Wildcard.INDEX, Wildcard.ANY)),
        ("request.query['a\\'b']", ("request", "query", "a'b")),
        ("", ()),
    ],
)
def test_a_location_is_written_one_way(text: str, steps: tuple[str | int | Wildcard, ...]) -> None:
    assert parse_location(text) == Location(steps)
    assert str(Location(steps)) == text


@given(st.lists(st.one_of(st.text(), st.integers(min_value=0), st.sampled_from(Wildcard))))
def test_every_location_reads_back_as_itself(steps: list[str | int | Wildcard]) -> None:
    location = Location(("response", *steps))
    assert parse_location(str(location)) == location


def test_text_that_is_no_location_is_refused_with_the_place() -> None:
    with pytest.raises(ValueError, match=r"not a location: 'a\.\[', from character 2 on"):
        parse_location("a.[")


def test_a_wildcard_stands_for_any_index_and_a_star_for_anything() -> None:
    every_line = parse_location("response.body.lines[*].sku")
    assert every_line.matches(parse_location("response.body.lines[3].sku"))
    assert not every_line.matches(parse_location("response.body.lines.first.sku"))
    assert parse_location("response.body.*").matches(parse_location("response.body[0]"))


def test_a_location_starts_with_its_ancestors() -> None:
    quantity = parse_location("response.body.lines[1].quantity")
    assert quantity.starts_with(parse_location("response.body.lines[*]"))
    assert not quantity.starts_with(parse_location("response.body.total"))
    assert str(quantity.generalised()) == "response.body.lines[*].quantity"


@pytest.mark.parametrize("text", ["", "$a", "$.a[", "$.a..b", "$.a[-1]", "$.a[٣]", "$.a[12345678901]"])
def test_what_is_no_path_expression_has_no_steps(text: str) -> None:
    assert parse_path(text) is None


@pytest.mark.parametrize("text", ["$['a b'][0][*].*", '$["a b"][0][*].*', "['a b'][0].*.*", "$.a-b['c\\nd']"])
def test_pacts_paths_and_our_locations_have_one_grammar(text: str) -> None:
    assert parse_path(text) == parse_location(text.removeprefix("$")).steps

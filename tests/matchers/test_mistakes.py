"""What a test author is told where a matcher is made wrongly."""

import datetime as dt
from collections.abc import Callable

import pytest

from contractkit.errors import MatcherError
from contractkit.matchers import (
    array_containing,
    boolean,
    content_type,
    date,
    datetime,
    decimal,
    each_key,
    each_like,
    each_value,
    from_integration_json,
    from_provider_state,
    generate,
    integer,
    like,
    number,
    one_of,
    regex,
    status,
    uuid,
)
from contractkit.matchers.unfolding import unfold
from contractkit.model import Location


def made_of(what: str, expected: str, received: str, at: str = "example", next_step: str = "") -> str:
    rows = f"  at         {at}\n  expected   {expected}\n  received   {received}"
    return f"{what} cannot be made of this.\n\n{rows}" + (f"\n\n{next_step}" if next_step else "")


def unfolded(tree: object) -> object:
    return unfold(tree, Location(("response", "body")), lambda _matcher, _place: None)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: integer(1.5), made_of("integer", "an integer", "1.5")),  # type: ignore[arg-type]
        (lambda: integer(True), made_of("integer", "an integer", "True")),
        (lambda: decimal(12), made_of("decimal", "a number with a fraction, such as 12.0", "12")),
        (lambda: number("12"), made_of("number", "a number", "'12'")),  # type: ignore[arg-type]
        (lambda: boolean(1), made_of("boolean", "True or False", "1")),  # type: ignore[arg-type]
        (lambda: regex("a", 7), made_of("regex", "a text", "7")),  # type: ignore[arg-type]
        (
            lambda: regex(7),  # type: ignore[arg-type]
            made_of("regex", "a regular expression as text or compiled", "7", at="pattern"),
        ),
        (
            lambda: one_of("a", None),  # type: ignore[call-overload]
            made_of("one_of", "texts, integers, decimals or booleans, all of one kind", "('a', None)", at="values"),
        ),
        (
            lambda: uuid(format="short"),  # type: ignore[arg-type]
            made_of("uuid", "simple, lower-case-hyphenated, upper-case-hyphenated, URN", "'short'", at="format"),
        ),
        (
            lambda: status(200),  # type: ignore[arg-type]
            made_of("status", "a class of statuses, or a list of statuses", "200", at="wanted"),
        ),
        (
            lambda: like(1, generator="uuid"),  # type: ignore[call-overload]
            made_of("A matcher", "one of generate, such as generate.uuid()", "'uuid'", at="generator"),
        ),
        (
            lambda: status("ok"),
            made_of(
                "status",
                "one of info, success, redirect, clientError, serverError, nonError, error, or a list of statuses",
                "'ok'",
                at="wanted",
            ),
        ),
        (lambda: each_like(1, min=-1), made_of("each_like", "a count, 0 or more", "-1", at="min")),
        (
            lambda: each_like(1, min=3, max=2),
            made_of("each_like", "a count of at least 3, the number of its examples", "2", at="max"),
        ),
        (
            lambda: each_like(1, min=10**9),
            made_of("each_like", "a count, at most 100,000, since so many examples are made", "1000000000", at="min"),
        ),
        (lambda: array_containing(), made_of("array_containing", "one variant or more", "()", at="variants")),
        (lambda: each_key({}, like("a")), made_of("each_key", "an object with one member or more", "{}")),
        (lambda: each_key({"a": 1}), made_of("each_key", "one matcher or more", "()", at="rules")),
        (
            lambda: each_value({"a": array_containing(1)}),
            made_of(
                "The matcher eachValue",
                "matchers, array_containing not among them",
                "[{'match': 'arrayContains'}]",
                at="rules",
            ),
        ),
        (
            lambda: each_value({"a": 1}, 7),  # type: ignore[call-overload]
            made_of("each_value", "matchers, such as like(1)", "7", at="rules"),
        ),
        (
            lambda: date(dt.date(2024, 7, 20), "dd.MM.yyyy"),
            made_of(
                "date",
                "its text, as dd.MM.yyyy writes it",
                "datetime.date(2024, 7, 20)",
                next_step="Or give the format in strftime's.",
            ),
        ),
        (
            lambda: datetime(dt.datetime(2024, 7, 20)),
            made_of(
                "datetime",
                "a moment with its time zone, since the format writes one",
                "datetime.datetime(2024, 7, 20, 0, 0)",
            ),
        ),
        (lambda: date(7), made_of("date", "a date or its text", "7")),  # type: ignore[arg-type]
        (
            lambda: from_provider_state("", 7),
            made_of("from_provider_state", "an expression such as ${id}", "''", at="expression"),
        ),
        (
            lambda: generate.integer(min=3, max=2),
            made_of("generate.integer", "an integer of at least 3", "2", at="max"),
        ),
        (
            lambda: generate.string(-1),
            made_of("The generator RandomString", "a count, 0 or more", "-1", at="size"),
        ),
        (
            lambda: from_integration_json({"pact:matcher:type": "type", "min": "1", "value": [1]}),
            made_of("The matcher type", "a count, 0 or more", "'1'", at="min"),
        ),
        (
            lambda: from_integration_json({"pact:matcher:type": "integer", "limit": 1}),
            "The matcher integer takes no attribute limit.\n\n  expected   no attributes\n  received   limit=1",
        ),
        (
            lambda: from_integration_json({"pact:matcher:type": "regex", "value": "a"}),
            "The matcher regex lacks its attribute regex.\n\n  expected   a text",
        ),
        (
            lambda: from_integration_json({"pact:matcher:type": "matching(integer, 7)"}),
            "A matching expression is not read.\n\n"
            "  at         pact:matcher:type\n"
            "  received   matching(integer, 7)\n\n"
            'Write it as an object: {"pact:matcher:type": "integer", "value": 7}.',
        ),
        (
            lambda: from_integration_json({"pact:generator:type": "Uid"}),
            "The generator 'Uid' is not known.\n\n"
            "  at         pact:generator:type\n"
            "  expected   RandomInt, RandomDecimal, RandomHexadecimal, RandomString, RandomBoolean, Regex, Uuid, Date, "
            "Time, DateTime, ProviderState, MockServerURL\n\n"
            "Did you mean Uuid?",
        ),
        (
            lambda: from_integration_json({"pact:generator:type": "Uuid", "format": "short"}),
            made_of(
                "The generator Uuid",
                "one of simple, lower-case-hyphenated, upper-case-hyphenated, URN",
                "'short'",
                at="format",
            ),
        ),
        (
            lambda: unfolded({"photo": content_type("image/png", b"\x89PNG")}),
            "The matcher contentType has bytes as its example, which JSON cannot hold.\n\n"
            "  at         response.body.photo\n"
            "  expected   base64 text\n"
            "  received   4 bytes\n\n"
            "Give base64.b64encode(data).decode(); bytes can only be a whole body.",
        ),
        (
            lambda: unfolded(each_like(each_like(1, min=1000), min=1000)),
            "The matchers of a value make lists of more than 100,000 elements.\n\n"
            "  at    response.body[99]\n"
            "  min   1000\n\n"
            "Give a smaller `min`.",
        ),
        (
            lambda: unfolded({"pact:matcher:type": "type", "min": 10**9, "value": [1]}),
            "The matchers of a value make lists of more than 100,000 elements.\n\n"
            "  at    response.body\n"
            "  min   1000000000\n\n"
            "Give a smaller `min`.",
        ),
        (
            lambda: unfold({"json_class": "Pact::Other"}, Location(), lambda _matcher, _place: None),
            "The matcher Pact::Other cannot be read.\n\n"
            "  expected   Pact::SomethingLike, Pact::ArrayLike or Pact::Term, with its members",
        ),
        (
            lambda: date("20 July", "%d %x"),
            "The format %d %x holds %x, which no Java pattern says.\n\n"
            "  at         format\n"
            "  expected   %a, %A, %b, %B, %d, %f, %G, %H, %I, %j, %m, %M, %p, %S, %u, %V, %y, %Y, %z, %Z, %:z",
        ),
    ],
)
def test_a_matcher_that_cannot_be_made_says_what_it_wants(make: Callable[[], object], words: str) -> None:
    with pytest.raises(MatcherError) as caught:
        make()
    assert str(caught.value) == words

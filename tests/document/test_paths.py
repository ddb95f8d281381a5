import pytest

from contractkit.document import read_request, read_response
from contractkit.document.paths import parse_name, write_name
from contractkit.model import Wildcard, parse_path, write_path

ANY, EVERY = Wildcard.ANY, Wildcard.INDEX


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("$", ()),
        ("$.a.b", ("a", "b")),
        ("a.b", ("a", "b")),
        ("$['a b']['it\\'s']", ("a b", "it's")),
        ('$["a.b"]', ("a.b",)),
        ("$[0][*].*", (0, EVERY, ANY)),
        ("$._links.pb:self.href", ("_links", "pb:self", "href")),
        ("$.a['@id'].#text", ("a", "@id", "#text")),
        ("$.animals.0", ("animals", "0")),
        ("$.a[", None),
        ("$.a..b", None),
        ("$.a[-1]", None),
        ("", None),
    ],
)
def test_path_expressions_are_read(text, steps):
    assert parse_path(text) == steps


@pytest.mark.parametrize(
    ("steps", "text"),
    [((), "$"), (("a", 0, EVERY, ANY), "$.a[0][*].*"), (("x-a", "it's"), "$['x-a']['it\\'s']"), ((ANY,), "$.*")],
)
def test_path_expressions_are_written_so_that_they_read_back(steps, text):
    assert write_path(steps) == text
    assert parse_path(text) == steps


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("X-A", ("X-A",)),
        ("$.X-A", ("X-A",)),
        ("$['X-A']", ("X-A",)),
        ("X-A[0]", ("X-A", 0)),
        ("$.X[*]", ("X", EVERY)),
        ("ids[]", ("ids[]",)),
        ("filter[name]", ("filter[name]",)),
        ("a.b", ("a.b",)),
    ],
)
def test_names_are_read_in_every_spelling(text, steps):
    assert parse_name(text) == steps


@pytest.mark.parametrize(
    ("steps", "text"),
    [(("X-A",), "X-A"), (("X", 0), "X[0]"), (("a[0]",), "$['a[0]']"), (("$x",), "$['$x']"), (("a", ANY), "$.a.*")],
)
def test_names_are_written_so_that_they_read_back(steps, text):
    assert write_name(steps) == text
    assert parse_name(text) == steps


def test_a_query_parameter_that_looks_like_an_index_is_a_name():
    rules = {"query": {"filter[0]": {"matchers": [{"match": "type"}]}}}
    request = {"query": {"filter[0]": ["a"]}, "matchingRules": rules}
    assert [str(each.location) for each in read_request(request, "3.0").rules] == ["request.query['filter[0]']"]


@pytest.mark.parametrize(
    ("rules", "location", "name", "attributes"),
    [
        ({"$.body": {"match": "type"}}, "response.body", "type", {}),
        ({"$.body[0].id": {"regex": "a"}}, "response.body[0].id", "regex", {"regex": "a"}),
        ({"$.status": {"match": "integer"}}, "response.status", "integer", {}),
        ({"$['headers']['X-A']": {"max": 3}}, "response.headers['x-a']", "type", {"max": 3}),
        ({"body": {"$.a": {"timestamp": "yyyy"}}}, "response.body.a", "timestamp", {"format": "yyyy"}),
        ({"body": {"$.a": {"match": "date", "date": "yyyy"}}}, "response.body.a", "date", {"format": "yyyy"}),
        ({"body": {"$.a": [{"match": "equality"}]}}, "response.body.a", "equality", {}),
        (
            {"status": {"matchers": [{"match": "statusCode", "status": "success"}]}},
            "response.status",
            "statusCode",
            {"status": "success"},
        ),
        ({"status": {"$": {"matchers": [{"match": "integer"}]}}}, "response.status", "integer", {}),
        (
            {"headers": {"$.X-A[0]": {"matchers": [{"match": "mine", "x": 1}]}}},
            "response.headers['x-a'][0]",
            "mine",
            {"x": 1},
        ),
    ],
)
def test_rules_are_read_in_every_form(rules, location, name, attributes):
    (located,) = read_response({"matchingRules": rules}, "2.0").rules
    (rule,) = located.rules
    assert (str(located.location), rule.name, dict(rule.attributes)) == (location, name, attributes)


def test_empty_rules_say_nothing():
    rules = {"path": {"combine": "AND", "matchers": []}, "header": {}, "body": {"$.a": {"matchers": []}}}
    assert read_request({"matchingRules": rules}, "3.0").rules == ()

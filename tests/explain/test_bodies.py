"""Bodies of every kind as a person reads them, with what is said of their places."""

from contractkit.explain.forms import FormField, multipart_fields
from contractkit.explain.interactions import explain_interaction
from contractkit.model import (
    BinaryBody,
    Body,
    EmptyBody,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    JsonBody,
    LocatedRules,
    Rule,
    TextBody,
    parse_location,
)

PARTS = (
    b'--XX\r\nContent-Disposition: form-data; name="meta"\r\nContent-Type: application/json\r\n\r\n{"a":1}\r\n'
    b'--XX\r\nContent-Disposition: form-data; name="file"\r\n\r\n\x89PNG\r\n\x1a\n\xff\r\n--XX--\r\n'
)


def shown(body: Body, *ruled: str) -> list[str]:
    """Give the lines of a request's body, of whose places some want an integer."""
    call = HttpCall(
        request=HttpRequest(method="POST", path="/orders", body=body),
        response=HttpResponse(status=204, body=EmptyBody()),
    )
    rules = tuple(LocatedRules(location=parse_location(place), rules=(Rule("integer"),)) for place in ruled)
    text = explain_interaction(Interaction(key="k", description="an order", exchange=call, rules=rules))
    _, _, request, *lines = (line[16:] for line in text.splitlines())
    assert request == "POST /orders"
    return lines[: lines.index("204")]


def test_a_form_is_shown_field_by_field() -> None:
    body = TextBody("a=1&b=x%20y&b=&%C3%BC=2", "application/x-www-form-urlencoded")
    assert shown(body, "request.body.a") == ["a=1   # an integer", "b=x y", "b=", "ü=2"]


def test_a_multipart_body_is_shown_part_by_part() -> None:
    body = BinaryBody(PARTS, 'multipart/form-data; boundary="XX"')
    assert shown(body, "request.body.meta") == [
        "part meta   # an integer",
        '  Content-Disposition: form-data; name="meta"',
        "  Content-Type: application/json",
        '  {"a":1}',
        "part file",
        '  Content-Disposition: form-data; name="file"',
        "  (9 bytes)",
    ]


def test_a_part_without_a_name_has_its_number() -> None:
    data = b"--XX\n\nfirst\n--XX\nsecond\n--XX--"
    assert multipart_fields(data, "multipart/mixed; boundary=XX") == (
        FormField(name="0", lines=("part 0", "  first")),
        FormField(name="1", lines=("part 1", "  second")),
    )


def test_a_multipart_body_that_cannot_be_taken_apart_is_counted() -> None:
    assert shown(BinaryBody(b"\xff" * 7, "multipart/mixed")) == ["(7 bytes of multipart/mixed)"]
    assert shown(BinaryBody(b"\xff" * 7, "multipart/mixed; boundary=XX")) == [
        "(7 bytes of multipart/mixed; boundary=XX)"
    ]


def test_text_and_json_are_shown_line_by_line() -> None:
    assert shown(TextBody("<order>\n  <line/>\n</order>", "application/xml")) == ["<order>", "  <line/>", "</order>"]
    assert shown(JsonBody({"n": [1]}), "request.body.n[*]") == ["{", '  "n": [', "    1   # an integer", "  ]", "}"]


def test_of_a_huge_list_both_ends_are_shown_and_how_many_lie_between() -> None:
    assert shown(JsonBody(list(range(5_000))), "request.body") == [
        "[   # an integer",
        *(f"  {number}," for number in range(10)),
        "  … 4,988 further elements …   # contractkit show --whole has them",
        "  4998,",
        "  4999",
        "]",
    ]


def test_of_a_huge_object_too() -> None:
    assert shown(JsonBody({f"k{number:04}": number for number in range(5_000)}))[10:] == [
        '  "k0009": 9,',
        "  … 4,988 further members …   # contractkit show --whole has them",
        '  "k4998": 4998,',
        '  "k4999": 4999',
        "}",
    ]


def test_what_an_ordinary_list_holds_is_shown_whole() -> None:
    assert shown(JsonBody(list(range(50)))) == ["[", *(f"  {number}," for number in range(49)), "  49", "]"]


def test_a_rule_for_an_element_that_is_not_shown_stands_below() -> None:
    call = HttpCall(
        request=HttpRequest(method="POST", path="/orders", body=JsonBody(list(range(5_000)))),
        response=HttpResponse(status=204, body=EmptyBody()),
    )
    rules = (LocatedRules(location=parse_location("request.body[700]"), rules=(Rule("integer"),)),)
    text = explain_interaction(Interaction(key="k", description="an order", exchange=call, rules=rules))
    assert text.endswith("\n  also          request.body[700]: an integer\n  key           k")

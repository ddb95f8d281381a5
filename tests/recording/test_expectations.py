"""What of an answer is expected while nothing is known of needs."""

from contractkit.definitions.interface import Answer, Operation, Promise
from contractkit.exact_json import Json
from contractkit.matching import compile_comparison
from contractkit.model import (
    HttpResponse,
    JsonBody,
    LocatedRules,
    Location,
    MissingBody,
    Rule,
    TextBody,
    parse_location,
)
from contractkit.recording.expectations import expect

OPERATION = Operation(name="getOrder", signature="GET /o", method="GET", path="/o", statuses=("200",), pointer="/p")
TYPE = Rule("type")


def answer(value: Json, promises: dict[str, Promise]) -> Answer:
    locations: dict[Location, Promise] = {parse_location(place): promise for place, promise in promises.items()}
    response = HttpResponse(
        status=200, headers={"content-type": ("application/json",), "etag": ("x",)}, body=JsonBody(value)
    )
    return Answer(operation=OPERATION, response=response, promises=locations)


def test_only_what_is_promised_is_expected() -> None:
    served = answer(
        {"id": 7, "note": "hi"},
        {
            "response.body": Promise.PROMISED,
            "response.body.id": Promise.PROMISED,
            "response.body.note": Promise.DECLARED,
        },
    )

    found = expect(served)

    assert found.response == HttpResponse(
        status=200, headers={"content-type": ("application/json",)}, body=JsonBody({"id": 7})
    )
    assert found.rules == (LocatedRules(location=parse_location("response.body"), rules=(TYPE,)),)
    assert found.served == JsonBody({"id": 7, "note": "hi"})


def test_what_the_test_wrote_is_expected_too() -> None:
    served = answer(
        {"id": 7, "note": "hi", "buyer": {"name": "Ann", "id": 1}},
        {"response.body": Promise.PROMISED, "response.body.id": Promise.DECLARED},
    )

    found = expect(served, written=JsonBody({"note": "hi", "buyer": {"name": "Ann"}}), headers={"ETag": "x"})

    assert found.response == HttpResponse(
        status=200,
        headers={"etag": ("x",), "content-type": ("application/json",)},
        body=JsonBody({"note": "hi", "buyer": {"name": "Ann"}}),
    )
    assert found.rules[0] == LocatedRules(location=parse_location("response.headers.etag"), rules=(TYPE,))


def test_where_null_is_allowed_the_value_or_null_is_expected() -> None:
    served = answer(
        [{"coupon": "x", "buyer": {}, "gone": None}],
        {
            "response.body": Promise.PROMISED,
            "response.body[0]": Promise.PROMISED,
            "response.body[0].coupon": Promise.NULLABLE,
            "response.body[0].buyer": Promise.NULLABLE,
            "response.body[0].gone": Promise.NULLABLE,
        },
    )

    found = expect(served)

    assert found.response.body == JsonBody([{"coupon": "x"}])
    assert found.rules[1:] == (
        LocatedRules(location=parse_location("response.body[*].coupon"), rules=(TYPE, Rule("null")), combine="OR"),
    )


def test_null_that_a_test_wrote_is_not_demanded_of_the_provider() -> None:
    promises = {
        "response.body": Promise.PROMISED,
        "response.body.subtitle": Promise.DECLARED,
        "response.body.coupon": Promise.NULLABLE,
    }
    written = {"subtitle": None, "coupon": None}

    found = expect(answer(written, promises), written=JsonBody(written))

    assert found.response.body == JsonBody({"coupon": None})
    compare = compile_comparison(found.response.parts(), found.rules, specification="4.0")
    kind = {"content-type": ("application/json",)}
    for value in (None, "", "x", 0, 1.5, False, ["x"], {"a": 1}):
        assert compare(HttpResponse(status=200, headers=kind, body=JsonBody({"coupon": value})).parts()) == ()
    [missing] = compare(HttpResponse(status=200, headers=kind, body=JsonBody({})).parts())
    assert str(missing.location) == "response.body.coupon"


def test_of_a_list_the_first_element_is_the_example() -> None:
    promised = dict.fromkeys(("response.body", "response.body[0]", "response.body[1]"), Promise.PROMISED)

    assert expect(answer([1, 2], promised)).response.body == JsonBody([1])
    assert expect(answer([], promised)).response.body == JsonBody([])


def test_what_was_synthesised_beside_a_written_element_is_not_expected() -> None:
    served = answer(
        [{"id": 7, "links": {"key": {}}, "note": "made up"}],
        dict.fromkeys(("response.body", "response.body[0]", "response.body[0].links"), Promise.PROMISED),
    )

    found = expect(served, written=JsonBody([{"id": 7}]))

    assert found.response.body == JsonBody([{"id": 7, "links": {}}])


def test_a_body_that_is_not_json_is_expected_by_its_type_alone() -> None:
    response = HttpResponse(status=200, body=TextBody("a,b", "text/csv"))

    found = expect(Answer(operation=OPERATION, response=response))

    assert found.response == HttpResponse(status=200, headers={"content-type": ("text/csv",)}, body=MissingBody())
    assert found.rules == ()


def test_an_answer_without_a_body_expects_none() -> None:
    found = expect(Answer(operation=OPERATION, response=HttpResponse(status=204)))

    assert found.response == HttpResponse(status=204)

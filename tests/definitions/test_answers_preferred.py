"""What a request asks of its own answer, read from its headers."""

import pytest

from contractkit.definitions.preferences import NOTHING_PREFERRED, Preference, taken_preference
from contractkit.errors import UsageError
from contractkit.model import HttpRequest


def request(**headers: str | tuple[str, ...]) -> HttpRequest:
    fields = {name.replace("_", "-"): (each,) if isinstance(each, str) else each for name, each in headers.items()}
    return HttpRequest(method="GET", path="/", headers=fields)


@pytest.mark.parametrize(
    ("lines", "preference", "kept"),
    [
        (("code=404",), Preference(status=404), {}),
        (("code=404, example=gone",), Preference(status=404, example="gone"), {}),
        (("code=404; example=gone",), Preference(status=404, example="gone"), {}),
        (('Example = "a, b"; dynamic=true',), Preference(example="a, b", is_dynamic=True), {}),
        ((r'example="a \"b\""',), Preference(example='a "b"'), {}),
        (("dynamic",), Preference(is_dynamic=True), {}),
        (("dynamic=false",), NOTHING_PREFERRED, {}),
        (("code=404", "code=500, dynamic=true"), Preference(status=404, is_dynamic=True), {}),
        (
            ("return=minimal; strict, code=404, wait=10",),
            Preference(status=404),
            {"prefer": ("return=minimal; strict, wait=10",)},
        ),
        (("respond-async",), NOTHING_PREFERRED, {"prefer": ("respond-async",)}),
    ],
)
def test_what_is_asked_of_a_stub_is_taken_out_of_prefer(
    lines: tuple[str, ...], preference: Preference, kept: dict[str, tuple[str, ...]]
) -> None:
    assert taken_preference(request(prefer=lines, accept="a/b")) == (preference, request(accept="a/b", **kept))


def test_the_header_of_microcks_names_an_example() -> None:
    asked = request(x_microcks_response_name="gone", prefer="example=other")

    assert taken_preference(asked) == (Preference(example="gone"), request())


def test_a_request_that_asks_for_nothing_stays_the_same_object() -> None:
    plain = request(accept="a/b")

    assert taken_preference(plain)[1] is plain


@pytest.mark.parametrize(
    ("line", "name", "expected", "received"),
    [
        ("code=4XX", "code", "a status from 100 to 599", '"4XX"'),
        ("code=", "code", "a status from 100 to 599", '""'),
        ("code=700", "code", "a status from 100 to 599", '"700"'),
        ("example", "example", "the name of an example", '""'),
        ("dynamic=maybe", "dynamic", "true or false", '"maybe"'),
    ],
)
def test_a_preference_without_sense_is_refused(line: str, name: str, expected: str, received: str) -> None:
    with pytest.raises(UsageError) as error:
        taken_preference(request(prefer=line))

    assert str(error.value) == (
        "The preference of the request cannot be read.\n\n"
        f"  at         request.headers.prefer, {name}\n"
        f"  expected   {expected}\n"
        f"  received   {received}\n\n"
        "Send for example: Prefer: code=404, example=name, dynamic=true."
    )

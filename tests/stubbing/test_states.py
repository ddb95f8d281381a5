"""States that consumers in other languages name, by a header and as JSON."""

import pytest

from contractkit.errors import UsageError
from contractkit.exact_json import Json
from contractkit.model import HttpRequest, ProviderState
from contractkit.stubbing.states import read_states, states_from_json, states_of, taken_states

ORDER = ProviderState(name="order exists", params={"id": 7})


@pytest.mark.parametrize(
    ("line", "states"),
    [
        ("order exists", (ProviderState(name="order exists"),)),
        ("order exists; id=7", (ORDER,)),
        ("order exists;id=7 ;", (ORDER,)),
        ("order exists; id=7, customer is known", (ORDER, ProviderState(name="customer is known"))),
        (
            '"a, b; c"; name="Ada, \\"the\\" first"',
            (ProviderState(name="a, b; c", params={"name": 'Ada, "the" first'}),),
        ),
        ('sku is sold; sku="7"; price=1.50', (ProviderState(name="sku is sold", params={"sku": "7", "price": 1.5}),)),
        (
            "order is; sku=A-7; paid=true; note=null; tag=",
            (ProviderState(name="order is", params={"sku": "A-7", "paid": True, "note": None, "tag": ""}),),
        ),
        ("", ()),
        (" , ,", ()),
    ],
)
def test_a_header_names_states_with_parameters(line: str, states: tuple[ProviderState, ...]) -> None:
    assert read_states([line]) == states


def test_a_header_that_comes_twice_names_the_states_of_both(project: object) -> None:
    request = HttpRequest(
        method="GET", path="/", headers={"accept": ("*/*",), "x-contractkit-given": ("order exists; id=7", "sold")}
    )

    assert taken_states(request) == (
        (ORDER, ProviderState(name="sold")),
        HttpRequest(method="GET", path="/", headers={"accept": ("*/*",)}),
    )


def test_metadata_names_them_alike() -> None:
    assert states_of({"x-contractkit-given": "order exists; id=7"}) == (ORDER,)
    assert states_of({"x-contractkit-given": ["order exists; id=7", "sold"]}) == (ORDER, ProviderState(name="sold"))
    assert states_of({"other": "order exists"}) == ()


@pytest.mark.parametrize(
    ("line", "expected", "received"),
    [
        ("id=7", "the name of a state before its parameters", '"id=7"'),
        ("; id=7", "the name of a state before its parameters", '"; id=7"'),
        ("order exists; id", "parameters such as id=7", '"order exists; id"'),
        ("order exists; =7", "parameters such as id=7", '"order exists; =7"'),
        ('order "exists', "names with parameters, each quotation mark closed", '"order \\"exists"'),
    ],
)
def test_a_header_that_names_no_states_is_refused(line: str, expected: str, received: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_states([line])

    assert str(caught.value) == (
        "The states cannot be read.\n\n"
        "  at         x-contractkit-given\n"
        f"  expected   {expected}\n"
        f"  received   {received}\n\n"
        'Send for example: X-Contractkit-Given: order exists; id=7, customer is known; name="Ada".'
    )


def test_json_names_states_as_texts_and_as_contracts_hold_them() -> None:
    assert states_from_json(["sold", {"name": "order exists", "params": {"id": 7}}]) == (
        ProviderState(name="sold"),
        ORDER,
    )


@pytest.mark.parametrize(
    ("value", "at", "expected"),
    [
        ("sold", "the body", 'a list such as [{"name": "order exists", "params": {"id": 7}}]'),
        ({"name": "sold"}, "the body", 'a list such as [{"name": "order exists", "params": {"id": 7}}]'),
        *[
            (
                ["sold", wrong],
                "the body, element 1",
                'a text, or an object such as {"name": "order exists", "params": {"id": 7}}',
            )
            for wrong in (7, " ", {}, {"name": ""}, {"name": "a", "params": [7]}, {"name": "a", "parms": {}})
        ],
    ],
)
def test_json_that_names_no_states_is_refused(value: Json, at: str, expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        states_from_json(value)

    assert caught.value.explanation.details[:2] == (("at", at), ("expected", expected))

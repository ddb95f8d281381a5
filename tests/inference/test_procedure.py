"""What the procedure asks for, and what it proves of consumers whose needs are known."""

from typing import Any

from contractkit.inference import ALL_KINDS, AUTO_KINDS, Alternatives, Kind, Run, describe
from contractkit.model import InferredNeeds, Need, Reaction, UnknownNeeds, parse_location
from tests.inference.conftest import BODY, Inference, Pinned, answer, members, other

ORDER = {"id": 7, "total": 12.5, "note": "fragile", "coupon": None}


def at(text: str) -> Any:
    return parse_location(f"response.body{text}" if text.startswith("[") else f"response.body.{text}")


def need(text: str, **more: Any) -> Need:
    return Need(location=at(text), **{"non_null": True, **more})


def places(*texts: str) -> tuple[Any, ...]:
    return tuple(at(text) for text in texts)


def asked(inference: Inference) -> list[str]:
    return [" and ".join(map(describe, run.changes)) or "nothing" for run in inference.runs]


def test_a_dropped_field_that_is_read_is_needed_and_the_others_are_tolerated(inference: Inference) -> None:
    found = inference.needs(lambda get: get()["total"] * 2, answer(ORDER), kinds=AUTO_KINDS)
    assert found == InferredNeeds(needed=(need("total"),), tolerated=places("coupon", "id", "note"))


def test_the_control_run_comes_first_and_what_is_tolerated_is_dropped_together_last(inference: Inference) -> None:
    inference.needs(lambda get: get()["total"] * 2, answer(ORDER), kinds=AUTO_KINDS)
    assert asked(inference) == [
        "nothing",
        "response.body.id dropped",
        "response.body.total dropped",
        "response.body.note dropped",
        "response.body.coupon dropped",
        "response.body.id dropped and response.body.note dropped and response.body.coupon dropped",
    ]


def test_a_header_is_dropped_alone_as_a_field_that_is_read_and_nothing_else_is_done_to_it(inference: Inference) -> None:
    page = parse_location("response.headers['x-page']")
    found = inference.needs(lambda get: get()["id"] + 1, answer({"id": 7}, headers=(page,)), kinds=ALL_KINDS)
    assert isinstance(found, InferredNeeds) and found.tolerated == (page,)
    assert [each for each in asked(inference) if "x-page" in each] == ["response.headers['x-page'] dropped"]


def test_what_was_never_read_is_dropped_in_one_run(inference: Inference) -> None:
    found = inference.needs(lambda get: get()["total"] * 2, answer(ORDER, read=["total"]), kinds=AUTO_KINDS)
    assert len(inference.runs) == 4  # control, untouched, total, control
    assert found == InferredNeeds(needed=(need("total"),), untouched=places("coupon", "id", "note"))


def test_what_was_read_after_all_is_dropped_alone(inference: Inference) -> None:
    found = inference.needs(lambda get: get()["note"].upper(), answer(ORDER, read=["total"]), kinds=AUTO_KINDS)
    assert found.needed == (need("note"),)


def test_null_is_tried_only_where_it_is_legal_unless_all_is_asked_for(inference: Inference) -> None:
    legal = {"note": Alternatives(allows_null=True)}
    body = {"note": "fragile", "total": 3}
    inference.needs(lambda get: get()["note"], answer(body, alternatives=legal), kinds=AUTO_KINDS)
    assert [each for each in asked(inference) if "null" in each] == ["response.body.note null"]


def test_null_may_be_tolerated_where_absence_is_not(inference: Inference) -> None:
    found = inference.needs(lambda get: get()["note"] or "", answer({"note": "fragile"}))
    assert found.needed == (need("note", non_null=False),)


def test_null_may_be_refused_where_absence_is_not(inference: Inference) -> None:
    found = inference.needs(lambda get: get().get("note", "").upper(), answer({"note": "fragile"}))
    assert found == InferredNeeds(needed=(need("note", may_lack=True),), tolerated=places("note"))


def test_of_coupled_fields_each_is_needed_though_both_may_lack(inference: Inference) -> None:
    def consumer(get: Any) -> None:
        body = get()
        if ("from" in body) != ("until" in body):
            raise ValueError("half a range")

    found = inference.needs(consumer, answer({"from": 1, "until": 2}), kinds=AUTO_KINDS)
    assert found.needed == (need("from"), need("until"))


def test_of_a_fallback_one_must_stay(inference: Inference) -> None:
    def consumer(get: Any) -> str:
        return str((get().get("nickname") or get().get("name")).upper())

    body = {"nickname": "bo", "name": "Robert", "age": 3}
    found = inference.needs(consumer, answer(body), kinds=AUTO_KINDS)
    assert found == InferredNeeds(needed=(), any_of=(places("name", "nickname"),), tolerated=places("age"))


def test_every_minimal_set_of_two_out_of_three_is_found(inference: Inference) -> None:
    def consumer(get: Any) -> None:
        if len(get().keys() & {"a", "b", "c"}) < 2:
            raise ValueError("too little")

    found = inference.needs(consumer, answer({"a": 1, "b": 2, "c": 3, "d": 4}), kinds=AUTO_KINDS)
    assert found.any_of == (places("a", "b"), places("a", "c"), places("b", "c"))
    assert found.tolerated == places("d")


def test_fields_of_two_answers_that_stand_in_for_each_other_are_both_needed(inference: Inference) -> None:
    def consumer(get: Any) -> Any:
        first, second = get("a"), get("b")
        return first.get("name") or second["name"]

    found = inference.needs(consumer, answer({"name": "bo"}, "a"), answer({"name": "bo"}, "b"), kinds=AUTO_KINDS)
    assert {key: each.needed for key, each in found.items()} == {"a": (need("name"),), "b": (need("name"),)}


def test_what_lies_in_a_tolerated_object_is_needed_where_that_is_there(inference: Inference) -> None:
    def consumer(get: Any) -> Any:
        return get()["customer"]["name"] if "customer" in get() else None

    found = inference.needs(consumer, answer({"customer": {"name": "bo", "age": 3}}), kinds=AUTO_KINDS)
    assert found.needed == (need("customer.name"),)
    assert found.required == ()
    assert found.around(at("customer.name")) == places("customer")


def test_elements_of_a_list_are_one_place(inference: Inference) -> None:
    body = {"lines": [{"sku": "a", "price": 1}, {"sku": "b", "price": 2}]}
    found = inference.needs(lambda get: sum(line["price"] for line in get()["lines"]), answer(body), kinds=AUTO_KINDS)
    assert found == InferredNeeds(needed=(need("lines"), need("lines[*].price")), tolerated=places("lines[*].sku"))


def test_an_empty_list_that_is_refused_must_hold_an_element(inference: Inference) -> None:
    found = inference.needs(lambda get: get()["lines"][0], answer({"lines": [1, 2]}), kinds=AUTO_KINDS)
    assert found.needed == (need("lines", non_empty=True),)


def test_a_list_as_the_whole_body_must_hold_an_element(inference: Inference) -> None:
    found = inference.needs(lambda get: get()[0]["id"], answer([{"id": 1}]), kinds=AUTO_KINDS)
    assert found.needed == (Need(location=BODY, non_empty=True), need("[*].id"))


def test_a_longer_list_that_is_refused_has_a_bound(inference: Inference) -> None:
    def consumer(get: Any) -> Any:
        (only,) = get()["lines"]
        return only, list(get()["tags"])

    found = inference.needs(consumer, answer({"lines": [1], "tags": ["a"]}))
    assert found.needed == (need("lines", non_empty=True, at_most=1), need("tags"))


def test_a_refused_member_of_an_enumeration_limits_them(inference: Inference) -> None:
    def consumer(get: Any) -> int:
        return {"open": 1, "paid": 2}[get()["status"]]

    also = {"status": members("paid", "lost")}
    found = inference.needs(consumer, answer({"status": "open", "x": 1}, alternatives=also))
    assert found.needed == (need("status", members=("open", "paid")),)


def test_a_value_that_only_an_assertion_refuses_is_pinned_by_the_test(inference: Inference) -> None:
    def consumer(get: Any) -> None:
        if get()["status"] != "open":
            raise Pinned

    found = inference.needs(consumer, answer({"status": "open"}, alternatives={"status": members("paid")}))
    assert found.needed == (need("status"),)


def test_a_text_that_is_parsed_needs_its_shape(inference: Inference) -> None:
    found = inference.needs(
        lambda get: int(get()["count"]), answer({"count": "12"}, alternatives={"count": other("ab")})
    )
    assert found.needed == (need("count", pattern="^-?[0-9]+$"),)


def test_a_value_that_is_compared_by_the_consumer_is_needed_itself(inference: Inference) -> None:
    def consumer(get: Any) -> None:
        if get()["currency"] != "EUR":
            raise ValueError("not in euros")

    found = inference.needs(consumer, answer({"currency": "EUR"}, alternatives={"currency": other("USD")}))
    assert found.needed == (need("currency", members=("EUR",)),)


def test_a_refused_alternative_fixes_what_tells_them_apart(inference: Inference) -> None:
    def consumer(get: Any) -> Any:
        pet = get()["pet"]
        if pet["kind"] != "cat":
            raise ValueError(pet["kind"])
        return pet["lives"]

    also = {
        "pet": Alternatives(branches=({"kind": "dog", "barks": True},)),
        "pet.kind": Alternatives(is_fixed=True),
    }
    found = inference.needs(consumer, answer({"pet": {"kind": "cat", "lives": 9}}, alternatives=also))
    assert found.needed == (need("pet"), need("pet.kind", members=("cat",)), need("pet.lives", non_null=False))


def test_what_tells_alternatives_apart_may_be_of_any_that_is_coped_with(inference: Inference) -> None:
    def consumer(get: Any) -> None:
        if get()["pet"]["kind"] == "dog":
            raise ValueError("no dogs")

    also = {
        "pet": Alternatives(branches=({"kind": "dog", "barks": True}, {"kind": "fish", "fins": 2})),
        "pet.kind": Alternatives(is_fixed=True),
    }
    found = inference.needs(consumer, answer({"pet": {"kind": "cat", "lives": 9}}, alternatives=also))
    assert found.needed == (need("pet"), need("pet.kind", members=("cat", "fish"), non_null=False))


def test_answers_beyond_the_definition_show_how_robust_the_consumer_is(inference: Inference) -> None:
    def consumer(get: Any) -> None:
        if set(get()) != {"id"}:
            raise ValueError("unexpected")

    found = inference.needs(consumer, answer({"id": 1}), kinds=ALL_KINDS)
    extra = Reaction(to="an extra field", result="ValueError, raised outside of the test")
    assert found.reactions == (extra, Reaction(to="an undeclared status", result="tolerated"))


def test_a_pinned_field_is_needed(inference: Inference) -> None:
    found = inference.needs(lambda get: get(), answer(ORDER, pinned=["total"]), kinds=AUTO_KINDS)
    assert found.needed == (need("total"),)


def test_what_is_read_and_never_needed_is_weak(inference: Inference) -> None:
    found = inference.needs(lambda get: get().get("note"), answer(ORDER, read=["note"]), kinds=AUTO_KINDS)
    assert (found.weak, found.tolerated, found.needed) == (places("note"), places("note"), ())


def test_an_answer_that_is_not_called_for_again_proves_nothing(inference: Inference) -> None:
    kept: list[Any] = []

    def consumer(get: Any) -> Any:
        if not kept:
            kept.append({"id": 1})
        return kept[0]["id"]

    found = inference.needs(consumer, answer({"id": 1}))
    assert found == UnknownNeeds(reason="get a is not called again with the same request when the test is run again")
    assert inference.runs == [Run()]


def test_a_test_that_fails_when_it_is_run_again_proves_nothing(inference: Inference) -> None:
    def consumer(get: Any) -> Any:
        return get()["gone"]

    assert inference.needs(consumer, answer({"id": 1})) == UnknownNeeds(
        reason="it fails when it is run again (KeyError)"
    )


def test_a_test_with_too_many_fields_stays_unknown_as_a_whole(inference: Inference) -> None:
    body = {f"f{number}": number for number in range(20)}
    found = inference.needs(lambda get: get(), answer(body), kinds=AUTO_KINDS, most=10)
    assert found == UnknownNeeds(reason="its answers have too many fields: 22 runs are due, 10 allowed")
    assert inference.runs == []


def test_a_run_that_leaves_something_behind_proves_nothing(inference: Inference) -> None:
    broken: list[int] = []

    def consumer(get: Any) -> None:
        body = get()
        if "a" not in body and "b" not in body:
            broken.append(1)
        if broken:
            raise ValueError("spoiled")

    found = inference.needs(consumer, answer({"a": 1, "b": 2}), kinds=AUTO_KINDS)
    assert found == UnknownNeeds(reason="a run with changed answers left something behind (ValueError)")


def test_red_runs_of_which_the_first_spoiled_all_others_prove_nothing(inference: Inference) -> None:
    broken: list[int] = []

    def consumer(get: Any) -> None:
        if "a" not in get():
            broken.append(1)
        if broken:
            raise ValueError("spoiled")

    found = inference.needs(consumer, answer({"a": 1, "b": 2}), kinds=AUTO_KINDS)
    assert found == UnknownNeeds(reason="a run with changed answers left something behind (ValueError)")


def test_the_runs_for_drops_are_the_read_fields_and_three(inference: Inference) -> None:
    for count in (2, 5, 10, 20):
        inference.runs.clear()
        body = {f"f{number}": number for number in range(30)}
        read = [f"f{number}" for number in range(count)]
        inference.needs(
            lambda get, names=tuple(read): [get()[name] for name in names],
            answer(body, read=read),
            kinds=frozenset({Kind.DROP}),
        )
        assert len(inference.runs) <= count + 3


def test_the_runs_for_all_kinds_are_three_times_the_read_fields_and_eight(inference: Inference) -> None:
    for count in (2, 5, 10, 20):
        inference.runs.clear()
        body = {f"f{number}": number for number in range(30)}
        read = [f"f{number}" for number in range(count)]
        also = {name: members(*range(100, 107)) for name in read}
        inference.needs(
            lambda get, names=tuple(read): [get()[name] for name in names],
            answer(body, read=read, alternatives=also),
            kinds=ALL_KINDS,
        )
        assert len(inference.runs) <= 3 * count + 8

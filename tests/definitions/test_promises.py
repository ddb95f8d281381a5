from collections.abc import Callable

from contractkit.definitions.interface import Promise
from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.exact_json import Json
from contractkit.model import JsonBody

P, N, D, U = Promise.PROMISED, Promise.NULLABLE, Promise.DECLARED, Promise.UNDECLARED
Answering = Callable[..., OpenApiDefinition]


def promises(definition: OpenApiDefinition, given: Json) -> dict[str, Promise]:
    answer = definition.answer(definition.operation("get"), seed="a", body=JsonBody(given))
    return {str(at).removeprefix("response.body") or ".": promise for at, promise in answer.promises.items()}


def test_a_member_is_promised_if_all_above_it_is(answering: Answering) -> None:
    definition = answering(
        """
        type: object
        required: [id, note, lines, box]
        properties:
          id: {type: integer}
          note: {type: string, nullable: true}
          lines: {type: array, items: {type: object, required: [sku], properties: {sku: {type: string}, size: {}}}}
          box: {type: object, nullable: true, required: [x], properties: {x: {type: integer}}}
          hint: {type: object, required: [y], properties: {y: {type: integer}}}
        """
    )
    given = {
        "id": 1,
        "note": "",
        "lines": [{"sku": "a", "size": 1}],
        "box": {"x": 1},
        "hint": {"y": 1},
        "more": {"z": 1},
    }
    assert promises(definition, given) == {
        ".": P,
        ".id": P,
        ".note": N,
        ".lines": P,
        ".lines[0]": P,
        ".lines[0].sku": P,
        ".lines[0].size": D,
        ".box": N,
        ".box.x": D,
        ".hint": D,
        ".hint.y": D,
        ".more": U,
        ".more.z": U,
    }


def test_under_a_union_every_branch_that_could_apply_must_promise(answering: Answering) -> None:
    definition = answering(
        """
        oneOf:
          - {type: object, required: [kind, id, at], properties: {kind: {enum: [a]}, id: {}, at: {type: string}}}
          - {type: object, required: [kind, id], properties: {kind: {enum: [a, b]}, id: {}, at: {type: integer}}}
          - {type: object, required: [kind], properties: {kind: {enum: [c]}}}
          - {type: string}
        """
    )
    assert promises(definition, {"kind": "a", "id": 1, "at": "x"}) == {".": P, ".kind": P, ".id": N, ".at": D}


def test_all_of_is_merged(answering: Answering) -> None:
    definition = answering(
        "{allOf: [{type: object, required: [a]}, {properties: {a: {type: string}, b: {type: string}}}]}"
    )
    assert promises(definition, {"a": "x", "b": "y"}) == {".": P, ".a": P, ".b": D}


def test_entries_of_a_map_are_declared(answering: Answering) -> None:
    definition = answering("{type: object, additionalProperties: {type: string}}")
    assert promises(definition, {"k": "v"}) == {".": P, ".k": D}

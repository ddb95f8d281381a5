"""Definitions of several documents, published as one."""

import subprocess
from pathlib import Path

from contractkit.exact_json import read_json
from contractkit.model import HttpRequest, JsonBody
from contractkit.sources import load_definition, published_definition, read_definition
from contractkit.sources.places import place_of
from contractkit.sources.publication import published_at

FILES = {
    "api.yaml": (
        "openapi: 3.0.3\ninfo: {title: Pets, version: '1'}\npaths:\n  /pets: {$ref: paths/pets.yaml}\n"
        "components: {schemas: {Name: {type: string, maxLength: 5}}}\n"
    ),
    "paths/pets.yaml": (
        "post:\n  operationId: addPet\n"
        "  requestBody: {content: {application/json: {schema: {$ref: '../pets.json#/Pet'}}}}\n"
        "  responses: {'204': {description: kept}, '404': {$ref: lost.yaml}}\n"
    ),
    "pets.json": (
        '{"Pet": {"oneOf": [{"$ref": "#/Cat"}, {"$ref": "dogs/dog%20one.yaml"}],'
        ' "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/Cat", "dog": "dogs/dog%20one.yaml"}}},'
        ' "Cat": {"type": "object", "required": ["name"],'
        ' "properties": {"name": {"$ref": "api.yaml#/components/schemas/Name"}}}}'
    ),
    "dogs/dog one.yaml": "{type: object, required: [barks], properties: {barks: {type: boolean}}}\n",
}


def written(folder: Path) -> Path:
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder / "api.yaml"


def judged(definition: object, value: object) -> list[str]:
    route = definition.route(HttpRequest(method="POST", path="/pets", body=JsonBody(value)))  # type: ignore[attr-defined]
    return [f"{each.location}: {each.expected}" for each in definition.check_request(route)]  # type: ignore[attr-defined]


def test_a_definition_in_git_is_published_as_the_same_in_a_directory_is(tmp_path: Path) -> None:
    file = written(tmp_path)
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.test"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)
    expected = published_definition(file)
    file.unlink()
    assert published_at(place_of("git:HEAD:api.yaml", tmp_path)) == expected


def test_one_document_holds_what_the_others_said(tmp_path: Path) -> None:
    data, media_type = published_definition(written(tmp_path))
    assert media_type == "application/json"
    assert read_json(data) == {
        "openapi": "3.0.3",
        "info": {"title": "Pets", "version": "1"},
        "paths": {"/pets": {"$ref": "#/x-documents/paths~1pets.yaml"}},
        "components": {"schemas": {"Name": {"type": "string", "maxLength": 5}}},
        "x-documents": {
            "dogs/dog%20one.yaml": {
                "type": "object",
                "required": ["barks"],
                "properties": {"barks": {"type": "boolean"}},
            },
            "paths/pets.yaml": {
                "post": {
                    "operationId": "addPet",
                    "requestBody": {
                        "content": {"application/json": {"schema": {"$ref": "#/x-documents/pets.json/Pet"}}}
                    },
                    "responses": {"204": {"description": "kept"}, "404": {"$ref": "lost.yaml"}},
                }
            },
            "pets.json": {
                "Pet": {
                    "oneOf": [
                        {"$ref": "#/x-documents/pets.json/Cat"},
                        {"$ref": "#/x-documents/dogs~1dog%2520one.yaml"},
                    ],
                    "discriminator": {
                        "propertyName": "kind",
                        "mapping": {
                            "cat": "#/x-documents/pets.json/Cat",
                            "dog": "#/x-documents/dogs~1dog%2520one.yaml",
                        },
                    },
                },
                "Cat": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {"name": {"$ref": "#/components/schemas/Name"}},
                },
            },
        },
    }


def test_what_was_published_judges_as_its_files_do(tmp_path: Path) -> None:
    file = written(tmp_path)
    for definition in (
        load_definition(file).openapi,
        read_definition(published_definition(file)[0], source="published.json").openapi,
    ):
        assert judged(definition, {"kind": "cat", "name": "Tom"}) == []
        assert judged(definition, {"kind": "cat", "name": "Thomas"}) == [
            "request.body.name: a string of at most 5 characters"
        ]
        assert judged(definition, {"kind": "dog", "barks": "x"}) == ["request.body.barks: true or false"]


def test_anchors_of_other_documents_are_found_in_the_whole(tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text(
        "openapi: 3.1.0\npaths: {/pets: {post: {requestBody: {content: {application/json: {schema: "
        "{$ref: 'pets.yaml#pet'}}}}, responses: {'204': {description: kept}}}}}\n"
    )
    (tmp_path / "pets.yaml").write_text("Pet: {$anchor: pet, type: integer}\n")
    file = tmp_path / "api.yaml"
    published = read_definition(published_definition(file)[0], source="published.json").openapi
    for definition in (load_definition(file).openapi, published):
        assert judged(definition, "x") == ["request.body: an integer"]


def test_a_document_that_is_alone_is_published_as_it_is(tmp_path: Path) -> None:
    text = b"openapi: 3.0.3\npaths: {/a: {get: {responses: {'200': {$ref: '#/no'}, '404': {$ref: lost.yaml}}}}}\n"
    (tmp_path / "a.yml").write_bytes(text)
    (tmp_path / "broken.yml").write_bytes(b"a: [")
    assert published_definition(tmp_path / "a.yml") == (text, "application/yaml")
    assert published_definition(tmp_path / "broken.yml") == (b"a: [", "application/yaml")

"""Small protobuf definitions around one message, and folders of them, for tests of changes."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.sources.protoc import compile_protos


def around(body: str, *, syntax: str = 'syntax = "proto3";', rest: str = "", imports: Sequence[str] = ()) -> str:
    """Give a definition in which a message of some fields is what is sent and what comes back."""
    service = "service Shop { rpc Call(Thing) returns (Thing); }"
    imported = " ".join(f'import "google/protobuf/{name}.proto";' for name in imports)
    return f"{syntax} package shop.v1; {imported} {rest} message Thing {{ {body} }} {service}"


def compiled(texts: dict[str, bytes]) -> ProtoDefinition:
    found = compile_protos(texts, tuple(texts), source="shop.proto")
    assert found.errors == ()
    return ProtoDefinition(found.descriptor_set, source="shop.proto")


@pytest.fixture
def define() -> Callable[[str], ProtoDefinition]:
    """Give the definition that a text is."""
    return lambda text: compiled({"shop.proto": text.encode()})


@pytest.fixture
def define_around() -> Callable[..., ProtoDefinition]:
    """Give the definition around a message of some fields."""
    return lambda body, **more: compiled({"shop.proto": around(body, **more).encode()})


@pytest.fixture
def define_folder() -> Callable[[Path], ProtoDefinition]:
    """Give the definition that the files of a folder are."""
    return lambda folder: compiled(
        {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.proto"))}
    )

"""AsyncAPI: the messages of a document of version 2 or 3, wherever in it they are declared."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import quote

from contractkit.definitions.messages import JSON, DefinedMessage, MessageChannel, MessageOperation
from contractkit.definitions.references import Documents, Node
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json, show_json

_VERSIONS: Final = ("2.", "3.")
_ANY: Final = "*/*"
_OPERATIONS: Final = ("publish", "subscribe")  # of a channel in version 2
_SCHEMA_FORMATS: Final = (
    "application/vnd.aai.asyncapi",
    "application/schema+json",
    "application/schema+yaml",
    "application/vnd.oai.openapi",
)
"""What the names of schema formats start with that are JSON Schemas (AsyncAPI 3.0, Multi Format Schema Object)."""


def asyncapi_messages(documents: Documents, *, source: str) -> tuple[DefinedMessage, ...]:
    """Give every message of a document once, in its order: those of the components, then those of channels.

    Raises:
        DefinitionError: It is of a version that is not read, or a reference leads nowhere.
    """
    root = documents.root
    version = root.value.get("asyncapi")
    if not isinstance(version, str) or not version.startswith(_VERSIONS):
        raise DefinitionError(
            f"The definition {source} is AsyncAPI of a version that is not read.",
            details=[("at", "/asyncapi"), ("expected", '"2.6.0" or "3.0.0"'), ("received", show_json(version))],
        )
    default = root.value.get("defaultContentType")
    media_type = default if isinstance(default, str) else None
    return tuple(_message(name, node, documents, media_type) for name, node in _named(documents).values())


def asyncapi_operations(documents: Documents) -> Mapping[str, MessageOperation]:
    """Give the operations of a document by their identifiers, with the messages that `asyncapi_messages` gives."""
    names = {place: name for place, (name, _) in _named(documents).items()}
    found: dict[str, MessageOperation] = {}
    for key, operation in _members(documents, documents.root, "operations"):
        reply = _member(documents, operation, "reply")
        replies = None if reply is None else _known(names, _carried(documents, reply))
        found[key] = MessageOperation(messages=_known(names, _carried(documents, operation)), replies=replies)
    for _, channel in _members(documents, documents.root, "channels"):
        for each in _OPERATIONS:
            identifier = _member(documents, channel, each, "operationId")
            message = _member(documents, channel, each, "message")
            if identifier is not None and message is not None:
                alternatives = (node for _, node in _alternatives(documents, message))
                found[str(identifier.value)] = MessageOperation(messages=_known(names, alternatives))
    return found


def asyncapi_channels(documents: Documents) -> tuple[MessageChannel, ...]:
    """Give the channels of a document whose address is known, with the messages that `asyncapi_messages` gives."""
    names = {place: name for place, (name, _) in _named(documents).items()}
    is_addressed = str(documents.root.value.get("asyncapi")).startswith("3.")
    found = []
    for key, node in _members(documents, documents.root, "channels"):
        said = _member(documents, node, "address") if is_addressed else None
        address = said.value if said is not None else None if is_addressed else key
        if isinstance(address, str):
            messages = _known(names, (each for _, each in _of_channel(documents, node)))
            found.append(MessageChannel(address=address, messages=messages, uri=node.uri, pointer=node.pointer))
    return tuple(found)


def _carried(documents: Documents, operation: Node) -> Iterator[Node]:
    """Give the messages of an operation or a reply, all of its channel where it names none (AsyncAPI 3.0)."""
    own = _member(documents, operation, "messages")
    if own is not None:
        yield from map(documents.resolve, own.items())
        return
    for _, node in _members(documents, operation, "channel", "messages"):
        yield documents.resolve(node)


def _known(names: Mapping[tuple[str, str], str], nodes: Iterable[Node]) -> tuple[str, ...]:
    known = (names[each.uri, each.pointer] for each in nodes if (each.uri, each.pointer) in names)
    return tuple(dict.fromkeys(known))


def _named(documents: Documents) -> dict[tuple[str, str], tuple[str, Node]]:
    """Give each message once by where it is declared, with its name.

    Of several messages of one name, those that a channel declares are called after it too: `orders/placed`.
    """
    found: dict[tuple[str, str], tuple[str, str, Node]] = {}
    for channel, key, node in _declared(documents):
        place = (node.uri, node.pointer)
        if place not in found and isinstance(node.value, dict) and (name := _name_of(node.value, key)):
            found[place] = (channel, name, node)
    count = Counter(name for _, name, _ in found.values())
    return {
        place: (f"{channel}/{name}" if channel and count[name] > 1 else name, node)
        for place, (channel, name, node) in found.items()
    }


def _declared(documents: Documents) -> Iterator[tuple[str, str, Node]]:
    """Give the messages with the channels and keys that they stand under, resolved; of alternatives each."""
    root = documents.root
    for key, node in _members(documents, root, "components", "messages"):
        yield "", key, documents.resolve(node)
    for name, channel in _members(documents, root, "channels"):
        yield from ((name, key, node) for key, node in _of_channel(documents, channel))


def _of_channel(documents: Documents, channel: Node) -> Iterator[tuple[str, Node]]:
    for key, node in _members(documents, channel, "messages"):
        yield key, documents.resolve(node)
    for operation in _OPERATIONS:
        message = _member(documents, channel, operation, "message")
        yield from _alternatives(documents, message) if message is not None else ()


def _alternatives(documents: Documents, message: Node) -> Iterator[tuple[str, Node]]:
    several = message.get("oneOf") if isinstance(message.value, dict) else None
    for each in several.items() if several is not None else (message,):
        resolved = documents.resolve(each)
        yield resolved.pointer.rpartition("/")[2] if resolved is not each else "", resolved


def _name_of(message: Mapping[str, Json], key: str) -> str:
    """Give what a message is called: the key it stands under, else what it calls itself."""
    if key and not key.isdigit():
        return key
    return next((str(message[each]) for each in ("messageId", "name", "title") if message.get(each)), "")


def _message(name: str, node: Node, documents: Documents, default: str | None) -> DefinedMessage:
    payload, problem = _schema(_member(documents, node, "payload"), documents, node.value.get("schemaFormat"))
    headers, of_headers = _schema(_headers(node, documents), documents, None)
    said = _content_type(node, documents) or default
    return DefinedMessage(
        name=name,
        schema=payload,
        content_type=said or (_ANY if problem else JSON),
        says_type=said is not None,
        headers=headers if not of_headers else None,
        examples=dict(_examples(node)),
        declared=f"{node.uri}#{quote(node.pointer)}",
        problem=problem,
    )


def _schema(node: Node | None, documents: Documents, named: Json) -> tuple[str | None, str]:
    """Give a reference to a schema, and why it cannot be read; where its format stands beside it, to what is inside."""
    if node is None:
        return None, ""
    value = node.value
    if isinstance(value, dict) and "schemaFormat" in value and "schema" in value:
        named, node = value["schemaFormat"], node / "schema"
    if isinstance(named, str) and not named.startswith(_SCHEMA_FORMATS):
        return f"{node.uri}#{quote(node.pointer)}", f"its schema is of the format {named}"
    return f"{node.uri}#{quote(node.pointer)}", ""


def _content_type(node: Node, documents: Documents) -> str | None:
    """Give the content type of a message, else of its traits."""
    own = node.value.get("contentType")
    if isinstance(own, str):
        return own
    traits = node.get("traits")
    resolved = [documents.resolve(each).value for each in traits.items()] if traits is not None else []
    told = (each.get("contentType") for each in resolved if isinstance(each, dict))
    return next((each for each in told if isinstance(each, str)), None)


def _headers(node: Node, documents: Documents) -> Node | None:
    """Give the headers of a message, else of the first of its traits that declares some."""
    traits = node.get("traits")
    every = (node, *(traits.items() if traits is not None else ()))
    return next((found for each in every if (found := _member(documents, each, "headers")) is not None), None)


def _examples(node: Node) -> Iterator[tuple[str, Json]]:
    """Give the examples of contents by name, those without a name by their number."""
    written = node.value.get("examples")
    for number, each in enumerate(written if isinstance(written, list) else ()):
        if isinstance(each, dict) and "payload" in each:
            yield str(each.get("name") or f"example {number + 1}"), each["payload"]


def _members(documents: Documents, node: Node, *path: str) -> Iterator[tuple[str, Node]]:
    holder = _member(documents, node, *path)
    if holder is not None and isinstance(holder.value, dict):
        for name in holder.value:
            yield str(name), holder / str(name)


def _member(documents: Documents, node: Node, *path: str) -> Node | None:
    """Give what stands at a path below a node, references followed on the way; None where nothing does."""
    for step in path:
        resolved = documents.resolve(node)
        found = resolved.get(step) if isinstance(resolved.value, dict) else None
        if found is None:
            return None
        node = found
    return node

"""Sameness: whether two places of two definitions are described by the same words, references followed.

For what the rules do not look into: a schema of XML, of Avro, of anything that is no JSON.
"""

from typing import Final

from contractkit.definitions.references import Documents, Node

_PROSE: Final = frozenset({"description", "example", "examples", "externalDocs", "summary", "title"})
"""Members that describe for people alone."""


def describes_the_same(old: Node, old_documents: Documents, new: Node, new_documents: Documents) -> bool:
    """Say whether two nodes are alike as written, order of members, prose and where parts are declared left aside."""
    seen: set[tuple[str, str, str, str]] = set()
    waiting = [(old, new)]
    while waiting:
        before, after = (old_documents.resolve(waiting[-1][0]), new_documents.resolve(waiting.pop()[1]))
        key = (before.uri, before.pointer, after.uri, after.pointer)
        if key in seen:
            continue
        seen.add(key)
        match before.value, after.value:
            case dict() as left, dict() as right:
                names = {str(name) for name in left if name not in _PROSE}
                if names != {str(name) for name in right if name not in _PROSE}:
                    return False
                waiting += [(before / name, after / name) for name in names]
            case list() as left, list() as right if len(left) == len(right):
                waiting += list(zip(before.items(), after.items(), strict=True))
            case left, right if type(left) is not type(right) or left != right:
                return False
    return True

"""Conjuncts: the schema objects that hold at once of one value, found by following references and `allOf`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from contractkit.definitions.nodes import Node, NodeKey
from contractkit.definitions.references import Documents


@dataclass(frozen=True, slots=True)
class Conjunct:
    """A schema object with its references followed; `used_at` is where it is used, `node` where it is declared."""

    used_at: Node
    node: Node

    @property
    def key(self) -> NodeKey:
        """Give what identifies the schema object."""
        return self.node.key


def conjuncts_of(nodes: Iterable[Node], documents: Documents, *, ignores_siblings: bool) -> tuple[Conjunct, ...]:
    """Give the schema objects that hold where these do, each once, the used ones before the inherited.

    `ignores_siblings` says that what stands beside a `$ref` means nothing, as in OpenAPI 3.0.
    """
    found: dict[NodeKey, Conjunct] = {}
    pending = [(node, node) for node in nodes]
    at = 0
    while at < len(pending):
        used_at, start = pending[at]
        at += 1
        for node in _followed(start, documents, ignores_siblings=ignores_siblings):
            if node.key in found:
                continue
            found[node.key] = Conjunct(used_at, node)
            pending += [(each, each) for each in _inherited(node)]
            if not ignores_siblings and isinstance(node.value, dict) and isinstance(node.value.get("$dynamicRef"), str):
                pending.append((used_at, documents.dynamic_target(node.value["$dynamicRef"], node)))
    return tuple(found.values())


def _followed(node: Node, documents: Documents, *, ignores_siblings: bool) -> Iterator[Node]:
    """Give the schemas on the way that references lead, those left out that say nothing but where to go."""
    hops = [documents.entered(each) for each in documents.hops(node)]
    for each in hops[:-1]:
        if not ignores_siblings and len(each.value) > 1:
            yield each
    yield hops[-1]


def _inherited(node: Node) -> Iterator[Node]:
    listed = node.get("allOf")
    yield from listed.items() if listed is not None else ()

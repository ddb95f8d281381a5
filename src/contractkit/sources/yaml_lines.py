"""Lines of YAML: where in a composed text the steps of a JSON pointer lead."""

from collections.abc import Sequence

import yaml

from contractkit.sources.yaml12 import compose as composed

__all__ = ["composed", "line_in"]


def line_in(tree: yaml.Node, steps: Sequence[str]) -> int | None:
    """Give the line (from 1) of the key or element that steps lead to, or None."""
    node, line = tree, tree.start_mark.line
    for step in steps:
        found = _child(node, step)
        if found is None:
            return None
        node, line = found
    return int(line) + 1


def _child(node: yaml.Node, step: str) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.SequenceNode):
        item = node.value[int(step)]
        return item, item.start_mark.line
    if not isinstance(node, yaml.MappingNode):
        return None
    for key, value in node.value:
        if key.value == step:
            return value, key.start_mark.line
    return None

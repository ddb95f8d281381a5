"""Whether the path of a rule reaches anything in the example that it stands beside."""

from collections.abc import Iterable, Iterator, Mapping

from contractkit.model import BinaryBody, EmptyBody, JsonBody, MissingBody, Step, TextBody, Wildcard


class Walk:
    """Follows paths through examples, as long as there are steps left: a hostile file may not cost more than its size.

    Args:
        steps: How many values are looked at in all.
    """

    def __init__(self, steps: int = 1_000_000) -> None:
        self._left = steps

    @property
    def is_over(self) -> bool:
        """Say whether nothing is followed any more: every further path counts as reaching something."""
        return self._left <= 0

    def reaches(self, value: object, steps: tuple[Step, ...]) -> bool:
        """Say whether steps lead from a value to another; text and bytes have paths of their own, which may.

        Args:
            value: A body, fields or parameters by name, or a single value.
            steps: What follows the category in a rule's path.
        """
        match value:
            case MissingBody():
                return False
            case EmptyBody():
                return not steps
            case TextBody() | BinaryBody():
                return True
            case JsonBody(value=value):
                pass
        return any(True for _ in self.values(value, steps)) or self.is_over

    def values(self, value: object, steps: tuple[Step, ...]) -> Iterator[object]:
        """Give the values that steps lead to from another, as long as steps are left."""
        pending: list[tuple[object, int]] = [(value, 0)]
        while pending and not self.is_over:
            found, position = pending.pop()
            if position == len(steps):
                yield found
                continue
            before = len(pending)
            pending.extend((child, position + 1) for child in _children(found, steps[position]))
            self._left -= 1 + len(pending) - before


def _children(value: object, step: Step) -> Iterable[object]:
    """Give what a step leads to; a number also names a member, and a member's name an element (Pact, path tokens)."""
    if isinstance(value, Mapping):
        if step is Wildcard.ANY:
            return value.values()
        return [value[str(step)]] if not isinstance(step, Wildcard) and str(step) in value else ()
    if not isinstance(value, list | tuple):
        return ()
    if isinstance(step, Wildcard):
        return value
    index = int(step) if isinstance(step, int) or (step.isascii() and step.isdigit() and len(step) < 10) else -1
    return value[index : index + 1] if index >= 0 else ()

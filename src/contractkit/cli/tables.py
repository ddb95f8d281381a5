"""Tables: rows of texts in columns, as verbs print them."""

from collections.abc import Sequence


def aligned(rows: Sequence[Sequence[str]], *, indent: str = "") -> str:
    """Give rows as lines, every column as wide as its longest text, nothing at the ends of lines."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("   ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(f"{indent}{line}".rstrip() for line in lines)

"""The page of a definition's text: the lines around the one that an analysis names."""

from collections.abc import Sequence

from contractkit_broker.pages.rendering import lost, render_page
from contractkit_broker.pages.stretches import stretch
from contractkit_broker.store import blobs
from contractkit_broker.web import Call, Reply, read_count

_BEFORE = 10  # lines above the one that is asked for
_MOST_LINES = 200
_LONGEST = 400  # characters of a line


def get_definition_page(call: Call) -> Reply:
    """Show a stretch of a stored file with its line numbers, the line of the query marked."""
    digest, line = call.path["digest"], read_count(call.parameter("line"))
    with call.database.reading() as connection:
        data = blobs.find_blob(connection, digest)
    if data is None:
        raise lost(call, f"There is no file {digest}.")
    try:
        lines = data.decode().split("\n")
    except UnicodeDecodeError:
        raise lost(call, "The file is no text: a descriptor set has no lines.") from None
    start = 0 if line is None else max(line - 1 - _BEFORE, 0)
    return render_page(
        call,
        "definition.html",
        digest=digest,
        marked=line,
        lines=stretch(call, "lines", lines, _cut, most=_MOST_LINES, first=start),
    )


def _cut(lines: Sequence[str]) -> list[str]:
    return [line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…" for line in lines]

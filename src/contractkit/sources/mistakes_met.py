"""The mistakes that were met in what was used of a definition, each with its place: of these nothing can be judged."""

from collections.abc import Iterator

from contractkit.sources.loading import LoadedDefinition
from contractkit.sources.messages import LoadedMessages


def mistakes_in(loaded: LoadedDefinition | LoadedMessages) -> Iterator[str]:
    """Give a line for each mistake that was met so far: `orders.yaml:12: …`, or its pointer where no line is known."""
    definition = loaded.definition.answers if isinstance(loaded, LoadedMessages) else loaded.definition
    for warning in definition.warnings():
        source = warning.document or loaded.source
        yield (
            f"{source}:{warning.line}: {warning.sentence}"
            if warning.line
            else (f"{source} {warning.pointer}: {warning.sentence}")
        )

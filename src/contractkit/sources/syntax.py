"""Syntax: what can be wrong with the text of a document, with its place."""


class YamlError(ValueError):
    """The text is not YAML that can be said in JSON. `line` and `column` count from 1; `problem` is one phrase."""

    def __init__(self, problem: str, *, line: int, column: int) -> None:
        super().__init__(f"{problem} (line {line}, column {column})")
        self.problem = problem
        self.line = line
        self.column = column


class RepeatedKeyError(ValueError):
    """An object says a key twice. `line`, `column` and `first_line` count from 1; `pointer` leads to the key."""

    def __init__(self, key: str, *, pointer: str, line: int, column: int, first_line: int) -> None:
        super().__init__(f"the key {key!r} stands twice (line {line}, column {column})")
        self.problem = f"the key {key!r} stands twice, first in line {first_line}"
        self.pointer = pointer
        self.line = line
        self.column = column

"""What the cross-check is about: every rule with examples, and values just inside and just outside of it."""

from dataclasses import dataclass, field
from typing import Any

Json = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One use of a rule: its attributes, an example that it accepts, and values near its boundary, on both sides."""

    match: str
    example: Json
    near: tuple[Json, ...]
    attributes: dict[str, Json] = field(default_factory=dict)

    def rule(self) -> dict[str, Json]:
        """Give the rule as a file writes it."""
        return {"match": self.match, **self.attributes}


MISSING: Json = object()
"""Stands for a member that is not there at all."""

CONFUSIONS: tuple[Json, ...] = (
    MISSING, None, "", "x", 0, 1, -7, 100, 100.0, 1.5, "100", "1.5", "true", True, False, [], [None], [1], {}, {"k": 1}
)  # fmt: skip
"""Values that a careless engine takes for one another."""

LOWER = {"match": "regex", "regex": "[a-z]+"}

VALUES = (
    Subject(match="equality", example="a text", near=("a text ", "A text", "a tex")),
    Subject(match="equality", example=100, near=(100.0, 101, "100")),
    Subject(match="equality", example=[1, 2], near=([2, 1], [1], [1, 2, 3])),
    Subject(match="equality", example={"k": 1}, near=({"k": 2}, {"k": 1, "l": 2})),
    Subject(match="type", example="a text", near=("", "other", "1")),
    Subject(match="type", example=100, near=(0, -1, 1e3, "1")),
    Subject(match="type", example=1.5, near=(2, 2.0, "1.5")),
    Subject(match="type", example=True, near=(False, "true", 1)),
    Subject(match="type", example=None, near=("null", 0)),
    Subject(match="type", example={"k": 1, "l": "x"}, near=({"k": 2, "l": ""}, {"k": 1}, {"k": "1", "l": "x"})),
    Subject(match="type", example=[1], near=([1, 2, 3], ["1"], [1, "1"])),
    Subject(match="type", example=["x", "y"], near=(["x"], ["x", "y", "z"], ["x", 1])),
    Subject(match="type", example=[1], near=([1, 2], [1, 2, 3], [1]), attributes={"min": 2}),
    Subject(match="type", example=[1], near=([1, 2], [1, 2, 3], [1]), attributes={"max": 2}),
    Subject(match="type", example=["x"], near=(["x", "y"], ["x"] * 4, ["x", 2]), attributes={"min": 1, "max": 3}),
    Subject(match="regex", example="red", near=("blue", "redd", "RED", "green"), attributes={"regex": "red|blue"}),
    Subject(match="regex", example="AB-12", near=("AB-1", "AB-123", "ab-12"), attributes={"regex": r"[A-Z]{2}-\d{2}"}),
    Subject(match="regex", example="AB", near=("ABC", " AB", "AB\n"), attributes={"regex": r"^\w{2}$"}),
    Subject(match="regex", example=200, near=(204, 404, 20, 200.5), attributes={"regex": r"2\d\d"}),
    Subject(match="regex", example="a@b.de", near=("a@b", "@b.de", "a@b.de "), attributes={"regex": r".+@.+\.[a-z]+"}),
    Subject(match="include", example="the cat", near=("cat", "a cat sat", "bat"), attributes={"value": "cat"}),
    Subject(match="number", example=100, near=(100.5, 0, "100", True)),
    Subject(match="integer", example=100, near=(100.5, 100.0, 0, "100")),
    Subject(match="decimal", example=100.5, near=(100, 100.0, 0.5, "100.5")),
    Subject(match="boolean", example=True, near=(False, "false", "yes", 1)),
    Subject(match="null", example=None, near=("null", 0, "")),
    Subject(match="date", example="2024-01-31", near=("2024-02-29", "2024-13-01", "2024-1-1", "01-31-2024"),
            attributes={"format": "yyyy-MM-dd"}),
    Subject(match="date", example="31.01.2024", near=("01.12.2024", "2024-01-31", "32.01.2024"),
            attributes={"format": "dd.MM.yyyy"}),
    Subject(match="time", example="13:45:10", near=("23:59:59", "25:00:00", "13:45"),
            attributes={"format": "HH:mm:ss"}),
    Subject(match="datetime", example="2024-01-31T13:45:10Z", near=("2024-01-31T13:45:10+01:00", "2024-01-31T13:45:10"),
            attributes={"format": "yyyy-MM-dd'T'HH:mm:ssXXX"}),
    Subject(match="datetime", example="2024-01-31T13:45:10.123", near=("2024-01-31T13:45:10.999", "2024-01-31T13:45"),
            attributes={"format": "yyyy-MM-dd'T'HH:mm:ss.SSS"}),
    Subject(match="timestamp", example="2024-01-31 13:45", near=("2024-01-31 01:00", "2024-01-31"),
            attributes={"format": "yyyy-MM-dd HH:mm"}),
    Subject(match="semver", example="1.0.0", near=("1.0", "1.0.0-beta.1+7", "v1.0.0", "01.0.0")),
    Subject(match="notEmpty", example="x", near=("", " ", None)),
    Subject(match="notEmpty", example=[1], near=([], [1], ["x"], [1, 2])),
    Subject(match="notEmpty", example={"k": 1}, near=({}, {"k": 1}, {"l": 1})),
    Subject(match="values", example={"k": "x"}, near=({"l": "x"}, {"k": "x", "l": "x"}, {"k": "y"}, {})),
    Subject(match="eachKey", example={"k": 1}, near=({"k": 1, "l": 2}, {"K": 1}, {"k": 2}, {}),
            attributes={"rules": [LOWER]}),
    Subject(match="eachValue", example={"k": "x"}, near=({"k": "y"}, {"l": "yy"}, {"k": "Y"}, {"k": 1}, {}),
            attributes={"rules": [LOWER]}),
    Subject(match="eachValue", example=["x"], near=(["y", "z"], ["Y"], ["x", 1]), attributes={"rules": [LOWER]}),
    Subject(match="arrayContains", example=["x", 1], near=([1, "x"], ["x"], [1, 2, "x"], ["X", 1]),
            attributes={"variants": [{"index": 0, "rules": {}, "generators": {}}]}),
    Subject(match="arrayContains", example=[{"k": 1, "l": "x"}],
            near=([{"k": 2, "l": "x"}], [{"k": 2, "l": "y"}], [{"k": "1", "l": "x"}, {"k": 3, "l": "x"}]),
            attributes={"variants": [{"index": 0, "rules": {"$.k": {"matchers": [{"match": "integer"}]}}}]}),
)  # fmt: skip
"""The rules on JSON values."""

TEXTS = (
    Subject(match="equality", example="x1", near=("x2", "X1", "x1x")),
    Subject(match="type", example="x1", near=("other", "7")),
    Subject(match="regex", example="ab", near=("abc", "AB", "a1"), attributes={"regex": "[a-z]{2,3}"}),
    Subject(match="include", example="xcatx", near=("cat", "bat"), attributes={"value": "cat"}),
    Subject(match="number", example="100", near=("1.5", "-3", "ten", "1e3")),
    Subject(match="integer", example="100", near=("100.5", "-3", "ten")),
    Subject(match="decimal", example="100.5", near=("100", "-0.5", "ten")),
    Subject(match="boolean", example="true", near=("false", "yes", "TRUE")),
    Subject(match="date", example="2024-01-31", near=("2024-02-30", "2024-12-31"), attributes={"format": "yyyy-MM-dd"}),
    Subject(match="time", example="13:45", near=("23:59", "24:61"), attributes={"format": "HH:mm"}),
    Subject(match="datetime", example="2024-01-31T10", near=("2024-01-31T23", "2024-01-31"),
            attributes={"format": "yyyy-MM-dd'T'HH"}),
    Subject(match="semver", example="1.0.0", near=("1.0", "2.0.0-rc.1")),
    Subject(match="notEmpty", example="x", near=("y", "xy")),
)  # fmt: skip
"""The rules on values that are text on the wire: headers, parameters, paths, forms, XML, plain text."""

STATUSES = (
    *(Subject(match="statusCode", example=low, near=near, attributes={"status": name}) for name, low, near in (
        ("success", 200, (201, 299, 302, 404)), ("redirect", 302, (303, 200, 400)), ("clientError", 404, (400, 500)),
        ("serverError", 500, (503, 404)), ("nonError", 200, (302, 404)), ("error", 404, (500, 200)),
        ([200, 202], 200, (202, 204)),
    )),
)  # fmt: skip
"""The rule on statuses."""

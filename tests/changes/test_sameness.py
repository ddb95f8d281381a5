"""What schemas say in the same words: prose is left aside, names and values that look like it are not."""

import pytest

from contractkit.changes.sameness import describes_the_same
from contractkit.definitions.references import Documents
from contractkit.exact_json import Json


@pytest.mark.parametrize(
    ("old", "new", "is_same"),
    [
        ({"title": "a"}, {"title": "b", "description": "c"}, True),
        ({"required": ["a", "b"]}, {"required": ["b", "a"]}, True),
        ({"properties": {"title": {}}}, {"properties": {}}, False),
        ({"dependentRequired": {"title": ["a"]}}, {"dependentRequired": {}}, False),
        ({"dependentSchemas": {"summary": {"type": "object"}}}, {"dependentSchemas": {"summary": {}}}, False),
        ({"const": {"title": "a"}}, {"const": {"title": "b"}}, False),
        ({"default": {"example": 1}}, {"default": {"example": 2}}, False),
        ({"const": 1}, {"const": True}, False),
        ({"enum": [{"title": "a"}, 1]}, {"enum": [1, {"title": "a"}]}, True),
        ({"enum": [{"title": "a"}]}, {"enum": [{"title": "b"}]}, False),
    ],
)
def test_words_that_count_are_compared(old: Json, new: Json, is_same: bool) -> None:
    before, after = (Documents({"d": each}, "d") for each in (old, new))
    assert describes_the_same(before.root, before, after.root, after) is is_same

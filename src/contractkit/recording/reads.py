"""Reads: JSON values that look and behave like those of `json.loads`, and note which of their places are looked at.

They are given to a consumer in runs that find out what it reads, never in the run that decides whether a test passes.
Whatever takes a container as a whole has read all of it; so everything in Python, and Python itself, is noted. What
compiled code of others looks at is not: who watches has to know that there is none.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from contractkit.exact_json import Json
from contractkit.model import Location, Step

Note: TypeAlias = Callable[[Location], None]
"""What is told each location that is read."""

_MISSING = object()


def noting(value: Json, location: Location, note: Note) -> Any:
    """Give a JSON value that tells `note` which of its places are read, the value itself at `location` among them."""
    note(location)
    return _noting(value, location, note)


def note_all(value: Json, location: Location, note: Note) -> None:
    """Tell `note` every place of a value."""
    note(location)
    for step, child in _children(value):
        note_all(child, location / step, note)


def plain(value: Any) -> Any:
    """Give a value without anything that notes, and without noting that it was looked at."""
    if isinstance(value, dict):
        return {name: plain(child) for name, child in dict.items(value)}
    return [plain(child) for child in list.__iter__(value)] if isinstance(value, list) else value


def _noting(value: Json, location: Location, note: Note) -> Any:
    match value:
        case dict():
            members = {name: _noting(child, location / name, note) for name, child in value.items()}
            return _NotingDict(members, location, note)
        case list():
            elements = [_noting(child, location / index, note) for index, child in enumerate(value)]
            return _NotingList(elements, location, note)
    return value


def _children(value: Any) -> Iterator[tuple[Step, Any]]:
    if isinstance(value, dict):
        yield from dict.items(value)
    elif isinstance(value, list):
        yield from enumerate(list.__iter__(value))


class _Noting:
    """What both containers share: who compares, shows or copies one with all that is in it has read all of it."""

    __slots__ = ()
    _location: Location
    _note: Note

    def __eq__(self, other: object) -> bool:
        return bool(self._whole() == other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self._whole())

    def __deepcopy__(self, memo: Any) -> Any:
        return self._whole()

    def __reduce_ex__(self, protocol: Any) -> Any:
        return type(plain(self)), (self._whole(),)

    def _whole(self) -> Any:
        note_all(self, self._location, self._note)
        return plain(self)


class _NotingDict(_Noting, dict[str, Any]):
    """A dictionary that notes what is read of it; what copies it gets a plain one."""

    __slots__ = ("_location", "_note")

    def __init__(self, members: Any = (), location: Location | None = None, note: Note | None = None) -> None:
        """Take the members; of one that others make of others, as `dataclasses.asdict` does, nothing is noted."""
        super().__init__(members)
        self._location = location if location is not None else Location()
        self._note = note if note is not None else _ignore

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return dict  # as `isinstance` and many a library ask

    def __getitem__(self, name: str) -> Any:
        self._read(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._read(name)
        return super().get(name, default)

    def pop(self, name: str, *default: Any) -> Any:
        self._read(name)
        return super().pop(name, *default)

    def setdefault(self, name: str, default: Any = None) -> Any:
        self._read(name)
        return super().setdefault(name, default)

    def __delitem__(self, name: str) -> None:
        self._read(name)
        super().__delitem__(name)

    def __contains__(self, name: object) -> bool:
        self._read(name)
        return super().__contains__(name)

    def __iter__(self) -> Iterator[str]:
        self._read_members()
        return super().__iter__()

    def __reversed__(self) -> Iterator[str]:
        self._read_members()
        return super().__reversed__()

    def __len__(self) -> int:
        self._read_members()
        return super().__len__()

    def keys(self) -> Any:
        self._read_members()
        return super().keys()

    def values(self) -> Any:
        self._read_members()
        return super().values()

    def items(self) -> Any:
        self._read_members()
        return super().items()

    def popitem(self) -> tuple[str, Any]:
        self._read_members()
        return super().popitem()

    def copy(self) -> dict[str, Any]:
        self._read_members()
        return dict(super().items())

    __copy__ = copy

    def __or__(self, other: Any) -> Any:
        return self.copy() | other

    def __ror__(self, other: Any) -> Any:
        return other | self.copy()

    def _read(self, name: object) -> None:
        if isinstance(name, str):
            self._note(self._location / name)

    def _read_members(self) -> None:
        for name in dict.keys(self):
            self._note(self._location / name)


class _NotingList(_Noting, list[Any]):
    """A list that notes what is read of it; what copies it gets a plain one."""

    __slots__ = ("_location", "_note")

    def __init__(self, elements: Any = (), location: Location | None = None, note: Note | None = None) -> None:
        """Take the elements; of a list that others make nothing is noted."""
        super().__init__(elements)
        self._location = location if location is not None else Location()
        self._note = note if note is not None else _ignore

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return list

    def __getitem__(self, index: Any) -> Any:
        self._read_elements()
        return super().__getitem__(index)

    def __iter__(self) -> Iterator[Any]:
        self._read_elements()
        return super().__iter__()

    def __reversed__(self) -> Iterator[Any]:
        self._read_elements()
        return super().__reversed__()

    def __len__(self) -> int:
        self._read_elements()
        return super().__len__()

    def pop(self, *index: Any) -> Any:
        self._read_elements()
        return super().pop(*index)

    def sort(self, **said: Any) -> None:
        note_all(self, self._location, self._note)
        super().sort(**said)

    def copy(self) -> list[Any]:
        return list(self)

    __copy__ = copy

    def __add__(self, other: Any) -> Any:
        return list(self) + other

    def __radd__(self, other: Any) -> Any:
        return other + list(self)

    def __mul__(self, count: Any) -> Any:
        return list(self) * count

    __rmul__ = __mul__

    def __contains__(self, value: object) -> bool:
        return value in self._whole()

    def index(self, *said: Any) -> int:
        return int(self._whole().index(*said))

    def count(self, value: Any) -> int:
        return int(self._whole().count(value))

    def __lt__(self, other: Any) -> bool:
        return bool(self._whole() < plain(other))

    def __le__(self, other: Any) -> bool:
        return bool(self._whole() <= plain(other))

    def __gt__(self, other: Any) -> bool:
        return bool(self._whole() > plain(other))

    def __ge__(self, other: Any) -> bool:
        return bool(self._whole() >= plain(other))

    def _read_elements(self) -> None:
        for index in range(list.__len__(self)):
            self._note(self._location / index)


def _ignore(_location: Location) -> None:
    """Note nothing."""

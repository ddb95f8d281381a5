"""The drawing of an application's neighbourhood: who calls it, and whom it calls."""

from collections.abc import Sequence
from dataclasses import dataclass

from contractkit_broker.service.overview import IntegrationOverview

_WIDTH, _HEIGHT, _GAP = 210, 40, 18  # of a box, and between two, in units of the drawing
_REACH = 130  # between the columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A service as a box; `x` and `y` are its upper left corner."""

    name: str
    x: int
    y: int
    is_centre: bool = False
    width: int = _WIDTH
    height: int = _HEIGHT

    @property
    def label(self) -> str:
        """Give the name as it fits the box."""
        return self.name if len(self.name) <= 24 else f"{self.name[:23]}…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A call from one box to another, as an SVG path; `standing` colours it."""

    path: str
    standing: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Boxes and lines, within a size."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def draw_neighbourhood(name: str, integrations: Sequence[IntegrationOverview]) -> Drawing:
    """Draw an application in the middle, its consumers to the left, its providers to the right."""
    callers = [each for each in integrations if each.publication.provider == name]
    called = [each for each in integrations if each.publication.consumer == name]
    rows = max(len(callers), len(called), 1)
    height = rows * (_HEIGHT + _GAP) - _GAP
    left = 0 if callers else -(_WIDTH + _REACH)
    centre = Box(name=name, x=left + _WIDTH + _REACH, y=(height - _HEIGHT) // 2, is_centre=True)
    on_left = [_box(each.publication.consumer, left, row, len(callers), height) for row, each in enumerate(callers)]
    right = centre.x + _WIDTH + _REACH
    on_right = [_box(each.publication.provider, right, row, len(called), height) for row, each in enumerate(called)]
    lines = [_line(box, centre, each) for box, each in zip(on_left, callers, strict=True)]
    lines += [_line(centre, box, each) for box, each in zip(on_right, called, strict=True)]
    width = right + _WIDTH if called else centre.x + _WIDTH
    return Drawing(width=width, height=height, boxes=(*on_left, centre, *on_right), lines=tuple(lines))


def _box(name: str, x: int, row: int, rows: int, height: int) -> Box:
    used = rows * (_HEIGHT + _GAP) - _GAP
    return Box(name=name, x=x, y=(height - used) // 2 + row * (_HEIGHT + _GAP))


def _line(start: Box, end: Box, integration: IntegrationOverview) -> Line:
    x1, y1 = start.x + _WIDTH, start.y + _HEIGHT // 2
    x2, y2 = end.x - 7, end.y + _HEIGHT // 2
    middle = (x1 + x2) // 2
    title = f"{integration.publication.consumer} calls {integration.publication.provider}: {integration.standing}"
    return Line(path=f"M{x1} {y1} C{middle} {y1} {middle} {y2} {x2} {y2}", standing=integration.standing, title=title)

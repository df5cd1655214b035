"""A sheet to draw on: shapes and lines of text as SVG. Must never know what a road is, nor name anything outside."""

from __future__ import annotations

from html import escape

from bot.roadmap.lettering import Style, clean

_FONTS = "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif"
_LETTERS: dict[Style, str] = {
    "plain": 'font-weight="400"',
    "strong": 'font-weight="600"',
    "display": f'font-family="\'Inter Display\', {_FONTS}" font-weight="700"',
}


class Sheet:
    """Collects what is drawn, in order; later things lie on top."""

    def __init__(self, width: int) -> None:
        """Begin a sheet of that width; its height is known when it is written."""
        self.width = width
        self._drawn: list[str] = []

    def rect(
        self, at: tuple[float, float], size: tuple[float, float], fill: str, radius: float = 0, more: str = ""
    ) -> None:
        """Draw a box with round corners. `more` are further attributes."""
        (x, y), (w, h) = at, size
        box = f'x="{_n(x)}" y="{_n(y)}" width="{_n(w)}" height="{_n(h)}" rx="{_n(radius)}"'
        self._drawn.append(f'<rect {box} fill="{fill}"{_more(more)}/>')

    def circle(self, at: tuple[float, float], radius: float, fill: str, more: str = "") -> None:
        """Draw a disc."""
        self._drawn.append(f'<circle cx="{_n(at[0])}" cy="{_n(at[1])}" r="{_n(radius)}" fill="{fill}"{_more(more)}/>')

    def path(self, points: str, stroke: str, width: float, more: str = "") -> None:
        """Draw a line along the points, which are SVG's own path data."""
        self._drawn.append(
            f'<path d="{points}" fill="none" stroke="{stroke}" stroke-width="{_n(width)}"'
            f' stroke-linecap="round" stroke-linejoin="round"{_more(more)}/>'
        )

    def hatch(self, at: tuple[float, float], size: tuple[float, float], stroke: str, width: float, gap: int) -> None:
        """Fill a box with slanted lines. (A pattern would do it too, but takes resvg much longer.)"""
        (x, y), (w, h) = at, size
        lines = []
        for shift in range(gap, int(w + h), gap):  # from the left or lower edge to the upper or right one
            low, high = (max(0, shift - h), min(shift, h)), (min(shift, w), max(0, shift - w))
            lines.append(line((x + low[0], y + low[1]), (x + high[0], y + high[1])))
        if lines:
            self.path("".join(lines), stroke, width)

    def text(
        self, at: tuple[float, float], said: str, size: float, fill: str, style: Style = "plain", more: str = ""
    ) -> None:
        """Write a line of text; `at` is the left end of its base line."""
        look = f'font-size="{_n(size)}" fill="{fill}" {_LETTERS[style]}{_more(more)}'
        self._drawn.append(f'<text x="{_n(at[0])}" y="{_n(at[1])}" {look}>{escape(clean(said))}</text>')

    def written(self, height: float, ground: str, title: str, told: str) -> str:
        """Write all of it as an SVG file, with what it shows in words."""
        wide, high = self.width, round(height)
        size = f'width="{wide}" height="{high}"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {wide} {high}" role="img"'
            f' font-family="{_FONTS}"><title>{escape(clean(title))}</title><desc>{escape(clean(told))}</desc>'
            f'<rect {size} fill="{ground}"/>{"".join(self._drawn)}</svg>'
        )


def line(*points: tuple[float, float]) -> str:
    """Give the path from point to point."""
    return "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _more(more: str) -> str:
    return f" {more}" if more else ""

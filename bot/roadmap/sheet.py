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

    def rect(self, at: tuple[float, float], size: tuple[float, float], fill: str, radius: float = 0, more: str = "") -> None:
        """Draw a box with round corners. `more` are further attributes."""
        (x, y), (w, h) = at, size
        self._drawn.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(w)}" height="{_n(h)}" rx="{_n(radius)}" fill="{fill}"{_more(more)}/>'
        )

    def circle(self, at: tuple[float, float], radius: float, fill: str, more: str = "") -> None:
        """Draw a disc."""
        self._drawn.append(f'<circle cx="{_n(at[0])}" cy="{_n(at[1])}" r="{_n(radius)}" fill="{fill}"{_more(more)}/>')

    def path(self, points: str, stroke: str, width: float, more: str = "") -> None:
        """Draw a line along the points, which are SVG's own path data."""
        self._drawn.append(
            f'<path d="{points}" fill="none" stroke="{stroke}" stroke-width="{_n(width)}"'
            f' stroke-linecap="round" stroke-linejoin="round"{_more(more)}/>'
        )

    def text(
        self, at: tuple[float, float], said: str, size: float, fill: str, style: Style = "plain", more: str = ""
    ) -> None:
        """Write a line of text; `at` is the left end of its base line."""
        self._drawn.append(
            f'<text x="{_n(at[0])}" y="{_n(at[1])}" font-size="{_n(size)}" fill="{fill}" {_LETTERS[style]}{_more(more)}>'
            f"{escape(clean(said))}</text>"
        )

    def written(self, height: float, ground: str, title: str, told: str, patterns: str = "") -> str:
        """Write all of it as an SVG file, with what it shows in words."""
        high = round(height)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{high}" viewBox="0 0 {self.width} {high}"'
            f' role="img" font-family="{_FONTS}"><title>{escape(clean(title))}</title><desc>{escape(clean(told))}</desc>'
            f'<defs>{patterns}</defs><rect width="{self.width}" height="{high}" fill="{ground}"/>{"".join(self._drawn)}</svg>'
        )


def hatch(name: str, colour: str, ground: str, gap: int = 12) -> str:
    """Define a pattern of slanted lines, to be filled in as `url(#name)`."""
    return (
        f'<pattern id="{name}" width="{gap}" height="{gap}" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="{gap}" height="{gap}" fill="{ground}"/><rect width="{gap // 3}" height="{gap}" fill="{colour}"/></pattern>'
    )


def line(*points: tuple[float, float]) -> str:
    """Give the path from point to point."""
    return "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _more(more: str) -> str:
    return f" {more}" if more else ""

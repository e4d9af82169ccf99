"""A tile map of China's first-level divisions as SVG: one square each, for orientation only."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from html import escape
from importlib import resources

from ringtrace.report.words import counted, place_name, short_place

_SIDE = 52
# Five steps of one blue; letters turn white where dark ones would lose contrast (under 4.5 : 1).
_SHADES = ("#e3eef6", "#bcd6ea", "#86b6d8", "#2a77ad", "#00548a")
_WHITE_FROM = 3


@cache
def _tiles() -> Mapping[str, tuple[int, int]]:
    document = tomllib.loads((resources.files("ringtrace.report") / "tiles.toml").read_text("utf-8"))
    return {code: (column, row) for code, (column, row) in document["tiles"].items()}


def tile_map(values: Mapping[str, int], noun: str = "post") -> str:
    """Return a tile map; values: GB/T 2260 province code -> how many ``noun``. "" when none is on the map."""
    tiles = _tiles()
    peak = max((values.get(code, 0) for code in tiles), default=0)
    if not peak:
        return ""
    parts = [_tile(code, column, row, values.get(code, 0), peak, noun) for code, (column, row) in tiles.items()]
    named = sum(bool(values.get(code)) for code in tiles)
    label = f"Tile map: {counted(named, 'province')} named"
    return (
        f'<svg viewBox="-2 -2 {9 * _SIDE + 2} {8 * _SIDE + 2}" class="tiles" role="img" aria-label="{label}">'
        f"{''.join(parts)}</svg>"
    )


def _tile(code: str, column: int, row: int, value: int, peak: int, noun: str) -> str:
    step = min(len(_SHADES) - 1, len(_SHADES) * value // (peak + 1))
    fill = _SHADES[step] if value else "#fff"
    ink = ' class="faint"' if not value else ' class="light"' if step >= _WHITE_FROM else ""
    short = escape(short_place(code))
    number = f'<text x="24" y="39"{ink}>{value:,}</text>' if value else ""
    return (
        f'<g transform="translate({column * _SIDE},{row * _SIDE})"><rect width="48" height="48" rx="3" fill="{fill}"/>'
        f"<title>{escape(place_name(code))}: {counted(value, noun)}</title>"
        f'<text x="24" y="{22 if value else 29}"{ink}>{short}</text>{number}</g>'
    )


def off_map(values: Mapping[str, int]) -> list[str]:
    """Return what has no tile (other countries' divisions), largest first: "Guangxi ...: 3"."""
    away = sorted(((n, code) for code, n in values.items() if code not in _tiles()), key=lambda x: (-x[0], x[1]))
    return [f"{place_name(code)}: {number:,}" for number, code in away]

"""How likely eleven digits are one number, by what stands between them."""

from __future__ import annotations

_STRIPPED = 12
"""Code points of what a text says to leave out between the digits."""
_LISTING = frozenset([",", "、", ";", "/", "至", "~"])
_COMMON = frozenset(
    [(3, 4, 4), (3, 8), (4, 4, 3), (3, 3, 5), (3, 3, 3, 2), (4, 3, 4), (3, 5, 3), (5, 6), (6, 5),
     (7, 4), (4, 7), (3, 2, 2, 2, 2), (3, 2, 3, 3), (5, 3, 3)]
)  # fmt: skip


def judge_gaps(gaps: list[str], near: bool, cued: bool, strip: bool) -> tuple[float, str]:
    """Return (probability, rule) of eleven sure digits with these gaps; near: a cue stands right before."""
    full = [gap for gap in gaps if gap]
    if not full:
        return 0.0, ""
    sizes = _sizes(gaps)
    if any(char.isalnum() for gap in full for char in gap):
        return _judge_fillers(full, sizes, near, strip), "fillers > 11 digits"
    return _judge_signs(full, sizes, near, cued), "separators > 11 digits"


def _judge_signs(full: list[str], sizes: tuple[int, ...], near: bool, cued: bool) -> float:
    one = len(set(full)) == 1
    if max(sizes) == 1:
        dotted = sum("." in gap for gap in full)
        return 0.93 if one else 0.3 if dotted and dotted < len(full) and not near else 0.8
    if one and sizes in _COMMON and full[0].strip() in _LISTING:
        return 0.93 if near else 0.75
    if any(gap.strip() in _LISTING or ":" in gap for gap in full if gap.strip()):
        return 0.85 if near and one else 0.35
    if sizes[:2] in ((4, 2), (4, 1)):
        return 0.8 if near else 0.25
    if sizes in _COMMON:
        return 0.97 if near else 0.92 if sum(map(len, full)) <= 3 * len(full) else 0.8
    return 0.93 if near else _judge_odd_groups(full, sizes, one, cued)


def _judge_odd_groups(full: list[str], sizes: tuple[int, ...], one: bool, cued: bool) -> float:
    """Groups of no usual size and no cue: prices, sizes and scores look like this, too."""
    if max(sizes) <= 2 and len(set(sizes)) <= 2:
        return 0.6 if one and "".join(full).strip(" -") else 0.42
    if sizes[0] == 1 or sizes[-1] == 1:
        return 0.4
    return 0.8 if one else 0.65 if len(full) <= 4 or cued else 0.5


def _judge_fillers(full: list[str], sizes: tuple[int, ...], near: bool, strip: bool) -> float:
    one = len(set(full)) == 1
    longest = max(map(len, full))
    if len(full) == 1 and max(sizes) >= 8 and not strip:
        return 0.0
    if strip and longest <= _STRIPPED:
        return 0.9
    if len(full) >= 3 and all(len(gap) == 1 and "a" <= gap <= "z" for gap in full):
        return 0.9 if near else 0.65
    if max(sizes) == 1 and longest <= 2:
        return 0.9 if one or near else 0.8 if longest == 1 else 0.45
    if one and longest <= 2 and len(full) >= 2:
        return 0.85 if near else 0.6 if len(full) >= 3 else 0.5
    return 0.75 if near and longest <= 2 else 0.0


def _sizes(gaps: list[str]) -> tuple[int, ...]:
    sizes = [1]
    for gap in gaps:
        if gap:
            sizes.append(1)
        else:
            sizes[-1] += 1
    return tuple(sizes)


def goes_on(text: str, start: int, stop: int, gaps: list[str]) -> bool:
    """Whether a row of single digits runs on beyond the eleven: then it is a longer number."""
    gap = gaps[0]
    if not gap or len(set(gaps)) != 1:
        return False
    size = len(gap)
    after = text[stop : stop + size] == gap and text[stop + size : stop + size + 1].isdigit()
    alone = not text[stop + size + 1 : stop + size + 2].isdigit()
    before = text[start - size : start] == gap and start > size and text[start - size - 1].isdigit()
    return (after and alone) or before

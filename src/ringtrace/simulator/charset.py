"""Which charset a producer of the time used for these words."""

from __future__ import annotations

import random

from ringtrace.simulator.play import Scene


def choose_charset(scene: Scene, dice: random.Random) -> str:
    """Return Big5 where the words allow it, else GB18030 (declared as gbk or gb18030) or UTF-8."""
    sample = "".join(line.text for line in scene.lines[:400] if line.language != "en")
    ideographs = [char for char in sample if "\u4e00" <= char <= "\u9fff"]
    if not ideographs:
        return "utf-8"
    known = sum(_in_big5(char) for char in ideographs)
    if known >= 0.97 * len(ideographs):
        return "big5"
    return "gbk" if dice.random() < 0.5 else "utf-8"


def _in_big5(char: str) -> bool:
    try:
        char.encode("big5")
    except UnicodeEncodeError:
        return False
    return True

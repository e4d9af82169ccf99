"""Writes ``lexicons/name_sound.zh.toml``: the commonest reading of each character of GB 2312, without its tone.

python benchmarks/build_name_sounds.py OUT.toml, where pypinyin (MIT) is installed; the program itself does not need it.
Names are compared by sound with it (``linking/names.py``); which reading a character has in a name is a guess.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path

from pypinyin import lazy_pinyin  # type: ignore[import-not-found, import-untyped, unused-ignore]

_HEAD = """\
# Characters of GB 2312 by their commonest reading without tone: the readings of pypinyin (MIT), made by
# benchmarks/build_name_sounds.py. Two names that sound the same are compared by it (linking/names.py).
version = "1"
"""


def characters() -> list[str]:
    """Return the Chinese characters of GB 2312 in its order."""
    rows = (bytes((row, cell)) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    return [char for char in (pair.decode("gb2312", "ignore") for pair in rows) if char]


def main() -> None:
    sounds: dict[str, list[str]] = defaultdict(list)
    for char in characters():
        (sound,) = lazy_pinyin(char)
        sounds[sound.replace("ü", "v")].append(char)
    tables = [f"[concept.{sound}]\nterms = {json.dumps(sounds[sound], ensure_ascii=False)}" for sound in sorted(sounds)]
    Path(sys.argv[1]).write_text(_HEAD + "\n" + "\n\n".join(tables) + "\n", "utf-8")


if __name__ == "__main__":
    main()

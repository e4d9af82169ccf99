"""Signs of a handle told in words: "marta underscore k underscore home", fang yuan 下划线 六八, lin(下划线)201."""

from __future__ import annotations

import re
from itertools import islice

from ringtrace.text import lexicon
from ringtrace.text.contacts.tables import digit_tables
from ringtrace.text.folding import Edit

HINTS = lexicon.load("disguise")["underscore"]
_SIGN = f"(?:{'|'.join(map(re.escape, HINTS))})"
_BESIDE = r"[ ]{0,2}[(\[{'\"]?(?:中间|然后|再|加|一个|个|是|,|then |and |plus )?(two |double |2 |两个|俩)?"
_BEHIND = r"s?(?:符号|连接|后面|然后|再|加|接|是|,| then| and| plus)?[)\]}'\"]?[ ]{0,2}"
# "the underscore" speaks of the sign itself.
_SPOKEN = re.compile(
    rf"(?<=[a-z0-9])(?<!\bthe)(?<!\ban)(?<!\bno)(?<!\bof)(?<!\bis){_BESIDE}{_SIGN}{_BEHIND}(?=[a-z0-9零〇一二两三四五六七八九])"
)
_PARTED = re.compile(rf"(?:(?<=[^\x00-\x7f])|(?<=:)) ?([a-z]{{1,8}}(?: [a-z]{{1,8}}){{1,2}})(?={_BESIDE}{_SIGN})")
# "l-a-n-y-i then two underscores"
_HYPHENED = re.compile(r"(?<![a-z0-9])[a-z](?:-[a-z]){2,12}(?![a-z0-9-])")
# "r o s e h i p underscore 41": letter by letter before the sign.
_LETTERED = re.compile(rf"(?<![a-z0-9])(?<![a-z0-9] )[a-z](?: [a-z]){{2,12}}(?={_BESIDE}{_SIGN})")
_NUMERALS = re.compile(r"[零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖幺]{1,8}")


def find_edits(text: str) -> list[Edit]:
    """Return the edits that put the signs, and digits for the number words right behind them."""
    edits: list[Edit] = []
    for match in islice(_SPOKEN.finditer(text), 100):
        edits.append((match.start(), match.end(), "__" if match.group(1) else "_"))
        numeral = _NUMERALS.match(text, match.end())
        if numeral:
            edits.append((*numeral.span(), numeral.group().translate(digit_tables()[0])))
    for match in islice(_PARTED.finditer(text), 100) if edits else ():
        start = match.start(1)
        edits += [(start + i, start + i + 1, "") for i, char in enumerate(match.group(1)) if char == " "]
    for match in islice(_LETTERED.finditer(text), 50) if edits else ():
        edits += [(match.start() + i, match.start() + i + 1, "") for i, char in enumerate(match.group()) if char == " "]
    if edits:
        told = {start for start, _, _ in edits}
        for match in islice(_HYPHENED.finditer(text), 50):
            if match.end() in told:
                edits += [
                    (match.start() + i, match.start() + i + 1, "") for i, c in enumerate(match.group()) if c == "-"
                ]
    return sorted(edits)

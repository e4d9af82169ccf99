"""Digits that are told instead of written: spoken, glued together, counted off, typed with the shift key."""

from __future__ import annotations

import re
from itertools import islice

from ahocorasick_rs import AhoCorasick

from ringtrace.text.contacts.tables import digit_tables, digit_words
from ringtrace.text.folding import Edit

# Budgets for hostile texts.
_MOST, _CHAINS_MOST = 10_000, 500
# "一百七十" before further digits says 170.
_HUNDRED = re.compile(r"(\d)百(\d)十(\d?)(?=[^\w]{0,2}\d{2})")
# "一百七 零零七二 三八五六": the tens without their word, where a mobile number follows from it.
_SEVENTEEN_TENS = re.compile(r"1百([3-9])(?=(?:[^\w\n]{0,2}\d){8}(?!\d))")
# "3个8" inside a chain of digits says 888.
_TIMES = re.compile(r"(?<=\d)([2-5])[个连连](\d)|([2-5])[个连](\d)(?=[ -]?\d{2})")
# Numerals in groups: "一百七十 零零 一十二 三十四 五十六" says 170 00 12 34 56.
_TENS = re.compile(r"[\d十百](?:[ ,、.·-]{0,2}[\d十百]){5,30}")
_GROUP = re.compile(r"(\d)百(?:(\d)?(十)(\d)?)?|(\d)?十(\d)?|\d+")
# A word begins behind anything but a letter, or right behind a cue: "QQone four five".
_APART = r"(?:(?<![a-z])|(?<=qq)|(?<=vx)|(?<=wx)|(?<=加q)|(?<=tg))"
_SHIFT = str.maketrans("!@#$%^&*()", "1234567890")
_SHIFTED = re.compile(r"(?<![!@#$%^&*()])[!@#$%^&*()]{11}(?![!@#$%^&*()])")
# "jojo seven seven seven at postbox": the digits go on with the word before them.
_MAIL_TAIL, _MAIL_HEAD = re.compile(r" ?(?:at |@|\(at\))"), re.compile(r"[a-z]{2} $")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_SPEAKING = frozenset("个连百十")


def digit_edits(text: str, digits: int) -> list[Edit]:
    """Return the edits, sorted and disjoint, that put digits for those told in a folded text.

    digits: how many digits and number words the text holds.
    """
    if _spoken(text):
        edits = _spoken_edits(text)
    elif digits > 3 and not _SPEAKING.isdisjoint(text):
        strong = text.translate(digit_tables()[0])
        edits = _times_edits(strong) or _tens_edits(strong)
    else:
        edits = []
    if not edits and "!" in text:
        edits = [
            (place, place + 1, match.group()[place - match.start()].translate(_SHIFT))
            for match in islice(_SHIFTED.finditer(text), _CHAINS_MOST)
            if _MOBILE.fullmatch(match.group().translate(_SHIFT))
            for place in range(*match.span())
        ]
    return edits


def _tens_edits(strong: str) -> list[Edit]:
    """Return edits for numerals with tens where together they tell a mobile number."""
    edits: list[Edit] = []
    for match in islice(_TENS.finditer(strong), _CHAINS_MOST):
        if "十" not in match.group() and "百" not in match.group():
            continue
        said = [(group.start(), group.end(), _numeral(group)) for group in _GROUP.finditer(match.group())]
        if _MOBILE.fullmatch("".join(value for _, _, value in said)):
            edits += [(match.start() + start, match.start() + stop, value) for start, stop, value in said]
    return edits


def _numeral(group: re.Match[str]) -> str:
    """Return the digits of one numeral up to 999, as it is read off."""
    if group.group(1):
        tens = group.group(2) or ("1" if group.group(3) else "0")
        return group.group(1) + tens + (group.group(4) or "0")
    if "十" in group.group():
        return (group.group(5) or "1") + (group.group(6) or "0")
    return group.group()


def _times_edits(strong: str) -> list[Edit]:
    """Return edits for "three times 8" and "one hundred and seventy" inside chains of digits."""
    edits = [
        (m.start(), m.end(), (m.group(2) or m.group(4)) * int(m.group(1) or m.group(3)))
        for m in islice(_TIMES.finditer(strong), _MOST)
    ]
    if not edits:
        edits = [(m.start(), m.end(), m.group(1) + m.group(2) + (m.group(3) or "0")) for m in _HUNDRED.finditer(strong)]
        edits = edits or [(m.start(), m.end(), f"1{m.group(1)}0") for m in _SEVENTEEN_TENS.finditer(strong)]
    return edits[:_MOST]


def _word_pattern() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words, tens, repeat = digit_words()
    listed = "|".join(sorted((*words, *tens, *repeat), key=lambda w: (-len(w), w)))
    one = rf"(?:{_APART}(?:{listed})(?![a-z])|\d{{1,8}})"
    return re.compile(rf"{one}(?:[^a-z0-9]{{1,3}}{one}){{2,40}}"), re.compile(
        rf"{_APART}(?:{listed})(?![a-z])|\d{{1,8}}"
    )


_CHAIN, _WORD = _word_pattern()
SPOKEN = tuple(sorted(word for words in digit_words() for word in words if len(word) > 1))
_SPOKEN = AhoCorasick(SPOKEN)


def _listed() -> str:
    words, tens, _ = digit_words()
    return "|".join(sorted((w for w in (*words, *tens) if len(w) > 1), key=lambda w: (-len(w), w)))


_GLUED = re.compile(rf"(?<![a-z0-9_])(?:(?>{_listed()}|\d)){{6,40}}+(?![a-z0-9_])")
# The same with signs between: "2one2-five55-0one23", "oneseven00oh-oh 44 82 16".
_GLUED_APART = re.compile(
    rf"(?<![a-z0-9_])(?<!\d[ .-])(?>{_listed()}|\d)(?:[ .|-]{{0,3}}(?>{_listed()}|o(?=\d)|\d)){{8,15}}+(?![a-z0-9_])"
)
_AMERICAN_HEAD = re.compile(r"1[ .-]{1,2}[2-9]\d\d[ .-]")
_TELEPHONE = re.compile(r"(?:86)?1[3-9]\d{9}|1?[2-9]\d{2}[2-9]\d{6}|0?7\d{9}")
_PART = re.compile(rf"{_listed()}|o(?=\d)|\d")


def _spoken(text: str) -> bool:
    if len(_SPOKEN.find_matches_as_indexes(text)) < 2:
        return False
    return any(pattern.search(text) is not None for pattern in (_CHAIN, _GLUED, _GLUED_APART))


def _spoken_edits(text: str) -> list[Edit]:
    """Return edits that put digits for chains of four or more spoken digits, gaps included."""
    edits = _apart_edits(text)
    for chain in islice(_CHAIN.finditer(text), _CHAINS_MOST) if not edits else ():
        found = list(_WORD.finditer(chain.group()))
        spoken = [match.group() for match in found]
        if sum(not word.isdigit() for word in spoken) < 2 or not _read_off(spoken):
            continue
        digits = _say(spoken)
        base = chain.start()
        for place, (match, value) in enumerate(zip(found, digits, strict=True)):
            gap_stop = found[place + 1].start() if place + 1 < len(found) else match.end()
            edits.append((base + match.start(), base + match.end(), value))
            if gap_stop > match.end():
                edits.append((base + match.end(), base + gap_stop, ""))
        if _MAIL_TAIL.match(text, chain.end()) and _MAIL_HEAD.search(text, max(0, base - 12), base):
            edits.append((base - 1, base, ""))
    return sorted(edits) or _glued_edits(text)


def _glued_edits(text: str) -> list[Edit]:
    """Return edits for words without blanks: "oneseven000one2three"."""
    words, tens, _ = digit_words()
    edits: list[Edit] = []
    for chain in islice(_GLUED.finditer(text), _CHAINS_MOST):
        found = list(_PART.finditer(chain.group()))
        said = [words.get(m.group()) or tens.get(m.group(), m.group()) for m in found]
        told = "".join(said)  # "dongdong4198" would be 004198: no number begins so, it is a name
        if sum(not match.group().isdigit() for match in found) >= 2 and (told[0] != "0" or told[1:2] == "7"):
            base = chain.start()
            edits += [(base + m.start(), base + m.end(), value) for m, value in zip(found, said, strict=True)]
    return edits


def _apart_edits(text: str) -> list[Edit]:
    """Return edits for words and digits glued in groups, where together they tell a telephone number."""
    words, tens, _ = digit_words()
    for chain in islice(_GLUED_APART.finditer(text), _CHAINS_MOST):
        found = list(_PART.finditer(chain.group()))
        said = [words.get(m.group()) or tens.get(m.group(), m.group()) for m in found]
        spelled = sum(not match.group().isdigit() for match in found)
        if spelled and _TELEPHONE.fullmatch("".join(said)):
            base, stop = chain.span()
            abroad = "+" if _AMERICAN_HEAD.match(chain.group()) else ""
            return [(base, stop, abroad + "".join(said))]
    return []


_SCALE = frozenset({"hundred", "thousand"})
_LONG = 8
"""Words of a number that is read off, "nine hundred" among them."""
_WRITTEN = 4
"""Digits written beside "nine hundred" that make it a part of a number read off, no sum."""


def _read_off(spoken: list[str]) -> bool:
    if _SCALE.isdisjoint(spoken) or any(word.isdigit() and len(word) >= _WRITTEN for word in spoken):
        return True
    return len(spoken) >= _LONG and "thousand" not in spoken


def _say(spoken: list[str]) -> list[str]:
    """Return the digits of each spoken word: "double", "5" gives "", "55"; "seventy", "2" gives "7", "2"."""
    words, tens, repeat = digit_words()
    said = []
    times = 1
    for place, word in enumerate(spoken):
        if word in repeat:
            times = repeat[word]
            said.append("")
        elif word in tens:
            following = words.get(spoken[place + 1], spoken[place + 1]) if place + 1 < len(spoken) else ""
            joins = len(following) == 1 and following not in ("0", "") and spoken[place + 1].isalpha()
            said.append(tens[word] + ("" if joins else "0"))
        else:
            said.append(words.get(word, word) * times)
            times = 1
    return said

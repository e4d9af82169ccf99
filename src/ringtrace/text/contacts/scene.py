"""One text laid out for reading contacts: its layer with spoken digits settled, its cues, its digits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from ringtrace.text.contacts.tables import Cues, digit_tables, digit_words
from ringtrace.text.folding import Edit, Folded

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
_SINGLE = re.compile(r"(?<![a-z0-9])[qvw](?![a-z])(?=[^a-z0-9]{0,4}[a-z0-9])")
_GLUED = frozenset({"vx", "wx", "qq", "tg", "wechat", "weixin", "加v", "+v", "加q", "+q", "加w", "+w", "加tg", "+tg"})
# "3个8" inside a chain of digits says 888.
_TIMES = re.compile(r"(?<=\d)([2-5])[个連连](\d)|([2-5])[个连](\d)(?=[ -]?\d{2})")


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue at ``text[start:stop]`` of the layer; sure is False for sound-alikes and single letters."""

    start: int
    stop: int
    concept: str
    sure: bool


@dataclass
class Scene:
    """layer: folded text with spoken digits as digits. The readings below have its length."""

    layer: Folded
    cues: Cues

    @property
    def text(self) -> str:
        return self.layer.text

    @cached_property
    def strong(self) -> str:
        """Digits, number words and marks as digits, all else as in ``text``."""
        return self.text.translate(digit_tables()[0])

    @cached_property
    def weak(self) -> str:
        """The same with the readings that hold only beside a cue: homophones and look-alikes."""
        return self.text.translate(digit_tables()[1])

    @cached_property
    def found(self) -> tuple[Cue, ...]:
        return find_cues(self.text, self.cues)


def find_cues(text: str, lexicon: Cues) -> tuple[Cue, ...]:
    """Return the cues of a folded text in order, without overlaps."""
    marks = text.translate(lexicon.marks)
    kept = []
    for index, start, stop in lexicon.automaton.find_matches_as_indexes(marks):
        cue = _settle(text, start, stop, lexicon.concepts[index], lexicon)
        if cue is not None:
            kept.append(cue)
    if "v" in text or "w" in text or "q" in text:
        kept.extend(_single_letters(text, kept))
        kept.sort(key=lambda cue: (cue.start, -cue.stop))
    return tuple(kept)


def _settle(text: str, start: int, stop: int, concept: str, lexicon: Cues) -> Cue | None:
    raw = text[start:stop]
    if concept == "address":
        return Cue(start, stop, concept, True)
    if raw[0] in _LETTERS and start and text[start - 1] in _LETTERS:
        return None
    if raw[-1] in _LETTERS and text[stop : stop + 1] in _LETTERS and text[stop : stop + 1]:
        before = text[start - 1] if start else ""
        if raw not in _GLUED or not (raw[0] in "加+" or (before and not before.isascii()) or before == "+"):
            return None
        return Cue(start, stop, concept.removesuffix("_weak"), False)
    if concept == "wechat_single":
        around = text[stop : stop + 2]
        good = around[:1] and (not around[0].isalpha() or around[0].isascii() or around[0] in "号我")
        return Cue(start, stop, "wechat", False) if good and raw in "微薇威徽溦" else None
    if concept in ("wechat", "wechat_weak"):
        return Cue(start, stop, "wechat", raw in lexicon.strong_wechat)
    if concept in ("qq", "qq_weak"):
        return Cue(start, stop, "qq", raw in lexicon.strong_qq)
    if concept == "telegram_weak":
        return Cue(start, stop, "telegram", False)
    return Cue(start, stop, concept, "飞机" not in raw)


def _single_letters(text: str, kept: list[Cue]) -> list[Cue]:
    taken = {cue.start for cue in kept} | {cue.stop - 1 for cue in kept}
    return [
        Cue(match.start(), match.end(), "qq" if match.group() == "q" else "wechat", False)
        for match in _SINGLE.finditer(text)
        if match.start() not in taken
    ]


def lay_out(folded: Folded, lexicon: Cues) -> Scene | None:
    """Return the scene of a folded text, or None when it cannot hold a contact.

    The test is cheap: no cue of any kind, no at sign and fewer than five digits or spoken digits.
    """
    text = folded.text
    found = find_cues(text, lexicon)
    digits = sum(map(text.translate(digit_tables()[0]).count, "0123456789"))
    spoken = _spoken(text)
    if (
        not found
        and "@" not in text
        and digits < 5
        and not spoken
        and not any(map(text.__contains__, ("110", "911", "120")))
    ):
        return None
    if not spoken and digits < 3 and not any(_USEFUL.__contains__(cue.concept) for cue in found) and "@" not in text:
        return None
    layer = folded
    edits = _spoken_edits(text) if spoken else []
    if not edits and digits > 3 and ("个" in text or "连" in text):
        edits = _times_edits(layer.text.translate(digit_tables()[0]))
    scene = Scene(layer.rewrite(edits) if edits else layer, lexicon)
    if not edits:
        scene.__dict__["found"] = found
    return scene


_USEFUL = frozenset({"wechat", "qq", "telegram", "address", "add", "email", "phone", "whatsapp"})


def _times_edits(strong: str) -> list[Edit]:
    return [
        (m.start(), m.end(), (m.group(2) or m.group(4)) * int(m.group(1) or m.group(3)))
        for m in _TIMES.finditer(strong)
    ]


def _word_pattern() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words, tens, repeat = digit_words()
    listed = "|".join(sorted((*words, *tens, *repeat), key=lambda w: (-len(w), w)))
    one = rf"(?:(?<![a-z])(?:{listed})(?![a-z])|\d)"
    return re.compile(rf"{one}(?:[^a-z0-9]{{1,3}}{one}){{3,}}"), re.compile(rf"(?<![a-z])(?:{listed})(?![a-z])|\d")


_CHAIN, _WORD = _word_pattern()
_QUICK = re.compile(
    r"(?<![a-z])(?:one|two|three|four|five|six|seven|eight|nine|zero|oh|double|yao|ling|liu|cero|nol|khong)(?![a-z])"
)


def _spoken(text: str) -> bool:
    return _QUICK.search(text) is not None and _CHAIN.search(text) is not None


def _spoken_edits(text: str) -> list[Edit]:
    """Return edits that put digits for chains of four or more spoken digits, gaps included."""
    edits: list[Edit] = []
    for chain in _CHAIN.finditer(text):
        found = list(_WORD.finditer(chain.group()))
        if sum(not match.group().isdigit() for match in found) < 2:
            continue
        digits = _say([match.group() for match in found])
        base = chain.start()
        for place, (match, value) in enumerate(zip(found, digits, strict=True)):
            gap_stop = found[place + 1].start() if place + 1 < len(found) else match.end()
            edits.append((base + match.start(), base + match.end(), value))
            if gap_stop > match.end():
                edits.append((base + match.end(), base + gap_stop, ""))
    return edits


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

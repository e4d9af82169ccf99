"""How people type: marks, small words, slips; the same account always has the same habits."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass

from ringtrace.simulator.authors.fifth.weave import Piece

_SLIPS = {"在": "再", "的": "滴", "没有": "木有", "什么": "神马", "这样": "酱紫", "知道": "造", "时候": "时侯",
          "做": "作", "那": "拿", "吗": "么", "了": "啦", "怎么": "咋", "我们": "俺们", "已经": "己经"}  # fmt: skip
_EN_SLIPS = {"you": "u", "are": "r", "please": "pls", "thanks": "thx", "tomorrow": "tmrw", "because": "cos",
             "going to": "gonna", "want to": "wanna", "I'm": "im", "don't": "dont", "it's": "its", "and": "n",
             "the ": "teh ", "with": "w", "okay": "k", "about": "abt", "that's": "thats"}  # fmt: skip
_TAILS = {"zh": ("哈", "呢", "咯", "哦", "呀", "啊", "撒", "嘞", "~", "。。", "！", "[呲牙]", "[握手]", "……", "噻"),
          "en": ("!", "..", " lol", " :)", " ok", " x", "...", " ya", " haha", "!!")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Habit:
    comma: str
    stop: bool
    tail: float
    slip: float
    lower: bool
    break_lines: bool


def habit_of(hand: int) -> Habit:
    dice = random.Random(f"habit/{hand}")
    return Habit(
        dice.choice(("，", "，", " ", ",", "、", "  ", "。")), dice.random() < 0.25, dice.choice((0, 0.05, 0.1, 0.3)),
        dice.choice((0, 0, 0.02, 0.1)), dice.random() < 0.5, dice.random() < 0.1,
    )  # fmt: skip


def retype(pieces: Iterable[Piece], habit: Habit, language: str, dice: random.Random) -> str:
    """Return the words as this hand types them; pieces that are mentions stay as they are."""
    out = [words if spoken else _retype(words, habit, language, dice) for words, spoken in pieces if words]
    text = "".join(out).strip()
    if dice.random() < habit.tail and text[-1:] not in "?？!！吗么没不呢":
        text = text.rstrip("。.") + dice.choice(_TAILS[language])
    elif habit.stop and language == "zh" and text[-1:].isalpha():
        text += "。"
    return text


def _retype(words: str, habit: Habit, language: str, dice: random.Random) -> str:
    if language == "zh":
        words = words.replace("，", habit.comma)
        table = _SLIPS
    else:
        table = _EN_SLIPS
        if habit.lower:
            words = words[:1].lower() + words[1:] if not words.startswith("I ") else words
    if habit.slip:
        for right, wrong in table.items():
            if right in words and dice.random() < habit.slip:
                words = words.replace(right, wrong, 1)
    return words.replace("。", "\n", 1) if habit.break_lines and "。" in words[:-1] else words

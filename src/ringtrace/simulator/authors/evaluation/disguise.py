"""Ways in which a handle is written so that a plain search misses it.

A family has an opaque name: ``known_*`` are classes that the project's shared domain notes list,
``own_*`` are not listed there. Each takes the digits (or the id) and gives the surface.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

Writer = Callable[[str, Random], str]

KEY_CAP = "\ufe0f\u20e3"
INVISIBLE = ("\u200b", "\u200c", "\u2060", "\u00ad", "\u200d", "\u180e", "\ufe0e")
PLAIN_WORDS = ("零一二三四五六七八九", "〇一二三四五六七八九")
FINANCE_WORDS = ("零壹贰叁肆伍陆柒捌玖", "零壹貳參肆伍陸柒捌玖")
RADIO_WORDS = ("洞幺两三四五六拐八九", "洞幺两三四五六拐八勾", "零幺二三四五六拐八勾")
ROUNDS = ("⓪①②③④⑤⑥⑦⑧⑨", "⓿❶❷❸❹❺❻❼❽❾", "0⑴⑵⑶⑷⑸⑹⑺⑻⑼", "O⒈⒉⒊⒋⒌⒍⒎⒏⒐", "🄋➀➁➂➃➄➅➆➇➈")
SHAPES = {
    "0": "oOОοQ",
    "1": "lIi|丨",
    "2": "zZ",
    "3": "ЗзƷ",
    "4": "Ч",
    "5": "sS",
    "6": "бb",
    "7": "7",
    "8": "B",
    "9": "gq",
}
SOUNDS = {
    "0": "林灵铃另玲",
    "1": "衣医伊依易",
    "2": "尔儿而耳",
    "3": "山伞散",
    "4": "司思寺丝",
    "5": "舞吴吾武",
    "6": "柳刘流溜",
    "7": "妻期七气起",
    "8": "吧巴爸扒",
    "9": "酒久就旧",
}
SCRIPTS = (
    "٠١٢٣٤٥٦٧٨٩",
    "०१२३४५६७८९",
    "๐๑๒๓๔๕๖๗๘๙",
    "০১২৩৪৫৬৭৮৯",
    "໐໑໒໓໔໕໖໗໘໙",
    "۰۱۲۳۴۵۶۷۸۹",
    "༠༡༢༣༤༥༦༧༨༩",
    "᠐᠑᠒᠓᠔᠕᠖᠗᠘᠙",
)
MATH_DIGITS = (0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6)
MATH_LETTERS = (0x1D41A, 0x1D5BA, 0x1D5EE, 0x1D68A, 0x1D622)
SUPER, SUB = "⁰¹²³⁴⁵⁶⁷⁸⁹", "₀₁₂₃₄₅₆₇₈₉"
ROMAN = "OⅠⅡⅢⅣⅤⅥⅦⅧⅨ"
ROMAN_SMALL = "oⅰⅱⅲⅳⅴⅵⅶⅷⅸ"
CLOCKS = "⭕🕐🕑🕒🕓🕔🕕🕖🕗🕘"
SUZHOU = "〇〡〢〣〤〥〦〧〨〩"
BRACKETED = ("〇㈠㈡㈢㈣㈤㈥㈦㈧㈨", "零㊀㊁㊂㊃㊄㊅㊆㊇㊈")
PINYIN = ("ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu")
PINYIN_RADIO = ("dong", "yao", "er", "san", "si", "wu", "liu", "guai", "ba", "jiu")
ENGLISH = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
FILLERS = "花草风云雨月山水天地心福安"
FLOWERS = ("🌸", "🍀", "⭐", "🌙", "🐰", "🍎", "💕", "🌻", "✨", "🎈")
SEPARATORS = ("-", " ", ".", "*", "~", "_", "/", "·", "—", "…", "=", "^", "、", ",", "#", "+", "'", "丶", "　")
PAIRS = ("()", "【】", "<>", "《》")
LETTER_SHAPES = {"a": "а", "c": "с", "e": "е", "o": "о", "p": "р", "x": "х", "y": "у", "i": "і", "s": "ѕ", "j": "ј"}
FULL_OFFSET = 0xFEE0


def chunks(digits: str, rng: Random) -> list[str]:
    """Cuts a number the way people dictate it."""
    if len(digits) == 11:
        plans = ((3, 4, 4), (3, 2, 2, 2, 2), (3, 3, 3, 2), (4, 4, 3), (5, 6), (3, 8), (5, 3, 3), (7, 4))
        plan: tuple[int, ...] = rng.choice(plans)
    else:
        half = len(digits) // 2
        plan = rng.choice(((half, len(digits) - half), (2,) * half + (len(digits) % 2,), (3,) * 4))
    parts, at = [], 0
    for size in plan:
        parts.append(digits[at : at + size])
        at += size
    parts.append(digits[at:])
    return [part for part in parts if part]


def _row(table: str) -> Writer:
    return lambda digits, rng: "".join(table[int(d)] if d.isdigit() else d for d in digits)


def _rows(tables: tuple[str, ...]) -> Writer:
    return lambda digits, rng: _row(rng.choice(tables))(digits, rng)


def _full(text: str, rng: Random) -> str:
    return "".join(chr(ord(c) + FULL_OFFSET) if "!" <= c <= "~" else c for c in text)


def _shape(digits: str, rng: Random) -> str:
    swapped = [rng.choice(SHAPES[d]) if d in SHAPES and (d in "01" or rng.random() < 0.45) else d for d in digits]
    return "".join(swapped)


def _letter_shape(text: str, rng: Random) -> str:
    out = [LETTER_SHAPES[c] if c in LETTER_SHAPES and rng.random() < 0.8 else c for c in text]
    return "".join(out) if out != list(text) else "".join(LETTER_SHAPES.get(c, c) for c in text)


def _invisible(text: str, rng: Random) -> str:
    sign = rng.choice(INVISIBLE)
    every = rng.choice((1, 1, 2, 3))
    return "".join(c + (sign if i % every == 0 and i + 1 < len(text) else "") for i, c in enumerate(text))


def _keycap(digits: str, rng: Random) -> str:
    return "".join(d + KEY_CAP for d in digits)


def _punctuate_all(text: str, rng: Random) -> str:
    sign = rng.choice(SEPARATORS)
    if rng.random() < 0.3:
        pairs = [rng.choice(PAIRS) for _ in range(len(text))]
        return "".join(f"{pair[0]}{part}{pair[1]}" for pair, part in zip(pairs, chunks(text, rng), strict=False))
    return sign.join(text)


def _join_mixed(text: str, rng: Random) -> str:
    parts = chunks(text, rng)
    out = parts[0]
    for part in parts[1:]:
        out += rng.choice(SEPARATORS) + part
    return out


def _lines(text: str, rng: Random) -> str:
    return "\n".join(chunks(text, rng))


def _sound(digits: str, rng: Random) -> str:
    return "".join(rng.choice(SOUNDS[d]) for d in digits)


def _mixture(digits: str, rng: Random) -> str:
    tables = (PLAIN_WORDS[0], FINANCE_WORDS[0], ROUNDS[0], "0123456789", "０１２３４５６７８９", RADIO_WORDS[2])
    return "".join(rng.choice(tables)[int(d)] for d in digits)


def _math(text: str, rng: Random) -> str:
    digits, letters = rng.choice(MATH_DIGITS), rng.choice(MATH_LETTERS)
    out = []
    for c in text:
        if c.isdigit():
            out.append(chr(digits + int(c)))
        elif "a" <= c <= "z":
            out.append(chr(letters + ord(c) - ord("a")))
        else:
            out.append(c)
    return "".join(out)


def _sum(digits: str, rng: Random) -> str:
    places = set(rng.sample(range(2, len(digits)), min(3, len(digits) - 2)))
    out = []
    for i, d in enumerate(digits):
        value = int(d)
        if i not in places:
            out.append(d)
        elif value >= 2 and rng.random() < 0.6:
            left = rng.randrange(1, value)
            out.append(f"({left}+{value - left})")
        else:
            left = rng.randrange(value + 1, 10) if value < 9 else 9
            out.append(f"({left}-{left - value})")
    return "".join(out)


def _backward(digits: str, rng: Random) -> str:
    hint = rng.choice(("倒着念：{}", "{}（反过来）", "从右往左看{}", "反着读 {}", "{} 倒序"))
    return hint.format(digits[::-1])


def _repeat(digits: str, rng: Random) -> str:
    names = "零一二三四五六七八九"
    many = {2: "两个", 3: "三个", 4: "四个", 5: "五个", 6: "六个"}
    out, at = "", 0
    while at < len(digits):
        run = 1
        while at + run < len(digits) and digits[at + run] == digits[at] and run < 6:
            run += 1
        out += f"{many[run]}{names[int(digits[at])]}" if run > 1 else digits[at]
        at += run
    return out


def _pinyin(digits: str, rng: Random) -> str:
    table = rng.choice((PINYIN, PINYIN_RADIO))
    return rng.choice((" ", "", "-", " ")).join(table[int(d)] for d in digits)


def _filler(digits: str, rng: Random) -> str:
    body = "".join(d + (rng.choice(FILLERS) if i + 1 < len(digits) else "") for i, d in enumerate(digits))
    return body + rng.choice(("（汉字去掉）", "，只看数字", "", " 去字留数", ""))


def _read_number(part: str) -> str:
    names = "〇一二三四五六七八九"
    if part.startswith("0") or len(part) > 3:
        return "".join(names[int(d)] for d in part)
    value = int(part)
    hundred, ten, one = value // 100, value // 10 % 10, value % 10
    out = f"{names[hundred]}百" if hundred else ""
    if ten:
        out += ("" if ten == 1 and not hundred else names[ten]) + "十"
    elif hundred and one:
        out += "零"
    return out + (names[one] if one else "")


def _grouped(digits: str, rng: Random) -> str:
    plan = (3, 2, 2, 2, 2) if len(digits) == 11 else (2,) * (len(digits) // 2) + ((1,) if len(digits) % 2 else ())
    parts, at = [], 0
    for size in plan:
        parts.append(_read_number(digits[at : at + size]))
        at += size
    return rng.choice(("，", " ", "-", "、")).join(parts)


def _shift(digits: str, rng: Random) -> str:
    by = rng.choice((1, 1, 2))
    moved = "".join(str((int(d) + by) % 10) for d in digits)
    return f"{moved}{rng.choice(('（每位减{}）', ' 每个数都减{}', '，各位数-{}才对'))}".format(by)


def _combining(text: str, rng: Random) -> str:
    mark = rng.choice(("\u0332", "\u0336", "\u0305", "\u20d2", "\u0323"))
    return "".join(c + mark for c in text)


def _vertical(digits: str, rng: Random) -> str:
    return "\n".join(digits)


def _turned(digits: str, rng: Random) -> str:
    return f"\u202e{digits[::-1]}\u202c"


def _padded(digits: str, rng: Random) -> str:
    extra = "".join(rng.choice("23456789") for _ in range(2))
    if rng.random() < 0.5:
        return f"{extra}{digits}{rng.choice(('（开头两位不要）', ' 去掉前两位', '，前两个数多余'))}"
    return f"{digits}{extra}{rng.choice(('（末两位不要）', ' 去掉后两位', '，后两个数多余'))}"


def _spelled(text: str, rng: Random) -> str:
    line = rng.choice(("下划线", "（下杠）", "底杠"))
    out = text.replace("_", line).replace("-", rng.choice(("中杠", "横杠")))
    first, rest = out[0], out[1:]
    return f"小写{first} {rest}" if rng.random() < 0.5 or out == text else out


def _petals(text: str, rng: Random) -> str:
    sign = rng.choice(FLOWERS)
    return sign.join(text) if rng.random() < 0.5 else sign.join(chunks(text, rng))


def _swapped(digits: str, rng: Random) -> str:
    cut = rng.randrange(2, len(digits) - 2)
    front, back = digits[:cut], digits[cut:]
    form = rng.choice(("后面是{b}，前面是{f}", "尾{b} 头{f}", "先记后段{b}，再加在{f}后面", "前{n}位{f}，其余{b}"))
    return form.format(f=front, b=back, n="〇一二三四五六七八九"[cut])


def _english(digits: str, rng: Random) -> str:
    zero = rng.choice(("zero", "oh", "zero"))
    return rng.choice((" ", "-", " ")).join(zero if d == "0" else ENGLISH[int(d)] for d in digits)


def _spaced(text: str, rng: Random) -> str:
    return rng.choice((" ", ".", "-", "*", "_ ")).join(text)


DIGITS: dict[str, Writer] = {
    "known_a": _full,
    "known_b": _rows(ROUNDS),
    "known_c": _rows(PLAIN_WORDS),
    "known_d": _rows(FINANCE_WORDS),
    "known_e": _rows(RADIO_WORDS),
    "known_f": _shape,
    "known_g": _invisible,
    "known_h": _keycap,
    "known_i": lambda digits, rng: _join_mixed(digits, rng) if rng.random() < 0.5 else _punctuate_all(digits, rng),
    "known_k": _lines,
    "known_m": _sound,
    "known_n": _mixture,
    "own_a": _rows(SCRIPTS),
    "own_b": _math,
    "own_c": _rows((SUPER, SUB)),
    "own_d": _rows((ROMAN, ROMAN_SMALL)),
    "own_e": _sum,
    "own_f": _backward,
    "own_g": _repeat,
    "own_h": _row(CLOCKS),
    "own_i": _pinyin,
    "own_j": _filler,
    "own_k": _grouped,
    "own_l": _shift,
    "own_m": _row(SUZHOU),
    "own_n": _combining,
    "own_o": _vertical,
    "own_q": _turned,
    "own_r": _padded,
    "own_s": _rows(BRACKETED),
    "own_u": _petals,
    "own_w": _swapped,
}
"""Families for a run of digits (mobile numbers, QQ numbers)."""

IDS: dict[str, Writer] = {
    "known_a": _full,
    "known_f": _letter_shape,
    "known_g": _invisible,
    "known_i": _spaced,
    "own_b": _math,
    "own_n": _combining,
    "own_t": _spelled,
    "own_u": _petals,
}
"""Families for ids that hold letters (WeChat, Telegram)."""

LATIN_DIGITS: dict[str, Writer] = {
    "known_a": _full,
    "known_f": _shape,
    "known_g": _invisible,
    "known_h": _keycap,
    "known_i": _spaced,
    "own_b": _math,
    "own_i": _english,
    "own_u": _petals,
    "own_n": _combining,
    "own_c": _rows((SUPER, SUB)),
}
"""Families that people who write English use for digits."""

CUE_SOUND, CUE_PARTS, TWO_POSTS = "known_j", "own_p", "known_l"
WEIGHT = {
    "own_e": 0.35,
    "own_f": 0.5,
    "own_l": 0.3,
    "own_q": 0.4,
    "own_r": 0.4,
    "own_w": 0.6,
    "own_c": 0.5,
    "own_s": 0.5,
}


def favourites(rng: Random) -> tuple[str, ...]:
    """The few families that one person keeps to."""
    names = sorted({*DIGITS, *IDS, CUE_SOUND, CUE_PARTS})
    weights = [WEIGHT.get(name, 1.0) * (1.5 if name.startswith("known") else 1.0) for name in names]
    return tuple(rng.choices(names, weights, k=rng.choice((2, 3, 3, 4))))

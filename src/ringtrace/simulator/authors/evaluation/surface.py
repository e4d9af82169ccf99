"""Fills the slots of a text, and knows exactly what each of them says.

``speak(tokens, voice)`` gives a ``Said``: the text, every mention with its surface, and the facts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from ringtrace.simulator.authors.evaluation import disguise, number
from ringtrace.simulator.authors.evaluation.gazetteer import Division, named
from ringtrace.simulator.authors.evaluation.grammar import Slot, Token, words
from ringtrace.simulator.script import Spoken


@dataclass(frozen=True, slots=True)
class Card:
    """The handles of a person: eleven digits, QQ digits, lower-case ids; "" for one he lacks."""

    phone: str = ""
    qq: str = ""
    wechat: str = ""
    telegram: str = ""
    email: str = ""

    def kinds(self) -> list[str]:
        """The kinds of handle that the card has."""
        return [kind for kind in ("phone", "qq", "wechat", "telegram", "email") if getattr(self, kind)]


NOBODY = Card()


@dataclass(frozen=True, slots=True)
class Child:
    """The child a text speaks about. days: age at the time."""

    sex: str
    days: int
    number: int = 1


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks about what: all that a slot may draw on.

    owner: of the speaker's own handles in this text ("quoted" inside a quotation); them: of other's.
    matter: owner of the prices, places, ages ... that the text tells.
    hidden: chance that a handle is disguised, with the speaker's favourite families.
    """

    rng: Random
    language: str
    me: Card
    today: date
    here: Division
    there: Division
    child: Child
    price: int = 50000
    other: Card = NOBODY
    nick: str = ""
    owner: str = "self"
    them: str = "other"
    matter: str = "self"
    hidden: float = 0.0
    families: tuple[str, ...] = ()
    name: str = ""
    veil: float = 0.0
    url: str = ""
    quoted: Said | None = None


@dataclass(slots=True)
class Said:
    """A text with its truth. surfaces runs beside mentions."""

    text: str
    mentions: list[Spoken] = field(default_factory=list)
    surfaces: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)

    def add(self, surface: str, kind: str, value: str, owner: str, family: str = "plain") -> str:
        """Notes a mention and gives its surface back."""
        if not any(m.kind == kind and m.value == value for m in self.mentions):
            self.mentions.append(Spoken(kind, value, owner, family))
            self.surfaces.append(surface)
        return surface

    def follow(self, text: str, other: Said, close: str = "") -> None:
        """Appends another text behind a few words."""
        self.text += text + other.text + close
        for mention, surface in zip(other.mentions, other.surfaces, strict=True):
            self.add(surface, mention.kind, mention.value, mention.owner, mention.family)
        self.facts.extend(fact for fact in other.facts if fact not in self.facts)


Filler = Callable[[Said, Voice, str], str]


def value_of(kind: str, raw: str) -> str:
    """The normalised value of a handle as the contract writes it."""
    return f"+86{raw}" if kind == "phone" else raw.lower()


def _plain_form(kind: str, raw: str, voice: Voice) -> str:
    """A handle without disguise, in one of the usual forms."""
    rng = voice.rng
    if kind == "phone" and rng.random() < (0.2 if voice.language != "en" else 0.5):
        parts = rng.choice(((3, 7), (3, 7), (5, 8)))
        sign = rng.choice("- ")
        body = f"{raw[: parts[0]]}{sign}{raw[parts[0] : parts[1]]}{sign}{raw[parts[1] :]}"
        return rng.choice(("+86 ", "")) + body
    if kind == "telegram" and rng.random() < 0.6:
        return f"@{raw}"
    return raw


def _hide(kind: str, raw: str, voice: Voice) -> tuple[str, str]:
    """A disguised surface and its family; the plain one where no favourite family fits."""
    if kind in ("phone", "qq"):
        table = disguise.LATIN_DIGITS if voice.language == "en" else disguise.DIGITS
    else:
        table = disguise.IDS
    if kind == "email":
        return raw.replace("@", voice.rng.choice(("(a)", " at ", "[at]", "艾特"))).replace(".", "点"), "own_v"
    fitting = [name for name in voice.families if name in table]
    if not fitting or voice.rng.random() < 0.25:
        fitting = sorted(table)
    family = voice.rng.choice(fitting)
    surface = table[family](raw, voice.rng)
    return (raw, "plain") if raw in surface.lower() else (surface, family)


def handle(said: Said, voice: Voice, kind: str, raw: str, owner: str, cue: bool = True) -> str:
    """A handle with the words that introduce it."""
    rng, lists = voice.rng, words("contact")
    hidden = rng.random() < voice.hidden
    lead = rng.choice(lists[f"{kind}_{voice.language}"])
    if hidden and cue and kind != "email" and rng.random() < 0.35:
        family = rng.choice((disguise.CUE_SOUND, disguise.CUE_SOUND, disguise.CUE_PARTS))
        lead = rng.choice(lists[f"{kind}_{voice.language}_{'sound' if family == disguise.CUE_SOUND else 'parts'}"])
        surface = raw
        if rng.random() < 0.4:
            surface, second = _hide(kind, raw, voice)
            family = second if second != "plain" else family
    elif hidden:
        surface, family = _hide(kind, raw, voice)
    else:
        surface, family = _plain_form(kind, raw, voice), "plain"
    said.add(surface, kind, value_of(kind, raw), owner, family)
    if not cue:
        return surface
    gap = rng.choice(lists[f"gap_{voice.language}"])
    if lead[-1] in "：: " or not surface[:1].isascii():
        gap = "" if lead[-1] in "：: " else gap
    if lead[-1].isdigit():
        gap = gap or " "
    return f"{lead}{gap}{surface}"


def _contact(card: str, kinds: tuple[str, ...] = (), cue: bool = True) -> Filler:
    def fill(said: Said, voice: Voice, argument: str) -> str:
        own = card == "me"
        source = voice.me if own else voice.other
        have = [
            kind for kind in source.kinds() if kind in (kinds or ("phone", "qq", "qq", "wechat", "telegram", "email"))
        ]
        if not have:
            have = source.kinds()
        kind = voice.rng.choice(have)
        mine = own or getattr(source, kind) == getattr(voice.me, kind)
        owner = argument or (voice.owner if mine else voice.them)
        return handle(said, voice, kind, getattr(source, kind), owner, cue)

    return fill


def _both(said: Said, voice: Voice, argument: str) -> str:
    """Two handles; or one number that serves as phone and WeChat."""
    rng = voice.rng
    kinds = [kind for kind in voice.me.kinds() if kind != "email"]
    if voice.me.phone and voice.language != "en" and rng.random() < 0.3:
        text = handle(said, replace(voice, hidden=voice.hidden * 0.5), "phone", voice.me.phone, voice.owner)
        value = value_of("phone", voice.me.phone)
        at = next(i for i, mention in enumerate(said.mentions) if mention.value == value)
        said.add(said.surfaces[at], "wechat", voice.me.phone, voice.owner, said.mentions[at].family)
        same = ("微信同號",) if voice.language == "hant" else ("微信同号", "（微信同步）", "也是微信")
        return text + rng.choice(same)
    first, *rest = rng.sample(kinds, min(2, len(kinds)))
    text = handle(said, voice, first, getattr(voice.me, first), voice.owner)
    for kind in rest:
        sign = " or " if voice.language == "en" else rng.choice(("，", " ", "或", "\n", " / "))
        text += sign + handle(said, voice, kind, getattr(voice.me, kind), voice.owner)
    return text


def _hotline(said: Said, voice: Voice, argument: str) -> str:
    digits = argument or voice.rng.choice(("110", "12338", "12355", "12345", "12110", "12348"))
    return said.add(digits, "phone", digits, "hotline")


def _shop(said: Said, voice: Voice, argument: str) -> str:
    kind = argument if argument and getattr(voice.other, argument) else voice.rng.choice(voice.other.kinds())
    owner = "quoted" if voice.owner == "quoted" else "hotline"
    return handle(said, voice, kind, getattr(voice.other, kind), owner)


def _money(said: Said, voice: Voice, amount: int, owner: str, currency: str = "CNY") -> str:
    surface, family = number.money(amount, voice.language, voice.rng, voice.hidden)
    return said.add(surface, "money", f"{number.decimal(amount)} {currency}", owner, family)


def _price(share: float) -> Filler:
    def fill(said: Said, voice: Voice, argument: str) -> str:
        amount = number.rounded(int(voice.price * share), voice.rng)
        return _money(said, voice, amount, voice.matter)

    return fill


def _between(argument: str, rng: Random) -> int:
    low, _, high = argument.partition("-")
    return rng.randint(int(low), int(high))


def _cash(said: Said, voice: Voice, argument: str) -> str:
    return _money(said, voice, number.rounded(_between(argument, voice.rng), voice.rng), voice.matter)


def _sex(said: Said, voice: Voice, argument: str) -> str:
    surface, family = number.sex(voice.child.sex, voice.language, voice.rng, argument or "child", voice.hidden)
    return said.add(surface, "sex", voice.child.sex, voice.matter, family)


def _age(said: Said, voice: Voice, argument: str) -> str:
    surface, value, family = number.age(voice.child.days, voice.language, voice.rng, voice.hidden)
    return said.add(surface, "age", value, voice.matter, family)


def _years(said: Said, voice: Voice, argument: str) -> str:
    years = _between(argument or "22-45", voice.rng)
    return said.add(number.years(years, voice.language, voice.rng), "age", f"P{years}Y", voice.matter)


def _count(said: Said, voice: Voice, argument: str) -> str:
    span, _, unit = argument.partition(":")
    amount = _between(span or "2-6", voice.rng)
    surface = number.count(amount, voice.language, voice.rng)
    said.add(surface, "count", str(amount), voice.matter)
    return surface + (f" {unit}" if voice.language == "en" and unit else unit)


def _kids(said: Said, voice: Voice, argument: str) -> str:
    """Several children of one sex: "两个女孩"."""
    amount = max(2, voice.child.number)
    surface = number.count(amount, voice.language, voice.rng)
    said.add(surface, "count", str(amount), voice.matter)
    noun = _sex(said, voice, "many")
    return f"{surface} {noun}" if voice.language == "en" else f"{surface}个{noun}"


def _place(which: str) -> Filler:
    def fill(said: Said, voice: Voice, argument: str) -> str:
        division = voice.here if which == "here" else voice.there
        if which == "any":
            division = named(voice.rng, argument, voice.language)
        surface = division.surface(voice.language, voice.rng)
        return said.add(surface, "place", division.code, voice.matter)

    return fill


def _date(back: int, ahead: int, months: bool) -> Filler:
    def fill(said: Said, voice: Voice, argument: str) -> str:
        if argument:
            low, _, high = argument.partition("~")
            day = voice.today + timedelta(days=voice.rng.randint(int(low), int(high)))
        else:
            day = voice.today + timedelta(days=voice.rng.randint(-back, ahead))
        surface, value = number.day(day, voice.language, voice.rng, months)
        return said.add(surface, "date", value, voice.matter)

    return fill


def _past(said: Said, voice: Voice, argument: str) -> str:
    """A month or a year long ago."""
    year = voice.today.year - _between(argument or "15-40", voice.rng)
    if voice.rng.random() < 0.5:
        surface = str(year) if voice.language == "en" else f"{year}年"
        return said.add(surface, "date", str(year), voice.matter)
    day = date(year, voice.rng.randint(1, 12), 1)
    surface, value = number.day(day, voice.language, voice.rng, True)
    return said.add(surface, "date", value, voice.matter)


def _born(said: Said, voice: Voice, argument: str) -> str:
    day = voice.today - timedelta(days=voice.child.days)
    surface, value = number.day(day, voice.language, voice.rng, voice.rng.random() < 0.5)
    return said.add(surface, "date", value, voice.matter)


def _url(said: Said, voice: Voice, argument: str) -> str:
    rng = voice.rng
    owner = "quoted" if voice.owner == "quoted" else argument or voice.them
    value = (
        voice.url
        or f"http://{number.host(rng)}/{rng.choice(('t', 'p', 'show', 'item', 'a'))}/{rng.randint(1000, 99999)}"
    )
    if rng.random() < voice.hidden * 0.5:
        head, tail = value.split("://", 1)
        forms = (
            f"{head} : // {tail.replace('.', ' . ')}",
            f"hxxp://{tail.replace('.', '[.]')}",
            tail.replace(".", "点"),
        )
        return said.add(rng.choice(forms), "url", value, owner, "own_v")
    return said.add(value, "url", value, owner)


def _noise(said: Said, voice: Voice, argument: str) -> str:
    return number.noise(argument, voice.rng)


def _quote(said: Said, voice: Voice, argument: str) -> str:
    if voice.quoted is None:
        return "……"
    part = Said("")
    part.follow("", voice.quoted)
    for mention, surface in zip(part.mentions, part.surfaces, strict=True):
        said.add(surface, mention.kind, mention.value, "quoted", mention.family)
    return part.text


FILLERS: dict[str, Filler] = {
    "me": _contact("me"),
    "mephone": _contact("me", ("phone",)),
    "meqq": _contact("me", ("qq",)),
    "mewx": _contact("me", ("wechat",)),
    "metg": _contact("me", ("telegram",)),
    "memail": _contact("me", ("email",)),
    "num": _contact("me", ("phone", "qq"), cue=False),
    "me2": _both,
    "them": _contact("other"),
    "themphone": _contact("other", ("phone",)),
    "themqq": _contact("other", ("qq",)),
    "themnum": _contact("other", ("phone", "qq"), cue=False),
    "hot": _hotline,
    "shop": _shop,
    "price": _price(1.0),
    "counter": _price(0.8),
    "middle": _price(0.9),
    "cash": _cash,
    "sex": _sex,
    "age": _age,
    "years": _years,
    "count": _count,
    "kids": _kids,
    "here": _place("here"),
    "there": _place("there"),
    "place": _place("any"),
    "date": _date(120, 5, False),
    "month": _date(400, 0, True),
    "due": _date(-5, 90, False),
    "born": _born,
    "past": _past,
    "url": _url,
    "x": _noise,
    "quote": _quote,
    "nick": lambda said, voice, argument: voice.nick,
    "who": lambda said, voice, argument: voice.name,
    "pname": lambda said, voice, argument: number.person_name(voice.rng, voice.language),
    "mou": lambda said, voice, argument: number.surname(voice.rng, voice.language),
}
LOOSE = re.compile(r"[，,；; ]+(?=[，。；！…~,.\n])|(?<=[。！；…\n])[，；, ]+|\n+(?=\n)")
SLASHES = re.compile(r"(?: [/-] )+(?= ?[/-] )|(?<=[.;]) +[/-](?= )")
EDGE = "，；,、。 -/~…\n"


def smooth(tokens: list[Token]) -> tuple[list[Token], list[str]]:
    """Joins neighbouring literals and mends the marks that empty parts leave; gives the facts apart."""
    facts: list[str] = []
    out: list[Token] = []
    for token in tokens:
        if isinstance(token, Slot) and token.name.startswith("!"):
            if token.name[1:] not in facts:
                facts.append(token.name[1:])
            continue
        piece: Token = "\n" if isinstance(token, Slot) and token.name == "br" else token
        if isinstance(piece, str) and out and isinstance(out[-1], str):
            out[-1] += piece
        else:
            out.append(piece)
    out = [SLASHES.sub("", token) if isinstance(token, str) else token for token in out]
    out = [LOOSE.sub("", token) if isinstance(token, str) and len(token) > 1 else token for token in out]
    if out and isinstance(out[0], str):
        out[0] = out[0].lstrip(EDGE)
    if out and isinstance(out[-1], str):
        out[-1] = out[-1].rstrip("，；,、 -/\n")
    return [token for token in out if token != ""], facts


def speak(tokens: list[Token], voice: Voice, finish: Callable[[str, Random], str] | None = None) -> Said:
    """Fills every slot in order; ``finish`` may change literals (typing habits, veiled words)."""
    said = Said("")
    smoothed, said.facts = smooth(tokens)
    parts: list[str] = []
    for token in smoothed:
        if isinstance(token, Slot):
            surface = FILLERS[token.name](said, voice, token.argument)
            if parts and parts[-1][-1:].isdigit() and surface[:1].isdigit():
                parts.append(" ")
            parts.append(surface)
        else:
            parts.append(finish(token, voice.rng) if finish else token)
    said.text = "".join(parts).strip()
    return said

"""One person saying one phrase: text, its mentions, and the very words that each mention has there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from ringtrace.simulator.authors.fourth.disguise import choose_family, disguise
from ringtrace.simulator.authors.fourth.phrase import Choice, Marked, Phrase, load_words, parse
from ringtrace.simulator.authors.fourth.values import (
    Written,
    traditional,
    write_age,
    write_date,
    write_money,
    write_number,
    write_place,
)
from ringtrace.simulator.script import Spoken

_KINDS = {"phone": "phone", "qq": "qq", "wx": "wechat", "tg": "telegram", "mail": "email"}
_LOOSE_COMMA = re.compile(
    "(?<=[^\\W\\da-zA-Z零一二三四五六七八九十百千万萬两兩])，(?=[^\\W\\da-zA-Z零一二三四五六七八九十两兩])"
)
_LOOSE = frozenset({"plain", "question", "other", "joke"})
_FIRST_PERSON = ("我", " me", "my ")
_QUOTING = frozenset({"quote", "warning", "news"})
CONTACTS = frozenset(_KINDS.values())


@dataclass(frozen=True, slots=True)
class Handles:
    """What one person can be reached by; likes: the kinds that they hand out. name: the nickname."""

    name: str
    province: str
    phone: str
    qq: str
    wechat: str
    telegram: str
    email: str
    likes: tuple[str, ...]

    def value(self, kind: str) -> str:
        return {"phone": "+86" + self.phone, "qq": self.qq, "wechat": self.wechat, "telegram": self.telegram,
                "email": self.email}[kind]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """surfaces: for each mention the words that carry it, as they stand in ``text``."""

    text: str
    mentions: tuple[Spoken, ...]
    surfaces: tuple[str, ...]


@dataclass(slots=True)
class Voice:
    """Renders phrases. cast: letter -> handles; stranger: makes somebody for a letter that nobody speaks.

    rate: share of contacts that are disguised; chat: whether a handle may run over two messages.
    """

    dice: Random
    language: str
    who: str
    frame: str
    at: int
    cast: Mapping[str, Handles]
    stranger: Callable[[str], Handles]
    rate: float
    chat: bool
    _mentions: list[tuple[Spoken, str]] = field(default_factory=list)

    def say(self, phrase: Phrase) -> Said:
        self._mentions = []
        text = self._styled(self._render(phrase).strip())
        kept = list(dict.fromkeys((spoken, surface) for spoken, surface in self._mentions if surface in text))
        if len(kept) != len(set(self._mentions)):
            raise AssertionError(f"a mention was lost in {text!r}: {self._mentions}")
        return Said(text, tuple(spoken for spoken, _ in kept), tuple(surface for _, surface in kept))

    def _styled(self, text: str) -> str:
        """The text with a habit of its writer: words before or after it, blanks for commas, small letters."""
        words = load_words("nouns")[self.language]
        if self.frame in _LOOSE and len(text) > 3 and self.dice.random() < 0.3:
            if self.dice.random() < 0.5:
                text = self.dice.choice(words["lead"]) + text
            else:
                text += self.dice.choice(words["trail"])
        roll = self.dice.random()
        if self.language == "en":
            named = any(text.startswith(surface) for _, surface in self._mentions)
            return text if named or roll > 0.35 else text[:1].lower() + text[1:]
        if roll < 0.3:
            return text.replace("，", " ")
        if roll < 0.4:
            return _LOOSE_COMMA.sub("", text)
        if roll < 0.5:
            return text + self.dice.choice(("。", "～", "…", "！", "[微笑]", " 🙏", "😊", "哈", "。。"))
        return text

    def _render(self, phrase: Phrase) -> str:
        out = []
        for part in phrase:
            if isinstance(part, str):
                out.append(part)
            elif isinstance(part, Choice):
                out.append(self._render(self.dice.choice(part.options)))
            elif isinstance(part, Marked):
                out.append(self._marked(part))
            else:
                out.append(self._slot(part.name, part.argument))
        return "".join(out)

    def _marked(self, part: Marked) -> str:
        words = self._render(part.words)
        owner = "hotline" if part.kind == "phone" else "unknown" if part.kind == "url" else "none"
        self._mentions.append((Spoken(part.kind, part.value, self._owned(part.kind, owner)), words))
        return words

    def _owned(self, kind: str, owner: str) -> str:
        return owner if kind in CONTACTS or kind == "url" else "unknown"

    def _slot(self, name: str, argument: str) -> str:
        if name == "c" or name in _KINDS:
            return self._contact(_KINDS.get(name, ""), argument)
        if name == "name":
            return self._person(argument).name
        if name in ("hot", "media", "url"):
            return self._url() if name == "url" else self._public(name)
        if name == "num":
            return write_number(self.dice, argument)
        if name in ("sur", "vil", "hosp", "thing", "pet", "food", "job", "drama"):
            return self._render(parse(self.dice.choice(load_words("nouns")[self.language][name])))
        return self._written(self._measure(name, argument))

    def _measure(self, name: str, argument: str) -> Written:
        if name == "money":
            low, _, high = argument.partition("-")
            return write_money(self.dice, int(low), int(high), self.language)
        if name == "age":
            return write_age(self.dice, argument or "baby", self.language)
        if name == "date":
            return write_date(self.dice, self.at, self.language, int(argument or 200))
        if name == "place":
            return write_place(self.dice, self._person(argument).province, self.language)
        raise ValueError(f"no slot {{{name}}}")

    def _written(self, written: Written) -> str:
        text, mentions = written
        self._mentions += [(Spoken(kind, value, "unknown"), surface) for kind, value, surface in mentions]
        return text

    def _person(self, letter: str) -> Handles:
        letter = letter or self.who
        return self.cast[letter] if letter in self.cast else self.stranger(letter)

    def _url(self) -> str:
        host = self.dice.choice(load_words("contacts")["hosts"])
        url = f"http://{host}/{self.dice.choice(('t', 'p', 'item', 'news', 'v'))}/{self.dice.randint(1000, 99999)}"
        self._mentions.append((Spoken("url", url, "unknown"), url))
        return url

    def _public(self, name: str) -> str:
        row = self.dice.choice(load_words("contacts")[name])
        words = row["words"].get(self.language, row["words"]["zh"])
        surface = row.get("surface", row["value"])
        self._mentions.append((Spoken(row["kind"], row["value"], "hotline"), surface))
        return self._render(parse(self.dice.choice(words).replace("{v}", "\x00"))).replace("\x00", surface)

    def _contact(self, kind: str, argument: str) -> str:
        letter, _, owner = argument.partition("/")
        person = self._person(letter)
        if not owner:
            mine = letter in ("", self.who)
            owner = "self" if mine else "quoted" if self.frame in _QUOTING else "other"
        kind = kind or self.dice.choice(person.likes)
        kinds: tuple[str, ...] = (kind,)
        if kind in ("qq", "phone", "wechat") and self.dice.random() < 0.6:
            for other, digits in (("qq", person.qq), ("phone", person.phone)):
                if person.wechat == digits and kind in (other, "wechat"):
                    kinds = (other, "wechat")
        frames = load_words("contacts")[self.language]
        name, family = "+".join(kinds), "plain"
        if self.dice.random() < self.rate:
            cue = frames.get("cue", {}).get(name)
            if kind == "email":
                family = "atdot"
            elif cue and self.dice.random() < 0.4:
                family = "cue"
            else:
                numeric = person.value(kinds[0]).removeprefix("+").isdigit()
                family = choose_family(self.dice, numeric, self.language, self.chat)
        surface = self._surface(person.value(kinds[0]), kinds[0], family)
        if surface == person.value(kinds[0]).removeprefix("+86") and family != "cue":
            family = "plain"  # nothing in it that this family changes
        source = frames["cue"][name] if family == "cue" else frames[name]
        usable = [f for f in source if family in ("plain", "cue") or "/{v}" not in f]
        if owner != "self":
            usable = [f for f in usable if not any(word in f for word in _FIRST_PERSON)]
        framed = self._render_frame(self.dice.choice(usable), surface, person)
        values = {k: person.phone if k == "wechat" and kinds[0] == "phone" else person.value(k) for k in kinds}
        self._mentions += [(Spoken(k, values[k], owner, family), surface) for k in kinds]
        return framed

    def _render_frame(self, source: str, surface: str, person: Handles) -> str:
        text = self._render(parse(source.replace("{v}", "\x00").replace("{nick}", "\x01")))
        return text.replace("\x00", surface).replace("\x01", person.name)

    def _surface(self, value: str, kind: str, family: str) -> str:
        bare = value.removeprefix("+86")
        if family == "atdot":
            return bare.replace("@", " at ").replace(".", " dot ")
        if family not in ("plain", "cue"):
            return disguise(family, bare, self.dice)
        if kind == "phone":
            forms = (bare, bare, bare, f"{bare[:3]} {bare[3:7]} {bare[7:]}", f"{bare[:3]}-{bare[3:7]}-{bare[7:]}",
                     f"+86 {bare[:3]} {bare[3:7]} {bare[7:]}" if self.language != "zh" else bare)  # fmt: skip
            return self.dice.choice(forms)
        if kind == "wechat" and self.dice.random() < 0.1:
            return bare.capitalize()
        return bare


def split_messages(said: Said) -> tuple[Said, ...]:
    """The messages that one saying becomes: a handle that runs over two belongs to the one that ends it."""
    parts = said.text.split("\f")
    if len(parts) == 1:
        return (said,)
    done: list[Said] = []
    left = list(zip(said.mentions, said.surfaces, strict=True))
    for at, part in enumerate(parts):
        mine = [(m, s) for m, s in left if s in part or ("\f" in s and at and s.split("\f")[-1] in part)]
        left = [pair for pair in left if pair not in mine]
        done.append(Said(part.strip(), tuple(m for m, _ in mine), tuple(s for _, s in mine)))
    return tuple(done)


__all__ = ["CONTACTS", "Handles", "Said", "Voice", "split_messages", "traditional"]

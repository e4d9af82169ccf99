"""The lines as they are written: accounts on demand, clocks, visible ties."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate
from random import Random

from ringtrace.simulator.authors.evaluation.cast import Actor, Directory
from ringtrace.simulator.authors.evaluation.gazetteer import Division, local, named, names_a_place
from ringtrace.simulator.authors.evaluation.grammar import Token, load, words
from ringtrace.simulator.authors.evaluation.surface import Card, Child, Said, Voice, speak
from ringtrace.simulator.authors.evaluation.venue import Venue
from ringtrace.simulator.script import Account, Line, Spec, Spoken

HOURS = (2, 1, 1, 0, 0, 1, 3, 6, 9, 11, 11, 10, 12, 10, 9, 9, 9, 9, 9, 11, 14, 15, 11, 6)
"""Posts by the hour of China's clock, relative; a common shape of chat activity."""
HOURS_RUNNING = tuple(accumulate(HOURS))
AGES = ((2, 28), (28, 201), (200, 701), (730, 3201))
"""Ranges of a child's age in days: newborn, months, a year or two, older."""
BEIJING = 8 * 3600
EPOCH = date(1970, 1, 1)


def beginning(spec: Spec) -> int:
    """The first second of the period on China's clock, in seconds UTC."""
    return _midnight(spec.start)


@cache
def _midnight(start: str) -> int:
    day = date.fromisoformat(start)
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) - BEIJING


@dataclass(slots=True)
class Written:
    """A line with what only the author knows: who, which class of talk, and the surfaces."""

    line: Line
    actor: Actor
    venue: Venue
    said: Said
    kind: str


@dataclass(slots=True)
class Notebook:
    """All that has been written so far."""

    spec: Spec
    rng: Random
    directory: Directory
    written: list[Written] = field(default_factory=list)
    names: dict[str, set[str]] = field(default_factory=dict)
    trade: int = 0
    templates: int = 0
    accounts: int = 0
    actors: list[Actor] = field(default_factory=list)

    def moment(self, low: float = 0.0, high: float = 1.0) -> int:
        """A time of day that people use, in a part of the period."""
        rng = self.rng
        day = int(rng.uniform(low, high) * max(1, self.spec.days - 1))
        hour = rng.choices(range(24), cum_weights=HOURS_RUNNING)[0]
        return beginning(self.spec) + day * 86400 + hour * 3600 + rng.randrange(3600)

    def after(self, at: int, slow: float = 1.0) -> int:
        """A little later: minutes mostly, hours at times; never past the end of the period."""
        wait = self.rng.expovariate(1 / (240 * slow)) + 20
        if self.rng.random() < 0.06:
            wait += self.rng.uniform(1800, 40000)
        end = beginning(self.spec) + self.spec.days * 86400 - 1
        return min(at + max(61, int(wait)), max(end, at + 61))

    # accounts -----------------------------------------------------------------------------------

    def can_sit(self, actor: Actor, venue: Venue, at: int) -> bool:
        """Whether the person has, or may still open, an account there."""
        return self._slot(actor, venue, at) in actor.accounts or len(actor.accounts) < actor.cap

    def _slot(self, actor: Actor, venue: Venue, at: int) -> tuple[str, str, int]:
        return (venue.platform, venue.key if venue.local else "", actor.era(at))

    def sit(self, actor: Actor, venue: Venue, at: int) -> Account:
        """The person's account in a place at a time; opened if there is none yet."""
        slot = self._slot(actor, venue, at)
        found = actor.accounts.get(slot)
        if found is None:
            if not actor.accounts:
                self.actors.append(actor)
            found = self._open(actor, venue, at)
            actor.accounts[slot] = found
        return found

    def _open(self, actor: Actor, venue: Venue, at: int) -> Account:
        card = actor.handles(at)
        native = ""
        if venue.platform == "qq":
            native = card.qq or self.directory.qq()
        elif venue.platform == "telegram":
            native = self.directory.qq()
            if not card.telegram and self.rng.random() < 0.5:
                card = replace(card, telegram=self.directory.telegram())
                if actor.era(at):
                    actor.later = card
                else:
                    actor.card = card
        name = self._name(actor, venue, card)
        self.accounts += 1
        key = f"a{self.accounts:05}"
        says = (Spoken("phone", name.replace(" ", ""), "other"),) if name.startswith("+86 ") else ()
        return Account(key, actor.key, venue.platform, native, name, says)

    def _name(self, actor: Actor, venue: Venue, card: Card) -> str:
        taken = self.names.setdefault(venue.key if venue.local else venue.platform, set())
        before = [account.name for account in actor.accounts.values() if not account.name.startswith("+86")]
        familiar = before if self.rng.random() < 0.85 - 0.4 * self.spec.hardness else []
        for attempt in range(100):
            name = self._nick(actor, venue, card)
            if attempt < 2 and familiar and self.rng.random() < 0.5:
                name = familiar[0] + ("" if attempt == 0 else self.rng.choice(("2", "~", "0", "1", "x")))
            if attempt > 12:
                name += str(self.rng.randrange(10, 9999))
            if name not in taken and not names_a_place(name):
                break
        taken.add(name)
        return name

    def _nick(self, actor: Actor, venue: Venue, card: Card) -> str:
        rng = self.rng
        if venue.platform == "whatsapp" and rng.random() < 0.35:
            digits = card.phone or self.directory.phone()
            return f"+86 {digits[:3]} {digits[3:7]} {digits[7:]}"
        if venue.theme == "en" or (venue.platform == "forum" and rng.random() < 0.3):
            return self._nick_latin(venue.platform == "whatsapp")
        return self._nick_chinese(actor.woman)

    def _nick_latin(self, real: bool) -> str:
        rng, lists = self.rng, words("names")
        if real:
            return rng.choice(lists["nick_real_en"]) + rng.choice(("", "", f" {rng.choice('ABCDHKLMTW')}."))
        sign, tail = rng.choice(("", "_", ".")), rng.choice(("", str(rng.randrange(1, 2014))))
        return f"{rng.choice(lists['nick_en'])}{sign}{rng.choice(lists['nick_en'] + lists['pinyin'])}{tail}"

    def _nick_chinese(self, woman: bool) -> str:
        rng, lists = self.rng, words("names")
        form = rng.randrange(8)
        if form <= 1:
            name = rng.choice(lists["nick_person"]) + (rng.choice(("", str(rng.randrange(1, 99)), "~")) if form else "")
        elif form <= 3:
            tails = [t for t in lists["nick_tail"] if ("爸" not in t) == woman] or lists["nick_tail"]
            name = rng.choice(lists["nick_head"]) + rng.choice(tails)
        elif form == 4:
            name = rng.choice(lists["nick_whole"]) + rng.choice(("", "", "ゞ", "°", "丶", "〃"))
        elif form == 5:
            name = rng.choice(lists["nick_adj"]) + rng.choice(lists["nick_noun"])
        elif form == 6:
            name = f"{rng.choice(lists['nick_en'])}{rng.randrange(1, 999)}"
        else:
            given = rng.choice(lists["given"]) + rng.choice(("", rng.choice(lists["given"])))
            name = rng.choice(lists["surname"]) + given
        return name

    # speech -------------------------------------------------------------------------------------

    def voice(self, actor: Actor, venue: Venue, at: int, language: str = "") -> Voice:
        """A voice with a fresh child, price and places; the caller refines it."""
        rng = self.rng
        language = language or venue.language(rng)
        low, high = AGES[int(rng.random() * 4)]
        days = low + int(rng.random() * (high - low))
        sex = "F" if rng.random() < 0.5 else "M"
        here = local(rng, actor.province, language) if actor.province else named(rng, "", language)
        me = actor.handles(at)
        if venue.platform == "qq" and not me.qq:
            slot = self._slot(actor, venue, at)
            account = actor.accounts.get(slot)
            if account is not None:
                me = replace(me, qq=account.native)
        today = EPOCH + timedelta(seconds=at + BEIJING)
        return Voice(rng, language, me, today, here, named(rng, "", language), Child(sex, days))

    def finish(self, actor: Actor, veil: float) -> Typist:
        """The person's typing habits as a function over literals."""
        return Typist(actor.style, veil)

    def write(
        self,
        actor: Actor,
        venue: Venue,
        at: int,
        said: Said,
        kind: str,
        *,
        frame: str = "plain",
        direction: str = "none",
        reply: Written | None = None,
        visible: bool = True,
        thread: str = "",
        template: str = "",
        language: str = "zh",
        system: bool = False,
    ) -> Written:
        """Adds a line. A reply shows as such in Telegram and forums, as "@name" elsewhere, or not at all."""
        account = self.sit(actor, venue, at)
        reply_to = ""
        if reply is not None and visible:
            reply_to = reply.line.key
            if venue.platform in ("qq", "whatsapp"):
                said = self._address(said, reply)
        if venue.platform == "whatsapp":
            at -= at % 60
        line = Line(
            f"l{len(self.written):06}",
            account.key,
            venue.key,
            at,
            said.text,
            thread,
            reply_to,
            "system" if system else ("listing" if venue.kind == "site" else "message"),
            system,
            direction,
            frame,
            tuple(said.facts),
            tuple(said.mentions),
            template,
            "zh-Hant" if language == "hant" else language,
        )
        entry = Written(line, actor, venue, said, kind)
        self.written.append(entry)
        self.trade += kind.startswith("trade")
        return entry

    def _address(self, said: Said, reply: Written) -> Said:
        name = self.sit(reply.actor, reply.venue, reply.line.at).name
        out = Said("", facts=list(said.facts))
        out.follow("", said)
        out.text = f"@{name} {said.text}"
        if name.startswith("+86 "):
            out.add(name, "phone", name.replace(" ", ""), "other")
        return out

    def template(self) -> str:
        """The key of a new template."""
        self.templates += 1
        return f"t{self.templates:05}"


VEILS: dict[str, tuple[str, ...]] = {
    "送养": ("送·养", "宋养", "song养", "s养", "送*养", "送样", "松养", "送 养", "送羊", "SY", "讼养"),
    "领养": ("领*养", "令养", "ling养", "l养", "领 养", "领氧", "LY", "领·养", "岭养", "领羊"),
    "抱养": ("抱*养", "bao养", "报养", "抱 养", "b养", "爆养", "抱·样"),
    "收养": ("收*养", "shou养", "收 养", "手养", "首样"),
    "出生证": ("出生zheng", "出*生*证", "初生证", "csz", "出生正", "出生Z"),
    "户口": ("户*口", "沪口", "hukou", "hk", "户囗", "护口"),
    "孩子": ("孩*子", "hai子", "孩纸", "核桃", "hz", "亥子"),
    "宝宝": ("宝*宝", "bb", "BB", "👶", "煲煲", "bao宝", "饱饱", "寶寶"),
    "营养费": ("营*养费", "yyf", "营养f", "营样费", "嬴养费"),
    "中间人": ("中间r", "中*间*人", "zjr"),
    "私聊": ("私了", "si聊", "s聊", "思聊", "私*聊", "丝聊"),
    "補償": ("補*償", "bu償"),
    "送養": ("送*養", "song養", "宋養"),
    "領養": ("領*養", "零養", "ling養"),
    "adoption": ("ad0ption", "a.doption", "adpt"),
    "baby": ("b@by", "bby", "babe", "ba by"),
    "certificate": ("cert", "c3rt"),
}
TYPOS = {
    "的": "得",
    "在": "再",
    "吗": "嘛",
    "那": "哪",
    "带": "戴",
    "做": "作",
    "已": "以",
    "他": "她",
    "像": "象",
    "了": "啦",
}


@dataclass(frozen=True, slots=True)
class Typist:
    """Typing habits: marks, slips, and words of the trade written so that filters miss them."""

    style: int
    veil: float

    def __call__(self, text: str, rng: Random) -> str:
        if self.veil and rng.random() < self.veil:
            for word, forms in VEILS.items():
                if word in text:
                    text = text.replace(word, rng.choice(forms))
        if self.style == 1:
            text = text.replace("，", " ").replace("。", " ")
        elif self.style == 2:
            text = text.replace("，", ",").replace("。", ".").replace("？", "?").replace("！", "!")
        elif self.style == 3 and rng.random() < 0.5:
            text = text.replace("，", "、").replace("。", "。。")
        elif self.style == 4:
            text = text.replace("。", "").replace("！", "~")
        elif self.style == 5:
            text = text.replace("。", "\n").replace("；", "\n")
        if rng.random() < 0.02:
            wrong = rng.choice(list(TYPOS))
            text = text.replace(wrong, TYPOS[wrong], 1)
        return text


def utter(grammar: str, rule: str, voice: Voice, typist: Typist | None = None) -> Said:
    """Says a rule of data/GRAMMAR_LANGUAGE.toml."""
    return speak(derive(grammar, rule, voice), voice, typist)


def derive(grammar: str, rule: str, voice: Voice) -> list[Token]:
    """One derivation of a rule in the voice's language."""
    return load(f"{grammar}_{voice.language}").expand(rule, voice.rng)


def home(actor: Actor, rng: Random, language: str) -> Division:
    """A place of the person's province, or anywhere."""
    return local(rng, actor.province, language) if actor.province else named(rng, "", language)

"""Translate tables and automata made from the contact and digit lexicons."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from ahocorasick_rs import AhoCorasick, MatchKind

from ringtrace.text import lexicon

# One capital for each class of characters of one sound; folded texts hold no capitals of their own.
_SOUNDS = {"sound_wei": "V", "sound_wei_common": "U", "sound_xin": "X", "sound_kou": "K", "sound_qiu": "Q"}
_BLANKS = " -_·•*~'\"^`\u3001\u30fb"
_CUES = (
    "wechat", "qq", "telegram", "phone", "whatsapp", "email", "other_app", "group_number",
    "not_contact", "same", "add", "split_head", "split_middle", "split_tail", "reverse", "strip",
    "qq_weak", "wechat_weak", "telegram_weak",
)  # fmt: skip
_SPELLED = (("wechat", "wechat"), ("weixin", "wechat"), ("telegram", "telegram"), ("whatsapp", "whatsapp"))
_DOTS = (".", "点", "dot ", "。", ". ", ".]", "[.]", "(.)")
_HINTS = ("://", "www", "hxxp", "telegram.me", "tg://", "wa.me", "wxid", "[dot]", "(dot)")
_OWNERS = (
    "owner_none",
    "owner_hotline_near",
    "owner_self",
    "owner_other",
    "owner_other_near",
    "owner_quoted",
    "owner_hotline",
)


@cache
def digit_tables() -> tuple[dict[int, str], dict[int, str]]:
    """Return (strong, weak) tables for ``str.translate``; weak holds strong and the near-cue readings."""
    strong: dict[int, str] = {}
    weak: dict[int, str] = {}
    for _, document in lexicon.documents("digit"):
        for section, sink in (("strong", strong), ("weak", weak)):
            for digit, shown in document.get(section, {}).items():
                for char in shown:
                    sink.setdefault(ord(char), digit)
    return strong, {**weak, **strong}


@cache
def digit_words() -> tuple[dict[str, str], dict[str, str], dict[str, int]]:
    """Return spoken word -> digits, tens word -> digit, repeat word -> how often."""
    found: tuple[dict[str, str], dict[str, str], dict[str, int]] = ({}, {}, {})
    for _, document in lexicon.documents("digit"):
        found[0].update(document.get("word", {}))
        found[1].update(document.get("tens", {}))
        found[2].update(document.get("repeat", {}))
    return found


@dataclass(frozen=True)
class Cues:
    """The contact lexicon, compiled.

    marks:  folded text -> sound classes, strong digits and blanks, for the automaton only.
    words:  concept -> terms, as ``lexicon.load`` gives them.
    sought: what the automaton finds, in order of ``concepts``.
    """

    words: dict[str, tuple[str, ...]]
    marks: dict[int, str]
    automaton: AhoCorasick
    concepts: tuple[str, ...]
    sought: tuple[str, ...]

    def term(self, concept: str) -> tuple[str, ...]:
        return self.words.get(concept, ())

    @property
    def hints(self) -> tuple[str, ...]:
        """What the automaton finds of addresses."""
        pairs = zip(self.sought, self.concepts, strict=True)
        return tuple(term for term, concept in pairs if concept in ("address", "at_word"))

    @cached_property
    def strong_wechat(self) -> frozenset[str]:
        return frozenset(self.term("wechat"))

    @cached_property
    def strong_qq(self) -> frozenset[str]:
        return frozenset(self.term("qq"))

    @cached_property
    def not_handle(self) -> frozenset[str]:
        return frozenset(self.term("not_handle"))

    @cached_property
    def service_numbers(self) -> frozenset[str]:
        return frozenset(self.term("hotline_number"))

    @cached_property
    def mail_hosts(self) -> frozenset[str]:
        return frozenset(self.term("mail_host"))

    @cached_property
    def endings(self) -> frozenset[str]:
        return frozenset(self.term("ending"))

    @cached_property
    def rare_endings(self) -> frozenset[str]:
        return frozenset(self.term("ending_rare"))

    @cached_property
    def dressed_endings(self) -> frozenset[str]:
        """Endings of a mail address whose dots are disguised."""
        return frozenset(self.term("ending_dressed")) | self.endings

    @cached_property
    def named_endings(self) -> frozenset[str]:
        """Endings that make a bare name with a plain full stop a host."""
        return frozenset(self.term("ending_any"))

    @cached_property
    def not_host(self) -> frozenset[str]:
        return frozenset(self.term("not_host"))

    @cached_property
    def site(self) -> re.Pattern[str]:
        """Words of sites: a name with a full stop in their text is rather a host than two sentences."""
        return re.compile(one_of(self.term("site_word")))

    @cached_property
    def link(self) -> re.Pattern[str]:
        """Symbols and link words between a cue and its value; matches at a position, maybe empty."""
        parts = ("link_word", "reverse", "split_head", "split_middle", "split_tail", "strip")
        words = tuple(sorted({w for part in parts for w in self.term(part)}, key=lambda w: (-len(w), w)))
        listed = one_of(words).replace("is(?![a-z])", "is(?![a-z0-9])")
        return re.compile(rf"(?:[^\w+@]{{0,6}}{listed}){{0,5}}[^\w+@]{{0,6}}")

    @cached_property
    def narrow_link(self) -> re.Pattern[str]:
        """Between a word like "order number" and its number: nothing but a sign or "no"."""
        return re.compile(r"[^\w,。;!?\n]{0,3}(?:号码|号|是|为|no|number|id|nr)?[^\w,。;!?\n]{0,3}")

    @cached_property
    def before(self) -> re.Pattern[str]:
        """The same between a value and a cue behind it, at the end of a window."""
        return re.compile(rf"[^\w]{{0,4}}(?:{one_of(self.term('before_word'))}[^\w]{{0,3}}){{0,2}}")

    @cached_property
    def before_reversed(self) -> re.Pattern[str]:
        """The same for a window turned round, to be matched at its start."""
        turned = tuple(word[::-1] for word in self.term("before_word"))
        return re.compile(rf"[^\w]{{0,4}}(?:{one_of(turned)}[^\w]{{0,3}}){{0,2}}")

    @cached_property
    def service(self) -> re.Pattern[str]:
        return re.compile(rf"(?<!\d)(?:{'|'.join(self.term('hotline_number'))})(?!\d)")

    @cached_property
    def list_gap(self) -> re.Pattern[str]:
        return re.compile(rf"\s{{0,2}}(?:[/,、;|&，]|{one_of(self.term('list_word'))})\s{{0,2}}")

    @cached_property
    def unit(self) -> re.Pattern[str]:
        return re.compile(rf"\s{{0,1}}(?!{one_of(self.term('not_unit'))}){one_of(self.term('unit'))}")

    @cached_property
    def filler(self) -> re.Pattern[str]:
        """One word that only separates the parts of a number that was split over words."""
        parts = ("split_head", "split_middle", "split_tail", "split_filler")
        return re.compile(one_of(tuple(sorted({w for p in parts for w in self.term(p)}, key=lambda w: (-len(w), w)))))

    @cached_property
    def service_cue(self) -> re.Pattern[str]:
        return re.compile(one_of(self.term("hotline_cue")))

    @cached_property
    def named(self) -> re.Pattern[str]:
        """A person's name at the end of a stretch: 找王姐, 小龚, 叶阿姨; group 1 is what stands before it."""
        surname, title = one_of(self.term("surname")), one_of(self.term("person_title"))
        prefix, by = one_of(self.term("person_prefix")), one_of(self.term("named_by"))
        shapes = (
            rf"{surname}[\u4e00-\u9fff]?{title}",
            rf"{prefix}{surname}{title}?",
            rf"{by}[\u4e00-\u9fff]{{1,2}}{title}",
            rf"{by}{prefix}[\u4e00-\u9fff]{title}?",
        )
        return re.compile(rf"({one_of(self.term('own_name'))}?)(?:{'|'.join(shapes)})(?:那边?|处|家|的)?\W{{0,2}}$")

    @cached_property
    def whose(self) -> re.Pattern[str]:
        """Somebody's thing at the end of a stretch: "ben's", "her sister's old"; not "here's" or "let's"."""
        return re.compile(rf"(?<![a-z]){_not(self.term('no_owner'))}[a-z]{{2,20}}['’]s (?:[a-z]{{1,12}} )?$")

    @cached_property
    def owners(self) -> tuple[AhoCorasick, tuple[str, ...]]:
        terms = {term: concept for concept in _OWNERS for term in self.term(concept)}
        return AhoCorasick(list(terms), matchkind=MatchKind.LeftmostLongest), tuple(terms.values())


def _not(terms: tuple[str, ...]) -> str:
    """Return what holds where none of the words stands before an apostrophe."""
    return rf"(?!{one_of(terms)}['’])"


def one_of(terms: tuple[str, ...]) -> str:
    """Return a group matching one of the terms, longest first; Latin words only as whole words."""
    parts = [
        rf"{'(?<![a-z])' if term[0].isascii() and term[0].isalpha() else ''}{re.escape(term)}"
        rf"{'(?![a-z])' if term[-1].isascii() and term[-1].isalpha() else ''}"
        for term in terms
    ]
    return f"(?:{'|'.join(parts)})" if parts else "(?!)"


@cache
def cues(override: Path | None = None) -> Cues:
    """Return the compiled lexicon, with a case's own terms when it has a lexicon folder."""
    words = dict(lexicon.load("contact", override))
    marks: dict[int, str] = {ord(char): " " for char in _BLANKS}
    for concept, capital in _SOUNDS.items():
        for char in words.get(concept, ()):
            marks.setdefault(ord(char[0]), capital)
    marks.update(digit_tables()[0])
    terms: dict[str, str] = {}
    for concept in _CUES:
        for term in words.get(concept, ()):
            terms.setdefault(term.translate(marks), concept)
    terms = {**_generated(words, marks), **terms}
    terms["V"] = "wechat_single"
    return Cues(
        words, marks, AhoCorasick(list(terms), matchkind=MatchKind.LeftmostLongest), tuple(terms.values()), tuple(terms)
    )


def _sound_pairs() -> list[tuple[str, str, str]]:
    wechat = [(a, b, "wechat_weak") for a in ("V", "U", "v", "w", "wei", "vv") for b in ("X", "x", "xin")]
    return [*wechat, ("K", "K", "qq_weak"), ("Q", "Q", "qq_weak"), ("q", "q", "qq_weak"), ("t", "g", "telegram_weak")]


def _generated(words: dict[str, tuple[str, ...]], marks: dict[int, str]) -> dict[str, str]:
    """Return term -> concept for sound-alikes, spelled-out names and everything that hints at an address."""
    terms: dict[str, str] = {}
    for left, right, concept in _sound_pairs():
        for blank in ("", " ", "  ", ".", "/", "+", "|", "丨", "\n"):
            terms.setdefault(left + blank + right, concept)
    for name, concept in _SPELLED:
        for blank in (" ", ".", "  ", "/", "|", "+"):
            terms.setdefault(blank.join(name), concept)
    hints = [dot + ending for ending in words.get("ending", ()) for dot in _DOTS]
    hints += [f".{ending}" for part in ("ending_any", "ending_rare") for ending in words.get(part, ())]
    hints += [*_HINTS, *(f"t{dot}me" for dot in (".", "点", " dot ", "。", "[.]", "(.)", "·", ","))]
    hints += [word for word in words.get("at_word", ()) if word[0] != " "]
    terms.update(dict.fromkeys((hint.translate(marks) for hint in hints), "address"))
    terms.update({word.translate(marks): "at_word" for word in words.get("at_word", ()) if word[0] == " "})
    return terms

"""The languages of the workbench: one TOML file each in ``languages/``, from English to the other.

    name = "中文"                       what the language calls itself
    native_places = true                a division that the report calls "Sichuan 四川省" is "四川省" here
    [words]    "Rings" = "团伙"         a word or sentence, exactly as templates and the report have it
    [counts]   "post" = "{n} 条帖子"    a count of a noun
    [patterns] "it has ties to {a} others" = "与另外 {a} 人有联系"   sentences with parts that vary; a part whose
               letter is a capital, "{a} actors around {B}", holds words of evidence or a name and stays as it is

What no file knows stays English and is marked so: a wrong word is worse than a foreign one.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from ringtrace.text.places.divisions import names as places
from ringtrace.text.plural import counted

SOURCE = "en"
_LONGEST = 400
"""Longer sentences hold words of evidence and are neither looked for among the patterns nor remembered."""
_REMEMBERED = 20_000
_PLACE = re.compile(r"[A-Z][A-Za-z' -]{1,40} [\u4e00-\u9fff]{2,20}")
_PART = re.compile(r"\\\{([a-zA-Z])\\\}")


@dataclass(frozen=True, slots=True)
class Language:
    """code: BCP 47. patterns: (pattern, translation), longest first. native_places: "Sichuan 四川省" is "四川省"."""

    code: str
    name: str
    words: dict[str, str]
    counts: dict[str, str]
    patterns: tuple[tuple[re.Pattern[str], str], ...] = ()
    native_places: bool = False
    told: dict[str, str] = field(default_factory=dict, compare=False)  # what was found, at most _REMEMBERED of it

    def say(self, text: str, **parts: object) -> str:
        """Return ``text`` in this language, with ``parts`` put in; as it is where no translation is known."""
        told = text if self.code == SOURCE else self._find(text)
        return told.format(**parts) if parts else told

    def place(self, text: str) -> str:
        """Return a text with every known division in it called as this language's readers call it."""
        return _PLACE.sub(lambda found: _natives().get(found[0], found[0]), text) if self.native_places else text

    def called(self, name: str) -> str:
        """Return what the analysis calls an account, an actor or a group: "清茶_ (论坛; 3 个账号)".

        Only what the analysis put in brackets behind the name is translated: the name itself is evidence.
        """
        bare, bracket, told = name.rpartition(" (")
        if self.code == SOURCE or not bracket or not told.endswith(")"):
            return name
        platform, _, several = told[:-1].partition("; ")
        number = several.removesuffix(" accounts")
        parts = [self.words.get(platform, platform)]
        parts += [self.count(int(number), "account") if number.isdecimal() else several] if several else []
        return f"{bare} ({'; '.join(parts)})"

    def knows(self, text: str) -> bool:
        return self.code == SOURCE or self._find(text) != text or not any(c.isascii() and c.isalpha() for c in text)

    def count(self, number: int, noun: str) -> str:
        """ "3 posts" in this language; noun: English, singular."""
        if self.code == SOURCE:
            return counted(number, noun)
        form = self.counts.get(noun)
        return form.format(n=f"{number:,}") if form else counted(number, noun)

    def _find(self, text: str) -> str:
        if text in self.words:
            return self.words[text]
        if len(text) > _LONGEST:
            return self.place(text)
        found = self.told.get(text)
        if found is None:
            if len(self.told) >= _REMEMBERED:
                self.told.clear()
            found = self.told[text] = self._match(text)
        return found

    def _match(self, text: str) -> str:
        for pattern, told in self.patterns:
            if (hit := pattern.fullmatch(text)) is not None:
                parts = hit.groupdict().items()
                return told.format(
                    **{key: self.called(part) if key.isupper() else self._find(part) for key, part in parts}
                )
        return self.place(text)


@cache
def _natives() -> dict[str, str]:
    """ "Sichuan 四川省" -> "四川省", of every division that has names in both."""
    return {f"{english} {native}": native for native, english in places().values() if english not in ("", native)}


@cache
def languages() -> dict[str, Language]:
    """Return code -> language, English first."""
    found = {SOURCE: Language(SOURCE, "English", {}, {})}
    for file in sorted((resources.files("ringtrace.web") / "languages").iterdir(), key=lambda item: item.name):
        if file.name.endswith(".toml"):
            found[file.name[: -len(".toml")]] = read_language(file.name[: -len(".toml")], file.read_text("utf-8"))
    return found


def read_language(code: str, document: str) -> Language:
    """Return the language that a TOML ``document`` holds."""
    read = tomllib.loads(document)
    patterns = sorted(read.get("patterns", {}).items(), key=lambda item: (-len(item[0]), item[0]))
    made = tuple((re.compile(_PART.sub(r"(?P<\1>.+)", re.escape(text))), told) for text, told in patterns)
    return Language(
        code, read["name"], read.get("words", {}), read.get("counts", {}), made, read.get("native_places", False)
    )


def preferred(accepted: str) -> str:
    """Return the language that an Accept-Language header asks for first, of those that are there."""
    for part in accepted.split(","):
        code = part.partition(";")[0].strip().lower().split("-")[0]
        if code in languages():
            return code
    return SOURCE

"""Real places by GB/T 2260 code (as of 2013), as texts name them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from random import Random

from ringtrace.simulator.authors.evaluation.grammar import words

TRADITIONAL = str.maketrans(
    "苏东广辽龙内陕贵庆宁云湾沈连锦阳长尔滨齐无锡盐扬迁温兴丽芜厦岩镇赣饶济岛烟潍临泽郑开顶乡驻马汉黄荆冈怀娄关头门亚贡泸绵乐达资盘义毕节铜萨宝鸡兰凉银鲁乌玛县区肃绍台滦诸岭惠莲坊许涟",
    "蘇東廣遼龍內陝貴慶寧雲灣瀋連錦陽長爾濱齊無錫鹽揚遷溫興麗蕪廈巖鎮贛饒濟島煙濰臨澤鄭開頂鄉駐馬漢黃荊岡懷婁關頭門亞貢瀘綿樂達資盤義畢節銅薩寶雞蘭涼銀魯烏瑪縣區肅紹臺灤諸嶺惠蓮坊許漣",
)


@dataclass(frozen=True, slots=True)
class Division:
    """A province, city or county. english is "" where the name would be ambiguous."""

    code: str
    level: str
    name: str
    full: str
    english: str

    def surface(self, language: str, rng: Random) -> str:
        """One way of writing the name."""
        if language == "en" and self.english:
            return self.english
        text = self.full if rng.random() < 0.25 and len(self.full) < 7 else self.name
        return text.translate(TRADITIONAL) if language == "hant" else text


@cache
def divisions() -> tuple[Division, ...]:
    """All places that the author knows."""
    rows: list[dict[str, str]] = words("gazetteer")["place"]  # type: ignore[assignment]
    return tuple(Division(r["code"], r["level"], r["zh"], r["full"], r["en"]) for r in rows)


@cache
def by_code() -> dict[str, Division]:
    """The places by code."""
    return {division.code: division for division in divisions()}


@cache
def within(province: str) -> tuple[Division, ...]:
    """The places of a province code, the province itself first."""
    return tuple(d for d in divisions() if d.code[:2] == province[:2])


@cache
def _names() -> tuple[str, ...]:
    return tuple(division.name for division in divisions())


def names_a_place(text: str) -> bool:
    """Whether a name of a person happens to contain one of the places."""
    return any(name in text for name in _names())


@cache
def _pool(level: str, english: bool) -> tuple[Division, ...]:
    return tuple(d for d in divisions() if (not level or d.level == level) and (d.english or not english))


def named(rng: Random, level: str = "", language: str = "zh") -> Division:
    """Any place, or any of a level."""
    return rng.choice(_pool(level, language == "en"))


@cache
def _local_pool(province: str, english: bool) -> tuple[Division, ...]:
    return tuple(d for d in within(province) if d.english or not english)


def local(rng: Random, province: str, language: str = "zh") -> Division:
    """A place of a province as its people would name it: mostly a city."""
    pool = _local_pool(province, language == "en")
    return pool[0] if rng.random() < 0.3 else rng.choice(pool)

"""Press pages, tips and the figures of the dev author."""

from __future__ import annotations

import random
from datetime import date, timedelta

from ringtrace.simulator.authors.dev.cast import Human, Ring
from ringtrace.simulator.authors.dev.surface import places, words
from ringtrace.simulator.authors.dev.venue import Calendar
from ringtrace.simulator.authors.dev.voice import Topic, Voice
from ringtrace.simulator.script import Page, PublicNumber, Spec, Spoken, Tip


def _number(spec: Spec, quantity: str, unit: str, status: str, value: int, place: str = "", bound: str = "exact",
            period: tuple[str, str] | None = None, population: str = "") -> PublicNumber:  # fmt: skip
    start, stop = period or (spec.operation, spec.operation)
    return PublicNumber(quantity, unit, status, population, place, start, stop, _after(spec, 9), bound, str(value))


def _after(spec: Spec, days: int) -> str:
    return (date.fromisoformat(spec.operation) + timedelta(days=days)).isoformat()


def ledger_figures(spec: Spec) -> tuple[PublicNumber, ...]:
    """What really happened: the totals and the exact margins."""
    figures = [_number(spec, "suspects", "person", "arrested", sum(spec.rings)),
               _number(spec, "children", "person", "rescued", spec.children),
               _number(spec, "rings", "ring", "", len(spec.rings)),
               _number(spec, "provinces", "province", "", len(spec.provinces))]  # fmt: skip
    for code, (suspects, children) in sorted(spec.margins.items()):
        figures.append(_number(spec, "suspects", "person", "arrested", suspects, code))
        figures.append(_number(spec, "children", "person", "rescued", children, code))
    return tuple(figures)


def write_pages(spec: Spec, dice: random.Random) -> tuple[Page, ...]:
    """A wire story in English, the ministry's release in Chinese, and a provincial story for each margin."""
    at = Calendar(spec).zero + (spec.days + 9) * 86_400 + 10 * 3600
    values = {
        "suspects": f"{sum(spec.rings):,}", "children": str(spec.children), "rings": str(len(spec.rings)),
        "provinces": str(len(spec.provinces)), "sites": str(spec.sites), "groups": str(spec.groups),
        "day_en": f"{date.fromisoformat(spec.operation):%B} {int(spec.operation[8:])}",
        "day_zh": f"{int(spec.operation[5:7])}月{int(spec.operation[8:])}日",
    }  # fmt: skip
    whole = ledger_figures(spec)[:4]
    extra = (
        _number(spec, "sites", "site", "", spec.sites),
        _number(spec, "groups", "group", "", spec.groups, bound="about"),
    )
    pages: list[Page] = []
    for name, story in words("press")["national"].items():
        figures = whole + (extra if story["containers"] else ())
        pages.append(_page(name, story, values, at + len(pages) * 3600, figures))
    for code, (suspects, children) in sorted(spec.margins.items()):
        zh, en = next((zh, en) for known, zh, en in places() if known == code)
        local = values | {"place_zh": zh, "place_en": en, "n": str(suspects), "m": str(children)}
        figures = (_number(spec, "suspects", "person", "arrested", suspects, code),
                   _number(spec, "children", "person", "rescued", children, code))  # fmt: skip
        for name, story in words("press")["province"].items():
            pages.append(_page(f"{name}-{code[:2]}", story, local, at + 7200 + len(pages) * 1800, figures))
    for name, story in words("press")["other"].items():
        pages.append(_page(name, story, values, at - 86_400 * dice.randint(20, 60), ()))
    return tuple(pages)


def _page(
    name: str, story: dict[str, object], values: dict[str, str], at: int, figures: tuple[PublicNumber, ...]
) -> Page:
    def put(text: object) -> str:
        return str(text).format(**values)

    def puts(key: str) -> tuple[str, ...]:
        found = story[key]
        return tuple(put(text) for text in found) if isinstance(found, list) else ()

    told = story.get("figures", [])
    for quantity, unit, status, value, bound, context in told if isinstance(told, list) else []:
        figures += (PublicNumber(quantity, unit, status, "", "", "", "", "", bound, value, context),)
    return Page(
        name, put(story["outlet"]), put(story["host"]), put(story["headline"]), put(story["byline"]), at,
        puts("paragraphs"), puts("clutter"), figures, put(story["form"]), put(story["language"]),
    )  # fmt: skip


def write_tips(spec: Spec, rings: tuple[Ring, ...], outsiders: list[Human], dice: random.Random) -> tuple[Tip, ...]:
    """Reports to a hotline; most quote a handle of a ring, some complain about something else."""
    voice, calendar = Voice(dice, spec.provinces), Calendar(spec)
    handles = tuple(c for ring in rings for human in (*ring.brokers, *ring.suppliers[:20]) for c in human.contacts[:2])
    tips = []
    for number in range(max(6, spec.posts // 500)):
        at = calendar.at(dice.randrange(spec.days), dice)
        said = voice.speak(
            dice.choice(words("press")["tip"]["texts"]), dice.choice(outsiders), Topic(others=handles), "zh"
        )
        mentions = tuple(
            Spoken(m.kind, m.value, m.owner if m.owner != "self" else "quoted", m.family) for m in said.mentions
        )
        code, zh, _ = dice.choice(places())
        del code
        fields = {
            "text": said.text,
            "title": dice.choice(words("press")["tip"]["titles"]),
            "reporter": f"R{number:05}",
            "place": zh,
        }
        if dice.random() < 0.4:
            fields["url"] = (
                f"http://www.site{dice.randint(1, max(1, spec.sites))}.example/item/{dice.randint(100000, 999999)}.html"
            )
        tips.append(Tip(f"t{number:04}", at, fields, mentions))
    return tuple(sorted(tips, key=lambda tip: (tip.at, tip.key)))

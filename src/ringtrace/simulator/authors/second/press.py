"""News pages, tips and figures of a case, from templates in ``words/press.toml``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from random import Random
from typing import Any

from ringtrace.simulator.authors.second.cast import Handle
from ringtrace.simulator.authors.second.director import Director
from ringtrace.simulator.authors.second.gazetteer import spots
from ringtrace.simulator.authors.second.phrase import load_table
from ringtrace.simulator.authors.second.ring import Cell
from ringtrace.simulator.authors.second.telling import Matter
from ringtrace.simulator.script import Page, PublicNumber, Spec, Spoken, Tip

_DAY = 86_400
_CHINA = timezone(timedelta(hours=8))
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip


def write_figures(spec: Spec) -> tuple[PublicNumber, ...]:
    """What the ledger of the case knows: totals, and margins by province."""

    def row(quantity: str, unit: str, status: str, place: str, value: int) -> PublicNumber:
        return PublicNumber(quantity, unit, status, "", place, spec.operation, spec.operation, spec.operation, "exact",
                            str(value))  # fmt: skip

    rows = [
        row("suspects", "person", "arrested", "", sum(spec.rings)),
        row("children", "person", "rescued", "", spec.children),
        row("rings", "ring", "reported", "", len(spec.rings)),
        row("provinces", "province", "reported", "", len(spec.provinces)),
    ]
    for code, (people, children) in sorted(spec.margins.items()):
        rows += [
            row("suspects", "person", "arrested", code, people),
            row("children", "person", "rescued", code, children),
        ]
    return tuple(rows)


def write_pages(spec: Spec, dice: Random) -> tuple[Page, ...]:
    """Pages about the operation, one by one with a province of the margins, and one about something else."""
    table, margins = load_table("press"), sorted(spec.margins)
    pages = []
    for index, form in enumerate(table["page"]):
        code = margins[index % len(margins)] if margins else spec.provinces[0]
        named = _names(spec, code, form["language"])
        figures = tuple(_figure(words, named, code, spec) for words in form["figures"])
        at = datetime.fromisoformat(spec.operation).replace(tzinfo=_CHINA) + timedelta(days=form["after"], hours=9)
        pages.append(Page(
            key=f"page{index + 1}", outlet=form["outlet"], host=form["host"], headline=form["headline"].format(**named),
            byline=form["byline"], at=int(at.timestamp()),
            paragraphs=tuple(words.format(**named) for words in form["paragraphs"]),
            clutter=tuple(dice.sample(table["clutter"][form["language"]], 3)), figures=figures,
            form=dice.choice(("html", "html", "text")), language=form["language"],
        ))  # fmt: skip
    return tuple(pages)


def _names(spec: Spec, code: str, language: str) -> dict[str, str]:
    day = date.fromisoformat(spec.operation)
    people, children = spec.margins.get(code, (0, 0))
    spot = next(spot for spot in spots() if spot.code == code)
    numbers = {"rings": len(spec.rings), "provinces": len(spec.provinces), "suspects": sum(spec.rings),
               "children": spec.children, "sites": spec.sites, "groups": spec.groups, "placesuspects": people,
               "placechildren": children, "about": max(1, sum(spec.rings) // 10) * 10, "two": 2, "six": 6, "seven": 7,
               "day": day.day, "month": day.month, "said": day.day + 8}  # fmt: skip
    place = spot.chinese if language == "zh" else spot.english
    return {name: str(value) for name, value in numbers.items()} | {"place": place, "monthname": _MONTHS[day.month - 1]}


def _figure(words: str, named: Mapping[str, str], code: str, spec: Spec) -> PublicNumber:
    quantity, unit, status, population, bound, value, context, *placed = words.split()
    day = "" if context != "-" else spec.operation
    return PublicNumber(quantity, unit, status, population.replace("_", " "), code if placed else "", day, day, day,
                        bound, named[value], "" if context == "-" else context.replace("_", " "))  # fmt: skip


def write_tips(spec: Spec, director: Director, cells: Sequence[Cell], start: int, dice: Random) -> tuple[Tip, ...]:
    """Reports to a hotline: some quote what a ring member wrote, some are about nothing."""
    table: dict[str, Any] = load_table("press")["tips"]
    tips = []
    for index in range(max(6, spec.posts // 500)):
        cell, form = dice.choice(cells), dice.choice(table["text"])
        handles: list[Handle] = cell.head.handles + [handle for soul in cell.brokers for handle in soul.handles]
        handle = dice.choice(handles)
        matter = Matter(at=start, ways={"quoted": (handle,)})
        mentions: list[Spoken] = []
        if "{said}" in form:
            told = director.tell("offer.said", cell.head, "zh", matter)
            form, mentions = form.replace("{said}", told.text), list(told.mentions)
        if "{handle}" in form:
            form = form.replace("{handle}", f"{_app(handle)}{handle.value.removeprefix('+86')}")
            mentions.append(Spoken(handle.kind, handle.value, "quoted"))
        tips.append(Tip(f"tip{index + 1:04d}", start + dice.randrange(spec.days * _DAY),
                        {"text": form, "title": dice.choice(table["title"])}, tuple(mentions)))  # fmt: skip
    return tuple(tips)


def _app(handle: Handle) -> str:
    return {"qq": "QQ", "wechat": "微信", "phone": "电话", "telegram": "电报"}.get(handle.kind, "")

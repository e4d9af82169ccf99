"""What is printed about the operation, what else stands on the page, and what people report to hotlines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from ringtrace.simulator.authors.third.cast import Member
from ringtrace.simulator.authors.third.contact import Directory
from ringtrace.simulator.authors.third.habit import Hand, typed
from ringtrace.simulator.authors.third.lexicon import phrases
from ringtrace.simulator.authors.third.rooms import Room, moment
from ringtrace.simulator.authors.third.values import province_name
from ringtrace.simulator.authors.third.voice import Company, heading, speak
from ringtrace.simulator.authors.third.wordfile import load_words
from ringtrace.simulator.script import Page, PublicNumber, Spec, Tip

_PRESS = load_words("press.toml")
_UNITS = {"suspects": "person", "children": "person", "rings": "ring", "provinces": "province", "sites": "site",
          "groups": "group", "cases": "case"}  # fmt: skip


def draw_figures(spec: Spec, members: Sequence[Member]) -> tuple[PublicNumber, ...]:
    """Return what really happened, as the operation's own count has it."""
    day = spec.operation
    rows = [
        ("suspects", "arrested", "", sum(spec.rings)), ("children", "rescued", "", spec.children),
        ("rings", "identified", "", len(spec.rings)), ("provinces", "reported", "", len(spec.provinces)),
        ("sites", "identified", "", spec.sites), ("groups", "identified", "", spec.groups),
    ]  # fmt: skip
    where = Counter(member.province for member in members)
    rows += [("suspects", "arrested", code, where[code]) for code in spec.provinces]
    rows += [("children", "rescued", code, children) for code, (_, children) in spec.margins.items()]
    return tuple(
        PublicNumber(quantity, _UNITS[quantity], status, "", place, day, day, day, "exact", str(value))
        for quantity, status, place, value in rows
    )


def draw_pages(spec: Spec, members: Sequence[Member]) -> tuple[Page, ...]:
    """Return one page for each telling in ``press.toml``; a local one for each province with margins."""
    words = _known(spec)
    pages = []
    for number, table in enumerate(_PRESS["page"]):
        codes = sorted(spec.margins) if table.get("local") else [""]
        for code in codes:
            pages.append(
                _page(f"P{number:02}{code[:2]}", table, words | _local(spec, code, table["language"]), spec, code)
            )
    return tuple(pages)


def _known(spec: Spec) -> dict[str, str]:
    day = date.fromisoformat(spec.operation)
    total = sum(spec.rings)
    magnitude = 10 ** (len(str(total)) - 1)
    numbers = {"suspects": total, "children": spec.children, "rings": len(spec.rings), "provinces": len(spec.provinces),
               "sites": spec.sites, "groups": spec.groups, "floor": total // magnitude * magnitude}  # fmt: skip
    words = {name: str(value) for name, value in numbers.items()}
    words |= {f"{name}_en": f"{value:,}" for name, value in numbers.items()}
    words |= {"day": f"{day.month}月{day.day}日", "day_en": f"{day.day} {day:%B}", "year": str(day.year)}
    return words


def _local(spec: Spec, code: str, language: str) -> dict[str, str]:
    if not code:
        return {}
    people, children = spec.margins[code]
    name = _PRESS["english"].get(code, province_name(code)) if language == "en" else province_name(code)
    return {"here": name, "people": str(people), "kids": str(children)}


def _page(key: str, table: Mapping[str, Any], words: Mapping[str, str], spec: Spec, code: str) -> Page:
    published = date.fromisoformat(spec.operation) + timedelta(days=int(table["after"]))
    at = int(datetime(published.year, published.month, published.day, 2, 30, tzinfo=UTC).timestamp())
    figures = [_figure(row, words, spec, published, code) for row in table["figures"]]
    return Page(
        key, table["outlet"], table["host"], table["headline"].format(**words), table.get("byline", ""), at,
        tuple(paragraph.format(**words) for paragraph in table["paragraphs"]), tuple(table["clutter"]), tuple(figures),
        table.get("form", "html"), table["language"],
    )  # fmt: skip


def _figure(row: Mapping[str, str], words: Mapping[str, str], spec: Spec, published: date, code: str) -> PublicNumber:
    """One printed figure. value: a number or the name of a known one; other cases have no period of ours."""
    context = row.get("context", "")
    day = "" if context else spec.operation
    quantity = row["quantity"]
    return PublicNumber(
        quantity, _UNITS[quantity], row["status"], row.get("population", ""), code if row.get("here") else "",
        day, day, published.isoformat(), row.get("bound", "exact"), words.get(row["value"], row["value"]), context,
    )  # fmt: skip


def draw_tips(spec: Spec, members: Sequence[Member], directory: Directory, rooms: Sequence[Room]) -> tuple[Tip, ...]:
    """Return reports to a hotline: somebody's handle in a third person's words."""
    dice = Random(f"{spec.seed}/third/tips")
    start, stop = moment(spec)
    told = phrases(_PRESS["tips"])
    suspects = [member for member in members if not member.silent]
    tips = []
    for number in range(max(4, spec.posts // 1600)):
        at = dice.randrange(start, stop) // 60 * 60
        member = dice.choice(suspects)
        bad = member.handles if dice.random() < 0.7 else directory.handles("zh", 0.1)
        company = Company(directory.handles("zh", 0), bad=bad, province=member.province)
        said = typed(speak(dice.choice(told), "zh", company, dice), Hand("zh"), dice, False)
        fields = {"text": said.text.strip(), "reporter": f"J{number + 101}", "place": province_name(member.province)}
        if title := heading(said):
            fields["title"] = title
        if hosts := [room.place.host for room in rooms if room.place.host]:
            fields["url"] = f"http://{dice.choice(hosts)}/" if dice.random() < 0.3 else ""
        tips.append(Tip(f"H{number:04}", at, fields, said.mentions))
    return tuple(tips)

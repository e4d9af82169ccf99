"""What is printed about the operation, what is reported to the hotline, and what really happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from ringtrace.simulator.authors.fourth.ledger import Ledger
from ringtrace.simulator.authors.fourth.people import Soul, child_provinces
from ringtrace.simulator.authors.fourth.phrase import load_words, parse
from ringtrace.simulator.authors.fourth.values import towns
from ringtrace.simulator.authors.fourth.voice import Voice
from ringtrace.simulator.script import Page, PublicNumber, Spec, Spoken, Tip


@dataclass(frozen=True, slots=True)
class Facts:
    """The operation as it was: day of action, province -> suspects and children."""

    day: date
    opened: date
    suspects: Counter[str]
    children: Counter[str]
    rings: int
    sites: int
    groups: int

    @classmethod
    def of(cls, spec: Spec, members: Sequence[Soul]) -> Facts:
        return cls(
            date.fromisoformat(spec.operation), date.fromisoformat(spec.start),
            Counter(one.province for one in members), Counter(child_provinces(spec)),
            len(spec.rings), spec.sites, spec.groups,
        )  # fmt: skip

    def number(self, quantity: str, status: str, value: int, place: str = "", **more: str) -> PublicNumber:
        unit = {"suspects": "person", "children": "person", "rings": "ring", "provinces": "province", "sites": "site",
                "groups": "group", "cases": "case"}[quantity]  # fmt: skip
        words = {"population": quantity, "period_start": self.day.isoformat(), "period_end": self.day.isoformat(),
                 "as_of": self.day.isoformat(), "bound": "exact", "context": ""} | more  # fmt: skip
        return PublicNumber(quantity, unit, status, value=str(value), place=place, **words)


def ledger_figures(facts: Facts) -> tuple[PublicNumber, ...]:
    """What the operation's own records add up to, in all and by province."""
    found = [
        facts.number("suspects", "arrested", facts.suspects.total()),
        facts.number("children", "rescued", facts.children.total()),
        facts.number("rings", "reported", facts.rings),
        facts.number("provinces", "reported", len(facts.suspects)),
    ]
    found += [facts.number("suspects", "arrested", n, code) for code, n in sorted(facts.suspects.items())]
    found += [facts.number("children", "rescued", n, code) for code, n in sorted(facts.children.items())]
    return tuple(found)


def write_pages(spec: Spec, facts: Facts) -> tuple[Page, ...]:
    """One page an outlet of ``words/press.toml``; each tells what its desk knows, as its desk tells it."""
    pages = []
    for number, (key, outlet) in enumerate(load_words("press")["outlet"].items()):
        dice = Random(f"{spec.seed}/fourth/press/{key}")
        day = facts.day + timedelta(days=outlet["after"])
        at = int(
            datetime(day.year, day.month, day.day, dice.randint(0, 14), dice.randint(0, 59), tzinfo=UTC).timestamp()
        )
        values = _values(spec, facts, outlet["language"], day, dice)
        figures, paragraphs = [], []
        for block in outlet["paragraph"]:
            if block.get("margins") and not spec.margins:
                continue
            paragraphs.append(str(dice.choice(block["text"])).format(**values))
            figures += [_figure(facts, row, values, day) for row in block.get("figures", ())]
        pages.append(Page(
            f"news-{number}", outlet["name"], outlet["host"], outlet["headline"].format(**values), outlet["byline"],
            at, tuple(paragraphs), tuple(dice.sample(load_words("press")["clutter"][outlet["language"]], 4)),
            tuple(figures), outlet.get("form", "html"), outlet["language"],
        ))  # fmt: skip
    return tuple(pages)


def _values(spec: Spec, facts: Facts, language: str, day: date, dice: Random) -> dict[str, str]:
    margins = sorted(spec.margins)
    first, second = (margins + sorted(spec.provinces))[:2]
    total, saved = facts.suspects.total(), facts.children.total()

    def name(code: str) -> str:
        return towns()[code][0].zh if language == "zh" else towns()[code][0].en

    numbers = {
        "suspects": total, "children": saved, "rings": facts.rings, "provinces": len(facts.suspects),
        "sites": facts.sites, "groups": facts.groups, "suspects_a": facts.suspects[first],
        "children_a": facts.children[first], "suspects_b": facts.suspects[second], "children_b": facts.children[second],
        "floor": max(1, total // 50 * 50 if total > 50 else total - 1), "early": max(1, total * 3 // 4),
        "early_children": max(1, saved * 3 // 5), "part_one": total - total // 4, "part_two": total // 4,
        "old_children": dice.randint(6, 12), "old_cases": dice.randint(3, 5),
        "charged": max(1, total // 9), "reunited": max(1, saved // 6),
    }  # fmt: skip
    words = {key: f"{value:,}" if language == "en" else str(value) for key, value in numbers.items()}
    spoken = {"day": facts.day, "today": day, "opened": facts.opened}
    for key, when in spoken.items():
        words[key] = (
            f"{when.day} {when:%B} {when.year}" if language == "en" else f"{when.year}年{when.month}月{when.day}日"
        )
    return words | {"a": name(first), "b": name(second), "code_a": first, "code_b": second, "year": str(day.year)}


def _figure(facts: Facts, row: str, values: dict[str, str], day: date) -> PublicNumber:
    """``quantity status key [place=a] [bound=..] [context=..] [as_of=today] [period=open]``."""
    quantity, status, key, *rest = row.split()
    more = dict(cell.split("=") for cell in rest)
    context = {"old": "other case"}.get(more.pop("context", ""), "")
    place = values[f"code_{more.pop('place')}"] if "place" in more else ""
    if more.pop("as_of", "") == "today" or context:
        more["as_of"] = day.isoformat()
    if more.pop("period", "") == "open":
        more["period_start"] = facts.opened.isoformat()
    if context:
        more["period_start"] = more["period_end"] = ""
    return facts.number(quantity, status, int(values[key].replace(",", "")), place, context=context, **more)


def write_tips(spec: Spec, ledger: Ledger, hubs: Sequence[Soul], public: Sequence[Soul]) -> tuple[Tip, ...]:
    """Reports to the hotline; most name a handle that trades, some are about something else."""
    dice = Random(f"{spec.seed}/fourth/tips")
    count = max(6, spec.posts // 900)
    tips = []
    for number in range(count):
        table = dice.choice(load_words("press")["tip"])
        at = ledger.evening()
        about = dice.choice(hubs if table.get("trade") else public)
        voice = Voice(dice, "zh", "A", "warning", at, {"Q": about.handles(at), "A": dice.choice(public).handles(at)},
                      lambda _: dice.choice(public).handles(0), 0.02, False)  # fmt: skip
        said = voice.say(parse(dice.choice(table["text"])))
        stamp = datetime.fromtimestamp(at + 8 * 3600, UTC)
        fields = {"text": said.text, "title": dice.choice(table["title"]), "sent": f"{stamp:%Y/%m/%d %H:%M}",
                  "reporter": f"R{dice.randint(1000, 9999)}", "place": towns()[about.province][0].zh}  # fmt: skip
        tips.append(
            Tip(f"tip-{number:04d}", at - at % 60, fields, _unowned(said.mentions), table.get("frame", "warning"))
        )
    return tuple(tips)


def _unowned(mentions: Sequence[Spoken]) -> tuple[Spoken, ...]:
    return tuple(dict.fromkeys(mentions))

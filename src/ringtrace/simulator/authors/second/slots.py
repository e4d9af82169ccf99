"""What the slots of a phrase say: sums, ages, places, dates, handles; each notes its mention."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from ringtrace.simulator.authors.second import amount
from ringtrace.simulator.authors.second.cast import Handle
from ringtrace.simulator.authors.second.gazetteer import Spot, spots, spots_of
from ringtrace.simulator.authors.second.guise import disguise, families
from ringtrace.simulator.authors.second.phrase import load_table
from ringtrace.simulator.authors.second.telling import Teller

_AGES = ("P3D", "P8D", "P10D", "P2W", "P1M", "P2M", "P3M", "P4M", "P5M", "P6M", "P8M", "P10M", "P1Y", "P1Y6M", "P2Y",
         "P3Y", "P4Y", "P20D", "P40D", "P7M")  # fmt: skip


def _fact(teller: Teller, arg: str) -> None:
    teller.facts[arg] = None


def _asked(teller: Teller, _: str) -> None:
    """The price in question, made up once."""
    if not teller.matter.asked:
        teller.matter.asked = (
            teller.dice.choice((18, 20, 22, 25, 28, 30, 32, 35, 38, 40, 45, 48, 50, 55, 60, 68)) * 1000
        )
    _sum(teller, teller.matter.asked)
    teller.facts["price"] = None


def _other(teller: Teller, _: str) -> None:
    """A counter offer below the price."""
    matter, dice = teller.matter, teller.dice
    base = matter.asked or 40_000
    matter.other = max(5_000, base - dice.choice((2, 3, 5, 5, 8, 10, 12)) * 1000)
    _sum(teller, matter.other)
    teller.facts["price"] = None
    teller.facts["haggling"] = None


def _markup(teller: Teller, _: str) -> None:
    """What is added on the way."""
    _sum(teller, teller.dice.choice((2, 3, 4, 5, 6, 8, 10)) * 1000)
    teller.facts["price"] = None


def _money(teller: Teller, arg: str) -> None:
    """A sum of everyday life: arg is "low-high-step" in yuan."""
    low, high, step = (int(part) for part in arg.split("-"))
    _sum(teller, teller.dice.randrange(low, high + 1, step))


def _sum(teller: Teller, yuan: int) -> None:
    words, value = amount.money(teller.dice, yuan, teller.language)
    teller.put(words, "money", value)


def _age(teller: Teller, arg: str) -> None:
    """The child's age; with an argument "low-high-unit" any age."""
    if arg:
        low, high, unit = arg.split("-")
        value = f"P{teller.dice.randint(int(low), int(high))}{unit}"
    else:
        value = teller.matter.age = teller.matter.age or teller.dice.choice(_AGES)
    teller.put(amount.age(teller.dice, value, teller.language), "age", value)


def _kid(teller: Teller, arg: str) -> None:
    """A boy or a girl in everyday words; arg "any" for one that is not the matter's, F or M to fix it."""
    sex = arg if arg in ("F", "M") else teller.dice.choice("FFM")
    if not arg:
        sex = teller.matter.sex = teller.matter.sex or sex
    words: list[str] = load_table("kids")[teller.language][sex]
    teller.put(teller.dice.choice(words), "sex", sex)


def _spot(teller: Teller, arg: str) -> None:
    """Where the matter is; arg "away" for the other end, "any" for anywhere."""
    matter, dice = teller.matter, teller.dice
    if arg == "away":
        matter.away = matter.away or _any_spot(teller)
        spot = matter.away
    elif arg == "any":
        spot = _any_spot(teller)
    else:
        matter.spot = matter.spot or dice.choice(spots_of(matter.province, teller.language))
        spot = matter.spot if teller.language == "zh" or matter.spot.english else _any_spot(teller)
    teller.put(spot.chinese if teller.language == "zh" else spot.english, "place", spot.code)


def _any_spot(teller: Teller) -> Spot:
    while True:
        spot = teller.dice.choice(spots())
        if teller.language == "zh" or spot.english:
            return spot


def _count(teller: Teller, arg: str) -> None:
    number = teller.dice.randint(*(int(part) for part in (arg or "2-4").split("-")))
    teller.put(amount.count(teller.dice, number, teller.language), "count", str(number))


def _day(teller: Teller, arg: str) -> None:
    """A date near the time of speaking; arg: days from now as "low to high"."""
    low, high = (int(part) for part in (arg or "-20 to 20").split(" to "))
    when = date.fromtimestamp(0) + timedelta(days=teller.matter.at // 86_400 + teller.dice.randint(low, high))
    words, value = amount.day(teller.dice, when, teller.language)
    teller.put(words, "date", value)


def _number(teller: Teller, arg: str) -> None:
    """A number that is no mention: floor, size, mark, bus line."""
    low, high = arg.split("-")
    teller.pieces.append(str(teller.dice.randint(int(low), int(high))))


def _clock(teller: Teller, _: str) -> None:
    hour, minute = teller.dice.randint(6, 22), teller.dice.choice((0, 0, 15, 30, 45))
    teller.pieces.append(f"{hour}:{minute:02}" if teller.language == "en" or minute else f"{hour}点")


def _hotline(teller: Teller, _: str) -> None:
    number = teller.dice.choice(("110", "110", "12338", "12355", "12345"))
    teller.put(number, "phone", number, "hotline")


def _name(teller: Teller, _: str) -> None:
    teller.pieces.append(teller.matter.name)


def _contact(teller: Teller, arg: str) -> None:
    """One way to reach somebody, sometimes two, with a word in front that says which app."""
    handles = teller.matter.ways.get(arg or "self", ())
    if not handles:
        teller.say("nocontact")
        return
    owner = {"": "self", "quoted": "quoted", "desk": "hotline", "shop": "hotline"}.get(arg, "other")
    dice = teller.dice
    _handle(teller, dice.choice(handles), owner)
    if len(handles) > 1 and dice.random() < 0.12:
        teller.pieces.append(dice.choice((" ", "，", " / ", "\n")))
        _handle(teller, dice.choice(handles), owner)


def _handle(teller: Teller, handle: Handle, owner: str) -> None:
    dice, table = teller.dice, load_table("cues")[teller.language]
    wary = teller.matter.wary if owner != "hotline" else 0.0
    hidden = handle.kind != "url" and dice.random() < wary
    family = dice.choice(families(handle.kind, teller.language)) if hidden else "plain"
    cues: list[str] = table["cue"].get(handle.kind, []) if family == "cue" else []
    bare = handle.kind in ("url", "email") or (handle.kind == "phone" and dice.random() < 0.3)
    cue = dice.choice(cues or table["plain"][handle.kind]) if not bare or cues else ""
    family = "plain" if family == "cue" and not cues else family
    typed = handle.value.removeprefix("+86") if handle.kind == "phone" else handle.value
    if family == "plain" and handle.kind == "phone" and dice.random() < 0.2:
        joint = dice.choice((" ", "-"))
        typed = joint.join((typed[:3], typed[3:7], typed[7:]))
    teller.put(cue + disguise(dice, typed, family), handle.kind, handle.value, owner, family)


def _nick(teller: Teller, _: str) -> None:
    """Somebody's invented call name."""
    teller.say("person")


SLOTS: Mapping[str, Callable[[Teller, str], None]] = {
    "!": _fact, "asked": _asked, "other": _other, "markup": _markup, "money": _money, "age": _age, "kid": _kid,
    "spot": _spot, "count": _count, "day": _day, "n": _number, "clock": _clock, "hotline": _hotline, "name": _name,
    "contact": _contact, "nick": _nick,
}  # fmt: skip

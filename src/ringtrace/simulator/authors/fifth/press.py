"""What newspapers and desks print: the operation's figures, in two languages, beside figures of other stories."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone

from ringtrace.simulator.authors.fifth.values import province_of
from ringtrace.simulator.script import Page, PublicNumber, Spec

_CHINA = timezone(timedelta(hours=8))
_OUTLETS = {
    "zh": (("江岸晚报", "jianganwanbao.example"), ("新城时报", "xinchengshibao.example"),
           ("滨河网", "binhewang.example"), ("大众早报网", "dazhongzao.example"), ("法治观察", "fazhiguancha.example")),
    "en": (("Harbour Courier", "harbourcourier.example"), ("Eastern Ledger", "easternledger.example"),
           ("Daily Lantern", "dailylantern.example"), ("River Post", "riverpost.example")),
}  # fmt: skip
_CLUTTER = {
    "zh": ("男子地铁上晕倒 众人合力相救", "三月起多地调整公积金", "本周末迎来降温 最低零下5度",
           "去年某地破获拐卖案 抓获39人", "专家：春季如何预防流感", "一图读懂新交规", "某院医生贩婴案一审宣判",
           "景区门票下调30%"),
    "en": ("Ten things to do this weekend", "Markets close lower for a third day",
           "Doctor sold seven babies, court hears", "Snow shuts 12 airports", "Bus crash leaves nine hurt",
           "Photos: lantern festival", "Opinion: why rents keep rising", "Police free 89 children in earlier raids"),
}  # fmt: skip


def true_figures(spec: Spec) -> tuple[PublicNumber, ...]:
    """What really happened: totals, and the margins of single provinces."""
    day = spec.operation

    def figure(quantity: str, unit: str, status: str, place: str, value: int) -> PublicNumber:
        return PublicNumber(quantity, unit, status, "", place, day, day, day, "exact", str(value))

    figures = [
        figure("suspects", "person", "arrested", "", sum(spec.rings)),
        figure("children", "person", "rescued", "", spec.children),
        figure("rings", "ring", "identified", "", len(spec.rings)),
        figure("provinces", "province", "identified", "", len(spec.provinces)),
    ]
    for code, (people, children) in sorted(spec.margins.items()):
        figures.append(figure("suspects", "person", "arrested", code, people))
        figures.append(figure("children", "person", "rescued", code, children))
    return tuple(figures)


class _Desk:
    """Writes figures as printed on a day."""

    def __init__(self, spec: Spec, day: date) -> None:
        self.spec = spec
        self.day = day

    def number(
        self, quantity: str, status: str, value: int | str, place: str = "", bound: str = "exact", context: str = "",
        period: tuple[str, str] | None = None, population: str = "", unit: str = "person",
    ) -> PublicNumber:  # fmt: skip
        start, end = period if period else (self.spec.operation, self.spec.operation)
        as_of = self.day.isoformat()
        return PublicNumber(quantity, unit, status, population, place, start, end, as_of, bound, str(value), context)


Story = tuple[str, list[str], list[PublicNumber]]
_NONE = ("", "")


def _release_zh(spec: Spec, desk: _Desk, dice: random.Random) -> Story:
    people, kids = sum(spec.rings), spec.children
    day = date.fromisoformat(spec.operation)
    text = [
        f"记者从公安部门获悉，{day.month}月{day.day}日，在统一指挥下，{len(spec.provinces)}个省区市公安机关集中行动，"
        f"打掉{len(spec.rings)}个利用网络贩卖婴儿的团伙，抓获犯罪嫌疑人{people}名，解救被拐儿童{kids}名。",
        f"警方介绍，线索起于群众举报的网站，随后查出{spec.sites}个网站和{spec.groups}个聊天群。",
        dice.choice(("案件仍在进一步侦办中。", "目前获救儿童均已妥善安置。", "警方提醒，收买同样要承担法律责任。")),
    ]
    figures = [
        desk.number("suspects", "arrested", people, population="犯罪嫌疑人"),
        desk.number("children", "rescued", kids, population="被拐儿童"),
        desk.number("rings", "identified", len(spec.rings), unit="ring", population="团伙"),
        desk.number("provinces", "identified", len(spec.provinces), unit="province"),
        desk.number("sites", "identified", spec.sites, unit="site"),
        desk.number("groups", "identified", spec.groups, unit="group"),
    ]
    return dice.choice(("警方打掉网络贩婴团伙", "多地警方联手 解救被拐儿童", "网上贩婴黑市被端")), text, figures


def _release_en(spec: Spec, desk: _Desk, dice: random.Random) -> Story:
    people, kids = sum(spec.rings), spec.children
    day = date.fromisoformat(spec.operation)
    text = [
        f"Police across {len(spec.provinces)} provinces have broken up {len(spec.rings)} networks that traded infants "
        f"online, arresting {people:,} suspects and rescuing {kids} children, officials said.",
        f"The raids took place on {day:%B} {day.day} and followed reports about a website that offered private "
        "adoptions.",
        f"Investigators traced {spec.sites} websites and {spec.groups} chat groups, a statement said.",
        dice.choice(("The inquiry goes on.", "It was not clear where the other arrests took place.",
                     "Officials did not say whether anyone had been charged.")),
    ]  # fmt: skip
    figures = [
        desk.number("suspects", "arrested", people, population="suspects"),
        desk.number("children", "rescued", kids, population="children"),
        desk.number("rings", "identified", len(spec.rings), unit="ring", population="networks"),
        desk.number("provinces", "identified", len(spec.provinces), unit="province"),
        desk.number("sites", "identified", spec.sites, unit="site"),
        desk.number("groups", "identified", spec.groups, unit="group"),
    ]
    return dice.choice(("Police break up online baby trade", "Infants freed as networks fall")), text, figures


def _local(spec: Spec, desk: _Desk, dice: random.Random, language: str) -> Story:
    """One province's part, with an older case from elsewhere in the same page."""
    code = dice.choice(sorted(spec.margins))
    people, children = spec.margins[code]
    town = province_of(code)
    seven = desk.number("children", "", 7, context="other case", period=_NONE)
    six = desk.number("cases", "", 6, context="other case", period=_NONE, unit="case")
    if language == "zh":
        text = [
            f"在此次统一行动中，{town.zh}警方抓获嫌疑人{people}名，解救儿童{children}名，省公安厅昨日通报。",
            "另据了解，此前外省一名医生因贩卖7名婴儿、涉6起案件被判刑，与本案无关。",
        ]
        head = f"{town.zh}公布战果"
    else:
        text = [
            f"In {town.en}, {people} suspects were arrested and {children} children rescued, local media reported.",
            "In an older and separate case a doctor was convicted of selling 7 babies in 6 cases.",
        ]
        head = f"{town.en} gives its figures"
    return head, text, [
        desk.number("suspects", "arrested", people, code), desk.number("children", "rescued", children, code),
        seven, six,
    ]  # fmt: skip


def _round(spec: Spec, desk: _Desk, dice: random.Random, language: str) -> Story:
    """Bounds instead of figures, and what one witness said."""
    people, kids = sum(spec.rings) // 10 * 10, spec.children // 10 * 10
    if language == "zh":
        text = [
            f"一场针对网络贩婴的行动中，超过{people}人落网，{kids}多名儿童获救。",
            "一名被抓女子向记者承认，先后买过2名女婴。",
        ]
        head = "网络贩婴案追踪"
    else:
        text = [
            f"More than {people:,} people were arrested and at least {kids} children rescued in raids on "
            "online traders.",
            "One woman told reporters that she had bought 2 baby girls.",
        ]
        head = "Inside the raids"
    return head, text, [
        desk.number("suspects", "arrested", people, bound="at_least"),
        desk.number("children", "rescued", kids, bound="at_least"),
        desk.number("children", "", 2, context="witness", period=_NONE),
    ]  # fmt: skip


def _earlier(spec: Spec, desk: _Desk, dice: random.Random, language: str) -> Story:
    """Two cases of another year in one release, and their sum."""
    old = ("2011-07-01", "2011-07-31")
    first, second, saved, more = dice.randint(200, 400), dice.randint(20, 60), dice.randint(60, 99), dice.randint(5, 15)
    if language == "zh":
        text = [
            f"回顾2011年7月，警方在两起专案中共抓获嫌疑人{first + second}名，解救儿童{saved + more}名。",
            f"其中一案抓获{first}人，解救儿童{saved}名；另一案抓获{second}人，解救儿童{more}名。",
        ]
        head = "近年打拐行动回顾"
    else:
        text = [
            f"In July 2011 police arrested {first + second} suspects and rescued {saved + more} children in two cases.",
            f"In the first, {first} people were arrested and {saved} children rescued; in the second, {second} people "
            f"were arrested and {more} children rescued.",
        ]
        head = "Looking back at earlier raids"
    pairs = ((first + second, saved + more), (first, saved), (second, more))
    figures = [
        number
        for people, kids in pairs
        for number in (
            desk.number("suspects", "arrested", people, context="other case", period=old),
            desk.number("children", "rescued", kids, context="other case", period=old),
        )
    ]
    return head, text, figures


def _later(spec: Spec, desk: _Desk, dice: random.Random, language: str) -> Story:
    """A count of some weeks later: persons charged are not persons arrested."""
    charged = max(1, int(sum(spec.rings) * dice.uniform(0.2, 0.5)))
    home = max(1, int(spec.children * dice.uniform(0.05, 0.2)))
    whole = (spec.operation, desk.day.isoformat())
    if language == "zh":
        text = [
            f"截至目前，检察机关已对网络贩婴案中的{charged}人提起公诉。",
            f"经比对，已有{home}名儿童与亲生父母团聚。",
        ]
        head = "网络贩婴案最新进展"
    else:
        text = [
            f"Prosecutors have so far charged {charged} people in the online baby case.",
            f"After DNA checks {home} children have been reunited with their parents.",
        ]
        head = "Charges in online baby case"
    return head, text, [
        desk.number("suspects", "charged", charged, period=whole),
        desk.number("children", "reunited", home, period=whole),
    ]  # fmt: skip


_STORIES: tuple[Callable[[Spec, _Desk, random.Random, str], Story], ...] = (_local, _round, _earlier, _later)


def print_pages(spec: Spec, dice: random.Random) -> tuple[Page, ...]:
    """Return the pages of some weeks after the operation, oldest story first."""
    pages: list[Page] = []
    rounds = 1 if len(spec.provinces) < 10 else 3
    first = date.fromisoformat(spec.operation) + timedelta(days=2)
    for turn in range(rounds):
        for language in ("zh", "en"):
            for at in range(len(_STORIES) + 1):
                day = first + timedelta(days=turn + (28 if at == 4 else at))
                desk = _Desk(spec, day)
                if at == 0:
                    story = (_release_zh if language == "zh" else _release_en)(spec, desk, dice)
                else:
                    story = _STORIES[at - 1](spec, desk, dice, language)
                pages.append(_page(story, f"p{len(pages):02}", language, day, dice))
    return tuple(pages)


def _page(story: Story, key: str, language: str, day: date, dice: random.Random) -> Page:
    head, paragraphs, figures = story
    outlet, host = dice.choice(_OUTLETS[language])
    hour, minute = dice.randint(7, 22), dice.randint(0, 59)
    at = int(datetime(day.year, day.month, day.day, hour, minute, tzinfo=_CHINA).timestamp())
    byline = f"{outlet}记者" if language == "zh" else f"By staff of {outlet}"
    return Page(
        key, outlet, host, head, byline, at, tuple(paragraphs), tuple(dice.sample(_CLUTTER[language], 4)),
        tuple(figures), "text" if dice.random() < 0.3 else "html", language,
    )  # fmt: skip

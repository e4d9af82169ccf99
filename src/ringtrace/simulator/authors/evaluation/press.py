"""What was printed about the operation: a ministry, national and local media, and clutter around it.

``figures`` of a page hold exactly what its paragraphs print, in the words of the table contract:
"抓获" is read as detained, "arrested" as arrested, place "CN" is the whole country.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from ringtrace.simulator.authors.evaluation.gazetteer import by_code, named, within
from ringtrace.simulator.authors.evaluation.number import ENGLISH, MONTHS, person_name, surname
from ringtrace.simulator.script import Page, PublicNumber, Spec

CLUTTER_ZH = (
    "图：某市交警查处超载货车17辆",
    "热门：全国今日48小时天气预报",
    "相关：2011年某地打拐行动解救89名儿童",
    "评论 326 条 参与 10588 人",
    "广告：理财年化收益6.8%起",
    "点击排行：1. 春运最后三天发送旅客7200万人次",
    "猜你喜欢：一村民中奖500万元",
    "责任编辑：阿宁 分享到 微博 12 空间 30",
    "延伸阅读：医院一护士贩婴案一审，涉及5名婴儿",
    "版权声明 转载请注明来源 ICP备00000000号",
)
CLUTTER_EN = (
    "Read: Hospital worker held over 3 missing newborns",
    "Most popular: 10 photos from the spring festival",
    "ADVERTISEMENT",
    "Share this on: 214 shares, 57 comments",
    "More than 200 villagers sign petition over school bus",
    "Five things to know about the new visa rule",
    "Markets: index up 1.4% to 2,056",
    "Part of complete coverage: 12 stories",
    "Landslide kills 8 in the southwest",
    "Subscribe for 9.90 a month",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """The operation as the sources tell it."""

    suspects: int
    children: int
    rings: int
    provinces: int
    sites: int
    groups: int
    day: date
    told: date
    margins: dict[str, tuple[int, int]]

    def figure(
        self,
        quantity: str,
        status: str,
        population: str,
        value: int,
        *,
        place: str = "CN",
        bound: str = "exact",
        unit: str = "person",
        as_of: date | None = None,
        period: tuple[str, str] | None = None,
        context: str = "",
    ) -> PublicNumber:
        """One figure; the operation's day is its period unless told otherwise."""
        start, end = period or (self.day.isoformat(), self.day.isoformat())
        shown = (as_of or self.told).isoformat()
        return PublicNumber(quantity, unit, status, population, place, start, end, shown, bound, str(value), context)


def facts_of(spec: Spec) -> Facts:
    """The totals of a spec; the ministry speaks nine days after the operation."""
    day = date.fromisoformat(spec.operation)
    return Facts(
        sum(spec.rings),
        spec.children,
        len(spec.rings),
        len(spec.provinces),
        spec.sites,
        spec.groups,
        day,
        day + timedelta(days=9),
        {code: spec.margins[code] for code in sorted(spec.margins)},
    )


def true_figures(spec: Spec) -> tuple[PublicNumber, ...]:
    """The operation's totals and its margins."""
    facts = facts_of(spec)
    rows = [
        facts.figure("suspects", "detained", "suspects", facts.suspects),
        facts.figure("children", "rescued", "children", facts.children),
        facts.figure("rings", "", "rings", facts.rings, unit="ring"),
        facts.figure("provinces", "", "provinces", facts.provinces, unit="province"),
        facts.figure("sites", "", "sites", facts.sites, unit="site"),
        facts.figure("groups", "", "groups", facts.groups, unit="group"),
    ]
    for code, (suspects, children) in facts.margins.items():
        rows.append(facts.figure("suspects", "detained", "suspects", suspects, place=code))
        rows.append(facts.figure("children", "rescued", "children", children, place=code))
    return tuple(rows)


def _zh(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _en(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.day}"


def _word(value: int) -> str:
    return ENGLISH[value] if value <= 10 else f"{value:,}"


def _stamp(day: date, hour: int) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) + hour * 3600


class Desk:
    """Writes the pages of one operation."""

    def __init__(self, spec: Spec, rng: Random) -> None:
        self.facts, self.rng = facts_of(spec), rng
        self.pages: list[Page] = []

    def add(
        self,
        outlet: str,
        host: str,
        headline: str,
        byline: str,
        day: date,
        paragraphs: list[str],
        figures: list[PublicNumber],
        form: str = "html",
        language: str = "zh",
    ) -> None:
        """One page; clutter fits its language and is kept away from plain text."""
        pool = CLUTTER_EN if language == "en" else CLUTTER_ZH
        clutter = tuple(self.rng.sample(pool, self.rng.randint(3, 7))) if form == "html" else ()
        self.pages.append(
            Page(
                f"n{len(self.pages) + 1:02}",
                outlet,
                host,
                headline,
                byline,
                _stamp(day, self.rng.randint(0, 14)),
                tuple(paragraphs),
                clutter,
                tuple(figures),
                form,
                language,
            )
        )

    def write(self) -> tuple[Page, ...]:
        """All pages: release and its copy, national, local, foreign, rounded and later ones."""
        self.release()
        self.television()
        self.agency()
        self.wire()
        self.rounded()
        for code, part in self.facts.margins.items():
            self.local(code, *part)
        self.court()
        self.later()
        self.digest()
        self.hongkong()
        return tuple(self.pages)

    def _totals(self, people: str, kids: str, status: str = "detained") -> list[PublicNumber]:
        f = self.facts
        return [
            f.figure("suspects", status, people, f.suspects),
            f.figure("children", "rescued", kids, f.children),
        ]

    def release(self) -> None:
        """The ministry's release, and the same words on a portal as plain text."""
        f, rng = self.facts, self.rng
        opening = rng.choice(("记者从公安部获悉", "公安部今日通报", "公安部新闻办公室消息"))
        paragraphs = [
            f"{opening}，{_zh(f.day)}，在公安部统一指挥下，{f.provinces}个省区市公安机关开展集中收网，"
            f"成功打掉{f.rings}个利用互联网实施拐卖婴儿犯罪的特大网络团伙，"
            f"抓获犯罪嫌疑人{f.suspects}名，解救被拐卖婴儿{f.children}名。",
            f"经查，有关人员以“送养”为名，利用{f.sites}个网站、多个论坛和{f.groups}个聊天群组发布信息，"
            "撮合交易，逃避打击。",
            "目前，案件正在进一步侦办中。公安机关提示，私下买卖儿童属于犯罪，收养须依法登记。",
        ]
        figures = [
            *self._totals("犯罪嫌疑人", "被拐卖婴儿"),
            f.figure("rings", "", "拐卖婴儿犯罪团伙", f.rings, unit="ring"),
            f.figure("provinces", "", "省区市", f.provinces, unit="province"),
            f.figure("sites", "", "网站", f.sites, unit="site"),
            f.figure("groups", "", "聊天群组", f.groups, unit="group"),
        ]
        headline = rng.choice(("公安部摧毁网络贩婴团伙", "多地警方同步收网打击网络拐卖婴儿犯罪", "网络贩婴大案告破"))
        self.add("公安部", "www.mps-release.example", headline, "新闻办公室", f.told, paragraphs, figures)
        self.add("南门网", "news.nanmen.example", headline, "据公安部网站", f.told, paragraphs, figures, "text")

    def television(self) -> None:
        """A national broadcaster: the totals in one line, then one family's story."""
        f, rng = self.facts, self.rng
        here, there = named(rng, "city"), named(rng, "city")
        paragraphs = [
            f"本台消息：{_zh(f.day)}凌晨，全国{f.provinces}个省份同时行动，{f.suspects}名涉嫌网上买卖婴儿的人员落网，"
            f"{f.children}名孩子获救。",
            f"在{here.full}，嫌疑人{surname(rng, 'zh')}向记者承认，孩子是从{there.full}抱来的，"
            f"付给中间人{rng.choice((2, 3, 4, 5))}万元。她说，联系方式来自一个网站。",
            "记者在现场看到，民警把孩子送往医院体检，随后由福利机构照料。",
        ]
        figures = [
            *self._totals("涉嫌网上买卖婴儿的人员", "孩子"),
            f.figure("provinces", "", "省份", f.provinces, unit="province"),
        ]
        self.add(
            "国家电视台",
            "tv.guojia.example",
            "网上买卖婴儿 千余人落网" if f.suspects >= 1000 else "网上买卖婴儿 一批嫌疑人落网",
            f"记者 {person_name(rng, 'zh')}",
            f.told,
            paragraphs,
            figures,
        )

    def agency(self) -> None:
        """The national agency in English, as plain text."""
        f, rng = self.facts, self.rng
        paragraphs = [
            f"BEIJING, {_en(f.told)} -- Police in {f.provinces} provincial-level regions have detained "
            f"{f.suspects:,} suspects and rescued {f.children:,} babies in a crackdown on online trafficking, "
            "the Ministry of Public Security said.",
            f"{_word(f.rings).capitalize()} ring{'s' if f.rings > 1 else ''} that used the Internet to traffic babies "
            f"{'were' if f.rings > 1 else 'was'} broken up on {_en(f.day)}, according to the ministry.",
            "The inquiry began after residents reported a website that claimed to arrange private adoption.",
        ]
        figures = [
            *self._totals("suspects", "babies"),
            f.figure("provinces", "", "provincial-level regions", f.provinces, unit="province"),
            f.figure("rings", "", "rings that used the Internet to traffic babies", f.rings, unit="ring"),
        ]
        self.add(
            "National News Agency",
            "english.agency.example",
            "Police break up online baby trafficking rings",
            person_name(rng, "en"),
            f.told,
            paragraphs,
            figures,
            "text",
            "en",
        )

    def wire(self) -> None:
        """A foreign desk: "arrested", local parts, an older case of another court on the same page."""
        f, rng = self.facts, self.rng
        babies, cases = rng.randint(4, 9), rng.randint(2, 4)
        province = named(rng, "province", "en")
        paragraphs = [
            f"Beijing -- Chinese police have arrested {f.suspects:,} people and freed {f.children:,} children "
            "in what officials called a campaign against the sale of babies over the web.",
            f"The raids took place on {_en(f.day)} in {f.provinces} provinces, a ministry statement said "
            f"{f.told:%A}. "
            f"Investigators had followed {_word(f.sites)} website{'s' if f.sites > 1 else ''}, "
            f"several forums and about {f.groups} chat groups "
            f"for {rng.choice(('six months', 'half a year'))}.",
        ]
        figures = [
            *self._totals("people", "children", "arrested"),
            f.figure("provinces", "", "provinces", f.provinces, unit="province"),
            f.figure("sites", "", "websites", f.sites, unit="site"),
            f.figure("groups", "", "chat groups", f.groups, unit="group", bound="about"),
        ]
        for code, (suspects, children) in f.margins.items():
            name = by_code()[code].english
            paragraphs.append(
                rng.choice(
                    (
                        f"In {name}, local newspapers counted {suspects} arrests and {children} rescued babies.",
                        f"Of these, {suspects} suspects were arrested in {name}, where {children} babies were rescued.",
                    )
                )
            )
            figures.append(f.figure("suspects", "arrested", "suspects", suspects, place=code))
            figures.append(f.figure("children", "rescued", "babies", children, place=code))
        paragraphs += [
            "Where the remaining arrests were made has not been said.",
            f"In an unrelated trial last month, a court in {province.english} sentenced a midwife "
            f"who had sold {_word(babies)} newborns in {_word(cases)} cases.",
        ]
        month = (f.told.replace(day=1) - timedelta(days=1)).replace(day=1)
        older = (month.isoformat()[:7], month.isoformat()[:7])
        figures += [
            f.figure("children", "sold", "newborns", babies, place=province.code, period=older, context="other case"),
            f.figure(
                "cases",
                "convicted",
                "cases",
                cases,
                place=province.code,
                unit="case",
                period=older,
                context="other case",
            ),
        ]
        self.add(
            "Harbour Wire",
            "www.harbourwire.example",
            "China: raids on web trade in babies",
            f"By {person_name(rng, 'en')} and {person_name(rng, 'en')}",
            f.told + timedelta(days=1),
            paragraphs,
            figures,
            "html",
            "en",
        )

    def rounded(self) -> None:
        """A daily that rounds down: lower bounds only."""
        f = self.facts
        low = max(1, f.suspects // 100 * 100 if f.suspects >= 100 else f.suspects // 5 * 5)
        kids = max(1, f.children // 10 * 10 if f.children >= 20 else f.children)
        certain = kids == f.children
        paragraphs = [
            f"本报讯 在日前的打拐行动中，警方抓获嫌疑人{low}余名，解救儿童{kids}{'' if certain else '多'}名。",
            "有专家认为，网络平台应当承担更多责任。",
        ]
        figures = [
            f.figure("suspects", "detained", "嫌疑人", low, bound="at_least"),
            f.figure("children", "rescued", "儿童", kids, bound="exact" if certain else "at_least"),
        ]
        self.add(
            "晨潮日报",
            "www.chenchao.example",
            "打拐行动再出重拳",
            "本报记者",
            f.told + timedelta(days=1),
            paragraphs,
            figures,
        )

    def local(self, code: str, suspects: int, children: int) -> None:
        """A provincial paper: the province's part, one city's share of it, and the national total."""
        f, rng = self.facts, self.rng
        province = by_code()[code]
        office = "公安局" if province.full.endswith("市") else "公安厅"
        cities = [d for d in within(code) if d.level == "city"]
        paragraphs = [
            f"{rng.choice(('昨日', '近日', '今天'))}，记者从{province.full}{office}获悉，"
            f"在{_zh(f.day)}的全国统一行动中，{province.name}警方共抓获犯罪嫌疑人{suspects}人，解救婴儿{children}名。",
            f"据了解，此次行动全国共抓获{f.suspects}人，解救{f.children}名婴幼儿。",
        ]
        figures = [
            f.figure("suspects", "detained", "犯罪嫌疑人", suspects, place=code),
            f.figure("children", "rescued", "婴儿", children, place=code),
            f.figure("suspects", "detained", "抓获人员", f.suspects),
            f.figure("children", "rescued", "婴幼儿", f.children),
        ]
        if cities and suspects > 12:
            city, part = rng.choice(cities), rng.randint(2, suspects // 3)
            paragraphs.insert(1, f"其中，{city.full}抓获{part}人，均已被刑事拘留。")
            figures.append(f.figure("suspects", "detained", "犯罪嫌疑人", part, place=city.code))
        self.add(
            f"{province.name}早报",
            f"zb{code[:2]}.difang.example",
            f"{province.name}警方参与打击网络贩婴",
            f"记者{person_name(rng, 'zh')}",
            f.told + timedelta(days=1),
            paragraphs,
            figures,
        )

    def court(self) -> None:
        """A court's page about an older case that has nothing to do with the operation."""
        f, rng = self.facts, self.rng
        city = named(rng, "city")
        sold, people = rng.randint(3, 9), rng.randint(3, 8)
        year = f.told.year - 1
        paragraphs = [
            f"{city.full}某法院通报一起拐卖儿童案：{year}年间，"
            f"{surname(rng, 'zh')}等{people}名被告人先后贩卖婴儿{sold}名，均已判刑。",
            "该案与近期全国统一行动无关。",
        ]
        whole = (str(year), str(year))
        figures = [
            f.figure("suspects", "convicted", "被告人", people, place=city.code, period=whole),
            f.figure("children", "sold", "婴儿", sold, place=city.code, period=whole),
        ]
        self.add(
            f"{city.name}法院通报",
            f"fy{city.code[:4]}.sifa.example",
            "法院通报典型案例",
            "研究室",
            f.told + timedelta(days=3),
            paragraphs,
            figures,
            "text",
        )

    def later(self) -> None:
        """Three weeks on: how many of them were formally arrested by then."""
        f, rng = self.facts, self.rng
        upto = f.told + timedelta(days=rng.randint(18, 26))
        approved = max(1, int(f.suspects * rng.uniform(0.42, 0.61)))
        home = max(1, f.children // rng.randint(5, 9)) if f.children else 0
        paragraphs = [
            f"截至{upto.year}年{upto.month}月{upto.day}日，检察机关已对网络贩婴系列案中的{approved}名嫌疑人批准逮捕。",
            f"获救婴儿中，已有{home}名与亲生父母团聚，其余由福利机构照料，DNA信息已采集。",
        ]
        figures = [
            f.figure("suspects", "arrested", "嫌疑人", approved, as_of=upto),
            f.figure("children", "reunited", "获救婴儿", home, as_of=upto),
        ]
        self.add(
            "法治观察",
            "www.fazhi-gc.example",
            "网络贩婴案最新进展",
            f"记者 {person_name(rng, 'zh')}",
            upto,
            paragraphs,
            figures,
        )

    def digest(self) -> None:
        """A newsletter in English with rounded words."""
        f, rng = self.facts, self.rng
        low = f.suspects // 100 * 100 if f.suspects >= 100 else max(1, f.suspects - 2)
        paragraphs = [
            f"Our weekly digest: more than {low:,} people were detained across China over the online sale of babies, "
            f"and close to {f.children + (10 - f.children % 10) % 10:,} infants were taken into care.",
            "Volunteers welcomed the news but asked what happens to the children next.",
        ]
        figures = [
            f.figure("suspects", "detained", "people", low, bound="at_least"),
            f.figure("children", "rescued", "infants", f.children + (10 - f.children % 10) % 10, bound="about"),
        ]
        self.add(
            "Lantern Digest",
            "lantern.example",
            "This week in child protection",
            person_name(rng, "en"),
            f.told + timedelta(days=4),
            paragraphs,
            figures,
            rng.choice(("text", "html")),
            "en",
        )

    def hongkong(self) -> None:
        """A paper in traditional characters."""
        f, rng = self.facts, self.rng
        paragraphs = [
            f"【本報訊】內地公安部宣布，{_zh(f.day)}出動{f.provinces}個省區市警力，搗破{f.rings}個網上販嬰集團，"
            f"拘捕{f.suspects}人，救出{f.children}名嬰兒。",
            f"消息指，涉案者透過{f.sites}個網站聯絡買家。",
        ]
        figures = [
            *self._totals("網上販嬰集團", "嬰兒", "arrested"),
            f.figure("provinces", "", "省區市", f.provinces, unit="province"),
            f.figure("rings", "", "網上販嬰集團", f.rings, unit="ring"),
            f.figure("sites", "", "網站", f.sites, unit="site"),
        ]
        self.add(
            "維港新報",
            "www.weigang.example",
            "內地搗破網上販嬰集團",
            person_name(rng, "zh"),
            f.told,
            paragraphs,
            figures,
            language="zh-Hant",
        )


def pages(spec: Spec, rng: Random) -> tuple[Page, ...]:
    """The pages about the operation of a spec."""
    return Desk(spec, rng).write()

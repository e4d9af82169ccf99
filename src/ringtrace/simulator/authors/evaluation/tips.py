"""Reports by the public about handles, sites and groups."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

from ringtrace.simulator.authors.evaluation.cast import Actor, Ring
from ringtrace.simulator.authors.evaluation.crowd import Crowd
from ringtrace.simulator.authors.evaluation.notebook import Notebook, utter
from ringtrace.simulator.authors.evaluation.surface import Said
from ringtrace.simulator.authors.evaluation.venue import Venue
from ringtrace.simulator.script import Tip

CHINA = timezone(timedelta(hours=8))
TITLES = ("举报账号", "举报网站", "举报聊天群", "反映情况", "线索", "求核实")
REPORTERS = ("匿名", "热心群众", "网友", "志愿者", "学生家长", "不愿透露")
REGIONS = ("本市", "外省", "不详", "农村", "城区")


def tips(
    book: Notebook, crowd: Crowd, venues: list[Venue], rings: list[Ring]
) -> tuple[tuple[Tip, ...], tuple[Said, ...]]:
    """20 to 200 reports; every mention stands in the field "text"."""
    rng = book.rng
    amount = max(20, min(200, book.spec.posts // 500))
    members: list[Actor] = [a for ring in rings for a in ring.members if not a.silent]
    sites = [v for v in venues if v.host] or venues
    out: list[Tip] = []
    texts: list[Said] = []
    for number in range(amount):
        at = book.moment(0.05, 1.0)
        teller = rng.choice(crowd.everyone)
        venue = rng.choice(sites)
        wrong = rng.random() < 0.2
        other = rng.choice(crowd.crooks + crowd.families) if wrong or not members else rng.choice(members).handles(at)
        voice = replace(
            book.voice(teller, venue, at, "en" if rng.random() < 0.06 else "zh"),
            other=other,
            them="quoted",
            matter="quoted",
            name=venue.name,
            url=f"http://{venue.host}/{rng.choice(('show', 'thread', 'view'))}/{rng.randrange(100, 9999)}"
            if venue.host
            else "",
            price=rng.randrange(20, 90) * 1000,
        )
        said = utter("tips", "tip", voice)
        fields = {
            "sent": datetime.fromtimestamp(at, CHINA).isoformat(),
            "title": rng.choice(TITLES),
            "text": said.text,
            "reporter": rng.choice(REPORTERS),
            "place": rng.choice(REGIONS),
        }
        out.append(Tip(f"tip{number + 1:04}", at, fields, tuple(said.mentions)))
        texts.append(said)
    order = sorted(range(amount), key=lambda i: (out[i].at, out[i].key))
    return tuple(out[i] for i in order), tuple(texts[i] for i in order)

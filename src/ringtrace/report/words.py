"""The words of the report and of ``show``: codes become names, times local, counts sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from ringtrace.text.places.divisions import names as places
from ringtrace.text.plural import counted, listed, plural

__all__ = ["counted", "listed", "plural", "shorten"]

_SEX = {"F": "girl", "M": "boy"}
_AGE = {"Y": "year", "M": "month", "W": "week", "D": "day"}
_PLATFORM = {
    "qq": "QQ", "wechat": "WeChat", "whatsapp": "WhatsApp", "telegram": "Telegram", "web": "web", "line": "LINE",
    "discord": "Discord", "weibo": "Weibo", "email": "e-mail", "url": "address", "phone": "phone",
}  # fmt: skip
_DIRECTION = {"offer": "offers", "seek": "seeks", "broker": "offers to go between", "none": "may offer or seek"}
_FEATURE = {
    "prior": "before looking: how seldom two accounts are one person",
    "same_native": "the app shows the same id for both",
    "contact": "both give the same contact",
    "payment_account": "both give the same payment account",
    "contact_native": "the shared contact is the id of one of them in its app",
    "contact_unknown": "without saying whose the shared contact is",
    "contact_doubtful": "the shared contact stands in a post that warns, reports or quotes",
    "contact_mentioned": "one gives a contact that the other only mentions",
    "contact_not_phone": "the shared contact is of a kind that is seldom handed on",
    "contact_again": "they share a further contact",
    "contact_recycled": "the shared contact changed hands; they used it before and after",
    "contact_site": "both give the same address of a site",
    "contact_disagrees": "they give different contacts of one kind",
    "number_differs": "they have different numbers in the same app",
    "name_same": "the same name beside the shared contact",
    "name_rare": "the shared name is rare",
    "name_alike": "names that differ by a little beside the shared contact",
    "name_sound": "names that sound the same beside the shared contact",
    "name_other": "other names beside the shared contact",
    "name_other_here": "how often accounts of other names beside one contact are one person in this case",
    "name_other_crowd": "many give the shared contact, and these two under other names",
    "name_other_untied": "little but the shared contact ties those who give it",
    "names_recur": "both names recur among those who give the contact: two people may share it",
    "same_side": "both post the same side of the trade",
    "other_side": "they post different sides of the trade",
    "namesake": "the same name, and no contact beside it",
    "namesake_rare": "the name is rare",
    "namesake_crowd": "how many accounts carry the name",
    "namesake_alike": "names that differ by a little, and no contact beside them",
    "namesake_back": "the name came back after weeks of silence",
    "namesake_took_over": "one fell silent where the other of that name began",
    "namesake_here": "how often accounts of one name are one person in this case",
    "namesake_sites": "both on forums or sites, where a name is one user's",
    "namesake_site": "one of the two on a forum or site",
    "namesake_place": "in one group, forum or site",
    "namesake_apart": "never active at the same time",
    "namesake_busy": "how much the busier of the two posted",
    "namesake_same_side": "namesakes who post the same side of the trade",
    "namesake_other_side": "namesakes who both trade, on different sides",
    "template_rare": "both posted the same rare text",
    "image_rare": "both posted the same rare picture",
    "invite_rare": "both gave the invitation to one closed group",
    "in_step": "on three or more separate days they posted within minutes of each other in different places",
    "active_together": "both were active side by side in one place",
    "answers_other": "one answers the other",
    "judgement": "an analyst's verdict",
}
_ONE = {plural(noun): noun for noun in (
    "case", "child", "forum", "group", "province", "ring", "site", "suspect",
)}  # fmt: skip
_VERDICT = {
    "agrees": "agree", "differs": "differ", "not_comparable": "not comparable", "unallocated": "not allocated",
}  # fmt: skip
_CLAIM = {
    "posted_offer": "wrote {object}, read as offering a child",
    "posted_wish": "wrote {object}, read as seeking a child",
    "posted_go_between": "wrote {object}, read as offering to go between",
    "posted_offers": "posted {object}", "posted_wishes": "posted {object}", "posted_go_betweens": "posted {object}",
    "answered_offers": "answered {object}", "answered_wishes": "answered {object}",
    "answered_go_betweens": "answered {object}", "posted_otherwise": "also posted {object}",
    "member_of": "is grouped into {object} by what is quoted here",
    "role_indicated": "role: {object}, as far as posts show",
    "may_be_same_person_as": "may be the same person as {object}",
    "posted_offer_in_deal": "posted the offer in {object}", "posted_wish_in_deal": "posted the wish in {object}",
    "posted_go_between_in_deal": "posted as go-between in {object}",
    "posted_in": "has posts about handing over or taking in a child in {object}",
    "named_as_operator_of": "is named by the source as running {object}",
}  # fmt: skip
_LAYER = {
    "reply": "replies", "address": "answers by name", "turn": "turns of talk", "handle": "another's contact given",
    "referral": "posts of the trade that send people to one contact of somebody else",
    "person": "they may be one person", "identifier": "a contact that both give as their own",
    "template": "the same rare text", "image": "the same rare picture", "invite": "invitations to one closed group",
}  # fmt: skip


def role_name(role: str) -> str:
    """A role for people: "document provider"."""
    return role.replace("_", " ")


def platform_name(platform: str) -> str:
    """A platform or kind of contact as its users write it."""
    return _PLATFORM.get(platform, platform)


def direction_words(direction: str) -> str:
    """What a post does: "offers", "seeks" ..."""
    return _DIRECTION.get(direction, direction)


def feature_words(feature: str) -> str:
    """What a line of a link's waterfall compares."""
    return _FEATURE.get(feature, feature.replace("_", " "))


def layer_words(layer: str) -> str:
    """What kind of tie a layer of the graph holds."""
    return _LAYER.get(layer, layer)


def verdict_words(verdict: str) -> str:
    """How two figures fit: "agree", "differ" ..."""
    return _VERDICT.get(verdict, verdict.replace("_", " "))


def claim_words(predicate: str, subject: str, target: str) -> str:
    """A claim as a sentence without its full stop."""
    return f"{subject} {_CLAIM.get(predicate, predicate.replace('_', ' ') + ' {object}').format(object=target)}"


@cache
def place_name(code: str) -> str:
    """A division for people: "Sichuan 四川省", or the code when it is unknown."""
    native, english = places().get(code, (code, ""))
    return native if english in ("", native) else f"{english} {native}"


@cache
def short_place(code: str) -> str:
    """A division in its shortest native form, for a tile."""
    native = places().get(code, (code, ""))[0]
    return native[:3] if native.startswith(("内蒙古", "黑龙江")) else native[:2]


def sex_words(sex: str | None) -> str:
    return _SEX.get(sex or "", sex or "")


def age_words(age: str | None) -> str:
    """An ISO 8601 duration such as P1Y6M in words; other forms as they are."""
    parts = re.findall(r"(\d{1,3})([YMWD])", age or "")
    return " ".join(counted(int(number), _AGE[unit]) for number, unit in parts) or (age or "")


def price_words(price: str | None) -> str:
    """ "20000 CNY" as "20,000 CNY"."""
    amount, _, currency = (price or "").partition(" ")
    whole, dot, rest = amount.partition(".")
    return f"{int(whole):,}{dot}{rest} {currency}".strip() if whole.isdecimal() else (price or "")


def child_words(deal: Mapping[str, Any]) -> str:
    """The child or children of a deal as far as posts tell: "girl, 10 months"."""
    number = deal["children"]
    sex = sex_words(deal["sex"]) or "child"
    who = counted(number, sex) if number > 1 else sex
    return ", ".join(part for part in (who, age_words(deal["age"])) if part)


def moment(value: datetime | None, zone: str) -> str:
    """A time where people were, with its zone: "2014-02-04 15:11 UTC+8"."""
    if value is None:
        return "no time stated"
    local = value.astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%d %H:%M} {_offset(local)}"


def day(value: datetime | None, zone: str) -> str:
    """The local date: "2014-02-04"."""
    return value.astimezone(ZoneInfo(zone)).date().isoformat() if value is not None else "no time stated"


def stretch(first: datetime | None, last: datetime | None, zone: str) -> str:
    """ "2013-08-31 to 2014-02-07"."""
    if first is None or last is None:
        return "at no stated time"
    begin, end = day(first, zone), day(last, zone)
    return f"on {begin}" if begin == end else f"from {begin} to {end}"


def _offset(local: datetime) -> str:
    shift = local.utcoffset()
    minutes = int(shift.total_seconds()) // 60 if shift else 0
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes >= 0 else "-"
    return "UTC" if not minutes else f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")


def figure_words(row: Mapping[str, Any]) -> str:
    """A published figure: "at least 350 suspects arrested in Sichuan 四川省 on 2014-02-19"."""
    bound = {"exact": "", "at_least": "at least ", "about": "about "}[row["bound"]]
    number = f"{int(row['value']):,}" if row["value"].isdecimal() else row["value"]
    quantity = row["quantity"].replace("_", " ")
    noun = _ONE.get(quantity, quantity) if row["value"] == "1" else quantity
    words = [f"{bound}{number}", noun, row["status"].replace("_", " ")]
    words += [f"in {place_name(row['place'])}"] if row["place"] else []
    return " ".join(word for word in [*words, _period(row["period_start"], row["period_end"])] if word)


def _period(start: str, end: str) -> str:
    """ "on 2014-02-19", "in 2012", "from 2014-02-01 to 2014-02-19"."""
    if start and end and start != end:
        return f"from {start} to {end}"
    first = start or end
    return f"{'on' if len(first) == len('2014-02-19') else 'in'} {first}" if first else ""


def shorten(text: str, most: int) -> str:
    """``text`` on one line, cut to ``most`` characters with an ellipsis."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"


def joined(names: Sequence[str], most: int) -> str:
    """The first ``most`` names and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more

"""What an author of synthetic evidence writes: people, what they say where, and what is printed.

``Spec`` comes in, ``Script`` goes out; the stage (``simulator.stage``) then lays the script out as
evidence in native formats (with deletions, clock offsets, partial and duplicate exports) and
writes the truth. Content rules: synthetic, short and generic, at the level that press reports
quote; invented names; Chinese mobiles 170 00xx xxxx only; QQ and WeChat ids random; web hosts
under ``.example`` or ``.test``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Spec:
    """What is asked for.

    rings:       number of members of each ring; their sum is the number of suspects.
    children:    children rescued in all.
    provinces:   GB/T 2260 province codes that act.
    margins:     province code -> (suspects, children) as exact margins.
    sites, forums, groups: how many containers of each kind.
    posts:       about how many posts in all; ``ring_share`` of them by ring members about the trade.
    start, days: first day (ISO date) and length of the period; operation: the day of action.
    hardness:    0 (seed) .. 1 (hard): fewer visible ties, ring overlap, more turnover of accounts.
    """

    seed: int
    rings: tuple[int, ...]
    children: int
    provinces: tuple[str, ...]
    margins: Mapping[str, tuple[int, int]]
    sites: int
    forums: int
    groups: int
    posts: int
    ring_share: float = 1 / 31
    start: str = "2013-08-19"
    days: int = 184
    operation: str = "2014-02-19"
    hardness: float = 0.0


@dataclass(frozen=True, slots=True)
class Person:
    """ring: "" for people who belong to none. roles as in the table contract.

    reachable: the evidence holds a reply, mention, shared handle or deal that ties the person to
    the ring (being in the same group does not count).
    province: GB/T 2260 province code or "".
    """

    key: str
    ring: str
    roles: tuple[str, ...]
    reachable: bool
    province: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """platform as in the table contract; container: key for apps whose ids are local, else "".

    native: the id in the app ("" for apps that show names only); name: the display name.
    mentions: what the name itself says (a place, a number), for posts that address it by name.
    """

    key: str
    person: str
    platform: str
    native: str
    name: str
    mentions: tuple[Spoken, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A container: kind "group" | "forum" | "site"; platform telegram, whatsapp, qq, forum, web.

    name: group title, forum name or site name; host: for forums and sites, else "".
    operators: account keys; boards: names of boards or categories.
    """

    key: str
    kind: str
    platform: str
    name: str
    host: str = ""
    operators: tuple[str, ...] = ()
    boards: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spoken:
    """A mention as the truth has it. family: disguise family, "plain" when undisguised."""

    kind: str
    value: str
    owner: str
    family: str = "plain"


@dataclass(frozen=True, slots=True)
class Line:
    """One post. at: seconds since 1970 UTC, whole minutes for WhatsApp. thread: forum thread or
    listing title. reply_to: key of another line. system: joins, leaves. template: key shared by
    lines written from one text. truth's direction and frame as in the table contract.
    """

    key: str
    account: str
    place: str
    at: int
    text: str
    thread: str = ""
    reply_to: str = ""
    kind: str = "message"
    system: bool = False
    direction: str = "none"
    frame: str = "plain"
    facts: tuple[str, ...] = ()
    mentions: tuple[Spoken, ...] = ()
    template: str = ""
    language: str = "zh"


@dataclass(frozen=True, slots=True)
class PublicNumber:
    """A figure as printed in a news page, in the words of the table contract.

    context: "" for the page's own story, else in words what it belongs to ("other case", "witness").
    """

    quantity: str
    unit: str
    status: str
    population: str
    place: str
    period_start: str
    period_end: str
    as_of: str
    bound: str
    value: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A news page or press release. clutter: navigation, advertising, related headlines.

    form: "html" or "text". at: publication, seconds UTC. mentions: every mention of the paragraphs,
    or None when the author did not list them (the page then has no row in truth/posts.jsonl).
    """

    key: str
    outlet: str
    host: str
    headline: str
    byline: str
    at: int
    paragraphs: tuple[str, ...]
    clutter: tuple[str, ...]
    figures: tuple[PublicNumber, ...]
    form: str = "html"
    language: str = "en"
    mentions: tuple[Spoken, ...] | None = None


@dataclass(frozen=True, slots=True)
class Tip:
    """A report to a hotline, one row of a CSV or JSONL file.

    fields: text, and any of title, sent, reporter, url, place (the words of the mapping file).
    """

    key: str
    at: int
    fields: Mapping[str, str]
    mentions: tuple[Spoken, ...] = ()
    frame: str = "warning"
    direction: str = "none"


@dataclass(frozen=True, slots=True)
class Script:
    people: tuple[Person, ...]
    accounts: tuple[Account, ...]
    places: tuple[Place, ...]
    lines: tuple[Line, ...]
    pages: tuple[Page, ...] = ()
    tips: tuple[Tip, ...] = ()
    figures: tuple[PublicNumber, ...] = field(default=())

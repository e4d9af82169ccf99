"""Tips become leads: reports of one website are one lead, and what a tip does not say is named."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from ringtrace.model.identity import derive_id

_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"'，。；、）)（(]{1,300}", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63}){1,8}")
_DOORS = ("www.", "m.", "wap.", "mobile.", "3g.")
"""First labels under which a site shows itself on other screens."""
_ADDITION = re.compile(r"adds to the tip ([0-9a-f]{16}@[0-9]{1,12}) of [0-9-]{10}")
_SHORT = 20
"""Code points: a shorter text tells too little to act on."""
_HANDLE = re.compile(r"[0-9]{5,12}|[A-Za-z][A-Za-z0-9_\-]{5,19}")


@dataclass(frozen=True, slots=True)
class Tip:
    """A tip as the ledger keeps it. site: "" where none is named; reporter: a pseudonym, "" when anonymous.

    evidence, start: where it stands; missing: what it does not say, as sentences; at: when taken, microseconds UTC;
    adds_to: the place of an earlier tip, as ``place_of``.
    """

    evidence: str
    start: int
    site: str
    pages: tuple[str, ...]
    missing: tuple[str, ...]
    reporter: str
    at: int = 0
    adds_to: str = ""


@dataclass(frozen=True, slots=True)
class Lead:
    """Tips that name one website, and what was added to them. reporters: different people, as far as named."""

    id: str
    site: str
    tips: tuple[Tip, ...]
    pages: tuple[str, ...]
    reporters: int

    @property
    def missing(self) -> list[str]:
        """What none of its tips says."""
        return [words for words in self.tips[0].missing if all(words in tip.missing for tip in self.tips)]


def sites_of(cells: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return (site, page) for each address in a tip, its own column first. site: host without ``www.`` and the like."""
    own = cells.get("url", "").strip()
    found = [own if "://" in own else f"http://{own}"] if own else []
    found += _ADDRESS.findall(f"{cells.get('title', '')}\n{cells.get('text', '')}")
    pairs = [(site, page) for page in found if (site := site_of(page))]
    return list(dict.fromkeys(pairs))


def site_of(address: str) -> str:
    """Return the site of an address: its host in small letters, without port, user and a door such as ``www.``."""
    try:
        host = urlsplit(address if "://" in address else f"http://{address}").hostname or ""
        host = host.rstrip(".").encode("idna").decode("ascii").lower()
    except (ValueError, UnicodeError):
        return ""
    for door in _DOORS:
        if host.startswith(door) and host.count(".") >= 2:
            host = host.removeprefix(door)
    return host if _HOST.fullmatch(host) else ""


def missing_in(cells: Mapping[str, str], sites: Iterable[str], *, anonymous: bool) -> tuple[str, ...]:
    """Return what a tip does not say and a desk would ask for, as sentences."""
    text = cells.get("text", "")
    named = f"{text} {cells.get('title', '')}"
    checks = (
        (any(sites), "no website is named"),
        (any(sites) or bool(_HANDLE.search(named)), "no account, number or handle is named"),
        (cells.get("sent"), "no time is given"),
        (cells.get("place"), "no place is given"),
        (len(text) >= _SHORT, "the text is too short to act on"),
        (not anonymous, "nobody can be asked back: the report is anonymous"),
    )
    return tuple(words for said, words in checks if not said)


def place_of(evidence: str, start: int) -> str:
    """Return the place of a tip in short: 16 digits of the evidence's hash, and the byte at which its row starts."""
    return f"{evidence[:16]}@{start}"


def say_addition(evidence: str, start: int, day: str) -> str:
    """Return the title of a tip that adds to an earlier one, as ``read_addition`` reads it."""
    return f"adds to the tip {place_of(evidence, start)} of {day}"


def read_addition(title: str) -> str:
    """Return the place of the tip that a tip of this title adds to, or "" ."""
    found = _ADDITION.fullmatch(title)
    return found[1] if found else ""


def bundle(tips: Iterable[Tip]) -> list[Lead]:
    """Return the leads, those with most tips first.

    A tip without a site goes with what it adds to or what was added to it; alone, it is a lead of its own.
    """
    groups: defaultdict[tuple[str, str], list[Tip]] = defaultdict(list)
    for thread in _threads(tips):
        first = thread[0]
        site = next((tip.site for tip in thread if tip.site), "")
        for tip in thread:
            named = tip.site or site
            groups[named, named or f"\0{first.evidence}\0{first.start}"].append(tip)
    leads = [
        Lead(
            derive_id("lead", key), site, tuple(group),
            tuple(sorted({page for tip in group for page in tip.pages})),
            len({tip.reporter for tip in group if tip.reporter}),
        )
        for (site, key), group in groups.items()
    ]  # fmt: skip
    return sorted(leads, key=lambda lead: (-len(lead.tips), lead.site, lead.id))


def _threads(tips: Iterable[Tip]) -> list[list[Tip]]:
    """Return each tip with what was added to it, and to that, in the order given."""
    everything = list(tips)
    adds_to = {place_of(tip.evidence, tip.start): tip.adds_to for tip in everything}
    threads: defaultdict[str, list[Tip]] = defaultdict(list)
    for tip in everything:
        threads[_root(place_of(tip.evidence, tip.start), adds_to)].append(tip)
    return list(threads.values())


def _root(place: str, adds_to: Mapping[str, str]) -> str:
    """Follow a tip to the one that it adds to in the end; a ring of forged titles ends at its smallest place."""
    seen: dict[str, None] = {}
    while place not in seen and adds_to.get(place) in adds_to:
        seen[place] = None
        place = adds_to[place]
    if place not in seen:
        return place
    return min(list(seen)[list(seen).index(place) :])

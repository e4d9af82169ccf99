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
_SHORT = 20
"""Code points: a shorter text tells too little to act on."""
_HANDLE = re.compile(r"[0-9]{5,12}|[A-Za-z][A-Za-z0-9_\-]{5,19}")


@dataclass(frozen=True, slots=True)
class Tip:
    """A tip as the ledger keeps it. site: "" where none is named; reporter: a pseudonym, "" when anonymous.

    evidence, start: where it stands; missing: what it does not say, as sentences; at: when taken, microseconds UTC.
    """

    evidence: str
    start: int
    site: str
    pages: tuple[str, ...]
    missing: tuple[str, ...]
    reporter: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class Lead:
    """Tips that name one website. reporters: different people, as far as they named themselves."""

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


def bundle(tips: Iterable[Tip]) -> list[Lead]:
    """Return the leads, those with most tips first; tips without a site are one lead each."""
    groups: defaultdict[str, list[Tip]] = defaultdict(list)
    for tip in tips:
        groups[tip.site or f"\0{tip.evidence}\0{tip.start}"].append(tip)
    leads = [
        Lead(
            derive_id("lead", key), group[0].site, tuple(group),
            tuple(sorted({page for tip in group for page in tip.pages})),
            len({tip.reporter for tip in group if tip.reporter}),
        )
        for key, group in groups.items()
    ]  # fmt: skip
    return sorted(leads, key=lambda lead: (-len(lead.tips), lead.site, lead.id))

"""What the native formats are given: a script after observation, and what they give back."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from ringtrace.model.post import GLOBAL_ID_PLATFORMS
from ringtrace.simulator.script import Account, Line, Place, Script, Spoken

CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Window:
    """One export of a container: the lines with start <= at < stop (seconds UTC), by one observer.

    offset: seconds that the clock of this export is ahead of the true time.
    """

    start: int
    stop: int
    observer: int
    offset: int = 0

    def lines(self, lines: tuple[Line, ...]) -> list[Line]:
        return [line for line in lines if self.start <= line.at < self.stop]


@dataclass(frozen=True, slots=True)
class Scene:
    """A container with the lines that survived, in order of time, and how it was exported.

    removed: keys of lines whose deletion leaves a notice behind, with the line.
    """

    place: Place
    lines: tuple[Line, ...]
    removed: Mapping[str, Line]
    windows: tuple[Window, ...]

    @property
    def language(self) -> str:
        """The language of most lines: decides the words of the producer's own furniture."""
        english = sum(line.language == "en" for line in self.lines)
        return "en" if english * 2 > len(self.lines) else "zh"


@dataclass(frozen=True, slots=True)
class Play:
    """The observed script. ``rng(name)`` gives each part its own repeatable dice."""

    seed: int
    script: Script
    scenes: tuple[Scene, ...]
    accounts: Mapping[str, Account]
    lines: Mapping[str, Line]

    def rng(self, name: str) -> random.Random:
        return random.Random(f"{self.seed}/{name}")

    def on(self, platforms: frozenset[str]) -> list[Scene]:
        return [scene for scene in self.scenes if scene.place.platform in platforms and scene.lines]

    def account(self, line: Line) -> Account:
        return self.accounts[line.account]


@dataclass(frozen=True, slots=True)
class Laid:
    """One post as it stands in a file: the key of its line, its text and title as decoded.

    mentions: what the format added to the text, such as the number of who is addressed.
    """

    key: str
    text: str
    title: str = ""
    mentions: tuple[Spoken, ...] = ()


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One file of evidence. name: relative to the evidence folder, ``/`` as separator."""

    name: str
    data: bytes
    laid: tuple[Laid, ...] = ()


def account_key(account: Account, place: Place) -> str:
    """The contract's account words as one string: platform, container or host, native id or name."""
    scope = "" if account.platform in GLOBAL_ID_PLATFORMS and account.native else (place.host or place.name)
    return "|".join((account.platform, scope, account.native or account.name))


def addressed(play: Play, line: Line, mark: str, share: float = 1.0) -> Laid:
    """The line with whom it answers in front, where the export shows no replies otherwise.

    mark: with ``{name}``; share: part of the answers that address by name. Names that are numbers
    are not written (the app shows them as a number of the phone's own address book).
    """
    target = play.lines.get(line.reply_to)
    if target is None or target.place != line.place or target.account == line.account:
        return Laid(line.key, line.text)
    other = play.accounts[target.account]
    if other.name in line.text or other.name[:1] == "+" or number("address", line.key, digits=3) % 100 >= share * 100:
        return Laid(line.key, line.text)
    return Laid(line.key, mark.format(name=other.name) + line.text, "", other.mentions)


def number(*parts: str, digits: int = 8) -> int:
    """A repeatable number with about ``digits`` digits, derived from words."""
    digest = hashlib.sha256("/".join(parts).encode()).digest()
    low = int(10 ** (digits - 1))
    return low + int.from_bytes(digest[:8], "big") % (9 * low)


def local(at: int, zone: timezone = CHINA) -> datetime:
    """The wall clock at ``at`` (seconds UTC)."""
    return datetime.fromtimestamp(at, UTC).astimezone(zone)

"""Plays scenes: people take the parts, lines are said in order and written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from ringtrace.simulator.authors.second.cast import Cast, Soul
from ringtrace.simulator.authors.second.manner import manner_of
from ringtrace.simulator.authors.second.phrase import load_book
from ringtrace.simulator.authors.second.scene import Move, Scene
from ringtrace.simulator.authors.second.slots import SLOTS
from ringtrace.simulator.authors.second.telling import Matter, Teller, Told
from ringtrace.simulator.script import Account, Line, Place

_THREADED = frozenset({"forum", "web"})
_DAY = 86_400


@dataclass(slots=True)
class Stage:
    """Where and when a scene is played. latest: no line is said after it (seconds UTC)."""

    place: Place
    at: int
    language: str
    latest: int


@dataclass(slots=True)
class _Run:
    """What has been said in a scene so far."""

    opening: Line | None = None
    last: Line | None = None
    by: dict[str, Line] = field(default_factory=dict)
    thread: str = ""
    template: str = ""


#: What a poster adds to a title that the board has already.
_TITLE_MARKS = {
    "zh": ("", "！", "...", "（求助）", "～", " 进来看看", "?", "【原创】", "。。"),
    "en": ("", "...", "?", "!", " "),
}


class Director:
    """Holds the lines of the script. ``stranger`` finds somebody to take an open part."""

    def __init__(self, dice: Random, cast: Cast, stranger: Callable[[Stage], Soul]) -> None:
        self.dice = dice
        self.cast = cast
        self.stranger = stranger
        self.lines: list[Line] = []
        self._titles: dict[str, set[str]] = {}

    def play(self, scene: Scene, stage: Stage, parts: Mapping[str, Soul], matter: Matter) -> list[Line]:
        """Play a scene; parts that nobody was given go to strangers. Returns its lines."""
        people = dict(parts)
        run, first = _Run(), len(self.lines)
        for move in scene.moves:
            if move.chance < 1 and self.dice.random() >= move.chance:
                continue
            for turn in range(self.dice.choice((1, 1, 2, 3)) if move.many else 1):
                key = f"{move.who}{turn or ''}"
                soul = people.get(key) or self._engage(people, key, stage)
                self._speak(scene, move, soul, stage, matter, run, people)
        return self.lines[first:]

    def _engage(self, people: dict[str, Soul], key: str, stage: Stage) -> Soul:
        """Somebody who has no part in the scene yet."""
        for _ in range(6):
            soul = self.stranger(stage)
            if all(soul is not other for other in people.values()):
                break
        people[key] = soul
        return soul

    def _speak(
        self, scene: Scene, move: Move, soul: Soul, stage: Stage, matter: Matter, run: _Run, people: Mapping[str, Soul]
    ) -> None:
        target = self._target(move, run)
        at = stage.at = min(stage.latest, stage.at + (self._pause(stage) if run.opening else 0))
        matter.at, matter.wary = at, soul.wary
        matter.ways["self"] = soul.handles
        for letter, other in people.items():
            matter.ways[letter] = other.handles
        matter.name = self.cast.accounts[target.account].name if target else ""
        told = self.tell(move.rule, soul, stage.language, matter)
        if run.opening is None and stage.place.platform in _THREADED:
            run.thread, told = self._entitle(scene, soul, stage, matter, told)
        line = self.write(
            soul, stage, told, direction=move.direction, frame=move.frame, thread=run.thread,
            reply_to=target.key if target else "", opens=run.opening is None,
        )  # fmt: skip
        run.opening = run.opening or line
        run.last = run.by[move.who] = line

    def _target(self, move: Move, run: _Run) -> Line | None:
        if move.to == "=":
            return None
        if move.to == "^":
            return run.opening
        return run.by.get(move.to, run.last) if move.to else run.last

    def tell(self, rule: str, soul: Soul, language: str, matter: Matter) -> Told:
        """One text in somebody's manner."""
        teller = Teller(self.dice, language, load_book(language), SLOTS, matter, manner_of(soul.manner, language))
        return teller.tell(rule)

    def _entitle(self, scene: Scene, soul: Soul, stage: Stage, matter: Matter, told: Told) -> tuple[str, Told]:
        """A title that no other thread of the place has; what it names counts with the opening post."""
        used = self._titles.setdefault(stage.place.key, set())
        title = self.tell(scene.title, soul, stage.language, matter)
        words = title.text
        for mark in _TITLE_MARKS[stage.language]:
            words = title.text + mark
            if words not in used:
                break
        while words in used:
            words += self.dice.choice(("!", ".", "~", "?"))
        used.add(words)
        facts = tuple(dict.fromkeys((*told.facts, *title.facts)))
        return words, Told(told.text, tuple(dict.fromkeys((*told.mentions, *title.mentions))), facts)

    def write(
        self, soul: Soul, stage: Stage, told: Told, *, direction: str = "none", frame: str = "plain", thread: str = "",
        reply_to: str = "", template: str = "", opens: bool = False, mask: int = 0,
    ) -> Line:  # fmt: skip
        """Write a line down under the speaker's account of that place and time."""
        account: Account = self.cast.account(soul, stage.place.key, stage.at, mask)
        at = stage.at // 60 * 60 if stage.place.platform == "whatsapp" else stage.at
        kind = "message"
        if stage.place.platform == "web":
            kind = "listing" if opens else "comment"
        line = Line(
            key=f"m{len(self.lines) + 1:06d}", account=account.key, place=stage.place.key, at=at, text=told.text,
            thread=thread, reply_to=reply_to, kind=kind, direction=direction, frame=frame, facts=told.facts,
            mentions=told.mentions, template=template, language=stage.language,
        )  # fmt: skip
        self.lines.append(line)
        return line

    def _pause(self, stage: Stage) -> int:
        """Seconds until the next one answers: minutes in a chat, hours on a page."""
        dice = self.dice
        if stage.place.platform in _THREADED:
            return int(dice.lognormvariate(8.5, 1.3)) + 60
        return int(dice.lognormvariate(4.6, 1.2)) + 8

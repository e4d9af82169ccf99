"""Performs scenes: gives parts to people, words to turns, and times and answers to lines."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ringtrace.simulator.authors.fifth.cast import Cast, Player
from ringtrace.simulator.authors.fifth.habits import habit_of, retype
from ringtrace.simulator.authors.fifth.handle import Handle
from ringtrace.simulator.authors.fifth.lexis import Act, Scene, Turn, lexis
from ringtrace.simulator.authors.fifth.props import Props, Tongue, draw_props
from ringtrace.simulator.authors.fifth.weave import Loom
from ringtrace.simulator.script import Line, Place

_HOUR, _DAY = 3_600, 86_400
_CHINA = 8 * _HOUR


@dataclass(slots=True)
class Theatre:
    """All lines that have been said. agencies, strangers: contacts that many show, and those of people outside."""

    cast: Cast
    dice: random.Random
    language: Mapping[str, str]
    agencies: Sequence[Handle]
    strangers: Sequence[Handle]
    last: int
    lines: list[Line] = field(default_factory=list)
    titles: set[tuple[str, str]] = field(default_factory=set)
    looms: dict[str, Loom] = field(default_factory=dict)

    def loom(self, language: str) -> Loom:
        if language not in self.looms:
            self.looms[language] = Loom(lexis(language).rules, self.dice)
        return self.looms[language]

    def perform(
        self,
        scene: Scene,
        parts: Mapping[str, Player],
        way: Sequence[Place],
        at: int,
        props: Props | None = None,
        limit: int = 99,
        thread: Line | None = None,
    ) -> list[Line]:
        """Say the scene, first in ``way[0]``; return its lines. thread: what is answered from another scene."""
        play = _Play(self, scene, parts, list(way), props or draw_props(scene.language, self.dice, price=scene.price))
        turns = _shorten(self._turns(scene), limit, self.dice)
        said = play.say(turns, at, thread)
        self.lines += said
        return said

    def _turns(self, scene: Scene) -> list[Turn]:
        turns: list[Turn] = []
        for step in scene.turns:
            turns += self._unfold(scene.language, step)
        return turns

    def _unfold(self, language: str, step: Turn | Act) -> list[Turn]:
        if isinstance(step, Turn):
            return [step]
        if step.optional and self.dice.random() < 0.5:
            return []
        run = self.dice.choice(lexis(language).acts[step.name])
        return [turn for inner in run for turn in self._unfold(language, inner)]

    def title(self, place: Place, words: str, language: str, tongue: Tongue) -> str:
        """A headline that the place has not seen yet."""
        for turn in range(40):
            tails = "$title_tail" * min(turn // 5, 3)
            title = self.loom(language).weave(words + tails, tongue.fill).text.strip()
            if (place.key, title) not in self.titles:
                break
        else:
            title = f"{title} {self.dice.randint(2, 9999)}"
        self.titles.add((place.key, title))
        return title


def _shorten(turns: list[Turn], limit: int, dice: random.Random) -> list[Turn]:
    kept = [turn for turn in turns if "?" not in turn.marks or dice.random() < 0.5]
    while len(kept) > limit:
        loose = [at for at, turn in enumerate(kept) if at and "!" not in turn.marks]
        if not loose:
            break
        del kept[dice.choice(loose) if dice.random() < 0.5 else loose[-1]]
    return kept


def daytime(at: int, dice: random.Random) -> int:
    """The time, moved out of the night for most people."""
    hour = (at + _CHINA) % _DAY // _HOUR
    return at + (7 - hour) * _HOUR + dice.randint(0, 2 * _HOUR) if hour < 7 and dice.random() < 0.9 else at


@dataclass(slots=True)
class _Play:
    theatre: Theatre
    scene: Scene
    parts: Mapping[str, Player]
    way: list[Place]
    props: Props
    lines: list[Line] = field(default_factory=list)
    opener: Line | None = None

    def say(self, turns: Sequence[Turn], at: int, thread: Line | None) -> list[Line]:
        self.opener = thread
        for turn in turns:
            if turn.who not in self.parts:
                continue
            at = self._pause(at, turn)
            if ">" in turn.marks and len(self.way) > 1:
                del self.way[0]
                self.opener = None
            if at >= self.theatre.last:
                break
            self._line(turn, at)
        return self.lines

    def _pause(self, at: int, turn: Turn) -> int:
        dice = self.theatre.dice
        if not self.lines and self.opener is None:
            return at
        days = turn.marks.count("~")
        gap = int(dice.lognormvariate(4.2, 1.2)) + 4
        if days:
            gap = int(dice.uniform(0.7, 3.2) * _DAY if days > 1 else dice.uniform(0.6, 9) * _HOUR)
        elif self.way[0].kind != "group":
            gap = int(dice.lognormvariate(8.6, 1.4)) + 60
        return daytime(at + gap, dice)

    def _line(self, turn: Turn, at: int) -> None:
        theatre, place = self.theatre, self.way[0]
        player = self.parts[turn.who]
        at = at // 60 * 60 if place.platform == "whatsapp" else at
        account = theatre.cast.account(player, place, at, self.scene.language)
        frame = turn.frame or self.scene.frame
        tongue = Tongue(
            self.props, theatre.loom(self.scene.language), theatre.dice, player, self.parts,
            self._name_of(place, at), at, frame, self.scene.hidden, theatre.cast.exchange, theatre.agencies,
            theatre.strangers,
        )  # fmt: skip
        woven = tongue.loom.weave(turn.text, tongue.fill)
        text = retype(woven.pieces, habit_of(player.hand), self.scene.language, theatre.dice)
        if not text:
            return
        board = place.kind != "group"
        title = self.opener.thread if self.opener else ""
        if board and self.opener is None:
            title = theatre.title(place, self.scene.title, self.scene.language, tongue)
        trade = bool(self.scene.stage) and (bool(player.ring) or self.scene.stage == "lone")
        line = Line(
            f"l{len(theatre.lines) + len(self.lines):06}", account.key, place.key, at, text, title if board else "",
            self._answered(turn, place, player, board), self._kind(place), False,
            _direction(turn.stance, player) if trade else "none", frame, woven.facts if trade else (),
            woven.mentions, "", self.scene.language,
        )  # fmt: skip
        if board and self.opener is None:
            self.opener = line
        self.lines.append(line)

    def _name_of(self, place: Place, at: int) -> Callable[[str], str]:
        """What somebody with a part in the scene is called there."""

        def name(letter: str) -> str:
            return self.theatre.cast.account(self.parts[letter], place, at, self.scene.language).name

        return name

    def _kind(self, place: Place) -> str:
        if place.kind != "site":
            return "message"
        return "comment" if self.opener else "listing"

    def _answered(self, turn: Turn, place: Place, player: Player, board: bool) -> str:
        """The key of what the turn answers; in chats only part of the answers say what they answer."""
        accounts = self.theatre.cast.accounts
        before = [line for line in reversed(self.lines) if line.place == place.key]
        if board:
            return (before[0].key if before and "^" in turn.marks else self.opener.key) if self.opener else ""
        others = [line for line in before if accounts[line.account].person != player.key]
        chance = (
            (0.85 if self.scene.stage else 0.7) - 0.4 * self.theatre.cast.spec.hardness if "^" in turn.marks else 0.08
        )
        if others and place.platform != "telegram":
            chance *= 0.7
        return others[0].key if others and self.theatre.dice.random() < chance else ""


def _direction(stance: str, player: Player) -> str:
    if stance == "have":
        return "offer" if player.role == "supplier" or not player.ring else "broker"
    if stance == "want":
        return "broker" if player.role == "broker" else "seek"
    return stance

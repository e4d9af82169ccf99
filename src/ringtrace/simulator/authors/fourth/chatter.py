"""Everybody else's talk, and the members' own talk about other things, until all posts are there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from random import Random

from ringtrace.simulator.authors.fourth.ledger import Ledger
from ringtrace.simulator.authors.fourth.people import Soul
from ringtrace.simulator.authors.fourth.plot import Plot, talk_plots
from ringtrace.simulator.authors.fourth.venues import Venue


def fill(ledger: Ledger, venues: Sequence[Venue], members: Sequence[Soul], posts: int, dice: Random) -> None:
    """Write talk in every venue until the ledger holds ``posts`` lines."""
    present = _present(ledger, members)
    total = sum(venue.size for venue in venues)
    room = posts - len(ledger.lines)
    for number, venue in enumerate(venues):
        share = room if number == len(venues) - 1 else 0
        goal = posts if share else len(ledger.lines) + round(room * venue.size / total)
        tables = {language: _taste(talk_plots()[language], venue, dice) for language in venue.mix}
        chorus = present.get(venue.key, [])
        while len(ledger.lines) < min(goal, posts):
            if venue.kind == "group" and dice.random() < 0.01:
                ledger.arrival(dice.choice(venue.crowd), venue, ledger.evening())
                continue
            language = dice.choices(list(venue.mix), list(venue.mix.values()))[0]
            plots, weights = tables[language]
            plot = dice.choices(plots, cum_weights=weights)[0]
            cast = _cast(plot, venue, chorus, dice)
            ledger.play(plot, cast, dict.fromkeys("pgmh", venue), ledger.evening(), False)


def _present(ledger: Ledger, members: Sequence[Soul]) -> dict[str, list[Soul]]:
    """Members by the places where they have spoken already."""
    souls = {soul.key: soul for soul in members}
    found: defaultdict[str, dict[str, Soul]] = defaultdict(dict)
    for line in ledger.lines:
        person = ledger.accounts[line.account].person
        if person in souls:
            found[line.place][person] = souls[person]
    return {place: list(people.values()) for place, people in found.items()}


def _taste(plots: Sequence[Plot], venue: Venue, dice: Random) -> tuple[list[Plot], list[float]]:
    """The plots of a place with cumulated weights: each place has its own leanings."""
    leaning: dict[str, float] = {}
    sums, total, kept = [], 0.0, []
    for plot in plots:
        lean = leaning.setdefault(plot.kind, dice.choice((0.15, 0.5, 1, 1, 2, 3)))
        if venue.small:
            lean = 2.0 if plot.kind == "life" else lean * 0.4
        total += plot.weight * lean
        kept.append(plot)
        sums.append(total)
    return kept, sums


def _cast(plot: Plot, venue: Venue, chorus: Sequence[Soul], dice: Random) -> dict[str, Soul]:
    letters = sorted(plot.cast)
    people = dice.sample(venue.crowd, min(len(letters), len(venue.crowd)))
    while len(people) < len(letters):
        people.append(dice.choice(venue.crowd))
    cast = dict(zip(letters, people, strict=True))
    if chorus and plot.kind == "life" and dice.random() < 0.12:
        cast[dice.choice(letters)] = dice.choice(chorus)
    return cast

"""The evaluation author: evidence on which detectors are measured, written apart from their makers.

``write(spec)`` gives the script; ``compose(spec)`` also what only the author knows (the class of talk
of each line, the surfaces of its mentions), for tests. Conventions of the truth, in one place:

- count is a number of persons (or cases, provinces) that is told as such; numbers of things, times,
  sizes, order numbers, scores and weeks of pregnancy are no mention; "一个" is an article.
- dates are calendar dates only; month and day without a year are ``--MM-DD``. "半岁" is P6M.
- a phone number that also serves as WeChat is both; a QQ or WeChat id keeps its digits.
- owner of prices, ages, places ...: self where the speaker tells his own matter, other in appeals,
  quoted in news, warnings and quotations.
- a number split over two posts is a mention of the post that completes it.
- ``reachable`` counts what can be seen: explicit replies, "@name" in the text, a handle of one
  member in a post of another, a handle that two members show; and the person must be joined by such
  ties to the largest part of the ring. Whoever never speaks is not reachable.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from random import Random

from ringtrace.simulator.authors.evaluation import press
from ringtrace.simulator.authors.evaluation.cast import Actor, Casting, Directory, Ring
from ringtrace.simulator.authors.evaluation.crowd import Crowd, gather
from ringtrace.simulator.authors.evaluation.notebook import Notebook, Written, beginning
from ringtrace.simulator.authors.evaluation.surface import Said
from ringtrace.simulator.authors.evaluation.talk import Talk
from ringtrace.simulator.authors.evaluation.ties import reached
from ringtrace.simulator.authors.evaluation.tips import tips
from ringtrace.simulator.authors.evaluation.trade import Trade
from ringtrace.simulator.authors.evaluation.venue import Venue, open_venues
from ringtrace.simulator.script import Person, Script, Spec

__all__ = ["Play", "compose", "write"]


@dataclass(frozen=True, slots=True)
class Play:
    """A script with the author's own notes: entries run beside script.lines, reports beside script.tips."""

    script: Script
    entries: tuple[Written, ...]
    reports: tuple[Said, ...]


def write(spec: Spec) -> Script:
    """The script of a spec; the same spec gives the same script."""
    return compose(spec).script


def compose(spec: Spec) -> Play:
    """The script and the notes behind it."""
    rng = Random(spec.seed)
    directory = Directory(rng)
    venues = open_venues(spec, rng)
    book = Notebook(spec, rng, directory)
    rings = Casting(spec, rng, directory, beginning(spec)).rings()
    _trade(book, rings, venues)
    crowd = gather(book, directory, venues, rings)
    Talk(book, crowd, venues, rings).run(max(spec.posts - len(book.written), spec.posts // 2))
    _operators(rings, venues)
    pages = press.pages(spec, rng)
    reports, texts = tips(book, crowd, venues, rings)
    entries = tuple(sorted(_shared_templates(book.written), key=lambda w: (w.line.at, w.line.key)))
    script = Script(
        _people(book, rings, crowd),
        tuple(account for actor in book.actors for account in actor.accounts.values()),
        tuple(venue.place() for venue in venues),
        tuple(entry.line for entry in entries),
        pages,
        reports,
        press.true_figures(spec),
    )
    return Play(script, entries, texts)


def _shared_templates(written: list[Written]) -> list[Written]:
    """The lines, without the template keys that only one line has."""
    amounts = Counter(entry.line.template for entry in written)
    for entry in written:
        if entry.line.template and amounts[entry.line.template] == 1:
            entry.line = replace(entry.line, template="")
    return written


def _trade(book: Notebook, rings: list[Ring], venues: list[Venue]) -> None:
    total = sum(book.spec.rings) or 1
    for ring in rings:
        allies = [broker for other in rings if other is not ring for broker in other.brokers if not broker.silent]
        Trade(book, ring, venues, allies).run(round(book.spec.posts * book.spec.ring_share * len(ring.members) / total))


def _operators(rings: list[Ring], venues: list[Venue]) -> None:
    """Platform operators of a ring run some of the places they sit in."""
    for ring in rings:
        for actor in ring.staff("platform_operator"):
            for (platform, place, _), account in sorted(actor.accounts.items()):
                fitting = [
                    v for v in venues if v.key == place or (not place and v.platform == platform and v.theme == "adopt")
                ]
                for venue in fitting[:1]:
                    if account.key not in venue.operators:
                        venue.operators.append(account.key)


def _people(book: Notebook, rings: list[Ring], crowd: Crowd) -> tuple[Person, ...]:
    known = reached(book, rings)
    members = [
        Person(a.key, f"ring-{a.ring + 1}", tuple(dict.fromkeys(a.roles)), a.key in known, a.province)
        for ring in rings
        for a in ring.members
    ]
    outsiders: list[Actor] = [actor for actor in book.actors if actor.ring < 0]
    return tuple(members + [Person(a.key, "", tuple(a.roles), False, a.province) for a in outsiders])

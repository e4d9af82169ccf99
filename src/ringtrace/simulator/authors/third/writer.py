"""Puts the script together: who, where, what is said, what is printed, and who can be seen to belong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random

from ringtrace.model.mention import CONTACT_KINDS
from ringtrace.simulator.authors.third.cast import Member, draw_rings
from ringtrace.simulator.authors.third.chatter import Chatter
from ringtrace.simulator.authors.third.contact import Directory
from ringtrace.simulator.authors.third.deals import Trade
from ringtrace.simulator.authors.third.press import draw_figures, draw_pages, draw_tips
from ringtrace.simulator.authors.third.rooms import Accounts, Room, draw_rooms, moment, with_operators
from ringtrace.simulator.authors.third.thread import Threads
from ringtrace.simulator.script import Line, Person, Script, Spec


def write(spec: Spec) -> Script:
    """Return the script; the same spec gives the same script."""
    directory = Directory(Random(f"{spec.seed}/third/directory"))
    members = draw_rings(spec, directory)
    rooms = draw_rooms(spec)
    accounts = Accounts(spec, directory)
    threads = Threads()
    operators = _run_rooms(spec, members, rooms, accounts)
    said = Trade(spec, members, rooms, accounts, threads).write(round(spec.posts * spec.ring_share))
    chatter = Chatter(spec, members, rooms, accounts, threads, directory)
    lines = said[: round(spec.posts * spec.ring_share)]
    lines += chatter.write(spec.posts - len(lines), lines)
    lines = tuple(sorted(_without_lost_answers(lines), key=lambda line: (line.at, line.key)))
    seen = _reachable(lines, {account.key: account.person for account in accounts.all}, members)
    people = tuple(Person(m.key, m.ring, m.roles, m.key in seen, m.province) for m in members) + chatter.people()
    return Script(
        people, accounts.all, with_operators(rooms, operators), lines,
        draw_pages(spec, members), draw_tips(spec, members, directory, rooms), draw_figures(spec, members),
    )  # fmt: skip


def _run_rooms(
    spec: Spec, members: Sequence[Member], rooms: Sequence[Room], accounts: Accounts
) -> dict[str, tuple[str, ...]]:
    """Platform operators own some rooms; the others are run by nobody we know."""
    dice = Random(f"{spec.seed}/third/operators")
    running: defaultdict[str, list[str]] = defaultdict(list)
    for member in members:
        if member.role == "platform_operator":
            for room in dice.sample(list(rooms), min(len(rooms), dice.choice((1, 1, 2)))):
                account = accounts.account(member.key, room, moment(spec)[0], room.language, member.handles, True)
                running[room.place.key].append(account.key)
    return {key: tuple(dict.fromkeys(owners)) for key, owners in running.items()}


def _without_lost_answers(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Answers to a line that was cut off at the quota answer nothing."""
    keys = {line.key for line in lines}
    return tuple(line if not line.reply_to or line.reply_to in keys else replace(line, reply_to="") for line in lines)


def _reachable(lines: Iterable[Line], owner: dict[str, str], members: Sequence[Member]) -> set[str]:
    """Members whom an answer, a common thread or a shown contact ties to a ring mate."""
    ring = {member.key: member.ring for member in members}
    wrote = {line.key: owner[line.account] for line in lines}
    opened: dict[tuple[str, str], str] = {}
    holder: dict[tuple[str, str, str], str] = {}
    seen: set[str] = set()
    for line in lines:
        who = owner[line.account]
        if who not in ring:
            if line.thread:
                opened.setdefault((line.place, line.thread), who)
            continue
        others = [wrote.get(line.reply_to, "")]
        if line.thread:
            others.append(opened.setdefault((line.place, line.thread), who))
        for mention in line.mentions:
            if mention.kind in CONTACT_KINDS and mention.owner in ("self", "other"):
                others.append(holder.setdefault((ring[who], mention.kind, mention.value), who))
        for other in others:
            if other and other != who and ring.get(other) == ring[who]:
                seen |= {who, other}
    return seen

"""The trade: every deal of every ring, as scenes that run over days and places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ringtrace.simulator.authors.fifth.cast import Player
from ringtrace.simulator.authors.fifth.lexis import Scene, lexis
from ringtrace.simulator.authors.fifth.props import Props, draw_props
from ringtrace.simulator.authors.fifth.rings import Deal, Ring, plan_deals
from ringtrace.simulator.authors.fifth.theatre import Theatre, daytime
from ringtrace.simulator.script import Line, Place, Spec

_DAY = 86_400


@dataclass(slots=True)
class Market:
    """Where each ring is at home. operators: place -> accounts; outsiders: strangers who asked there."""

    theatre: Theatre
    rings: list[Ring]
    places: list[Place]
    homes: dict[str, list[Place]] = field(default_factory=dict)
    rooms: dict[str, Place] = field(default_factory=dict)
    operators: dict[str, tuple[str, ...]] = field(default_factory=dict)
    outsiders: set[str] = field(default_factory=set)
    said: int = 0


def trade(market: Market, spec: Spec) -> None:
    """Say every deal, then adverts, up to the share of lines that the spec gives to the trade."""
    _settle_homes(market, spec)
    dice, rings = market.theatre.dice, market.rings
    deals = [deal for ring in rings for deal in plan_deals(ring, rings, dice, spec.hardness)]
    budget = round(spec.posts * spec.ring_share)
    for at, deal in enumerate(deals):
        room = (budget * 0.93 - market.said) / (len(deals) - at)
        _deal(market, deal, max(3, round(room * dice.uniform(0.6, 1.4))))
    ring_at = 0
    while market.said < budget:
        _alone(market, market.rings[ring_at % len(market.rings)])
        ring_at += 1
    for _ in range(spec.posts // 2500):
        _lone(market)


def _settle_homes(market: Market, spec: Spec) -> None:
    """Each ring has some open groups, a forum, a site and one private room; some are shared with others."""
    dice = market.theatre.dice
    groups = [place for place in market.places if place.key.startswith("group")]
    rooms = [place for place in market.places if place.key.startswith("room")]
    boards = [place for place in market.places if place.kind != "group"]
    for at, ring in enumerate(market.rings):
        own = groups[at :: len(market.rings)]
        shared = dice.sample(groups, min(2, len(groups)))
        market.homes[ring.key] = list(dict.fromkeys(own + shared + dice.sample(boards, min(3, len(boards)))))
        if rooms:
            market.rooms[ring.key] = rooms[at % len(rooms)]
    for at, place in enumerate(market.places):
        if dice.random() < 0.4:
            ring = market.rings[at % len(market.rings)]
            boss = dice.choice(ring.operators)
            theatre = market.theatre
            account = theatre.cast.account(boss, place, theatre.cast.first, theatre.language[place.key])
            market.operators[place.key] = (account.key,)


def _open(market: Market, ring: str, language: str, kinds: frozenset[str], parts: Mapping[str, Player]) -> Place | None:
    """A place of the ring where that language is spoken; one in which a broker is at home if there is any."""
    fitting = [p for p in market.homes[ring] if market.theatre.language[p.key] == language and p.kind in kinds]
    known = [place for player in parts.values() if player.role == "broker"
             for place in player.haunts(market.homes[ring], 3) if place in fitting]  # fmt: skip
    return market.theatre.dice.choice(known or fitting) if fitting else None


def _act(
    market: Market, stage: str, ring: str, parts: dict[str, Player], at: int, props: Props, limit: int,
    room: bool = False,
) -> list[Line]:  # fmt: skip
    """Say one step of a deal somewhere at the ring's home."""
    theatre = market.theatre
    dice = theatre.dice
    scenes = lexis(props.language).staged(stage)
    scene: Scene = dice.choices(scenes, [scene.weight for scene in scenes])[0]
    first = _open(market, ring, props.language, scene.where, parts)
    private = market.rooms.get(ring)
    if first is None or (room and private is not None and theatre.language[private.key] == props.language):
        if private is None or theatre.language[private.key] != props.language or "group" not in scene.where:
            first = first or _open(market, ring, props.language, frozenset({"group", "forum", "site"}), parts)
        else:
            first = private
    if first is None:
        return []
    second = _open(market, ring, props.language, frozenset({"group"}), parts)
    way = [first, second] if second is not None and second is not first else [first]
    if "X" not in parts and dice.random() < 0.3:
        parts = parts | {"X": _outsider(market)}
    said = theatre.perform(scene, parts, way, daytime(at, dice), props, limit)
    people = {player.key: player for player in parts.values()}
    accounts = theatre.cast.accounts
    market.said += sum(bool(people[accounts[line.account].person].ring) for line in said)
    return said


def _outsider(market: Market) -> Player:
    player = market.theatre.cast.add("o", "zh", 0)
    market.outsiders.add(player.key)
    return player


def _deal(market: Market, deal: Deal, room: int) -> None:
    """A deal of about ``room`` lines: taken in, passed on, sold, moved, and what was said afterwards."""
    theatre = market.theatre
    dice, cast = theatre.dice, theatre.cast
    spoken = {theatre.language[place.key] for place in market.homes[deal.ring]}
    english = "en" in spoken and ("zh" not in spoken or dice.random() < 0.22)
    props = draw_props("en" if english else "zh", dice, deal.supplier.province, deal.couple[0].province)
    at = dice.randint(cast.first, cast.last - 20 * _DAY)
    buyer = deal.couple[0]
    buyers = {"Y": buyer, "Z": deal.couple[-1]}
    helper = {"T": deal.helper} if deal.helper else {}
    steps: list[tuple[str, dict[str, Player], float, bool]] = []
    if dice.random() < 0.12:
        steps.append(("sale", {"P": deal.supplier, "B": deal.brokers[0], **buyers}, 0.8, False))
    else:
        steps.append(("supply", {"P": deal.supplier, "Y": deal.brokers[0]}, 0.3, False))
        for left, right in zip(deal.brokers, deal.brokers[1:], strict=False):
            steps.append(("pass", {"P": left, "Y": right}, 0.25, dice.random() < 0.6))
        steps.append(("sale", {"P": deal.brokers[-1], "B": deal.brokers[-1], **buyers}, 0.5, False))
    if helper:
        steps.append(("move", {"P": deal.brokers[-1], "Y": deal.brokers[0], **helper}, 0.25, dice.random() < 0.7))
    if dice.random() < 0.35:
        steps.append(("after", {"P": deal.brokers[-1], **buyers}, 0.2, dice.random() < 0.3))
    total = sum(share for _, _, share, _ in steps)
    for stage, parts, share, private in steps:
        limit = max(2 if stage == "sale" else 1, round(room * share / total))
        said = _act(market, stage, deal.ring, parts, at, props, limit, private)
        at = max([at, *(line.at for line in said)]) + int(dice.uniform(0.2, 2.5) * _DAY)


def _alone(market: Market, ring: Ring) -> None:
    """An advert of a broker or a wish of somebody who buys, perhaps in several places."""
    theatre = market.theatre
    dice = theatre.dice
    spoken = sorted({theatre.language[place.key] for place in market.homes[ring.key]})
    props = draw_props("en" if ("en" in spoken and dice.random() < 0.25) or spoken == ["en"] else "zh", dice)
    speaker: Sequence[Player] = ring.buyers if dice.random() < 0.4 else ring.brokers
    stage = "wish" if speaker is ring.buyers else "advert"
    player = dice.choice(speaker)
    other = dice.choice(ring.brokers)
    at = dice.randint(theatre.cast.first, theatre.cast.last - 3 * _DAY)
    parts = {"P": player, "Y": player, "B": other}
    if not _act(market, stage, ring.key, parts, at, props, dice.choice((1, 1, 2, 3))):
        market.said += 1


def _lone(market: Market) -> None:
    """Somebody outside all rings who seeks a child."""
    theatre = market.theatre
    dice = theatre.dice
    place = dice.choice(market.places)
    language = theatre.language[place.key]
    scenes = [scene for scene in lexis(language).staged("lone") if place.kind in scene.where]
    if place.key.startswith("room") or not scenes:
        return
    at = daytime(dice.randint(theatre.cast.first, theatre.cast.last - _DAY), dice)
    seeker = theatre.cast.add("n", language, 0)
    theatre.perform(dice.choice(scenes), {"Y": seeker, "X": _outsider(market)}, [place], at)

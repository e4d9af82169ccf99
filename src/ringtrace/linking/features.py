"""What speaks for and against two accounts being one person, each with the two quotes it rests on."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from ringtrace.linking.claims import DAY
from ringtrace.linking.identifiers import disagree
from ringtrace.linking.material import Stay
from ringtrace.linking.model import limits
from ringtrace.linking.names import alike, sound_alike, stem
from ringtrace.linking.profile import LOCAL_IDS, Feature, Profile, Quote, Scene
from ringtrace.linking.shared import Shared, shared_contacts, weigh_contacts
from ringtrace.linking.timing import in_step


def compare(left: Profile, right: Profile, scene: Scene) -> list[Feature]:
    """Return the features of a pair, those for it first.

    A display name is read differently beside a contact that both claim (any equal or similar name then
    speaks, another one makes it likelier that two people share the contact) and alone (``namesake``).
    """
    shared = shared_contacts(left, right, scene)
    found = []
    quotes = (scene.shows(left), scene.shows(right))
    if left.native and left.native == right.native and left.platform == right.platform not in LOCAL_IDS:
        found.append(Feature("same_native", 1.0, *quotes))
    found += weigh_contacts(left, right, shared, scene)
    if shared and shared[0].claimed:
        found += _names_beside(left, right, shared[0], scene)
        found += _sides(left, right, scene, "")
    else:
        found += _namesakes(left, right, scene)
    found += _rare(left, right, scene)
    found += _in_step(left, right, scene)
    found += _against(left, right, scene)
    return found


def _names_beside(left: Profile, right: Profile, shared: Shared, scene: Scene) -> Iterator[Feature]:
    """What the names say of two accounts that claim one contact."""
    quotes = (scene.shows(left), scene.shows(right))
    same = set(left.names) & set(right.names)
    if same:
        yield Feature("name_same", 1.0, *quotes)
        yield Feature("name_rare", max(map(scene.name_value, same)), *quotes)
        return
    if any(alike(a, b) for a in left.names for b in right.names):
        yield Feature("name_alike", 1.0, *quotes)
        return
    if any(sound_alike(a, b) for a in left.names for b in right.names):
        yield Feature("name_sound", 1.0, *quotes)
        return
    users = scene.users.get(shared.key)
    if not left.names or not right.names or users is None:
        return
    yield Feature("name_other", 1.0, *quotes)
    yield Feature("name_other_here", scene.others, *quotes)
    if users.people > 2:
        yield from _strangers(users.people, users.tied, quotes)
    if all(any(users.names[name] > 1 for name in side.names if name in users.names) for side in (left, right)):
        yield Feature("names_recur", 1.0, *quotes)


def _strangers(people: int, tied: float, quotes: tuple[Quote, Quote]) -> Iterator[Feature]:
    """Under other names, the more people claim a contact and the less ties them, the less it says."""
    yield Feature("name_other_crowd", math.log2(people - 1), *quotes)
    yield Feature("name_other_untied", 1 - tied, *quotes)


def _namesakes(left: Profile, right: Profile, scene: Scene) -> Iterator[Feature]:
    """What a shared name says where no contact is shared: little, however odd it is.

    A name that comes back after weeks of silence, or just where its bearer fell silent, is likelier an
    account remade than a namesake.
    """
    quotes = (scene.shows(left), scene.shows(right))
    same = set(left.names) & set(right.names)
    value = max(map(scene.name_value, same), default=0.0)
    if value > 0:
        yield Feature("namesake", 1.0, *quotes)
        yield Feature("namesake_rare", value, *quotes)
        crowd = min(scene.carriers.get(name, 2) for name in same) / limits()["name_accounts"]
        if crowd > 1:
            yield Feature("namesake_crowd", math.log2(crowd), *quotes)
        if _silence(left, right) > 30 * DAY:
            yield Feature("namesake_back", 1.0, *quotes)
        if _timing(left.stays, right.stays) == "took_over":
            yield Feature("namesake_took_over", 1.0, *quotes)
        yield from _circumstances(left, right, scene, quotes)
        yield from _sides(left, right, scene, "namesake_")
    if not same:
        value = max((scene.stem_value(a) for a in left.names for b in right.names if stem(a) == stem(b)), default=0.0)
        if value > 0:
            yield Feature("namesake_alike", value, *quotes)


def _circumstances(left: Profile, right: Profile, scene: Scene, quotes: tuple[Quote, Quote]) -> Iterator[Feature]:
    """Where and when two namesakes are met, and how often namesakes are one person in this case at all."""
    yield Feature("namesake_here", scene.namesakes, *quotes)
    sites = (left.platform in LOCAL_IDS) + (right.platform in LOCAL_IDS)
    if sites:
        yield Feature("namesake_sites" if sites > 1 else "namesake_site", 1.0, *quotes)
    if left.stays.keys() & right.stays.keys():
        yield Feature("namesake_place", 1.0, *quotes)
    if _silence(left, right) > 0:
        yield Feature("namesake_apart", 1.0, *quotes)
    posts = max(sum(stay[2] for stay in one.stays.values()) for one in (left, right))
    yield Feature("namesake_busy", math.log(max(1, posts)), *quotes)


def _sides(left: Profile, right: Profile, scene: Scene, when: str) -> Iterator[Feature]:
    """Few people trade: who trades in the same direction is likelier the same."""
    if left.side is not None and right.side is not None:
        name = "same_side" if left.side.direction == right.side.direction else "other_side"
        yield Feature(when + name, 1.0, scene.quote(left.side.row), scene.quote(right.side.row))


def _rare(left: Profile, right: Profile, scene: Scene) -> Iterator[Feature]:
    """What both posted and few others: one text, one picture, the invitation to one closed group; one of each sort."""
    first = {sort: (sort, what) for sort, what in sorted(left.rare & right.rare, reverse=True)}
    for _, one in sorted(first.items()):
        rows = scene.rare[one]
        yield Feature(one[0], 1.0, scene.quote(rows[left.account]), scene.quote(rows[right.account]))


def _in_step(left: Profile, right: Profile, scene: Scene) -> Iterator[Feature]:
    """Within one place, posts near each other are a conversation; only between places do they tell of one hand."""
    if left.stays.keys() & right.stays.keys():
        return
    step = in_step(scene.times.get(left.account), scene.times.get(right.account))
    if step is not None:
        yield Feature("in_step", step.value, scene.quote(step.left), scene.quote(step.right))


def _against(left: Profile, right: Profile, scene: Scene) -> Iterator[Feature]:
    for kind in disagree(left.own, right.own)[:1]:
        a, b = (min(p.own[kind]) for p in (left, right))
        yield Feature(
            "contact_disagrees", 1.0, scene.shows(left, left.claims.get((kind, a))),
            scene.shows(right, right.claims.get((kind, b))),
        )  # fmt: skip
    quotes = (scene.shows(left), scene.shows(right))
    for kind in sorted(left.numbers.keys() & right.numbers.keys()):
        if not left.numbers[kind] & right.numbers[kind]:
            yield Feature("number_differs", 1.0, *quotes)
    local = left.platform in LOCAL_IDS and set(left.names) & set(right.names)
    if not local and _timing(left.stays, right.stays) == "active_together":
        yield Feature("active_together", 1.0, *quotes)
    rows = scene.answered.get((left.account, right.account)) or scene.answered.get((right.account, left.account))
    if rows:
        first, second = rows if (left.account, right.account) in scene.answered else (rows[1], rows[0])
        yield Feature("answers_other", 1.0, scene.quote(first), scene.quote(second))


def _silence(left: Profile, right: Profile) -> int:
    """Return the microseconds between the last post of one account and the first of the other, 0 if they overlap."""
    if left.first_at is None or left.last_at is None or right.first_at is None or right.last_at is None:
        return 0
    return max(0, max(left.first_at, right.first_at) - min(left.last_at, right.last_at))


def _timing(left: Mapping[str, Stay], right: Mapping[str, Stay]) -> str:
    """active_together in one container, took_over from each other there, or "" without a common one."""
    verdict = ""
    for container in left.keys() & right.keys():
        (a, b, _), (c, d, _) = left[container], right[container]
        if a is None or b is None or c is None or d is None:
            continue
        if max(a, c) < min(b, d) or c <= a <= d or a <= c <= b:
            return "active_together"
        verdict = "took_over"
    return verdict

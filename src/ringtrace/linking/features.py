"""What speaks for and against two accounts being one person, each with the two quotes it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ringtrace.linking.claims import DAY, Claim
from ringtrace.linking.identifiers import Stay, disagree
from ringtrace.linking.names import stem

LOCAL_IDS = frozenset({"forum", "web", "news", "mail", "tip"})
"""Platforms whose native ids mean nothing outside their own site, and where a name is one user's."""

Quote = Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Feature:
    """name: a weight of the model; value: how much of it; left, right: the quotes compared."""

    name: str
    value: float
    left: Quote = None
    right: Quote = None


@dataclass(frozen=True, slots=True)
class Side:
    """In which direction most of an account's sure posts trade; row: the first of them in ``posts``."""

    direction: str
    row: int


@dataclass(frozen=True)
class Profile:
    """One account as the pair model sees it. side: None for an account without a sure trade post."""

    account: str
    platform: str
    native: str
    names: tuple[str, ...]
    first_at: int | None
    last_at: int | None
    stays: Mapping[str, Stay]
    own: Mapping[str, set[str]]
    claims: Mapping[tuple[str, str], Claim]
    templates: frozenset[str] = field(default=frozenset())
    side: Side | None = None


@dataclass(frozen=True)
class Scene:
    """What is known beside the two accounts.

    use: (kind, value) -> (use, claimants, split_at); name_value: surprise of a shared name, 0..1;
    answered: ordered pairs of accounts, the first of which answered the second -> (row, row) of posts;
    quote: row of a post -> its span; first_row: account -> row of its first post.
    """

    use: Mapping[tuple[str, str], tuple[str, int, int | None]]
    name_value: Callable[[str], float]
    stem_value: Callable[[str], float]
    answered: Mapping[tuple[str, str], tuple[int, int]]
    first_row: Mapping[str, int]
    quote: Callable[[int], Quote]
    rare: Mapping[str, Mapping[str, int]]


def compare(left: Profile, right: Profile, scene: Scene) -> list[Feature]:
    """Return the features of a pair, those for it first."""
    found = list(_contacts(left, right, scene))
    named = list(_names(left, right, scene))
    found += named if found else _alone(named, left, right)
    found += _templates(left, right, scene)
    found += _against(left, right, scene)
    return found


def _alone(named: list[Feature], left: Profile, right: Profile) -> Iterator[Feature]:
    """What a shared name says where no contact is shared: little, however odd it is.

    A name that comes back after weeks of silence is likelier an account remade than a namesake.
    """
    for feature in named:
        yield replace(feature, name="name_alone") if feature.name == "name_same" else feature
    if named:
        yield Feature("name_only", 1.0, named[0].left, named[0].right)
        if _silence(left, right) > 30 * DAY:
            yield Feature("name_back", 1.0, named[0].left, named[0].right)


def _silence(left: Profile, right: Profile) -> int:
    """Return the microseconds between the last post of one account and the first of the other, 0 if they overlap."""
    if left.first_at is None or left.last_at is None or right.first_at is None or right.last_at is None:
        return 0
    return max(0, max(left.first_at, right.first_at) - min(left.last_at, right.last_at))


def _quote(profile: Profile, scene: Scene, claim: Claim | None = None) -> Quote:
    if claim is not None and claim.span is not None:
        return claim.span
    row = scene.first_row.get(profile.account)
    return None if row is None else scene.quote(row)


def _contacts(left: Profile, right: Profile, scene: Scene) -> Iterator[Feature]:
    if left.native and left.native == right.native and left.platform == right.platform not in LOCAL_IDS:
        yield Feature("same_native", 1.0, _quote(left, scene), _quote(right, scene))
    shared = []
    for key in left.claims.keys() & right.claims.keys():
        use, claimants, split = scene.use.get(key, ("personal", 2, None))
        name = _contact_feature(left.claims[key], right.claims[key], use, split)
        if name:
            shared.append((name, 1.0 / max(1, claimants - 1) ** 0.5, key))
    shared.sort(key=lambda item: (_CONTACT_FEATURES.index(item[0]), -item[1], item[2]))
    for rank, (name, value, key) in enumerate(shared):
        feature = "contact_again" if rank and name in _CONTACT_FEATURES[:3] else name
        yield Feature(feature, value, _quote(left, scene, left.claims[key]), _quote(right, scene, right.claims[key]))
        if feature == name and name in ("contact_own", "contact_native") and key[0] != "phone":
            yield Feature("contact_not_phone", value)


_CONTACT_FEATURES = (
    "contact_native",
    "contact_own",
    "contact_unknown",
    "contact_shared_by_few",
    "contact_recycled",
    "contact_doubtful",
)


def _contact_feature(left: Claim, right: Claim, use: str, split: int | None) -> str:
    strengths = {left.strength, right.strength}
    if "" in strengths or use in ("hotline", "generic", "business"):
        return ""
    if use == "recycled" and split is not None and _sides(left, split) != _sides(right, split):
        return "contact_recycled"
    if use == "shared_by_few":
        return "contact_shared_by_few"
    if "doubtful" in strengths:
        return "contact_doubtful"
    if "native" in strengths:
        return "contact_native"
    return "contact_unknown" if "unknown" in strengths else "contact_own"


def _sides(claim: Claim, split: int) -> bool:
    return claim.first_at is not None and claim.first_at >= split


def _names(left: Profile, right: Profile, scene: Scene) -> Iterator[Feature]:
    quotes = (_quote(left, scene), _quote(right, scene))
    same = set(left.names) & set(right.names)
    value = max((scene.name_value(name) for name in same), default=0.0)
    if value > 0:
        yield Feature("name_same", value, *quotes)
        yield from _sides_beside_name(left.side, right.side, scene)
    if not same:
        value = max((scene.stem_value(a) for a in left.names for b in right.names if stem(a) == stem(b)), default=0.0)
        if value > 0:
            yield Feature("name_similar", value, *quotes)


def _sides_beside_name(left: Side | None, right: Side | None, scene: Scene) -> Iterator[Feature]:
    """Few people trade: a namesake who trades in the same direction is likelier the same, in another less so."""
    if left is not None and right is not None:
        name = "name_same_side" if left.direction == right.direction else "name_other_side"
        yield Feature(name, 1.0, scene.quote(left.row), scene.quote(right.row))


def _templates(left: Profile, right: Profile, scene: Scene) -> Iterator[Feature]:
    for template in sorted(left.templates & right.templates)[:1]:
        rows = scene.rare[template]
        yield Feature("template_rare", 1.0, scene.quote(rows[left.account]), scene.quote(rows[right.account]))


def _against(left: Profile, right: Profile, scene: Scene) -> Iterable[Feature]:
    for kind in disagree(dict(left.own), dict(right.own))[:2]:
        a, b = (min(p.own[kind]) for p in (left, right))
        yield Feature(
            "contact_disagrees", 1.0, _quote(left, scene, left.claims.get((kind, a))),
            _quote(right, scene, right.claims.get((kind, b))),
        )  # fmt: skip
    timing = _timing(left.stays, right.stays)
    if timing and not (left.platform in LOCAL_IDS and set(left.names) & set(right.names)):
        yield Feature(timing, 1.0, _quote(left, scene), _quote(right, scene))
    rows = scene.answered.get((left.account, right.account)) or scene.answered.get((right.account, left.account))
    if rows:
        first, second = rows if (left.account, right.account) in scene.answered else (rows[1], rows[0])
        yield Feature("answers_other", 1.0, scene.quote(first), scene.quote(second))
    gap = _silence(left, right)
    if gap > 30 * DAY:
        yield Feature("gap", min(gap / (30 * DAY), 4.0))


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

"""Which accounts may be one person: candidate pairs by blocking, then a calibrated pair model.

The model is logistic over few features (docs/linking.md); its constants come from
``lexicons/linking.model.toml``. Every weight of a link carries the two quotes it compares.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.engines.tables import microseconds
from ringtrace.linking.claims import Claim
from ringtrace.linking.features import compare
from ringtrace.linking.identifiers import OPEN_TO_ALL
from ringtrace.linking.material import Material
from ringtrace.linking.model import limits, pair_weights
from ringtrace.linking.names import NameModel, stem
from ringtrace.linking.namesakes import count_namesakes, settle
from ringtrace.linking.profile import LOCAL_IDS, Feature, Profile, Quote, Rare, Scene, Side
from ringtrace.linking.rarities import posted
from ringtrace.linking.timing import find_times
from ringtrace.model.ring import Judgement

SPAN = pa.struct([("evidence_id", pa.string()), ("member", pa.string()), ("start", pa.int64()), ("stop", pa.int64())])
SCHEMA = pa.schema(
    [
        ("left", pa.string()), ("right", pa.string()), ("probability", pa.float64()),
        ("weights", pa.list_(pa.struct(
            [("feature", pa.string()), ("log2_odds", pa.float64()), ("left", SPAN), ("right", SPAN)]
        ))),
        ("judged", pa.string()),
    ]
)  # fmt: skip


def link_accounts(material: Material, identifiers: pa.Table, judgements: Sequence[Judgement]) -> pa.Table:
    """Return links (left < right, probability, weights, judged) in order of left, right.

    Pairs that an analyst judged are always in, with probability as the evidence has it and
    ``judged`` "yes" or "no"; other pairs from ``kept_probability`` up. identifiers: as ``classify`` gives them.
    """
    case = _settled(*_gathered(material, identifiers))
    profiles, scene = case.profiles, case.scene
    judged = latest_verdicts(judgements)
    pairs = case.pairs | {pair for pair in judged if set(pair) <= profiles.keys()}
    rows = []
    for left, right in sorted(pairs):
        known = case.told.get((left, right))
        features = compare(profiles[left], profiles[right], scene) if known is None else _settled_in(known, scene)
        probability, weights = weigh(features)
        verdict = judged.get((left, right), "")
        if verdict or probability >= limits()["kept_probability"]:
            rows.append(
                {"left": left, "right": right, "probability": probability, "weights": weights, "judged": verdict}
            )
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def survey(material: Material, identifiers: pa.Table) -> tuple[dict[str, Profile], Scene]:
    """Return (account -> profile, scene): all that ``compare`` looks at."""
    case = _settled(*_gathered(material, identifiers))
    return case.profiles, case.scene


def _gathered(material: Material, identifiers: pa.Table) -> tuple[dict[str, Profile], Scene]:
    """Return the same before the pairs of the case were asked how often they are one person."""
    scene = _scene(material, identifiers)
    profiles = _profiles(material, scene.rare)
    known = count_namesakes(profiles, scene.use, scene.name_value)
    return profiles, replace(scene, namesakes=known.odds)


_HERE: Mapping[str, Callable[[Scene], float]] = {
    "namesake_here": lambda scene: scene.namesakes, "name_other_here": lambda scene: scene.others,
}  # fmt: skip
"""The features whose value holds of the whole case, and where it stands."""


class _Settled(NamedTuple):
    """The case once its pairs were asked. pairs: the candidates.

    told: of the pairs that were asked the features as they were before: those of ``_HERE`` are to be put right.
    """

    profiles: dict[str, Profile]
    scene: Scene
    pairs: set[tuple[str, str]]
    told: dict[tuple[str, str], list[Feature]]


def _settled(profiles: dict[str, Profile], scene: Scene) -> _Settled:
    """Ask the pairs of the case how often they are one person, by all else about them."""
    others: dict[str, list[float]] = {name: [] for name in _HERE}
    told = {}
    pairs = candidates(profiles, scene)
    for left, right in _asked(profiles, pairs):
        features = told[left, right] = compare(profiles[left], profiles[right], scene)
        for name, found in others.items():
            if any(feature.name == name for feature in features):
                rest = (feature for feature in features if feature.name != name)
                found.append(math.log(2) * math.fsum(row["log2_odds"] for row in weigh(rest)[1]))
    namesakes, strangers = (np.array(found, np.float64) for found in others.values())
    settled = replace(scene, namesakes=settle(scene.namesakes, namesakes), others=settle(scene.others, strangers))
    if _sure(settled) != _sure(scene):
        pairs = candidates(profiles, settled)
    return _Settled(profiles, settled, pairs, told)


def _sure(scene: Scene) -> bool:
    """Whether the case shows that its names are one person's."""
    return scene.namesakes >= limits()["namesakes_sure"]


def _settled_in(features: Iterable[Feature], scene: Scene) -> Iterator[Feature]:
    """Yield what ``compare`` gives in a settled ``scene`` of a pair that was compared before."""
    for one in features:
        yield replace(one, value=_HERE[one.name](scene)) if one.name in _HERE else one


def _asked(profiles: Mapping[str, Profile], proposed: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return candidate pairs that share a name and pairs that do not, evenly few of more than ``pairs_asked``."""
    pairs = sorted(proposed)
    same = [not set(profiles[left].names).isdisjoint(profiles[right].names) for left, right in pairs]
    sorts = ([pair for pair, one in zip(pairs, same, strict=True) if one == named] for named in (True, False))
    return [pair for sort in sorts for pair in sort[:: 1 + len(sort) // int(limits()["pairs_asked"])]]


def latest_verdicts(judgements: Iterable[Judgement]) -> dict[tuple[str, str], str]:
    """Return (left, right) -> "yes" or "no": the last verdict on each pair, in the order in which they were given.

    "unsure" takes one back. Of verdicts that contradict each other the earlier ones are followed.
    """
    last: dict[tuple[str, str], str] = {}
    for judgement in sorted(judgements, key=lambda j: (j.at, j.analyst, j.subject, j.verdict)):
        if len(judgement.subject) == 3 and judgement.subject[0] == "link":
            left, right = sorted(judgement.subject[1:])
            last.pop((left, right), None)
            last[left, right] = judgement.verdict
    return {pair: verdict for pair, verdict in last.items() if verdict != "unsure" and pair[0] != pair[1]}


def weigh(features: Iterable[Feature]) -> tuple[float, list[dict[str, Any]]]:
    """Return (probability, weights): the prior, then each feature's log2 odds."""
    model = pair_weights()
    weights: list[dict[str, Any]] = [{"feature": "prior", "log2_odds": model["prior"], "left": None, "right": None}]
    for feature in features:
        odds = model.get(feature.name, 0.0) * feature.value
        if odds:
            weights.append({"feature": feature.name, "log2_odds": odds, "left": feature.left, "right": feature.right})
    total = math.fsum(weight["log2_odds"] for weight in weights)
    return 1.0 / (1.0 + 2.0 ** -max(-60.0, min(60.0, total))), weights


def candidates(profiles: Mapping[str, Profile], scene: Scene) -> set[tuple[str, str]]:
    """Return pairs (left < right) that share a contact, a native id or a rare name.

    A name that more than ``name_accounts`` carry is followed only where the case shows that its names are one
    person's: one trader stands on forty sites under one name, and elsewhere forty strangers are called Lily.
    """
    blocks: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for account, profile in sorted(profiles.items()):
        for key in _block_keys(profile, scene):
            blocks[key].append(account)
    found: set[tuple[str, str]] = set()
    sure = _sure(scene)
    for key, members in blocks.items():
        most = limits()["name_accounts" if key[0] == "name" and not sure else "block_accounts"]
        if 2 <= len(members) <= most:
            found.update(combinations(members, 2))
    return found


def _block_keys(profile: Profile, scene: Scene) -> Iterator[tuple[str, ...]]:
    for (kind, value), claim in sorted(profile.claims.items()):
        if claim.strength and scene.use.get((kind, value), ("personal", None))[0] not in OPEN_TO_ALL:
            yield "contact", kind, value
    if profile.native and profile.platform not in LOCAL_IDS:
        yield "native", profile.platform, profile.native
    for name in profile.names:
        if scene.name_value(name) > 0:
            yield "name", name


def _rows(table: pa.Table, posts: pa.Table, *names: str) -> list[dict[str, Any]]:
    """Return the rows of ``table``; the columns ``names``, post ids, as rows of ``posts``."""
    for name in names:
        at = pc.index_in(table[name], posts["post_id"].combine_chunks())
        table = table.set_column(table.schema.get_field_index(name), name, at)
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def _scene(material: Material, identifiers: pa.Table) -> Scene:
    posts, ground = material.posts, material.ground
    rare: dict[Rare, dict[str, int]] = defaultdict(dict)
    for sort, what in posted(material.mentions, material.templates).items():
        for row in _rows(ground.rare(what), posts, "post_id"):
            rare[sort, row["template_id"]][row["account_id"]] = row["post_id"]
    answers = _rows(ground.answers, posts, "post_id", "answered")
    uses = identifiers.select(["kind", "value", "use", "split_at"])
    split = uses["split_at"].cast(pa.int64()).to_pylist()
    name_value, stem_value = _name_values(material)
    return Scene(
        use={
            (row["kind"], row["value"]): (row["use"], at)
            for row, at in zip(uses.drop_columns(["split_at"]).to_pylist(), split, strict=True)
        },
        users=material.users,
        name_value=name_value,
        stem_value=stem_value,
        carriers=Counter(name for names in material.names.values() for name in names),
        namesakes=0.0,
        others=limits()["others_usual"],
        answered={(row["speaker"], row["spoken_to"]): (row["post_id"], row["answered"]) for row in answers},
        first_row={row["account_id"]: row["post_id"] for row in _rows(ground.firsts, posts, "post_id")},
        quote=cache(partial(_quote_row, {name: posts[name].combine_chunks() for name in _SPAN_COLUMNS})),
        rare=rare,
        times=find_times(posts),
    )


_SPAN_COLUMNS = tuple(field.name for field in SPAN)


def _quote_row(columns: Mapping[str, pa.Array], row: int) -> Quote:
    return {name: column[row].as_py() for name, column in columns.items()}


def _name_values(material: Material) -> tuple[Callable[[str], float], Callable[[str], float]]:
    """Return functions name -> 0..1: how surprising it is that two strangers share the name, or its stem.

    bits of surprise less log2 of the number of strangers who could have hit on it (at least
    ``strangers``: whoever is in a case was drawn from many), over 16 bits, shared out over the
    accounts that carry it.
    """
    carriers: dict[str, set[str]] = defaultdict(set)
    stems: dict[str, set[str]] = defaultdict(set)
    for account, names in material.names.items():
        for name in names:
            carriers[name].add(account)
            stems[stem(name)].add(account)
    model = NameModel(carriers)
    base = math.log2(max(limits()["strangers"], len(set(material.keys.values()))))

    @cache
    def name_value(name: str) -> float:
        return _surprise(model.bits(name), base, len(carriers.get(name, ())))

    @cache
    def stem_value(name: str) -> float:
        return _surprise(model.bits(stem(name)), base, len(stems.get(stem(name), ()))) if len(stem(name)) > 1 else 0.0

    return name_value, stem_value


def _surprise(bits: float, base: float, carriers: int) -> float:
    return max(0.0, min(1.0, (bits - base + 4) / 16)) / math.sqrt(max(1, carriers - 1))


def _profiles(material: Material, rare: Mapping[Rare, Mapping[str, int]]) -> dict[str, Profile]:
    accounts, own, stays, names = material.accounts, material.own, material.stays, material.names
    told = _rows(material.ground.sides, material.posts, "post_id")
    sides = {row["account_id"]: Side(row["direction"], row["post_id"]) for row in told}
    by_account: dict[str, dict[tuple[str, str], Claim]] = defaultdict(dict)
    for claim in material.claims:
        by_account[claim.account][claim.kind, claim.value] = claim
    shown: dict[str, set[Rare]] = defaultdict(set)
    for what, rows in rare.items():
        for account in rows:
            shown[account].add(what)
    profiles = {}
    for name in ("first_at", "last_at"):
        at = microseconds(accounts[name])
        accounts = accounts.set_column(accounts.schema.get_field_index(name), name, at)
    for row in accounts.select(["account_id", "platform", "native_id", "first_at", "last_at"]).to_pylist():
        account = row["account_id"]
        numbers: dict[str, set[str]] = defaultdict(set)
        for (kind, value), claim in by_account.get(account, {}).items():
            if claim.native:
                numbers[kind].add(value)
        profiles[account] = Profile(
            account, row["platform"], row["native_id"] or "", names.get(account, ()), row["first_at"], row["last_at"],
            stays.get(account, {}), own.get(account, {}), by_account.get(account, {}),
            {kind: frozenset(values) for kind, values in numbers.items()}, frozenset(shown.get(account, ())),
            sides.get(account),
        )  # fmt: skip
    return profiles

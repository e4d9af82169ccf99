"""What speaks against a ring, and what would disprove it, in words an analyst can check."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

import pyarrow as pa

from ringtrace.rings.activity import Scene
from ringtrace.rings.chance import Level
from ringtrace.rings.model import PROTECTIVE, number


def doubts(
    scene: Scene, members: pa.Table, ties: pa.Table, level: Mapping[str, Level]
) -> dict[str, tuple[list[str], list[str]]]:
    """Return ring -> (counter-evidence, what would disprove it)."""
    groups: dict[str, list[tuple[str, float]]] = defaultdict(list)
    columns = (members[name].to_pylist() for name in ("ring_id", "actor_id", "stability"))
    for ring, actor, stability in zip(*columns, strict=True):
        groups[ring].append((actor, stability))
    pairs: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    home = {actor: ring for ring, group in groups.items() for actor, _ in group}
    for left, right, layer in zip(
        ties["left"].to_pylist(), ties["right"].to_pylist(), ties["layer"].to_pylist(), strict=True
    ):
        if left in home and home[left] == home.get(right):
            pairs[home[left]].append((left, right, layer))
    return {
        ring: (_against(scene, group), [*_disproof(group, pairs[ring]), *_expected(level[ring])])
        for ring, group in groups.items()
    }


def _against(scene: Scene, group: list[tuple[str, float]]) -> list[str]:
    loose = sum(stability < number("stable") for _, stability in group)
    mild = sum(any(act.frame in PROTECTIVE for act in scene.by_actor[actor]) for actor, _ in group)
    silent = sum(not any(act.trades for act in scene.by_actor[actor]) for actor, _ in group)
    found = []
    if loose:
        found.append(f"{loose} of {len(group)} members stay in fewer than half of the runs with dropped ties")
    if mild:
        found.append(f"{mild} members have also posted warnings, appeals, news, quotations, jokes or lawful questions")
    if silent:
        found.append(f"{silent} members never offered, sought or brokered in their own words")
    return found


def _expected(level: Level) -> Iterator[str]:
    """Say how many false ones chance makes expect among rings like this, and what that is not."""
    if level.ties is None:
        yield "Too few people are tied in this case to deal their ties anew: what chance makes of them is not known."
    else:
        yield (
            f"Were ties dealt anew among the same people, groups as close as this one would come out {level.ties:.1%} "
            "as often as they were found here; that tells what chance makes of ties, and not how many were misread."
        )
    yield (
        f"Were what posts do dealt anew within each group or site, at most {_share(level.words)} of the rings found "
        "would trade in answer to each other as much by chance; they were found by these same posts, so this is no "
        "error rate."
    )


def _share(level: float) -> str:
    """Never none at all: so few dealings, and an approximation, cannot say that."""
    return f"{max(level, 0.001):.1%}"


def _disproof(group: list[tuple[str, float]], pairs: list[tuple[str, str, str]]) -> list[str]:
    """The few ties and people on whom the ring depends."""
    degree = Counter(actor for left, right in {pair[:2] for pair in pairs} for actor in (left, right))
    layers = Counter(layer for _, _, layer in pairs)
    found = []
    if degree:
        hub, ties = min(degree.items(), key=lambda item: (-item[1], item[0]))
        found.append(
            f"If {hub} proves to be several people, or a public service, {ties} of {len(group)} members lose a tie."
        )
    if layers:
        layer, count = min(layers.items(), key=lambda item: (-item[1], item[0]))
        found.append(f"If the {layer} ties were chance or misread, {count} of {len(pairs)} ties fall away.")
    found.append("If the posts quoted here are fiction, decoys or quotations of others, nothing of it stands.")
    return found

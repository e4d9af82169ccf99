"""Fits the pair model of linking on analysed cases of development authors, and measures it on those left out.

python benchmarks/linking.py NAME=CASE:TRUTH ...          each case linked by weights fitted on the others
python benchmarks/linking.py --fit NAME=CASE:TRUTH ...    the same, then writes [pair] of lexicons/linking.model.toml

Cases as in ``known_cases``. Posts, mentions, stances and templates are taken as analysed; identifiers, pairs
and actors are made anew.
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import pyarrow as pa

import ringtrace
from known_cases import KnownCase, even_mass, fit_logistic, left_out, read_case
from ringtrace.evaluation.measures import b_cubed, calibration
from ringtrace.linking import model
from ringtrace.linking.actors import cluster
from ringtrace.linking.features import compare
from ringtrace.linking.identifiers import classify
from ringtrace.linking.material import Material
from ringtrace.linking.namesakes import count_namesakes, settle
from ringtrace.linking.pairs import candidates, survey
from ringtrace.model.mention import CONTACT_KINDS
from ringtrace.pipeline.reading.posts import account_table

MODEL = Path(ringtrace.__file__).parent / "lexicons" / "linking.model.toml"
MASS = 4_000.0
"""What the pairs of one case weigh together: every author counts the same, however many pairs it has."""
SPREAD = 1.0
"""Penalty on squared weights (natural log odds)."""
GIVEN = dict.fromkeys(("namesake_here", "name_other_here"), 1 / math.log(2))
"""Weights that are not fitted: how often pairs of a sort are one person in a case is a log-odds and enters at its word.

Of a feature that is one number a case, five authors are five points: fitted on four, or three of one sort, its
weight was anything from -1.6 to 2.2. A fit is told the true share of each case; a measure works it out, as the
product does.
"""


@dataclass
class Known:
    """An analysed case with its truth: the features of every candidate pair, and who is who."""

    name: str
    accounts: pa.Table
    pairs: list[tuple[str, str]]
    features: list[dict[str, float]]
    counted: float
    person: dict[str, str]
    shown: dict[str, str]

    @classmethod
    def of(cls, told: str) -> Known:
        known = read_case(told, ("posts", "evidence", "mentions", "stances", "templates"))
        tables = known.tables
        posts, mentions, stances = tables["posts"], tables["mentions"], tables["stances"]
        accounts = account_table(posts)
        material = Material.here(posts, mentions, stances, accounts, tables["templates"])
        profiles, scene = survey(material, classify(material))
        pairs = sorted(candidates(profiles, scene))
        features = []
        for left, right in pairs:
            found: dict[str, float] = {"prior": 1.0}
            for feature in compare(profiles[left], profiles[right], scene):
                found[feature.name] = found.get(feature.name, 0.0) + feature.value
            features.append(found)
        counted = count_namesakes(profiles, scene.use, scene.name_value).odds
        return cls(known.name, accounts, pairs, features, counted, *_persons(known))

    def rows(self, weights: tuple[str, ...]) -> np.ndarray:
        place = {name: at for at, name in enumerate(weights)}
        table = np.zeros((len(self.pairs), len(weights)))
        for row, found in zip(table, self.told({name: self.truly(name) for name in GIVEN}), strict=True):
            for name, value in found.items():
                row[place[name]] = value
        return table

    def told(self, here: Mapping[str, float]) -> list[dict[str, float]]:
        """Return the features with the values ``here`` for what holds of the whole case."""
        return [found | {name: here[name] for name in here.keys() & found.keys()} for found in self.features]

    def truly(self, name: str) -> float:
        """Return natural log-odds that pairs with the feature ``name`` are one person, as the truth has it."""
        known, same = self.labels()
        asked = known & np.array([name in found for found in self.features])
        share = (same[asked].sum() + 0.5) / (asked.sum() + 1)
        return math.log(share / (1 - share))

    def settled(self, weights: Mapping[str, float], usual: float) -> dict[str, float]:
        """Return the same of all such features as the product works it out under ``weights``, without a truth."""
        here = {}
        for name, counted in (("namesake_here", self.counted), ("name_other_here", usual)):
            others = [
                math.log(2) * math.fsum(weights.get(one, 0.0) * value for one, value in found.items() if one != name)
                for found in self.features if name in found
            ]  # fmt: skip
            here[name] = settle(counted, np.array(others))
        return here

    def labels(self) -> tuple[np.ndarray, np.ndarray]:
        """Return (whether the truth knows both accounts, whether they are one person) for each pair."""
        known = np.array([left in self.person and right in self.person for left, right in self.pairs])
        same = [self.person.get(left) == self.person.get(right) for left, right in self.pairs]
        return known, np.array(same)


def _persons(case: KnownCase) -> tuple[dict[str, str], dict[str, str]]:
    """Return (account -> person, the same for the accounts that give a contact of their own)."""
    posts = case.tables["posts"]
    account = dict(zip(posts["post_id"].to_pylist(), posts["account_id"].to_pylist(), strict=True))
    wrote: dict[str, Counter[str]] = defaultdict(Counter)
    giving = set()
    for row, post in case.told():
        who = account.get(post or "", "")
        if who:
            wrote[who][row["person"]] += 1
            if any(one["kind"] in CONTACT_KINDS and one["owner"] == "self" for one in row["mentions"]):
                giving.add(who)
    person = {who: min(counts, key=lambda one: (-counts[one], one)) for who, counts in wrote.items()}
    return person, {who: person[who] for who in sorted(giving)}


def fit(cases: list[Known]) -> dict[str, float]:
    """Return feature -> log2 odds: logistic with a ridge, jointly, so that what goes together counts once."""
    names = tuple(sorted({name for case in cases for found in case.features for name in found} | GIVEN.keys()))
    free = np.array([name not in GIVEN for name in names])
    given = np.array([GIVEN.get(name, 0.0) * math.log(2) for name in names])
    parts = [(case.rows(names), *case.labels()) for case in cases]
    rows = np.concatenate([table[known] for table, known, _ in parts])
    same = np.concatenate([label[known] for _, known, label in parts]).astype(float)
    mass = even_mass(((int(known.sum()), int(known.sum())) for _, known, _ in parts), MASS)
    weights = given.copy()
    weights[free] = fit_logistic(rows[:, free], same, mass, SPREAD, rows @ given)
    return dict(zip(names, np.round(weights / math.log(2), 2).tolist(), strict=True))


def usual_others(cases: list[Known]) -> float:
    """Return natural log-odds, on the mean of cases, that two of other names beside one contact are one person."""
    return round(float(np.mean([case.truly("name_other_here") for case in cases])), 2)


def measure(case: Known, weights: Mapping[str, float], usual: float | None = None) -> str:
    """Return the scores of linking ``case`` by ``weights``, as ``ringtrace evaluate`` counts them.

    usual: as ``usual_others`` of the cases that the weights are fitted on; without, as shipped.
    """
    kept = []
    here = case.settled(weights, model.limits()["others_usual"] if usual is None else usual)
    for (left, right), found in zip(case.pairs, case.told(here), strict=True):
        odds = math.fsum(weights.get(name, 0.0) * value for name, value in found.items())
        probability = 1 / (1 + 2.0 ** -max(-60.0, min(60.0, odds)))
        if probability >= model.limits()["kept_probability"]:
            kept.append({"left": left, "right": right, "probability": probability})
    links = pa.Table.from_pylist(
        kept, schema=pa.schema([("left", pa.string()), ("right", pa.string()), ("probability", pa.float64())])
    )
    actors = cluster(links, case.accounts, ()).to_pylist()
    actor = {account: row["actor_id"] for row in actors for account in row["accounts"]}
    precision, recall, f1 = b_cubed(case.shown, {account: actor[account] for account in case.shown})
    people = defaultdict(set)
    for account, person in case.shown.items():
        people[actor[account]].add(person)
    merged = sum(len(found) > 1 for found in people.values())
    told = [
        (row["probability"], case.person[row["left"]] == case.person[row["right"]])
        for row in kept if row["left"] in case.person and row["right"] in case.person
    ]  # fmt: skip
    ece, brier = calibration(told)
    return (
        f"{case.name}: B-cubed P {precision:.3f} R {recall:.3f} F1 {f1:.3f}, "
        f"over-merged {100 * merged / len(people):.1f} %, {len(told)} links, ECE {ece:.3f}, Brier {brier:.3f}"
    )


def missing(case: Known) -> str:
    """Return how many pairs of one person's contact-giving accounts are candidates at all."""
    groups: dict[str, list[str]] = defaultdict(list)
    for account, person in case.shown.items():
        groups[person].append(account)
    pairs = set(case.pairs)
    true = [pair for group in groups.values() for pair in combinations(sorted(group), 2)]
    return f"{case.name}: {sum(pair in pairs for pair in true)} of {len(true)} true pairs are candidates"


def write(weights: Mapping[str, float], usual: float, names: str) -> None:
    """Write the model file anew; a weight that no case speaks of, a payment account's, stays as it is."""
    weights = dict(sorted({**model.pair_weights(), **weights}.items()))
    head = MODEL.read_text("utf-8").partition("\n[pair]")[0]
    head = re.sub(r'version = ".*"', f'version = "6, fit of {names}"', head)
    head = re.sub(r"others_usual = .*", f"others_usual = {usual:g}", head)
    body = "".join(f"{name} = {value:g}\n" for name, value in weights.items() if value)
    MODEL.write_text(f"{head}\n[pair]\n{body}", "utf-8")


def main(arguments: list[str]) -> None:
    cases = [Known.of(one) for one in arguments if "=" in one]
    for case in cases:
        print("proposed:", missing(case), flush=True)
    for case, others in left_out(cases):
        print("left out:", measure(case, fit(others), usual_others(others)), flush=True)
    weights = fit(cases)
    for case in cases:
        print("fitted on:", measure(case, weights, usual_others(cases)), flush=True)
    for name, value in weights.items():
        print(f"  {name:24} {value:6.2f}  in", *(sum(name in found for found in case.features) for case in cases))
    if "--fit" in arguments:
        write(weights, usual_others(cases), ", ".join(case.name for case in cases))


if __name__ == "__main__":
    main(sys.argv[1:])

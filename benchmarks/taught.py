"""What 200 labels of a case's own posts are worth: average precision with none and with them, on analysed cases.

python benchmarks/taught.py NAME=CASE:TRUTH ... [--labels 200] [--seeds 3] [--queue]

Cases as in ``known_cases``. The posts to label are drawn as ``ringtrace label`` draws them, the truth labels them, and
all others are scored, weighted to base rates of 1 and 0.1 %: average precision, precision at recall .8 (at 0.1 % the
negatives of a case are too few: each stands for many). With --queue they are not drawn but taken as the workbench's
triage deals them: the posts of the review band, likeliest first. The program's own reading is that of the case's
analysis; a case counts as a stranger only where its author is not among those that the weights were fitted on.
"""

from __future__ import annotations

import argparse

import numpy as np
import pyarrow.compute as pc

from known_cases import read_case
from ringtrace.evaluation.measures import average_precision
from ringtrace.pipeline.judging.labelling import draw
from ringtrace.stances.wording import Wording
from ringtrace.store.case import Case


def at_base_rate(odds: np.ndarray, wanted: np.ndarray, rate: float) -> tuple[float, float]:
    """Return (average precision, precision at recall .8) as if ``rate`` of the posts were wanted."""
    scale = (1 - rate) / rate * wanted.sum() / max(1, (~wanted).sum())
    weight = np.where(wanted, 1.0, scale)
    order = np.argsort(-odds, kind="stable")
    hits, seen = np.cumsum(wanted[order] * 1.0), np.cumsum(weight[order])
    ends = np.append(np.diff(odds[order]) != 0, True)
    enough = ends & (hits >= 0.8 * wanted.sum())
    precision = float((hits / seen)[enough].max())
    return average_precision(list(zip(odds.tolist(), wanted.tolist(), strict=True)), weight), precision


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="+")
    parser.add_argument("--labels", type=int, default=200)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--queue", action="store_true")
    asked = parser.parse_args()
    for told in asked.cases:
        known = read_case(told, ("posts", "evidence", "stances"))
        posts, stances = known.tables["posts"], known.tables["stances"]
        row = {post: at for at, post in enumerate(posts["post_id"].to_pylist())}
        sure = np.zeros(len(row))
        sure[[row[post] for post in stances["post_id"].to_pylist()]] = stances["probability"].to_numpy()
        sure = np.clip(sure, 1e-9, 1 - 1e-9)
        odds = np.log(sure / (1 - sure))
        truth = {post: one["direction"] for one, post in known.told() if post is not None}
        wording = Wording(posts)
        review = stances.filter(pc.equal(stances["band"], "review")).sort_by([("probability", "descending")])
        for seed in (0,) if asked.queue else range(1, asked.seeds + 1):
            drawn = review["post_id"].to_pylist()[: asked.labels]
            if not asked.queue:
                drawn = [one.post for one in draw(Case(known.folder), asked.labels, seed, 0.08, 0.0).drawn]
            labels = {post: truth[post] for post in drawn if post in truth}
            taught = wording.teach(odds, labels)
            rest = [at for post, at in row.items() if post in truth and post not in labels]
            wanted = np.array(
                [truth[post] != "none" for post, at in row.items() if post in truth and post not in labels]
            )
            for rate in (0.01, 0.001):
                before = at_base_rate(odds[rest], wanted, rate)
                after = at_base_rate((odds + taught.shift)[rest], wanted, rate)
                print(
                    f"{known.name:8} seed {seed}  base {rate:.3f}  labels {len(labels)}"
                    f" ({sum(d != 'none' for d in labels.values())} wanted)  AP {before[0]:.3f} -> {after[0]:.3f}"
                    f"  P@R.8 {before[1]:.3f} -> {after[1]:.3f}  {'used' if taught.document['used'] else 'not used'}"
                )


if __name__ == "__main__":
    main()

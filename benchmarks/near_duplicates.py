"""Generates posts with known near-duplicates, for ``templates.py`` and ``template_peers.py``.

Texts of 25-45 words from a skewed vocabulary of made-up words (Chinese: one or two characters, written
without blanks). A quarter of the originals have variants: in mode ``family`` seven each (1, 2, 3 replaced words;
10-40 % of the words replaced, dropped or added), in mode ``lone`` a single one, which is harder, for no third
wording leads from one to the other.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

EDITS = ("1", "2", "3", "10 %", "20 %", "30 %", "40 %")


@dataclass(frozen=True)
class Corpus:
    """texts; family: number of the original that each comes from; label: ``original`` or the edit."""

    texts: list[str]
    family: np.ndarray
    label: np.ndarray


def vocabulary(language: str, seed: int) -> list[str]:
    rng = random.Random(seed)
    if language == "zh":
        chars = [chr(code) for code in rng.sample(range(0x4E00, 0x9FA5), 3000)]
        return [
            rng.choice(chars[: 400 + 2 * n]) + (rng.choice(chars[:1500]) if rng.random() < 0.7 else "")
            for n in range(1300)
        ]
    syllables = [a + b for a in "bcdfghklmnprstvw" for b in ("a", "e", "i", "o", "u", "an", "er", "is")]
    return ["".join(rng.choice(syllables) for _ in range(rng.choice((1, 1, 2, 2, 3)))) for _ in range(4000)]


class _Words:
    """Draws words, the common ones oftener."""

    def __init__(self, count: int, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.ladder = np.cumsum(1 / (np.arange(count) + 12))
        self.ladder /= self.ladder[-1]

    def draw(self, count: int) -> np.ndarray:
        return np.searchsorted(self.ladder, self.rng.random(count)).astype(np.int32)


def corpus(count: int, language: str, seed: int, mode: str = "family") -> Corpus:
    """Return about ``count`` texts in mixed order."""
    vocab = vocabulary(language, seed)
    words = _Words(len(vocab), seed)
    originals = int(count / (2.75 if mode == "family" else 1.25))
    starts = np.concatenate([[0], np.cumsum(words.rng.integers(25, 46, originals))])
    flat = words.draw(starts[-1])
    edited = words.rng.permutation(originals)[: originals // 4]
    groups = [(edit, edited) for edit in EDITS]
    if mode == "lone":
        groups = [(edit, edited[at :: len(EDITS)]) for at, edit in enumerate(EDITS)]
    glue = "" if language == "zh" else " "
    texts, family, label = _spelt(flat, starts, vocab, glue), [np.arange(originals)], ["original"] * originals
    for edit, chosen in groups:
        lengths = np.diff(starts)[chosen]
        owner = np.repeat(np.arange(len(chosen)), lengths)
        within = np.arange(len(owner)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        body, times = _edit(flat[starts[chosen][owner] + within], owner, within, edit, words)
        texts += _spelt(body, np.concatenate([[0], np.cumsum(np.bincount(owner, times, len(chosen)))]), vocab, glue)
        family.append(chosen)
        label += [edit] * len(chosen)
    order = words.rng.permutation(len(texts))
    return Corpus([texts[at] for at in order], np.concatenate(family)[order], np.array(label)[order])


def _edit(body: np.ndarray, owner: np.ndarray, within: np.ndarray, edit: str, words: _Words) -> tuple:
    """Return (edited words of all texts, how many stand now for each former one)."""
    times = np.ones(len(body), np.int64)
    chance = words.rng.random(len(body))
    if "%" not in edit:
        ranked = np.lexsort((chance, owner))
        body = body.copy()
        hit = ranked[within < int(edit)]  # texts keep their places under the sort: within counts its ranks, too
        body[hit] = words.draw(len(hit))
        return body, times
    share = int(edit.split()[0]) / 100
    replaced, added = chance < share * 0.6, (chance >= share * 0.6) & (chance < share * 0.8)
    times[(chance >= share * 0.8) & (chance < share)] = 0
    times[added] = 2
    new = np.where(replaced, words.draw(len(body)), body)
    out = np.repeat(new, times)
    seconds = np.cumsum(times)[added] - 1
    out[seconds] = words.draw(len(seconds))
    return out, times


def _spelt(flat: np.ndarray, starts: np.ndarray, vocab: list[str], glue: str) -> list[str]:
    spelt = [vocab[word] for word in flat.tolist()]
    cuts = starts.astype(int).tolist()
    return [glue.join(spelt[low:high]) for low, high in pairwise(cuts)]


@dataclass(frozen=True)
class Score:
    """recall: edit -> share of (original, variant) pairs in one group; precision: of all pairs in one group."""

    recall: dict[str, float]
    precision: float

    def line(self) -> str:
        many = np.mean([self.recall[edit] for edit in EDITS if "%" in edit])
        f1 = 2 * many * self.precision / max(many + self.precision, 1e-9)
        told = " ".join(f"{edit}:{self.recall[edit]:.4f}" for edit in EDITS)
        return f"precision {self.precision:.5f}, recall {told}, 10-40 %: recall {many:.4f} F1 {f1:.4f}"


def score(found: Corpus, group: Sequence[int]) -> Score:
    """Return how well ``group`` (number of each text's group, -1 for none) agrees with the families."""
    number = np.asarray(group)
    home = np.full(found.family.max() + 1, -1)
    first = found.label == "original"
    home[found.family[first]] = number[first]
    hits: dict[str, list[float]] = defaultdict(list)
    right = (number >= 0) & (number == home[found.family])
    for edit in EDITS:
        hits[edit] = right[found.label == edit]
    grouped = number >= 0
    sizes = Counter(number[grouped].tolist())
    pure = Counter(zip(number[grouped].tolist(), found.family[grouped].tolist(), strict=True))
    pairs, true = (sum(n * (n - 1) // 2 for n in counts.values()) for counts in (sizes, pure))
    return Score({edit: float(np.mean(hit)) for edit, hit in hits.items()}, true / max(pairs, 1))

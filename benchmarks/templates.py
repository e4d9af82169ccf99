"""Measures near-duplicate search on generated texts: recall by number of replaced tokens, precision, CPU.

python benchmarks/templates.py [POSTS] [SEED]: texts of 25-45 tokens from a skewed vocabulary; a tenth
of them have variants with 1, 2, 3 replaced tokens or 10-40 % edits (replaced, dropped, added).
Pairs of (original, variant) count for recall; for precision, pairs that share a template.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections import Counter, defaultdict

from ringtrace.linking.templates import group_texts


def vocabulary(rng: random.Random, language: str) -> list[str]:
    if language == "zh":
        chars = [chr(code) for code in rng.sample(range(0x4E00, 0x9FA5), 3000)]
        return [
            rng.choice(chars[: 400 + 2 * n]) + (rng.choice(chars[:1500]) if rng.random() < 0.7 else "")
            for n in range(1300)
        ]
    syllables = [a + b for a in "bcdfghklmnprstvw" for b in ("a", "e", "i", "o", "u", "an", "er", "is")]
    return ["".join(rng.choice(syllables) for _ in range(rng.choice((1, 1, 2, 2, 3)))) for _ in range(4000)]


def edited(rng: random.Random, words: list[str], vocab: list[str], weights: list[float], share: float) -> list[str]:
    out = []
    for word in words:
        if rng.random() >= share:
            out.append(word)
            continue
        what = rng.random()
        if what < 0.6:
            out.append(rng.choices(vocab, weights)[0])
        elif what < 0.8:
            out += [word, rng.choices(vocab, weights)[0]]
    return out


def corpus(count: int, language: str, seed: int) -> tuple[list[str], list[int], list[str]]:
    """Return (texts, family of each, edit label: original, 1, 2, 3, 10 %, ...)."""
    rng = random.Random(seed)
    vocab = vocabulary(rng, language)
    weights = [1 / (rank + 12) for rank in range(len(vocab))]
    glue = " " if language == "en" else ""
    texts, family, label = [], [], []
    while len(texts) < count:
        words = rng.choices(vocab, weights, k=rng.randint(25, 45))
        number = len(texts)
        versions = [("original", words)]
        if rng.random() < 0.25:
            for edits in (1, 2, 3):
                copy = list(words)
                for at in rng.sample(range(len(copy)), edits):
                    copy[at] = rng.choices(vocab, weights)[0]
                versions.append((str(edits), copy))
            for percent in (10, 20, 30, 40):
                versions.append((f"{percent} %", edited(rng, words, vocab, weights, percent / 100)))
        for name, version in versions:
            texts.append(glue.join(version))
            family.append(number)
            label.append(name)
    order = list(range(len(texts)))
    rng.shuffle(order)
    return [texts[i] for i in order], [family[i] for i in order], [label[i] for i in order]


def measure(count: int, language: str, seed: int) -> None:
    texts, family, label = corpus(count, language, seed)
    began = time.process_time()
    group = group_texts(texts).group.tolist()
    spent = time.process_time() - began
    original = {family[i]: group[i] for i in range(len(texts)) if label[i] == "original"}
    hits: dict[str, list[bool]] = defaultdict(list)
    for i, name in enumerate(label):
        if name != "original":
            hits[name].append(group[i] >= 0 and group[i] == original[family[i]])
    together = Counter(g for g in group if g >= 0)
    pure = Counter((g, f) for g, f in zip(group, family, strict=True) if g >= 0)
    pairs = sum(n * (n - 1) // 2 for n in together.values())
    right = sum(n * (n - 1) // 2 for n in pure.values())
    recall = " ".join(f"{name}:{sum(found) / len(found):.4f}" for name, found in sorted(hits.items()))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{language} {len(texts)} posts {spent:.2f} s CPU, peak {memory} MB, precision {right / max(pairs, 1):.5f}, "
        f"recall {recall}"
    )


if __name__ == "__main__":
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    base = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    for tongue in ("zh", "en"):
        measure(size, tongue, base)

"""What one text does: frame, direction, facts, and who owns what it names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast

from ringtrace.model.mention import CONTACT_KINDS, Candidate
from ringtrace.model.stance import Assessment, Band, Direction, Frame
from ringtrace.stances.concepts import Hit, Vocabulary, vocabulary
from ringtrace.stances.facts import find_facts
from ringtrace.stances.features import Context, Describer
from ringtrace.stances.owners import decide_owners
from ringtrace.stances.weights import CLASSES, DIRECTED, Weights, softmax, weights
from ringtrace.text.folding import fold
from ringtrace.text.view import TextView

# What may be an offer, a wish or a go-between at all: a child concept with a concept of transfer.
_CHILD = ("child", "child_sexed", "twins", "newborn", "unborn", "adopt", "childless")
_ACT = (
    "give", "sell", "good_home", "available", "hardship", "wish", "asks_who_gives", "adopt", "broker", "knows_someone",
    "fee", "price", "papers", "have_one", "handover", "means", "haste", "contact", "private_channel", "secrecy",
    "several", "interested",
)  # fmt: skip
_ALONE = ("give", "wish", "adopt", "good_home", "asks_who_gives")
# Talk in the middle of a deal names no child: two of these, or one beside an extracted value.
_DEAL = (
    "broker",
    "knows_someone",
    "haggle",
    "fee",
    "price",
    "available",
    "middleman",
    "papers",
    "interested",
    "still_there",
    "contact_me",
    "ask_price",
    "ask_details",
    "have_one",
    "several",
)
_TOLD = CONTACT_KINDS | {"money", "age", "sex"}
_OWN_TITLE = frozenset({"listing", "page", "article", "tip"})
# What gives a text that is no candidate a frame of its own.
_FRAMING = (
    "police", "report", "warning", "appeal", "kin", "lawful", "joke", "goods", "pet", "job", "surrogacy", "moderator",
    "quote_mark", "spam", "thing", "research",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an assessment came out as it did.

    hits:  concepts and where they stand, code points of the FOLDED text.
    terms: (feature, class, natural log-odds) of the features that moved the winning class most.
    """

    assessment: Assessment
    hits: tuple[Hit, ...]
    terms: tuple[tuple[str, str, float], ...]
    version: str


@dataclass(frozen=True, slots=True)
class _Reading:
    hits: tuple[Hit, ...]
    features: tuple[str, ...]
    winner: str
    direction: Direction
    probability: float


def assess(view: TextView, candidates: Sequence[Candidate]) -> Assessment:
    """Return what the text does; ``owners[i]`` belongs to ``candidates[i]``.

    Pieces of facts are code points of the original ``view.text``. Deterministic; raises
    LexiconError when a lexicon is wrong.
    """
    return _assessment(view, candidates, _read(view, candidates))


def explain(view: TextView, candidates: Sequence[Candidate]) -> Explanation:
    """Return the assessment with the concepts and weights behind it, strongest first."""
    reading = _read(view, candidates)
    model = weights()
    index = CLASSES.index(reading.winner)
    terms = [(name, reading.winner, model.table[name][index]) for name in reading.features if name in model.table]
    terms.sort(key=lambda term: (-abs(term[2]), term[0]))
    return Explanation(
        _assessment(view, candidates, reading), reading.hits, tuple(t for t in terms if t[2]), model.version
    )


def features_of(view: TextView, candidates: Sequence[Candidate]) -> tuple[str, ...]:
    """Return the names of the features that hold, () for a text that the first pass lets go."""
    return _read(view, candidates).features


def _assessment(view: TextView, candidates: Sequence[Candidate], reading: _Reading) -> Assessment:
    model = weights()
    band: Band = "no"
    if reading.probability >= model.review:
        band = "yes" if reading.probability >= model.yes else "review"
    frame = cast(Frame, "plain" if reading.winner in CLASSES[:DIRECTED] else reading.winner)
    owners = decide_owners(view, reading.hits, frame, reading.direction, candidates)
    facts = (
        find_facts(view, reading.hits, reading.direction, candidates)
        if reading.features and reading.probability >= FACT_FLOOR
        else ()
    )
    return Assessment(frame, reading.direction, reading.probability, band, facts, owners)


FACT_FLOOR = 0.02
"""Facts are looked for from this probability on: below it a price is the price of a pram."""
_NOTHING = _Reading((), (), "plain", "none", 0.0)


def _read(view: TextView, candidates: Sequence[Candidate], context: Context | None = None) -> _Reading:
    words = vocabulary(view.lexicons)
    found = words.scan(view.folded.text)
    heading = Context()
    if view.title and view.kind in _OWN_TITLE:
        # A listing's headline is the same author's: it is read with the body, behind its end.
        shift = len(view.folded.text) + 1
        found = found + [(bits, shift + a, shift + b) for bits, a, b in words.scan(fold(view.title).text)]
    elif view.title:
        heading = _answered(view.title, view.platform, view.lexicons)
    named = 0
    for bits, _, _ in found:
        named |= bits
    if context is None:
        context = answered(view)
    if not _worth_reading(words, named, (context, heading), candidates):
        return _NOTHING
    hits = words.hits(found)
    model = weights()
    features = _describer(model).describe(view, hits, candidates, context, heading)
    scores = softmax(model.scores(features))
    probability = model.calibrated(sum(scores[:DIRECTED]))
    if probability >= model.review and max(scores[:DIRECTED]) > 0:
        best = max(range(DIRECTED), key=lambda index: scores[index])
    else:
        best = max(range(DIRECTED, len(CLASSES)), key=lambda index: scores[index])
    winner = CLASSES[best]
    direction = cast(Direction, winner if best < DIRECTED and probability >= model.yes else "none")
    if best < DIRECTED and direction == "none":
        winner = CLASSES[max(range(DIRECTED, len(CLASSES)), key=lambda index: scores[index])]
    return _Reading(tuple(hits), features, winner, direction, probability)


@lru_cache(maxsize=8)
def _describer(model: Weights) -> Describer:
    return Describer(model.groups, model.pairs)


@lru_cache(maxsize=8)
def _masks(words: Vocabulary) -> tuple[int, int, int, int, int]:
    def union(names: tuple[str, ...]) -> int:
        bits = 0
        for name in names:
            bits |= words.bit.get(name, 0)
        return bits

    return union(_CHILD), union(_ACT), union(_ALONE), union(_FRAMING), union(_DEAL)


def _worth_reading(
    words: Vocabulary, named: int, contexts: tuple[Context, ...], candidates: Sequence[Candidate]
) -> bool:
    child, act, alone, framing, deal = _masks(words)
    if any(one.direction != "none" for one in contexts) or named & alone or (named & child and named & act):
        return True
    if (named & deal).bit_count() >= 2:
        return True
    kinds = {one.kind for one in candidates if one.probability >= 0.5}
    if named & (child | deal) and not kinds.isdisjoint(_TOLD):
        return True
    return bool(named & framing) and not kinds.isdisjoint(CONTACT_KINDS)


def answered(view: TextView) -> Context:
    """Return what the text answers; the other post is read by its words alone."""
    if not view.reply_to:
        return Context()
    return _answered(view.reply_to, view.platform, view.lexicons)


@lru_cache(maxsize=4096)
def _answered(text: str, platform: str, lexicons: Path | None) -> Context:
    reading = _read(TextView(text, platform, lexicons=lexicons), (), Context())
    return Context(reading.direction, reading.probability)

"""What one text does: frame, direction, facts, and who owns what it names."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, cast

from ringtrace.model.mention import Candidate
from ringtrace.model.stance import Alone, Assessment, Band, Direction, Frame
from ringtrace.stances.concepts import Hit, vocabulary
from ringtrace.stances.facts import find_facts
from ringtrace.stances.features import Describer, Talk
from ringtrace.stances.owners import decide_owners
from ringtrace.stances.phrasing import VALUES, Odds, phrasing, pieces_of, values_of
from ringtrace.stances.weights import CLASSES, DIRECTED, Weights, lifted, softmax, weights
from ringtrace.stances.worth import is_worth_reading, may_answer
from ringtrace.text.sieve import Needs, need
from ringtrace.text.view import Said, TextView, fold_again

_OWN_TITLE = frozenset({"listing", "page", "article", "tip"})
_REMEMBERED = 65_536


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


class _Reading(NamedTuple):
    """found: as ``Vocabulary.scan`` gives it; odds: as ``Phrasing.read`` does."""

    found: Sequence[tuple[int, int, int]]
    features: tuple[str, ...]
    odds: Odds
    alone: Alone | None
    read: _Decision


class _Decision(NamedTuple):
    """How a text is read, its company heard. likely: which direction it would be, if any."""

    winner: str
    direction: Direction
    probability: float
    likely: Direction
    leanings: tuple[float, float, float]


def assess(view: TextView, candidates: Sequence[Candidate]) -> Assessment:
    """Return what the text does; ``owners[i]`` belongs to ``candidates[i]``.

    Pieces of facts are code points of the original ``view.text``. Deterministic; raises
    LexiconError when a lexicon is wrong.
    """
    return _assessment(view, candidates, _read(view, candidates))


def assess_each(texts: Sequence[tuple[TextView, Sequence[Candidate]]]) -> list[Assessment]:
    """Return ``assess`` of each text, one step after the other being gone through for all."""
    return [
        _assessment(view, candidates, reading)
        for (view, candidates), reading in zip(texts, _read_each(texts), strict=True)
    ]


def needs(lexicons: Path | None) -> Needs:
    """Return what a folded text must have to name any concept."""
    return ((need(vocabulary(lexicons).strings),),)


NOTHING = Assessment("plain", "none", 0.0, "no", (), (), (1 / 3, 1 / 3, 1 / 3))
"""What a text does that names no concept and holds no value, has no headline and whose company says nothing."""


def explain(view: TextView, candidates: Sequence[Candidate]) -> Explanation:
    """Return the assessment with the concepts and weights behind it, strongest first."""
    reading = _read(view, candidates)
    model = weights()
    winner = reading.read.winner
    index = CLASSES.index(winner)
    held = [*((name, 1.0) for name in reading.features), *zip(VALUES, values_of(reading.odds), strict=True)]
    terms = [(name, winner, value * model.table[name][index]) for name, value in held if name in model.table]
    terms.sort(key=lambda term: (-abs(term[2]), term[0]))
    return Explanation(
        _assessment(view, candidates, reading),
        tuple(vocabulary(view.lexicons).hits(reading.found)),
        tuple(t for t in terms if t[2]),
        f"{model.version}; {phrasing().version}",
    )


def features_of(view: TextView, candidates: Sequence[Candidate]) -> tuple[str, ...]:
    """Return the names of the features that hold, () for a text that is read by its wording alone."""
    return _read(view, candidates).features


def pieces(view: TextView, candidates: Sequence[Candidate]) -> tuple[str, ...]:
    """Return the pieces of text by which the wording of ``view`` is read."""
    heading, named, _ = _heading(view)
    kinds = {one.kind for one in candidates if one.probability >= 0.5}
    return tuple(pieces_of(*_worded(view, _talk_above(view, heading, named, kinds))))


def _assessment(view: TextView, candidates: Sequence[Candidate], reading: _Reading) -> Assessment:
    read = _told(reading.read, reading.alone)
    stated = bool(reading.found) and read.probability >= FACT_FLOOR
    hits = vocabulary(view.lexicons).hits(reading.found) if candidates or stated else ()
    owners = decide_owners(view, hits, read.frame, read.direction, candidates)
    facts = find_facts(view, hits, read.direction, candidates) if stated else ()
    return replace(read, facts=facts, owners=owners)


def _told(read: _Decision, alone: Alone | None) -> Assessment:
    """Return how a text is read, its facts and the owners of what it names left out."""
    model = weights()
    band: Band = "no"
    if read.probability >= model.review:
        band = "yes" if read.probability >= model.yes else "review"
    frame = cast(Frame, "plain" if read.winner in CLASSES[:DIRECTED] else read.winner)
    return Assessment(frame, read.direction, read.probability, band, (), (), read.leanings, alone)


def in_company(alone: Alone, lift: float, lean: Sequence[float]) -> Assessment:
    """Return how a text is read beside its company, facts and owners left out: by arithmetic, without the text.

    alone: as a reading of the text with any lift but 0 gave it. What facts and owners are hangs on the text, on frame
    and direction, and on whether the probability reaches ``FACT_FLOOR``.
    """
    return _told(_decide(weights(), *_leant(alone, lift, lean)), alone)


FACT_FLOOR = 0.02
"""Facts are looked for from this probability on: below it a price is the price of a pram."""
WORDED = -2.0
"""Natural log-odds added to a text of which nothing but its wording speaks: such texts are far rarer trade in the
field than among those that the model was fitted on (its average precision at 1 % stays, the mean falls to a third)."""
_NOTHING = _Reading((), (), (0.0, 0.0, 0.0), None, _Decision("plain", "none", 0.0, "none", (1 / 3, 1 / 3, 1 / 3)))
ANSWERED_FLOOR = 0.3
"""A post above counts as an offer or a wish from this probability on: its answers speak for it, too."""


def _read(view: TextView, candidates: Sequence[Candidate]) -> _Reading:
    return _read_each(((view, candidates),))[0]


def _read_each(texts: Sequence[tuple[TextView, Sequence[Candidate]]]) -> list[_Reading]:
    model, words = weights(), phrasing()
    headings = [_heading(view) for view, _ in texts]
    heard = [_hear(*text, heading) for text, heading in zip(texts, headings, strict=True)]
    odds = [
        words.read(*_worded(view, one.talk)) if one else (0.0,) * 3 for (view, _), one in zip(texts, heard, strict=True)
    ]
    features = [
        _describer(model).describe(view, vocabulary(view.lexicons).hits(one.found), candidates, one.talk)
        if one and one.worth
        else ()
        for (view, candidates), one in zip(texts, heard, strict=True)
    ]
    return [
        _settled(model, view, one.found, named, said) if one else _NOTHING
        for (view, _), one, named, said in zip(texts, heard, features, odds, strict=True)
    ]


def _settled(
    model: Weights, view: TextView, found: Sequence[tuple[int, int, int]], features: tuple[str, ...], odds: Odds
) -> _Reading:
    alone = _scored(model, features, odds)
    return _Reading(found, features, odds, alone, _decide(model, *_leant(alone, view.lift, view.lean)))


class _Heard(NamedTuple):
    """found: as ``Vocabulary.scan`` gives it; worth: whether the text may be an offer, a wish or a go-between."""

    found: Sequence[tuple[int, int, int]]
    talk: Talk
    worth: bool


def _hear(
    view: TextView, candidates: Sequence[Candidate], headed: tuple[Direction, int, Sequence[tuple[int, int, int]]]
) -> _Heard | None:
    """Return what of a text and the talk above it is read, None where nothing is; headed: as ``_heading`` gives it."""
    heading, named, found = headed
    if not (found or candidates or view.title or view.lift):
        return None
    kinds = {one.kind for one in candidates if one.probability >= 0.5}
    talk = _talk_above(view, heading, named, kinds)
    return _Heard(found, talk, is_worth_reading(vocabulary(view.lexicons), named, talk, kinds))


def _leant(alone: Alone, lift: float, lean: Sequence[float]) -> tuple[Sequence[float], float]:
    """Return the shares and the probability with what the text's company says."""
    if not lift:
        return alone
    leant = (share * math.exp(one) for share, one in zip(alone.shares, lean, strict=False))
    return [*leant, *alone.shares[DIRECTED:]], lifted(alone.probability, lift)


@lru_cache(maxsize=_REMEMBERED)
def _scored(model: Weights, features: tuple[str, ...], odds: Odds) -> Alone:
    """Return the share of each class and the calibrated probability of any direction, company left out."""
    scores = softmax(model.scores(features, zip(VALUES, values_of(odds), strict=True)))
    probability = model.calibrated(sum(scores[:DIRECTED]))
    return Alone(tuple(scores), probability if features else lifted(probability, WORDED))


def _heading(view: TextView) -> tuple[Direction, int, Sequence[tuple[int, int, int]]]:
    """Return what a headline above the text does, the concepts that the text names as bits, and where."""
    words = vocabulary(view.lexicons)
    found = words.scan(view.folded.text)
    heading: Direction = "none"
    if view.title and view.kind in _OWN_TITLE:
        # A listing's headline is the same author's: it is read with the body, behind its end.
        shift = len(view.folded.text) + 1
        found = [*found, *((bits, shift + a, shift + b) for bits, a, b in words.scan(fold_again(view.title).text))]
    elif view.title:
        heading = _does((Said(view.title),), view.platform, view.lexicons)
    named = 0
    for bits, _, _ in found:
        named |= bits
    return heading, named, found


def _talk_above(view: TextView, heading: Direction, named: int, kinds: set[str]) -> Talk:
    if view.above and (view.above[0].sure or may_answer(vocabulary(view.lexicons), named, kinds)):
        return _talk(view, heading)
    return Talk(heading=heading)


def _worded(view: TextView, talk: Talk) -> tuple[str, str, str]:
    """Return what wording is read of: the text, the text that it answers and what that does; see ``pieces_of``."""
    text = f"{view.text}\n{view.title}" if view.title and view.kind in _OWN_TITLE else view.text
    return text, view.above[0].text if view.above and view.above[0].sure else "", talk.stand


def _decide(model: Weights, scores: Sequence[float], probability: float) -> _Decision:
    """Name frame and direction for a distribution over the classes and the probability of any direction."""
    directed = max(range(DIRECTED), key=lambda index: scores[index])
    framed = max(range(DIRECTED, len(CLASSES)), key=lambda index: scores[index])
    likely = cast(Direction, CLASSES[directed])
    whole = math.fsum(scores[:DIRECTED])
    offer, seek, broker = (score / whole for score in scores[:DIRECTED])
    directed_at_all = probability >= model.yes
    winner = likely if directed_at_all else CLASSES[framed]
    direction: Direction = likely if directed_at_all else "none"
    return _Decision(winner, direction, probability, likely, (offer, seek, broker))


def _talk(view: TextView, heading: Direction) -> Talk:
    """Read what stands above, each post in the light of those above it."""
    above = view.above
    done: list[tuple[Said, Direction]] = [
        (said, _does(above[at:], view.platform, view.lexicons)) for at, said in enumerate(above)
    ]
    own = _first(does for said, does in done if said.who == 0)
    if not above[0].sure:
        return Talk(before=done[0][1], own=own, heading=heading)
    about = frozenset[str]().union(*(_named(said.text, view.lexicons) for said in above))
    if above[0].who == 0:
        return Talk(own=own, answers=True, heading=heading, about=about)
    far = _first(does for said, does in done[1:] if said.who != 0)
    return Talk(answered=done[0][1], answers=True, own=own, far=far, heading=heading, about=about)


@lru_cache(maxsize=16_384)
def _named(text: str, lexicons: Path | None) -> frozenset[str]:
    """Return the concepts that a post above names."""
    words = vocabulary(lexicons)
    return frozenset(hit.concept for hit in words.hits(words.scan(fold_again(text).text)))


@lru_cache(maxsize=16_384)
def _does(above: tuple[Said, ...], platform: str, lexicons: Path | None) -> Direction:
    """Return what the nearest of ``above`` probably does; it is read by its words and what is above it."""
    first = above[0]
    if first.does:
        return cast(Direction, first.does)
    others = tuple(said._replace(who=_seen_from(first, said)) for said in above[1:])
    read = _read(TextView(first.text, platform, above=others, lexicons=lexicons), ()).read
    return read.likely if read.probability >= ANSWERED_FLOOR else "none"


def _first(directions: Iterable[Direction]) -> Direction:
    for one in directions:
        if one != "none":
            return one
    return "none"


def _seen_from(first: Said, said: Said) -> int:
    if said.who == first.who:
        return 0
    return said.who or first.who


@lru_cache(maxsize=8)
def _describer(model: Weights) -> Describer:
    return Describer(model.groups, model.pairs)

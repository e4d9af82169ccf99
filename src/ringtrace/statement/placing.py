"""Where the figures of a sentence are placed: at a place it names, at one told before, or nowhere.

Every place that a count may belong to comes with cues, and fitted weights choose (``lexicons/placing.model.toml``,
written by ``benchmarks/figures.py``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from ringtrace.statement.carrying import (
    MANY,
    Scene,
    carried_places,
    each_place,
    in_order,
    list_before,
    listed_behind,
    since_last,
    speaks_of_country,
    told_before,
)
from ringtrace.statement.counted import Count
from ringtrace.statement.cues import MOST, Setting, between, both_scripts, classifier, has_sign, step, window, words
from ringtrace.statement.named_places import common, common_code, is_aside
from ringtrace.statement.sums import sum_cues
from ringtrace.statement.trail import is_national
from ringtrace.statement.vocabulary import PERSONS, Vocabulary
from ringtrace.statement.weighing import choose
from ringtrace.text.lexicon import constants
from ringtrace.text.places.divisions import contains
from ringtrace.text.places.gazetteer import Place

_COUNTRY = 2
"""Letters of a country's code: a whole country is not carried from one sentence to another."""
_SHARES = 4
"""Steps of a place's share of the sentences that name any."""
_ITEM = re.compile(r"[\s•·*◆■\-–—]{0,40}[^\n:：0-9]{2,40}: ?[0-9,]+[名个人起]?\s*$")
"""An item of a list, "suspects arrested: 27"."""
_CLAUSE_ENDS = ",，;；、.。(（"
_CLAUSE = re.compile(r"[,，;；:：。.]")
_PLACE_GAP = 2


@dataclass(frozen=True, slots=True)
class Placing:
    """place: a division code, "" for none. cues: what speaks for it."""

    place: str
    cues: tuple[str, ...]


def place_counts(scene: Scene, given: Mapping[str, float] | None = None) -> list[tuple[str, ...]]:
    """Return the division codes of each count of a sentence: one as a rule, "" where it is told of no place or of
    several together, and each of a list where it holds for each ("two each in A and B"). The story's trail remembers
    them. given: weights other than the shipped ones."""
    scene.trail.enter(scene.told.sentence.paragraph)
    placed: list[str] = []
    for index in range(len(scene.counted)):
        summed = _of_sum(scene, index, placed)
        if summed is None:
            summed = in_order(scene, index) or _weighed(scene, index, placed, given or weights())
        placed.append(summed)
    scene.trail.add(settled_places(scene, placed), scene.counted, placed)
    return [each_place(scene, index) or (place,) for index, place in enumerate(placed)]


def _of_sum(scene: Scene, index: int, placed: Sequence[str]) -> str | None:
    """Where a clause that adds up counts of several places belongs: what holds them all, "" where nothing does.

    None: it names a place itself, or adds nothing up. 四川抓获15人，安徽抓获13人，共抓获28人."""
    count, vocabulary = scene.counted[index], scene.told.vocabulary
    first, last = _clause_span(vocabulary.text, count)
    pairs = zip(scene.counted, placed, strict=False)
    parts = [place for one, place in pairs if one.told == count.told and place]
    named = any(first <= place.start < last for place in window(scene.places, count.number.start))
    if named or len(set(parts)) < len(parts) or len(parts) <= 1 or not _is_sum(vocabulary, count):
        return None
    return common_code(parts)


def _weighed(scene: Scene, index: int, placed: Sequence[str], given: Mapping[str, float]) -> str:
    able = list(placings(scene, index, placed))
    return able[choose(((one.place, (one.cues,)) for one in able), given)[0]].place


def settled_places(scene: Scene, placed: Sequence[str]) -> list[Place]:
    """The places of a sentence at which something may go on: not those that children only came from or went to."""
    text = scene.told.vocabulary
    return [place for place in scene.places if place.code in placed or not is_aside(text, place)]


def placings(scene: Scene, index: int, placed: Sequence[str]) -> Iterator[Placing]:
    """Yield where one count may be placed, each place once. placed: where those of the sentence before it were."""
    setting = scene.setting(index)
    count = scene.counted[index]
    around = _around(scene, count)
    near = window(scene.places, count.number.start)
    listed = list_before(setting, near)
    following = listed_behind(setting, near)
    cues = ["nowhere", *(f"nowhere, {cue}" for cue in around), f"nowhere, list of {min(len(listed), MANY)}"]
    cues.append(f"nowhere, {_side_before(scene, index, placed)} last")
    if following[1:]:
        cues.append(f"nowhere, list behind of {min(len(following), MANY)}")
    sums = list(_sums(scene, index))
    cues += [f"nowhere, {cue}" for cue in sums]
    before = dict(told_before(scene, count))
    cues += [f"nowhere, {source}" for source, place in before.items() if not place]
    yield Placing("", both_scripts(setting, cues))
    able: dict[str, list[str]] = {}
    for source, place in before.items():
        if place:
            able.setdefault(place, []).append(source)
    for place, cues in _named(scene, setting, count, _side_before(scene, index, placed)):
        able.setdefault(place, []).extend(cues)
    for holds, cues in _holding((("all", near), ("a list", listed))):
        able.setdefault(holds, []).extend(cues)
    if place := in_order(scene, index):
        able.setdefault(place, []).append("in order")
    carried = "unnamed" if not near else "named"
    for source, place in () if speaks_of_country(scene) else carried_places(scene, count, placed):
        if place and len(place) != _COUNTRY and _is_told(scene, place):
            able.setdefault(place, []).extend([source, f"{source}, {carried}"])
            if source == "as the count before":
                able[place].extend(f"{source}, {cue}" for cue in since_last(scene, setting, index))
    for place, cues in able.items():
        yield Placing(place, both_scripts(setting, list(dict.fromkeys([*cues, *_relation(scene, count, place)]))))


def _holding(sources: Iterable[tuple[str, Sequence[Place]]]) -> Iterator[tuple[str, list[str]]]:
    """What holds several places of the sentence, and is none of them."""
    for source, several in sources:
        holds = common(several)
        if holds and all(place.code != holds for place in several):
            yield holds, [f"what holds {source}", f"what holds {source} of {min(len(several), MANY)}"]


def _around(scene: Scene, count: Count) -> list[str]:
    """What of the count, its sentence and its report bears on whether it has a place."""
    vocabulary, report = scene.told.vocabulary, scene.report
    named = {place.code for place in window(scene.places, count.number.start)}
    cues = [
        f"{count.quantity if count.quantity not in PERSONS else 'persons'}",
        f"status {count.status or 'none'}",
        f"named={min(len(named), MANY)}",
        f"report names {min(report.provinces, MANY)}",
        "issuer" if report.frame.issuer or report.frame.signed else "no issuer",
        "headed" if report.frame.headed else "not headed",
    ]
    said = {
        "national": is_national(vocabulary),
        "national report": report.national,
        "same place": vocabulary.has("same_place"),
        "sum": _is_sum(vocabulary, count),
        "item": _ITEM.match(vocabulary.text) is not None,
        "elsewhere told": bool(scene.told.context),
        "one place in the report": bool(report.only),
        "elsewhere": has_sign(_clause(vocabulary, count), "elsewhere"),
    }
    cues.extend(name for name, holds in said.items() if holds)
    if said["item"]:
        cues.append("item, headed" if report.frame.headed or report.frame.issuer else "item, not headed")
    if scene.told.context:
        cues.append(f"told {scene.told.context.split()[0].rstrip(':')}")
    if said["sum"] and len(named) > 1:
        cues.append("sum of several places")
    if not named:
        cues += [f"unnamed, {cue}" for cue in cues]
    return cues


def _side_before(scene: Scene, index: int, placed: Sequence[str]) -> str:
    """On which side of the count before its place stands: "13 in Hebei, 22 in Shanxi" goes on as it began."""
    if not placed or not placed[-1]:
        return "nowhere" if placed else "first"
    start, stop = scene.counted[index - 1].number.stop, scene.counted[index].number.start
    own = [place for place in window(scene.places, stop) if place.code == placed[-1]]
    return "behind" if any(start <= place.start and place.stop <= stop for place in own) else "before"


def _named(scene: Scene, setting: Setting, count: Count, last: str) -> Iterator[tuple[str, list[str]]]:
    """The places that the sentence names, each from where it stands. last: the side of the count before it."""
    text, number = setting.text, count.number
    near = window(scene.places, number.start)
    codes, listed, following = {place.code for place in near}, list_before(setting, near), listed_behind(setting, near)
    sums = list(_sums(scene, scene.counted.index(count)))
    for place in near:
        behind = place.start >= number.stop
        start, stop = (number.stop, place.start) if behind else (place.stop, number.start)
        side = "place behind" if behind else "place before"
        apart = [p for p in near if start <= p.start and p.stop <= stop]
        cues = [f"{side} {cue}" for cue in between(setting, start, stop)]
        cues += [
            side, f"{side}, {last} last", f"{side} words={step(words(text[start:stop]))}",
            f"{side} places={min(len(apart), MANY)}", f"{side} of {min(len(codes), MANY)}",
        ]  # fmt: skip
        if listed[1:] and place in listed:
            cues.append("one of a list")
        if following[1:] and place in following:
            cues.append("one of a list behind")
        if is_aside(scene.told.vocabulary, place):
            cues.append("aside")
        cues += [f"{side}, {cue}" for cue in sums]
        cues += [f"{side} {form}" for form in _forms(setting, place, start, stop)]
        yield place.code, cues


def _is_sum(vocabulary: Vocabulary, count: Count) -> bool:
    """Whether the count's clause says that it is the sum of those before it: "27 in total", 共27人."""
    return vocabulary.has("total", *_clause_span(vocabulary.text, count))


def _clause_span(text: str, count: Count) -> tuple[int, int]:
    """The code points between the marks around a count and its noun."""
    start, stop = count.number.start, max(count.number.stop, count.noun[1])
    first = max(text.rfind(mark, 0, start) for mark in _CLAUSE_ENDS) + 1
    return first, min((at for mark in _CLAUSE_ENDS if (at := text.find(mark, stop)) >= 0), default=len(text))


def _clause(vocabulary: Vocabulary, count: Count) -> str:
    return vocabulary.text[slice(*_clause_span(vocabulary.text, count))]


def _sums(scene: Scene, index: int) -> Iterator[str]:
    """How a count stands to the others of its sentence that count the same."""
    kind = scene.counted[index].quantity
    same = [at for at in range(max(0, index - MOST), min(len(scene.counted), index + MOST))
            if scene.counted[at].quantity == kind]  # fmt: skip
    yield from sum_cues([scene.counted[at].number.value for at in same], same.index(index))


def _forms(setting: Setting, place: Place, start: int, stop: int) -> Iterator[str]:
    """How a named place stands to the number."""
    text, number = setting.text, setting.number
    if not _CLAUSE.search(text, start, stop):
        yield "same clause"
    if place.stop <= number.start and number.start - place.stop <= _PLACE_GAP:
        yield "touching"
    tail = text[place.stop : place.stop + 3].lstrip(" :：,，(（")
    if tail[:1].isdigit():
        yield "leads a number"
    head = text[max(0, place.start - 12) : place.start]
    word = head.split()[-1] if head.split() else ""
    if word.isascii() and word.isalpha():
        yield f"led by {word}"
    elif head:
        yield f"led by {head[-1:].strip()}"
    yield (
        f"followed by {text[place.stop : place.stop + 1].strip()}"
        if not text[place.stop : place.stop + 1].isascii()
        else "followed by latin"
    )
    opened, closed = text.rfind("(", 0, place.start), text.rfind(")", 0, place.start)
    if opened > closed:
        yield "in brackets" if opened <= number.start < (text + ")").find(")", place.start) else "in other brackets"
    if place.start >= number.stop and place.start - number.stop - len(classifier(setting)) <= 1:
        yield "right behind"


def _is_told(scene: Scene, code: str) -> bool:
    """Whether the report has named a place, or one that lies in it, before, or in what stands around it: no figure is
    placed where the report is yet to go."""
    frame = scene.report.frame
    around = (frame.issuer, frame.headed, frame.signed, frame.dated)
    return code in scene.trail.holding or any(one and contains(code, one) for one in around)


def _relation(scene: Scene, count: Count, code: str) -> Iterator[str]:
    """How a place lies to the others that the sentence and the report name."""
    others = {place.code for place in window(scene.places, count.number.start)} - {code}
    if any(contains(code, other) for other in others):
        yield "holds another"
    if any(contains(other, code) for other in others):
        yield "inside another"
    if scene.report.only and contains(scene.report.only, code):
        yield "inside the report's"
    frame = scene.report.frame
    frame_codes = {frame.issuer, frame.headed, frame.signed, frame.dated}
    if code in {frame.issuer, frame.headed, frame.signed}:
        yield "of headline or issuer"
    if code not in {place.code for place in window(scene.places, count.number.start)}:
        if code not in scene.trail.told:
            yield "not told yet"
            yield "not told yet, nor in the frame" if code not in frame_codes else "not told yet, in the frame"
        yield f"carried, share={round(scene.report.shares.get(code, 0.0) * _SHARES)}"
    if any(contains(scene.report.most, one) and one != scene.report.most for one in (code,)):
        yield "inside the most named"


@cache
def weights() -> Mapping[str, float]:
    """Return cue -> natural log-odds."""
    loaded: Mapping[str, float] = constants("placing")["weight"]
    return loaded

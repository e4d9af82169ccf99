"""Reads the figures that a public report prints: what is counted, its status, place, date, bound.

Every number of the text is read by the cues around it (``counting``), and so is where it is placed
(``placing``); a date holds for its sentence. A sentence
that turns to another case opens a context of its own, so that its figures are never mixed with
the main story's.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from ringtrace.statement.carrying import Scene
from ringtrace.statement.counted import Count, Memory
from ringtrace.statement.counting import changes, counts
from ringtrace.statement.cues import cue_words, has_sign
from ringtrace.statement.grids import Cell, find_grids
from ringtrace.statement.named_places import Frame, find_named, frame_places, heading_of, told_codes
from ringtrace.statement.placing import place_counts
from ringtrace.statement.stories import Told, tell
from ringtrace.statement.trail import Report, Trail, is_national, survey
from ringtrace.statement.vocabulary import PERSONS, UNITS, Vocabulary, terms
from ringtrace.statement.weighing import Weights
from ringtrace.text import lexicon
from ringtrace.text.folding import Folded, fold
from ringtrace.text.numbers.finding import find_numbers
from ringtrace.text.numbers.signs import Number, as_decimal
from ringtrace.text.places.divisions import contains
from ringtrace.text.places.gazetteer import Place

_AFTER_BOUND = ("以上", "余", "多名", "多个", "多人")
_NEAR = 22
_CHANGE_REACH = 8
_MASTHEAD_LINES = 3
"""Lines at the top that may say who speaks and where: a court's name there is not where it happened."""
_DATELINE = re.compile(r"^[A-Z][A-Z .,']{2,24}:(?= )", re.MULTILINE)
""" "BEIJING: Four gangs ...": a colon behind capitals is a dash, else what follows would be placed there."""
_BULLETS = ("•", "·", "*", "◆", "■", "-")
MOST_SIGNS = 200_000
"""Code points of one report that figures are read in; a white paper of 100 pages has as many."""
MOST_NUMBERS = 2_000
"""Numbers outside of tables that are weighed in one report, at 1 to 6 ms each; a hostile megabyte holds 300,000."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A figure before it has an id and bytes. start, stop: the number's code points in the text.

    context: "" for the main story, else "other: ...", "earlier: ...", "part: ...", "cumulative since
    ..." or "witness" (what one person told). subset: the report says that it is part of another.
    as_of: the day that the report itself gives for its count, "" when it gives none.
    """

    start: int
    stop: int
    quantity: str
    unit: str
    status: str
    population: str
    place: str
    period_start: str
    period_end: str
    bound: str
    value: str
    context: str
    subset: bool = False
    as_of: str = ""


def read_public_figures(
    text: str, *, title: str = "", published: str = "", given: Weights | None = None
) -> list[Draft]:
    """Return the figures of an article's text in order of place, as far as ``read_report`` reads it."""
    return list(read_report(text, title=title, published=published, given=given).figures)


@dataclass(frozen=True, slots=True)
class Read:
    """The figures of a report in order of place; unread: code points [unread, end) were not read for figures."""

    figures: tuple[Draft, ...]
    unread: int


def read_report(text: str, *, title: str = "", published: str = "", given: Weights | None = None) -> Read:
    """Return the figures of an article's text, of its first 200,000 code points and 2,000 numbers outside of tables.

    published: ISO date of publication or "", for dates without a year. title: its headline, for the place that
    "across the province" means. given: weights other than the shipped ones. Chinese and English are read by one pass.
    """
    most = len(text)
    text = text[:MOST_SIGNS]
    folded = _folded(text)
    drafts: list[Draft] = []
    summary: list[Draft] = []
    headline: list[Draft] = []
    main_day: tuple[str, str] = ("", "")
    memory: dict[str, Memory] = {}
    heard: set[str] = set()
    trails: dict[str, Trail] = {}
    whole, unread = _within(counted_sentences(text, published, folded=folded), folded)
    heading = heading_of(folded.text)
    reports = {scene: survey_report(folded.text, title, told, scene) for scene, told in _by_scene(whole).items()}
    for sentence in whole:
        told = sentence.told
        report, trail = reports[scene_of(told.context)], trails.setdefault(scene_of(told.context), Trail())
        found = list(_figures(sentence, memory.setdefault(sentence.story, Memory(heard=heard)), report, trail, given))
        if any(d.quantity in PERSONS for d in found) and not told.context and told.period.start and not main_day[0]:
            main_day = (told.period.start, told.period.stop)
        bullet = told.sentence.text.lstrip().startswith(_BULLETS)
        (summary if bullet else headline if told.sentence.paragraph == heading else drafts).extend(found)
    unread = len(text) if unread is None else unread
    cells = [cell for grid in find_grids(text) for cell in grid.cells if cell.stop <= unread]
    placed = [_of_cell(cell, main_day) for cell in cells]
    for draft in [*(one for one in headline if not _is_retold(one, drafts)), *drafts, *summary]:
        start, stop = folded.origin(draft.start, draft.stop)
        placed.append(replace(draft, start=start, stop=stop))
    return Read(tuple(_settle(placed, main_day)), unread if unread < most else most)


def _within(told: Iterable[CountedSentence], folded: Folded) -> tuple[list[CountedSentence], int | None]:
    """Return sentences as long as their numbers are not too many, and where the first unread one begins in the text."""
    found: list[CountedSentence] = []
    left = MOST_NUMBERS
    for sentence in told:
        left -= len(sentence.numbers)
        if left < 0:
            start = sentence.told.sentence.start
            return found, folded.origin(start, start + 1)[0]
        found.append(sentence)
    return found, None


def _by_scene(whole: Sequence[CountedSentence]) -> dict[str, list[CountedSentence]]:
    """Return the sentences of each scene, so that no scene goes through those of thousands of others."""
    found: dict[str, list[CountedSentence]] = {}
    for sentence in whole:
        found.setdefault(scene_of(sentence.told.context), []).append(sentence)
    return found


@dataclass(frozen=True, slots=True)
class CountedSentence:
    """A sentence that may count something. story: whose counts it may mean ("" = the main one, with its parts)."""

    told: Told
    story: str
    numbers: Sequence[Number]
    places: Sequence[Place]


def counted_sentences(text: str, published: str, folded: Folded | None = None) -> Iterator[CountedSentence]:
    """Yield the sentences of a report outside of its tables, but those that take a number back.

    numbers: those that are no dates and no part of a name of a place.
    """
    folded = folded or _folded(text)
    grids = deque(grid for grid in find_grids(text) if grid.cells)
    whole = list(tell(folded.text, published))
    codes = told_codes(told.vocabulary.text for told in whole)
    for told in whole:
        begins = folded.origin(told.sentence.start, told.sentence.start + 1)[0]
        while grids and grids[0].stop <= begins:
            grids.popleft()
        if told.vocabulary.has("retracted") or (grids and grids[0].start <= begins):
            continue
        masthead = told.sentence.paragraph <= _MASTHEAD_LINES and told.vocabulary.has("masthead")
        places = [] if masthead else find_named(told.vocabulary.text, codes, _as_written(told, folded))
        found = changes(told.vocabulary.text, find_numbers(told.vocabulary.text))
        numbers = [n for n in found if not _overlaps(n, told.period.taken, places)]
        yield CountedSentence(told, "" if told.context.startswith("part") else told.context, numbers, places)


def _as_written(told: Told, folded: Folded) -> str:
    """A sentence before it was folded, "" where folding changed its length."""
    start, text = told.sentence.start, told.vocabulary.text
    original = folded.original[slice(*folded.origin(start, start + len(text)))]
    return original if len(original) == len(text) else ""


def survey_report(text: str, title: str, whole: Sequence[CountedSentence], scene: str = "") -> Report:
    """Return what a report says of places in one of its scenes, the main one where scene is "".

    text: folded; whole: all its sentences. What stands around the report speaks of the main scene."""
    told = [sentence for sentence in whole if scene_of(sentence.told.context) == scene]
    national = any(is_national(sentence.told.vocabulary) for sentence in told if not sentence.told.context)
    frame = Frame() if scene else frame_places(text, fold(title).text)
    return survey(frame, [sentence.places for sentence in told], national=national)


def scenes(whole: Sequence[CountedSentence]) -> set[str]:
    """Return the scenes of a report's sentences."""
    return {scene_of(sentence.told.context) for sentence in whole}


def scene_of(context: str) -> str:
    """Return whose places a story goes on with: earlier days and sums of years stay where the main story plays."""
    return context if context.startswith(("other", "part")) else ""


def _folded(text: str) -> Folded:
    return fold(_DATELINE.sub(lambda match: match[0][:-1] + "–", text))


def _of_cell(cell: Cell, day: tuple[str, str]) -> Draft:
    """A figure of a table: of the main story, and of its day."""
    return Draft(
        cell.start, cell.stop, cell.quantity, UNITS[cell.quantity], cell.status, cell.label, cell.place, *day, "exact",
        cell.value, "",
    )  # fmt: skip


def _figures(
    sentence: CountedSentence, memory: Memory, report: Report, trail: Trail, given: Weights | None
) -> Iterator[Draft]:
    """Yield the figures of a sentence. memory, trail: what its story has counted and placed so far; added to."""
    told = sentence.told
    counted = counts(told.vocabulary, sentence.numbers, memory, sentence.places, given.counting if given else None)
    taken = {count.number.start for count in counted}
    scene = Scene(told, counted, sentence.places, report, trail)
    for count, places in zip(counted, place_counts(scene, given.placing if given else None), strict=True):
        yield from (_draft(told, count, place) for place in places if not count.retold)
    for number in sentence.numbers:
        if number.start not in taken:
            yield from _prices(told, number)


def _draft(told: Told, count: Count, place: str) -> Draft:
    vocabulary, period, number = told.vocabulary, told.period, count.number
    witness = not told.context and count.quantity in PERSONS and vocabulary.has("witness", 0, number.start)
    noun = " ".join(vocabulary.text[slice(*count.noun)].split()).lstrip("余多名个位家起")
    return Draft(
        told.sentence.start + number.start,
        told.sentence.start + number.stop,
        count.quantity,
        UNITS[count.quantity],
        count.status,
        noun,
        "" if witness else place,
        period.start,
        period.stop,
        _bound(vocabulary, number),
        as_decimal(number.value),
        "witness" if witness else told.context or _earlier_value(vocabulary, number),
        vocabulary.has("subset", max(0, number.start - 24), number.stop + 10),
        period.as_of,
    )


def _prices(told: Told, number: Number) -> Iterator[Draft]:
    """Sums paid for a child; fines, rewards and wages are none."""
    vocabulary = told.vocabulary
    money = _money(vocabulary.text, number)
    near = max(0, number.start - 30)
    if not money or not vocabulary.has("paid") or vocabulary.has("no_price", near, number.stop + 8):
        return
    bound = "exact" if number.high is not None else _bound(vocabulary, number)
    base = Draft(
        told.sentence.start + number.start, told.sentence.start + number.stop, "price", money, "", "", "",
        told.period.start, told.period.stop, bound, as_decimal(number.value),
        told.context or ("witness" if vocabulary.has("witness") else ""), as_of=told.period.as_of,
    )  # fmt: skip
    yield base
    if number.high is not None:
        yield replace(base, value=as_decimal(number.high))


def _money(text: str, number: Number) -> str:
    after, before = _currencies()
    tail = text[number.stop : number.stop + 16].lstrip(" ")
    head = text[max(0, number.start - 6) : number.start].rstrip(" ")
    for sign, code in before:
        if head.endswith(sign):
            return code
    return next((code for sign, code in after if tail.startswith(sign) and len(sign) > 0), "")


@cache
def _currencies() -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    after: dict[str, str] = {}
    before: dict[str, str] = {}
    for _, document in lexicon.documents("money"):
        after.update(document.get("currency", {}).get("after", {}))
        before.update(document.get("currency", {}).get("before", {}))
    longest = [tuple(sorted(t.items(), key=lambda pair: (-len(pair[0]), pair[0]))) for t in (after, before)]
    return longest[0], longest[1]


def _earlier_value(vocabulary: Vocabulary, number: Number) -> str:
    """The story of a value that only says from where a count has grown: "up from 47 in 2021", 从27起增至34起."""
    text = vocabulary.text
    before = text[max(0, number.start - _NEAR) : number.start].rstrip(" ")
    behind = text[number.stop : number.stop + _CHANGE_REACH]
    changed = before.endswith(cue_words("change_before")) and has_sign(behind, "change_between")
    return "earlier: before" if changed or vocabulary.ends_with("earlier_value", before) else ""


def _bound(vocabulary: Vocabulary, number: Number) -> str:
    text = vocabulary.text
    near = max(0, number.start - _NEAR)
    clause = max(near, *(text.rfind(mark, near, number.start) + 1 for mark in ",，、"))
    before = text[clause : number.start].rstrip(" 还有")
    most, least = (vocabulary.longest_end(concept, before) for concept in ("bound_at_most", "bound_at_least"))
    if (
        most > least
    ):  # "no more than", but not "no fewer than": the contract has no word for it, and this is no lower bound
        return "about"
    if number.more or least or text.startswith((*_AFTER_BOUND, "-odd", "-plus"), number.stop):
        return "at_least"
    behind = text[number.stop : number.stop + 4]
    if vocabulary.ends_with("bound_about", before) or "左右" in behind or number.high is not None:
        return "about"
    return "exact"


def _overlaps(number: Number, taken: Sequence[tuple[int, int]], places: Sequence[Place]) -> bool:
    spans = [*taken, *((p.start, p.stop) for p in places)]
    return any(start < number.stop and number.start < stop for start, stop in spans)


def _settle(drafts: list[Draft], main_day: tuple[str, str]) -> list[Draft]:
    """Give the main story's undated totals its days, and keep the fullest of what is said twice."""
    dated = []
    for draft in drafts:
        bare = not draft.context and not draft.place and not draft.period_start and draft.quantity in PERSONS
        same = any(d.quantity == draft.quantity and d.period_start == main_day[0] and not d.context for d in drafts)
        fill = bare and main_day[0] and same
        dated.append(replace(draft, period_start=main_day[0], period_end=main_day[1]) if fill else draft)
    kept: list[Draft] = []
    for draft in dated:
        twin = next((k for k in kept if _is_same(k, draft)), None)
        if twin is None:
            kept.append(draft)
        elif _fullness(draft) > _fullness(twin):
            kept[kept.index(twin)] = draft
    return sorted(kept, key=lambda d: (d.start, d.stop, d.quantity, d.value))


def _is_same(left: Draft, right: Draft) -> bool:
    if (left.quantity, left.value, left.bound, left.unit, left.context) != (
        right.quantity, right.value, right.bound, right.unit, right.context,
    ):  # fmt: skip
        return False
    pairs = ((left.status, right.status), (left.place, right.place), (left.period_start, right.period_start))
    return all(a == b or not a or not b for a, b in pairs)


def _is_retold(headline: Draft, body: Sequence[Draft]) -> bool:
    """Whether the body counts what a headline counts: it says more exactly what was done ("found" above, "rescued")."""
    return headline.quantity in PERSONS and any(
        one.value == headline.value and one.quantity in PERSONS and one.context == headline.context for one in body
    )


def _fullness(draft: Draft) -> int:
    return sum(bool(cell) for cell in (draft.status, draft.place, draft.period_start, draft.period_end))


def is_part_of(outer: str, inner: str) -> bool:
    """Whether place ``inner`` lies in ``outer``; "" is the whole."""
    return outer == "" or contains(outer, inner)


__all__ = ["Draft", "Read", "is_part_of", "read_public_figures", "read_report", "terms"]

"""Where a figure may belong that its own words do not place: what sentence, story and report told before."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ringtrace.statement.counted import Count
from ringtrace.statement.cues import Setting, between, cue_words, found, has, has_sign, step, window, words
from ringtrace.statement.stories import Told
from ringtrace.statement.trail import Report, Trail, first_level, is_national
from ringtrace.text.places.gazetteer import Place

_WHOLE = re.compile(
    r"\bof (?:the|those|these|its|all(?: the)?) ([0-9][0-9,]*)\b"
    r"|(?:这|上述|该)?(?<![0-9])([0-9]+)[名人]?[^，。；]{0,8}中[，,有]"
)
MANY = 3
_PROVINCE = 2
"""Digits of a code that name its province."""
LIST = re.compile(r" ?(?:[、,，/和与及]|and|or|,? and)? ?(?:(?:the )?(?:province|city|county)s?,?(?: and)? ?)?")


@dataclass(frozen=True, slots=True)
class Scene:
    """A sentence with its counts, and what is known of places beyond it."""

    told: Told
    counted: Sequence[Count]
    places: Sequence[Place]
    report: Report
    trail: Trail

    def setting(self, index: int) -> Setting:
        text = self.told.vocabulary.text
        script = "han" if max(text, default="") > "\u2e80" else "latin"
        return Setting(self.told.vocabulary, [count.number for count in self.counted], index, self.places, script)


def carried_places(scene: Scene, count: Count, placed: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Places told elsewhere: by the sentence's counts before, the story, the report."""
    trail, report = scene.trail, scene.report
    yield "as the count before", placed[-1] if placed else ""
    yield "as the sentence before", trail.sentence
    yield "as the last count", trail.last
    yield "as the first place", trail.first
    yield "as the paragraph opened", trail.opening
    yield "as the paragraph is labelled", trail.label
    yield "as told before the paragraph", trail.before
    yield "of the report", report.only
    yield "most named", report.most
    yield "of its level", _of_level(scene)
    yield "of the issuer", report.frame.issuer
    yield "of the headline", report.frame.headed
    yield "of the dateline", report.frame.dated
    yield "of the signature", report.frame.signed
    if report.only:
        yield "of the report's province", first_level(report.only)
    match = _WHOLE.search(scene.told.vocabulary.text)
    if match is not None:
        value = (match[1] or match[2]).replace(",", "")
        yield "as its whole", trail.wholes.get((count.quantity, value), "")


def told_before(scene: Scene, count: Count) -> Iterator[tuple[str, str]]:
    """Where the story placed this very count before, "" for nowhere."""
    key = count.quantity, str(count.number.value)
    if key in scene.trail.wholes and count.number.value >= _RETOLD:
        yield "as the same count told", scene.trail.wholes[key]


_RETOLD = 4
"""Smaller counts are told twice by chance."""


def listed_behind(setting: Setting, places: Sequence[Place]) -> list[Place]:
    """The enumeration of places that stands first behind the number: "84 people in Sichuan, Guizhou and Chongqing"."""
    behind = [place for place in places if place.start >= setting.number.stop]
    last = 0
    while last + 1 < len(behind) and LIST.fullmatch(setting.text, behind[last].stop, behind[last + 1].start):
        last += 1
    return behind[: last + 1]


def each_place(scene: Scene, index: int) -> tuple[str, ...]:
    """The places that a count holds for one by one: "two each in A and B", A、B各抓获2名; () where it does not."""
    setting = scene.setting(index)
    near, stop = window(scene.places, setting.number.start), setting.number.stop
    before, behind = list_before(setting, near), listed_behind(setting, near)
    held: Sequence[Place] = ()
    if _is_each(setting.text[stop : stop + _EACH_REACH]):
        held = behind if behind and behind[0].start - stop <= _EACH_REACH else before
    elif _leads_each(setting):
        held = before
    return tuple(place.code for place in held) if len(held) > 1 else ()


_EACH_REACH, _EACH_BEFORE = 40, 24


def _unbroken(head: str) -> str:
    """What stands before a number behind the last mark or number."""
    at = max((at for at, char in enumerate(head) if char in ",.;，。；" or char.isdigit()), default=-1)
    return head[at:] if at >= 0 else head


def _leads_each(setting: Setting) -> bool:
    """Whether "each" before a number parts it among places: "A and B each arrested 3", A、B各抓获3名.

    Not where it tells of all of a kind (各级公安机关, 各地), of a sum of them (各省共) or of persons ("each aged 30").
    """
    head = _unbroken(setting.text[max(0, setting.number.start - _EACH_BEFORE) : setting.number.start])
    term = next((term for term in cue_words("each_before") if term in head), "")
    if not term:
        return False
    if not term.isascii():
        return not has_sign(head, "each_not")
    begins = setting.number.start - len(head) + head.rfind(term) + len(term)
    verbs = (verb for verb in window(setting.vocabulary.statuses, begins) if begins <= verb.start)
    return has(head[head.rfind(term) + len(term) :], "each_verb") or any(
        verb.stop <= setting.number.start for verb in verbs
    )


def _is_each(tail: str) -> bool:
    """Whether "each" behind a number parts it among places: "two each", "two suspects each in A and B".

    Not where another noun or number follows: "6 children and gave each family 500"."""
    ends = next((at for at, char in enumerate(tail) if char in ",.;，。；、" or char.isdigit()), len(tail))
    for term in found(tail[:ends], "each_behind"):
        rest = tail[tail.find(term) + len(term) : ends].lstrip(" ")
        if rest.startswith(cue_words("each_where")) or (not rest and not tail[ends : ends + 1].isdigit()):
            return True
    return False


def list_before(setting: Setting, places: Sequence[Place]) -> list[Place]:
    """The enumeration of places that stands last before the number: 河北、山东、四川; "Beijing and Jiangsu"."""
    before = [place for place in places if place.stop <= setting.number.start]
    first = len(before) - 1
    while first > 0 and LIST.fullmatch(setting.text, before[first - 1].stop, before[first].start):
        first -= 1
    return before[max(0, first) :]


def speaks_of_country(scene: Scene) -> bool:
    """Whether a sentence that names no place speaks of the whole country: no place told elsewhere holds for it."""
    vocabulary = scene.told.vocabulary
    return not scene.places and (is_national(vocabulary) or vocabulary.has("country"))


def in_order(scene: Scene, index: int) -> str:
    """The place of a count that is told in the order of a list: 四川、重庆分别抓获83名、27名; "... respectively"."""
    vocabulary, number = scene.told.vocabulary, scene.counted[index].number
    start = max(vocabulary.text.rfind(mark, 0, number.start) for mark in ";；") + 1
    stop = min((at for mark in ";；" if (at := vocabulary.text.find(mark, number.stop)) >= 0), default=None)
    at = vocabulary.find_concept("distributed", start, stop)
    if at < 0:
        return ""
    han = not vocabulary.text[at].isascii()
    within = range(start, stop if stop is not None else len(vocabulary.text) + 1)
    told = [
        n
        for n, count in enumerate(scene.counted)
        if count.number.start in within
        and (count.number.start >= at) == han
        and not vocabulary.longest_end("total", vocabulary.text[: count.number.start].rstrip())
    ]
    if index not in told:
        return ""
    first = scene.counted[told[0]].number.start
    before = [place for place in scene.places if start <= place.start and place.stop <= first]
    begin = len(before) - 1
    while begin > 0 and LIST.fullmatch(vocabulary.text, before[begin - 1].stop, before[begin].start):
        begin -= 1
    listed = before[max(0, begin) :]
    return listed[told.index(index)].code if len(listed) == len(told) > 1 else ""


def _of_level(scene: Scene) -> str:
    """The place that "the province", 全市 or 我县 means: the one of that level that was told last."""
    vocabulary, trail, frame = scene.told.vocabulary, scene.trail, scene.report.frame
    for level, digits in (("county", 6), ("city", 4), ("province", 2)):
        if vocabulary.has(f"level_{level}"):
            told = (
                trail.sentence,
                trail.before,
                trail.latest,
                frame.signed,
                frame.issuer,
                frame.headed,
                scene.report.most,
            )
            for code in told:
                if digits == _PROVINCE and "-" in code:
                    return code
                if code.isdigit() and code[digits - 2 : digits] != "00":
                    return code[:digits].ljust(6, "0")
    return ""


def since_last(scene: Scene, setting: Setting, index: int) -> Iterator[str]:
    """What stands between a count and the one before it."""
    start, stop = scene.counted[index - 1].number.stop, scene.counted[index].number.start
    if start <= stop:
        yield from between(setting, start, stop)
        yield f"words={step(words(setting.text[start:stop]))}"
        yield f"places={min(sum(start <= p.start and p.stop <= stop for p in window(scene.places, stop)), MANY)}"

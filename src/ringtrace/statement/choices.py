"""What a number of a report may count: every noun near it with every status near it, and nothing at all.

Each choice comes with the cues that speak for or against it; ``counting`` weighs them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ringtrace.statement.counted import Memory
from ringtrace.statement.cues import (
    Setting,
    around,
    between,
    both_scripts,
    classifier,
    cue_words,
    has,
    step,
    window,
    words,
)
from ringtrace.statement.vocabulary import CHILD_STATUS, PERSONS, SUSPECT_STATUS, Term, fits
from ringtrace.statement.weighing import Cues

_NOUN_REACH = 14
_VERB_REACH = 26
"""Words between a number and a noun or verb that may belong to it."""
_STATED = PERSONS | {"families"}
_PERSONS_BACK, _STATUSES_BACK = 4, 3
_SHARED = frozenset({
    "copula", "part", "among", "of the", "whole of those behind", "whole of those before", "part of a sum",
    "part of a told sum", "apposition", "> is mark", "in brackets", "of a change",
})  # fmt: skip
"""What of a number's surroundings bears on whether its status is that told before."""


@dataclass(frozen=True, slots=True)
class Source:
    """A noun or a status that a choice takes. start, stop: its code points (start = stop where it is implied)."""

    kind: str
    start: int
    stop: int
    cues: tuple[str, ...]
    copied: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """quantity: "" for a number that counts nothing. cues: everything that speaks for or against."""

    quantity: str
    status: str
    noun: tuple[int, int]
    cues: Cues
    retold: bool = False

    @property
    def told(self) -> tuple[str, str]:
        return self.quantity, self.status


def choices(setting: Setting, memory: Memory) -> Iterator[Choice]:
    """Yield the choices of one number, nothing first; the same quantity and status may come from several sources."""
    values = [value for _, _, value in memory.persons]
    near = around(setting, values, begun=bool(memory.persons))
    told = memory.heard | {quantity for quantity, _, _ in memory.persons}
    nouns, statuses = list(_nouns(setting, memory, near)), list(_statuses(setting, memory, near))
    yield Choice("", "", (setting.number.stop, setting.number.stop), (_nothing(setting, nouns, near),))
    whole = {(q, s) for q, s, v in memory.persons if v == setting.number.value} if "of the" in near else set()
    for noun in nouns:
        for status in statuses:
            quantity = resolve(noun.kind, status.kind, told)
            if quantity and may_have(quantity, status.kind) and (not whole or (quantity, status.kind) in whole):
                pair = _together(setting, memory, noun, status)
                told_so = _remembered(setting, memory, quantity, status.kind, near)
                cues = (noun.cues, status.cues, (*pair, *told_so))
                yield Choice(quantity, status.kind, (noun.start, noun.stop), cues, retold=bool(whole))


def may_have(quantity: str, status: str) -> bool:
    """Whether a count of ``quantity`` is told with this status, or rightly with none."""
    return not status or ((quantity in _STATED or status == "solved") and fits(quantity, status))


def resolve(kind: str, status: str, told: set[str]) -> str:
    """Return whom a noun counts, "" for nobody: "people" are suspects when arrested and children when rescued.

    told: the quantities of persons counted before; the rescued are children where the story is about children."""
    if kind in {"members", "women"} and status in SUSPECT_STATUS:
        return "suspects"
    if kind == "adults":
        return "suspects" if status in SUSPECT_STATUS else ""
    if kind != "persons":
        return kind
    if status in SUSPECT_STATUS:
        return "suspects"
    if status in CHILD_STATUS:
        return "children" if "children" in told else "victims"
    return "officers" if status == "deployed" else ""


def _nothing(setting: Setting, nouns: Sequence[Source], near: Sequence[str]) -> tuple[str, ...]:
    close = any(not n.copied and n.start >= setting.number.stop and n.stop > n.start for n in nouns)
    cues = ["nothing", "nothing, noun behind" if close else "nothing, no noun behind"]
    return both_scripts(setting, [*cues, *(f"nothing {cue}" for cue in near)])


def _nearest(setting: Setting, terms: Sequence[Term]) -> list[Term]:
    """The terms nearest to the number, in order of place; none that overlaps with it."""
    number = setting.number
    return [t for t in window(terms, number.start) if t.start >= number.stop or t.stop <= number.start]


def _nouns(setting: Setting, memory: Memory, near: Sequence[str]) -> Iterator[Source]:
    text, number, own = setting.text, setting.number, classifier(setting)
    nouns, statuses = _nearest(setting, setting.vocabulary.nouns), _nearest(setting, setting.vocabulary.statuses)
    for noun in nouns:
        behind = noun.start >= number.stop
        start, stop = (number.stop, noun.start) if behind else (noun.stop, number.start)
        distance = words(text[start:stop])
        if distance > _NOUN_REACH:
            continue
        side = f"noun {'behind' if behind else 'before'}"
        others = sum(start <= other.start and other.stop <= stop for other in nouns)
        verbs = sum(start <= verb.start and verb.stop <= stop for verb in statuses)
        cues = [f"{side} {cue}" for cue in between(setting, start, stop)]
        cues += [
            f"{side} words={step(distance)}", f"{side} nouns={min(others, 3)}", f"{side} verbs={min(verbs, 2)}",
            f"{side} {noun.kind}",
        ]  # fmt: skip
        following = next((other for other in nouns if other.start >= noun.stop), None)
        if behind and following is not None and words(text[noun.stop : following.start]) <= 1:
            cues.append("noun before a noun")
        if text[noun.stop : noun.stop + 1] == "-":
            cues.append("noun hyphen")
        if "item" in near and not behind:
            cues.append("noun of the label" if ":" in text[noun.stop : number.start] else "noun within the item")
        if own:
            counted = "persons" if noun.kind in PERSONS or noun.kind == "members" else noun.kind
            cues.append(f"classifier {own[-1]} {counted}")
        if noun.kind == "persons" and noun.stop - noun.start == 1:
            cues.append("noun of one sign")
        yield Source(noun.kind, noun.start, noun.stop, both_scripts(setting, cues))
    yield from _implied(setting, memory, own, near)


def _implied(setting: Setting, memory: Memory, own: str, near: Sequence[str]) -> Iterator[Source]:
    """Nouns that are not named: what a classifier counts, persons, and those told before."""
    stop = setting.number.stop
    if setting.text.startswith("-province", stop):  # "a 27-province raid"
        yield Source("provinces", stop, stop + len("-province"), both_scripts(setting, ["noun hyphen province"]))
    if own in cue_words("classifier_person"):
        only = both_scripts(setting, [f"only classifier {own[-1]}", *(f"persons {cue}" for cue in near)])
        yield Source("persons", stop, stop + len(own), only)
    if own in cue_words("classifier_case"):
        yield Source("cases", stop, stop + len(own), both_scripts(setting, ["only classifier of cases"]))
    yield Source("persons", stop, stop, both_scripts(setting, ["no noun", *(f"no noun {cue}" for cue in near)]))
    if memory.topic is not None and memory.topic[0]:
        asked = both_scripts(setting, list(_asked(setting, memory, near)))
        yield Source(memory.topic[0], stop, stop, asked, copied=True)
    seen: set[str] = set()
    for back, (quantity, _, _) in enumerate(reversed(memory.persons[-_PERSONS_BACK:])):
        if quantity not in seen:
            seen.add(quantity)
            cues = ["as told", f"as told, {back} back", f"as told {quantity}", *(f"as told {cue}" for cue in near)]
            yield Source(quantity, stop, stop, both_scripts(setting, cues), copied=True)


def _asked(setting: Setting, memory: Memory, near: Sequence[str]) -> Iterator[str]:
    """How a number stands to the question or label before it."""
    if memory.topic is None:
        return
    how = "asked" if memory.topic[2] else "labelled"
    here = "here" if memory.since_topic == 0 else f"since={step(memory.since_topic)}"
    yield from (f"as {how}", f"as {how}, {here}", f"as {how}, {'first' if not memory.now else 'later'}")
    yield from (f"as {how}, {cue}" for cue in _bareness(setting, memory))
    yield from (f"as {how}, {cue}" for cue in near if cue.startswith(("> is", "< is", "part", "of the", "item")))


def _bareness(setting: Setting, memory: Memory) -> Iterator[str]:
    """How little an answer says itself: "A: 18." """
    own = setting.vocabulary
    named = "noun" if own.nouns else "no noun"
    said = "status" if own.statuses else "no status"
    yield f"own {named}, {said}"
    if memory.since_topic == 1 and not memory.now and words(setting.text[: setting.number.start]) <= _OPENING_WORDS:
        yield "opens the answer"
        yield f"opens the answer, own {named}, {said}"


_OPENING_WORDS = 4
"""Words at most before a number that answers at once: "A: As of noon, 58"."""


def _statuses(setting: Setting, memory: Memory, near: Sequence[str]) -> Iterator[Source]:
    text, number = setting.text, setting.number
    shared = [cue for cue in near if cue in _SHARED]
    none = ["no status", *(f"no status, {cue}" for cue in shared)]
    yield Source("", number.stop, number.stop, both_scripts(setting, none))
    verbs = _nearest(setting, setting.vocabulary.statuses)
    for verb in verbs:
        behind = verb.start >= number.stop
        start, stop = (number.stop, verb.start) if behind else (verb.stop, number.start)
        distance = words(text[start:stop])
        if distance > _VERB_REACH:
            continue
        side = f"verb {'behind' if behind else 'before'}"
        others = sum(start <= v.start and v.stop <= stop and v.kind != verb.kind for v in verbs)
        cues = [f"{side} {cue}" for cue in between(setting, start, stop)]
        cues += [f"{side} words={step(distance)}", f"{side} verbs={min(others, 2)}", f"{side} {verb.kind}"]
        cues += [f"{side} {form}" for form in _forms(setting, verb)]
        yield Source(verb.kind, verb.start, verb.stop, both_scripts(setting, cues))
    if memory.topic is not None and memory.topic[1]:
        cues = [f"status {cue}" for cue in _asked(setting, memory, near)]
        yield Source(memory.topic[1], number.stop, number.stop, both_scripts(setting, cues), copied=True)
    placed = "behind a place" in near
    for back, (_, status, _) in enumerate(reversed(memory.persons[-_STATUSES_BACK:])):
        if status:
            cues = ["status as told", f"status as told, {back} back", f"status as told {status}"]
            cues += ["status as told, behind a place"] if placed else []
            cues += [f"status as told, {cue}" for cue in shared]
            yield Source(status, number.stop, number.stop, both_scripts(setting, cues), copied=True)


def _forms(setting: Setting, verb: Term) -> Iterator[str]:
    """Which form a status verb has: passive, perfect, negated, a participle's ending, of a relative clause."""
    if setting.text[verb.start].isascii():
        yield from _latin_forms(setting.text, verb)
    else:
        yield from _han_forms(setting.text, verb)


def _han_forms(text: str, verb: Term) -> Iterator[str]:
    sign = text[max(0, verb.start - 2) : verb.start]
    if sign.endswith(cue_words("passive_before")):
        yield "passive"
    if sign.endswith(cue_words("perfect_before")):
        yield "perfect"
    if text.startswith("的", verb.stop):
        yield "attribute"
    if any(term in text[max(0, verb.start - _DENIED_BEFORE) : verb.start] for term in cue_words("negation")):
        yield "negated"


_DENIED_BEFORE = 5


def _latin_forms(text: str, verb: Term) -> Iterator[str]:
    lead = text[max(0, verb.start - 24) : verb.start].split()[-3:]
    if any(word in cue_words("negation") for word in lead):
        yield "negated"
    if any(word in cue_words("passive_before") for word in lead):
        yield "passive"
    elif any(word in cue_words("perfect_before") for word in lead[-2:]):
        yield "perfect"
    if any(word in cue_words("relative") for word in lead):
        yield "relative"
    if lead[-1:] in (["to"], ["those"]):
        yield "infinitive" if lead[-1] == "to" else "of those"
    if text[verb.start : verb.stop].split(maxsplit=1)[0].endswith("ing"):
        yield "gerund"
    if text[verb.stop : verb.stop + 1] == "-":
        yield "hyphen"
    if text[verb.stop : verb.stop + 1] in {"", ",", ".", ";"}:
        yield "final"


def _together(setting: Setting, memory: Memory, noun: Source, status: Source) -> Iterator[str]:
    """How the noun and the verb of a choice stand to each other."""
    quantity = f"{noun.kind}:{status.kind}"
    yield from (quantity, f"{noun.kind} {'with' if status.kind else 'without'} status")
    if noun.copied and status.copied:
        yield "both as told"
        if any(cue.startswith("as asked") or cue.startswith("as labelled") for cue in noun.cues) and any(
            cue.startswith("status as asked") or cue.startswith("status as labelled") for cue in status.cues
        ):
            yield "both as asked"
            yield from (f"both as asked, {cue}" for cue in _bareness(setting, memory))
    if not status.kind or status.copied:
        return
    number = setting.number
    where = (
        "between" if number.stop <= status.start and status.stop <= noun.start
        else "before" if status.stop <= number.start else "behind"
    )  # fmt: skip
    side = "noun behind" if noun.start >= number.stop else "noun before"
    yield from both_scripts(setting, [f"verb {where}, {side}"])
    if status.stop == noun.stop:
        yield "noun is verb"
    elif noun.start <= status.start and status.stop <= noun.stop:
        yield "verb inside the noun"
    if where == "behind" and noun.stop > number.stop and status.start >= noun.stop:
        gap = setting.text[noun.stop : status.start]
        cues = [f"gap words={step(words(gap))}"]
        if any(char in ",;:.，；：。、()（）" for char in gap):
            cues.append("gap mark")
        if has(gap, "auxiliary"):
            cues.append("gap auxiliary")
        yield from both_scripts(setting, cues)


def _remembered(setting: Setting, memory: Memory, quantity: str, status: str, near: Sequence[str]) -> Iterator[str]:
    """Whether the story has told this very count, or its place in the sentence is that of the sentence before."""
    value = setting.number.value
    same = [(q, s) for q, s, v in memory.persons if v == value]
    if (quantity, status) in same:
        yield "same count told"
        yield from (f"same count told, {cue}" for cue in ("of the", "the") if cue in near)
    elif same and "of the" in near:
        yield "another count told"
    nth = len(memory.now)
    for back in (1, 2):
        if nth >= back and memory.now[-back] == (quantity, status):
            yield f"as {back} before in the sentence"
            yield f"as {back} before in the sentence, {'placed' if setting.places else 'unplaced'}"
    if len(memory.last) > 1 and nth < len(memory.last) and memory.last[nth] == (quantity, status):
        yield "parallel"
        yield f"parallel {min(nth, 2)}"
        if setting.places:
            yield "parallel, placed"

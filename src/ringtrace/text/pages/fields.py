"""Fields of adverts: a label and its value, however the page sets them (dl, table, "label: value")."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache, partial

from ringtrace.text import lexicon
from ringtrace.text.pages.html import BLOCK, Element
from ringtrace.text.pages.look import decode_units
from ringtrace.text.pages.page import Sheet

_LABEL_UNITS = 80
_VALUE_CHARS = 400
_SHORT = 200
"""Units of a text run whose label is remembered: the pages of a site say the same in many places."""
_ROWS = frozenset(("li", "tr", "dl", "ul", "table", "p"))
_EDGE = " \t\n\u00a0\u3000:：*[]【】"


@dataclass(frozen=True, slots=True)
class Field:
    """concepts: price, contact, name, time, place, about, body, other. value: "" when there is none.

    set_off: the label has an element of its own, or a class names the value: not just a text line.
    in_run: label and value stand in one text run.
    """

    event: int
    concepts: frozenset[str]
    label: str
    value: str
    element: Element
    set_off: bool
    in_run: bool = False

    @property
    def tells(self) -> bool:
        """Whether the field says something of its own: a sum, a number or handle, a place, a trait.

        Who placed the advert and when have columns of their own; views and numbers of adverts say nothing.
        """
        digits = sum(char.isdigit() for char in self.value)
        handle = self.value.isascii() and len(self.value) >= 5 and not any(char.isspace() for char in self.value)
        return (
            bool(self.concepts & {"place", "about", "body"} and self.value)
            or ("price" in self.concepts and (digits > 0 or any(char.isnumeric() for char in self.value)))
            or ("contact" in self.concepts and (digits >= 5 or "@" in self.value or handle))
        )


@cache
def _labels() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for concept, terms in lexicon.load("page_listing").items():
        for term in terms:
            found.setdefault(term.lower(), set()).add(concept)
    return {label: frozenset(concepts) for label, concepts in found.items()}


def find_fields(sheet: Sheet) -> list[Field]:
    """Return the fields of a page in document order; value text is folded to one line."""
    return sheet.once("fields", _find_fields)


def _find_fields(sheet: Sheet) -> list[Field]:
    page = sheet.page
    found = [field for field in map(partial(_by_class, sheet), page.elements) if field]
    charset = page.charset if page.width == 1 else ""
    for _, (event, start, stop, holder) in sheet.all_shown:
        if holder is not None and stop - start <= 4 * _VALUE_CHARS:
            raw = page.units[start:stop]
            told = _label_of_short(raw, charset) if len(raw) <= _SHORT else _label_of(raw, charset)
            field = _in_run(sheet, event, holder, told) if told else None
            if field:
                found.append(field)
    found.sort(key=lambda field: field.event)
    return found


_Told = tuple[str, frozenset[str], bool, str]
"""A run's label, the concepts that it names, whether a colon stands behind it, and what follows that."""


def _label_of(raw: str, charset: str) -> _Told | None:
    """Return what a text run that is a label, or begins with one before a colon, says; None for any other."""
    text = decode_units(raw, charset).strip()
    if not text:
        return None
    head, colon, value = text.partition("：") if "：" in text[:16] else text.partition(":")
    label = head.strip(_EDGE).replace(" ", "").replace("\u3000", "") if not head.isascii() else head.strip(_EDGE)
    concepts = _labels().get(label.lower())
    if concepts is None or (not colon and len(raw) > _LABEL_UNITS):
        return None
    return label, concepts, bool(colon), value


_label_of_short = lru_cache(maxsize=16_384)(_label_of)


def _in_run(sheet: Sheet, at: int, holder: Element, told: _Told) -> Field | None:
    """Return the field of a text run that has a label."""
    label, concepts, colon, value = told
    if value.strip(_EDGE):
        return Field(
            at,
            concepts,
            label,
            " ".join(value.split()),
            holder,
            holder.tag in ("li", "dd", "td", "span", "p", "dt"),
            True,
        )
    following = _value_after(sheet, holder, at)
    if following is None and not colon:
        return None
    cell = holder if holder.tag in ("dt", "th", "td") else holder.parent
    set_off = colon or (cell is not None and cell.tag in ("dt", "th", "td"))
    return Field(at, concepts, label, following or "", holder, set_off) if set_off else None


def _value_after(sheet: Sheet, holder: Element, at: int) -> str | None:
    """Return the text that follows a label: in its own parent, or in the next element beside it."""
    page = sheet.page
    for _ in range(3):
        rest = page.events[at + 1 : holder.last_event]
        words = [page.units[e[0] : e[1]] for e in rest[:24] if type(e) is tuple]
        joined = " ".join("".join(words).split())
        if joined:
            return " ".join(page.decode_units(joined[: 4 * _VALUE_CHARS]).split())[:_VALUE_CHARS].strip(_EDGE)
        after = page.elements[holder.last] if holder.last < len(page.elements) else None
        if after is not None and after.parent is holder.parent and sheet.size(after) <= 4 * _VALUE_CHARS:
            text = sheet.text(after)
            if text:
                return text.strip(_EDGE)
        if holder.parent is None or holder.tag in ("td", "dt", "th", "tr", "li", "dl"):
            return None
        at, holder = holder.last_event - 1, holder.parent
    return None


def _by_class(sheet: Sheet, element: Element) -> Field | None:
    """A value whose class or itemprop says what it is."""
    concept = element.look.value
    if not concept or not sheet.size(element):
        return None
    value = sheet.text(element)
    if not value or len(value) > 120:
        return None
    return Field(element.first_event, frozenset((concept,)), "", value, element, True)


def row_of(sheet: Sheet, field: Field, until: int) -> tuple[int, int]:
    """Return the half-open range of events that a field takes: its label and the first text after it.

    until: the event at which the next field or the advert ends it.
    """
    page = sheet.page
    if not field.label:
        return field.event, min(field.element.last_event, until)
    if field.in_run or "body" in field.concepts:
        return field.event, field.event + 1
    seen = False
    for at in range(field.event + 1, min(until, field.event + 64)):
        event = page.events[at]
        if type(event) is tuple:
            seen = seen or bool(page.units[event[0] : event[1]].strip())
        elif type(event) is int:
            if page.elements[event].tag in (BLOCK if seen else _ROWS):
                return field.event, at + 1
        elif seen and (event.tag == "br" or event.tag in BLOCK):  # type: ignore[union-attr]
            return field.event, at
    return field.event, min(until, field.event + 64)


def value_of(fields: list[Field], concept: str) -> str:
    """Return the first value of a concept, "" when there is none."""
    return next((field.value for field in fields if concept in field.concepts and field.value), "")

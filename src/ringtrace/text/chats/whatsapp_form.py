"""In which form the headers of a WhatsApp export are written, and in which order its dates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from ringtrace.text.chats.rows import Stretch, cut_stretch
from ringtrace.text.chats.whatsapp_header import (
    COMMON,
    Header,
    common_name,
    family_of,
    header_at,
    headers_from,
    numbers_of,
)
from ringtrace.text.dates.order import DateOrder, OrderName, prove_order
from ringtrace.text.encoding import Charset
from ringtrace.text.lines import has_plain_lines

_FIRST_YEAR = 2009  # WhatsApp's first release


@dataclass(slots=True)
class Form:
    """One form of headers in a file: how many, where the first one starts, the dates one after the other."""

    family: tuple[str, str]
    start: int
    count: int = 0
    american: bool = False
    dates: list[tuple[int, int, int]] = field(default_factory=list)

    def add(self, date: tuple[int, int, int], half: str, count: int = 1) -> None:
        """Count headers that follow each other with one date."""
        self.count += count
        self.american |= half != "" and half.isascii()
        if self.dates[-1:] != [date]:
            self.dates.append(date)


def main_form(data: bytes, charset: Charset) -> Form | None:
    """Return the form of this export's headers: the first one, unless it hardly occurs again.

    Lines of another form are chat excerpts that somebody pasted into a message.
    """
    forms: dict[tuple[str, str], Form] = {}
    for header, count in _dated(data, charset):
        forms.setdefault(header.family, Form(header.family, header.start)).add(header.date, header.half, count)
    first = next(iter(forms.values()), None)
    if first is None or first.count * 10 >= sum(form.count for form in forms.values()):
        return first
    return max(forms.values(), key=lambda form: (form.count, form.family))


def _dated(data: bytes, charset: Charset) -> Iterator[tuple[Header, int]]:
    """Yield (header, how many follow each other with its form, date and half of the day, itself included)."""
    if charset.name != "utf-8" or not has_plain_lines(charset):
        yield from ((header, 1) for header in headers_from(data, charset, charset.bom))
        return
    at, size = charset.bom, len(data)
    while at < size:
        stretch = cut_stretch(data, COMMON, at, size)
        yield from _dated_within(data, charset, stretch)
        at = stretch.stop


def _dated_within(data: bytes, charset: Charset, stretch: Stretch) -> Iterator[tuple[Header, int]]:
    """The same of one stretch; of no common form each line is looked at, else the first of a row."""
    _, openings, _, _, dates, marks, _, halves, closings, names = stretch.fields
    odd = {name for name in set(names) if name is None or not common_name(name)}
    row = 0
    looks = zip(openings, dates, marks, halves, closings, map(odd.__contains__, names), strict=True)
    for (opening, date, mark, half, closing, is_odd), group in groupby(looks):
        count = sum(1 for _ in group)
        family = None if is_odd else family_of(opening, mark, closing)
        if family is None or date is None:
            for start in stretch.starts[row : row + count]:
                if (header := header_at(data, charset, start)) is not None:
                    yield header, 1
        else:
            first, second, third = numbers_of(date)
            told = half.decode() if half else ""
            yield Header(stretch.starts[row], 0, family, (first, second, third), (0, 0, 0), told, "", ""), count
        row += count


def date_order(form: Form) -> DateOrder:
    preferred: OrderName = "mdy" if form.american and form.family[1] == "/" else "dmy"
    return prove_order(form.dates, preferred, _FIRST_YEAR)

"""A statement's pages as text, HTML and PDF; the internal HTML opens every figure down to its records."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from html import escape
from importlib import resources

import jinja2

from ringtrace.statement.wording import Page


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One record behind a figure, as the internal statement shows it."""

    id: str
    date: str
    subject: str
    status: str
    place: str
    source: str


def text_page(page: Page) -> str:
    """Return the page as plain text, columns aligned for a terminal's double-width characters."""
    lines = [page.title, "", *page.marks, "", *(f"- {cell.text}" for cell in page.lines)]
    if page.rows:
        table = [page.columns, *((place, *(cell.text for cell in cells)) for place, cells in page.rows)]
        widths = [max(_width(row[at]) for row in table) for at in range(len(page.columns))]
        lines += [
            "",
            page.table_head,
            *("  ".join(_padded(c, w) for c, w in zip(row, widths, strict=True)).rstrip() for row in table),
        ]
    lines += ["", *page.notes] if page.notes else []
    lines += ["", page.public_head, *(f"- {sentence}" for sentence in page.public)] if page.public else []
    return "\n".join(lines) + "\n"


def html_pages(pages: Sequence[Page]) -> str:
    """Return one HTML document with the page of every language; no script, nothing fetched."""
    return _template().render(pages=pages, internal=False, records="")


def internal_html(pages: Sequence[Page], behind: Mapping[str, Sequence[str]], records: Iterable[RecordLine]) -> str:
    """Return the pages with every figure linked to its records. behind: figure id -> record ids."""
    shown = {cell.figure for page in pages for cell in page.lines if cell.figure}
    shown |= {cell.figure for page in pages for _, cells in page.rows for cell in cells if cell.figure}
    number: dict[str, int] = {}
    rows = []
    for at, record in enumerate(records, 1):
        number[record.id] = at
        told = "\t".join((record.id, record.date, record.subject, record.status, record.place, _flat(record.source)))
        cells = escape(told).replace("\t", "</td><td>")
        rows.append(f'<tr id="r{at}"><td>{at}</td><td>{cells}</td></tr>')
    parts = [_figure_links(figure, behind.get(figure, ()), number) for figure in sorted(shown)]
    head = "".join(f"<th>{name}</th>" for name in ("#", "record", "date", "subject", "status", "place", "source"))
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    body = f"<h2>Records</h2>{''.join(parts)}{table}"
    return _template().render(pages=pages, internal=True, records=body)


def _figure_links(figure: str, records: Sequence[str], number: Mapping[str, int]) -> str:
    links = " ".join(f'<a href="#r{number[key]}">{number[key]}</a>' for key in records if key in number)
    name = escape(figure)
    return f'<details id="{name}"><summary>{name}: {len(records)}</summary>{links}</details>'


def pdf_pages(pages: Sequence[Page]) -> bytes:
    """Return the pages as PDF. Equal pages give equal bytes where the same fonts are installed."""
    import typst

    source = (resources.files("ringtrace.statement") / "statement.typ").read_bytes()
    data = json.dumps([asdict(page) for page in pages], ensure_ascii=False)
    made: bytes = typst.compile(source, sys_inputs={"pages": data})
    return made


_CHINESE = ("Noto Serif CJK SC", "Source Han Serif SC", "Noto Sans CJK SC", "SimSun")
"""Fonts that ``statement.typ`` asks for, in its order."""


@cache
def has_chinese_font() -> bool:
    """Whether this machine has a font to print Chinese in the PDF."""
    import typst

    return not {font.family for font in typst.Fonts().fonts()}.isdisjoint(_CHINESE)


@cache
def _template() -> jinja2.Template:
    loader = jinja2.PackageLoader("ringtrace", "statement")
    return jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True).get_template(
        "statement.html.j2"
    )


def _flat(text: str) -> str:
    return " ".join(text.split())


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))

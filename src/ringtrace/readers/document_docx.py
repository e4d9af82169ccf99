"""Text documents (docx): their words handed back as ``text.txt``, notes, comments and struck-out words apart.

A document keeps each change of type as a run of its own, so a span counts in the words as they were put together,
not in the file; that is what the member's name says. Macros and fields are not run, nothing that is linked is opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ringtrace.model.post import Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Remark, Span, Structure
from ringtrace.text.office.parts import is_office
from ringtrace.text.office.words import DocumentWords
from ringtrace.text.packing.zip_members import read_members

NAME = "Text document (docx)"
VERSION = "1"
PLATFORM = ""
PRODUCERS = "docx of Word, WPS, LibreOffice, and of exporters that write documents"
KNOWN_GAPS = (
    "spans count in the words as put together, not in the file; targets of links, charts and forms are not read"
)

_PART = re.compile(r"word/(document|footnotes|endnotes|comments|header|footer)([0-9]{0,9})\.xml")
"""Parts with words; a writer may number each of them, and some call the document itself ``document2.xml``."""


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is a text document: a zip with the parts of one."""
    return 0.97 if is_office(head, b"word/") and not is_office(head, b"xl/workbook") else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member | Remark]:
    """Yield the words of the document, then pictures; raises MalformedError without a zip's directory."""
    for item in read_members(source):
        if not isinstance(item, Member):
            yield item
        elif path := _path(item.path):
            yield from _words(source, item, path)
        elif item.path.endswith((".xml", ".rels", ".bin")):
            yield Structure(Span(source.evidence, source.member, item.start, item.stop), "part of the document")
        else:
            yield item


def _path(part: str) -> str:
    """Return under which name a part's words are told, "" for a part without words."""
    match = _PART.fullmatch(part)
    return f"{'text' if match[1] == 'document' else match[1]}{match[2]}.txt" if match else ""


def _words(source: Source, part: Member, path: str) -> Iterator[Gap | Structure | Member]:
    span = Span(source.evidence, source.member, part.start, part.stop)
    found = DocumentWords(part.data)
    said = {path: found.text, f"struck out in {path}": found.deleted}
    for name, text in said.items():
        if text.strip():
            content = text.encode("utf-8", "replace")
            yield Member(name, content, part.start, part.stop, media_type="text/plain", charset="utf-8")
    if found.fault:
        yield Gap(span, f"{part.path}: {found.fault}")
    elif not any(text.strip() for text in said.values()):
        yield Structure(span, "part without words")

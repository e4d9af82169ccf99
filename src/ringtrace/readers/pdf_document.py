"""PDF with text: each page handed back as a member ``page N.txt``, its words in UTF-8.

The words of a page stand scattered and packed in the file, so a span counts in the page's text as pypdf
lays it out, not in the file itself; that is what the member's name says. Nothing in the file is run:
no scripts, no actions, no embedded files are opened; pictures are not read.
"""

from __future__ import annotations

import io
import logging
import struct
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ringtrace.errors import MalformedError
from ringtrace.model.post import Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Remark, Span, Structure

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

NAME = "PDF with text"
VERSION = "1"
PLATFORM = ""
PRODUCERS = "PDF 1.0 to 2.0 of any program, also encrypted without a password"
KNOWN_GAPS = "spans count in the text of a page, not in the file; scanned pages, forms and attached files are not read"

_MOST_PAGES = 10_000
_FAULTS = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, RecursionError, OverflowError,
    ZeroDivisionError, NotImplementedError, OSError, EOFError, struct.error, zlib.error,
)  # fmt: skip


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is a PDF: by its mark within the first kilobyte."""
    return 0.97 if head.startswith(b"%PDF-") else 0.8 if b"%PDF-" in head[:1024] else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member | Remark]:
    """Yield the text of every page; raises MalformedError when the file cannot be opened."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    faults = (*_FAULTS, PyPdfError)
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    whole = Span(source.evidence, source.member, 0, len(source.data))
    try:
        document = PdfReader(io.BytesIO(source.data), strict=False)
        if document.is_encrypted and not document.decrypt(""):
            raise MalformedError(source.name, "PDF is encrypted: open it with its password, print it to a new PDF")
        count = len(document.pages)
    except faults as error:
        raise MalformedError(
            source.name, f"PDF cannot be opened: {type(error).__name__}: {str(error)[:200]}"
        ) from error
    yield Structure(whole, "PDF objects")
    silent: list[int] = []
    room = source.limits.total_bytes
    for number in range(min(count, _MOST_PAGES)):
        text, problem = _text(document, number, faults)
        if problem:
            yield Remark(whole, f"PDF page {number + 1} was not read: {problem}")
        data = text.encode("utf-8", "replace")[: min(room, source.limits.member_bytes)]
        room -= len(data)
        if text.strip():
            yield Member(
                f"page {number + 1}.txt", data, whole.start, whole.stop, media_type="text/plain", charset="utf-8"
            )
        elif not problem:
            silent.append(number + 1)
    if silent:
        said = ", ".join(map(str, silent[:20])) + (" ..." if len(silent) > 20 else "")
        yield Remark(whole, f"PDF pages without text (scanned, or pictures alone), to be looked at by a person: {said}")
    if count > _MOST_PAGES:
        yield Gap(whole, f"PDF of more than {_MOST_PAGES} pages: the rest is not read")


def _text(document: PdfReader, number: int, faults: tuple[type[Exception], ...]) -> tuple[str, str]:
    """Return (text of a page, why it could not be read or "")."""
    try:
        page: PageObject = document.pages[number]
        return page.extract_text() or "", ""
    except faults as error:
        return "", f"{type(error).__name__}: {str(error)[:200]}"

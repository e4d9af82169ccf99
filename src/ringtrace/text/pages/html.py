"""HTML as evidence: a linear-time tokenizer and a light tree whose offsets are the file's own bytes.

The page is not decoded before it is cut: every charset that web pages use keeps ``<``, ``>``, ``&``,
quotes and white space out of its multi-byte characters, so the bytes are looked at one unit a byte
(UTF-16: one unit for two bytes) and each text run is decoded by itself, see ``html_layout``. An
offset in units is therefore ``base + width * offset`` in bytes, without any map.

Broken markup is read as browsers read it, within budgets: implied end tags, stray end tags, quotes
that never close, comments that never end. Nothing recurses; all scans move forward.
"""

from __future__ import annotations

from ringtrace.text.pages.builder import MAX_DEPTH, Builder
from ringtrace.text.pages.tags import BLOCK
from ringtrace.text.pages.tree import Element, Page, Text

__all__ = ["BLOCK", "MAX_DEPTH", "Element", "Page", "Text", "parse"]


def parse(data: bytes, charset: str) -> Page:
    """Return the page that the bytes are, read in the charset to its end or to where ``Page.cut`` says."""
    page = Page(data, charset)
    Builder(page).build()
    return page

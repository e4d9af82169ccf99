"""Text that other programs may run or refuse: cells of spreadsheets, characters of XML."""

from __future__ import annotations

import re

_FORMULA = tuple("=+-@\t\r\n＝＋－＠'")
"""What spreadsheets read as the beginning of a formula (OWASP, CSV injection), and the mark that stops them."""
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold (production 2)."""


def safe_cell(text: str) -> str:
    """Return ``text`` so that no spreadsheet takes it for a formula: an apostrophe before what could begin one."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def plain_cell(cell: str) -> str:
    """Return the text that ``safe_cell`` made ``cell`` of."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def xml_text(text: str) -> str:
    """Return ``text`` with what XML 1.0 cannot hold replaced by U+FFFD, and escaped for content and attributes."""
    clean = _NOT_XML.sub("\ufffd", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return clean.replace('"', "&quot;").replace("\n", "&#10;").replace("\r", "&#13;").replace("\t", "&#9;")

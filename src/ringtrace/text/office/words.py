"""The words of a text document (docx): paragraphs as lines, cells parted by tabs, struck-out words apart."""

from __future__ import annotations

from collections.abc import Mapping

from ringtrace.text.office.parts import walk

_UNSEEN = frozenset(("Fallback", "pPr", "rPr", "sectPr", "tblPr", "instrText"))
"""Elements in which no words stand, or once more those of the element before."""


class DocumentWords:
    """What one part says. text: as it stands; deleted: what tracked changes struck out; fault: "" or why it ended."""

    def __init__(self, data: bytes) -> None:
        self._out: list[str] = []
        self._deleted: list[str] = []
        self._inside: list[str] = []
        self._unseen = self._cells = 0
        self.fault = walk(data, self._opened, self._closed, self._said)
        self.text, self.deleted = "".join(self._out).strip("\n"), "".join(self._deleted).strip("\n")

    def _opened(self, tag: str, _named: Mapping[str, str]) -> None:
        self._inside.append(tag)
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "tc":
            self._cells += 1
        elif not self._unseen and tag in ("tab", "ptab"):
            self._out.append("\t")
        elif not self._unseen and tag in ("br", "cr"):
            self._out.append("\n")

    def _closed(self, tag: str) -> None:
        self._inside.pop()
        if tag in _UNSEEN:
            self._unseen -= 1
        elif tag == "tc":
            self._cells -= 1
            while self._out and self._out[-1] == " ":
                self._out.pop()
            self._out.append("\t")
        elif tag == "tr":
            while self._out and self._out[-1] == "\t":
                self._out.pop()
            self._out.append("\n")
        elif tag == "p" and not self._unseen:
            self._out.append(" " if self._cells else "\n")
            if self._deleted and self._deleted[-1] != "\n":
                self._deleted.append("\n")

    def _said(self, text: str) -> None:
        last = self._inside[-1] if self._inside else ""
        if not self._unseen and last == "t":
            self._out.append(text)
        elif not self._unseen and last == "delText":
            self._deleted.append(text)

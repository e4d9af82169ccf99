"""Readers: one file per kind of evidence, found by scan.

A reader module defines
    NAME: str            a short name in words ("Telegram Desktop JSON")
    VERSION: str         raised when its output changes
    PLATFORM: str        what its posts come from, or "" when that differs
    def sniff(head: bytes, name: str) -> float
        0..1 how sure it is, from the first 64 KiB and the evidence name; order-free
    def read(source: Source) -> Iterator[Post | Gap | Structure | Member]
        streaming; raises EvidenceError only when nothing at all can be read

Bytes are accounted: together the spans of what it yields cover the source. Bytes that it leaves
out become a Gap of the pipeline ("no reader accounted for these bytes"). A container format
yields ``Member``s, which are sniffed and read in turn, plus Structure for its own bytes.
"""

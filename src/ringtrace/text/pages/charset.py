"""Which charset a page is in: byte order mark, transport, ``<meta>``, and whether the bytes agree.

A label is a claim, not a fact: pages say utf-8 and hold GB18030, servers add iso-8859-1 to
everything. So a label counts only if the bytes decode under it, and Chinese bytes under a western
label are read as what they are.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

_META = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,400}?(?:charset|encoding)\s{0,8}=\s{0,8}[\"']?\s{0,8}([A-Za-z0-9_:.-]{2,40})", re.I
)
_HEAD = 4096
_SAMPLE = 262_144
_STRETCH = 65_536
_MOSTLY = 0.8
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# The WHATWG Encoding Standard maps these labels to one decoder each; Python's names differ.
_CHINESE = {"gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "gb18030": "gb18030", "hz": "gb18030"}
_SINGLE_BYTE = frozenset(("ascii", "iso8859-1", "cp1252", "latin-1", "iso8859-15"))
_SAFE = frozenset(
    ("utf-8", "gb18030", "big5hkscs", "cp950", "euc_jp", "cp932", "euc_kr", "cp949", "cp1252", "utf-16-le", "utf-16-be")
)
_THREE_BYTES = re.compile(rb"[\xe0-\xef][\x80-\xbf][\x80-\xbf]")
# Lead and trail bytes of the frequent characters: GB2312 level 1 with its punctuation, Big5 level 1 with its own.
_GB_COMMON = re.compile(rb"[\xa1-\xa3\xb0-\xd7][\xa1-\xfe]")
_BIG5_COMMON = re.compile(rb"[\xa4-\xc6][\x40-\x7e\xa1-\xfe]|[\xa1-\xa3][\x40-\x7e\xa1-\xfe]")
_DOUBLE = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")


def choose_charset(data: bytes, transport: str = "") -> str:
    """Return a charset that Python knows and that ``html.Page`` can cut (see its docstring).

    transport: what the HTTP header said, "" when unknown. Never raises; the last resort is utf-8,
    under which undecodable bytes show as gaps.
    """
    marked = next((charset for mark, charset in _BOMS if data.startswith(mark)), "") or _wide(data[:_HEAD])
    if marked:
        return marked
    sample = bytes(data[:_SAMPLE])
    labels = [label for label in (_known(transport), _known(declared(data))) if label]
    if sample.isascii() or decodes(sample, "utf-8"):
        doubtful = labels and labels[0] != "utf-8" and not sample.isascii() and _THREE_BYTES.search(sample) is None
        return labels[0] if doubtful and decodes(sample, labels[0]) else "utf-8"
    for label in labels:
        common = {"gb18030": _GB_COMMON, "big5hkscs": _BIG5_COMMON}.get(label)
        if common and decodes(sample, label) and _share(sample, common) >= _MOSTLY:
            return label
    chinese = _likely_chinese(sample)
    for label in labels:
        if not (label in _SINGLE_BYTE and chinese) and label not in ("gb18030", "big5hkscs") and decodes(sample, label):
            return label
    if chinese:
        return chinese
    honest = [label for label in labels if label != "utf-8" and _errors(sample, label) <= _errors(sample, "utf-8")]
    return honest[0] if honest else "utf-8"


def declared(data: bytes) -> str:
    """Return the charset named by ``<meta>`` or the XML declaration in the first 4 KiB, "" when none is."""
    return _declared(data[:_HEAD])


# A page is looked at by several readers, its head first and then the whole: what its bytes alone
# tell is remembered for the last few.
@lru_cache(maxsize=8)
def _declared(head: bytes) -> str:
    match = _META.search(head)
    return match.group(1).decode("ascii") if match else ""


@lru_cache(maxsize=8)
def decodes(sample: bytes, charset: str) -> bool:
    """Whether the bytes decode strictly; a character that the end of the sample cuts is no error."""
    try:
        codecs.getincrementaldecoder(charset)("strict").decode(sample, False)
    except UnicodeDecodeError:
        return False
    return True


@lru_cache(maxsize=64)
def _known(label: str) -> str:
    """Map a label to a charset that can be cut bytewise, "" when there is none."""
    label = label.strip().strip("\"'").lower().replace("_", "-")
    if label in _CHINESE:
        return _CHINESE[label]
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return ""
    name = {
        "big5": "big5hkscs", "cp950": "big5hkscs", "gbk": "gb18030", "gb2312": "gb18030", "shift_jis": "cp932",
        "iso8859-1": "cp1252", "ascii": "cp1252", "euc_kr": "cp949", "utf-8-sig": "utf-8", "utf-16": "",
    }.get(name, name)  # fmt: skip
    return name if name in _SAFE or name.startswith(("iso8859", "cp125", "koi8")) else ""


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: ASCII markup leaves every other byte zero."""
    if len(head) < 8 or head.count(0) * 4 < len(head):
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 4 * even and head[:1] != b"\0":
        return "utf-16-le"
    return "utf-16-be" if even > 4 * odd else ""


def _likely_chinese(sample: bytes) -> str:
    """GB18030 or Big5 when the bytes look like it: mostly frequent characters, few errors."""
    pairs = len(_DOUBLE.findall(sample))
    if pairs < 2:
        return ""
    scores = []
    for charset, common in (("gb18030", _GB_COMMON), ("big5hkscs", _BIG5_COMMON)):
        wrong = _errors(sample, charset)
        if wrong * 20 <= pairs:
            scores.append((_share(sample, common), charset))
    best = max(scores, default=(0.0, ""))
    return best[1] if best[0] >= 0.5 else ""


@lru_cache(maxsize=8)
def _share(sample: bytes, common: re.Pattern[bytes]) -> float:
    """Return how many of the double bytes are frequent characters, counted over a stretch with many of them."""
    pairs = _DOUBLE.findall(sample[:_STRETCH])
    return len(common.findall(b" ".join(pairs))) / max(len(pairs), 1)


def _errors(sample: bytes, charset: str) -> int:
    return sample.decode(charset, "replace").count("\ufffd")

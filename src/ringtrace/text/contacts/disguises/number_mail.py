"""The mail address that goes with a QQ number: "qq邮箱 382916047", "邮箱就是q号@qq.com" beside the number."""

from __future__ import annotations

import re
from itertools import islice

from ringtrace.text.contacts.tables import digit_tables
from ringtrace.text.folding import Edit

HINTS = ("@扣扣", "@球球", "@企鹅", "qq.com", "qq点com", "邮箱", "qq mail", "qqmail", "q mail", "扣邮", "邮件", "@qq")
_HOUSE = re.compile(r"@(?:扣扣|球球|企鹅)(?= ?(?:\.|点) ?com)")
_CUED = re.compile(
    r"(?:qq|q|扣扣|扣|企鹅|腾讯)(?:的)?(?:电子)?(?:邮箱|邮件|mail|邮)(?:号|是|为|地址|address|is|:|[^\w@]){0,4}"
    r"([1-9]\d{4,10})(?![\d@a-z]| ?(?:at|艾特))"
)
_NAMED = re.compile(r"(?:my |我)?(?:qq|q|扣扣|扣)? ?(?:号码|号|number|no)?(?<=[q扣号rno]) ?@ ?qq ?(?:\.|点| dot ) ?com")
_ADDED = re.compile(
    r"(?:我|my )?(?:qq|q|扣扣|扣|企鹅) ?(?:号码|号|number|no)?(?:的)?(?:后面|后缀|再|直接|then)? ?"
    r"(?:加上?|接上?|带|跟|\+|plus) ?@? ?qq ?(?:\.|点| dot ) ?com"
)
_NUMBER = re.compile(r"(?:q|扣|鹅|球|号)[^\w]{0,3}(?:是|号|:|[^\w])?[^\w]{0,2}([1-9]\d{4,10})(?!\d)")


def find_edits(text: str) -> list[Edit]:
    """Return the edits that write the address out."""
    strong = text.translate(digit_tables()[0])
    edits: list[Edit] = [(m.start() + 1, m.end(), "qq") for m in islice(_HOUSE.finditer(text), 50)]
    for match in islice(_CUED.finditer(strong), 50):
        edits.append((match.start(1), match.end(1), f"{match.group(1)}@qq.com"))
    number = _NUMBER.search(strong)
    named = [*islice(_NAMED.finditer(strong), 50), *islice(_ADDED.finditer(strong), 50)] if number else []
    for match in named:
        edits.append((*match.span(), f" {number.group(1)}@qq.com"))  # type: ignore[union-attr]
    return sorted(edits)

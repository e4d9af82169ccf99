"""Values that need no cue: names with an at sign, wxid_ ids, numbers in QQ talk."""

from __future__ import annotations

import re
from itertools import islice

from ringtrace.text.contacts.bare import find_bare
from ringtrace.text.contacts.beside import is_strong
from ringtrace.text.contacts.handle_ids import read_id
from ringtrace.text.contacts.reading import Reading
from ringtrace.text.contacts.scene import ADDED_ID

_WXID = re.compile(r"(?<![a-z0-9_])wxid_[a-z0-9]{6,20}(?![a-z0-9_])")
_AT_NAME = re.compile(r"(?<![a-z_.@/+-])@([a-z][a-z0-9_]{4,31})(?![a-z0-9_@-]|\.[a-z0-9])")
_AT_SPACED = re.compile(r"(?<![a-z_.@/+-])@(?=[a-z0-9_]{1,5}[~*|/+、,;^#=&·•])")
_TAKEN = 0.5
# A value that only the case may bear out (the same handle elsewhere, behind a cue) is kept from here on.
_WORTH = 0.05
# Values of a kind that are read in one text: a budget for hostile ones.
_MOST = 1_500


def read_bare(reading: Reading) -> None:
    """Add values that need no cue: names with an at sign, wxid_ ids, numbers in QQ talk."""
    scene, view = reading.scene, reading.view
    for match in islice(_WXID.finditer(scene.text), _MOST) if "wxid_" in scene.text else ():
        if reading.taken.claim(*match.span()):
            reading.add("wechat", (match.span(),), match.group(), 0.95, "wxid")
    for match in islice(ADDED_ID.finditer(scene.text), _MOST):
        known = scene.cues_in(match.start(), match.start(1) + 1)
        value = match.group(1)
        odd = "_" in value or sum(map(str.isdigit, value)) >= 2
        if not known and odd and reading.taken.claim(*match.span(1)):
            reading.add("wechat", (match.span(1),), value, 0.55, "id behind an unknown name")
    if "@" in scene.text:
        _read_at_names(reading)
    company = any(candidate.probability >= _TAKEN for candidate in reading.found)
    last = (-1, -1)
    for bare in find_bare(scene, view, company, reading.taken):
        if bare.probability < _WORTH:
            continue
        if (bare.start, bare.stop) == last or reading.taken.claim(bare.start, bare.stop):
            last = (bare.start, bare.stop)
            reading.add(bare.kind, ((bare.start, bare.stop),), bare.value, bare.probability, bare.rule)


def _read_at_names(reading: Reading) -> None:
    scene, view = reading.scene, reading.view
    concepts = {cue.concept for cue in scene.found}
    adds = bool(concepts & {"add", "telegram", "phone"})
    for match in islice(_AT_SPACED.finditer(scene.text), _MOST):
        token = read_id(scene, match.end(), joins=False)
        if token is not None and token.rule == "cue+spaced id" and reading.taken.claim(match.start(), token.stop):
            reading.add("telegram", token.pieces, token.value, 0.85, "at sign, spaced name")
    for match in islice(_AT_NAME.finditer(scene.text), _MOST):
        if not reading.taken.claim(match.start(1), match.end()):
            continue
        leads = not scene.text[: match.start()].strip()
        if view.platform == "telegram":
            alone = leads and not scene.text[match.end() :].strip() and is_strong(match.group(1))
            probability = 0.85 if adds else 0.55 if alone else 0.4 if leads else 0.6
        else:
            named = "telegram" in concepts or is_strong(match.group(1))
            probability = 0.55 if named and not leads and view.platform != "weibo" else 0.35
        reading.add("telegram", (match.span(),), match.group(1), probability, "at sign")

"""Cues that stand together and share one value: "phone/WeChat same number", "QQ or WeChat"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ringtrace.text.contacts.handle_ids import SPACED
from ringtrace.text.contacts.scene import Cue, Scene

PLATFORMS = frozenset(
    ["wechat", "qq", "telegram", "phone", "whatsapp", "email", "other_app", "group_number", "not_contact", "add"]
)
_BETWEEN = re.compile(
    r"[^\w]{0,3}(?:和|与|或|或者|及|跟|也是|就是|即|是|号|我|&|and|n|or|is|号码|也|都|on|my|in|via|账号|联系|s|the|加|id|号是|通过)?[^\w]{0,3}"
)
# Where words of "same number" end their clause, what follows is another contact.
_CLAUSE_ENDS = frozenset(",;。!\n")
# What goes on behind "wx" where that is part of the id and no second cue: "WeChat wx_lin2014".
_SIGNED = re.compile(r"[_-][a-z0-9]")
# Names of QQ that are syllables of names, too: "WX qiuqiu7496".
_SYLLABLES = frozenset({"qiuqiu", "koukou"})
_SAME_PLATFORM = (
    ("wechat", re.compile("微|薇|v|wx|wechat")),
    ("qq", re.compile("q|扣|企")),
    ("phone", re.compile("手机|电|手|phone|mobile")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """Cues at ``[start, stop)``; same: they say that one number serves all; sure: no mere sound-alikes."""

    start: int
    stop: int
    kinds: frozenset[str]
    same: bool
    sure: bool


def group_cues(scene: Scene) -> list[Group]:
    """Return the groups of platform cues in order of place."""
    groups: list[Group] = []
    run: list[Cue] = []
    for cue in scene.found:
        if cue.concept not in PLATFORMS and cue.concept != "same":
            continue
        if run and _begins_id(scene, run[-1], cue):
            continue
        if run and (
            cue.start < run[-1].stop
            or _closed(scene.text, run)
            or (run[-1].concept == "same" and not _CLAUSE_ENDS.isdisjoint(scene.text[run[-1].stop : cue.start]))
            or not _BETWEEN.fullmatch(scene.text, run[-1].stop, cue.start)
        ):
            if cue.start < run[-1].stop:
                continue
            groups += _settle(scene, run)
            run = []
        run.append(cue)
    return groups + _settle(scene, run)


def _closed(text: str, run: list[Cue]) -> bool:
    """Whether the cues so far stand in brackets of their own: "(qq)", "(same on wechat)"."""
    return text[run[-1].stop : run[-1].stop + 1] == ")" and text[run[0].start - 1 : run[0].start] == "("


def _begins_id(scene: Scene, last: Cue, cue: Cue) -> bool:
    """Whether a Latin cue is only the head of an id that another cue announces: "WeChat: vx12345"."""
    text = scene.text
    following = text[cue.stop : cue.stop + 1]
    gap = text[last.stop : cue.start]
    called = last.concept == "phone" or (last.concept == "add" and not gap)  # "his number wxqing6016", 联系wxcai
    telephone = called and cue.concept in ("wechat", "telegram")
    if telephone or (last.concept in ("add", "phone") and following.isdigit() and cue.concept == "qq"):
        return False
    if text[cue.start : cue.stop] in _SYLLABLES and following.isalnum() and gap.strip(" :") == "":
        return True
    if SPACED.match(text, cue.start) and not gap.strip(" :=号是"):
        return True
    marked = text[cue.start : cue.stop] == "v" and gap.strip() in (":", "::", "=")  # "WeChat: vhrs_68661"
    signed = not gap.strip(" :=号是") and _SIGNED.match(text, cue.stop) is not None
    if cue.concept == last.concept == "wechat" and (marked or signed):
        return True
    if not text[cue.start].isascii() or not following.isascii() or not (following.isalnum() or following == "_"):
        return False
    return (
        len(gap) <= 6 and gap.strip() in ("", ":", "号:", "号", "=", "是") and (not cue.sure or bool(gap.strip(" 号")))
    )


def _settle(scene: Scene, run: list[Cue]) -> list[Group]:
    if not run:
        return []
    kinds: set[str] = set()
    same = False
    for cue in run:
        if cue.concept == "same":
            same = True
            raw = scene.text[cue.start : cue.stop]
            kinds.update(kind for kind, shown in _SAME_PLATFORM if shown.search(raw))
        else:
            kinds.add(cue.concept)
    if not kinds:
        return []
    if len(kinds) > 1:
        kinds.discard("add")
    if len(kinds) > 1 and "not_contact" in kinds:
        last = [cue.concept for cue in run if cue.concept != "same"][-1:]
        kinds = {"not_contact"} if last == ["not_contact"] else kinds - {"not_contact"}
    if "group_number" in kinds:
        kinds = {"group_number"}
    sure = any(cue.sure for cue in run if cue.concept in kinds or cue.concept == "same")
    return [Group(run[0].start, run[-1].stop, frozenset(kinds), same, sure)]

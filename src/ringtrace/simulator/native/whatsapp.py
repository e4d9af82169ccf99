"""WhatsApp's text export: Android and iOS, in several locales, with the marks that the app writes."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from ringtrace.simulator.play import Exhibit, Laid, Play, Scene, Window, addressed, local
from ringtrace.simulator.script import Line

PLATFORMS = frozenset({"whatsapp"})

_LRM = "\u200e"
_NARROW = "\u202f"


@dataclass(frozen=True, slots=True)
class _Style:
    """How one phone writes. head: from the time; ios: bracketed, with marks before app words."""

    name: str
    head: Callable[[datetime], str]
    ios: bool
    words: str


_WORDS = {
    "en": {
        "sealed": "Messages and calls are end-to-end encrypted. No one outside of this chat, not even WhatsApp, "
        "can read or listen to them. Tap to learn more.",
        "made": '{who} created group "{group}"', "joined": "{who} joined using this group's invite link",
        "media": "<Media omitted>", "image": "image omitted", "gone": "This message was deleted", "left": "{who} left",
        "file": "WhatsApp Chat with {group}.txt",
    },
    "zh": {
        "sealed": "消息和通话都进行端到端加密。对话之外的任何人，甚至包括 WhatsApp 都无法读取或收听。点击了解更多。",
        "made": "{who}创建了群组“{group}”", "joined": "{who}使用此群组的邀请链接加入", "media": "<省略多媒体文件>",
        "image": "忽略图片", "gone": "此消息已删除", "left": "{who}已离开", "file": "与{group}的 WhatsApp 聊天.txt",
    },
    "de": {
        "sealed": "Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt. Niemand außerhalb dieses Chats kann sie "
        "lesen oder anhören, nicht einmal WhatsApp. Tippe, um mehr zu erfahren.",
        "made": "{who} hat die Gruppe „{group}“ erstellt", "joined": "{who} ist dieser Gruppe über den Einladungslink "
        "beigetreten", "media": "<Medien ausgeschlossen>", "image": "Bild weggelassen",
        "gone": "Diese Nachricht wurde gelöscht.", "left": "{who} hat die Gruppe verlassen",
        "file": "WhatsApp Chat mit {group}.txt",
    },
}  # fmt: skip


def _twelve(at: datetime, space: str = " ", seconds: bool = False) -> str:
    tail = at.strftime(":%M:%S" if seconds else ":%M")
    return f"{at.hour % 12 or 12}{tail}{space}{'AM' if at.hour < 12 else 'PM'}"


def _halves(at: datetime, seconds: bool = False) -> str:
    tail = at.strftime(":%M:%S" if seconds else ":%M")
    return f"{'上午' if at.hour < 12 else '下午'}{at.hour % 12 or 12}{tail}"


_STYLES = (
    _Style("android-gb", lambda t: f"{t:%d/%m/%Y, %H:%M} - ", False, "en"),
    _Style("android-us", lambda t: f"{t.month}/{t.day}/{t:%y}, {_twelve(t, _NARROW)} - ", False, "en"),
    _Style("android-zh", lambda t: f"{t.year}/{t.month}/{t.day} {_halves(t)} - ", False, "zh"),
    _Style("ios-gb", lambda t: f"[{t:%d/%m/%Y, %H:%M:%S}] ", True, "en"),
    _Style("ios-us", lambda t: f"[{t.month}/{t.day}/{t:%y}, {_twelve(t, _NARROW, True)}] ", True, "en"),
    _Style("ios-zh", lambda t: f"[{t.year}/{t.month}/{t.day} {_halves(t, True)}] ", True, "zh"),
    _Style("android-de", lambda t: f"{t:%d.%m.%y, %H:%M} - ", False, "de"),
    _Style("android-us-old", lambda t: f"{t.month}/{t.day}/{t:%y}, {_twelve(t)} - ", False, "en"),
    _Style("android-zh-24", lambda t: f"{t:%Y/%m/%d}, {t:%H:%M} - ", False, "zh"),
)


def lay(play: Play) -> Iterator[Exhibit]:
    """One export of each window; observers have phones of different makes and locales."""
    dice = play.rng("whatsapp")
    for index, scene in enumerate(play.on(PLATFORMS)):
        fitting = [style for style in _STYLES if style.words != "zh"] if scene.language == "en" else list(_STYLES)
        for window in scene.windows:
            style = fitting[(index * 4 + window.observer * 3 + play.seed) % len(fitting)]
            data, laid = _export(play, scene, window, style, dice)
            group = scene.place.name
            file = "_chat.txt" if style.ios else _WORDS[style.words]["file"].format(group=group)
            yield Exhibit(f"whatsapp/{group}-{window.observer}/{file}", data, tuple(laid))


def _export(play: Play, scene: Scene, window: Window, style: _Style, dice: random.Random) -> tuple[bytes, list[Laid]]:
    words = _WORDS[style.words]
    lines = window.lines(scene.lines)
    mark = _LRM if style.ios else ""
    first = style.head(local(lines[0].at - 60))
    who = play.account(lines[0]).name
    group = scene.place.name
    opening = f"{group}: {mark}" if style.ios else ""
    out = [f"{first}{opening}{words['sealed']}", f"{first}{opening}{words['made'].format(who=who, group=group)}"]
    laid: list[Laid] = []
    seen: set[str] = set()
    removed = sorted((line for line in scene.removed.values() if window.start <= line.at < window.stop), key=_order)
    for line in sorted([*lines, *removed], key=_order):
        name = play.account(line).name
        head = style.head(local(line.at + window.offset // 60 * 60))
        if line.account not in seen and dice.random() < 0.2:
            out.append(f"{mark and _LRM}{head}{opening}{words['joined'].format(who=name)}")
        seen.add(line.account)
        if line.key in scene.removed:
            out.append(f"{mark}{head}{name}: {mark}{words['gone']}")
            continue
        if line.system:
            continue
        said = addressed(play, line, "@\u2068{name}\u2069 ", share=0.5)
        out.append(f"{head}{name}: {said.text}")
        laid.append(said)
        if dice.random() < 0.025:
            media = f"{mark}{head}{name}: {mark}{words['image']}" if style.ios else f"{head}{name}: {words['media']}"
            out.append(media)
    end = "\r\n" if style.ios else "\n"
    return (end.join(out) + end).encode(), laid


def _order(line: Line) -> tuple[int, str]:
    return line.at, line.key

"""The PC client's text export of a group: UTF-8 with BOM, or GB18030 as older versions wrote."""

from __future__ import annotations

import random
from collections.abc import Iterator

from ringtrace.simulator.play import Exhibit, Laid, Play, Scene, Window, addressed, local, number

PLATFORMS = frozenset({"qq"})

_RULE = "=" * 64
_HEAD = "消息记录（此消息记录为文本格式，不支持重新导入）"


def lay(play: Play) -> Iterator[Exhibit]:
    """One .txt for each export; every third one in GB18030 without a mark."""
    dice = play.rng("qq")
    for index, scene in enumerate(play.on(PLATFORMS)):
        for window in scene.windows:
            text, laid = _export(play, scene, window, dice)
            coded = text.encode("gb18030") if (index + window.observer) % 3 == 2 else b"\xef\xbb\xbf" + text.encode()
            name = f"qq/{scene.place.name}({number(scene.place.key, digits=9)})"
            yield Exhibit(f"{name}{f'-{window.observer}' if window.observer else ''}.txt", coded, tuple(laid))


def _export(play: Play, scene: Scene, window: Window, dice: random.Random) -> tuple[str, list[Laid]]:
    parts = [_HEAD, "", _RULE, "消息分组:我的QQ群", _RULE, f"消息对象:{scene.place.name}", _RULE, ""]
    laid: list[Laid] = []
    seen: set[str] = set()
    for line in window.lines(scene.lines):
        account = play.account(line)
        stamp = _stamp(line.at + window.offset)
        if line.account not in seen and dice.random() < 0.15:
            parts += [f"{stamp} 系统消息(10000)", f"{account.name}({account.native}) 加入本群。", ""]
        seen.add(line.account)
        if line.system:
            continue
        said = addressed(play, line, "@{name} ")
        parts += [f"{stamp} {account.name}({account.native})", said.text, ""]
        laid.append(said)
        if dice.random() < 0.02:
            parts += [f"{_stamp(line.at + window.offset + dice.randint(1, 50))} {account.name}({account.native})",
                      dice.choice(("[图片]", "[表情]", "[图片][图片]")), ""]  # fmt: skip
    return "".join(part.replace("\n", "\r\n") + "\r\n" for part in parts), laid


def _stamp(at: int) -> str:
    """``2013-10-02 9:14:03``: the client writes hours without a leading zero."""
    moment = local(at)
    return f"{moment:%Y-%m-%d} {moment.hour}:{moment:%M:%S}"

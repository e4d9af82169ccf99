"""Telegram Desktop's machine-readable export: one chat, or an account's full export."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from ringtrace.simulator.play import Exhibit, Laid, Play, Scene, Window, local, number
from ringtrace.simulator.script import Account, Line

PLATFORMS = frozenset({"telegram"})

_ENTITY = re.compile(r"https?://[!-~]+|@[A-Za-z][A-Za-z0-9_]{4,31}|(?<![0-9])1[0-9]{10}(?![0-9])|#[A-Za-z]{3,20}")
_ABOUT = (
    "Here is the data you requested. Remember: Telegram is ad free, it doesn't use your data for ad targeting "
    "and doesn't sell it to others."
)


def lay(play: Play) -> Iterator[Exhibit]:
    """Most groups as single exports; every fifth export goes into one full export of an account."""
    dice = play.rng("telegram")
    chats, chat_laid = [], []
    for index, scene in enumerate(play.on(PLATFORMS)):
        for window in scene.windows:
            chat, laid = _chat(play, scene, window, dice)
            if index % 5 == 3 and window is scene.windows[-1]:
                chats.append(chat)
                chat_laid.extend(laid)
                continue
            day = local(window.stop).strftime("%Y-%m-%d")
            name = f"telegram/ChatExport_{day}_{chat['id']}_{window.observer}/result.json"
            yield Exhibit(name, _dump(chat), tuple(laid))
    if chats:
        yield Exhibit("telegram/DataExport_2014-02-21/result.json", _dump(_full(chats, dice)), tuple(chat_laid))


def _chat(play: Play, scene: Scene, window: Window, dice: random.Random) -> tuple[dict[str, Any], list[Laid]]:
    place = scene.place
    ids = {line.key: 5 + 2 * at for at, line in enumerate(scene.lines)}
    lines = window.lines(scene.lines)
    founder = play.accounts[place.operators[0]] if place.operators else play.account(lines[0])
    messages: list[dict[str, Any]] = [_service(1, window.start, founder, "create_group", title=place.name, members=[])]
    laid = []
    seen = {founder.key}
    for line in lines:
        account = play.account(line)
        if line.account not in seen:
            seen.add(line.account)
            if dice.random() < 0.3:
                at = line.at - dice.randint(5, 900)
                messages.append(_service(ids[line.key] - 1, at, account, "join_group_by_link", inviter=founder.name))
        if line.system:
            continue
        messages.append(_message(play, line, account, ids, dice))
        laid.append(Laid(line.key, line.text))
        if dice.random() < 0.012:
            messages.append(_media(ids[line.key] + 1, line.at + dice.randint(1, 40), account, dice))
    messages.sort(key=lambda message: int(message["id"]))
    kind = "public_supergroup" if number(place.key, digits=2) % 3 == 0 else "private_supergroup"
    return {"name": place.name, "type": kind, "id": number(place.key, digits=10), "messages": messages}, laid


def _stamp(identifier: int, kind: str, at: int) -> dict[str, Any]:
    return {"id": identifier, "type": kind, "date": local(at).strftime("%Y-%m-%dT%H:%M:%S"), "date_unixtime": str(at)}


def _service(identifier: int, at: int, actor: Account, action: str, **more: object) -> dict[str, Any]:
    head = _stamp(identifier, "service", at)
    who = {"actor": actor.name, "actor_id": _from_id(actor), "action": action}
    return {**head, **who, **more, "text": "", "text_entities": []}


def _message(play: Play, line: Line, account: Account, ids: dict[str, int], dice: random.Random) -> dict[str, Any]:
    message = _stamp(ids[line.key], "message", line.at)
    if dice.random() < 0.02:
        edited = line.at + dice.randint(20, 4000)
        message["edited"] = local(edited).strftime("%Y-%m-%dT%H:%M:%S")
        message["edited_unixtime"] = str(edited)
    message["from"] = account.name
    message["from_id"] = _from_id(account)
    if line.reply_to:
        target = play.lines.get(line.reply_to)
        if target is not None and target.place == line.place:
            message["reply_to_message_id"] = ids.get(line.reply_to, ids[line.key] - 3)
    message["text"], message["text_entities"] = _entities(line.text)
    return message


def _media(identifier: int, at: int, account: Account, dice: random.Random) -> dict[str, Any]:
    message = _stamp(identifier, "message", at)
    message |= {"from": account.name, "from_id": _from_id(account)}
    missing = "(File not included. Change data exporting settings to download.)"
    if dice.random() < 0.5:
        message |= {"photo": missing, "width": 960, "height": 1280}
    else:
        message |= {"file": missing, "thumbnail": missing, "media_type": "sticker", "sticker_emoji": "😊"}
        message |= {"width": 512, "height": 512}
    return {**message, "text": "", "text_entities": []}


def _from_id(account: Account) -> str:
    return f"user{account.native}" if account.native.isdigit() else account.native


def _entities(text: str) -> tuple[str | list[Any], list[dict[str, str]]]:
    """Return Telegram's two forms of one text: mixed list (or plain string), and entity list."""
    mixed: list[Any] = []
    entities: list[dict[str, str]] = []
    at = 0
    for match in _ENTITY.finditer(text):
        if match.start() > at:
            mixed.append(text[at : match.start()])
            entities.append({"type": "plain", "text": text[at : match.start()]})
        first = match.group()[0]
        kind = {"h": "link", "@": "mention", "#": "hashtag"}.get(first, "phone")
        mixed.append({"type": kind, "text": match.group()})
        entities.append({"type": kind, "text": match.group()})
        at = match.end()
    if not entities:
        return text, [{"type": "plain", "text": text}] if text else []
    if at < len(text):
        mixed.append(text[at:])
        entities.append({"type": "plain", "text": text[at:]})
    return mixed, entities


def _full(chats: list[dict[str, Any]], dice: random.Random) -> dict[str, Any]:
    owner = dice.randint(10**8, 10**9)
    return {
        "about": _ABOUT,
        "personal_information": {"user_id": owner, "first_name": "Zhang", "last_name": "", "bio": ""},
        "contacts": {"about": "If you allow access, contacts are continuously synced with Telegram.", "list": []},
        "chats": {"about": "This page lists all chats from this export.", "list": chats},
        "left_chats": {"about": "This page lists all supergroups and channels that you've left.", "list": []},
    }


def _dump(value: dict[str, Any]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1)

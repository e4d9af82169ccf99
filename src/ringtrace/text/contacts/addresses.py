"""E-mail addresses, web addresses and Telegram links in a scene, with dots and at signs in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from ringtrace.text.contacts.scene import LONGEST_CUE, Scene

_PLAIN = (
    r"\s?(?:\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)|\{dot\}|<dot>|"
    r"\(点\)|\[点\]|【点】|【dot】|「dot」|-dot-|\*dot\*)\s?|\s{1,2}dot\s{1,2}|\s?点\s?|。"
)
_DOT = rf"(?:\.|{_PLAIN})"
_DOT_MAIL = rf"(?:\s?\.\s?|{_PLAIN}|\s?[,、·•]\s?)"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"\s{{0,2}}[\])}}>]?\s{{0,2}}([a-z0-9-]{{1,61}}(?:{_DOT_MAIL}[a-z0-9-]{{1,61}}){{1,5}})")
_LOCAL = re.compile(
    rf"(?<![a-z0-9_+%-])((?:[a-z0-9_+%-]{{1,64}}+{_DOT}){{0,3}}[a-z0-9_+%-]{{1,64}}+)\s{{0,2}}[\[({{<]?\s{{0,2}}$"
)
_HOST = rf"{_LABEL}(?:{_DOT}{_LABEL}){{1,8}}"
_UNUSUAL = r"，。；、（）()】」』》《\u2190-\u2bff\u4e00-\u9fff\ufe0f\U0001f000-\U0001faff"
_REST = rf"[^\s<>\"'{_UNUSUAL}]"
_PORT_PATH = (
    rf"(?::\d{{2,5}})?(?:(?:\s?(?:斜杠|slash)\s?|[/?#])(?:{_REST}|\([^\s<>\"'()，。；、（）]{{0,200}}\)){{0,2000}})?"
)
# Behind a scheme a host may be any name, also of other scripts (label by label) and with somebody's name before it.
_NAME = r"[a-z0-9_](?:[a-z0-9_-]{0,62})"
_ANY_HOST = (
    rf"(?:{_NAME}|[^\x00-\x7f\s，。；：、！？]{{1,30}}(?:{_NAME})?)(?:{_DOT}{_NAME}|\.[^\x00-\x7f\W]{{1,30}}){{1,8}}"
)
_SCHEMED = re.compile(
    rf"(?:(?<![a-z])(s?ftps?|wss?)|h(?:tt|xx|\*\*|__)p(s?))\s?(?:\[:\]|:)\s?(?:/\s?/|\[//\])\s?"
    rf"((?:[a-z0-9._~%!$&'*+=:-]{{1,64}}@)?(?:{_ANY_HOST}|localhost))({_PORT_PATH})"
)
_BARE = re.compile(rf"(?<![a-z0-9@._-])({_HOST})({_PORT_PATH})")
_SLASH = r"\s?(?:/|斜杠|slash)\s?"
_TELEGRAM = re.compile(
    rf"(?<![a-z0-9])(?:t|telegram){_DOT}(?:me|dog){_SLASH}(?:s/)?@?([a-z][a-z0-9_]{{3,31}})(?![a-z0-9_/])"
    r"|tg://resolve\?domain=([a-z][a-z0-9_]{3,31})"
)
_WHATSAPP = re.compile(rf"(?<![a-z0-9])(?:wa{_DOT}me/|api\.whatsapp\.com/send/?\?phone=)\+?(\d{{7,15}})(?!\d)")
_NAME_ENDS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_+%-")
_SECOND_LEVEL = frozenset({"com", "net", "org", "gov", "edu", "co", "ac"})
"""Labels under which a country registers names: "abc.com.sa"."""
_NOT_NAMES = frozenset({"joinchat", "addstickers", "share", "proxy", "socks", "setlanguage", "iv"})
_NAMED_BY = frozenset({"wechat", "telegram", "other_app", "qq", "not_contact"})
"""Behind a cue of one of these a name with a full stop in it is a handle."""
_LABEL_LEAST = 3
_TAKEN, _LISTED = 0.5, 0.6
"""How sure an address is to be taken, and a doubtful one in a text that names sites."""
# Budgets for hostile texts.
_TRIES, _MOST = 4_000, 2_000
_WIDE = frozenset("，。；：、！？（）【】《》「」“”　～")
_TRAILING = ".,;:!?()[]{}'\"*~。"


@dataclass(frozen=True, slots=True)
class Address:
    """An address at ``[start, stop)`` of the layer; kind email, url, telegram or phone."""

    start: int
    stop: int
    kind: str
    value: str
    probability: float
    rule: str


def find_addresses(scene: Scene) -> list[Address]:
    """Return addresses in order of place. A link to a Telegram name may lie inside a URL."""
    hints = [cue for cue in scene.found if cue.concept == "address"]
    found: list[Address] = []
    if hints or "@" in scene.text:
        found.extend(_emails(scene))
    if hints and "@" not in scene.text:
        found.extend(_disguised(scene))
    if hints:
        found.extend(_links(scene))
        urls = _urls(scene)
        named = [(url.start, url.stop) for url in urls if "@" in scene.text[url.start : url.stop]][:500]
        found = [a for a in found if a.kind != "email" or not any(b < a.stop and a.start < e for b, e in named)]
        mails = [(a.start, a.stop) for a in found if a.kind == "email"][:500]
        found.extend(url for url in urls if not any(low < url.stop and url.start < high for low, high in mails))
    found.sort(key=lambda address: (address.start, -address.stop, address.kind))
    return found


def _emails(scene: Scene) -> Iterator[Address]:
    text = scene.strong
    places = [(i.start(), i.end(), "@") for i in islice(re.finditer("@", scene.text), _TRIES)]
    if not places or any(cue.concept == "address" for cue in scene.found):
        for word in scene.cues.term("at_word"):
            if word != "@" and word in scene.text:
                places += [(m.start(), m.end(), word) for m in re.finditer(re.escape(word), scene.text)]
    places.sort(key=lambda place: (place[0], -place[1]))
    done = -1
    for start, stop, word in places[:_TRIES]:
        if start < done or not _ends_name(text, start):
            continue
        right = _DOMAIN.match(text, stop, stop + 200)
        base = max(0, start - 100)
        left = _LOCAL.search(text[base:start])
        if right is None or left is None:
            continue
        domain, end, dressed = _domain(right.group(1), right.start(1), scene)
        if not domain or (word.strip() == "at" and text[end : end + 1] == "/"):  # "enter at box.example/june"
            continue
        local = re.sub(_DOT, ".", left.group(1)).strip("-.")
        probability = _mail_probability(scene, word, local, domain, dressed, start)
        if local and probability:
            done = end
            rule = "e-mail address" if word == "@" and not dressed else "e-mail address in words"
            yield Address(base + left.start(1), end, "email", f"{local}@{domain}", probability, rule)


def _ends_name(text: str, start: int) -> bool:
    """Whether what stands before ``start`` may end the name of an address: most at signs call somebody."""
    before = text[max(0, start - 6) : start].rstrip()
    return bool(before) and (before[-1] in _NAME_ENDS or before[-1] in "[({<")


def _disguised(scene: Scene) -> Iterator[Address]:
    """Yield addresses whose at sign gave way to any other sign before a well-known mail host."""
    hosts = "|".join(sorted(scene.cues.mail_hosts, key=lambda host: (-len(host), host)))
    pattern = re.compile(
        rf"(?<![a-z0-9._+%-])([a-z0-9][a-z0-9._+%-]{{2,40}})\s?[^\w\s./:@,;!?<>()\[\]-]{{1,3}}\s?((?:{hosts}){_DOT}(?:com|cn|net|me|org))(?![a-z0-9])"
    )
    for match in pattern.finditer(scene.strong):
        domain = re.sub(_DOT, ".", match.group(2))
        yield Address(*match.span(), "email", f"{match.group(1)}@{domain}", 0.85, "e-mail address, other sign")


def _domain(written: str, start: int, scene: Scene) -> tuple[str, int, bool]:
    """Return (domain, stop in the layer, whether its dots were disguised); "" when it is none."""
    parts = re.split(f"({_DOT_MAIL})", written)
    labels, dots = parts[::2], parts[1::2]
    for count in range(len(labels), 1, -1):
        ending, dressed = labels[count - 1], any(dot != "." for dot in dots[: count - 1])
        known = ending in scene.cues.dressed_endings
        if known or (not dressed and ending.isalpha() and 2 <= len(ending) <= 24):
            stop = start + sum(map(len, parts[: 2 * count - 1]))
            return ".".join(labels[:count]).strip("-"), stop, dressed
        for known_ending in ("com", "cn", "net", "org"):
            if ending.startswith(known_ending) and not dressed:
                break
    return "", 0, False


def _mail_probability(scene: Scene, word: str, local: str, domain: str, dressed: bool, start: int) -> float:
    hosted = domain.split(".", maxsplit=1)[0] in scene.cues.mail_hosts
    if word == "@":
        return 0.9 if dressed else 0.97
    if word.strip() != "at":
        return 0.9
    cued = any(cue.concept == "email" for cue in scene.cues_in(start - 44, start))
    if hosted or cued:
        return 0.9
    return 0.75 if dressed or any(char in local for char in "0123456789._") else 0.3


def _links(scene: Scene) -> Iterator[Address]:
    for match in islice(_TELEGRAM.finditer(scene.text), _MOST):
        name = match.group(1) or match.group(2)
        if name not in _NOT_NAMES:
            yield Address(*match.span(), "telegram", name, 0.95, "telegram link")
    for match in islice(_WHATSAPP.finditer(scene.text), _MOST):
        yield Address(*match.span(), "phone", f"+{match.group(1)}", 0.95, "whatsapp link")


def _urls(scene: Scene) -> list[Address]:
    found: list[Address] = []
    for match in islice(_SCHEMED.finditer(scene.text), _MOST):
        stop = _end(scene, match.start(), match.start(4), match.end())
        scheme = match.group(1) or f"http{match.group(2)}"
        found.append(_address(scene, match.start(), match.end(3), match.start(4), stop, scheme, 0.97, match.start(3)))
    done, at = [(one.start, one.stop) for one in found], 0
    doubtful: list[Address] = []
    for match in islice(_BARE.finditer(scene.text), _TRIES):
        while at < len(done) and done[at][1] <= match.start():
            at += 1
        if at < len(done) and done[at][0] < match.end():
            continue
        one = _bare(scene, match)
        if one is not None:
            (found if one.probability >= _TAKEN else doubtful).append(one)
    sites = bool(found) or scene.cues.site.search(scene.text) is not None
    return [
        *found,
        *(replace(one, probability=_LISTED) if sites and _names_host(scene, one) else one for one in doubtful),
    ]


def _bare(scene: Scene, match: re.Match[str]) -> Address | None:
    host, dressed = _plain_host(match.group(1))
    if _TELEGRAM.match(scene.text, match.start()) or _WHATSAPP.match(scene.text, match.start()):
        return None
    ending = host.rsplit(".", 1)[-1]
    stop = _end(scene, match.start(), match.end(1), match.end())
    has_path = stop > match.end(1)
    if scene.text[stop : stop + 1] == "@" or host.replace(".", "").isdigit():
        return None
    if host.startswith("www.") and ending.isalpha():
        probability = 0.95
    elif ending in scene.cues.endings:
        probability = 0.8 if not dressed or "." not in match.group(1) else 0.7
    elif len(ending) == 2 and ending.isalpha() and host.split(".")[-2] in _SECOND_LEVEL and host.count(".") > 1:
        probability = 0.75
    elif ending in scene.cues.rare_endings and ending not in scene.cues.named_endings:
        probability = 0.75 if has_path and not dressed else 0.3
    elif ending in scene.cues.named_endings and not dressed:
        probability = 0.75 if has_path else 0.6 if _is_name(scene, match.start(), host) else 0.3
    else:
        return None
    return _address(scene, match.start(), match.end(1), match.end(1), stop, "http", probability, match.start(1))


def _names_host(scene: Scene, one: Address) -> bool:
    """Whether a bare name with an ending that is a word, too, is a host where the text names sites."""
    return one.rule == "web address" and _is_name(scene, one.start, one.value.partition("//")[2].partition("/")[0])


def _is_name(scene: Scene, start: int, host: str) -> bool:
    """Whether the name before an ending is a host's: three letters, no handle's, no word's."""
    label = host.split(".")[-2]
    if len(label) < _LABEL_LEAST or label.isdigit() or label in scene.cues.not_host:
        return False
    return not any(cue.concept in _NAMED_BY for cue in scene.cues_in(start - LONGEST_CUE, start))


def _plain_host(written: str) -> tuple[str, bool]:
    host = re.sub(_PLAIN, ".", written)
    return host, host != written


def _end(scene: Scene, start: int, path: int, stop: int) -> int:
    """Return where an address ends: before the wide punctuation of the original, without trailing signs."""
    text, original = scene.text, scene.layer.original
    if not original.isascii():
        for place in range(path, stop):
            if original[scene.layer.origin(place, place + 1)[0]] in _WIDE:
                stop = place
                break
    while stop > start and text[stop - 1] in _TRAILING:
        if text[stop - 1] == ")" and "(" in text[max(path, stop - 200) : stop]:
            break  # one of a pair
        stop -= 1
    return stop


def _address(
    scene: Scene, start: int, host_stop: int, rest: int, stop: int, scheme: str, probability: float, host_start: int
) -> Address:
    """Return the URL with its path in the original's own letters, host lower case, default port dropped."""
    host, dressed = _plain_host(scene.text[host_start:host_stop])
    tail = ""
    if stop > rest:
        low, high = scene.layer.origin(rest, stop)
        original = scene.layer.original[low:high]
        tail = original if len(original) == stop - rest and original.isascii() else scene.text[rest:stop]
        tail = re.sub(r"\s?(?:斜杠|slash)\s?", "/", tail)
    default = ":443" if scheme == "https" else ":80"
    if tail.startswith(default) and not tail[len(default) : len(default) + 1].isdigit():
        tail = tail[len(default) :]
    if tail.endswith("/") and tail[:-1].lstrip(":").isdigit():  # a port and a lone slash
        tail = tail[:-1]
    rule = "web address in words" if dressed else "web address"
    return Address(
        start, max(stop, host_stop), "url", f"{scheme}://{host}{'' if tail == '/' else tail}", probability, rule
    )

"""Asks a language model, if and only if a person names one, for a second opinion on posts in the review band.

Off unless the command is given. The address is this machine's own unless a person also names the other host. Every
text is redacted before it leaves: contacts, accounts, names called and digits become ``#`` of the same length, and
children whom the records know are blotted out. An answer is a suggestion: it is kept beside the analysis' decisions,
never read by an analysis, and only where the words that it quotes stand in the post.
"""

from __future__ import annotations

import ipaddress
import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from ringtrace.errors import CaseError, UsageError
from ringtrace.model.label import DIRECTIONS, FRAMES
from ringtrace.pipeline.analysis.observing import find_all
from ringtrace.pipeline.intake.custodian import Asked, log_disclosure
from ringtrace.pipeline.intake.recording import children_masker, entries_of
from ringtrace.store.analysis import read_table
from ringtrace.store.case import Case
from ringtrace.text.view import TextView

_MOST, _SECONDS, _TEXT = 1 << 16, 60.0, 2_000
"""Bytes of an answer, seconds to wait for it, code points of a post that are sent."""
_PRIVATE = re.compile(r"[0-9０-９]|[@＠]\S{1,40}|[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,253}")
_SENT_KINDS = frozenset({"money", "age", "date", "count", "sex", "place", "relation", "due"})
"""Kinds of mentions that stay readable (their digits do not); all others are contacts or accounts."""
_TASK = (
    "You read one post from a chat or a site. Contacts and digits are replaced by #. Say whether the writer offers a "
    "child, seeks one, goes between (broker), or none of these, and in which frame the post stands. Answer with one "
    'JSON object only: {"direction": one of ' + "/".join(DIRECTIONS) + ', "frame": one of ' + "/".join(FRAMES) + ", "
    '"quote": the words of the post, copied exactly, that show it}.'
)
Send = Callable[[str, bytes], bytes]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """start, stop: code points of the quoted words in the post's text."""

    post: str
    direction: str
    frame: str
    start: int
    stop: int
    model: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What was asked and what came: posts asked about, suggestions kept, answers that did not hold."""

    asked: int
    kept: tuple[Suggestion, ...]
    refused: int


def suggest(
    case: Case,
    endpoint: str,
    model: str,
    asked: Asked,
    *,
    other_host: str = "",
    most: int = 50,
    send: Send | None = None,
) -> Advice:
    """Ask ``endpoint`` (an OpenAI-compatible address up to ``/v1``) about posts in the review band, the surest first.

    What leaves is logged as disclosed before it leaves. Raises UsageError for an address that is not this machine's
    own while ``other_host`` does not name it, CaseError when nothing answers or children cannot be masked.
    """
    url = check_address(endpoint, other_host)
    entries = entries_of(case)
    mask = children_masker(case, entries)
    wanted = _in_review(case, most)
    sent = {post: text for post, said in wanted.items() if len(text := mask(redact(said))) == len(said)}
    log_disclosure(case, f"{len(sent)} redacted posts to the language model {model}", url, asked)
    kept: list[Suggestion] = []
    refused = 0
    for post, text in sent.items():
        found = read_answer((send or post_json)(url, _request(model, text)), text)
        if found is None:
            refused += 1
        else:
            kept.append(Suggestion(post, *found, model))
    with closing(case.open_ledger()) as ledger:
        for one in kept:
            ledger.record("suggestion", asked.document()["by"], asdict(one))
    return Advice(len(sent), tuple(kept), refused)


def check_address(endpoint: str, other_host: str) -> str:
    """Return the address of chat completions; raises UsageError unless it is this machine's or a person named it."""
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or parts.username:
        raise UsageError(f"{endpoint!r} is no http or https address")
    if not _is_own(host) and host != other_host:
        raise UsageError(f"{host} is not this machine; to send redacted posts there name it: --other-host {host}")
    if not _is_own(host) and parts.scheme != "https":
        raise UsageError(f"{host} is another machine: only https goes there")
    return endpoint.rstrip("/") + "/chat/completions"


def _is_own(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def redact(text: str) -> str:
    """Return ``text`` with contacts, accounts, names called and digits as ``#``, code point by code point."""
    signs = list(text)
    for candidate in find_all(TextView(text)):
        if candidate.kind not in _SENT_KINDS:
            for start, stop in candidate.pieces:
                signs[start:stop] = "#" * (stop - start)
    shown = "".join(signs)
    return _PRIVATE.sub(lambda match: "#" * len(match.group()), shown)


def read_answer(data: bytes, text: str) -> tuple[str, str, int, int] | None:
    """Return (direction, frame, start, stop) of an answer; None where it is no such, or quotes what is not there."""
    try:
        content = json.loads(data)["choices"][0]["message"]["content"]
        said = json.loads(content[content.index("{") : content.rindex("}") + 1])
        direction, frame, quote = said["direction"], said["frame"], said["quote"]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return None
    if direction not in DIRECTIONS or frame not in FRAMES or not isinstance(quote, str) or not quote.strip("# \n"):
        return None
    start = text.find(quote)
    return None if start < 0 else (direction, frame, start, start + len(quote))


def _request(model: str, text: str) -> bytes:
    messages = [{"role": "system", "content": _TASK}, {"role": "user", "content": text}]
    body = {"model": model, "messages": messages, "temperature": 0, "max_tokens": 300, "stream": False}
    return json.dumps(body, ensure_ascii=False).encode()


def _in_review(case: Case, most: int) -> dict[str, str]:
    stances = read_table(case.analysis, "stances").to_pylist()
    review = [row for row in stances if row["band"] == "review"]
    wanted = sorted(review, key=lambda row: (-row["probability"], row["post_id"]))
    posts = read_table(case.analysis, "posts")
    texts = dict(zip(posts["post_id"].to_pylist(), posts["text"].to_pylist(), strict=True))
    return {row["post_id"]: texts[row["post_id"]][:_TEXT] for row in wanted[:most]}


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirection: the person named this address and no other."""

    def redirect_request(self, *_: Any, **__: Any) -> None:  # noqa: ANN401  the signature of the base class
        return None


def post_json(url: str, body: bytes) -> bytes:
    """Send ``body`` to ``url`` and return the answer, past no proxy and no redirection; raises CaseError."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay)
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310  scheme checked
    try:
        with opener.open(request, timeout=_SECONDS) as answer:
            data: bytes = answer.read(_MOST + 1)
    except (urllib.error.URLError, OSError) as error:
        raise CaseError(f"the language model at {url} cannot be reached: {error}") from error
    if len(data) > _MOST:
        raise CaseError(f"the language model at {url} answered with more than {_MOST:,} bytes")
    return data

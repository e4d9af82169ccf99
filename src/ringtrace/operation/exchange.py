"""Four messages by which two houses learn what both hold, and nothing else: ask, answer, claim, pointers.

    ask       the asker's identifiers, blinded, and a signed sum over the evidence they stand in
    answer    the same, evaluated under a key of this round, and a tag of each identifier that the owner holds
    claim     for every tag that fits: the proof that the asker holds the identifier, so that the owner knows of the hit
    pointers  for every proof that is right: whom to call, by the owner's release level

A message is one line of JSON, a payload of bytes, and an Ed25519 signature over both. Nothing here reads a case.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ringtrace.errors import UsageError
from ringtrace.operation.oprf import POINT, evaluate, finalize, hash_to_group, hash_to_scalar, invert, multiply

Kind = Literal["ask", "answer", "claim", "pointers"]
Level = Literal["contact", "agency", "hidden"]

_MAGIC = b"ringtrace-deconfliction-1\n"
_SIGNATURE = 64
_HEADER = 64 * 1024
"""Bytes of a header line; a longer one is refused."""
TAG = 8
"""Bytes of a tag: among 100,000 x 100,000 pairs the chance of one false hit is 10**10 / 2**64, below 10**-9."""
PROOF = 16
"""Bytes of the proof, which is the part of the output after the tag: nobody guesses 128 bits."""
MOST = 1_000_000
"""Identifiers in one message, whatever a quota says."""


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """key: the sender's public key, hex. sender, recipient: names as they say. reply_to: SHA-256 of what it answers.

    evidence: of an ask, the sum over the evidence that the identifiers stand in (size and root of the custody log).
    pointers: the different answers; the payload has a byte for each proof of the claim: which of them, counted from
    1; 0 where the proof is wrong or nothing may be said.
    """

    kind: Kind
    sender: str
    recipient: str
    key: str
    number: int
    round: str = ""
    reply_to: str = ""
    evidence: str = ""
    pointers: list[str] = []


@dataclass(frozen=True, slots=True)
class Message:
    """A message whose signature is right. digest: SHA-256 of the whole, hex."""

    header: Header
    payload: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What the owner keeps of a round, with the key: proof (hex) -> identifier."""

    data: bytes
    proofs: Mapping[str, str]


def public_key(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def write_message(header: Header, payload: bytes, key: Ed25519PrivateKey) -> bytes:
    """Return the signed message; the header gets the key's public half."""
    told = _MAGIC + msgspec.json.encode(msgspec.structs.replace(header, key=public_key(key))) + b"\n" + payload
    return told + key.sign(told)


def read_message(data: bytes, kind: Kind | None = None) -> Message:
    """Return the message; raises UsageError for another kind (None: any), a wrong signature, or what is no message."""
    end = data.find(b"\n", len(_MAGIC), len(_MAGIC) + _HEADER)
    if not data.startswith(_MAGIC) or end < 0 or len(data) < end + 1 + _SIGNATURE:
        raise UsageError("this is no message of a deconfliction")
    try:
        header = msgspec.json.decode(data[len(_MAGIC) : end], type=Header)
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(header.key)).verify(data[-_SIGNATURE:], data[:-_SIGNATURE])
    except InvalidSignature as error:
        raise UsageError("the message was changed: its signature is not right") from error
    except (msgspec.MsgspecError, ValueError) as error:
        raise UsageError("the message's first line is damaged") from error
    if kind is not None and header.kind != kind:
        raise UsageError(f"this is not {_article(kind)} but {_article(header.kind)}")
    if not 0 <= header.number <= MOST:
        raise UsageError(f"{header.number:,} identifiers are more than a message may hold ({MOST:,})")
    return Message(header, data[end + 1 : -_SIGNATURE], hashlib.sha256(data).hexdigest())


def blind(seed: bytes, identifier: str) -> bytes:
    """Return the scalar that blinds an identifier; from the ask's secret seed, so that an ask can be audited."""
    return hash_to_scalar(seed + identifier.encode())


def make_ask(header: Header, identifiers: Sequence[str], seed: bytes, key: Ed25519PrivateKey) -> bytes:
    """Return the ask for ``identifiers`` (sorted, each once). seed: 32 secret bytes, new for each ask."""
    points = [multiply(blind(seed, item), hash_to_group(item.encode())) for item in identifiers]
    return write_message(header, b"".join(points), key)


def make_answer(
    ask: Message, header: Header, identifiers: Sequence[str], secret: bytes, key: Ed25519PrivateKey
) -> Answered:
    """Evaluate what was asked under the round's ``secret`` (a scalar) and add the tags of the owner's identifiers.

    Tags are sorted, so that their order tells nothing. Raises UsageError where the ask is malformed.
    """
    if len(ask.payload) != POINT * ask.header.number:
        raise UsageError(f"the ask says {ask.header.number:,} identifiers and holds {len(ask.payload)} bytes")
    try:
        points = [multiply(secret, ask.payload[at : at + POINT]) for at in range(0, len(ask.payload), POINT)]
    except ValueError as error:
        raise UsageError(f"the ask holds bytes that are {error}; nothing was answered") from error
    outputs = {item: evaluate(secret, item.encode()) for item in identifiers}
    tags = sorted(output[:TAG] for output in outputs.values())
    proofs = {output[TAG : TAG + PROOF].hex(): item for item, output in outputs.items()}
    return Answered(write_message(header, b"".join([*points, *tags]), key), proofs)


def find_hits(answer: Message, identifiers: Sequence[str], seed: bytes) -> dict[str, bytes]:
    """Return the asked identifiers that the owner holds, each with its proof; the same ``identifiers`` as in the ask.

    Raises UsageError where the answer does not fit the ask.
    """
    split = POINT * len(identifiers)
    points, tags = answer.payload[:split], answer.payload[split:]
    if len(points) != split or len(tags) != TAG * answer.header.number:
        raise UsageError("the answer does not fit the ask: another number of identifiers")
    known = {tags[at : at + TAG] for at in range(0, len(tags), TAG)}
    found = {}
    for at, item in enumerate(identifiers):
        try:
            point = multiply(invert(blind(seed, item)), points[at * POINT : (at + 1) * POINT])
        except ValueError as error:
            raise UsageError(f"the answer holds bytes that are {error}") from error
        output = finalize(item.encode(), point)
        if output[:TAG] in known:
            found[item] = output[TAG : TAG + PROOF]
    return found


def make_claim(header: Header, proofs: Sequence[bytes], key: Ed25519PrivateKey) -> bytes:
    return write_message(header, b"".join(proofs), key)


def check_claim(claim: Message, proofs: Mapping[str, str]) -> list[str]:
    """Return for each proof of the claim the identifier that it proves, "" for a wrong one."""
    if len(claim.payload) != PROOF * claim.header.number:
        raise UsageError("the claim says another number of proofs than it holds")
    return [proofs.get(claim.payload[at : at + PROOF].hex(), "") for at in range(0, len(claim.payload), PROOF)]


def is_ask_of(ask: Message, identifiers: Sequence[str], seed: bytes) -> bool:
    """Whether the ask was made of exactly these identifiers: for an auditor who is shown the asker's secret seed."""
    points = [multiply(blind(seed, item), hash_to_group(item.encode())) for item in identifiers]
    return b"".join(points) == ask.payload


def pointer(level: Level, agency: str, contact: str) -> str:
    """Return what a hit is answered with; never a word about the case, the person or the identifier."""
    return f"{agency}; {contact}" if level == "contact" else agency if level == "agency" else ""


def _article(kind: str) -> str:
    return {"ask": "an ask", "answer": "an answer", "claim": "a claim"}.get(kind, "pointers")

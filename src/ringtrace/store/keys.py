"""Signing keys and checkpoints. Private keys lie in the user's own folder, never in a case."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ringtrace.errors import CaseError
from ringtrace.store.durable import publish_file


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed statement "the log of ``origin`` had ``size`` lines and this root"."""

    origin: str
    size: int
    root: bytes


def key_folder() -> Path:
    """The user's folder of private keys: $RINGTRACE_KEYS, else under the XDG config folder."""
    named = os.environ.get("RINGTRACE_KEYS")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "ringtrace" / "keys"


def open_key(folder: Path) -> Ed25519PrivateKey:
    """Return the user's signing key, made on first use with mode 0600."""
    path = folder / "ed25519.pem"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        _write_first(path, pem)
    loaded = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(loaded, Ed25519PrivateKey):
        raise CaseError(f"{path} holds no Ed25519 key; move it away and a new one will be made")
    return loaded


def digest_key(folder: Path, origin: str) -> bytes:
    """Return a case's 32-byte key for digests of account numbers; origin: the name under which its log is signed.

    It follows from a random secret in the user's key folder, made on first use with mode 0600; another
    user's folder gives other digests of the same numbers.
    """
    path = folder / "digests.key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_first(path, secrets.token_bytes(32))
    secret = path.read_bytes()
    if len(secret) != 32:
        raise CaseError(f"{path} holds no key of 32 bytes; bring back the right one")
    return hmac.digest(secret, b"case\0" + origin.encode(), "sha256")


def _write_first(path: Path, data: bytes) -> None:
    """Write a private file; of two first users only one names it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())
    publish_file(temporary, path)


def public_bytes(key: Ed25519PrivateKey | Ed25519PublicKey) -> bytes:
    """Return the 32 raw bytes of the public key."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def public_pem(key: Ed25519PrivateKey) -> bytes:
    """Return the public key as PEM, as ``openssl pkeyutl`` reads it."""
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def sign_checkpoint(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> bytes:
    """Return the checkpoint as a signed note (C2SP tlog-checkpoint, signature type Ed25519)."""
    body = _body(checkpoint)
    public = public_bytes(key)
    signature = key_id(checkpoint.origin, public) + key.sign(body)
    return body + b"\n" + f"— {checkpoint.origin} {base64.b64encode(signature).decode()}\n".encode()


def read_checkpoint(note: bytes, public: bytes) -> Checkpoint:
    """Return what a signed note says; raises CaseError when form or signature is wrong.

    Further signatures (of witnesses) may stand in the note; that of ``public`` must.
    """
    text, separator, tail = note.partition(b"\n\n")
    body = text + b"\n"
    lines = body.decode("utf-8", "replace").split("\n")
    try:
        if not separator or len(lines) != 4 or not tail.endswith(b"\n"):
            raise ValueError("not three lines, an empty one and signatures")
        checkpoint = Checkpoint(lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True))
        signatures = [_signature(line) for line in tail.decode("utf-8", "replace").split("\n")[:-1]]
    except ValueError as error:
        raise CaseError(f"the custody checkpoint is not readable: {error}") from error
    wanted = key_id(checkpoint.origin, public)
    own = [data for name, data in signatures if name == checkpoint.origin and data[:4] == wanted]
    if not own:
        raise CaseError("the custody checkpoint is signed by another key than the case's")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(own[0][4:], body)
    except InvalidSignature as error:
        raise CaseError("the custody checkpoint's signature does not match its text") from error
    if _body(checkpoint) != body:
        raise CaseError("the custody checkpoint is not in its canonical form")
    return checkpoint


def split_checkpoint(note: bytes) -> tuple[bytes, bytes]:
    """Return (signed text, 64 bytes of the first signature), as ``openssl pkeyutl -verify -rawin`` takes them."""
    body, _, tail = note.partition(b"\n\n")
    return body + b"\n", _signature(tail.decode().split("\n")[0])[1][4:]


def is_signed_by(note: bytes, public: bytes) -> bool:
    """Tell whether the note's first signature is that of ``public``, whatever name and key id stand before it."""
    try:
        body, signature = split_checkpoint(note)
        Ed25519PublicKey.from_public_bytes(public).verify(signature, body)
    except (ValueError, InvalidSignature):
        return False
    return True


def verifier_key(origin: str, public: bytes) -> str:
    """Return the public key as a C2SP signed-note verifier key: name+id+key; a witness keeps it with the checkpoint."""
    return f"{origin}+{key_id(origin, public).hex()}+{base64.b64encode(bytes([1]) + public).decode()}"


def _signature(line: str) -> tuple[str, bytes]:
    """Return (key name, key id and signature) of a signature line; raises ValueError when it is none."""
    words = line.split(" ")
    if len(words) != 3 or words[0] != "—":
        raise ValueError(f"no signature line: {line[:40]!r}")
    data = base64.b64decode(words[2], validate=True)
    if base64.b64encode(data).decode() != words[2]:
        raise ValueError("the signature is not in canonical Base64")
    return words[1], data


def _body(checkpoint: Checkpoint) -> bytes:
    return f"{checkpoint.origin}\n{checkpoint.size}\n{base64.b64encode(checkpoint.root).decode()}\n".encode()


def key_id(origin: str, public: bytes) -> bytes:
    """Return the four bytes by which a signed note names a key: SHA-256(name, newline, 0x01, key)."""
    return hashlib.sha256(origin.encode() + b"\n\x01" + public).digest()[:4]

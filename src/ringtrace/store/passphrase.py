"""Secrets that a person opens with a passphrase, and files that only their owner reads."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from ringtrace.errors import UsageError
from ringtrace.store.durable import publish_file, sync_folder

LEAST = 10
"""Characters of a passphrase."""
_COST = 1 << 17
"""scrypt N with r = 8, p = 1 (OWASP's first choice): 128 MiB and about 0.4 s for each guess at a stolen file."""


def lock(secret: bytes, phrase: str) -> str:
    """Return ``secret`` encrypted under a passphrase, Base64: salt, nonce, ciphertext."""
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    return encode(salt + nonce + AESGCM(_stretched(phrase, salt)).encrypt(nonce, secret, None))


def unlock(locked: str, phrase: str, name: str) -> bytes:
    """Return the secret; raises UsageError when the passphrase of ``name`` is not right."""
    data = decode(locked)
    try:
        return AESGCM(_stretched(phrase, data[:16])).decrypt(data[16:28], data[28:], None)
    except InvalidTag as error:
        raise UsageError(f"the passphrase of {name} is not right") from error


def encrypt(key: bytes, plain: bytes, about: str) -> str:
    """Return ``plain`` under a key that is used once (AES-256-GCM, random nonce), Base64. about: what it belongs to."""
    nonce = secrets.token_bytes(12)
    return encode(nonce + AESGCM(key).encrypt(nonce, plain, about.encode()))


def decrypt(key: bytes, hidden: str, about: str) -> bytes:
    """Return what ``encrypt`` hid; raises InvalidTag when it was changed or the key is another."""
    data = decode(hidden)
    return AESGCM(key).decrypt(data[:12], data[12:], about.encode())


def encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def decode(text: str) -> bytes:
    """Return Base64 decoded; raises InvalidTag for anything else, or for what is too short to hold a secret."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidTag from error
    if len(data) < 28:
        raise InvalidTag
    return data


def write_secret(path: Path, data: bytes) -> None:
    """Give ``path`` the content ``data``, whole or not at all, durable, readable by its owner alone."""
    _write_beside(path, data).replace(path)
    sync_folder(path.parent)


def publish_secret(path: Path, data: bytes) -> bytes:
    """Return the content of ``path``, which is ``data`` where nobody gave it one before: the first to come stays.

    Whole, durable and readable by its owner alone, as ``write_secret`` leaves it; a file system without permissions
    (exFAT, FAT) shows it to whoever may read the volume. Raises OSError as ``publish_file``.
    """
    publish_file(_write_beside(path, data), path)
    return path.read_bytes()


def _write_beside(path: Path, data: bytes) -> Path:
    """Write ``data`` durably into a new file in the folder of ``path``; return the new file."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())
    return temporary


def destroy_secret(path: Path) -> None:
    """Overwrite and delete a secret, durable; copies that a disk or a backup made of it are not reached."""
    if path.exists():
        size = path.stat().st_size
        with path.open("r+b") as handle:
            handle.write(bytes(size))
            handle.flush()
            os.fsync(handle.fileno())
        path.unlink()
        sync_folder(path.parent)


def _stretched(phrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=_COST, r=8, p=1).derive(phrase.encode())

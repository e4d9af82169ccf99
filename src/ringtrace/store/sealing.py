"""Identities under seal: encrypted for a key that no single person holds and that never lies in the case.

Identities are encrypted to an X25519 key whose private half was split, for every two keepers, into two
parts; each part is encrypted under one keeper's passphrase (scrypt) in the user's key folder. Opening
one identity needs two keepers. A second secret, one for each batch, is mixed in: undoing the batch
destroys it, and the ciphertext that stays in the append-only ledger can then be read by nobody.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from ringtrace.errors import CaseError, UsageError
from ringtrace.model.record import Sealed
from ringtrace.store.durable import replace_file

_RAW = serialization.Encoding.Raw
_COST = 1 << 15
"""scrypt N; with r = 8, p = 1 about 0.1 s and 32 MiB a try (RFC 7914; OWASP's second choice)."""
_LEAST = 10
"""Characters of a passphrase."""


class Vault:
    """The secrets of one case in the user's key folder. name: the case's random vault name."""

    def __init__(self, keys: Path, name: str) -> None:
        self.folder = keys / "vaults" / name
        self.name = name

    def pseudonym(self, kind: str, number: str) -> str:
        """Return the pseudonym of a person's number: keyed, so that numbers cannot be tried out without the key."""
        digest = hmac.digest(self._pseudonym_key(), f"{kind}\0{number}".encode(), "sha256")
        return f"{kind}-{base64.b32encode(digest)[:10].decode().lower()}"

    @property
    def ready(self) -> bool:
        return (self.folder / "public").exists()

    def appoint(self, keepers: Sequence[tuple[str, str]]) -> None:
        """Make the sealing key and split it among (name, passphrase) keepers, any two of whom can open.

        Raises UsageError for fewer than two, equal names, equal or short passphrases, or when keepers exist.
        """
        if self.ready:
            raise UsageError("this case has keepers already; what they sealed would be lost under a new key")
        names, phrases = [name for name, _ in keepers], [phrase for _, phrase in keepers]
        if len(set(names)) < 2 or len(set(names)) < len(names):
            raise UsageError("name at least two different keepers")
        if len(set(phrases)) < len(phrases) or min(map(len, phrases)) < _LEAST:
            raise UsageError(f"each keeper needs a passphrase of their own, of {_LEAST} characters or more")
        private = X25519PrivateKey.generate()
        secret = private.private_bytes(_RAW, serialization.PrivateFormat.Raw, serialization.NoEncryption())
        shares: dict[str, dict[str, str]] = {name: {} for name in names}
        for (left, one), (right, other) in combinations(keepers, 2):
            part = secrets.token_bytes(len(secret))
            rest = bytes(a ^ b for a, b in zip(secret, part, strict=True))
            shares[left][right] = _lock(part, one)
            shares[right][left] = _lock(rest, other)
        self._make_folder()
        _write_secret(self.folder / "shares.json", json.dumps(shares, ensure_ascii=False).encode())
        replace_file(self.folder / "public", private.public_key().public_bytes(_RAW, serialization.PublicFormat.Raw))

    def keepers(self) -> list[str]:
        path = self.folder / "shares.json"
        return sorted(json.loads(path.read_bytes())) if path.exists() else []

    def seal(self, identities: Sequence[tuple[str, Mapping[str, str]]]) -> list[Sealed]:
        """Encrypt (pseudonym, identity) pairs of one batch; raises UsageError while there are no keepers."""
        if not self.ready:
            raise UsageError("identities need keepers: `ringtrace record CASE keepers NAME NAME`")
        salt, ephemeral = secrets.token_hex(8), X25519PrivateKey.generate()
        _write_secret(self.folder / f"batch-{salt}", secrets.token_bytes(32))
        public = X25519PublicKey.from_public_bytes((self.folder / "public").read_bytes())
        cipher = AESGCM(self._key(ephemeral.exchange(public), salt))
        sent = ephemeral.public_key().public_bytes(_RAW, serialization.PublicFormat.Raw)
        sealed = []
        for pseudonym, identity in identities:
            nonce = secrets.token_bytes(12)
            plain = json.dumps(dict(identity), ensure_ascii=False, sort_keys=True).encode()
            hidden = cipher.encrypt(nonce, plain, pseudonym.encode())
            sealed.append(Sealed(salt, _text(sent), _text(nonce), _text(hidden)))
        return sealed

    def unseal(self, pseudonym: str, sealed: Sealed, keepers: Sequence[tuple[str, str]]) -> dict[str, str]:
        """Open one identity with two keepers' (name, passphrase); raises UsageError when they cannot."""
        private = X25519PrivateKey.from_private_bytes(self._join(keepers))
        shared = private.exchange(X25519PublicKey.from_public_bytes(base64.b64decode(sealed.ephemeral)))
        cipher = AESGCM(self._key(shared, sealed.salt))
        try:
            plain = cipher.decrypt(
                base64.b64decode(sealed.nonce), base64.b64decode(sealed.ciphertext), pseudonym.encode()
            )
        except InvalidTag as error:
            raise CaseError(f"the sealed identity of {pseudonym} was changed or belongs to another vault") from error
        found: dict[str, str] = json.loads(plain)
        return found

    def masking_key(self) -> bytes:
        """The 32-byte key under which tags of identities are made; it lies beside the pseudonym key."""
        return self._secret("masking")

    def keep_prints(self, salt: str, prints: bytes) -> None:
        """Keep the tags of what was sealed with ``salt``; undoing the batch destroys them, too."""
        self._make_folder()
        replace_file(self.folder / f"prints-{salt}", prints)

    def prints(self, salt: str) -> bytes | None:
        """Return the tags kept for ``salt``, None where there are none (another key folder, an older version)."""
        path = self.folder / f"prints-{salt}"
        return path.read_bytes() if path.exists() else None

    def destroy(self, salt: str) -> None:
        """Make everything that was sealed with ``salt`` unreadable for ever."""
        (self.folder / f"prints-{salt}").unlink(missing_ok=True)
        path = self.folder / f"batch-{salt}"
        if path.exists():
            with path.open("r+b") as handle:
                handle.write(bytes(32))
                handle.flush()
                os.fsync(handle.fileno())
            path.unlink()

    def _key(self, shared: bytes, salt: str) -> bytes:
        path = self.folder / f"batch-{salt}"
        if not path.exists():
            raise UsageError("that batch was undone, or its key lies in another person's key folder")
        return HKDF(hashes.SHA256(), 32, path.read_bytes(), f"ringtrace identity {self.name}".encode()).derive(shared)

    def _join(self, keepers: Sequence[tuple[str, str]]) -> bytes:
        if not self.ready:
            raise UsageError("this case has no keepers in this key folder")
        shares = json.loads((self.folder / "shares.json").read_bytes())
        (left, one), (right, other) = keepers
        if left == right or left not in shares or right not in shares:
            raise UsageError(f"two different keepers are needed out of: {', '.join(sorted(shares))}")
        first, second = _unlock(shares[left][right], one, left), _unlock(shares[right][left], other, right)
        return bytes(a ^ b for a, b in zip(first, second, strict=True))

    def _pseudonym_key(self) -> bytes:
        return self._secret("pseudonym")

    def _secret(self, name: str) -> bytes:
        path = self.folder / name
        if not path.exists():
            self._make_folder()
            _write_secret(path, secrets.token_bytes(32))
        return path.read_bytes()

    def _make_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def _write_secret(path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())


def _lock(secret: bytes, phrase: str) -> str:
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    return _text(salt + nonce + AESGCM(_stretched(phrase, salt)).encrypt(nonce, secret, None))


def _unlock(locked: str, phrase: str, name: str) -> bytes:
    data = base64.b64decode(locked)
    try:
        return AESGCM(_stretched(phrase, data[:16])).decrypt(data[16:28], data[28:], None)
    except InvalidTag as error:
        raise UsageError(f"the passphrase of {name} is not right") from error


def _stretched(phrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=_COST, r=8, p=1).derive(phrase.encode())


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()

"""Identities under seal: what a person is called can be read by two keepers together, and never lies open in the case.

Each keeper has a key pair of their own, its private half encrypted under their own passphrase; there is no
key that opens everything, not even for a moment. An identity is encrypted under a key of its own, and that
key for every two keepers under what both of them derive from their private keys *for this identity*. So a
keeper who consents passes on a part that opens this one identity, to one other keeper, at another desk.
A further secret, one for each batch, is mixed in: undoing the batch destroys it, and the ciphertext that
stays in the append-only ledger can then be read by nobody. Texts are padded: their length says nothing.

What it cannot do: tell two people from one who typed both passphrases when the keepers were named, or keep
what a keeper has read from being told. Both are in the audit.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ringtrace.errors import CaseError, UsageError
from ringtrace.model.record import Sealed
from ringtrace.store.passphrase import (
    LEAST,
    decode,
    decrypt,
    destroy_secret,
    encode,
    encrypt,
    lock,
    publish_secret,
    unlock,
    write_secret,
)

_RAW = serialization.Encoding.Raw
_PADDED = 512
"""Bytes that an identity is padded to a multiple of."""
Keeper = tuple[str, str]
"""Name and passphrase."""


class Vault:
    """The secrets of one case in the user's key folder. name: the case's random vault name."""

    def __init__(self, keys: Path, name: str) -> None:
        self.folder = keys / "vaults" / name
        self.name = name
        self._opened: dict[Keeper, X25519PrivateKey] = {}  # for as long as this command lasts

    def pseudonym(self, kind: str, number: str) -> str:
        """Return the pseudonym of a person's number: keyed, so that numbers cannot be tried out without the key."""
        digest = hmac.digest(self._secret("pseudonym"), f"{kind}\0{number}".encode(), "sha256")
        return f"{kind}-{base64.b32encode(digest)[:10].decode().lower()}"

    def receipt(self, evidence: str, start: int) -> str:
        """Return the receipt of a tip: 16 digits, keyed, so that nobody finds one by trying; the same every time."""
        digest = hmac.digest(self._secret("receipts"), f"{evidence}\0{start}".encode(), "sha256")
        digits = f"{int.from_bytes(digest[:8], 'big') % 10**16:016}"
        return "-".join(digits[at : at + 4] for at in range(0, 16, 4))

    @property
    def ready(self) -> bool:
        return len(self.keepers()) >= 2

    def keepers(self) -> list[str]:
        return sorted(self._keys())

    def public_keys(self) -> dict[str, str]:
        """Return keeper -> public key, Base64: the ledger keeps them too, so that nobody exchanges them unseen."""
        return {name: key["public"] for name, key in sorted(self._keys().items())}

    def enrol(self, name: str, phrase: str) -> None:
        """Make a keeper, at their own desk: any two of those enrolled before the first seal can open it together.

        Raises UsageError for a known name, a short passphrase, or once something is sealed: whoever came
        later could bring a second self.
        """
        keys = self._keys()
        if any(self.folder.glob("batch-*")):
            raise UsageError("identities are sealed already; keepers are named before the first")
        if name in keys or not name.strip():
            raise UsageError(f"{name!r} is a keeper already" if name.strip() else "name the keeper")
        if len(phrase) < LEAST:
            raise UsageError(f"each keeper needs a passphrase of their own, of {LEAST} characters or more")
        private = X25519PrivateKey.generate()
        secret = private.private_bytes(_RAW, serialization.PrivateFormat.Raw, serialization.NoEncryption())
        keys[name] = {"public": _public(private), "private": lock(secret, phrase)}
        write_secret(self.folder / "keepers.json", json.dumps(keys, ensure_ascii=False).encode())

    def appoint(self, keepers: Sequence[Keeper]) -> None:
        """Make all keepers at one desk, where each types a passphrase.

        Raises UsageError for fewer than two, equal names, equal or short passphrases, or when keepers exist.
        """
        if self.keepers():
            raise UsageError("this case has keepers already")
        names, phrases = [name for name, _ in keepers], [phrase for _, phrase in keepers]
        if len(set(names)) < 2 or len(set(names)) < len(names):
            raise UsageError("name at least two different keepers")
        if len(set(phrases)) < len(phrases) or min(map(len, phrases)) < LEAST:
            raise UsageError(f"each keeper needs a passphrase of their own, of {LEAST} characters or more")
        for name, phrase in keepers:
            self.enrol(name, phrase)

    def seal(self, identities: Sequence[tuple[str, Mapping[str, str]]]) -> list[Sealed]:
        """Encrypt (pseudonym, identity) pairs of one batch; raises UsageError while there are no two keepers."""
        if not self.ready:
            raise UsageError("identities need keepers: `ringtrace record CASE keepers NAME NAME`")
        salt, ephemeral = secrets.token_hex(8), X25519PrivateKey.generate()
        write_secret(self.folder / f"batch-{salt}", secrets.token_bytes(32))
        shared = {name: ephemeral.exchange(_opened(key["public"])) for name, key in self._keys().items()}
        batch = self._batch(salt)
        return [
            self._seal(pseudonym, identity, salt, batch, _public(ephemeral), shared)
            for pseudonym, identity in identities
        ]

    def part(self, pseudonym: str, sealed: Sealed, keeper: Keeper) -> bytes:
        """Return a keeper's part for this one identity; raises UsageError for a stranger or a wrong passphrase."""
        shared = self._private(keeper).exchange(_opened(sealed.ephemeral))
        return self._part(self._batch(sealed.salt), keeper[0], pseudonym, shared)

    def pass_on(self, part: bytes, pseudonym: str, to: str) -> str:
        """Return a part encrypted for another keeper, Base64: the public key used, then the ciphertext."""
        if to not in self._keys():
            raise UsageError(f"{to} is no keeper; keepers are: {', '.join(self.keepers())}")
        ephemeral = X25519PrivateKey.generate()
        key = self._derive(ephemeral.exchange(_opened(self._keys()[to]["public"])), b"", "passed on", to, pseudonym)
        return f"{_public(ephemeral)} {encrypt(key, part, pseudonym)}"

    def receive(self, passed: str, pseudonym: str, keeper: Keeper) -> bytes:
        """Return the part that another keeper passed on to this one."""
        public, _, hidden = passed.partition(" ")
        key = self._derive(self._private(keeper).exchange(_opened(public)), b"", "passed on", keeper[0], pseudonym)
        try:
            return decrypt(key, hidden, pseudonym)
        except InvalidTag as error:
            raise UsageError(f"what was passed on for {pseudonym} is not for {keeper[0]}") from error

    def open(self, pseudonym: str, sealed: Sealed, parts: Mapping[str, bytes]) -> dict[str, str]:
        """Open one identity with the parts of two keepers; raises CaseError when it was changed."""
        left, right = sorted(parts)
        try:
            wrapped = next(hidden for one, other, hidden in sealed.wraps if (one, other) == (left, right))
            key = self._pair(self._batch(sealed.salt), left, right, pseudonym, parts)
            plain = decrypt(decrypt(key, wrapped, pseudonym), sealed.ciphertext, pseudonym)
        except StopIteration:
            raise UsageError(f"{left} and {right} were not both keepers when {pseudonym} was sealed") from None
        except InvalidTag as error:
            raise CaseError(f"the sealed identity of {pseudonym} was changed or belongs to another vault") from error
        found: dict[str, str] = json.loads(plain)
        return found

    def unseal(self, pseudonym: str, sealed: Sealed, keepers: Sequence[Keeper]) -> dict[str, str]:
        """Open one identity with two keepers at one desk; raises UsageError when they cannot."""
        if len({name for name, _ in keepers}) != 2:
            raise UsageError(f"two different keepers are needed out of: {', '.join(self.keepers())}")
        return self.open(pseudonym, sealed, {keeper[0]: self.part(pseudonym, sealed, keeper) for keeper in keepers})

    def masking_key(self) -> bytes:
        """The 32-byte key under which tags of identities are made; it lies beside the pseudonym key."""
        return self._secret("masking")

    def waiting_key(self) -> bytes:
        """The 32-byte key under which tips wait until the case takes them in."""
        return self._secret("waiting")

    def keep_prints(self, salt: str, prints: bytes) -> None:
        """Keep the tags of what was sealed with ``salt``; undoing the batch destroys them, too."""
        write_secret(self.folder / f"prints-{salt}", prints)

    def prints(self, salt: str) -> bytes | None:
        """Return the tags kept for ``salt``, None where there are none (another key folder, an older version)."""
        path = self.folder / f"prints-{salt}"
        return path.read_bytes() if path.exists() else None

    def destroy(self, salt: str) -> None:
        """Make everything that was sealed with ``salt`` unreadable for ever."""
        destroy_secret(self.folder / f"prints-{salt}")
        destroy_secret(self.folder / f"batch-{salt}")

    def _seal(
        self, pseudonym: str, identity: Mapping[str, str], salt: str, batch: bytes, ephemeral: str,
        shared: Mapping[str, bytes],
    ) -> Sealed:  # fmt: skip
        content = secrets.token_bytes(32)
        plain = json.dumps(dict(identity), ensure_ascii=False, sort_keys=True).encode()
        plain += b" " * (-len(plain) % _PADDED)
        parts = {name: self._part(batch, name, pseudonym, value) for name, value in shared.items()}
        wraps = tuple(
            (left, right, encrypt(self._pair(batch, left, right, pseudonym, parts), content, pseudonym))
            for left, right in combinations(sorted(parts), 2)
        )
        return Sealed(salt, ephemeral, encrypt(content, plain, pseudonym), wraps)

    def _part(self, batch: bytes, name: str, pseudonym: str, shared: bytes) -> bytes:
        return self._derive(shared, batch, "part", name, pseudonym)

    def _pair(self, batch: bytes, left: str, right: str, pseudonym: str, parts: Mapping[str, bytes]) -> bytes:
        return self._derive(parts[left] + parts[right], batch, "pair", left, right, pseudonym)

    def _derive(self, secret: bytes, salt: bytes, *about: str) -> bytes:
        info = json.dumps(["ringtrace identity", self.name, *about]).encode()
        return HKDF(hashes.SHA256(), 32, salt or None, info).derive(secret)

    def _batch(self, salt: str) -> bytes:
        path = self.folder / f"batch-{salt}"
        if not salt.isalnum() or not path.exists():
            raise UsageError("that batch was undone, or its key lies in another person's key folder")
        return path.read_bytes()

    def _keys(self) -> dict[str, dict[str, str]]:
        path = self.folder / "keepers.json"
        keys: dict[str, dict[str, str]] = json.loads(path.read_bytes()) if path.exists() else {}
        return keys

    def _private(self, keeper: Keeper) -> X25519PrivateKey:
        name, phrase = keeper
        if name not in self._keys():
            raise UsageError(f"{name} is no keeper; keepers are: {', '.join(self.keepers())}")
        if keeper not in self._opened:
            secret = unlock(self._keys()[name]["private"], phrase, name)
            self._opened[keeper] = X25519PrivateKey.from_private_bytes(secret)
        return self._opened[keeper]

    def _secret(self, name: str) -> bytes:
        """Return a secret of 32 bytes, made at first use; who makes it at the same time gets the same one."""
        path = self.folder / name
        return path.read_bytes() if path.exists() else publish_secret(path, secrets.token_bytes(32))


def _public(key: X25519PrivateKey) -> str:
    return encode(key.public_key().public_bytes(_RAW, serialization.PublicFormat.Raw))


def _opened(public: str) -> X25519PublicKey:
    """Return a public key; raises CaseError when the ledger holds no such thing there."""
    try:
        return X25519PublicKey.from_public_bytes(decode(public))
    except (InvalidTag, ValueError) as error:
        raise CaseError("a sealed identity was changed: it holds no public key") from error

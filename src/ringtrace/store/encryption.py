"""Files for the eyes of a recipient: the age format (age-encryption.org/v1), which other programs open."""

from __future__ import annotations

from collections.abc import Sequence

import pyrage

from ringtrace.errors import UsageError


def encrypt(data: bytes, recipients: Sequence[str]) -> bytes:
    """Return ``data`` encrypted so that each of ``recipients`` can open it: "age1..." or an SSH public key.

    Raises UsageError that names the one that is no key.
    """
    made: bytes = pyrage.encrypt(data, [_recipient(text) for text in recipients])
    return made


def _recipient(text: str) -> object:
    kind = pyrage.ssh if text.startswith("ssh-") else pyrage.x25519
    try:
        return kind.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise UsageError(f"{text!r} is no public key of age (age1...) and none of SSH ({error})") from error

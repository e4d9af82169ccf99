"""Passkeys (WebAuthn): what a browser is asked, and whether its answer proves that it holds the key."""

from __future__ import annotations

import json
import struct
from base64 import urlsafe_b64decode
from binascii import Error as Base64Error
from collections.abc import Sequence
from typing import Any

from ringtrace.errors import UsageError
from ringtrace.model.person import Passkey, Person

_WRONG = "this passkey could not be checked"
_NAME = 60


class Passkeys:
    """host: the name that keys are bound to; origin: the address in the browser; name: what the browser shows.

    A key must verify its user (a finger, a face, a PIN): it is then two factors in one.
    """

    def __init__(self, host: str, origin: str, name: str) -> None:
        self._host, self._origin, self._name = host, origin, name

    def ask_for_new(self, person: Person) -> tuple[str, dict[str, Any]]:
        """Return (challenge, options for ``navigator.credentials.create``)."""
        from webauthn import generate_registration_options, options_to_json
        from webauthn.helpers import bytes_to_base64url
        from webauthn.helpers.structs import (
            AuthenticatorSelectionCriteria,
            PublicKeyCredentialDescriptor,
            ResidentKeyRequirement,
            UserVerificationRequirement,
        )

        options = generate_registration_options(
            rp_id=self._host, rp_name=f"Ringtrace: {self._name}", user_name=person.name, user_id=person.id.encode(),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=_bytes(held.id)) for held in person.passkeys],
        )  # fmt: skip
        return bytes_to_base64url(options.challenge), json.loads(options_to_json(options))

    def ask(self) -> tuple[str, dict[str, Any]]:
        """Return (challenge, options for ``navigator.credentials.get``): whoever has a key for this host."""
        from webauthn import generate_authentication_options, options_to_json
        from webauthn.helpers import bytes_to_base64url
        from webauthn.helpers.structs import UserVerificationRequirement

        options = generate_authentication_options(
            rp_id=self._host, user_verification=UserVerificationRequirement.REQUIRED
        )
        return bytes_to_base64url(options.challenge), json.loads(options_to_json(options))

    def check_new(self, answer: dict[str, Any], challenge: str, name: str) -> Passkey:
        """Return the key that a browser has made. Raises UsageError when the answer does not hold."""
        from webauthn import verify_registration_response
        from webauthn.helpers import bytes_to_base64url
        from webauthn.helpers.exceptions import WebAuthnException

        try:
            found = verify_registration_response(
                credential=answer, expected_challenge=_bytes(challenge), expected_rp_id=self._host,
                expected_origin=self._origin, require_user_verification=True,
            )  # fmt: skip
        except (WebAuthnException, ValueError, KeyError, TypeError, IndexError, struct.error) as error:
            raise UsageError(f"{_WRONG}: {error}") from error
        key = bytes_to_base64url(found.credential_public_key)
        return Passkey(bytes_to_base64url(found.credential_id), key, name[:_NAME], found.sign_count, 0)

    def check(self, answer: dict[str, Any], challenge: str, held: Passkey) -> int:
        """Return the key's new count of signatures. Raises UsageError when it does not hold or seems to be a copy."""
        from webauthn import verify_authentication_response
        from webauthn.helpers.exceptions import WebAuthnException

        try:
            found = verify_authentication_response(
                credential=answer, expected_challenge=_bytes(challenge), expected_rp_id=self._host,
                expected_origin=self._origin, credential_public_key=_bytes(held.key),
                credential_current_sign_count=held.count, require_user_verification=True,
            )  # fmt: skip
        except (WebAuthnException, ValueError, KeyError, TypeError, IndexError, struct.error) as error:
            raise UsageError(f"{_WRONG}: {error}") from error
        return found.new_sign_count


def challenge_of(answer: dict[str, Any]) -> str:
    """The challenge that an answer says it answers. Raises UsageError when it says none."""
    try:
        told = json.loads(_bytes(answer["response"]["clientDataJSON"]))["challenge"]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise UsageError(_WRONG) from error
    if not isinstance(told, str):
        raise UsageError(_WRONG)
    return told


def read_answer(body: bytes, wanted: Sequence[str] = ("id", "rawId", "type", "response")) -> dict[str, Any]:
    """Return a browser's answer, a JSON object with the parts that are wanted, those of words as words."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UsageError(_WRONG) from error
    if not isinstance(found, dict) or set(wanted) - set(found) or not isinstance(found.get("id"), str):
        raise UsageError(_WRONG)
    return found


def _bytes(text: str) -> bytes:
    if not isinstance(text, str):
        raise TypeError("not base64url")
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except Base64Error as error:
        raise ValueError("not base64url") from error

"""The office's own sign-in (OpenID Connect): code flow with PKCE, state and nonce; the token's signature is checked.

This is the one place where a team's workbench speaks to another machine: the issuer that case.toml names.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ringtrace.errors import CaseError, UsageError
from ringtrace.store.case import TeamSettings

_SECONDS = 10
_KEPT = 3600
"""Seconds after which the issuer's description is read anew."""
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
_LEEWAY = 60
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_ENDS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True)
class Begin:
    """A sign-in that is to begin. address: where the browser goes; the rest must be remembered until it comes back."""

    address: str
    state: str
    nonce: str
    verifier: str


class Office:
    """settings: issuer and client; folder: of the case, which secret_file is relative to; now: seconds since 1970."""

    def __init__(self, settings: TeamSettings, folder: Path, now: Callable[[], float]) -> None:
        self._settings = settings
        self._folder = folder
        self._now = now
        self._lock = threading.Lock()
        self._read_at = 0.0
        self._known: dict[str, Any] = {}
        self._keys: Any = None
        _check_address(settings.issuer, "oidc_issuer")

    @property
    def back(self) -> str:
        """The address that the issuer sends browsers back to; it must be registered there."""
        return f"{self._settings.address}/sign-in/office/back"

    def begin(self) -> Begin:
        """Raises CaseError when the issuer cannot be reached."""
        from authlib.common.security import generate_token

        verifier, nonce, state = generate_token(64), secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        with self._client() as client:
            address, _ = client.create_authorization_url(
                self._described()["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
            )
        return Begin(address, state, nonce, verifier)

    def finish(self, code: str, verifier: str, nonce: str) -> tuple[str, str]:
        """Exchange the code for a token and return (issuer, subject). Raises UsageError when it does not hold."""
        from authlib.integrations.base_client import OAuthError
        from httpx import HTTPError

        try:
            with self._client() as client:
                there = self._described()["token_endpoint"]
                answer = client.fetch_token(there, grant_type="authorization_code", code=code, code_verifier=verifier)
        except (OAuthError, HTTPError, ValueError, KeyError) as error:
            raise UsageError(f"the office's sign-in gave no token: {error}") from error
        token = answer.get("id_token") if isinstance(answer, dict) else None
        if not isinstance(token, str):
            raise UsageError("the office's sign-in gave no identity")
        claims = self._claims(token)
        if not secrets.compare_digest(str(claims.get("nonce")).encode(), nonce.encode()):
            raise UsageError("the office's answer belongs to another sign-in; begin again")
        return self._settings.issuer, str(claims["sub"])

    def _claims(self, token: str) -> dict[str, Any]:
        from joserfc import jwt
        from joserfc.errors import JoseError

        settings = self._settings
        registry = jwt.JWTClaimsRegistry(
            now=int(self._now()), leeway=_LEEWAY,
            iss={"essential": True, "value": settings.issuer}, aud={"essential": True, "value": settings.client},
            exp={"essential": True}, iat={"essential": True}, sub={"essential": True}, nonce={"essential": True},
        )  # fmt: skip
        try:
            claims = dict(self._decode(token).claims)
            registry.validate(claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise UsageError(f"the office's identity token does not hold: {error}") from error
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != settings.client:
            raise UsageError("the office's identity token is for another program")
        return claims

    def _decode(self, token: str) -> Any:  # noqa: ANN401  joserfc's Token
        """Decode with the issuer's keys; they change at times, so that an unknown one is looked for once more."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        self._described()
        try:
            return jwt.decode(token, self._keys, algorithms=_ALGORITHMS)
        except (JoseError, ValueError):
            with self._lock:
                self._read_at = 0.0
            self._described()
            return jwt.decode(token, self._keys, algorithms=_ALGORITHMS)

    def _described(self) -> dict[str, Any]:
        """The issuer's description of itself and its keys."""
        from joserfc.jwk import KeySet

        with self._lock:
            if self._known and self._now() - self._read_at < _KEPT:
                return self._known
            issuer = self._settings.issuer
            found = _fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != issuer:
                raise CaseError(f"{issuer} describes itself as {found.get('issuer')!r}; mend oidc_issuer in case.toml")
            for name in _ENDS:
                _check_address(str(found.get(name)), name)
            self._keys = KeySet.import_key_set(_fetch(found["jwks_uri"]))  # type: ignore[arg-type]
            self._known, self._read_at = found, self._now()
            return found

    def _client(self) -> Any:  # noqa: ANN401  authlib has no types
        from authlib.integrations.httpx_client import OAuth2Client

        return OAuth2Client(
            self._settings.client, self._secret(), redirect_uri=self.back, scope="openid", timeout=_SECONDS,
            code_challenge_method="S256", trust_env=False,
            token_endpoint_auth_method="client_secret_basic" if self._settings.secret_file else "none",
        )  # fmt: skip

    def _secret(self) -> str | None:
        if not self._settings.secret_file:
            return None
        try:
            return (self._folder / self._settings.secret_file).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise CaseError(f"the secret of the office's sign-in cannot be read: {error}") from error


def _fetch(address: str) -> dict[str, Any]:
    """A JSON object from the issuer; no redirect is followed."""
    import httpx

    try:
        answer = httpx.get(address, timeout=_SECONDS, follow_redirects=False, trust_env=False)
        answer.raise_for_status()
        found = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise CaseError(f"the office's sign-in does not answer: {error}") from error
    if not isinstance(found, dict):
        raise CaseError(f"{address} does not describe a sign-in")
    return found


def _check_address(address: str, name: str) -> None:
    told = urlsplit(address)
    if told.scheme != "https" and not (told.scheme == "http" and told.hostname in _LOCAL):
        raise CaseError(f"{name} {address!r} is not an https:// address")

"""What the signature of a WACZ proves, checked offline (WACZ Signing and Verification 0.1.0).

Each finding is one sentence. Nothing is trusted that the file itself states: whether the root of a
certificate chain is to be trusted is for a person, so its fingerprint is told.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key
from cryptography.x509.oid import ExtensionOID, NameOID

from ringtrace.text.packing.timestamp_token import check_token

_APART = timedelta(minutes=10)  # step 7 of the specification
_FAULTS = (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm, binascii.Error, x509.ExtensionNotFound)


class _Signed(msgspec.Struct, rename="camel"):
    hash: str = ""
    created: str = ""
    signature: str = ""
    public_key: str = ""
    domain: str = ""
    domain_cert: str = ""
    time_signature: str = ""
    timestamp_cert: str = ""
    cross_signed_cert: str = ""
    software: str = ""


class _Digest(msgspec.Struct, rename="camel"):
    hash: str = ""
    signed_data: _Signed | None = None


class _Resource(msgspec.Struct):
    path: str = ""
    hash: str = ""


class _Package(msgspec.Struct):
    resources: list[_Resource] = []


def findings(package: bytes | None, digest: bytes | None, found: Mapping[str, str]) -> list[str]:
    """Return what was checked of a WACZ and what came out.

    package, digest: ``datapackage.json`` and ``datapackage-digest.json``, None when absent.
    found: path -> "sha256:..." of each member as it lies in the file.
    """
    if package is None:
        return ["WACZ without datapackage.json: nothing states what it should hold"]
    said = _resources(package, found)
    if digest is None:
        return [said, "WACZ is not signed: nothing proves who captured it, or when"]
    try:
        stated = msgspec.json.decode(digest, type=_Digest)
    except (msgspec.MsgspecError, RecursionError):
        return [said, "WACZ digest file cannot be read: no signature was checked"]
    return [said, *_signature(stated, f"sha256:{hashlib.sha256(package).hexdigest()}")]


def _signature(stated: _Digest, true: str) -> list[str]:
    if stated.hash != true:
        return ["WACZ digest does NOT match datapackage.json: it was changed after the digest was made"]
    if stated.signed_data is None:
        return ["WACZ has a matching digest but no signature: nothing proves who captured it, or when"]
    if stated.signed_data.hash != stated.hash:
        return ["WACZ signature is about another datapackage.json: it proves nothing here"]
    return _check(stated.signed_data)


def _resources(package: bytes, found: Mapping[str, str]) -> str:
    try:
        listed = msgspec.json.decode(package, type=_Package).resources
    except (msgspec.MsgspecError, RecursionError):
        return "WACZ datapackage.json cannot be read: its members were not checked"
    wrong = sorted(one.path for one in listed if found.get(one.path) != one.hash)
    if wrong:
        return (
            f"WACZ members that do NOT match datapackage.json: {', '.join(wrong[:5])} ({len(wrong)} of {len(listed)})"
        )
    extra = sorted(set(found) - {one.path for one in listed} - {"datapackage.json", "datapackage-digest.json"})
    rest = f"; not listed there: {', '.join(extra[:5])}" if extra else ""
    return f"WACZ members: all {len(listed)} listed in datapackage.json have the hashes it states{rest}"


def _check(signed: _Signed) -> list[str]:
    try:
        if not signed.domain_cert:
            key = load_der_public_key(base64.b64decode(signed.public_key))
            _verify(key, signed)
            mark = hashlib.sha256(base64.b64decode(signed.public_key)).hexdigest()[:16]
            return [
                f"WACZ signature is valid for the key in the file (SHA-256 {mark}...): unchanged since it was signed; "
                f"whose key it is, and the time {signed.created} it states, are not proven"
            ]
        chain = x509.load_pem_x509_certificates(signed.domain_cert.encode())
        _verify(chain[0].public_key(), signed)
    except _FAULTS as error:
        return [f"WACZ signature is NOT valid ({type(error).__name__}): it proves nothing"]
    return [_identity(signed, chain), _time(signed)]


def _verify(key: PublicKeyTypes, signed: _Signed) -> None:
    """Check the ECDSA signature over the hash as text; its value is DER, or both numbers one after the other."""
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise TypeError("not an EC key")
    value = base64.b64decode(signed.signature)
    size = (key.key_size + 7) // 8
    if len(value) == 2 * size:
        value = encode_dss_signature(int.from_bytes(value[:size], "big"), int.from_bytes(value[size:], "big"))
    key.verify(value, signed.hash.encode(), ec.ECDSA(hashes.SHA256()))


def _identity(signed: _Signed, chain: list[x509.Certificate]) -> str:
    try:
        whole = _is_chain(chain)
        named = signed.domain in _names(chain[0])
    except _FAULTS:
        whole = named = False
    if not named:
        return f"WACZ signature is valid, but its certificate is NOT for {signed.domain[:100]!r}"
    root = chain[-1].fingerprint(hashes.SHA256()).hex()
    holds = "holds" if whole else "does NOT hold together"
    return (
        f"WACZ signature is valid for the certificate of {signed.domain[:100]}; its chain {holds}; whether its last "
        f"certificate (SHA-256 {root}) is to be trusted was not decided here, nor whether it was revoked"
    )


def _time(signed: _Signed) -> str:
    try:
        chain = x509.load_pem_x509_certificates(signed.timestamp_cert.encode())
        when = check_token(base64.b64decode(signed.time_signature), signed.signature.encode(), chain[0])
        created = datetime.fromisoformat(signed.created)
        whole = _is_chain(chain)
    except _FAULTS as error:
        return f"WACZ time stamp is NOT valid ({error}): the time {signed.created[:40]} is only stated"
    near = abs(created.replace(tzinfo=created.tzinfo or when.tzinfo) - when) <= _APART
    holds = "holds" if whole else "does NOT hold together"
    said = "within" if near else "NOT within"
    return (
        f"WACZ time stamp is valid: signed no later than {when.isoformat()}, {said} 10 minutes of the stated time; "
        f"its chain {holds}"
    )


def _is_chain(chain: list[x509.Certificate]) -> bool:
    try:
        for lower, upper in pairwise(chain):
            lower.verify_directly_issued_by(upper)
    except _FAULTS:
        return False
    return True


def _names(certificate: x509.Certificate) -> set[str]:
    names = {str(one.value) for one in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)}
    try:
        found = certificate.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME).value
    except x509.ExtensionNotFound:
        return names
    return (
        names | set(found.get_values_for_type(x509.DNSName))
        if isinstance(found, x509.SubjectAlternativeName)
        else names
    )

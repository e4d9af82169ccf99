"""Time-stamp tokens (RFC 3161) checked without a network: what time a token states, for which bytes, and who signed.

Only the little of DER (X.690) and CMS (RFC 5652) that a token needs is read here; every length is checked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

_SEQUENCE, _SET, _OCTETS, _OID, _TIME = 0x30, 0x31, 0x04, 0x06, 0x18
_CONTEXT_0 = 0xA0
_MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010904")  # 1.2.840.113549.1.9.4
_HASHES = {
    bytes.fromhex("608648016503040201"): ("sha256", hashes.SHA256()),  # 2.16.840.1.101.3.4.2.1
    bytes.fromhex("608648016503040202"): ("sha384", hashes.SHA384()),
    bytes.fromhex("608648016503040203"): ("sha512", hashes.SHA512()),
}


@dataclass(frozen=True, slots=True)
class _Node:
    """One DER value: its tag, its whole bytes, and its content."""

    tag: int
    whole: bytes
    content: bytes

    def children(self) -> list[_Node]:
        return list(_nodes(self.content))


def _nodes(data: bytes) -> Iterator[_Node]:
    """Yield the values that stand one after the other; raises ValueError where a length is wrong."""
    at = 0
    while at < len(data):
        if at + 2 > len(data):
            raise ValueError("DER ends within a value")
        tag, size, head = data[at], data[at + 1], 2
        if size & 0x80:
            count = size & 0x7F
            if not 1 <= count <= 4:
                raise ValueError("DER length is not definite")
            size = int.from_bytes(data[at + 2 : at + 2 + count], "big")
            head += count
        stop = at + head + size
        if stop > len(data):
            raise ValueError("DER value is longer than its carrier")
        yield _Node(tag, data[at:stop], data[at + head : stop])
        at = stop


def _only(data: bytes) -> _Node:
    return next(_nodes(data))


def check_token(response: bytes, stamped: bytes, signer: x509.Certificate) -> datetime:
    """Return the time that a time-stamp response states for ``stamped``, signed by ``signer``.

    Raises ValueError with the reason when it is no token, is about other bytes, or is not so signed.
    """
    try:
        return _check(response, stamped, signer)
    except (IndexError, KeyError, StopIteration) as error:
        raise ValueError("not a time-stamp token that can be read") from error


def _check(response: bytes, stamped: bytes, signer: x509.Certificate) -> datetime:
    signed, info, signer_info = _open(response)
    digest = _HASHES[signer_info[2].children()[0].content]
    when = _check_imprint(info, stamped)
    attributes = next((node for node in signer_info if node.tag == _CONTEXT_0), None)
    if attributes is None:
        raise ValueError("the token has no signed attributes")
    if _attribute(attributes) != hashlib.new(digest[0], signed).digest():
        raise ValueError("the token's digest is not that of its content")
    value = [node for node in signer_info if node.tag == _OCTETS]
    if not value:
        raise ValueError("the token is not signed")
    _verify(signer, value[-1].content, bytes((_SET,)) + attributes.whole[1:], digest[1])
    return when


def _open(response: bytes) -> tuple[bytes, list[_Node], list[_Node]]:
    """Return (signed content, fields of the TSTInfo, fields of the signer's information)."""
    parts = _only(response).children()
    content = parts[1] if parts[0].tag == _SEQUENCE else _only(response)
    signed_data = content.children()[1].children()[0].children()
    octets = signed_data[2].children()[1].children()[0].content
    signers = [node for node in signed_data[3:] if node.tag == _SET][-1]
    return octets, _only(octets).children(), signers.children()[0].children()


def _check_imprint(info: list[_Node], stamped: bytes) -> datetime:
    imprint = next(node for node in info if node.tag == _SEQUENCE).children()
    name, _ = _HASHES[imprint[0].children()[0].content]
    if imprint[1].content != hashlib.new(name, stamped).digest():
        raise ValueError("the token is about other bytes")
    written = next(node for node in info if node.tag == _TIME).content.decode("ascii", "replace")
    return datetime.strptime(written[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def _attribute(attributes: _Node) -> bytes:
    for attribute in attributes.children():
        kind, values = attribute.children()[:2]
        if kind.tag == _OID and kind.content == _MESSAGE_DIGEST:
            return values.children()[0].content
    return b""


def _verify(signer: x509.Certificate, signature: bytes, message: bytes, digest: hashes.HashAlgorithm) -> None:
    key = signer.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, message, ec.ECDSA(digest))
        else:
            raise ValueError("the time-stamp certificate has neither an RSA nor an EC key")
    except (InvalidSignature, UnsupportedAlgorithm) as error:
        raise ValueError("the token is not signed by its certificate") from error

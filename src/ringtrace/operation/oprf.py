"""An oblivious pseudorandom function: RFC 9497, OPRF(ristretto255, SHA-512), base mode.

The asker blinds what they ask about, the owner of the key evaluates it without seeing it, the asker unblinds. Neither
learns the other's input. The group operations are libsodium's (through rbcl); its test vectors are those of the RFC.
"""

from __future__ import annotations

import hashlib

import rbcl

POINT, SCALAR, OUTPUT = 32, 32, 64
"""Bytes of a group element, a scalar and an output."""
_SUITE = b"OPRFV1-\x00-ristretto255-SHA512"
_TO_GROUP, _TO_SCALAR = b"HashToGroup-" + _SUITE, b"HashToScalar-" + _SUITE
_BLOCK = bytes(128)
"""One block of SHA-512 (RFC 9380, expand_message_xmd)."""


def hash_to_group(data: bytes) -> bytes:
    """Return the group element that stands for ``data``."""
    point: bytes = rbcl.crypto_core_ristretto255_from_hash(_expand(data, _TO_GROUP))
    return point


def hash_to_scalar(data: bytes) -> bytes:
    """Return a scalar, evenly spread, that ``data`` gives: a blind, or a key from a secret seed."""
    scalar: bytes = rbcl.crypto_core_ristretto255_scalar_reduce(_expand(data, _TO_SCALAR))
    return scalar


def multiply(scalar: bytes, point: bytes) -> bytes:
    """Return ``scalar`` times ``point``; raises ValueError for what is no element of the group, or its identity."""
    try:
        product: bytes = rbcl.crypto_scalarmult_ristretto255(scalar, point)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError("not an element of the group") from error
    return product


def invert(scalar: bytes) -> bytes:
    """Return the scalar that undoes multiplying by ``scalar``."""
    inverse: bytes = rbcl.crypto_core_ristretto255_scalar_invert(scalar)
    return inverse


def finalize(data: bytes, point: bytes) -> bytes:
    """Return the 64-byte output for ``data``, from its evaluated and unblinded element."""
    told = len(data).to_bytes(2, "big") + data + len(point).to_bytes(2, "big") + point + b"Finalize"
    return hashlib.sha512(told).digest()


def evaluate(key: bytes, data: bytes) -> bytes:
    """Return the output for ``data`` as the owner of ``key`` computes it alone."""
    return finalize(data, multiply(key, hash_to_group(data)))


def _expand(data: bytes, tag: bytes) -> bytes:
    """64 uniform bytes (RFC 9380, section 5.3.1, with SHA-512)."""
    tag += bytes([len(tag)])
    first = hashlib.sha512(_BLOCK + data + b"\x00\x40\x00" + tag).digest()
    return hashlib.sha512(first + b"\x01" + tag).digest()

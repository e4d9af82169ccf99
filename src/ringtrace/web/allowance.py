"""How often something may be asked for: by one address, and by all of them together, within a bounded memory."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

HOUR = 3600.0
MOST = 10_000
"""Addresses remembered at once; who was not seen for longest is forgotten, and the limit on all still holds."""
_KEPT = 4
"""One part in so many of what all may take is for who has taken nothing yet."""
_WIDTHS = ((6, 4), (7, 2), (8, 1))
"""Bytes of an IPv6 network and its shares: providers give one customer a /48 or a /56, one link a /64 (RFC 6177)."""


@dataclass(slots=True)
class _Left:
    """tokens: how often one may ask at once; at: when that was so."""

    tokens: float
    at: float


class Allowance:
    """So many an hour from each address, all of them at once if need be, and so many from all.

    An address is kept in memory alone, as a keyed digest of a secret that ends with the server. Of IPv6 the first
    half is an address; what is given to one customer may be much wider, so that the /56 and the /48 around it have
    shares of their own. A part of what all may take is kept for who has taken nothing yet. now: seconds that only go
    forward.
    """

    def __init__(self, each: int, together: int, now: Callable[[], float] = time.monotonic, most: int = MOST) -> None:
        self._each, self._together, self._now, self._most = each, together, now, most
        self._secret = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._all = _Left(together, now())
        self._addresses: OrderedDict[bytes, _Left] = OrderedDict()

    def take(self, address: str) -> int:
        """Take one and return 0, or the seconds after which there is one again, having taken none."""
        most = {self._digest(network): times * self._each for network, times in _networks(address)}
        with self._lock:
            shares = {key: self._addresses.get(key) or _Left(limit, self._now()) for key, limit in most.items()}
            known = next(iter(most)) in self._addresses
            kept = self._together // _KEPT if known else 0
            waits = [self._refill(share, most[key]) for key, share in shares.items()]
            waits.append(self._refill(self._all, self._together, 1 + kept))
            if max(waits) > 0:
                return int(max(waits)) + 1
            for left in (*shares.values(), self._all):
                left.tokens -= 1
            self._remember(shares)
            return 0

    def _remember(self, shares: dict[bytes, _Left]) -> None:
        for key in reversed(shares):  # the widest last, so that it is forgotten last
            self._addresses[key] = shares[key]
            self._addresses.move_to_end(key)
        while len(self._addresses) > self._most:
            self._addresses.popitem(last=False)

    def _digest(self, network: bytes) -> bytes:
        return hashlib.blake2b(network, key=self._secret, digest_size=16).digest()

    def _refill(self, left: _Left, most: int, needed: int = 1) -> float:
        """Add what the time since has brought; return the seconds until there are as many as ``needed``."""
        now = self._now()
        left.tokens = min(most, left.tokens + (now - left.at) * most / HOUR)
        left.at = now
        return 0.0 if left.tokens >= needed else (needed - left.tokens) * HOUR / most

    def __len__(self) -> int:
        return len(self._addresses)


def _networks(address: str) -> list[tuple[bytes, int]]:
    """Return the networks that an address counts for, the widest first, and how many addresses' share each has."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return [(b"unknown", 1)]
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    if mapped is not None:
        return [(mapped.packed, 1)]
    return [(found.packed[:size], times) for size, times in _WIDTHS] if found.version == 6 else [(found.packed, 1)]

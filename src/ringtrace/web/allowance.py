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


@dataclass(slots=True)
class _Left:
    """tokens: how often one may ask at once; at: when that was so."""

    tokens: float
    at: float


class Allowance:
    """So many an hour from each address, all of them at once if need be, and so many from all.

    An address is kept in memory alone, as a keyed digest of a secret that ends with the server; of IPv6 the first
    half, which is one customer's. now: seconds that only go forward.
    """

    def __init__(self, each: int, together: int, now: Callable[[], float] = time.monotonic, most: int = MOST) -> None:
        self._each, self._together, self._now, self._most = each, together, now, most
        self._secret = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._all = _Left(together, now())
        self._addresses: OrderedDict[bytes, _Left] = OrderedDict()

    def take(self, address: str) -> int:
        """Take one and return 0, or the seconds after which there is one again, having taken none."""
        key = hashlib.blake2b(_network(address), key=self._secret, digest_size=16).digest()
        with self._lock:
            mine = self._addresses.pop(key, None) or _Left(self._each, self._now())
            self._addresses[key] = mine
            while len(self._addresses) > self._most:
                self._addresses.popitem(last=False)
            waits = [self._refill(mine, self._each), self._refill(self._all, self._together)]
            if max(waits) > 0:
                return int(max(waits)) + 1
            mine.tokens -= 1
            self._all.tokens -= 1
            return 0

    def _refill(self, left: _Left, most: int) -> float:
        """Add what the time since has brought; return the seconds until there is one whole."""
        now = self._now()
        left.tokens = min(most, left.tokens + (now - left.at) * most / HOUR)
        left.at = now
        return 0.0 if left.tokens >= 1 else (1 - left.tokens) * HOUR / most

    def __len__(self) -> int:
        return len(self._addresses)


def _network(address: str) -> bytes:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return b"unknown"
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    if mapped is not None:
        return mapped.packed
    return found.packed[:8] if found.version == 6 else found.packed

"""The hash tree of RFC 6962 over the lines of the custody log."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def leaf_hash(data: bytes) -> bytes:
    """Return SHA-256(0x00 || data), RFC 6962 section 2.1."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows: of its leaves it keeps only the roots of the full subtrees, largest first."""

    def __init__(self, nodes: Sequence[tuple[int, bytes]] = ()) -> None:
        self.nodes = list(nodes)

    @property
    def size(self) -> int:
        """Leaves so far."""
        return sum(size for size, _ in self.nodes)

    def add(self, leaf: bytes) -> None:
        """Take in the next leaf hash."""
        size, node = 1, leaf
        while self.nodes and self.nodes[-1][0] == size:
            node = node_hash(self.nodes.pop()[1], node)
            size *= 2
        self.nodes.append((size, node))

    def root(self) -> bytes:
        """Return the tree head; SHA-256 of nothing when empty."""
        if not self.nodes:
            return hashlib.sha256(b"").digest()
        node = self.nodes[-1][1]
        for _, left in reversed(self.nodes[:-1]):
            node = node_hash(left, node)
        return node


def root_hash(leaves: Sequence[bytes]) -> bytes:
    """Return the tree head of ``leaves`` (leaf hashes, in order); SHA-256 of nothing when empty."""
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path of leaf ``index`` (RFC 6962 section 2.1.1)."""
    if len(leaves) <= 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion_proof(leaves[:split], index), root_hash(leaves[split:])]
    return [*inclusion_proof(leaves[split:], index - split), root_hash(leaves[:split])]


def audit_paths(leaves: Sequence[bytes], indexes: Sequence[int]) -> list[list[bytes]]:
    """Return the inclusion proof of each of ``indexes``; the tree is hashed once for all of them."""
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        above = [node_hash(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)]
        levels.append(above + below[len(above) * 2 :])  # an odd last node moves up as it is
    paths = []
    for index in indexes:
        path, at = [], index
        for level in levels[:-1]:
            if at ^ 1 < len(level):
                path.append(level[at ^ 1])
            at //= 2
        paths.append(path)
    return paths


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """Return the root that ``proof`` leads to from ``leaf`` at ``index`` of ``size`` leaves (RFC 9162 2.1.3.2).

    Raises ValueError when the proof has the wrong length for that place.
    """
    node, last = index, size - 1
    value = leaf
    for sibling in proof:
        if last == 0:
            raise ValueError("the proof is longer than the tree is high")
        if node % 2 == 1 or node == last:
            value = node_hash(sibling, value)
            while node % 2 == 0 and node != 0:
                node //= 2
                last //= 2
        else:
            value = node_hash(value, sibling)
        node //= 2
        last //= 2
    if last != 0:
        raise ValueError("the proof is shorter than the tree is high")
    return value


def consistency_proof(leaves: Sequence[bytes], old: int) -> list[bytes]:
    """Return the proof that the first ``old`` leaves are a prefix of ``leaves`` (RFC 6962 section 2.1.2)."""
    return _subproof(leaves, old, whole=True) if 0 < old < len(leaves) else []


def is_consistent(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether ``proof`` shows that ``old`` leaves are the beginning of ``size`` leaves (RFC 9162 2.1.4.2)."""
    if old == size:
        return not proof and old_root == root
    if old == 0:
        return not proof
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path or old > size:
        return False
    node, last = old - 1, size - 1
    while node % 2 == 1:
        node, last = node // 2, last // 2
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node % 2 == 1 or node == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while node % 2 == 0 and node != 0:
                node, last = node // 2, last // 2
        else:
            second = node_hash(second, sibling)
        node, last = node // 2, last // 2
    return last == 0 and first == old_root and second == root


def _subproof(leaves: Sequence[bytes], old: int, *, whole: bool) -> list[bytes]:
    if old == len(leaves):
        return [] if whole else [root_hash(leaves)]
    split = _split(len(leaves))
    if old <= split:
        return [*_subproof(leaves[:split], old, whole=whole), root_hash(leaves[split:])]
    return [*_subproof(leaves[split:], old - split, whole=False), root_hash(leaves[:split])]


def _split(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << ((size - 1).bit_length() - 1)

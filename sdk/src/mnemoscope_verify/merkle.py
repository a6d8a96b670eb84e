"""Merkle trees as RFC 9162 §2.1 has them: the tree's root, inclusion and consistency."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

HASH = 32
EMPTY_ROOT = sha256().digest()


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that only grows, held as the hashes of its perfect subtrees, the largest first.

    That is one hash for each bit that is set in `size`: begun from them, it goes on from any size.
    """

    def __init__(self, size: int = 0, left: Iterable[bytes] = ()) -> None:
        self.size = size
        self.left = list(left)
        if len(self.left) != size.bit_count():
            raise ValueError(f"A tree of {size} leaves has {size.bit_count()} perfect subtrees.")

    def append(self, leaf: bytes) -> None:
        size = self.size
        self.size = size + 1
        while size & 1:
            leaf = sha256(b"\x01" + self.left.pop() + leaf).digest()
            size >>= 1
        self.left.append(leaf)

    def root(self) -> bytes:
        if not self.left:
            return EMPTY_ROOT
        *others, root = self.left
        for left in reversed(others):
            root = node_hash(left, root)
        return root


def is_included(
    *, leaf: bytes, index: int, size: int, hashes: Sequence[bytes], root: bytes
) -> bool:
    """RFC 9162 §2.1.3.2."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for sibling in hashes:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            found = node_hash(found, sibling)
        place >>= 1
        last >>= 1
    return last == 0 and found == root


def is_consistent(
    *, first: int, second: int, first_root: bytes, second_root: bytes, hashes: Sequence[bytes]
) -> bool:
    """Whether the second tree continues the first: RFC 9162 §2.1.4.2."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not hashes and first_root == second_root
    path = list(hashes)
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    if not path:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place >>= 1
        last >>= 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old = node_hash(sibling, old)
            new = node_hash(sibling, new)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            new = node_hash(new, sibling)
        place >>= 1
        last >>= 1
    return last == 0 and old == first_root and new == second_root

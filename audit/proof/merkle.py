"""Merkle trees as of RFC 9162 §2.1 (and RFC 6962): their hashes, their roots, and what proofs need.

A subtree is named by the leaves it covers, [begin, end); a perfect one has 2^n leaves and begins
at a multiple of that. Every other subtree of the standard is put together from perfect ones.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

EMPTY_ROOT = sha256().digest()


class Subtree(NamedTuple):
    begin: int
    end: int


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def perfect_subtrees(part: Subtree) -> list[Subtree]:
    """From left to right, the fewest that cover a part of which each is a subtree."""
    begin, end = part
    found = []
    while begin < end:
        width = 1 << ((end - begin).bit_length() - 1)
        if begin:
            width = min(width, begin & -begin)
        found.append(Subtree(begin, begin + width))
        begin += width
    return found


def fold(hashes: Sequence[bytes]) -> bytes:
    """The hash over perfect subtrees that get smaller from left to right; of none, EMPTY_ROOT."""
    if not hashes:
        return EMPTY_ROOT
    *others, folded = hashes
    for left in reversed(others):
        folded = node_hash(left, folded)
    return folded


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """Of a perfect subtree, from the hashes of its 2^n parts."""
    while len(hashes) > 1:
        hashes = [
            node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)
        ]
    return hashes[0]


class CompactRange:
    """The tree over [0, size), held as the hashes of its perfect subtrees, the largest first."""

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self.hashes = list(hashes)

    def append(self, leaf: bytes) -> None:
        self.hashes.append(leaf)
        size = self.size
        while size & 1:
            right = self.hashes.pop()
            self.hashes[-1] = node_hash(self.hashes[-1], right)
            size >>= 1
        self.size += 1

    @property
    def root(self) -> bytes:
        return fold(self.hashes)


def inclusion_path(index: int, size: int) -> list[Subtree]:
    """PATH(index, D_size) of §2.1.3.1: the subtrees whose hashes prove the leaf, from it upwards.

    Raises ValueError on a leaf that the tree does not have.
    """
    if not 0 <= index < size:
        raise ValueError(f"A log of {size} has no leaf {index}.")
    path = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(Subtree(middle, end))
            end = middle
        else:
            path.append(Subtree(begin, middle))
            begin = middle
    return path[::-1]


def consistency_path(first: int, second: int) -> list[Subtree]:
    """PROOF(first, D_second) of §2.1.4.1. Raises ValueError unless 0 < first <= second."""
    if not 0 < first <= second:
        raise ValueError(f"A log of {second} does not continue one of {first}.")
    path = []
    begin, end = 0, second
    while first != end:
        middle = begin + _split(end - begin)
        if first <= middle:
            path.append(Subtree(middle, end))
            end = middle
        else:
            path.append(Subtree(begin, middle))
            begin = middle
    if begin:  # else it is the first tree itself, whose root the verifier has
        path.append(Subtree(begin, end))
    return path[::-1]


def _split(size: int) -> int:
    """The largest power of two below a size of at least 2."""
    return 1 << ((size - 1).bit_length() - 1)

"""leaves.bin: what the log has as its leaves, believed as far as signed checkpoints confirm it."""

from __future__ import annotations

from collections.abc import Iterator

from mnemoscope_verify.checkpoints import PACK, marks_in
from mnemoscope_verify.manifest import Manifest
from mnemoscope_verify.merkle import HASH, Tree
from mnemoscope_verify.pack import Pack
from mnemoscope_verify.runs import SortedRecords

NAME = "leaves.bin"
BLOCK = HASH * 4096


def leaves_of(pack: Pack, first: int) -> Iterator[tuple[int, bytes]]:
    index = first
    with pack.open(NAME) as file:
        while block := file.read(BLOCK):
            for at in range(0, len(block), HASH):
                yield index, block[at : at + HASH]
                index += 1


def are_authentic(pack: Pack, manifest: Manifest, marks: SortedRecords) -> bool:
    """Whether the tree over them has the root of every checkpoint in the pack."""
    if not pack.has(NAME):
        return False
    tree = Tree(manifest.first, manifest.left)
    leaves = leaves_of(pack, manifest.first)
    compared = 0
    for mark in marks_in(marks):
        if mark.source != PACK:
            continue
        compared += 1
        while tree.size < mark.size:
            _, leaf = next(leaves, (0, b""))
            if len(leaf) != HASH:
                return False
            tree.append(leaf)
        if tree.size == mark.size and tree.root() != mark.root:
            return False
    return compared > 0 and not any(True for _ in leaves)

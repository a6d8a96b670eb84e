"""The tenant's tree as tiles of 256 hashes: what a proof needs is read, what a batch adds written.

https://c2sp.org/tlog-tiles. A tile is read whole, so a proof costs one statement and few rows.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from audit.proof.merkle import CompactRange, Subtree, fold, perfect_root, perfect_subtrees
from console.tenancy.rows import execute, fetch
from console.tenancy.scope import current_tenant_id

HEIGHT = 8
WIDTH = 1 << HEIGHT
HASH_BYTES = 32

READ = """
SELECT level, number, hashes FROM audit_logtile
JOIN unnest(%s::smallint[], %s::bigint[]) AS wanted (level, number) USING (level, number)
WHERE tenant_id = %s
"""
WRITE = """
INSERT INTO audit_logtile (tenant_id, level, number, hashes)
SELECT %s, * FROM unnest(%s::smallint[], %s::bigint[], %s::bytea[])
ON CONFLICT (tenant_id, level, number) DO UPDATE SET hashes = EXCLUDED.hashes
"""


class Place(NamedTuple):
    """Of a tile."""

    level: int
    number: int


class MissingTileError(RuntimeError):
    """The log is shorter than was asked for, or somebody removed a tile."""


def hashes_of(parts: Sequence[Subtree]) -> list[bytes]:
    """Of subtrees of the log, by one statement. Raises MissingTileError."""
    perfect = [perfect_subtrees(part) for part in parts]
    tiles = read_tiles({_place(subtree) for subtrees in perfect for subtree in subtrees})
    return [fold([_hash(subtree, tiles) for subtree in subtrees]) for subtrees in perfect]


def compact_range(size: int) -> CompactRange:
    """The first `size` leaves of the log, by one statement. Raises MissingTileError."""
    return CompactRange(size, hashes_of(perfect_subtrees(Subtree(0, size))))


def extend(size: int, leaves: Sequence[bytes]) -> None:
    """Puts leaf hashes behind the first `size`. Raises MissingTileError."""
    edge = [Place(level, size >> HEIGHT * (level + 1)) for level in range(HEIGHT)]
    tiles = read_tiles([place for place in edge if _width(place, size)])
    changed: dict[Place, list[bytes]] = {}
    level, first, hashes = 0, size, list(leaves)
    while hashes:
        number, held = divmod(first, WIDTH)
        if held:
            before = tiles.get(Place(level, number), [])
            if len(before) != held:
                raise MissingTileError(f"Tile {number} of level {level} does not hold {held}.")
            hashes = before + hashes
        rows = [hashes[at : at + WIDTH] for at in range(0, len(hashes), WIDTH)]
        changed |= {Place(level, number + at): row for at, row in enumerate(rows)}
        hashes = [perfect_root(row) for row in rows if len(row) == WIDTH]
        level, first = level + 1, number
    _write(changed)


def read_tiles(places: Iterable[Place]) -> dict[Place, list[bytes]]:
    wanted = list(places)
    levels, numbers = [place.level for place in wanted], [place.number for place in wanted]
    rows = fetch(READ, [levels, numbers, current_tenant_id()])
    return {Place(level, number): split(hashes) for level, number, hashes in rows}


def split(hashes: bytes) -> list[bytes]:
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]


def _write(tiles: dict[Place, list[bytes]]) -> None:
    execute(
        WRITE,
        [
            current_tenant_id(),
            [place.level for place in tiles],
            [place.number for place in tiles],
            [b"".join(hashes) for hashes in tiles.values()],
        ],
    )


def _width(place: Place, size: int) -> int:
    """How many hashes the last tile of a level has, in a log of that size; 0 where it is full."""
    return (size >> HEIGHT * place.level) % WIDTH


def _level(subtree: Subtree) -> int:
    """Of the tile that holds the hash of a perfect subtree, or what it is made of."""
    return ((subtree.end - subtree.begin).bit_length() - 1) // HEIGHT


def _place(subtree: Subtree) -> Place:
    level = _level(subtree)
    return Place(level, subtree.begin >> HEIGHT * (level + 1))


def _hash(subtree: Subtree, tiles: dict[Place, list[bytes]]) -> bytes:
    level = _level(subtree)
    begin, end = subtree.begin >> HEIGHT * level, subtree.end >> HEIGHT * level
    held = tiles.get(_place(subtree), [])
    hashes = held[begin % WIDTH : begin % WIDTH + end - begin]
    if len(hashes) < end - begin:
        raise MissingTileError(f"The log does not hold the leaves {subtree.begin}-{subtree.end}.")
    return perfect_root(hashes)

"""Our trees against Certificate Transparency's published vectors and RFC 9162's definitions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.proof.merkle import (
    EMPTY_ROOT,
    CompactRange,
    Subtree,
    consistency_path,
    fold,
    inclusion_path,
    leaf_hash,
    perfect_root,
    perfect_subtrees,
)
from tests.proof import rfc9162

# github.com/transparency-dev/merkle, testonly/constants.go and the tests of Certificate
# Transparency before it: leaves, the roots over the first n of them, proofs.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {  # (leaf, size)
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): INCLUSION[0, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
sizes = st.integers(1, 150)


def compact(entries):
    tree = CompactRange()
    for entry in entries:
        tree.append(leaf_hash(entry))
    return tree


def some_entries(size):
    return [b"entry %d" % number for number in range(size)]


def hash_of(subtree, entries):
    """From the hashes of perfect subtrees alone, as a log keeps them."""
    parts = [
        perfect_root([leaf_hash(entry) for entry in entries[begin:end]])
        for begin, end in perfect_subtrees(subtree)
    ]
    return fold(parts)


@pytest.mark.parametrize("size", range(9))
def test_the_published_roots(size):
    assert compact(LEAVES[:size]).root.hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_the_published_inclusion_proofs(index, size):
    path = inclusion_path(index, size)
    assert [hash_of(part, LEAVES).hex() for part in path] == INCLUSION[index, size]


@pytest.mark.parametrize(("first", "second"), CONSISTENCY)
def test_the_published_consistency_proofs(first, second):
    path = consistency_path(first, second)
    assert [hash_of(part, LEAVES).hex() for part in path] == CONSISTENCY[first, second]


def test_an_empty_log_has_the_root_of_the_standard():
    assert CompactRange().root == EMPTY_ROOT == rfc9162.tree_hash([])


@given(sizes, st.data())
def test_inclusion_proofs_are_the_standard_s_and_verify(size, data):
    entries = some_entries(size)
    index = data.draw(st.integers(0, size - 1))
    hashes = [hash_of(part, entries) for part in inclusion_path(index, size)]
    assert hashes == rfc9162.path(index, entries)
    root = compact(entries).root
    assert root == rfc9162.tree_hash(entries)
    leaf = leaf_hash(entries[index])
    assert rfc9162.includes(index, size, leaf, hashes, root)
    assert not rfc9162.includes(index, size, leaf_hash(b"another"), hashes, root)


@given(sizes, st.data())
def test_consistency_proofs_are_the_standard_s_and_verify(second, data):
    entries = some_entries(second)
    first = data.draw(st.integers(1, second))
    hashes = [hash_of(part, entries) for part in consistency_path(first, second)]
    assert hashes == rfc9162.proof(first, entries)
    roots = compact(entries[:first]).root, compact(entries).root
    assert rfc9162.continues(first, second, *roots, hashes)
    assert not rfc9162.continues(first, second, leaf_hash(b"another"), roots[1], hashes)


@given(st.integers(0, 5_000), st.integers(0, 300))
def test_perfect_subtrees_cover_a_part_each_in_its_place(begin, width):
    parts = perfect_subtrees(Subtree(begin, begin + width))
    assert [number for part in parts for number in range(*part)] == [*range(begin, begin + width)]
    for part in parts:
        size = part.end - part.begin
        assert size & (size - 1) == 0
        assert part.begin % size == 0


@given(st.integers(0, 100), st.integers(0, 100))
def test_a_compact_range_goes_on_where_another_ended(kept, added):
    entries = some_entries(kept + added)
    before = compact(entries[:kept])
    after = CompactRange(before.size, before.hashes)
    for entry in entries[kept:]:
        after.append(leaf_hash(entry))
    assert after.root == rfc9162.tree_hash(entries)
    assert len(after.hashes) == (kept + added).bit_count()


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_leaf_that_is_not_there_has_no_proof(index, size):
    with pytest.raises(ValueError, match="has no leaf"):
        inclusion_path(index, size)


@pytest.mark.parametrize(("first", "second"), [(0, 3), (4, 3)])
def test_a_log_does_not_continue_a_longer_one_or_none(first, second):
    with pytest.raises(ValueError, match="does not continue"):
        consistency_path(first, second)

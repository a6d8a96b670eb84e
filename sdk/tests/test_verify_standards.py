"""Against what others publish: RFC 6962's test vectors, and the signed note of Go's sumdb."""

from __future__ import annotations

import random

import pytest
from mnemoscope_verify.merkle import EMPTY_ROOT, Tree, is_consistent, is_included, leaf_hash
from mnemoscope_verify.notes import MalformedError, parse_checkpoint, parse_key, parse_note
from mnemoscope_verify.trust import KeyRing, Standing
from verify_logs import left_of, path_of, subtree

# The inputs and roots that certificate-transparency implementations share.
INPUTS = ["", "00", "10", "2021", "3031", "40414243"]
INPUTS += ["5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf_hash(bytes.fromhex(text)) for text in INPUTS]

# https://pkg.go.dev/golang.org/x/mod/sumdb/note
KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6"
    "KE6RyyBwJnAM=\n"
)


def test_the_tree_has_the_roots_that_everybody_else_has() -> None:
    tree = Tree()
    assert tree.root() == EMPTY_ROOT
    for leaf, root in zip(LEAVES, ROOTS, strict=True):
        tree.append(leaf)
        assert tree.root().hex() == root


@pytest.mark.parametrize("first", range(40))
def test_a_tree_begun_from_what_lies_left_goes_on_as_the_whole_would(first: int) -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(60)]
    tree = Tree(first, left_of(leaves[:first]))
    for size in range(first, 60):
        assert tree.root() == subtree(leaves[:size])
        tree.append(leaves[size])


def test_every_inclusion_proof_holds_for_its_leaf_and_for_no_other() -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(33)]
    for size in range(1, 34):
        root = subtree(leaves[:size])
        for index in range(size):
            hashes = path_of(index, leaves[:size])
            for claimed in range(size + 1):
                held = is_included(
                    leaf=leaves[index], index=claimed, size=size, hashes=hashes, root=root
                )
                assert held == (claimed == index)
            if hashes:
                assert not is_included(
                    leaf=leaves[index], index=index, size=size, hashes=hashes[:-1], root=root
                )
            assert not is_included(
                leaf=leaves[index], index=index, size=size, hashes=[*hashes, root], root=root
            )


def consistency(first: int, leaves: list[bytes], *, whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 9162 §2.1.4.1."""
    if first == len(leaves):
        return [] if whole else [subtree(leaves)]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    if first <= split:
        return [*consistency(first, leaves[:split], whole=whole), subtree(leaves[split:])]
    return [*consistency(first - split, leaves[split:], whole=False), subtree(leaves[:split])]


def test_every_consistency_proof_holds_and_one_with_a_changed_hash_does_not() -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(20)]
    rng = random.Random(4)
    for second in range(1, 21):
        for first in range(1, second + 1):
            hashes = consistency(first, leaves[:second])
            roots = {
                "first_root": subtree(leaves[:first]),
                "second_root": subtree(leaves[:second]),
            }
            assert is_consistent(first=first, second=second, hashes=hashes, **roots)
            for place in range(len(hashes)):
                wrong = [*hashes[:place], rng.randbytes(32), *hashes[place + 1 :]]
                assert not is_consistent(first=first, second=second, hashes=wrong, **roots)


def test_a_note_signed_by_somebody_elses_program_is_read_and_trusted() -> None:
    ring = KeyRing([parse_key(KEY)])
    assert ring.standing(parse_note(NOTE)) is Standing.TRUSTED
    assert ring.standing(parse_note(NOTE.replace("answer", "Answer"))) is Standing.FORGED
    assert KeyRing([]).standing(parse_note(NOTE)) is Standing.UNKNOWN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        KEY.replace("c74f20a3", "c74f20a4"),
        KEY.replace("ARpc", "AhpC"),
        KEY[:-8],
        "a+zz+!!",
    ],
)
def test_a_key_that_was_not_copied_whole_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        parse_key(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "body\n",
        "body\n\n— name\n",
        "body\n\n— name AAAA",
        "body\n\n- name AAAAAAAAAA==\n",
        "a\n01\nAA==\nx\n\n— n AAAAAAAA\n",
        "a\n1\n\n— n AAAAAAAA\n",
        "\ud800\n1\nAA==\nmnemoscope-checkpoint 1 x y\n\n— n AAAAAAAA\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        parse_checkpoint(text)

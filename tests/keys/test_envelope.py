"""Sealed bytes open under their key, as what they are, and in no other way."""

from uuid import UUID

import pytest

from console.keys.models import associated_data
from console.platform.crypto.envelope import SealBrokenError, new_key, seal, unseal
from console.platform.crypto.root_keys import LocalRootKeys, parse_root_keys

KEY = bytes(range(32))
NONCE = bytes(range(100, 112))
# Frozen: bytes sealed by an earlier release must open for ever.
SEALED = bytes.fromhex(
    "01"  # scheme
    "6465666768696a6b6c6d6e6f"  # nonce
    "0274b0070ac926ec5b043a9aa9450fd02fa36f66a563e99c47713b060f030dc9b59d6f0298"
)


def test_what_an_earlier_release_sealed_opens():
    assert seal(KEY, b"Jonas prefers e-mail.", b"version|1", nonce=NONCE) == SEALED
    assert unseal(KEY, SEALED, b"version|1") == b"Jonas prefers e-mail."


def test_no_two_seals_of_one_text_are_alike():
    key = new_key()
    assert seal(key, b"x", b"") != seal(key, b"x", b"")


@pytest.mark.parametrize("position", [0, 1, 13, len(SEALED) - 1])
def test_a_changed_byte_opens_nothing(position):
    changed = bytearray(SEALED)
    changed[position] ^= 1
    with pytest.raises(SealBrokenError):
        unseal(KEY, bytes(changed), b"version|1")


@pytest.mark.parametrize("sealed", [b"", b"\x01", SEALED[:12], SEALED[:-1]])
def test_cut_bytes_open_nothing(sealed):
    with pytest.raises(SealBrokenError):
        unseal(KEY, sealed, b"version|1")


def test_bytes_moved_to_another_row_or_key_open_nothing():
    with pytest.raises(SealBrokenError):
        unseal(KEY, SEALED, b"version|2")
    with pytest.raises(SealBrokenError):
        unseal(new_key(), SEALED, b"version|1")


def test_a_key_is_bound_to_its_row():
    one, other = UUID(int=1), UUID(int=2)
    assert associated_data(one, other, "content", None, 1) == (
        b"key|00000000-0000-0000-0000-000000000001|00000000-0000-0000-0000-000000000002"
        b"|content|None|1"
    )


def test_root_keys_are_read_the_current_one_first():
    keys = parse_root_keys(f"new:{'ab' * 32}, old:{'cd' * 32}")
    assert list(keys) == ["new", "old"]
    root = LocalRootKeys(keys)
    wrapped = LocalRootKeys({"old": keys["old"]}).wrap(b"secret", b"row")
    assert root.current == "new"
    assert root.unwrap(wrapped, b"row", root="old") == b"secret"


@pytest.mark.parametrize("text", ["", "ab" * 32, "new:abc", f"a:{'ab' * 32},a:{'cd' * 32}", "a:"])
def test_malformed_root_keys_are_refused_without_repeating_them(text):
    with pytest.raises(ValueError, match="Write root keys as") as refused:
        parse_root_keys(text)
    assert not text or text not in str(refused.value)


def test_a_missing_root_key_is_named():
    with pytest.raises(SealBrokenError, match="'gone' is not in MNEMOSCOPE_ROOT_KEYS"):
        LocalRootKeys({"here": KEY}).unwrap(b"", b"", root="gone")

"""A compressed body comes out whole, within the limit, or not at all."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from backports import zstd
from backports.zstd import CompressionParameter
from hypothesis import given
from hypothesis import strategies as st

from audit.ingest.inflate import (
    MAX_MEMBERS,
    BrokenEncodingError,
    TooLargeError,
    UnknownEncodingError,
    inflate,
)

LIMIT = 3_000_000
ENCODERS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress),
    ("deflate", zlib.compress),
    ("zstd", zstd.compress),
]
each_encoding = pytest.mark.parametrize(("name", "encode"), ENCODERS)


def zstd_of_window(body: bytes, window_log: int) -> bytes:
    """As a stream that does not know its length, so that its header names a window."""
    compressor = zstd.ZstdCompressor(options={CompressionParameter.window_log: window_log})
    return compressor.compress(body) + compressor.flush()


@given(st.binary(max_size=2000), st.integers(1, 900))
def test_what_was_compressed_comes_out_the_same(piece: bytes, times: int):
    body = piece * times
    for name, encode in ENCODERS:
        assert inflate(encode(body), name.title(), limit=LIMIT) == body
    assert inflate(body, "", limit=LIMIT) == body


@each_encoding
def test_members_of_one_body_are_joined(name: str, encode: Callable[[bytes], bytes]):
    assert inflate(encode(b"a") + encode(b"b"), name, limit=2) == b"ab"


@each_encoding
def test_members_without_end_are_refused(name: str, encode: Callable[[bytes], bytes]):
    with pytest.raises(BrokenEncodingError, match="members"):
        inflate(encode(b"") * (MAX_MEMBERS + 1), name, limit=LIMIT)


@each_encoding
@pytest.mark.parametrize("size", [1, 100_000, 1024 * 1024, 2_500_000])
def test_the_limit_is_exact(name: str, encode: Callable[[bytes], bytes], size: int):
    body = bytes(size)
    assert inflate(encode(body), name, limit=size) == body
    with pytest.raises(TooLargeError):
        inflate(encode(body), name, limit=size - 1)
    with pytest.raises(TooLargeError):
        inflate(body, "identity", limit=size - 1)


@each_encoding
def test_a_bomb_is_refused_before_its_size_is_allocated(
    name: str, encode: Callable[[bytes], bytes]
):
    bomb = encode(bytes(200_000_000))
    tracemalloc.start()
    with pytest.raises(TooLargeError):
        inflate(bomb, name, limit=LIMIT)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * LIMIT


@each_encoding
@pytest.mark.parametrize("missing", [1, 3, 8, 12])
def test_a_body_cut_short_is_broken(name: str, encode: Callable[[bytes], bytes], missing: int):
    with pytest.raises(BrokenEncodingError):
        inflate(encode(b"hello" * 100)[:-missing], name, limit=LIMIT)


def test_a_zstd_window_is_bounded():
    body = bytes(range(256)) * 10
    assert inflate(zstd_of_window(body, 25), "zstd", limit=LIMIT) == body
    with pytest.raises(BrokenEncodingError):
        inflate(zstd_of_window(body, 27), "zstd", limit=LIMIT)


@pytest.mark.parametrize(
    "body",
    [b"plain", gzip.compress(b"x") + b"tail", zlib.compress(b"x")],
    ids=["plain text", "a tail behind a member", "zlib without gzip's header"],
)
def test_what_is_not_gzip_is_broken(body: bytes):
    with pytest.raises(BrokenEncodingError):
        inflate(body, "gzip", limit=LIMIT)


def test_an_encoding_we_do_not_speak_is_named():
    with pytest.raises(UnknownEncodingError, match="snappy"):
        inflate(b"", "snappy", limit=LIMIT)

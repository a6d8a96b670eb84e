"""A compressed body comes out whole, within the limit, or not at all."""

import gzip
import zlib

import pytest
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


@given(st.binary(max_size=2000), st.integers(1, 900))
def test_what_was_compressed_comes_out_the_same(piece: bytes, times: int):
    body = piece * times
    assert inflate(gzip.compress(body), "gzip", limit=LIMIT) == body
    assert inflate(zlib.compress(body), "Deflate", limit=LIMIT) == body
    assert inflate(body, "", limit=LIMIT) == body


def test_members_of_one_gzip_are_joined():
    assert inflate(gzip.compress(b"a") + gzip.compress(b"b"), "gzip", limit=2) == b"ab"


def test_members_without_end_are_refused():
    with pytest.raises(BrokenEncodingError, match="members"):
        inflate(gzip.compress(b"") * (MAX_MEMBERS + 1), "gzip", limit=LIMIT)


@pytest.mark.parametrize("size", [1, 100_000, 2_500_000])
def test_the_limit_is_exact(size: int):
    body = bytes(size)
    assert inflate(gzip.compress(body), "gzip", limit=size) == body
    with pytest.raises(TooLargeError):
        inflate(gzip.compress(body), "gzip", limit=size - 1)
    with pytest.raises(TooLargeError):
        inflate(body, "identity", limit=size - 1)


@pytest.mark.parametrize("missing", [1, 8, 9, 15])
def test_a_body_cut_short_is_broken(missing: int):
    with pytest.raises(BrokenEncodingError):
        inflate(gzip.compress(b"hello" * 100)[:-missing], "gzip", limit=LIMIT)


@pytest.mark.parametrize(
    "body",
    [b"plain", gzip.compress(b"x") + b"tail", zlib.compress(b"x")],
    ids=["plain text", "a tail behind a member", "zlib without gzip's header"],
)
def test_what_is_not_gzip_is_broken(body: bytes):
    with pytest.raises(BrokenEncodingError):
        inflate(body, "gzip", limit=LIMIT)


def test_an_encoding_we_do_not_speak_is_named():
    with pytest.raises(UnknownEncodingError, match="zstd"):
        inflate(b"", "zstd", limit=LIMIT)

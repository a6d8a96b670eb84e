"""Content-Encoding undone within a bound: a bomb is refused before its size is allocated."""

import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from backports.zstd import DecompressionParameter, ZstdDecompressor, ZstdError

if TYPE_CHECKING:
    Stream = zlib._Decompress | ZstdDecompressor  # noqa: SLF001 - typeshed's name

INPUT_STEP = 64 * 1024
OUTPUT_STEP = 1024 * 1024
# An exporter sends one member; a body of millions of empty ones would only burn time.
MAX_MEMBERS = 1024
# What a zstd frame may ask to keep in memory: 32 MiB, the most that Go's encoder, which is the
# Collector's, asks for at any level.
ZSTD_OPTIONS: dict[int, int] = {DecompressionParameter.window_log_max: 25}

# Each coding is a series of members (RFC 1952 §2.2) or frames (RFC 8878 §3), whose contents are
# concatenated. OTLP's "deflate" is HTTP's: the zlib format (RFC 9110 §8.4.1.2).
STREAMS: "dict[str, Callable[[], Stream]]" = {
    "gzip": lambda: zlib.decompressobj(wbits=zlib.MAX_WBITS | 16),
    "deflate": lambda: zlib.decompressobj(wbits=zlib.MAX_WBITS),
    "zlib": lambda: zlib.decompressobj(wbits=zlib.MAX_WBITS),
    "zstd": lambda: ZstdDecompressor(options=ZSTD_OPTIONS),
}


class UnknownEncodingError(Exception):
    """The Content-Encoding is none we speak."""


class BrokenEncodingError(Exception):
    """The body is not what its Content-Encoding says, or ends early."""


class TooLargeError(Exception):
    """The body, inflated, is larger than the limit."""


def inflate(body: bytes, encoding: str, *, limit: int) -> bytes:
    """The body without its Content-Encoding, at most `limit` bytes.

    Raises UnknownEncodingError, BrokenEncodingError or TooLargeError.
    """
    name = encoding.strip().lower()
    if name in {"", "identity", "none"}:
        if len(body) > limit:
            raise TooLargeError
        return body
    if name not in STREAMS:
        raise UnknownEncodingError(name[:40])
    try:
        return _inflate_members(body, STREAMS[name], limit)
    except (zlib.error, ZstdError) as error:
        raise BrokenEncodingError(str(error)) from error


def _inflate_members(body: bytes, begin: "Callable[[], Stream]", limit: int) -> bytes:
    inflated = bytearray()
    stream = begin()
    members = 1
    # Input goes in by slices: unconsumed input is copied at each step, and a whole body's worth
    # of it would make the work quadratic.
    for at in range(0, len(body), INPUT_STEP):
        pending, holds_more = body[at : at + INPUT_STEP], False
        while pending or holds_more:
            if stream.eof:
                stream = begin()
                members += 1
            if members > MAX_MEMBERS:
                raise BrokenEncodingError("the compressed body has too many members")
            piece = stream.decompress(pending, OUTPUT_STEP)
            inflated += piece
            if len(inflated) > limit:
                raise TooLargeError
            # A full piece may have more behind it, which the stream gives without further input.
            holds_more = len(piece) == OUTPUT_STEP and not stream.eof
            pending = _unread(stream)
    if not stream.eof:
        raise BrokenEncodingError("the compressed body ends early")
    return bytes(inflated)


def _unread(stream: "Stream") -> bytes:
    if stream.eof:
        return stream.unused_data
    # zstd keeps for itself what it has not come to yet.
    return b"" if isinstance(stream, ZstdDecompressor) else stream.unconsumed_tail

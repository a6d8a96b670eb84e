"""Content-Encoding undone within a bound: a bomb is refused before its size is allocated."""

import zlib

GZIP = zlib.MAX_WBITS | 16
ZLIB = zlib.MAX_WBITS
INPUT_STEP = 64 * 1024
OUTPUT_STEP = 1024 * 1024
# An exporter sends one member; a body of millions of empty ones would only burn time.
MAX_MEMBERS = 1024


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
    if name == "gzip":
        return _inflate_members(body, GZIP, limit)
    if name in {"deflate", "zlib"}:
        return _inflate_members(body, ZLIB, limit)
    raise UnknownEncodingError(name[:40])


def _inflate_members(body: bytes, window: int, limit: int) -> bytes:
    """RFC 1952 §2.2: a gzip file is a series of members, whose contents are concatenated."""
    inflated = bytearray()
    stream = zlib.decompressobj(wbits=window)
    members = 1
    # Input goes in by slices: unconsumed input is copied at each step, and a whole body's worth
    # of it would make the work quadratic.
    for at in range(0, len(body), INPUT_STEP):
        pending = body[at : at + INPUT_STEP]
        while pending:
            if stream.eof:
                stream = zlib.decompressobj(wbits=window)
                members += 1
            if members > MAX_MEMBERS:
                raise BrokenEncodingError("the compressed body has too many members")
            try:
                inflated += stream.decompress(pending, OUTPUT_STEP)
            except zlib.error as error:
                raise BrokenEncodingError(str(error)) from error
            if len(inflated) > limit:
                raise TooLargeError
            pending = stream.unused_data if stream.eof else stream.unconsumed_tail
    inflated += _rest(stream, limit - len(inflated))
    if not stream.eof:
        raise BrokenEncodingError("the compressed body ends early")
    return bytes(inflated)


def _rest(stream: "zlib._Decompress", room: int) -> bytes:
    """What the stream has read and not given out yet."""
    try:
        rest = stream.decompress(b"", room + 1)
    except zlib.error as error:
        raise BrokenEncodingError(str(error)) from error
    if len(rest) > room:
        raise TooLargeError
    return rest

"""Encoded runs inside a text: what they decode to is screened as the text itself is."""

import base64
import re
from collections.abc import Iterator
from string import hexdigits
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from memory.screening.stretches import long_words

READABLE_SHARE = 0.9
SHORTEST_BASE64 = 24

# Each begins with the characters it can begin with, which are sought many times as fast.
_BASE64 = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/_-]{24,}={0,2}(?![\w+/-])")
_HEX = re.compile(
    r"[0-9a-fA-F](?<!\w[0-9a-fA-F])(?:(?<=0)x(?:[0-9a-fA-F]{2}[ :]?){16,}|"
    r"[0-9a-fA-F][ :]?(?:[0-9a-fA-F]{2}[ :]?){15,})(?!\w)"
)
_BINARY = re.compile(r"[01](?<!\w[01])[01]{7} ?(?:[01]{8} ?){7,}(?!\w)")
_ESCAPES = re.compile(
    r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4})(?:\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4})){7,}"
)
# So many stand in any hexadecimal or binary run, whatever is between them.
_HEX_DIGITS = b"0" * 32
_AS_HEX = bytes(ord("0") if chr(code) in hexdigits else code for code in range(256))
_PERCENT = re.compile(r"%[0-9a-fA-F]{2}(?:[\w.+-]{0,8}%[0-9a-fA-F]{2}){7,}[\w.+-]{0,80}")


class Run(NamedTuple):
    """What stood encoded at `start`/`end`; `text` is empty where it decodes to no text."""

    text: str
    start: int
    end: int


def encoded_in(written: str) -> Iterator[Run]:
    """Every encoded run, kind by kind."""
    digits = _HEX_DIGITS in written.encode("ascii", "replace").translate(_AS_HEX, b" :")
    for found, decode in (
        (_in_long_words(written), _from_base64),
        (_HEX.finditer(written) if digits else (), _from_hex),
        (_BINARY.finditer(written) if digits else (), _from_binary),
        (_ESCAPES.finditer(written), _from_escapes),
        (_PERCENT.finditer(written), _from_percent),
    ):
        for match in found:
            yield Run(_readable(decode(match.group())), *match.span())


def _in_long_words(written: str) -> Iterator[re.Match[str]]:
    for word in long_words(written, least=SHORTEST_BASE64):
        yield from _BASE64.finditer(written, *word)


def _from_base64(run: str) -> bytes:
    run = run.rstrip("=").replace("-", "+").replace("_", "/")
    run = run[: len(run) - (len(run) % 4 == 1)]
    return base64.b64decode(run + "=" * (-len(run) % 4))


def _from_hex(run: str) -> bytes:
    digits = re.sub(r"[^0-9a-fA-F]", "", run.removeprefix("0x"))
    return bytes.fromhex(digits[: len(digits) // 2 * 2])


def _from_binary(run: str) -> bytes:
    digits = run.replace(" ", "")
    return int(digits, 2).to_bytes(len(digits) // 8, "big")


def _from_escapes(run: str) -> bytes:
    codes = (int(code, 16) for code in re.split(r"\\[xu]", run)[1:])
    return "".join(map(chr, codes)).encode("utf-8", "replace")


def _from_percent(run: str) -> bytes:
    return unquote_to_bytes(run.replace("+", " "))


def _readable(decoded: bytes) -> str:
    """The bytes as text when they are text, else nothing."""
    try:
        text = decoded.decode()
    except UnicodeDecodeError:
        return ""
    shown = sum(character.isprintable() or character.isspace() for character in text)
    return text if text and shown >= READABLE_SHARE * len(text) else ""

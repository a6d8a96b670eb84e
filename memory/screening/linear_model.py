"""A linear model over hashed n-grams: characters 3 to 5, words 1 and 2.

A text is as suspicious as its most suspicious window. Weights are never negative, so friendly
words count for nothing; they only dilute, and no further than a window reaches (against the
good-word attack: Lowd and Meek, 2005). Inference is numpy alone; `training` makes the file, and
`tests/screening/vectors` pins the hashing.
"""

import sys
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from memory.screening.evidence import Evidence
from memory.screening.folding import Folded

MODEL = Path(__file__).parent / "data" / "injection_model.npz"
# Changes whenever the same text would give other buckets: a model fits one hashing only.
HASHING = 1

BITS = 18
BUCKETS = 1 << BITS
WINDOW = 200
STEP = 100
PEAK = 60
LONG_WORD = 24  # characters
PIECE = 4_000
CHARACTER_NGRAMS = (3, 4, 5)
WORD_SCALE = np.float32(2)
LONGEST_WORD = 64

REVIEW_WEIGHT = 0.4
QUARANTINE_WEIGHT = 0.65
DETAIL = "It reads like known injections."

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_POWERS = np.cumprod(np.full(LONGEST_WORD, _STEP, np.uint64), dtype=np.uint64)
_LAST_ASCII = 0x7F
_PUNCTUATION_BLOCKS = ((0x2000, 0x206F), (0x3000, 0x303F))  # general; Chinese and Japanese
_SPACE, _ZERO, _DIGITS = np.uint64(ord(" ")), np.uint64(ord("0")), np.uint64(10)
# The n-grams of characters, words and pairs of words: apart in the hash, and how much they count.
_KINDS = np.array([*CHARACTER_NGRAMS, 101, 102], np.uint64)
_SCALES = np.array([1, 1, 1, WORD_SCALE, WORD_SCALE], np.float32)

Hashes = NDArray[np.uint64]
Places = NDArray[np.int64]


class ModelError(Exception):
    """The model file is absent, damaged, or made for another hashing."""


class Hashed(NamedTuple):
    """N-grams of a text, each with its bucket, where it starts, and how much it counts.

    One that is repeated within half a window counts 0.
    """

    buckets: NDArray[np.int64]
    positions: NDArray[np.int64]
    scales: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LinearModel:
    weights: NDArray[np.float32]
    bias: float
    review_at: float
    quarantine_at: float

    def weight_of(self, score: float) -> float:
        """What a score weighs as evidence; 0 when it is none."""
        if score >= self.quarantine_at:
            return QUARANTINE_WEIGHT
        return REVIEW_WEIGHT if score >= self.review_at else 0.0

    def read(self, text: str) -> tuple[float, int, int]:
        """The score of the worst window, and where that stands."""
        # In pieces, since arrays that fit the cache are read several times as fast.
        pieces = range(0, max(1, len(text) - WINDOW + STEP), PIECE)
        return max(self._read_piece(text, start) for start in pieces)

    def _read_piece(self, text: str, at: int) -> tuple[float, int, int]:
        text = text[at : at + PIECE + WINDOW - STEP]
        hashed = hash_ngrams(text)
        starts, ends = windows(len(text) + 2)
        blocks = hashed.positions // STEP
        evidence = np.bincount(blocks, self._given(hashed), len(starts) + 1)
        energy = np.bincount(blocks, hashed.scales * hashed.scales, len(starts) + 1)
        scores = (evidence[:-1] + evidence[1:]) / np.sqrt(np.maximum(energy[:-1] + energy[1:], 1))
        worst = int(scores.argmax())
        end = min(int(ends[worst]), len(text))
        return float(scores[worst]) + self.bias, at + int(starts[worst]), at + end

    def peak(self, window: str) -> tuple[int, int]:
        """The stretch of a window that weighs most."""
        if len(window) <= PEAK:
            return 0, len(window)
        hashed = hash_ngrams(window)
        given = np.bincount(hashed.positions, self._given(hashed), len(window))
        start = int(np.convolve(given, np.ones(PEAK), "valid").argmax())
        return start, start + PEAK

    def _given(self, hashed: Hashed) -> NDArray[np.float32]:
        return self.weights[hashed.buckets] * hashed.scales


def learned_in(folded: Folded) -> list[Evidence]:
    """The worst window, where the model holds it against the text.

    Raises ModelError when there is no sound model: then nothing passes.
    """
    model = load_model(MODEL)
    if not folded.text:
        return []
    score, start, end = model.read(folded.text)
    weight = model.weight_of(score)
    if not weight:
        return []
    first, last = model.peak(folded.text[start:end])
    span = folded.written(*whole_words(folded.text, start + first, start + last))
    return [Evidence("learned_injection", weight, DETAIL, *span)]


def whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The span, widened to where its first and last words begin and end, unless they are endless.

    A reader is shown it.
    """
    spaced = f" {text} "  # so that the first word has a beginning and the last an end
    before = spaced.rfind(" ", max(0, start + 1 - LONG_WORD), start + 1)
    after = spaced.find(" ", end + 1, end + 1 + LONG_WORD)
    return before if before >= 0 else start, after - 1 if after >= 0 else end


@cache
def load_model(path: Path) -> LinearModel:
    """Raises ModelError."""
    try:
        with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
            weights = arrays["weights"].astype(np.float32)
            hashing, bias, review_at, quarantine_at = arrays["settings"].tolist()
    except (OSError, ValueError, KeyError, BadZipFile, EOFError) as error:
        raise ModelError(f"{path.name} cannot be read: {error}") from error
    if hashing != HASHING or weights.shape != (BUCKETS,):
        raise ModelError(f"{path.name} was made for another hashing")
    sound = np.isfinite(weights).all() and np.isfinite([bias, review_at, quarantine_at]).all()
    if not sound or weights.min() < 0 or not weights.any() or review_at > quarantine_at:
        raise ModelError(f"{path.name} holds weights no training makes")
    return LinearModel(weights, bias, review_at, quarantine_at)


def windows(length: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the windows over a text start and end."""
    starts = np.arange(0, max(1, length - STEP), STEP)
    return starts, np.minimum(starts + WINDOW, length)


def hash_ngrams(folded: str) -> Hashed:
    """Runs of white space count as one space, every digit as 0, and both ends as a space."""
    codes, at = _codes(folded)
    words, starts = _words(codes)
    of_words = at[starts]
    hashes, positions = _character_ngrams(codes), [at, at, at]
    hashes += [words, words[:-1] * _STEP + words[1:]]
    positions += [of_words, of_words]
    lengths = [len(each) for each in hashes]
    return _once_a_block(
        _buckets(np.concatenate(hashes) + np.repeat(_KINDS, lengths)),
        np.concatenate([each[:length] for each, length in zip(positions, lengths, strict=True)]),
        np.repeat(_SCALES, lengths),
    )


def _codes(folded: str) -> tuple[Hashes, Places]:
    """What stands for each character, and where in the text it stands."""
    written = f" {folded} ".encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(written, np.uint32).astype(np.uint64)
    codes[codes - _ZERO < _DIGITS] = _ZERO
    at = np.arange(-1, len(codes) - 1)
    at[0] = 0  # the space put in front is not part of the text
    space = codes <= _SPACE
    codes[space] = _SPACE
    again = space[1:] & space[:-1]
    if again.any():
        kept = np.flatnonzero(np.concatenate([[True], ~again]))
        return codes[kept], at[kept]
    return codes, at


def _once_a_block(buckets: Places, positions: Places, scales: NDArray[np.float32]) -> Hashed:
    """A repetition inside half a window counts 0: said forty times is not forty times as true."""
    pairs = buckets + (positions // STEP << BITS)
    width = (4 * len(pairs)).bit_length()
    slots = (pairs.view(np.uint64) * _MIX >> np.uint64(64 - width)).view(np.int64)
    numbers = np.arange(len(pairs))
    first = np.zeros(1 << width, np.int64)
    first[slots[::-1]] = numbers[::-1]  # the last writer of a slot stands first
    earlier = first[slots]
    scales[(earlier != numbers) & (pairs[earlier] == pairs)] = 0
    return Hashed(buckets, positions, scales)


def _character_ngrams(codes: Hashes) -> list[Hashes]:
    found: list[Hashes] = []
    rolling = codes
    for size in range(2, CHARACTER_NGRAMS[-1] + 1):
        rolling = rolling[:-1] * _STEP + codes[size - 1 :]
        if size in CHARACTER_NGRAMS:
            found.append(rolling)
    return found


def _words(codes: Hashes) -> tuple[Hashes, Places]:
    """The hash of each word and where it starts. The first code and the last are spaces."""
    inside = _IN_WORD[codes.view(np.int64)]
    starts = np.flatnonzero(inside[1:] > inside[:-1]) + 1
    if not len(starts):
        return np.zeros(0, np.uint64), starts
    lengths = np.flatnonzero(inside[:-1] > inside[1:]) + 1 - starts
    ends = np.cumsum(lengths)
    opens = ends - lengths
    within = np.arange(ends[-1]) - np.repeat(opens, lengths)
    powers = _POWERS[np.minimum(within, LONGEST_WORD - 1)]
    return np.add.reduceat(codes[inside] * powers, opens), starts


def _in_words(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Letters and digits: of ASCII exactly, else whatever is not punctuation by its block."""
    inside: NDArray[np.bool_] = codes > _LAST_ASCII
    inside |= (codes >= ord("a")) & (codes <= ord("z"))
    inside |= codes == ord("0")
    for first, last in _PUNCTUATION_BLOCKS:
        inside &= (codes < first) | (codes > last)
    return inside


_IN_WORD = _in_words(np.arange(sys.maxunicode + 1, dtype=np.uint32))


def _buckets(hashes: Hashes) -> Places:
    hashes *= _MIX
    hashes ^= hashes >> np.uint64(32)
    hashes *= _MIX
    hashes >>= np.uint64(64 - BITS)
    return hashes.view(np.int64)

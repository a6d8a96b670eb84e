"""Rows of the recall index as columns of numbers: a scope of thousands is ranked in one go."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

# One row of as many byte strings as there are columns: a thousand rows of Python objects would
# cost more than finding them. The order is the same in each.
AGGREGATES = """
  string_agg(uuid_send(id), ''), string_agg(int8send(coalesce(run, 0)), ''),
  string_agg(float8send(coalesce(1 - distance, 'NaN')), ''), string_agg(int2send(generation), ''),
  string_agg(float8send(extract(epoch FROM recorded_at)::float8), ''),
  string_agg(float8send(coalesce(confidence, 'NaN')), ''),
  string_agg(boolsend(is_approved), ''), string_agg(int4send(cardinality(terms)), ''),
  string_agg(boolsend(is_touched), ''),
  string_agg(CASE WHEN is_touched THEN array_send(terms) END, '')
"""
# array_send: dimensions, flags, element type, then length and lower bound of the one dimension.
ARRAY_HEADER = 5


@dataclass(frozen=True, slots=True)
class Rows:
    """`ids` are 16 bytes each; `run` is 0 outside any; `similarity` is NaN where undefined.

    `generation` counts the query's embedding models from 0, -1 for another. `words` are the terms
    of the rows that share one with the query, and `word_row` says whose each is.
    """

    ids: NDArray[np.void]
    run: NDArray[np.int64]
    similarity: Numbers
    generation: NDArray[np.int16]
    recorded_at: Numbers
    confidence: Numbers
    is_approved: NDArray[np.bool_]
    length: Numbers
    words: NDArray[np.int32]
    word_row: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    def id_of(self, row: int) -> UUID:
        return UUID(bytes=self.ids[row].tobytes())

    def by_age(self) -> NDArray[np.int64]:
        """The place of each row among all, the oldest first: UUIDv7 orders by time."""
        halves = self.ids.view(">u8").astype(np.uint64).reshape(-1, 2)
        place = np.empty(len(self), dtype=np.int64)
        place[np.lexsort((halves[:, 1], halves[:, 0]))] = np.arange(len(self))
        return place

    def counts(self, terms: NDArray[np.int32]) -> Numbers:
        """How often each row holds each term: shape (rows, terms).

        `terms` has a line per index key, any of which counts.
        """
        counted = np.zeros((len(self), terms.shape[1]))
        for column in range(terms.shape[1]):
            holders = self.word_row[np.isin(self.words, terms[:, column])]
            counted[:, column] = np.bincount(holders, minlength=len(self))
        return counted


def rows_of(columns: tuple[Any, ...]) -> Rows:
    """From what AGGREGATES returned."""
    raw = [bytes(column or b"") for column in columns]
    length = np.frombuffer(raw[7], ">i4").astype(np.int64)
    is_touched = np.frombuffer(raw[8], np.bool_)
    words, word_row = _words(raw[9], np.where(is_touched, length, 0))
    return Rows(
        ids=np.frombuffer(raw[0], "V16"),
        run=np.frombuffer(raw[1], ">i8").astype(np.int64),
        similarity=np.frombuffer(raw[2], ">f8").astype(np.float64),
        generation=np.frombuffer(raw[3], ">i2").astype(np.int16),
        recorded_at=np.frombuffer(raw[4], ">f8").astype(np.float64),
        confidence=np.frombuffer(raw[5], ">f8").astype(np.float64),
        is_approved=np.frombuffer(raw[6], np.bool_),
        length=length.astype(np.float64),
        words=words,
        word_row=word_row,
    )


def _words(raw: bytes, sent: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The elements of arrays in binary, one array per row that sent any, and the row of each."""
    row = np.repeat(np.arange(len(sent)), sent)
    headers = np.cumsum(np.where(sent > 0, ARRAY_HEADER, 0))
    # Each element is its length, then its value.
    position = headers[row] + 2 * np.arange(len(row)) + 1
    return np.frombuffer(raw, ">i4")[position].astype(np.int32), row


def joined(first: Rows, second: Rows) -> Rows:
    """The rows of both, each memory once."""
    ids = np.concatenate([first.ids, second.ids])
    _, kept = np.unique(ids, return_index=True)
    kept.sort()
    place = np.full(len(ids), -1)
    place[kept] = np.arange(len(kept))
    word_row = place[np.concatenate([first.word_row, second.word_row + len(first)])]
    words = np.concatenate([first.words, second.words])

    def both(name: str) -> Any:
        return np.concatenate([getattr(first, name), getattr(second, name)])[kept]

    return Rows(
        ids=ids[kept],
        run=both("run"),
        similarity=both("similarity"),
        generation=both("generation"),
        recorded_at=both("recorded_at"),
        confidence=both("confidence"),
        is_approved=both("is_approved"),
        length=both("length"),
        words=words[word_row >= 0],
        word_row=word_row[word_row >= 0],
    )

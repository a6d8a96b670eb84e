"""Ranking by words and by meaning, and fusing the two by what the query itself shows.

Words: BM25 (Robertson and Zaragoza 2009, with Lucene's idf) over the scope. A turn of a run is
read in its context: one shorter than a passage borrows the words of its neighbours as far as it
has room, half as much at each step; and whatever its length it takes, word by word, the best of
its own worth and half of a neighbour's.

Fusing: a worth in words is information, in nats. Of N memories the best reaches about log N by
chance, so only what goes beyond that is evidence. A query whose words the scope does not know at
all is put in other words there: the more of them are unknown, the more the meaning counts, whose
evidence is how far a similarity stands out in the scope. Where words tell, the meaning confirms.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from memory.retrieval.query import Scores
from memory.retrieval.rows import Numbers, Rows
from memory.retrieval.search import Found
from memory.retrieval.weights import RecallWeights

K1, B = 1.2, 0.75
LENT = 0.5
REACH = 2
# As many words (but for stop words) as a text needs to say what it is about.
PASSAGE = 100
# What a standard deviation of similarity is worth where words say nothing, in nats.
MEANING = 0.25
# By how much of itself the evidence of words grows where the meaning fits best.
CONFIRMED = 0.25
SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Words:
    """By row, in nats: the worth of `own` words, and the `best` of own, borrowed and lent.

    `mass` is what the query's words could be worth at most, `known` the share of them that stand
    anywhere in the scope.
    """

    own: Numbers
    best: Numbers
    mass: float
    matched: NDArray[np.int64]
    known: float


def rank(
    terms: NDArray[np.int32], found: Found, *, at: datetime, weights: RecallWeights, limit: int
) -> list[tuple[UUID, Scores]]:
    """The best `limit` rows, best first, with what they were ranked by. `terms` as in Asked."""
    rows = found.rows
    if not len(rows):
        return []
    words = words_of(terms, found)
    meaning = _standing_out(found)
    chance = np.log(found.sampled)
    evidence = words.best / (1 + np.exp(np.minimum(chance - words.best, 700)))
    evidence *= 1 + CONFIRMED * _from_0_to_1(_in_context(meaning, rows))
    trust = words.known**2
    fused = trust * evidence + (1 - trust) * MEANING * meaning
    recency = _recency(rows, at, weights)
    confidence = np.nan_to_num(rows.confidence, nan=weights.unknown_confidence)
    worth = (
        fused
        + weights.recency * recency
        + weights.confidence * confidence
        + weights.approval * rows.is_approved
    )
    # Newer first among equals: UUIDv7 orders by time.
    order = np.lexsort((rows.by_age(), worth))[::-1][:limit]
    similarity = np.clip(np.nan_to_num(rows.similarity), 0, 1)
    shown = np.maximum(worth, 0) / (np.maximum(worth, 0) + chance + 1)
    return [
        (
            rows.id_of(row),
            Scores(
                dense=float(similarity[row]),
                lexical=float(words.best[row] / words.mass) if words.mass else 0.0,
                fused=float(shown[row]),
                matched=int(words.matched[row]),
                asked=terms.shape[1],
                neighbours=float((words.best - words.own)[row] / words.mass) if words.mass else 0.0,
                recency=float(recency[row]),
                is_approved=bool(rows.is_approved[row]),
                is_chance=bool(words.best[row] <= chance),
            ),
        )
        for row in order.tolist()
    ]


def words_of(terms: NDArray[np.int32], found: Found) -> Words:
    rows, sampled = found.rows, found.sampled
    counts = rows.counts(terms)
    holders = (counts[:sampled] > 0).sum(axis=0)
    idf = np.log(1 + (sampled - holders + 0.5) / (holders + 0.5))
    own = _bm25(counts, rows.length, sampled) * idf
    borrowed, borrowed_length = counts.copy(), rows.length.copy()
    best = own.copy()
    for near in _neighbours(rows):
        borrowed[near.to] += near.share[:, None] * counts[near.of]
        borrowed_length[near.to] += near.share * rows.length[near.of]
        best[near.to] = np.maximum(best[near.to], near.lent * own[near.of])
    best = np.maximum(best, _bm25(borrowed, borrowed_length, sampled) * idf)
    return Words(
        own=own.sum(axis=1),
        best=best.sum(axis=1),
        mass=float(idf.sum() * (K1 + 1)),
        matched=(counts > 0).sum(axis=1),
        known=float((counts > 0).any(axis=0).mean()) if terms.shape[1] else 0.0,
    )


def _bm25(counts: Numbers, length: Numbers, sampled: int) -> Numbers:
    """How much of a word's idf each row earns. `counts` need not be whole."""
    average = max(1.0, float(length[:sampled].mean()))
    damping = K1 * (1 - B + B * length / average)
    earned: Numbers = counts * (K1 + 1) / (counts + damping[:, None])
    return earned


@dataclass(frozen=True, slots=True)
class Near:
    """Pairs of rows of one run: each of `of` stands beside the one of `to`, no `to` twice.

    `lent` is how much a word of the one is worth to the other, `share` what there is room for.
    """

    of: NDArray[np.int64]
    to: NDArray[np.int64]
    lent: float
    share: Numbers


def _neighbours(rows: Rows) -> Iterator[Near]:
    """By how many steps in the run they are apart, in either direction."""
    if not rows.run.any():
        return
    order = np.lexsort((rows.by_age(), rows.run))
    run = rows.run[order]
    room = np.clip(1 - rows.length / PASSAGE, 0, 1)
    for step in range(1, REACH + 1):
        (pairs,) = np.nonzero((run[step:] == run[:-step]) & (run[step:] != 0))
        earlier, later = order[pairs], order[pairs + step]
        lent = LENT**step
        share = lent * room[earlier] * room[later]
        yield Near(earlier, later, lent, share)
        yield Near(later, earlier, lent, share)


def _in_context(meaning: Numbers, rows: Rows) -> Numbers:
    """The meaning of a short turn with that of its neighbours, as they lend their words."""
    together = meaning.copy()
    for near in _neighbours(rows):
        together[near.to] += near.share * meaning[near.of]
    return together


def _from_0_to_1(values: Numbers) -> Numbers:
    spread = float(np.ptp(values))
    scaled: Numbers = (values - values.min()) / spread if spread else np.zeros_like(values)
    return scaled


def _standing_out(found: Found) -> Numbers:
    """How many standard deviations a similarity lies above the scope's mean, model by model."""
    rows = found.rows
    standing = np.zeros(len(rows))
    for generation in np.unique(rows.generation):
        known = (rows.generation == generation) & ~np.isnan(rows.similarity)
        sample = rows.similarity[: found.sampled][known[: found.sampled]]
        if sample.size and (spread := float(sample.std())) > 0:
            standing[known] = (rows.similarity[known] - sample.mean()) / spread
    return standing


def _recency(rows: Rows, at: datetime, weights: RecallWeights) -> Numbers:
    """1 for what was recorded just now, 0.5 after a half-life."""
    days = np.maximum(0, at.timestamp() - rows.recorded_at) / SECONDS_PER_DAY
    halved: Numbers = np.exp2(-days / weights.half_life_days)
    return halved

"""Ranking by words and by meaning, and fusing the two by what the query itself shows.

Words: BM25 (Robertson and Zaragoza 2009, with Lucene's idf) over the scope. A turn lends each of
its words to its neighbours in the run, at half its worth for each step; a row takes the best of
its own and what is lent, so that nothing counts twice.

Fusing: a worth in words is information, in nats. Of N memories the best reaches about log N by
chance, so only what goes beyond that is evidence; the surer the best row's words are, the less the
meaning is asked, whose evidence is how far a similarity stands out in the scope.
"""

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
# What a standard deviation of similarity is worth where words say nothing, in nats.
MEANING = 0.25
SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Words:
    """By row, in nats: `own` words', and the `best` of own and lent. `mass` is the query's all."""

    own: Numbers
    best: Numbers
    mass: float
    matched: NDArray[np.int64]


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
    sure = 1 / (1 + np.exp(chance - words.best))
    evidence = sure * words.best + MEANING * (1 - sure.max()) * meaning
    recency = _recency(rows, at, weights)
    confidence = np.nan_to_num(rows.confidence, nan=weights.unknown_confidence)
    worth = (
        evidence
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
    average = max(1.0, float(rows.length[:sampled].mean()))
    damping = K1 * (1 - B + B * rows.length / average)
    own = counts * (K1 + 1) / (counts + damping[:, None]) * idf
    return Words(
        own=own.sum(axis=1),
        best=_lent(own, rows).sum(axis=1),
        mass=float(idf.sum() * (K1 + 1)),
        matched=(counts > 0).sum(axis=1),
    )


def _lent(own: Numbers, rows: Rows) -> Numbers:
    """The best of a row's own worth and what its neighbours in the run lend, by word."""
    order = np.lexsort((rows.by_age(), rows.run))
    run, worth = rows.run[order], own[order]
    best = worth.copy()
    for step in range(1, REACH + 1):
        near = ((run[step:] == run[:-step]) & (run[step:] != 0))[:, None] * LENT**step
        np.maximum(best[step:], near * worth[:-step], out=best[step:])
        np.maximum(best[:-step], near * worth[step:], out=best[:-step])
    unsorted = np.empty_like(best)
    unsorted[order] = best
    return unsorted


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

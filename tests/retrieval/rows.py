"""Rows of the recall index made by hand, from texts."""

from uuid import UUID

import numpy as np

from console.platform.clock import now
from memory.retrieval.ranking import rank
from memory.retrieval.rows import Rows
from memory.retrieval.search import Found
from memory.retrieval.terms import asked_terms, blind_terms
from memory.retrieval.weights import RecallWeights

KEY = bytes(range(32))
NO_WEIGHTS = RecallWeights(recency=0, confidence=0, approval=0)


def rows_of_texts(texts, *, similarity=None, runs=None, days_old=None, confidence=None):
    """The oldest first; ids count from 1."""
    terms = [blind_terms(text, KEY) for text in texts]
    sizes = [len(of_one) for of_one in terms]
    count = len(texts)
    ids = b"".join(UUID(int=number + 1).bytes for number in range(count))
    return Rows(
        ids=np.frombuffer(ids, "V16"),
        run=np.array(runs or [0] * count, np.int64),
        similarity=np.array(similarity if similarity is not None else [0.0] * count, np.float64),
        generation=np.zeros(count, np.int16),
        recorded_at=now().timestamp() - 86_400 * np.array(days_old or [0.0] * count),
        confidence=np.array(confidence or [np.nan] * count, np.float64),
        is_approved=np.zeros(count, np.bool_),
        length=np.array(sizes, np.float64),
        words=np.array([term for of_one in terms for term in of_one], np.int32),
        word_row=np.repeat(np.arange(count), sizes),
    )


def ranked(query, rows, *, weights=NO_WEIGHTS, limit=10):
    """The places of the rows, best first, and the scores of each."""
    found = Found(rows, len(rows))
    hits = rank(asked_terms(query, [KEY]), found, at=now(), weights=weights, limit=limit)
    return [(memory_id.int - 1, scores) for memory_id, scores in hits]


def places(query, rows, **options):
    return [place for place, _ in ranked(query, rows, **options)]

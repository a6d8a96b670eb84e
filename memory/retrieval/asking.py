"""A query as the recall index understands it."""

from datetime import datetime

from django.db.models import Q, QuerySet

from console.keys.keyring import keyring_for
from console.keys.models import Purpose
from memory.models import RecallIndex
from memory.retrieval.generations import vectors_of_query
from memory.retrieval.scope import Scope
from memory.retrieval.search import Asked
from memory.retrieval.terms import asked_terms, stems


def ask(text: str, *, scope: Scope, at: datetime, valid_at: datetime | None = None) -> Asked:
    keys = [key.secret for key in keyring_for().every(Purpose.INDEX)]
    return Asked(
        terms=asked_terms(text, keys),
        vectors=vectors_of_query(text),
        scope=scope,
        at=at,
        valid_at=valid_at or at,
    )


def holding_words(text: str) -> QuerySet[RecallIndex]:
    """The active memories in whose text every word of `text` stands; none for no words."""
    keys = keyring_for().every(Purpose.INDEX) if stems(text) else []
    condition = Q(pk__isnull=True)
    for key in keys:
        [terms] = asked_terms(text, [key.secret]).tolist()
        condition |= Q(key_generation=key.generation, terms__contains=terms)
    return RecallIndex.objects.filter(condition)

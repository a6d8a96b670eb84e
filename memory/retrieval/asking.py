"""A query as the recall index understands it."""

from datetime import datetime

from console.keys.keyring import standing_keys
from console.keys.models import Purpose
from memory.retrieval.generations import vectors_of_query
from memory.retrieval.scope import Scope
from memory.retrieval.search import Asked
from memory.retrieval.terms import asked_terms


def ask(text: str, *, scope: Scope, at: datetime, valid_at: datetime | None = None) -> Asked:
    keys = [key.secret for key in standing_keys(Purpose.INDEX)]
    return Asked(
        terms=asked_terms(text, keys),
        vectors=vectors_of_query(text),
        scope=scope,
        at=at,
        valid_at=valid_at or at,
    )

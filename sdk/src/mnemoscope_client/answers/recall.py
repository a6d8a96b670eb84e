from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from mnemoscope_client import decode
from mnemoscope_client.calls import Json, JsonObject


@dataclass(frozen=True, slots=True)
class RecallHit:
    """One recalled memory; `scores` and `explanation` say what the ranking is made of.

    `is_weak`: it shares too little with the query to lean on. `conflicting` are the ids of other
    hits that say something else at its place.
    """

    id: str
    version: int
    content: str
    value: Json
    score: float
    scores: JsonObject
    explanation: JsonObject
    is_weak: bool
    conflicting: tuple[str, ...]
    state: str | None
    kind: str | None
    key: str | None
    subject: str | None
    namespace: tuple[str, ...]
    metadata: JsonObject
    confidence: float | None
    source: str | None
    created_at: datetime | None
    raw: JsonObject = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Recall:
    """Hits, best first. Iterates and counts as the list it holds.

    `id` is how the audit trail names this recall; `is_weak`: nothing found is worth leaning on.
    """

    id: str | None
    hits: tuple[RecallHit, ...]
    is_weak: bool
    raw: JsonObject = field(repr=False, compare=False)

    def __iter__(self) -> Iterator[RecallHit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    def __getitem__(self, index: int) -> RecallHit:
        return self.hits[index]


def recall(body: JsonObject) -> Recall:
    return Recall(
        id=decode.text_or_none(body, "id"),
        hits=tuple(_hit(item) for item in decode.objects(body, "results", required=True)),
        is_weak=body.get("weak") is True,
        raw=body,
    )


def _hit(body: JsonObject) -> RecallHit:
    return RecallHit(
        id=decode.text(body, "id"),
        version=decode.whole(body, "version"),
        content=decode.text(body, "content"),
        value=body.get("value"),
        score=decode.number(body, "score") or 0.0,
        scores=decode.mapping(body, "scores"),
        explanation=decode.mapping(body, "explanation"),
        is_weak=body.get("weak") is True,
        conflicting=decode.texts(body, "conflicting"),
        state=decode.text_or_none(body, "state"),
        kind=decode.text_or_none(body, "kind"),
        key=decode.text_or_none(body, "key"),
        subject=decode.text_or_none(body, "subject"),
        namespace=decode.texts(body, "namespace"),
        metadata=decode.mapping(body, "metadata"),
        confidence=decode.number(body, "confidence"),
        source=decode.text_or_none(body, "source"),
        created_at=decode.instant(body, "created_at"),
        raw=body,
    )

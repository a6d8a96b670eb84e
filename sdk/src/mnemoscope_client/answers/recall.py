from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from mnemoscope_client import decode
from mnemoscope_client.calls import Json, JsonObject


@dataclass(frozen=True, slots=True)
class RecallHit:
    """One recalled memory; `scores` says what the ranking is made of."""

    id: str
    version: int | None
    content: str | None
    value: Json
    score: float
    scores: JsonObject
    state: str | None
    raw: JsonObject = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Recall:
    """Hits, best first. Iterates and counts as the list it holds."""

    hits: tuple[RecallHit, ...]
    raw: JsonObject = field(repr=False, compare=False)

    def __iter__(self) -> Iterator[RecallHit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    def __getitem__(self, index: int) -> RecallHit:
        return self.hits[index]


def recall(body: JsonObject) -> Recall:
    hits = tuple(_hit(item) for item in decode.objects(body, "results", required=True))
    return Recall(hits, raw=body)


def _hit(body: JsonObject) -> RecallHit:
    return RecallHit(
        id=decode.text(body, "id"),
        version=decode.integer(body, "version"),
        content=decode.text_or_none(body, "content"),
        value=body.get("value"),
        score=decode.number(body, "score") or 0.0,
        scores=decode.mapping(body, "scores"),
        state=decode.text_or_none(body, "state"),
        raw=body,
    )

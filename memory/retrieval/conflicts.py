"""Hits that contradict each other say so, instead of leaving the agent to believe the first."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from memory.models import Memory
from memory.retrieval.query import Hit


def with_conflicts(hits: list[Hit]) -> list[Hit]:
    """Each hit with those that say something else at its place: subject, namespace and key."""
    by_place: dict[Any, list[Hit]] = {}
    for hit in hits:
        if hit.memory.key:
            by_place.setdefault(_place(hit.memory), []).append(hit)
    return [
        replace(
            hit,
            conflicting=tuple(
                other.memory.id
                for other in by_place.get(_place(hit.memory), ())
                if bytes(other.version.content_digest) != bytes(hit.version.content_digest)
            ),
        )
        for hit in hits
    ]


def _place(memory: Memory) -> tuple[UUID | None, tuple[str, ...], str]:
    return memory.subject_id, tuple(memory.namespace), memory.key

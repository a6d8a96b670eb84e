"""One memory read by itself, with what stands around it."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from rest_framework import serializers

from audit.usefulness import Use
from console.api.v1.answers import MemoryAnswer, Shape, as_json, memory_values
from memory.models import Memory, MemoryVersion
from memory.signing.stored import StoredSignature


class UseAnswer(Shape):
    recalls = serializers.IntegerField()
    agents = serializers.IntegerField(help_text="How many readers recalled it.")
    runs = serializers.IntegerField(help_text="In how many runs they did.")
    last_at = serializers.DateTimeField(allow_null=True)
    successes = serializers.IntegerField(help_text="Of these runs, as reported.")
    failures = serializers.IntegerField()
    score = serializers.FloatField(allow_null=True, help_text="The mean of those given one.")


class MemoryDetail(MemoryAnswer):
    use = UseAnswer(allow_null=True, help_text="What came of it; null without `traces.read`.")
    derived = serializers.ListField(
        child=serializers.UUIDField(), help_text="The memories made from it, that you may read."
    )
    legal_hold = serializers.BooleanField(help_text="Nothing of it may end or be removed.")


def shown_detail(
    memory: Memory,
    version: MemoryVersion,
    *,
    signed: StoredSignature | None,
    at: datetime,
    untold: Collection[UUID],
    derived: Sequence[UUID],
    legal_hold: bool,
    use: Use | None,
) -> dict[str, Any]:
    known = {"derived": derived, "legal_hold": legal_hold, "use": use and asdict(use)}
    return as_json(
        MemoryDetail, memory_values(memory, version, signed=signed, at=at, untold=untold) | known
    )

"""One memory read by itself, with what stands around it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from rest_framework import serializers

from console.api.v1.answers import MemoryAnswer, as_json, memory_values
from memory.models import Memory, MemoryVersion
from memory.signing.stored import StoredSignature


class MemoryDetail(MemoryAnswer):
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
    derived: Sequence[UUID],
    legal_hold: bool,
) -> dict[str, Any]:
    known = {"derived": derived, "legal_hold": legal_hold}
    return as_json(MemoryDetail, memory_values(memory, version, signed=signed, at=at) | known)

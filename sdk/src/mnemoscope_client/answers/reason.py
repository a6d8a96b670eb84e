from __future__ import annotations

from dataclasses import dataclass

from mnemoscope_client import decode
from mnemoscope_client.calls import JsonObject


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a write waits; `code` is stable."""

    code: str
    detail: str


def reasons(body: JsonObject) -> tuple[Reason, ...]:
    return tuple(
        Reason(decode.text(item, "code"), decode.text_or_none(item, "detail") or "")
        for item in decode.objects(body, "reasons")
    )

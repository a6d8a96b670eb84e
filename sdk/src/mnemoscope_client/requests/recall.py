from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mnemoscope_client.answers.recall import Recall
from mnemoscope_client.answers.recall import recall as parse
from mnemoscope_client.calls import Call, Json, JsonObject, MemoryOperation
from mnemoscope_client.requests.fields import rfc3339, segments
from mnemoscope_client.requests.memories import store_of


def recall(
    query: str,
    *,
    subject: str | None = None,
    namespace: Sequence[str] | None = None,
    filters: JsonObject | None = None,
    top_k: int | None = None,
    token_budget: int | None = None,
    as_of: datetime | None = None,
    snapshot: str | None = None,
    valid_at: datetime | None = None,
    purpose: str | None = None,
) -> Call[Recall]:
    """What fits the query, best first. Recorded: `purpose` tells a reviewer why it was asked.

    `snapshot` recalls from the snapshot of that name, for people who debug: it counts nowhere.
    `as_of` asks what would have been recalled then, `valid_at` what was true in the world then.
    """
    asked: dict[str, Json] = {
        "query": query,
        "subject": subject,
        "namespace": None if namespace is None else segments(namespace),
        "filters": filters,
        "top_k": top_k,
        "token_budget": token_budget,
        "as_of": None if as_of is None else rfc3339(as_of),
        "snapshot": snapshot,
        "valid_at": None if valid_at is None else rfc3339(valid_at),
        "purpose": purpose,
    }
    return Call(
        "POST",
        "recall",
        parse,
        body={name: value for name, value in asked.items() if value is not None},
        operation=MemoryOperation(
            "search_memory",
            store=store_of(namespace),
            query=query,
            records=lambda answer: [hit.id for hit in answer.hits],
        ),
    )

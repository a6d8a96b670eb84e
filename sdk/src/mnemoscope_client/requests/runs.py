from __future__ import annotations

from datetime import datetime
from typing import Literal

from mnemoscope_client import decode
from mnemoscope_client.answers.run import Run, run
from mnemoscope_client.answers.span import Span, span
from mnemoscope_client.calls import Call, Page, one, params
from mnemoscope_client.requests.fields import rfc3339


def list_runs(
    *,
    state: Literal["running", "finished", "failed"] | None = None,
    agent: str | None = None,
    service: str | None = None,
    errors: Literal["some", "none"] | None = None,
    memory: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    page_size: int | None = None,
) -> Call[Page[Run]]:
    """The latest activity first; `memory` is the id of one that the run touched."""
    return Call(
        "GET",
        "runs",
        decode.page_of(run),
        params=params(
            state=state,
            agent=agent,
            service=service,
            errors=errors,
            memory=memory,
            since=None if since is None else rfc3339(since),
            until=None if until is None else rfc3339(until),
            limit=page_size,
        ),
    )


def get(run_id: str) -> Call[Run]:
    return Call("GET", one("runs", run_id), run)


def spans(run_id: str, *, page_size: int | None = None) -> Call[Page[Span]]:
    """In the order they started, with the memories each one touched."""
    return Call(
        "GET", one("runs", run_id, "spans"), decode.page_of(span), params=params(limit=page_size)
    )

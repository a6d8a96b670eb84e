from __future__ import annotations

from mnemoscope_client import decode
from mnemoscope_client.answers.run import Run, Span, run, span
from mnemoscope_client.calls import Call, Page, one, params


def list_runs(*, agent: str | None = None, page_size: int | None = None) -> Call[Page[Run]]:
    return Call(
        "GET",
        "runs",
        decode.page_of(run),
        params=params(agent=agent, limit=page_size),
    )


def get(run_id: str) -> Call[Run]:
    return Call("GET", one("runs", run_id), run)


def spans(run_id: str, *, page_size: int | None = None) -> Call[Page[Span]]:
    return Call(
        "GET", one("runs", run_id, "spans"), decode.page_of(span), params=params(limit=page_size)
    )

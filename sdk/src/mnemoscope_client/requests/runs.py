from __future__ import annotations

from mnemoscope_client import decode
from mnemoscope_client.answers.run import Run, Span, run, span
from mnemoscope_client.calls import Call, Page, one


def list_runs(*, agent: str | None = None, page_size: int | None = None) -> Call[Page[Run]]:
    params = {"agent": agent, "limit": None if page_size is None else str(page_size)}
    return Call(
        "GET",
        "runs",
        decode.page_of(run),
        params=tuple((name, value) for name, value in params.items() if value is not None),
    )


def get(run_id: str) -> Call[Run]:
    return Call("GET", one("runs", run_id), run)


def spans(run_id: str, *, page_size: int | None = None) -> Call[Page[Span]]:
    params = () if page_size is None else (("limit", str(page_size)),)
    return Call("GET", one("runs", run_id, "spans"), decode.page_of(span), params=params)

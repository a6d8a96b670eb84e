from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from mnemoscope_client import decode
from mnemoscope_client.answers.run import Heartbeat, Outcome, Run, heard, outcome, run
from mnemoscope_client.answers.span import Span, span
from mnemoscope_client.calls import Call, Json, JsonObject, Page, keyed, one, params
from mnemoscope_client.requests.fields import rfc3339


def list_runs(
    *,
    state: Literal["running", "waiting", "stuck", "finished", "failed"] | None = None,
    agent: str | None = None,
    tool: str | None = None,
    model: str | None = None,
    error_type: str | None = None,
    subject: str | None = None,
    service: str | None = None,
    errors: Literal["some", "none"] | None = None,
    memory: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    longer: timedelta | None = None,
    shorter: timedelta | None = None,
    min_cost: Decimal | None = None,
    max_cost: Decimal | None = None,
    text: str | None = None,
    order: Literal["newest", "longest", "cost", "errors"] | None = None,
    page_size: int | None = None,
) -> Call[Page[Run]]:
    """The latest activity first, or in another order.

    A run has a step with the agent, tool, model, error type or subject; `memory` is the id of one
    it touched, `longer` and `shorter` are what it took, costs are in US dollars,
    and `text` is words of names in it.
    """
    return Call(
        "GET",
        "runs",
        decode.page_of(run),
        params=params(
            state=state,
            agent=agent,
            tool=tool,
            model=model,
            error_type=error_type,
            subject=subject,
            service=service,
            errors=errors,
            memory=memory,
            since=None if since is None else rfc3339(since),
            until=None if until is None else rfc3339(until),
            longer=_duration(longer),
            shorter=_duration(shorter),
            min_cost=None if min_cost is None else f"{min_cost:f}",
            max_cost=None if max_cost is None else f"{max_cost:f}",
            q=text,
            order=order,
            limit=page_size,
        ),
    )


def _duration(duration: timedelta | None) -> str | None:
    return None if duration is None else f"{duration.total_seconds():.3f}s"


def get(run_id: str) -> Call[Run]:
    return Call("GET", one("runs", run_id), run)


def spans(run_id: str, *, page_size: int | None = None) -> Call[Page[Span]]:
    """In the order they started, with the memories each one touched."""
    return Call(
        "GET", one("runs", run_id, "spans"), decode.page_of(span), params=params(limit=page_size)
    )


def decisions(run_id: str, *, page_size: int | None = None) -> Call[Page[JsonObject]]:
    """Each with what was recalled for it, what it said, the tools it chose and what came back."""
    return Call(
        "GET",
        one("runs", run_id, "decisions"),
        decode.page_of(lambda body: body),
        params=params(limit=page_size),
    )


def compare(run_id: str, other_id: str) -> Call[JsonObject]:
    """Two runs: their steps aligned, how often they called what, and what each recalled."""
    return Call("GET", one("runs", run_id, "comparison", other_id), lambda body: body)


def export(run_id: str) -> Call[JsonObject]:
    """The run as an OTLP/JSON ExportTraceServiceRequest, for any receiver of traces.

    It is held in memory whole. A run of many thousand spans is better read line by line, from
    `GET /api/v1/runs/{id}/export?form=lines`.
    """
    return Call("GET", one("runs", run_id, "export"), lambda body: body)


def outcomes(run_id: str) -> Call[tuple[Outcome, ...]]:
    """Every report of how it went, the one that stands first."""
    return Call(
        "GET",
        one("runs", run_id, "outcomes"),
        lambda body: tuple(outcome(item) for item in decode.objects(body, "results")),
    )


def report(
    result: Literal["success", "failure"],
    *,
    run_id: str | None = None,
    conversation: str | None = None,
    session: str | None = None,
    trace_id: str | None = None,
    score: float | None = None,
    note: str | None = None,
    idempotency_key: str | None = None,
) -> Call[Outcome]:
    """How a run went, named by one of its names; its spans need not have arrived yet.

    `score` is from 0 to 1. It counts for every memory the run recalled. Raises ValueError.
    """
    names = {"conversation": conversation, "session": session, "trace_id": trace_id}
    named: dict[str, Json] = {name: value for name, value in names.items() if value is not None}
    if len(named) + (run_id is not None) != 1:
        raise ValueError("Name the run once: run_id, conversation, session or trace_id.")
    said: dict[str, Json] = {"result": result, "score": score, "note": note}
    return Call(
        "POST",
        "outcomes" if run_id is None else one("runs", run_id, "outcomes"),
        outcome,
        body=named | {name: value for name, value in said.items() if value is not None},
        headers=keyed(idempotency_key),
    )


def heartbeat(
    *, conversation: str | None = None, session: str | None = None, trace_id: str | None = None
) -> Call[Heartbeat]:
    """Says that a run is alive while it has nothing to export, named by what its spans call it.

    Every few minutes will do: without a sign of life for ten, an open run counts as stuck.
    Raises ValueError.
    """
    names = {"conversation": conversation, "session": session, "trace_id": trace_id}
    named: dict[str, Json] = {name: value for name, value in names.items() if value is not None}
    if len(named) != 1:
        raise ValueError("Name the run once: conversation, session or trace_id.")
    return Call("POST", "runs/heartbeats", heard, body=named)

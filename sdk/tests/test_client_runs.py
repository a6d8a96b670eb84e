from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sdk_fakes import MEMORY_ID, Ask, ScriptedServer, answer, paged


def test_a_developer_reads_a_run_its_spans_and_the_trail(ask: Ask) -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    run = {"id": "run-1", "name": "invoke_agent", "state": "running", "agent": "support-agent"}
    touch = {"memory_id": MEMORY_ID, "access": "write", "said_by": "api", "version": 1}
    span = {
        "span_id": "b" * 16,
        "trace_id": "a" * 32,
        "name": "create_memory",
        "failed": False,
        "started_at": "2026-11-01T10:00:00Z",
        "memories": [touch],
    }
    event = {"id": "e-1", "kind": "memory.written", "outcome": "refused"}
    server = ScriptedServer(
        *paged(([run], None)),
        answer(200, run),
        *paged(([span], "next"), ([span], None)),
        *paged(([event], None)),
    )
    (found,) = ask(server, lambda client: client.runs.list(state="running", since=start))
    assert (found.agent, found.ended_at) == ("support-agent", None)
    assert dict(server.requests[-1].url.params) == {
        "state": "running",
        "since": "2026-11-01T00:00:00+00:00",
    }
    assert ask(server, lambda client: client.runs.get("run-1")).id == "run-1"
    spans = ask(server, lambda client: client.runs.spans("run-1"))
    assert [item.name for item in spans] == ["create_memory", "create_memory"]
    assert spans[0].memories[0].memory_id == MEMORY_ID
    (seen,) = ask(server, lambda client: client.audit.events(outcome="refused", since=start))
    assert (seen.kind, seen.outcome) == ("memory.written", "refused")
    assert dict(server.requests[-1].url.params) == {
        "outcome": "refused",
        "from": "2026-11-01T00:00:00+00:00",
    }


def test_runs_are_found_by_what_is_known_of_them_and_taken_away(ask: Ask) -> None:
    taken: dict[str, Any] = {"resourceSpans": [{"scopeSpans": []}]}
    server = ScriptedServer(*paged(([], None)), answer(200, taken))
    ask(
        server,
        lambda client: client.runs.list(
            tool="lookup", longer=timedelta(days=20, milliseconds=5), text="a case", order="longest"
        ),
    )
    assert dict(server.request.url.params) == {
        "tool": "lookup",
        "longer": "1728000.005s",
        "q": "a case",
        "order": "longest",
    }
    assert ask(server, lambda client: client.runs.export("run-1")) == taken
    assert server.requests[-1].url.path == "/api/v1/runs/run-1/export"


def test_decisions_come_page_by_page_and_two_runs_are_compared(ask: Ask) -> None:
    first, second = {"said": "I will look."}, {"said": "It is lost."}
    server = ScriptedServer(*paged(([first], "next"), ([second], None)))
    assert ask(server, lambda client: client.runs.decisions("run-1")) == [first, second]
    assert server.requests[-1].url.path == "/api/v1/runs/run-1/decisions"
    server = ScriptedServer(answer(200, {"divergence": 4}))
    compared = ask(server, lambda client: client.runs.compare("run-1", "run-2"))
    assert compared == {"divergence": 4}
    assert server.request.url.path == "/api/v1/runs/run-1/comparison/run-2"


def test_an_agent_reports_how_its_run_went_by_any_of_its_names(ask: Ask) -> None:
    told = {"id": "o-1", "run_id": "run-1", "result": "failure", "score": 0.25}
    server = ScriptedServer(answer(201, told), answer(201, told))
    outcome = ask(
        server,
        lambda client: client.runs.report("failure", conversation="case-4711", score=0.25),
    )
    assert (outcome.run_id, outcome.result, outcome.score) == ("run-1", "failure", 0.25)
    assert server.requests[-1].url.path == "/api/v1/outcomes"
    assert server.requests[-1].headers["idempotency-key"]
    assert server.body() == {"conversation": "case-4711", "result": "failure", "score": 0.25}
    ask(server, lambda client: client.runs.report("success", run_id="run-1", note="It held."))
    assert server.requests[-1].url.path == "/api/v1/runs/run-1/outcomes"
    assert server.body() == {"result": "success", "note": "It held."}


def test_an_outcome_names_its_run_once(ask: Ask) -> None:
    with pytest.raises(ValueError, match="Name the run once"):
        ask(ScriptedServer(), lambda client: client.runs.report("success"))
    with pytest.raises(ValueError, match="Name the run once"):
        ask(
            ScriptedServer(),
            lambda client: client.runs.report("success", session="s", trace_id="a" * 32),
        )


def test_how_a_run_went_the_standing_report_first(ask: Ask) -> None:
    reports = [
        {"id": name, "run_id": "r", "result": result, "score": 0.2, "reported_at": None}
        for name, result in (("a", "failure"), ("b", "success"))
    ]
    server = ScriptedServer(answer(200, {"results": reports}))
    found = ask(server, lambda client: client.runs.outcomes("r"))
    assert [(one.id, one.result, one.score) for one in found] == [
        ("a", "failure", 0.2),
        ("b", "success", 0.2),
    ]
    assert server.request.url.path == "/api/v1/runs/r/outcomes"


def test_an_agent_says_that_its_run_is_alive(ask: Ask) -> None:
    told = {
        "run_id": "run-1",
        "state": "running",
        "heartbeat_at": "2026-11-21T10:00:00Z",
        "stuck_at": "2026-11-21T10:10:00Z",
    }
    server = ScriptedServer(answer(200, told))
    heard = ask(server, lambda client: client.runs.heartbeat(session="s-1"))
    assert (heard.run_id, heard.state) == ("run-1", "running")
    assert heard.stuck_at - heard.heartbeat_at == timedelta(minutes=10)
    assert server.request.url.path == "/api/v1/runs/heartbeats"
    assert server.body() == {"session": "s-1"}
    with pytest.raises(ValueError, match="Name the run once"):
        ask(ScriptedServer(), lambda client: client.runs.heartbeat())

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from mnemoscope_client import NotFoundError, UnexpectedAnswerError
from sdk_fakes import MEMORY_ID, Ask, ScriptedServer, answer, hit_json, memory_json, review_json


def paged(*pages: tuple[list[Any], str | None]) -> list[httpx.Response]:
    return [answer(200, {"results": results, "next_cursor": cursor}) for results, cursor in pages]


def test_listing_follows_the_cursor_to_the_end_and_keeps_the_filters(ask: Ask) -> None:
    first, second = memory_json(id="a"), memory_json(id="b", state="expired")
    server = ScriptedServer(*paged(([first, first], "c+1="), ([second], None)))
    found = ask(
        server,
        lambda client: client.memories.list(
            namespace=["support", "e/u"], subject="customer-4711", state="active", page_size=2
        ),
    )
    assert [memory.id for memory in found] == ["a", "a", "b"]
    assert found[0].is_active
    assert found[0].expires_at == datetime(2027, 2, 1, 10, tzinfo=UTC)
    asked = [list(request.url.params.multi_items()) for request in server.requests]
    kept = [
        ("namespace", "support"),
        ("namespace", "e/u"),
        ("subject", "customer-4711"),
        ("state", "active"),
        ("limit", "2"),
    ]
    assert asked == [kept, [*kept, ("cursor", "c+1=")]]


def test_a_filter_travels_as_it_was_written(ask: Ask) -> None:
    filters = {"kind": ["fact"], "metadata.größe": {"gte": 3}, "not": {"key": {"exists": False}}}
    server = ScriptedServer(*paged(([], None)))
    ask(server, lambda client: client.memories.list(filters=filters))
    assert json.loads(server.request.url.params["filter"]) == filters
    server = ScriptedServer(answer(200, {"id": "r", "results": [], "weak": True}))
    ask(server, lambda client: client.recall("where", filters=filters))
    assert json.loads(server.request.content)["filters"] == filters


def test_a_page_is_fetched_only_when_its_turn_comes(ask: Ask) -> None:
    server = ScriptedServer(*paged(([], None)))
    assert ask(server, lambda client: client.memories.list()) == []
    assert server.request.url.query == b""


def test_one_memory_and_its_versions(ask: Ask) -> None:
    server = ScriptedServer(
        answer(200, memory_json(surprise="a newer server says more")),
        *paged(([memory_json(version=2, content="new"), memory_json(content="old")], None)),
    )
    memory = ask(server, lambda client: client.memories.get(MEMORY_ID))
    assert memory.metadata == {"channel": "e-mail"}
    assert (memory.author, memory.trace_id) == ("robo", "c" * 32)
    assert memory.raw["surprise"] == "a newer server says more"
    versions = ask(server, lambda client: client.memories.versions(MEMORY_ID))
    assert [(version.version, version.content) for version in versions] == [(2, "new"), (1, "old")]


def test_recall_sends_the_question_with_its_purpose_and_ranks_the_answer(ask: Ask) -> None:
    hits = [
        hit_json(id="a", content="prefers e-mail", score=0.9),
        hit_json(id="b", content="lives in Leipzig", score=0.1, weak=True),
    ]
    server = ScriptedServer(answer(200, {"id": "q-1", "results": hits, "weak": False}))
    recalled = ask(
        server,
        lambda client: client.recall(
            "how to reach him",
            subject="customer-4711",
            namespace=["support"],
            top_k=2,
            as_of=datetime(2026, 11, 1, tzinfo=UTC),
            purpose="answering ticket 88",
        ),
    )
    assert len(recalled) == 2
    assert [hit.content for hit in recalled] == ["prefers e-mail", "lives in Leipzig"]
    assert recalled[0].scores == {"dense": 0.5, "lexical": 0.5}
    assert [hit.is_weak for hit in recalled] == [False, True]
    assert (recalled.id, recalled.is_weak) == ("q-1", False)
    assert server.request.url.path == "/api/v1/recall"
    assert server.body() == {
        "query": "how to reach him",
        "subject": "customer-4711",
        "namespace": ["support"],
        "top_k": 2,
        "as_of": "2026-11-01T00:00:00+00:00",
        "purpose": "answering ticket 88",
    }


def test_a_reviewer_lists_looks_and_decides_on_what_was_seen(ask: Ask) -> None:
    seen = review_json(proposed=memory_json(content="moved to Dresden"), current=None)
    server = ScriptedServer(
        *paged(([review_json()], None)),
        answer(200, seen),
        answer(200, review_json(status="edited")),
    )
    (waiting,) = ask(server, lambda client: client.reviews.list(status="open", page_size=5))
    assert waiting.memory_id == MEMORY_ID
    assert waiting.reasons[0].code == "contradiction"
    assert waiting.proposed is None
    assert server.requests[-1].url.query == b"status=open&limit=5"
    review = ask(server, lambda client: client.reviews.get(waiting.id))
    assert review.proposed.content == "moved to Dresden"
    assert review.current is None
    decided = ask(
        server,
        lambda client: client.reviews.decide(
            "r-1",
            "edit_and_approve",
            reason="corrected",
            content="clean",
            content_digest=review.content_digest,
        ),
    )
    assert decided.status == "edited"
    assert server.requests[-1].url.path == "/api/v1/reviews/r-1/decide"
    assert server.body() == {
        "decision": "edit_and_approve",
        "reason": "corrected",
        "content": "clean",
        "content_digest": "ab" * 32,
    }
    assert server.requests[-1].headers["idempotency-key"]


def test_a_reviewer_works_through_the_queue(ask: Ask) -> None:
    held = review_json(
        clock="due_soon",
        due_at="2026-11-21T10:00:00Z",
        claim={"by": "u-1", "name": "bob", "until": "2026-11-21T09:05:00Z"},
    )
    server = ScriptedServer(answer(200, {"review": held}), answer(200, {"review": None}))
    taken = ask(server, lambda client: client.reviews.take_next(queue="security"))
    assert (taken.claimed_by, taken.clock) == ("bob", "due_soon")
    assert taken.claimed_until == datetime(2026, 11, 21, 9, 5, tzinfo=UTC)
    assert server.body() == {"queue": "security"}
    assert server.requests[-1].headers["idempotency-key"]
    assert ask(server, lambda client: client.reviews.take_next()) is None


@pytest.mark.parametrize(
    ("verb", "asked", "body"),
    [
        ("claim", {}, {}),
        ("heartbeat", {}, {}),
        ("release", {}, {}),
        ("skip", {"reason": "later"}, {"reason": "later"}),
        ("escalate", {"note": "Soon.", "two_people": True}, {"note": "Soon.", "two_people": True}),
    ],
)
def test_a_reviewer_takes_keeps_and_passes_on(
    ask: Ask, verb: str, asked: dict[str, Any], body: dict[str, Any]
) -> None:
    server = ScriptedServer(answer(200, review_json(claim=None)))
    passed = ask(server, lambda client: getattr(client.reviews, verb)("r-1", **asked))
    assert passed.claimed_by is None
    assert server.requests[-1].url.path == f"/api/v1/reviews/r-1/{verb}"
    assert server.body() == body


def test_a_reviewer_decides_many_and_takes_it_back(ask: Ask) -> None:
    refused = {"status": 403, "code": "own_proposal", "title": "Own", "detail": "Yours."}
    body = {
        "batch_id": "b-1",
        "dry_run": False,
        "done": 1,
        "refused": 1,
        "needs_second_person": 0,
        "results": [
            {"id": "r-1", "done": True, "review_status": "approved", "status": 200},
            {"id": "r-2", "done": False, "review_status": None, **refused},
        ],
    }
    server = ScriptedServer(answer(200, body), answer(200, body), answer(200, review_json()))
    decided = ask(
        server,
        lambda client: client.reviews.decide_many(
            ["r-1", "r-2"], "approve", reason="accurate", content_digests={"r-1": "ab" * 32}
        ),
    )
    assert server.body() == {
        "decision": "approve",
        "reason": "accurate",
        "dry_run": False,
        "reviews": [{"id": "r-1", "content_digest": "ab" * 32}, {"id": "r-2"}],
    }
    assert (decided.batch_id, decided.done, decided.refused) == ("b-1", 1, 1)
    first, second = decided.results
    assert (first.is_done, first.status) == (True, "approved")
    assert second.problem.code == "own_proposal"
    ask(server, lambda client: client.reviews.undo_many("b-1", reason="slip"))
    assert server.requests[-1].url.path == "/api/v1/reviews/decisions/b-1/undo"
    assert server.body() == {"reason": "slip"}
    undone = ask(server, lambda client: client.reviews.undo("r-1", decision_id="d-1"))
    assert undone.status == "open"
    assert server.requests[-1].url.path == "/api/v1/reviews/r-1/undo"
    assert server.body() == {"decision_id": "d-1"}


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


def test_absent_and_foreign_are_one_error(ask: Ask) -> None:
    server = ScriptedServer(answer(404, {"code": "not_found", "detail": "No such memory here."}))
    with pytest.raises(NotFoundError, match="No such memory here"):
        ask(server, lambda client: client.memories.get(MEMORY_ID))


@pytest.mark.parametrize(
    ("response", "sentence"),
    [
        (httpx.Response(200, text="<html>Welcome</html>"), "is this address Mnemoscope's"),
        (httpx.Response(200, json=["a"]), "an object belongs"),
        (httpx.Response(200, json={"state": "active"}), "lacks 'version'"),
        (httpx.Response(200, json=memory_json(created_at="yesterday")), "not a time"),
        (httpx.Response(302, headers={"location": "https://evil.example/"}), "redirects"),
    ],
)
def test_something_else_at_the_address_is_named_as_such(
    ask: Ask, response: httpx.Response, sentence: str
) -> None:
    server = ScriptedServer(response)
    with pytest.raises(UnexpectedAnswerError, match=sentence):
        ask(server, lambda client: client.memories.get(MEMORY_ID))
    assert len(server.requests) == 1


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

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from mnemoscope_client import NotFoundError, UnexpectedAnswerError
from sdk_fakes import (
    MEMORY_ID,
    Ask,
    ScriptedServer,
    answer,
    hit_json,
    memory_json,
    paged,
    review_json,
)


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

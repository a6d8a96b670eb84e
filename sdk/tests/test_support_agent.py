"""The example agent as its user starts it: a process of its own against a server on a socket."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from sdk_fakes import KEY
from sdk_server import SmallServer, small_server

AGENT = Path(__file__).parents[1] / "examples" / "support_agent.py"
HOUR = 3600 * 1_000_000_000


def start_agent(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(AGENT), "--quick", *arguments],
        env={"PATH": os.environ["PATH"], "NO_PROXY": "127.0.0.1", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@dataclass(frozen=True)
class Worked:
    """One run of the agent, looked at by several tests."""

    server: SmallServer
    outcome: dict[str, Any]


@pytest.fixture(scope="module")
def worked() -> Iterator[Worked]:
    with small_server() as server:
        done = start_agent("--url", server.url, "--json", MNEMOSCOPE_API_KEY=KEY)
        assert done.returncode == 0, done.stderr
        yield Worked(server, json.loads(done.stdout))


def attributes(span: Span) -> dict[str, Any]:
    kinds = ((item.key, item.value) for item in span.attributes)
    return {key: getattr(value, value.WhichOneof("value") or "") for key, value in kinds}


def test_the_agent_works_its_case_and_says_what_became_of_each_memory(worked: Worked) -> None:
    server = worked.server
    states = {write["label"]: write["state"] for write in worked.outcome["writes"]}
    assert states == {
        "preference": "active",
        "delivery address": "active",
        "low-confidence guess": "pending",
        "note from a tool result": "quarantined",
        "personal data": "active",
        "refund event": "active",
        "contradicting fact": "pending",
        "episode summary": "active",
    }
    assert worked.outcome["spans"] == {"sent": len(server.spans), "lost": 0}

    by_id = {memory["id"]: memory for memory in server.memories}
    summary = next(memory for memory in server.memories if memory["kind"] == "summary")
    assert [by_id[memory_id]["key"] for memory_id in summary["derived_from"][:2]] == [
        "contact_preference",
        "delivery_address",
    ]
    assert {memory["subject"] for memory in server.memories} == {"customer-4711"}


def test_what_was_recalled_decides_the_next_answer(worked: Worked, server: SmallServer) -> None:
    remembered = worked.outcome["answers"]
    assert any("Guten Tag Herr Weber, das Paket" in answer for answer in remembered)
    server.forgets = True
    forgetful = json.loads(start_agent("--url", server.url, "--key", KEY, "--json").stdout)
    assert any(answer.startswith("Dear customer") for answer in forgetful["answers"])


def test_the_timeline_spans_three_days_of_one_conversation(worked: Worked) -> None:
    server = worked.server
    roots = sorted(
        (span for span in server.spans if not span.parent_span_id),
        key=lambda span: span.start_time_unix_nano,
    )
    assert [root.name for root in roots] == ["invoke_agent support-agent"] * 4
    assert roots[-1].end_time_unix_nano - roots[0].start_time_unix_nano > 60 * HOUR
    assert roots[-1].end_time_unix_nano < time.time_ns()
    assert [len(root.links) for root in roots] == [0, 1, 1, 1]
    conversations = {attributes(span)["gen_ai.conversation.id"] for span in server.spans}
    assert conversations == {worked.outcome["conversation"]}

    sessions = {root.trace_id: root for root in roots}
    for span in server.spans:
        root = sessions[span.trace_id]
        assert root.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano
        assert span.end_time_unix_nano <= root.end_time_unix_nano


def test_a_tool_fails_is_tried_again_and_once_given_up(worked: Worked) -> None:
    server = worked.server
    tracking = sorted(
        (span for span in server.spans if span.name == "execute_tool track_parcel"),
        key=lambda span: span.start_time_unix_nano,
    )
    failed = [span.status.code == Status.STATUS_CODE_ERROR for span in tracking]
    assert failed == [True, False, False, True, True, True]
    assert attributes(tracking[-1])["error.type"] == "timeout"
    calls = [attributes(span)["gen_ai.tool.call.id"] for span in tracking]
    assert calls[0] == calls[1]
    assert len(set(calls)) == 3
    chats = [attributes(span) for span in server.spans if span.name.startswith("chat ")]
    assert all(chat["gen_ai.usage.output_tokens"] > 0 for chat in chats)


def test_each_memory_request_names_the_span_it_was_made_in(worked: Worked) -> None:
    server = worked.server
    names = {(span.trace_id.hex(), span.span_id.hex()): span.name for span in server.spans}
    seen = [
        (path, names[headers["traceparent"][3:35], headers["traceparent"][36:52]])
        for path, headers in server.seen
        if path != "/v1/traces"
    ]
    assert set(seen) == {
        ("/api/v1/memories", "create_memory"),
        ("/api/v1/recall", "search_memory"),
    }
    assert len(seen) == 13


def test_a_wrong_key_is_one_sentence_that_does_not_repeat_it(server: SmallServer) -> None:
    done = start_agent("--url", server.url, "--key", "mns_wrong_key")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "does not accept this key" in done.stderr
    assert "mns_wrong_key" not in done.stderr
    assert not server.memories


def test_a_server_that_is_away_is_one_sentence(server: SmallServer) -> None:
    url = server.url
    server.server_close()
    done = start_agent("--url", url, "--key", KEY)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "No answer from 127.0.0.1" in done.stderr


def test_lost_spans_are_told_beside_what_was_remembered(server: SmallServer) -> None:
    server.answers_to_traces = 400
    done = start_agent("--url", server.url, "--key", KEY)
    assert done.returncode == 1
    assert "preference" in done.stdout
    assert "spans were not accepted" in done.stderr
    assert len(server.memories) == 8


def test_the_help_names_its_options_and_no_key() -> None:
    done = start_agent("--help", MNEMOSCOPE_API_KEY=KEY)
    assert done.returncode == 0
    for option in ("--url", "--key", "--json", "--quick"):
        assert option in done.stdout
    assert KEY not in done.stdout

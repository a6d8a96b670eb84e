"""Spans of each convention mean the same things."""

import json
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from audit.dialects.dialect import Op
from audit.dialects.memory_use import RecordUse
from audit.dialects.normalise import Meaning, normalise
from audit.ingest.decode_protobuf import decode_protobuf
from tests.ingest.messages import a_span, pairs, protobuf_body


def meaning(attributes: dict[str, object], name: str = "step", **fields: Any) -> Meaning:
    resource = fields.pop("resource", None)
    body = protobuf_body(a_span(name, attributes=attributes, **fields), resource=resource)
    [span] = decode_protobuf(body).spans
    return normalise(span)


@pytest.mark.parametrize(
    ("attributes", "op", "dialect"),
    [
        ({"gen_ai.operation.name": "chat"}, Op.MODEL, "otel_genai"),
        ({"gen_ai.operation.name": "embeddings"}, Op.EMBEDDING, "otel_genai"),
        ({"gen_ai.operation.name": "execute_tool"}, Op.TOOL, "otel_genai"),
        ({"gen_ai.operation.name": "invoke_agent"}, Op.AGENT, "otel_genai"),
        ({"gen_ai.operation.name": "retrieval"}, Op.RETRIEVAL, "otel_genai"),
        ({"gen_ai.operation.name": "search_memory"}, Op.MEMORY_READ, "otel_genai"),
        ({"gen_ai.operation.name": "create_memory"}, Op.MEMORY_WRITE, "otel_genai"),
        ({"gen_ai.operation.name": "upsert_memory"}, Op.MEMORY_WRITE, "otel_genai"),
        ({"gen_ai.operation.name": "update_memory"}, Op.MEMORY_UPDATE, "otel_genai"),
        ({"gen_ai.operation.name": "delete_memory"}, Op.MEMORY_DELETE, "otel_genai"),
        ({"gen_ai.operation.name": "create_memory_store"}, Op.MEMORY_STORE, "otel_genai"),
        ({"gen_ai.operation.name": "dance"}, Op.OTHER, "otel_genai"),
        ({"gen_ai.system": "openai", "gen_ai.request.model": "m"}, Op.MODEL, "otel_genai"),
        ({"openinference.span.kind": "LLM"}, Op.MODEL, "openinference"),
        ({"openinference.span.kind": "RETRIEVER"}, Op.RETRIEVAL, "openinference"),
        ({"openinference.span.kind": "CHAIN"}, Op.WORKFLOW, "openinference"),
        ({"traceloop.span.kind": "tool"}, Op.TOOL, "openllmetry"),
        ({"traceloop.span.kind": "workflow"}, Op.WORKFLOW, "openllmetry"),
        ({"llm.request.type": "chat"}, Op.MODEL, "openllmetry"),
        ({"http.request.method": "GET"}, Op.OTHER, "otel"),
    ],
)
def test_a_span_is_of_its_kind_in_any_convention(
    attributes: dict[str, object], op: Op, dialect: str
):
    found = meaning(attributes)
    assert (found.op, found.dialect) == (op, dialect)


def test_an_explicit_memory_operation_outweighs_another_conventions_kind():
    both = {"openinference.span.kind": "TOOL", "gen_ai.operation.name": "search_memory"}
    assert meaning(both).op is Op.MEMORY_READ


def test_an_explicit_kind_of_openinference_outweighs_a_genai_operation():
    both = {"openinference.span.kind": "AGENT", "gen_ai.operation.name": "chat"}
    assert meaning(both).op is Op.AGENT


@pytest.mark.parametrize(
    ("attributes", "tokens"),
    [
        ({"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 2}, (10, 2)),
        ({"gen_ai.usage.prompt_tokens": 10, "gen_ai.usage.completion_tokens": 2}, (10, 2)),
        ({"llm.token_count.prompt": 10, "llm.token_count.completion": 2}, (10, 2)),
        ({"gen_ai.usage.input_tokens": "10", "gen_ai.usage.output_tokens": 2.0}, (10, 2)),
        ({"gen_ai.usage.input_tokens": "many", "gen_ai.usage.output_tokens": -1}, (None, None)),
        ({"gen_ai.usage.input_tokens": True}, (None, None)),
    ],
)
def test_tokens_are_read_under_any_name(attributes: dict[str, object], tokens: tuple[int, int]):
    found = meaning({"gen_ai.operation.name": "chat"} | attributes)
    assert (found.input_tokens, found.output_tokens) == tokens


def test_who_was_asked_for_whom_and_at_what_cost():
    found = meaning(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.system": "older name",
            "user.id": "u-1",
            "gen_ai.usage.cache_read.input_tokens": 7,
            "gen_ai.usage.cache_write.input_tokens": 3,
            "gen_ai.usage.cost": 0.0021,
        }
    )
    assert (found.provider, found.subject) == ("openai", "u-1")
    assert (found.cache_read_tokens, found.cache_write_tokens) == (7, 3)
    assert found.cost_nanos == 2_100_000
    assert meaning({"openinference.span.kind": "LLM", "llm.cost.total": -1.0}).cost_nanos is None
    assert meaning({"gen_ai.operation.name": "plan", "gen_ai.usage.cost": 1.0}).cost_nanos is None


def test_a_step_that_waits_for_a_person_is_an_approval():
    assert meaning({"gen_ai.operation.name": "await_human_input"}).op is Op.APPROVAL


def test_an_agents_tokens_do_not_count_since_they_repeat_its_children():
    usage = {"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 2}
    found = meaning({"gen_ai.operation.name": "invoke_agent"} | usage)
    assert (found.input_tokens, found.output_tokens) == (None, None)


def test_names_come_from_whichever_convention_has_them():
    genai = meaning(
        {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "refund",
            "gen_ai.agent.name": "clerk",
            "gen_ai.conversation.id": "case-7",
            "gen_ai.request.model": "asked",
            "gen_ai.response.model": "answered",
        }
    )
    assert (genai.tool, genai.agent, genai.conversation) == ("refund", "clerk", "case-7")
    assert genai.model == "answered"
    traceloop = meaning(
        {
            "traceloop.span.kind": "agent",
            "traceloop.entity.name": "clerk",
            "traceloop.association.properties.session_id": "s-1",
        }
    )
    assert (traceloop.agent, traceloop.session, traceloop.tool) == ("clerk", "s-1", None)
    assert meaning({"openinference.span.kind": "TOOL"}, "refund").tool == "refund"
    assert meaning({}, resource={"session.id": "s-2"}).session == "s-2"


def test_a_name_without_end_is_cut():
    assert len(meaning({"gen_ai.agent.name": "x" * 10_000}).agent or "") == 256


def test_the_records_of_a_search_are_ranked_even_from_json_in_a_string_in_a_string():
    records = [{"id": "m1", "score": 0.9, "content": "a"}, {"content": "no id"}, {"id": 7}]
    for value in (records, json.dumps(records), json.dumps(json.dumps(records))):
        found = meaning(
            {
                "gen_ai.operation.name": "search_memory",
                "gen_ai.memory.store.id": "support",
                "gen_ai.memory.record.count": 3,
                "gen_ai.memory.records": value,
            }
        )
        assert found.memory is not None
        assert found.memory.store == "support"
        assert found.memory.records == (RecordUse("m1", 1, 0.9), RecordUse("7", 3, None))
        assert found.memory.count == 3


def test_a_memory_span_without_ids_still_counts():
    search = meaning({"gen_ai.operation.name": "search_memory", "gen_ai.memory.record.count": 4})
    write = meaning({"gen_ai.operation.name": "create_memory"})
    assert search.memory is not None and search.memory.count == 4
    assert write.memory is not None and write.memory.count == 1


@pytest.mark.parametrize(
    "records", ["{", "7", {"id": "m"}, [["id"]], [{"id": ""}], [{"id": "x" * 999}]]
)
def test_records_that_do_not_hold_are_passed_over(records: object):
    found = meaning({"gen_ai.operation.name": "search_memory", "gen_ai.memory.records": records})
    assert found.memory is not None
    assert found.memory.records == ()


@pytest.mark.parametrize(
    ("fields", "is_error", "error_type"),
    [
        ({"status": Status(code=2)}, True, None),
        ({"attributes": {"error.type": "timeout"}}, True, "timeout"),
        (
            {
                "events": [
                    Span.Event(name="exception", attributes=pairs({"exception.type": "ValueError"}))
                ]
            },
            True,
            "ValueError",
        ),
        ({"status": Status(code=1), "events": [Span.Event(name="exception")]}, False, "exception"),
        ({}, False, None),
    ],
)
def test_a_failure_is_seen_wherever_it_is_told(
    fields: dict[str, Any], *, is_error: bool, error_type: str | None
):
    found = meaning(fields.pop("attributes", {}), **fields)
    assert (found.is_error, found.error_type) == (is_error, error_type)

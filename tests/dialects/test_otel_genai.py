"""OpenTelemetry's GenAI conventions, of three generations."""

import json

import pytest

from audit.dialects.dialect import Op
from audit.dialects.memory_use import RecordUse
from tests.dialects.spans import meaning

OPERATION = "gen_ai.operation.name"


@pytest.mark.parametrize(
    ("operation", "op"),
    [
        ("chat", Op.MODEL),
        ("generate_content", Op.MODEL),
        ("text_completion", Op.MODEL),
        ("embeddings", Op.EMBEDDING),
        ("execute_tool", Op.TOOL),
        ("invoke_agent", Op.AGENT),
        ("create_agent", Op.AGENT),
        ("handle_conversation_turn", Op.AGENT),
        ("invoke_workflow", Op.WORKFLOW),
        ("plan", Op.WORKFLOW),
        ("retrieval", Op.RETRIEVAL),
        ("search_memory", Op.MEMORY_READ),
        ("create_memory", Op.MEMORY_WRITE),
        ("upsert_memory", Op.MEMORY_WRITE),
        ("update_memory", Op.MEMORY_UPDATE),
        ("delete_memory", Op.MEMORY_DELETE),
        ("create_memory_store", Op.MEMORY_STORE),
        ("delete_memory_store", Op.MEMORY_STORE),
        ("dance", Op.OTHER),
    ],
)
def test_the_operation_says_what_a_step_is(operation: str, op: Op):
    found = meaning({OPERATION: operation})
    assert (found.op, found.dialect) == (op, "otel_genai")


def test_a_call_of_a_model_tells_who_was_asked_for_whom_and_at_what_cost():
    found = meaning(
        {
            OPERATION: "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "asked",
            "gen_ai.response.model": "answered",
            "gen_ai.agent.name": "clerk",
            "gen_ai.conversation.id": "case-7",
            "session.id": "s-1",
            "user.id": "u-1",
            "gen_ai.usage.input_tokens": 10,
            "gen_ai.usage.output_tokens": 2,
            "gen_ai.usage.cache_read.input_tokens": 7,
            "gen_ai.usage.cache_write.input_tokens": 3,
            "gen_ai.usage.cost": 0.0021,
        }
    )
    assert (found.provider, found.model, found.agent) == ("openai", "answered", "clerk")
    assert (found.conversation, found.session, found.subject) == ("case-7", "s-1", "u-1")
    assert (found.input_tokens, found.output_tokens) == (10, 2)
    assert (found.cache_read_tokens, found.cache_write_tokens) == (7, 3)
    assert found.cost_nanos == 2_100_000


def test_names_of_before_1_37_still_say_it():
    found = meaning(
        {
            "gen_ai.system": "openai",
            "gen_ai.request.model": "gpt-3",
            "gen_ai.usage.prompt_tokens": 10,
            "gen_ai.usage.completion_tokens": 2,
            "gen_ai.usage.cache_creation.input_tokens": 1,
        }
    )
    assert (found.op, found.provider, found.model) == (Op.MODEL, "openai", "gpt-3")
    assert (found.input_tokens, found.output_tokens, found.cache_write_tokens) == (10, 2, 1)


def test_a_newer_name_is_believed_before_an_older_one():
    both = {"gen_ai.provider.name": "aws.bedrock", "gen_ai.system": "bedrock"}
    assert meaning(both).provider == "aws.bedrock"


def test_a_tool_is_known_by_its_name_or_by_the_span():
    assert meaning({OPERATION: "execute_tool", "gen_ai.tool.name": "refund"}).tool == "refund"
    assert meaning({OPERATION: "execute_tool"}, "refund").tool == "refund"
    assert meaning({"gen_ai.tool.call.id": "c1"}).op is Op.TOOL


def test_the_records_of_a_search_are_ranked_even_from_json_in_a_string_in_a_string():
    records = [{"id": "m1", "score": 0.9, "content": "a"}, {"content": "no id"}, {"id": 7}]
    for value in (records, json.dumps(records), json.dumps(json.dumps(records))):
        found = meaning(
            {
                OPERATION: "search_memory",
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
    search = meaning({OPERATION: "search_memory", "gen_ai.memory.record.count": 4})
    write = meaning({OPERATION: "create_memory"})
    assert search.memory is not None and search.memory.count == 4
    assert write.memory is not None and write.memory.count == 1


@pytest.mark.parametrize(
    "records", ["{", "7", {"id": "m"}, [["id"]], [{"id": ""}], [{"id": "x" * 999}], "[" * 5000]
)
def test_records_that_do_not_hold_are_passed_over(records: object):
    found = meaning({OPERATION: "search_memory", "gen_ai.memory.records": records})
    assert found.memory is not None
    assert found.memory.records == ()

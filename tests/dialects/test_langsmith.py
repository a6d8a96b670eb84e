"""LangSmith's OpenTelemetry export."""

import json

import pytest

from audit.dialects.dialect import Op
from tests.dialects.spans import meaning

KIND = "langsmith.span.kind"
METADATA = "langsmith.metadata."


@pytest.mark.parametrize(
    ("kind", "op"),
    [
        ("llm", Op.MODEL),
        ("tool", Op.TOOL),
        ("retriever", Op.RETRIEVAL),
        ("embedding", Op.EMBEDDING),
        ("chain", Op.WORKFLOW),
        ("parser", Op.WORKFLOW),
    ],
)
def test_the_kind_says_what_a_step_is(kind: str, op: Op):
    found = meaning({KIND: kind})
    assert (found.op, found.dialect) == (op, "langsmith")


def test_the_thread_is_the_conversation_and_a_project_is_believed_last():
    found = meaning(
        {
            KIND: "chain",
            METADATA + "thread_id": "t-1",
            METADATA + "session_id": "s-1",
            "langsmith.trace.session_id": "a project",
            METADATA + "user_id": "u-1",
        }
    )
    assert (found.conversation, found.session, found.subject) == ("t-1", "s-1", "u-1")
    assert meaning({"langsmith.trace.session_id": "s-2"}).session == "s-2"


def test_a_call_of_a_model_tells_tokens_and_cost_in_one_object():
    usage = {
        "input_tokens": 100,
        "output_tokens": 10,
        "total_cost": 0.123,
        "input_token_details": {"cache_read": 80},
    }
    found = meaning(
        {
            KIND: "llm",
            METADATA + "ls_model_name": "gpt-4o",
            METADATA + "ls_provider": "openai",
            "langsmith.usage_metadata": json.dumps(usage),
        }
    )
    assert (found.model, found.provider) == ("gpt-4o", "openai")
    assert (found.input_tokens, found.output_tokens, found.cache_read_tokens) == (100, 10, 80)
    assert found.cost_nanos == 123_000_000


def test_a_tool_is_called_what_its_run_is_called():
    assert meaning({KIND: "tool"}, "refund").tool == "refund"
    assert meaning({KIND: "tool"}, "manage_memory").op is Op.TOOL
    assert meaning({KIND: "tool"}, "recall_memories").op is Op.MEMORY_READ

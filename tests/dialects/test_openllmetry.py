"""OpenLLMetry, of Traceloop."""

import pytest

from audit.dialects.dialect import Op
from tests.dialects.spans import meaning

KIND = "traceloop.span.kind"
ASSOCIATION = "traceloop.association.properties."


@pytest.mark.parametrize(
    ("attributes", "op"),
    [
        ({KIND: "workflow"}, Op.WORKFLOW),
        ({KIND: "task"}, Op.WORKFLOW),
        ({KIND: "agent"}, Op.AGENT),
        ({KIND: "tool"}, Op.TOOL),
        ({"llm.request.type": "chat"}, Op.MODEL),
        ({"llm.request.type": "embedding"}, Op.EMBEDDING),
        ({"llm.request.type": "rerank"}, Op.RETRIEVAL),
    ],
)
def test_the_kind_or_the_request_says_what_a_step_is(attributes: dict[str, str], op: Op):
    found = meaning(attributes)
    assert (found.op, found.dialect) == (op, "openllmetry")


def test_the_entity_is_named_as_what_the_kind_says():
    agent = meaning({KIND: "agent", "traceloop.entity.name": "clerk"})
    tool = meaning({KIND: "tool", "traceloop.entity.name": "refund"})
    assert (agent.agent, agent.tool) == ("clerk", None)
    assert (tool.agent, tool.tool) == (None, "refund")


def test_a_session_and_a_user_are_association_properties():
    found = meaning({KIND: "task", ASSOCIATION + "thread_id": "t-1", ASSOCIATION + "user_id": "u"})
    assert (found.session, found.subject) == ("t-1", "u")


def test_a_call_of_a_model_uses_genai_names():
    found = meaning(
        {
            "llm.request.type": "chat",
            "gen_ai.system": "Anthropic",
            "gen_ai.response.model": "claude",
            "gen_ai.usage.prompt_tokens": 10,
            "gen_ai.usage.completion_tokens": 2,
            "gen_ai.usage.cache_read_input_tokens": 4,
        }
    )
    assert (found.provider, found.model) == ("Anthropic", "claude")
    assert (found.input_tokens, found.output_tokens, found.cache_read_tokens) == (10, 2, 4)


def test_a_tool_of_memory_is_a_memory_operation():
    found = meaning(
        {
            KIND: "tool",
            "traceloop.entity.name": "add_memory",
            "traceloop.entity.output": '{"id": "m1"}',
        }
    )
    assert found.op is Op.MEMORY_WRITE
    assert found.memory and [record.id for record in found.memory.records] == ["m1"]
    assert found.tool == "add_memory"

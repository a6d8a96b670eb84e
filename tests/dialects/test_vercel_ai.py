"""Vercel's AI SDK."""

import pytest

from audit.dialects.dialect import Op
from tests.dialects.spans import meaning

OPERATION = "ai.operationId"
METADATA = "ai.telemetry.metadata."
USAGE = {"ai.usage.promptTokens": 10, "ai.usage.completionTokens": 2}


@pytest.mark.parametrize(
    ("operation", "op"),
    [
        ("ai.generateText", Op.AGENT),
        ("ai.streamText", Op.AGENT),
        ("ai.generateText.doGenerate", Op.MODEL),
        ("ai.streamText.doStream", Op.MODEL),
        ("ai.streamObject.doStream", Op.MODEL),
        ("ai.toolCall", Op.TOOL),
        ("ai.embed", Op.WORKFLOW),
        ("ai.embedMany.doEmbed", Op.EMBEDDING),
    ],
)
def test_the_operation_says_what_a_step_is(operation: str, op: Op):
    found = meaning({OPERATION: operation})
    assert (found.op, found.dialect) == (op, "vercel_ai")


def test_the_turn_around_the_calls_repeats_their_tokens_and_does_not_count():
    assert meaning({OPERATION: "ai.generateText"} | USAGE).input_tokens is None
    call = meaning({OPERATION: "ai.generateText.doGenerate"} | USAGE)
    assert (call.input_tokens, call.output_tokens) == (10, 2)


def test_a_call_of_a_model_tells_the_model_that_answered():
    found = meaning(
        {
            OPERATION: "ai.generateText.doGenerate",
            "ai.model.id": "gpt-5",
            "ai.response.model": "gpt-5-2026",
            "ai.model.provider": "openai.responses",
            "ai.usage.inputTokens": 10,
            "ai.usage.cachedInputTokens": 4,
            METADATA + "sessionId": "s-1",
            METADATA + "userId": "u-1",
            "ai.telemetry.functionId": "answer",
        }
    )
    assert (found.model, found.provider) == ("gpt-5-2026", "openai.responses")
    assert (found.input_tokens, found.cache_read_tokens) == (10, 4)
    assert (found.session, found.subject, found.agent) == ("s-1", "u-1", None)


def test_the_function_names_the_agent_of_a_turn():
    turn = {OPERATION: "ai.streamText", "ai.telemetry.functionId": "support"}
    assert meaning(turn).agent == "support"


def test_a_tool_is_named_and_one_of_memory_is_a_memory_operation():
    assert meaning({OPERATION: "ai.toolCall", "ai.toolCall.name": "refund"}).tool == "refund"
    found = meaning(
        {
            OPERATION: "ai.toolCall",
            "ai.toolCall.name": "getMemories",
            "ai.toolCall.result": '[{"id": "m1"}]',
        }
    )
    assert found.op is Op.MEMORY_READ
    assert found.memory and found.memory.records[0].id == "m1"

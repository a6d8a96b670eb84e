"""Frameworks with few names of their own: MCP, Genkit, LiveKit, Google ADK, any-agent, Laminar."""

import json

import pytest

from audit.dialects.dialect import Op
from tests.dialects.spans import meaning, recalled

VERTEX = "gcp.vertex.agent."
LAMINAR = "lmnr.association.properties."


@pytest.mark.parametrize(
    ("attributes", "op", "dialect"),
    [
        ({"mcp.method.name": "tools/call"}, Op.TOOL, "mcp"),
        ({"mcp.method.name": "resources/read"}, Op.RETRIEVAL, "mcp"),
        ({"mcp.method.name": "elicitation/create"}, Op.APPROVAL, "mcp"),
        ({"mcp.method.name": "ping"}, Op.OTHER, "mcp"),
        ({"genkit:metadata:subtype": "model"}, Op.MODEL, "genkit"),
        ({"genkit:metadata:subtype": "tool.v2"}, Op.TOOL, "genkit"),
        ({"genkit:metadata:subtype": "flow"}, Op.WORKFLOW, "genkit"),
        ({"genkit:metadata:subtype": "agent"}, Op.AGENT, "genkit"),
        ({"genkit:metadata:subtype": "retriever"}, Op.RETRIEVAL, "genkit"),
        ({"lk.function_tool.name": "refund"}, Op.TOOL, "livekit"),
        ({"lk.agent_name": "clerk", "lk.job_id": "j"}, Op.AGENT, "livekit"),
        ({VERTEX + "llm_request": "{}"}, Op.MODEL, "google_adk"),
        ({VERTEX + "tool_call_args": "{}"}, Op.TOOL, "google_adk"),
        ({"gen_ai.operation.name": "call_llm"}, Op.MODEL, "any_agent"),
        ({"lmnr.span.type": "LLM"}, Op.MODEL, "laminar"),
        ({"lmnr.span.type": "TOOL"}, Op.TOOL, "laminar"),
        ({"lmnr.span.type": "DEFAULT"}, Op.OTHER, "laminar"),
        ({"mastra.span.type": "model_generation"}, Op.MODEL, "mastra"),
        ({"mastra.span.type": "agent_run"}, Op.AGENT, "mastra"),
        ({"spring.ai.kind": "tool_call"}, Op.TOOL, "spring_ai"),
        ({"spring.ai.kind": "vector_store", "db.operation.name": "add"}, Op.OTHER, "spring_ai"),
        ({"ag2.span.type": "human_input"}, Op.APPROVAL, "ag2"),
        ({"gen_ai.operation.name": "await_human_input"}, Op.APPROVAL, "ag2"),
        ({"db.system": "qdrant"}, Op.RETRIEVAL, "vector_database"),
        ({"http.request.method": "GET"}, Op.OTHER, "otel"),
    ],
)
def test_each_says_what_a_step_is(attributes: dict[str, str], op: Op, dialect: str):
    found = meaning(attributes)
    assert (found.op, found.dialect) == (op, dialect)


def test_a_call_over_mcp_is_of_a_tool_and_one_of_memory_is_a_memory_operation():
    call = {"mcp.method.name": "tools/call", "mcp.session.id": "a connection's"}
    refund = meaning(call | {"gen_ai.tool.name": "refund"})
    assert (refund.tool, refund.session) == ("refund", None)
    answer = {"content": [{"type": "text", "text": json.dumps({"memories": [{"id": "m1"}]})}]}
    memory = meaning(
        call
        | {
            "gen_ai.tool.name": "mcp__memory__search_nodes",
            "gen_ai.tool.call.result": json.dumps(answer),
        }
    )
    assert (memory.op, recalled(memory)) == (Op.MEMORY_READ, ["m1"])


def test_a_genkit_model_tells_its_tokens_within_its_output():
    found = meaning(
        {
            "genkit:metadata:subtype": "model",
            "genkit:name": "googleai/gemini-2.5-flash",
            "genkit:sessionId": "s-1",
            "genkit:output": json.dumps({"usage": {"inputTokens": 42, "outputTokens": 17}}),
        }
    )
    assert (found.input_tokens, found.output_tokens, found.session) == (42, 17, "s-1")
    assert found.model == "googleai/gemini-2.5-flash"


def test_a_tool_of_livekit_tells_that_it_failed():
    call = {"lk.function_tool.name": "refund", "lk.job_id": "j-1"}
    assert (meaning(call).tool, meaning(call).session) == ("refund", "j-1")
    assert meaning(call | {"lk.function_tool.is_error": True}).is_error
    assert not meaning(call | {"lk.function_tool.is_error": False}).is_error
    assert meaning({"lk.agent_name": "clerk"}).agent == "clerk"


def test_a_model_call_of_googles_kit_tells_its_tokens_within_the_response():
    usage = {"prompt_token_count": 453, "candidates_token_count": 6}
    found = meaning(
        {
            "gen_ai.system": "gcp.vertex.agent",
            "gen_ai.request.model": "gemini-2.0-flash",
            VERTEX + "llm_response": json.dumps({"usage_metadata": usage}),
            VERTEX + "session_id": "s-1",
        }
    )
    assert (found.op, found.model, found.conversation) == (Op.MODEL, "gemini-2.0-flash", "s-1")
    assert (found.input_tokens, found.output_tokens) == (453, 6)


def test_any_agent_tells_what_each_direction_cost():
    found = meaning(
        {
            "gen_ai.operation.name": "call_llm",
            "gen_ai.usage.input_cost": 0.5,
            "gen_ai.usage.output_cost": 0.25,
        }
    )
    assert found.cost_nanos == 750_000_000


def test_litellm_tells_what_a_call_cost_and_voltagent_the_conversation():
    found = meaning({"gen_ai.operation.name": "chat", "gen_ai.cost.total_cost": 0.5})
    assert found.cost_nanos == 500_000_000
    assert meaning({"voltagent.conversation_id": "c-1"}).conversation == "c-1"
    spring = {"spring.ai.kind": "chat_client", "spring.ai.chat.client.conversation.id": "c-2"}
    assert meaning(spring).conversation == "c-2"


def test_laminar_keeps_sessions_and_users_as_association_properties():
    found = meaning({LAMINAR + "session_id": "s-1", LAMINAR + "user_id": "u-1"})
    assert (found.session, found.subject) == ("s-1", "u-1")


def test_what_is_written_to_a_vector_database_is_no_retrieval():
    store = {"db.system.name": "pinecone"}
    assert meaning(store | {"db.operation.name": "query"}).op is Op.RETRIEVAL
    assert meaning(store | {"db.operation.name": "upsert"}).op is Op.OTHER
    assert meaning({"db.system": "postgresql", "db.operation": "SELECT"}).op is Op.OTHER

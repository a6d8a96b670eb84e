"""OpenInference, of Arize Phoenix."""

import json

import pytest

from audit.dialects.dialect import Op
from tests.dialects.spans import meaning, recalled

KIND = "openinference.span.kind"


@pytest.mark.parametrize(
    ("kind", "op"),
    [
        ("LLM", Op.MODEL),
        ("EMBEDDING", Op.EMBEDDING),
        ("TOOL", Op.TOOL),
        ("RETRIEVER", Op.RETRIEVAL),
        ("RERANKER", Op.RETRIEVAL),
        ("AGENT", Op.AGENT),
        ("CHAIN", Op.WORKFLOW),
        ("GUARDRAIL", Op.OTHER),
    ],
)
def test_the_kind_says_what_a_step_is(kind: str, op: Op):
    found = meaning({KIND: kind})
    assert (found.op, found.dialect) == (op, "openinference")


def test_a_call_of_a_model_tells_its_model_tokens_and_cost():
    found = meaning(
        {
            KIND: "LLM",
            "llm.model_name": "gpt-4o",
            "llm.provider": "openai",
            "llm.token_count.prompt": 10,
            "llm.token_count.completion": 2,
            "llm.token_count.prompt_details.cache_read": 4,
            "llm.token_count.prompt_details.cache_write": 1,
            "llm.cost.prompt": 0.5,
            "llm.cost.completion": 0.25,
            "session.id": "s-1",
            "user.id": "u-1",
        }
    )
    assert (found.model, found.provider) == ("gpt-4o", "openai")
    assert (found.input_tokens, found.output_tokens) == (10, 2)
    assert (found.cache_read_tokens, found.cache_write_tokens) == (4, 1)
    assert found.cost_nanos == 750_000_000
    assert (found.session, found.subject) == ("s-1", "u-1")


def test_an_agent_is_named_by_itself_or_by_its_node():
    assert meaning({KIND: "AGENT", "agent.name": "clerk"}).agent == "clerk"
    assert meaning({KIND: "AGENT", "graph.node.id": "n1", "graph.node.name": "clerk"}).agent == (
        "clerk"
    )
    assert meaning({KIND: "CHAIN", "graph.node.id": "n1"}).agent is None


def test_a_tool_without_a_name_goes_by_the_span():
    assert meaning({KIND: "TOOL", "tool.name": "refund"}, "run").tool == "refund"
    assert meaning({KIND: "TOOL"}, "refund").tool == "refund"


def test_a_retriever_over_a_memory_reads_the_documents_it_found():
    found = meaning(
        {
            KIND: "RETRIEVER",
            "retrieval.documents.0.document.id": "m1",
            "retrieval.documents.0.document.score": 0.9,
            "retrieval.documents.1.document.id": "m2",
        },
        "MemoryRetriever.retrieve",
    )
    assert found.op is Op.MEMORY_READ
    assert recalled(found) == ["m1", "m2"]
    for other in ("WikipediaRetriever", "MemoryVectorStoreRetriever", "InMemoryStore.search"):
        assert meaning({KIND: "RETRIEVER"}, other).op is Op.RETRIEVAL


def test_a_tool_of_memory_tells_its_records_in_what_it_returned():
    found = meaning(
        {
            KIND: "TOOL",
            "tool.name": "search_memory",
            "input.value": json.dumps({"query": "address"}),
            "output.value": json.dumps({"results": [{"id": "m1", "score": 0.5}, {"id": "m2"}]}),
        }
    )
    assert (found.op, recalled(found)) == (Op.MEMORY_READ, ["m1", "m2"])


def test_an_agents_sum_counts_where_nobody_traces_its_calls():
    usage = {KIND: "AGENT", "llm.token_count.prompt": 10, "llm.cost.total": 0.5}
    alone = meaning(usage, scope="openinference.instrumentation.claude_agent_sdk")
    assert (alone.input_tokens, alone.cost_nanos) == (10, 500_000_000)
    assert meaning(usage).input_tokens is None

"""AgentOps, and its spans over Mem0."""

import pytest

from audit.dialects.dialect import Op
from tests.dialects.spans import meaning, recalled

KIND = "agentops.span.kind"


@pytest.mark.parametrize(
    ("kind", "op"),
    [
        ("agent", Op.AGENT),
        ("session", Op.WORKFLOW),
        ("task", Op.WORKFLOW),
        ("tool", Op.TOOL),
        ("llm", Op.MODEL),
    ],
)
def test_the_kind_says_what_a_step_is(kind: str, op: Op):
    found = meaning({KIND: kind})
    assert (found.op, found.dialect) == (op, "agentops")


def test_agents_and_tools_are_named():
    assert meaning({KIND: "agent", "agent.id": "a1", "agent.name": "clerk"}).agent == "clerk"
    assert meaning({KIND: "agent", "agentops.entity.name": "clerk"}).agent == "clerk"
    assert meaning({KIND: "tool", "tool.name": "refund"}).tool == "refund"


def test_a_call_of_a_model_uses_genai_names():
    found = meaning(
        {
            KIND: "llm",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.usage.prompt_tokens": 10,
            "gen_ai.usage.completion_tokens": 2,
            "gen_ai.usage.total_cost": "0.5",
        }
    )
    assert (found.model, found.input_tokens, found.output_tokens) == ("gpt-4o", 10, 2)
    assert found.cost_nanos == 500_000_000


def test_a_search_of_mem0_tells_each_record_in_numbered_attributes():
    found = meaning(
        {
            "mem0.user_id": "u-1",
            "mem0.agent_id": "clerk",
            "mem0.run_id": "r-1",
            "mem0.results_count": 2,
            "mem0.memory.0.id": "m1",
            "mem0.memory.0.score": "0.91",
            "mem0.memory.1.id": "m2",
        },
        "mem0.memory.search",
    )
    assert (found.op, found.dialect) == (Op.MEMORY_READ, "agentops")
    assert recalled(found) == ["m1", "m2"]
    assert found.memory and found.memory.records[0].score == 0.91
    assert (found.subject, found.agent, found.session) == ("u-1", "clerk", "r-1")


@pytest.mark.parametrize(
    ("name", "op"),
    [
        ("mem0.memory.add", Op.MEMORY_WRITE),
        ("mem0.memory.get_all", Op.MEMORY_READ),
        ("mem0.async_memory.update", Op.MEMORY_UPDATE),
        ("mem0.memory.delete_all", Op.MEMORY_DELETE),
    ],
)
def test_the_name_of_a_span_over_mem0_tells_the_operation(name: str, op: Op):
    assert meaning({"mem0.user_id": "u-1"}, name).op is op


def test_a_deletion_of_one_memory_names_it():
    found = meaning({"mem0.operation": "delete", "mem0.memory_id": "m1"})
    assert (found.op, recalled(found)) == (Op.MEMORY_DELETE, ["m1"])

"""Langfuse's SDKs."""

import json

import pytest

from audit.dialects.dialect import Op
from tests.dialects.spans import meaning

TYPE = "langfuse.observation.type"


@pytest.mark.parametrize(
    ("kind", "op"),
    [
        ("generation", Op.MODEL),
        ("GENERATION", Op.MODEL),
        ("embedding", Op.EMBEDDING),
        ("agent", Op.AGENT),
        ("tool", Op.TOOL),
        ("retriever", Op.RETRIEVAL),
        ("chain", Op.WORKFLOW),
        ("span", Op.OTHER),
    ],
)
def test_the_type_says_what_a_step_is(kind: str, op: Op):
    found = meaning({TYPE: kind})
    assert (found.op, found.dialect) == (op, "langfuse")


def test_a_mere_span_leaves_the_word_to_another_convention():
    found = meaning({TYPE: "span", "gen_ai.request.model": "gpt-4o"})
    assert found.op is Op.MODEL


def test_a_generation_tells_its_model_usage_cost_and_session():
    found = meaning(
        {
            TYPE: "generation",
            "langfuse.observation.model.name": "gpt-4o",
            "langfuse.observation.usage_details": json.dumps(
                {"input": 10, "output": 2, "cache_read_input_tokens": 4}
            ),
            "langfuse.observation.cost_details": json.dumps({"input": 0.1, "total": 0.3}),
            "langfuse.session.id": "s-1",
            "langfuse.user.id": "u-1",
        }
    )
    assert (found.model, found.session, found.subject) == ("gpt-4o", "s-1", "u-1")
    assert (found.input_tokens, found.output_tokens, found.cache_read_tokens) == (10, 2, 4)
    assert found.cost_nanos == 300_000_000


def test_a_level_of_error_is_a_failure():
    assert meaning({TYPE: "tool", "langfuse.observation.level": "ERROR"}).is_error
    assert not meaning({TYPE: "tool", "langfuse.observation.level": "DEFAULT"}).is_error


def test_a_tool_of_memory_names_the_memory_it_was_given():
    found = meaning(
        {TYPE: "tool", "langfuse.observation.input": '{"memory_id": "m1"}'}, "delete_memory"
    )
    assert found.op is Op.MEMORY_DELETE
    assert found.memory and found.memory.records[0].id == "m1"

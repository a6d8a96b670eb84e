"""MLflow Tracing, which writes every attribute as JSON in a string."""

import json

import pytest

from audit.dialects.dialect import Op
from tests.dialects.spans import meaning

TYPE = "mlflow.spanType"


@pytest.mark.parametrize("write", [str, json.dumps])
@pytest.mark.parametrize(
    ("kind", "op"),
    [
        ("LLM", Op.MODEL),
        ("CHAT_MODEL", Op.MODEL),
        ("EMBEDDING", Op.EMBEDDING),
        ("TOOL", Op.TOOL),
        ("RETRIEVER", Op.RETRIEVAL),
        ("AGENT", Op.AGENT),
        ("CHAIN", Op.WORKFLOW),
        ("UNKNOWN", Op.OTHER),
    ],
)
def test_the_type_says_what_a_step_is_in_quotes_or_without(kind: str, op: Op, write: object):
    assert callable(write)
    found = meaning({TYPE: write(kind)})
    assert (found.op, found.dialect) == (op, "mlflow")


def test_a_call_of_a_model_tells_usage_and_cost_in_objects():
    found = meaning(
        {
            TYPE: '"CHAT_MODEL"',
            "mlflow.llm.model": '"gpt-4o"',
            "mlflow.llm.provider": '"openai"',
            "mlflow.chat.tokenUsage": json.dumps(
                {"input_tokens": 10, "output_tokens": 2, "cache_read_input_tokens": 4}
            ),
            "mlflow.llm.cost": json.dumps({"total_cost": 0.5}),
            "mlflow.trace.session": '"s-1"',
            "mlflow.trace.user": '"u-1"',
        }
    )
    assert (found.model, found.provider) == ("gpt-4o", "openai")
    assert (found.input_tokens, found.output_tokens, found.cache_read_tokens) == (10, 2, 4)
    assert found.cost_nanos == 500_000_000
    assert (found.session, found.subject) == ("s-1", "u-1")


def test_a_tool_or_an_agent_is_named_by_its_function():
    assert meaning({TYPE: '"TOOL"', "mlflow.spanFunctionName": '"refund"'}).tool == "refund"
    assert meaning({TYPE: '"AGENT"', "mlflow.spanFunctionName": '"clerk"'}).agent == "clerk"


def test_a_memory_span_tells_its_operation_in_its_name():
    assert meaning({TYPE: "MEMORY"}, "save_memory").op is Op.MEMORY_WRITE
    assert meaning({TYPE: "MEMORY"}, "Memory.search").op is Op.MEMORY_READ
    assert meaning({TYPE: "MEMORY"}, "history").op is Op.MEMORY_READ

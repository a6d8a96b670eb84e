"""OpenLIT, and its spans over Mem0."""

import pytest

from audit.dialects.dialect import Op
from tests.dialects.spans import meaning, recalled

OPERATION = "gen_ai.operation.name"


@pytest.mark.parametrize(
    ("name", "op"),
    [
        ("memory add", Op.MEMORY_WRITE),
        ("memory search", Op.MEMORY_READ),
        ("memory get_all", Op.MEMORY_READ),
        ("memory update", Op.MEMORY_UPDATE),
        ("memory delete", Op.MEMORY_DELETE),
    ],
)
def test_the_name_or_the_endpoint_tells_which_memory_operation(name: str, op: Op):
    found = meaning({OPERATION: "memory"}, name)
    assert (found.op, found.dialect) == (op, "openlit")
    assert meaning({OPERATION: "memory", "gen_ai.endpoint": name}, "mem0").op is op


def test_a_memory_span_tells_whose_it_is_and_how_many():
    found = meaning(
        {
            OPERATION: "memory",
            "gen_ai.system": "mem0",
            "gen_ai.user.id": "u-1",
            "gen_ai.agent.id": "clerk",
            "gen_ai.run.id": "r-1",
            "gen_ai.memory.search.query": "address",
            "gen_ai.memory.operation.result_count": 3,
        },
        "memory search",
    )
    assert (found.subject, found.agent, found.session) == ("u-1", "clerk", "r-1")
    assert found.memory and found.memory.count == 3


def test_an_update_names_the_memory_as_a_database_names_a_row():
    found = meaning({OPERATION: "memory", "db.update.id": "m1"}, "memory update")
    assert recalled(found) == ["m1"]


def test_a_call_of_a_model_and_of_an_agent():
    found = meaning({OPERATION: "chat", "gen_ai.usage.cost": 0.5, "gen_ai.request.model": "m"})
    assert (found.op, found.cost_nanos) == (Op.MODEL, 500_000_000)
    assert meaning({OPERATION: "agent", "gen_ai.agent.name": "clerk"}).agent == "clerk"
    assert meaning({OPERATION: "vectordb", "db.operation": "query"}).op is Op.RETRIEVAL

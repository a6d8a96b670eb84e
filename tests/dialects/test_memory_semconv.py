"""`memory-semconv` 0.1.0, as Mem0, MemOS, memU, MemPalace and CommonTrace emit it."""

import pytest

from audit.dialects.dialect import Op
from tests.dialects.spans import meaning, recalled


@pytest.mark.parametrize(
    ("operation", "op"),
    [
        ("add", Op.MEMORY_WRITE),
        ("write", Op.MEMORY_WRITE),
        ("search", Op.MEMORY_READ),
        ("get_all", Op.MEMORY_READ),
        ("list", Op.MEMORY_READ),
        ("update", Op.MEMORY_UPDATE),
        ("consolidate", Op.MEMORY_UPDATE),
        ("delete", Op.MEMORY_DELETE),
        ("invalidate", Op.MEMORY_DELETE),
        ("embed", Op.EMBEDDING),
        ("dance", Op.OTHER),
    ],
)
def test_the_operation_says_what_a_step_is(operation: str, op: Op):
    found = meaning({"memory.operation": operation, "memory.tier": "textual"})
    assert (found.op, found.dialect) == (op, "memory_semconv")


def test_a_search_of_mem0_tells_its_scope_and_how_many():
    found = meaning(
        {
            "memory.operation": "search",
            "memory.sut.name": "mem0",
            "memory.scope.user_id": "u-1",
            "memory.scope.agent_id": "clerk",
            "memory.scope.run_id": "r-1",
            "memory.result.count": 3,
        }
    )
    assert (found.subject, found.agent, found.session) == ("u-1", "clerk", "r-1")
    assert found.memory and (found.memory.store, found.memory.count) == ("mem0", 3)


def test_a_cube_of_memos_is_the_store():
    found = meaning(
        {
            "memory.operation": "add",
            "memory.cube.id": "cube-1",
            "memory.user.id": "u-1",
            "memory.session.id": "s-1",
            "memory.item.count": 2,
        }
    )
    assert found.memory and (found.memory.store, found.memory.count) == ("cube-1", 2)
    assert (found.subject, found.session) == ("u-1", "s-1")


def test_one_memory_is_named():
    assert recalled(meaning({"memory.operation": "get", "memory.id": "m1"})) == ["m1"]


def test_commontrace_types_its_operations_and_mempalace_names_its_tool():
    assert meaning({"memory.operation.type": "retrieve"}).op is Op.MEMORY_READ
    palace = meaning({"memory.operation": "read", "memory.tool": "mempalace_search"})
    assert (palace.op, palace.tool) == (Op.MEMORY_READ, "mempalace_search")


def test_the_store_of_a_process_stands_in_its_resource():
    found = meaning({"memory.operation": "read"}, resource={"memory.sut.name": "memu"})
    assert found.memory and found.memory.store == "memu"

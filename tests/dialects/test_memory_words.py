"""Which tools are memory operations, or wait for people, by what they are called."""

import pytest

from audit.dialects.dialect import Op
from tests.dialects.spans import meaning


def op_of(tool: str) -> Op:
    return meaning({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool}).op


@pytest.mark.parametrize(
    "tool",
    [
        "search_memory",
        "memory_search",
        "recall",
        "recall_facts",
        "load_memory",
        "mem0_search_memories",
        "mcp__openmemory__list_memories",
        "archival_memory_search",
        "conversation_search",
        "getMemories",
    ],
)
def test_these_read(tool: str):
    assert op_of(tool) is Op.MEMORY_READ


@pytest.mark.parametrize(
    "tool",
    [
        "add_memory",
        "memory_create",
        "remember",
        "remember_preference",
        "save_memory",
        "mem0_add",
        "archival_memory_insert",
        "core_memory_append",
        "storeMemory",
    ],
)
def test_these_write(tool: str):
    assert op_of(tool) is Op.MEMORY_WRITE


@pytest.mark.parametrize(
    ("tool", "op"),
    [
        ("update_memory", Op.MEMORY_UPDATE),
        ("core_memory_replace", Op.MEMORY_UPDATE),
        ("delete_memory", Op.MEMORY_DELETE),
        ("forget", Op.MEMORY_DELETE),
        ("memory_delete_all", Op.MEMORY_DELETE),
    ],
)
def test_these_change_or_take_away(tool: str, op: Op):
    assert op_of(tool) is op


@pytest.mark.parametrize(
    "tool",
    [
        "get_memory_usage",
        "check_gpu_memory",
        "get_memory_status",
        "list_process_memory",
        "in_memory_search",
        "recall_product",
        "remember_me_cookie",
        "forget_password",
        "search_web",
        "update_record",
        "memory",
        "",
    ],
)
def test_these_have_nothing_to_do_with_an_agents_memory(tool: str):
    assert op_of(tool) is Op.TOOL


@pytest.mark.parametrize(
    "tool",
    [
        "request_approval",
        "ask_human",
        "human_input",
        "getHumanFeedback",
        "wait_for_user_confirmation",
        "get_user_approval",
        "request_permission",
        "AskUserQuestion",
        "human_in_the_loop",
    ],
)
def test_these_wait_for_people(tool: str):
    assert op_of(tool) is Op.APPROVAL


@pytest.mark.parametrize(
    "tool",
    [
        "list_approvals",
        "get_approval_status",
        "check_user_permission",
        "send_confirmation_to_user",
        "human_resources_lookup",
        "transfer_to_human_agents",
    ],
)
def test_these_only_speak_of_people(tool: str):
    assert op_of(tool) is Op.TOOL

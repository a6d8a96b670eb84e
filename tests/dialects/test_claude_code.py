"""Claude Code's own traces, whose names are plain words."""

import pytest

from audit.dialects.dialect import Op
from tests.dialects.spans import meaning

TYPE = "span.type"


@pytest.mark.parametrize(
    ("kind", "op"),
    [
        ("interaction", Op.AGENT),
        ("claude_code.interaction", Op.AGENT),
        ("llm_request", Op.MODEL),
        ("tool", Op.TOOL),
        ("tool.blocked_on_user", Op.APPROVAL),
        ("tool.execution", Op.OTHER),
        ("hook", Op.OTHER),
    ],
)
def test_the_type_says_what_a_step_is(kind: str, op: Op):
    found = meaning({TYPE: kind})
    assert (found.op, found.dialect) == (op, "claude_code")


def test_a_request_tells_model_and_tokens():
    found = meaning(
        {
            TYPE: "llm_request",
            "model": "claude-opus",
            "gen_ai.system": "anthropic",
            "input_tokens": 10,
            "output_tokens": 2,
            "cache_read_tokens": 4,
            "cache_creation_tokens": 1,
            "session.id": "s-1",
            "user.id": "u-1",
        }
    )
    assert (found.model, found.provider) == ("claude-opus", "anthropic")
    assert (found.input_tokens, found.output_tokens) == (10, 2)
    assert (found.cache_read_tokens, found.cache_write_tokens) == (4, 1)
    assert (found.session, found.subject) == ("s-1", "u-1")


def test_the_memory_tool_tells_in_its_arguments_what_it_was_asked():
    asked = {TYPE: "tool", "tool_name": "memory"}
    assert meaning(asked).op is Op.TOOL
    view = meaning(asked | {"tool_input": '{"command": "view", "path": "/memories/a.md"}'})
    assert view.op is Op.MEMORY_READ
    assert view.memory and view.memory.records[0].id == "/memories/a.md"
    assert meaning(asked | {"tool_input": '{"command": "str_replace"}'}).op is Op.MEMORY_UPDATE
    assert meaning(asked | {"tool_input": '{"command": "delete"}'}).op is Op.MEMORY_DELETE


def test_a_plain_word_gives_way_to_any_conventions_name():
    both = {TYPE: "llm_request", "model": "plain", "gen_ai.response.model": "claude-opus"}
    assert meaning(both).model == "claude-opus"

"""What holds for a span of any convention: whose word counts, which values hold, what failed."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.dialects.conventions import DIALECTS
from audit.dialects.dialect import Op
from audit.dialects.message_shapes import MAX_LOOKED_AT
from audit.dialects.messages import MAX_MESSAGES, exchange_of
from audit.dialects.normalise import BUILT_IN, Meaning
from audit.ingest.record import SpanEvent
from tests.dialects.spans import meaning

OPERATION = "gen_ai.operation.name"
NAMES = sorted(BUILT_IN.fields.keys() | BUILT_IN.kinds.keys())


def test_a_memory_operation_outweighs_another_conventions_kind():
    both = {"openinference.span.kind": "TOOL", OPERATION: "search_memory"}
    assert meaning(both).op is Op.MEMORY_READ


def test_openinferences_kind_outweighs_a_genai_operation():
    assert meaning({"openinference.span.kind": "AGENT", OPERATION: "chat"}).op is Op.AGENT


def test_a_kind_that_nobody_knows_leaves_the_word_to_another():
    both = {"openinference.span.kind": "NEW", OPERATION: "chat"}
    assert (meaning(both).op, meaning(both).dialect) == (Op.MODEL, "otel_genai")


def test_a_request_within_an_agent_is_no_agent_though_it_bears_its_name():
    found = meaning({"http.request.method": "GET", "gen_ai.agent.name": "clerk"}, "GET")
    assert (found.op, found.agent) == (Op.OTHER, "clerk")


def test_a_name_of_the_wrong_type_gives_way_to_one_that_holds():
    found = meaning({"gen_ai.response.model": ["x"], "gen_ai.request.model": "gpt-5"})
    assert found.model == "gpt-5"


@pytest.mark.parametrize(
    ("stated", "read"),
    [(10, 10), ("10", 10), (2.0, 2), ("many", None), (-1, None), (True, None), (10**13, None)],
)
def test_a_count_is_read_from_any_scalar_and_believed_if_plausible(stated: object, read: int):
    found = meaning({OPERATION: "chat", "gen_ai.usage.input_tokens": stated})
    assert found.input_tokens == read


@pytest.mark.parametrize(
    ("stated", "nanos"),
    [
        (0.5, 500_000_000),
        ("0.5", 500_000_000),
        (-1.0, None),
        ("NaN", None),
        (True, None),
        (1e9, None),
    ],
)
def test_a_cost_is_read_in_dollars_and_believed_if_plausible(stated: object, nanos: int):
    assert meaning({OPERATION: "chat", "gen_ai.usage.cost": stated}).cost_nanos == nanos


def test_an_agents_tokens_do_not_count_since_they_repeat_its_children():
    usage = {"gen_ai.usage.input_tokens": 10, "gen_ai.usage.cost": 0.5}
    found = meaning({OPERATION: "invoke_agent"} | usage)
    assert (found.input_tokens, found.cost_nanos) == (None, None)


def test_a_name_without_end_is_cut():
    assert len(meaning({"gen_ai.agent.name": "x" * 10_000}).agent or "") == 256


def test_a_resource_names_the_session_of_a_process_and_a_span_knows_better():
    resource = {"session.id": "s-1", "gen_ai.agent.name": "clerk", "gen_ai.tool.name": "no"}
    found = meaning({}, resource=resource)
    assert (found.session, found.agent, found.tool) == ("s-1", "clerk", None)
    assert meaning({"session.id": "s-2"}, resource=resource).session == "s-2"


EXCEPTION = SpanEvent(1, "exception", {"exception.type": "ValueError"})


@pytest.mark.parametrize(
    ("fields", "is_error", "error_type"),
    [
        ({"status_code": 2}, True, None),
        ({"attributes": {"error.type": "timeout"}}, True, "timeout"),
        ({"events": (EXCEPTION,)}, True, "ValueError"),
        ({"status_code": 1, "events": (EXCEPTION,)}, False, "ValueError"),
        ({"status_code": 1, "attributes": {"lk.function_tool.is_error": True}}, False, None),
        ({}, False, None),
    ],
)
def test_a_failure_is_seen_wherever_it_is_told(
    fields: dict[str, Any], *, is_error: bool, error_type: str | None
):
    found = meaning(**fields)
    assert (found.is_error, found.error_type) == (is_error, error_type)


def test_a_tool_that_answers_with_an_error_failed_though_its_call_went_well():
    call = {OPERATION: "execute_tool", "gen_ai.tool.name": "refund"}
    result = {"content": [{"type": "text", "text": "no such order" * 2000}], "isError": True}
    assert meaning(call | {"gen_ai.tool.call.result": json.dumps(result)}).is_error
    assert meaning(call | {"gen_ai.tool.call.result": result}).is_error
    forgotten = call | {"gen_ai.tool.name": "forget", "gen_ai.tool.call.result": json.dumps(result)}
    assert meaning(forgotten).is_error
    quoted = json.dumps({"text": '{"isError": true}'})
    assert not meaning(call | {"gen_ai.tool.call.result": quoted}).is_error


def test_every_attribute_and_value_of_a_table_is_told_once_by_it():
    for dialect in DIALECTS:
        names = [name for listed in dialect.concepts.values() for name in listed]
        assert len(names) == len(set(names)), dialect.name


MANY = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
values = st.recursive(
    scalars | st.sampled_from(["{", "[1", '"x"', '{"id": 7}', '[{"id": "m"}]', "chat", "TOOL"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
names = st.sampled_from(NAMES) | st.text(max_size=20)


@MANY
@given(st.dictionaries(names, values, max_size=14), st.text(max_size=30), values)
def test_no_value_of_any_type_makes_a_span_unreadable(
    attributes: dict[str, Any], name: str, resource: object
):
    found = meaning(attributes, name, resource={"session.id": resource, "service.name": name})
    assert isinstance(found, Meaning)
    for text in (found.agent, found.session, found.tool, found.model, found.provider):
        assert text is None or 0 < len(text) <= 256
    for count in (found.input_tokens, found.output_tokens, found.cost_nanos):
        assert count is None or count >= 0


message_names = st.sampled_from(
    [
        "gen_ai.input.messages",
        "gen_ai.output.messages",
        "gen_ai.prompt",
        "llm.input_messages.0.message.role",
        "llm.input_messages.0.message.content",
        "llm.input_messages.0.message.content.0",
        "gen_ai.prompt.x.role",
        "ai.prompt",
        "ai.response.toolCalls",
        "input.value",
        "pydantic_ai.all_messages",
        "gen_ai.system_instructions",
        "gcp.vertex.agent.llm_request",
    ]
)
keys = st.sampled_from(
    ["role", "parts", "content", "type", "message", "tool_calls", "id", "kwargs"]
)
shapes = st.recursive(
    scalars | st.sampled_from(["user", "text", "tool_call", "function_call", "ai"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@MANY
@given(attributes=st.dictionaries(message_names, shapes, max_size=4), of_tool=st.booleans())
def test_no_message_of_any_shape_makes_a_step_unreadable(
    attributes: dict[str, Any], *, of_tool: bool
):
    written = {
        key: json.dumps(value) if isinstance(value, dict) else value
        for key, value in attributes.items()
    }
    for given_as in (attributes, written):
        found = exchange_of(given_as, [("gen_ai.user.message", given_as)], of_tool=of_tool)
        for message in (*found.input, *found.output):
            assert message.role
            assert all(isinstance(part.text, str) for part in message.parts)


@pytest.mark.parametrize(
    "flood",
    [
        "[" + ",".join(['{"role":"user","content":"x"}'] * 60_000) + "]",
        "[" + ",".join(["[{}]"] * 200_000) + "]",
        json.dumps({f"k{n}": n for n in range(100_000)}),
    ],
    ids=["messages", "lists", "keys"],
)
def test_a_flood_of_messages_is_looked_at_as_far_as_a_page_goes(flood: str):
    found = exchange_of({"gen_ai.input.messages": flood})
    assert len(found.input) <= MAX_MESSAGES
    assert found.left_out <= MAX_LOOKED_AT


def test_a_number_without_end_in_a_name_is_none():
    name = f"gen_ai.prompt.{'9' * 5000}.content"
    assert not exchange_of({name: "x", "gen_ai.prompt.²": "x"})


def test_reading_leaves_what_was_sent_as_it_was():
    sent = {"llm.input_messages.0.message": {"role": "user"}}
    exchange_of(sent | {"llm.input_messages.0.message.content": "hello"})
    assert sent == {"llm.input_messages.0.message": {"role": "user"}}


@pytest.mark.parametrize("nested", ["[" * 900 + "]" * 900, '{"a":' * 900 + "1" + "}" * 900])
def test_nesting_without_end_is_shown_as_far_as_somebody_reads(nested: str):
    assert exchange_of({"gen_ai.input.messages": nested, "input.value": nested})
    assert meaning({OPERATION: "search_memory", "gen_ai.memory.records": nested}).memory

"""What went in and came out reads the same, whoever's messages they are."""

import json
from typing import Any

import pytest

from audit.dialects.message_parts import PartKind
from audit.dialects.messages import MAX_CHARACTERS, MAX_MESSAGES, Exchange, exchange_of

ASKED = "Who is Anna?"
ANSWERED = "A customer."


def told(exchange: Exchange) -> list[tuple[str, str, str]]:
    """Role, kind and text of every part, in order."""
    messages = (*exchange.input, *exchange.output)
    return [(m.role, str(part.kind), part.text) for m in messages for part in m.parts]


ONE_TURN = [("user", "text", ASKED), ("assistant", "text", ANSWERED)]


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param(
            {
                "gen_ai.input.messages": [
                    {"role": "user", "parts": [{"type": "text", "content": ASKED}]}
                ],
                "gen_ai.output.messages": json.dumps(
                    [{"role": "assistant", "parts": [{"type": "text", "content": ANSWERED}]}]
                ),
            },
            id="OpenTelemetry",
        ),
        pytest.param(
            {
                "gen_ai.prompt.0.role": "user",
                "gen_ai.prompt.0.content": ASKED,
                "gen_ai.completion.0.role": "assistant",
                "gen_ai.completion.0.content": ANSWERED,
            },
            id="OpenLLMetry",
        ),
        pytest.param(
            {
                "llm.input_messages.0.message.role": "user",
                "llm.input_messages.0.message.contents.0.message_content.type": "text",
                "llm.input_messages.0.message.contents.0.message_content.text": ASKED,
                "llm.output_messages.0.message.role": "assistant",
                "llm.output_messages.0.message.content": ANSWERED,
                "input.value": "not this",
            },
            id="OpenInference",
        ),
        pytest.param(
            {
                "gen_ai.prompt": json.dumps({"messages": [{"role": "user", "content": ASKED}]}),
                "gen_ai.completion": json.dumps(
                    {"choices": [{"message": {"role": "assistant", "content": ANSWERED}}]}
                ),
            },
            id="LangSmith",
        ),
        pytest.param(
            {
                "langfuse.observation.input": json.dumps([{"role": "user", "content": ASKED}]),
                "langfuse.observation.output": ANSWERED,
            },
            id="Langfuse",
        ),
        pytest.param(
            {
                "ai.prompt.messages": json.dumps(
                    [{"role": "user", "content": [{"type": "text", "text": ASKED}]}]
                ),
                "ai.response.text": ANSWERED,
            },
            id="Vercel",
        ),
        pytest.param(
            {
                "mlflow.spanInputs": json.dumps({"messages": [{"role": "user", "content": ASKED}]}),
                "mlflow.spanOutputs": json.dumps(json.dumps(ANSWERED)),
            },
            id="MLflow",
        ),
        pytest.param(
            {
                "pydantic_ai.all_messages": json.dumps(
                    [
                        {"role": "user", "parts": [{"type": "text", "content": ASKED}]},
                        {"role": "assistant", "parts": [{"type": "text", "content": ANSWERED}]},
                    ]
                )
            },
            id="Pydantic AI",
        ),
        pytest.param(
            {
                "gcp.vertex.agent.llm_request": json.dumps(
                    {"contents": [{"role": "user", "parts": [{"text": ASKED}]}]}
                ),
                "gcp.vertex.agent.llm_response": json.dumps(
                    {"content": {"role": "model", "parts": [{"text": ANSWERED}]}}
                ),
            },
            id="Google ADK",
        ),
        pytest.param(
            {"traceloop.entity.input": ASKED, "traceloop.entity.output": ANSWERED}, id="an entity"
        ),
    ],
)
def test_one_turn_reads_the_same_in_every_convention(attributes: dict[str, Any]):
    assert told(exchange_of(attributes)) == ONE_TURN


def test_messages_of_older_conventions_lie_in_events():
    events = [
        ("gen_ai.user.message", {"gen_ai.system": "openai", "content": ASKED}),
        ("gen_ai.choice", {"index": 0, "finish_reason": "stop", "message": {"content": ANSWERED}}),
        ("exception", {"exception.type": "none of these"}),
    ]
    found = exchange_of({}, events)
    assert told(found) == ONE_TURN
    assert found.output[0].finish_reason == "stop"


def test_a_call_of_a_tool_and_its_answer_are_parts_of_their_own():
    found = exchange_of(
        {
            "llm.output_messages.0.message.role": "assistant",
            "llm.output_messages.0.message.tool_calls.0.tool_call.id": "c1",
            "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "refund",
            "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": '{"a":1}',
            "gen_ai.input.messages": [
                {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c0", "result": 7}]}
            ],
        }
    )
    [call], [answer] = found.output[0].parts, found.input[0].parts
    assert (call.kind, call.name, call.id) == (PartKind.TOOL_CALL, "refund", "c1")
    assert json.loads(call.text) == {"a": 1}
    assert (answer.kind, answer.id, answer.text) == (PartKind.TOOL_RESULT, "c0", "7")


def test_a_providers_own_tools_are_calls_among_the_messages():
    output = [
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Look it up."}]},
        {"type": "web_search_call", "id": "ws1", "status": "completed"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "A"}]},
    ]
    found = exchange_of({"output.value": json.dumps(output)})
    kinds = [(str(part.kind), part.name) for message in found.output for part in message.parts]
    assert kinds == [("reasoning", ""), ("tool_call", "web_search_call"), ("text", "")]


def test_blocks_written_as_a_text_are_read_as_blocks():
    blocks = json.dumps([{"type": "text", "text": ASKED}])
    found = exchange_of({"gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": blocks})
    assert told(found) == [("user", "text", ASKED)]


def test_a_prompt_beside_its_instructions_is_a_message():
    found = exchange_of({"ai.prompt": json.dumps({"system": "Be brief.", "prompt": ASKED})})
    assert told(found) == [("user", "text", ASKED)]
    assert [part.text for part in found.system] == ["Be brief."]


def test_prompts_of_completions_and_a_tools_answer_in_an_event_are_found():
    completion = {
        "llm.prompts.0.prompt.text": ASKED,
        "llm.choices.0.completion.text": ANSWERED,
    }
    assert told(exchange_of(completion)) == ONE_TURN
    found = exchange_of({"tool_name": "Bash"}, [("tool.output", {"output": "done"})], of_tool=True)
    assert found.result and found.result.text == "done"


def test_a_tools_input_under_a_general_name_is_its_arguments():
    found = exchange_of({"input.value": '{"id": 7}', "output.value": "done"}, of_tool=True)
    assert found.arguments and json.loads(found.arguments.text) == {"id": 7}
    assert found.result and found.result.text == "done"
    assert not found.input


def test_what_a_search_asked_and_found_are_arguments_and_a_result():
    stated = exchange_of(
        {"gen_ai.memory.query.text": "Anna", "gen_ai.memory.records": [{"id": "m1"}]}, of_tool=True
    )
    assert stated.arguments and stated.arguments.text == "Anna"
    assert stated.result and json.loads(stated.result.text) == [{"id": "m1"}]
    spread = exchange_of(
        {
            "input.value": "Anna",
            "output.value": "all of it",
            "retrieval.documents.0.document.id": "m1",
            "retrieval.documents.1.document.id": "m2",
        },
        of_tool=True,
    )
    assert spread.result and "m2" in spread.result.text


def test_instructions_reasoning_and_files_are_told_apart():
    found = exchange_of(
        {
            "gen_ai.system_instructions": [{"type": "text", "content": "Be brief."}],
            "gen_ai.input.messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
                        {"type": "thinking", "thinking": "hm"},
                    ],
                }
            ],
        }
    )
    assert [part.text for part in found.system] == ["Be brief."]
    assert told(found) == [("user", "file", ""), ("user", "reasoning", "hm")]


def test_a_long_history_keeps_its_latest_messages_and_says_how_many_are_left_out():
    history = [{"role": "user", "content": str(n)} for n in range(MAX_MESSAGES + 50)]
    found = exchange_of({"gen_ai.input.messages": history})
    assert found.left_out == 50
    assert found.input[-1].parts[0].text == str(MAX_MESSAGES + 49)
    long = [{"role": "user", "content": "x" * 20_000}] * 100
    shown = exchange_of({"gen_ai.input.messages": long}).input
    assert sum(len(part.text) for message in shown for part in message.parts) <= MAX_CHARACTERS


def test_a_text_without_end_is_cut_and_says_by_how_much():
    [part] = exchange_of({"input.value": "x" * 30_000}).input[0].parts
    assert (len(part.text), part.cut) == (20_000, 10_000)


def test_a_step_without_messages_shows_none():
    assert not exchange_of({"http.request.method": "GET"})

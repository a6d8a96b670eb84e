"""A step that speaks: messages, calls and results, as a conversation."""

import json

from audit.dialects.message_parts import Part, PartKind
from audit.dialects.message_shapes import Message
from audit.dialects.messages import Exchange
from console.web.masking import Mask
from console.web.screens.conversation import conversation_of
from tests.web.test_run_step import EMAIL, HX, page_of, step

__all__ = ["step"]


def messages(*told):
    return json.dumps([{"role": role, "parts": parts} for role, parts in told])


def said(text):
    return [{"type": "text", "content": text}]


def test_a_call_of_a_model_reads_as_a_conversation(desk, carol, step):
    call = {"type": "tool_call", "id": "c1", "name": "track", "arguments": {"order": 7}}
    answer = {"type": "tool_call_response", "id": "c1", "response": "lost <at> sea"}
    thought = {"type": "reasoning", "content": "She waits."}
    address = step(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.system_instructions": json.dumps(said("Be kind.")),
            "gen_ai.input.messages": messages(
                ("user", said("Where is it?")), ("assistant", [call]), ("tool", [answer])
            ),
            "gen_ai.output.messages": messages(("assistant", [thought, *said("It is lost.")])),
        }
    )
    page = page_of(desk(carol), address, headers=HX)
    order = ["Be kind.", "Where is it?", "Calls track", "lost &lt;at&gt; sea", "Answered"]
    assert [page.index(text) for text in [*order, "She waits.", "It is lost."]] == sorted(
        page.index(text) for text in [*order, "She waits.", "It is lost."]
    )
    assert 'data-role="tool"' in page


def test_a_call_of_a_tool_shows_its_arguments_and_its_result(desk, carol, step):
    address = step(
        {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.call.arguments": '{"order":7}',
            "gen_ai.tool.call.result": "lost",
        }
    )
    page = page_of(desk(carol), address, headers=HX)
    assert page.index("Arguments") < page.index("&quot;order&quot;: 7") < page.index("Result")


def test_of_a_long_conversation_the_answer_and_the_latest_are_whole():
    def message(role, text):
        return Message(role, (Part(PartKind.TEXT, text),))

    asked = tuple(message("user", f"turn {number} " + "word " * 400) for number in range(150))
    answered = (message("assistant", "word " * 500 + "The end."),)
    talk = conversation_of(Exchange(input=asked, output=answered), Mask(), whole=False)
    assert talk.answered[0].parts[0].text.endswith("The end.")
    assert [turn.parts[0].left for turn in talk.asked] == [0] * len(talk.asked)
    assert talk.asked[-1].parts[0].text.startswith("turn 149")
    first = talk.earlier[0].parts[0]
    assert first.text.startswith("turn 0")
    assert first.left > 1_000
    assert talk.is_clipped
    turns = [*talk.earlier, *talk.asked, *talk.answered]
    assert len(turns) == 151
    assert sum(len(part.text) for turn in turns for part in turn.parts) < 70_000


def test_personal_data_in_a_message_is_masked(desk, carol, step):
    told = messages(("assistant", said(f"I wrote to {EMAIL}.")))
    address = step({"gen_ai.operation.name": "chat", "gen_ai.output.messages": told})
    page = page_of(desk(carol), address, headers=HX)
    assert "[email address]" in page
    assert EMAIL not in page

"""What an agent decided: what it had, what it chose, what came of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from audit.dialects.dialect import Op
from audit.models import AccessKind, AccessSource, Run
from audit.timelines.decisions import Decision, decisions_in
from audit.timelines.memory_mark import MemoryMark
from audit.timelines.waterfall import Waterfall, lay_out

TRACE, SECOND = b"\1" * 16, 10**9
REST = ("", "", "unset", "done")  # model, error type, status, state


@dataclass
class Story:
    """Steps told by name; a step's name tells which it is, its second when."""

    steps: list[tuple[object, ...]]

    def __init__(self) -> None:
        self.steps = []

    def tell(
        self, op: str, name: str, *, at: float, under: str = "", seconds: float = 1, agent: str = ""
    ) -> "Story":
        parent = key_of(under)[-8:] if under else None
        start, length = int(at * SECOND), int(seconds * SECOND)
        tool = name if op == "tool" else ""
        self.steps.append(
            (TRACE, key_of(name)[-8:], parent, start, length, op, name, agent, tool, *REST)
        )
        return self

    def waterfall(self) -> Waterfall:
        return lay_out(Run(tenant_id=UUID(int=0), span_count=len(self.steps)), self.steps)


def key_of(name: str) -> bytes:
    return TRACE + name.encode().ljust(8, b"\0")[:8]


def a_mark(memory_id: str, access: AccessKind, at: float) -> MemoryMark:
    moment = datetime.fromtimestamp(at, UTC)
    return MemoryMark(memory_id, moment, access, AccessSource.API, 1, None, None, "", "")


def told(waterfall: Waterfall, decisions: list[Decision]) -> list[dict[str, list[str]]]:
    def names(rows: list[int]) -> list[str]:
        return [waterfall.name[row] for row in rows]

    return [
        {
            "decided": names([one.row]),
            "plans": names(one.plans),
            "had": names(one.looked_up),
            "recalled": [mark.memory_id for mark in one.recalled],
            "chose": names(one.calls),
            "wrote": names(one.writes) + [mark.memory_id for mark in one.wrote],
        }
        for one in decisions
    ]


def decision(decided: str, **parts: list[str]) -> dict[str, list[str]]:
    empty: dict[str, list[str]] = {"plans": [], "had": [], "recalled": [], "chose": [], "wrote": []}
    return {"decided": [decided], **empty, **parts}


def read(story: Story, marks: dict[bytes, list[MemoryMark]] | None = None, **how: object):
    waterfall = story.waterfall()
    return told(waterfall, decisions_in(waterfall, marks or {}, **how))  # type: ignore[arg-type]


def test_what_is_recalled_before_a_call_is_what_it_had_and_what_follows_is_what_it_chose():
    story = Story()
    story.tell("agent", "clerk", at=0, seconds=60)
    story.tell("workflow", "plan it", at=1, under="clerk")
    story.tell("memory_read", "recall", at=2, under="clerk")
    story.tell("model", "think", at=4, under="clerk")
    story.tell("tool", "track", at=6, under="clerk")
    story.tell("tool", "mail", at=7, under="clerk")
    story.tell("memory_write", "learn", at=8, under="clerk")
    story.tell("model", "answer", at=10, under="clerk")
    assert read(story) == [
        decision(
            "think", plans=["plan it"], had=["recall"], chose=["track", "mail"], wrote=["learn"]
        ),
        decision("answer"),
    ]


def test_an_agent_within_an_agent_decides_for_itself_and_is_a_choice_of_the_outer_one():
    story = Story()
    story.tell("agent", "boss", at=0, seconds=60)
    story.tell("model", "b1", at=1, under="boss")
    story.tell("agent", "helper", at=2, under="boss", seconds=20)
    story.tell("memory_read", "recall", at=3, under="helper")
    story.tell("model", "h1", at=4, under="helper")
    story.tell("tool", "look", at=5, under="helper")
    story.tell("model", "h2", at=6, under="helper")
    story.tell("model", "b2", at=30, under="boss")
    assert read(story) == [
        decision("b1", chose=["helper"]),
        decision("h1", had=["recall"], chose=["look"]),
        decision("h2"),
        decision("b2"),
    ]


def test_agents_side_by_side_do_not_take_each_others_tools():
    story = Story()
    story.tell("agent", "left", at=0, seconds=60)
    story.tell("agent", "right", at=0, seconds=60)
    story.tell("model", "l1", at=1, under="left")
    story.tell("model", "r1", at=2, under="right")
    story.tell("tool", "l-tool", at=3, under="left")
    story.tell("tool", "r-tool", at=4, under="right")
    assert read(story) == [decision("l1", chose=["l-tool"]), decision("r1", chose=["r-tool"])]


def test_what_a_tool_does_inside_is_its_own_but_what_it_recalls_is_its_callers():
    story = Story()
    story.tell("agent", "clerk", at=0, seconds=60)
    story.tell("model", "think", at=1, under="clerk")
    story.tell("tool", "search", at=2, under="clerk", seconds=10)
    story.tell("tool", "inner", at=3, under="search")
    story.tell("memory_read", "recall", at=4, under="search")
    story.tell("model", "rerank", at=5, under="search")
    story.tell("model", "answer", at=20, under="clerk")
    assert read(story) == [
        decision("think", chose=["search"]),
        decision("rerank", had=["recall"]),
        decision("answer", had=["recall"]),
    ]


def test_a_client_within_a_framework_tells_the_same_call_twice_and_it_is_one_decision():
    story = Story()
    story.tell("workflow", "chain", at=0, seconds=60)
    story.tell("model", "ChatAI", at=1, under="chain", seconds=5)
    story.tell("model", "client", at=2, under="ChatAI")
    story.tell("tool", "track", at=7, under="chain")
    assert read(story) == [decision("ChatAI", chose=["track"])]


def test_what_our_own_api_served_under_any_step_was_recalled_for_the_next_decision():
    story = Story()
    story.tell("agent", "clerk", at=0, seconds=60)
    story.tell("model", "one", at=10, under="clerk")
    story.tell("model", "two", at=20, under="clerk")
    marks = {
        key_of("clerk"): [
            a_mark("first", AccessKind.READ, 5),
            a_mark("second", AccessKind.READ, 15),
            a_mark("learnt", AccessKind.WRITE, 25),
            a_mark("by a clock that is wrong", AccessKind.READ, 9_000),
        ]
    }
    assert read(story, marks) == [
        decision("one", recalled=["by a clock that is wrong", "first"]),
        decision("two", recalled=["second"], wrote=["learnt"]),
    ]


def test_where_no_model_was_told_a_turn_of_an_agent_is_a_decision():
    story = Story()
    story.tell("agent", "clerk", at=0, seconds=60)
    story.tell("tool", "track", at=1, under="clerk")
    story.tell("agent", "helper", at=2, under="clerk")
    story.tell("tool", "look", at=3, under="helper")
    assert read(story, unit=Op.AGENT) == [
        decision("clerk", chose=["track", "helper"]),
        decision("helper", chose=["look"]),
    ]


def test_a_circle_of_parents_and_a_missing_parent_harm_nothing():
    story = Story()
    story.tell("tool", "a", at=1, under="b")
    story.tell("tool", "b", at=2, under="a")
    story.tell("model", "think", at=3, under="gone")
    story.tell("tool", "track", at=4, under="gone")
    assert read(story) == [decision("think", chose=["track"])]

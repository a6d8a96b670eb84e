"""An influence as rows to take away: runs, steps and memories, one after another."""

from collections.abc import Iterator, Sequence
from typing import Any

from audit.influence.after import Decision
from memory.influence.told import Told, ToldMemory
from memory.sealing import open_numbered

MOST_STEPS = 20_000
COLUMNS = (
    "what",
    "id",
    "level",
    "link",
    "evidence",
    "state",
    "version",
    "subject",
    "agent",
    "run_id",
    "trace_id",
    "span_id",
    "kind",
    "name",
    "status",
    "recalls",
    "model_calls",
    "tool_calls",
    "first_at",
    "last_at",
    "content",
)


def rows_of(
    told: Told, decisions: Sequence[Decision], *, content: bool
) -> Iterator[dict[str, Any]]:
    """Their names are among COLUMNS. `content` adds what each memory says now, in the clear."""
    yield {
        "what": "influence",
        "id": told.influence.origin.id,
        "kind": str(told.influence.origin.kind),
        "status": ", ".join(f"cut: {cut}" for cut in sorted(told.influence.cut)),
        "recalls": told.influence.recalls,
        "first_at": told.influence.first_at,
        "last_at": told.influence.last_at,
    }
    for run in told.influence.runs:
        yield {
            "what": "run",
            "id": str(run.run_id),
            "level": run.level,
            "evidence": str(run.evidence),
            "agent": ", ".join(sorted(name for name in run.agents if name)),
            "recalls": run.recalls,
            "model_calls": run.models,
            "tool_calls": run.tools,
            "first_at": run.first_at,
            "last_at": run.last_at,
        }
    for one in decisions:
        yield {
            "what": "step",
            "id": one.span_id,
            "agent": one.agent,
            "run_id": str(one.run_id),
            "trace_id": one.trace_id,
            "span_id": one.span_id,
            "kind": str(one.op),
            "name": one.tool or one.model or one.name,
            "status": one.status,
            "first_at": one.started_at,
        }
    words = _words(told) if content else {}
    for memory in told.memories:
        row = _memory(memory)
        if content:
            row["content"] = words.get(memory.reached.memory_id)
        yield row


def _memory(one: ToldMemory) -> dict[str, Any]:
    reached, memory = one.reached, one.memory
    return {
        "what": "memory",
        "id": reached.memory_id,
        "level": reached.level,
        "link": str(reached.link) if reached.link else None,
        "evidence": str(reached.written) if reached.written else None,
        "state": memory.state if memory else None,
        "version": memory.version if memory else None,
        "subject": memory.subject.external_id if memory and memory.subject else None,
        "agent": reached.agent or (memory.agent.name if memory and memory.agent else None),
        "run_id": str(reached.run_id) if reached.run_id else None,
        "trace_id": reached.trace_id.hex() if reached.trace_id else None,
        "span_id": reached.span_id.hex() if reached.span_id else None,
        "first_at": reached.since,
    }


def _words(told: Told) -> dict[str, str]:
    ours = [one.memory for one in told.memories if one.memory is not None]
    opened = open_numbered([(memory.id, memory.version) for memory in ours])
    return {str(version.memory_id): version.content for version in opened}

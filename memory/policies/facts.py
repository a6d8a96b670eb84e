"""What a rule can ask about: the facts of one write, and the names they have in a condition."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from console.accounts.actor import Actor, ActorKind
from memory.screening import Finding
from memory.writes import Write

# Nobody is known better than this: an agent's standing writes are counted no further.
STANDING_LIMIT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One write as its policy sees it. Filled for a whole batch at once: rules ask no database."""

    actor: Actor
    write: Write
    findings: Sequence[Finding] = ()
    # The approved memory at the same place that says otherwise.
    contradicts: UUID | None = None
    # How many of the agent's writes took effect, up to STANDING_LIMIT.
    standing: int = STANDING_LIMIT
    subject_known: bool = False
    subject_held: bool = False
    revision: bool = False
    # Of a past write, whose signature is not at hand any more.
    was_signed: bool = False


@dataclass(frozen=True, slots=True)
class Variable:
    """`type` is CEL's name of the type. `told` ones may stand in a sentence to a reviewer."""

    name: str
    type: str
    meaning: str
    read: Callable[[Facts], Any]
    told: bool = False


def is_known(actor: Actor) -> bool:
    """Somebody vouches for it; a person and the product itself vouch for themselves."""
    return actor.trusted or actor.kind is not ActorKind.AGENT


# What stands before the write is read: all that a demand for a signature can ask about.
AGENT_VARIABLES = (
    Variable(
        "agent.kind",
        "string",
        "Who writes: `agent`, `user` (a person) or `system`.",
        lambda facts: str(facts.actor.kind),
        told=True,
    ),
    Variable("agent.id", "string", "Its id.", lambda facts: str(facts.actor.id)),
    Variable("agent.name", "string", "Its name.", lambda facts: facts.actor.label, told=True),
    Variable(
        "agent.trusted",
        "bool",
        "Whether somebody vouched for the agent. True for a person.",
        lambda facts: is_known(facts.actor),
    ),
)

VARIABLES = (
    *AGENT_VARIABLES,
    Variable(
        "agent.standing",
        "int",
        f"How many of the agent's writes took effect, counted up to {STANDING_LIMIT}."
        f" A trusted agent and a person have {STANDING_LIMIT}.",
        lambda facts: facts.standing,
        told=True,
    ),
    Variable("write.content", "string", "The text.", lambda facts: facts.write.content),
    Variable(
        "write.size",
        "int",
        "The length of the text in characters.",
        lambda facts: len(facts.write.content),
        told=True,
    ),
    Variable(
        "write.kind",
        "string",
        "`preference`, `fact`, `summary`, `event`, `procedure` or `document`.",
        lambda facts: str(facts.write.kind),
        told=True,
    ),
    Variable(
        "write.tier",
        "string",
        "`working`, `episodic`, `semantic` or `archival`.",
        lambda facts: str(facts.write.tier),
        told=True,
    ),
    Variable(
        "write.visibility",
        "string",
        "`subject`, `agent` or `workspace`.",
        lambda facts: str(facts.write.visibility),
        told=True,
    ),
    Variable(
        "write.namespace",
        "list(string)",
        "Its segments: `'billing' in write.namespace`.",
        lambda facts: list(facts.write.namespace),
    ),
    Variable("write.key", "string", "Its key, or ''.", lambda facts: facts.write.key),
    Variable(
        "write.metadata",
        "map(string, dyn)",
        "Its metadata. Ask first whether a name is there: `has(write.metadata.channel)`.",
        lambda facts: facts.write.metadata,
    ),
    Variable(
        "write.confidence",
        "double",
        "From 0.0 to 1.0; 1.0 when the writer does not say.",
        lambda facts: 1.0 if facts.write.confidence is None else float(facts.write.confidence),
        told=True,
    ),
    Variable(
        "write.importance",
        "double",
        "From 0.0 to 1.0; 0.5 when the writer does not say.",
        lambda facts: 0.5 if facts.write.importance is None else float(facts.write.importance),
        told=True,
    ),
    Variable("write.run", "string", "The run it comes from, or ''.", lambda facts: facts.write.run),
    Variable("write.source", "string", "The citation, or ''.", lambda facts: facts.write.source),
    Variable(
        "write.revision",
        "bool",
        "Whether it changes a memory that exists.",
        lambda facts: facts.revision,
    ),
    Variable(
        "write.contradicts",
        "string",
        "The id of the approved memory it contradicts, or ''.",
        lambda facts: str(facts.contradicts or ""),
        told=True,
    ),
    Variable(
        "write.signed",
        "bool",
        "Whether the agent signed it.",
        lambda facts: facts.was_signed or facts.write.signed is not None,
    ),
    Variable(
        "subject.id",
        "string",
        "Whom it is about, by the name your systems use; '' when nobody.",
        lambda facts: facts.write.subject,
    ),
    Variable(
        "subject.known",
        "bool",
        "Whether anything was written about the subject before.",
        lambda facts: facts.subject_known,
    ),
    Variable(
        "subject.held",
        "bool",
        "Whether the subject is under legal hold.",
        lambda facts: facts.subject_held,
    ),
    Variable(
        "findings",
        "list(map(string, dyn))",
        "What screening found, each with `code`, `severity` (`note`, `review`, `quarantine`) and"
        " `weight` (0.0 to 1.0): `findings.exists(f, f.code == 'secret')`.",
        lambda facts: [
            {"code": f.code, "severity": f.severity, "weight": float(f.weight)}
            for f in facts.findings
        ],
    ),
)
BY_NAME = {variable.name: variable for variable in VARIABLES}

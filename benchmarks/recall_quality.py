"""How often recall finds the turns a question is answered from, on public conversations.

The data is not ours and is not kept here (`benchmarks.shared_data`): `retrieval` holds a folder per
set, each with `memories.jsonl` and `queries.jsonl`. Texts are data.

recall@10: of the turns a question's evidence names, the share among the first ten, the mean over
answerable questions that name any. Each conversation is imported in its order, a session as a run,
and searched by itself. The floor is the better of recall's own two halves on the same rows.
"""

from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import mean
from uuid import UUID

import numpy as np

from benchmarks import shared_data
from benchmarks.database import embedded_database
from benchmarks.table import Table
from console.accounts.actor import Actor, system_actor
from console.administration import create_tenant
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from memory.actions import recall_memories, write_memories
from memory.models import RecallIndex
from memory.retrieval.asking import ask
from memory.retrieval.query import RecallQuery
from memory.retrieval.ranking import words_of
from memory.retrieval.rows import Numbers, Rows
from memory.retrieval.scope import scope_of
from memory.retrieval.search import find
from memory.writes import Write

SETS = ("locomo", "beam", "prefeval")
# Answered from a whole conversation, not from turns of it.
WITHOUT_TURNS = {"summarization", "event_ordering", "instruction_following"}
BATCH = 100
TOP = 10


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    conversation: str
    evidence: frozenset[str]


@dataclass(slots=True)
class Share:
    """recall@10 of each question: as recall answers, by words alone, by meaning alone."""

    fused: list[float] = field(default_factory=list)
    words: list[float] = field(default_factory=list)
    meaning: list[float] = field(default_factory=list)


def questions_of(folder: Path) -> list[Question]:
    return [
        Question(line["question"], line["conversation"], frozenset(line["evidence_ids"]))
        for line in shared_data.records(folder / "queries.jsonl")
        if line.get("answerable", True)
        and line["evidence_ids"]
        and line["category"] not in WITHOUT_TURNS
    ]


def remember(folder: Path, actor: Actor) -> dict[UUID, str]:
    """Imports a set; the set's name of each memory. What screening holds back is counted."""
    names: dict[UUID, str] = {}
    source = shared_data.records(folder / "memories.jsonl")
    while chunk := list(islice(source, BATCH)):
        writes = [
            Write(content=line["text"], namespace=(line["conversation"],), run=line["session"])
            for line in chunk
        ]
        with tenant_scope(actor.tenant_id):  # one transaction for all would outlive its context
            results = write_memories(actor=actor, writes=writes).results
        for line, result in zip(chunk, results, strict=True):
            if isinstance(result, Exception):
                raise result
            names[result.memory.id] = line["id"]
    return names


def share_of(found: list[str], question: Question) -> float:
    return len(question.evidence.intersection(found)) / len(question.evidence)


def ask_all(questions: list[Question], names: dict[UUID, str], actor: Actor) -> Share:
    shares = Share()
    for question in questions:
        query = RecallQuery(query=question.text, namespace=(question.conversation,), top_k=TOP)
        hits = recall_memories(actor=actor, query=query).hits
        shares.fused.append(share_of([names[hit.memory.id] for hit in hits], question))
        asked = ask(query.query, scope=scope_of(query, actor=actor), at=now())
        found = find(asked)

        def best(worth: Numbers, rows: Rows = found.rows) -> list[str]:
            order = np.argsort(-worth, kind="stable")[:TOP]
            return [names[rows.id_of(int(row))] for row in order]

        shares.words.append(share_of(best(words_of(asked.terms, found).best), question))
        shares.meaning.append(share_of(best(np.nan_to_num(found.rows.similarity)), question))
    return shares


def measure(folder: Path, questions: list[Question], table: Table) -> None:
    tenant = create_tenant(slug=folder.name, name=folder.name)
    actor = system_actor(tenant.id, "benchmark")
    names = remember(folder, actor)
    with tenant_scope(tenant.id):
        active = RecallIndex.objects.count()
        shares = ask_all(questions, names, actor)
    words, meaning = mean(shares.words), mean(shares.meaning)
    table.add(f"{folder.name}: recall@10", 100 * mean(shares.fused), "%", 100 * max(words, meaning))
    table.add(f"{folder.name}: by words alone", 100 * words, "%")
    table.add(f"{folder.name}: by meaning alone", 100 * meaning, "%")
    table.add(f"{folder.name}: held back by screening", 100 - 100 * active / len(names), "%")


def main() -> Table:
    table = Table("Finding the evidence among the first ten", "the better of its own two halves")
    folders = [shared_data.folder() / "retrieval" / name for name in SETS]
    questions = [questions_of(folder) for folder in folders]  # before a database is made in vain
    with embedded_database():
        for folder, of_one in zip(folders, questions, strict=True):
            measure(folder, of_one, table)
    return table

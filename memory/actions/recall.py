from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.ids import uuid7
from memory.retrieval.answering import answer
from memory.retrieval.query import Recall, RecallQuery
from memory.touches import record_recall


@audited("memory.recalled", savepoint=False)
def recall_memories(*, actor: Actor, query: RecallQuery) -> Recall:
    """The memories that best answer the query, each with its scores; every hit is recorded.

    Raises InvalidInputError for an `as_of` to come, or of too large a scope.
    """
    actor.require(Permission.MEMORY_RECALL)
    recall = Recall(uuid7(), answer(query, actor=actor))
    record_recall(actor=actor, hits=recall.hits, purpose=query.purpose)
    # What for stands in the accesses: it may name a person, and the log outlives it.
    note(memories=[str(hit.memory.id) for hit in recall.hits])
    return recall

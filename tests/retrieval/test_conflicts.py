"""Two answers to one question are shown as two."""

from uuid import uuid4

from memory.models import Memory, MemoryVersion
from memory.retrieval.conflicts import with_conflicts
from memory.retrieval.query import Hit
from tests.retrieval.rows import ranked, rows_of_texts

MIA, JONAS = uuid4(), uuid4()


def a_hit(text, *, subject=MIA, key="drink", namespace=()):
    memory = Memory(
        tenant_id=uuid4(),
        subject_id=subject,
        key=key,
        namespace=list(namespace),
    )
    version = MemoryVersion(tenant_id=memory.tenant_id, content_digest=text.encode())
    [(_, scores)] = ranked(text, rows_of_texts([text]))
    return Hit(memory, version, scores)


def test_hits_that_say_otherwise_at_one_place_name_each_other():
    tea, coffee = with_conflicts([a_hit("tea"), a_hit("coffee")])
    assert tea.conflicting == (coffee.memory.id,)
    assert coffee.conflicting == (tea.memory.id,)


def test_the_same_text_another_place_or_no_place_at_all_is_no_conflict():
    hits = [
        a_hit("tea"),
        a_hit("tea"),
        a_hit("coffee", subject=JONAS),
        a_hit("milk", namespace=("work",)),
        a_hit("water", key="size"),
        a_hit("wine", key=""),
        a_hit("beer", key=""),
    ]
    assert [hit.conflicting for hit in with_conflicts(hits)] == [()] * 7

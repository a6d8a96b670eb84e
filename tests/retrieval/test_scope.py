"""When the recall index alone can tell what is in scope."""

import pytest

from memory.models import Memory
from memory.retrieval.filters import parse_filter
from memory.retrieval.narrowing import Satisfies
from memory.retrieval.query import RecallQuery
from memory.retrieval.scope import INDEXED, scope_of
from tests.cast import a_memory


@pytest.mark.parametrize(
    ("filters", "needs_memory"),
    [
        ({}, False),
        ({"confidence": {"gte": 0.5}, "namespace": {"contains": "eu"}}, False),
        ({"not": {"or": [{"agent": "019aa5a2-5c1e-7d52-9f2b-0f5f4f1f2a3b"}]}}, False),
        ({"kind": "fact"}, True),
        ({"or": [{"confidence": 1}, {"not": {"metadata.a": 1}}]}, True),
        ({"metadata": {"a": 1}}, True),
        # The index has runs as numbers, which no text compares with.
        ({"run": "r-1"}, True),
    ],
)
def test_only_what_the_index_does_not_repeat_needs_the_memory(in_acme, robo, filters, needs_memory):
    query = RecallQuery(query="x", subject="s", namespace=("a",), filters=parse_filter(filters))
    assert scope_of(query, actor=robo.actor).needs_memory is needs_memory


def test_every_indexed_column_is_a_column_of_memory():
    assert {field.attname for field in Memory._meta.fields} >= INDEXED


def test_a_scope_joins_all_that_was_asked(in_acme, robo):
    wanted = a_memory(robo, "a", subject="mia", namespace=("eu", "de"), kind="event")
    a_memory(robo, "b", subject="jonas", namespace=("eu", "de"), kind="event")
    a_memory(robo, "c", subject="mia", namespace=("eu-west", "de"), kind="event")
    a_memory(robo, "d", subject="mia", namespace=("eu", "de"))
    filters = parse_filter({"kind": "event"})
    query = RecallQuery(query="x", subject="mia", namespace=("eu",), filters=filters)
    scope = scope_of(query, actor=robo.actor)
    inside = Satisfies(scope.condition, {name: name for name in scope.columns})
    assert [memory.id for memory in Memory.objects.filter(inside)] == [wanted.id]

"""What a filter cannot ask for, and how it is told."""

from uuid import UUID

import pytest

from console.platform.errors import InvalidInputError
from memory.retrieval.filters import (
    MAX_CONDITIONS,
    MAX_DEPTH,
    MAX_LIST,
    MAX_SEGMENTS,
    parse_filter,
)

NAME = "x" * 300
REFUSED = {
    "no object": ([], "filters", "wrong_type"),
    "an unknown field": ({"mood": "x"}, "filters.mood", "unknown_field"),
    "a lookup": ({"kind__in": ["fact"]}, "filters.kind__in", "unknown_field"),
    "a column that is no field": ({"state": "active"}, "filters.state", "unknown_field"),
    "a long field": ({NAME: 1}, f"filters.{NAME[:60]}", "unknown_field"),
    "half a surrogate for a field": ({"\ud800": 1}, "filters.?", "unknown_field"),
    "an empty path": ({"metadata.": 1}, "filters.metadata.", "unknown_field"),
    "a path with a gap": ({"metadata.a..b": 1}, "filters.metadata.a..b", "unknown_field"),
    "a long path": (
        {"metadata" + ".a" * (MAX_SEGMENTS + 1): 1},
        "filters.metadata" + ".a" * (MAX_SEGMENTS + 1),
        "unknown_field",
    ),
    "NUL in a path": ({"metadata.a\0": 1}, "filters.metadata.a\0", "unstorable_text"),
    "an unknown operator": ({"key": {"like": "%"}}, "filters.key.like", "unknown_operator"),
    "Mongo's": ({"key": {"$eq": "a"}}, "filters.key.$eq", "unknown_operator"),
    "an operator of other fields": (
        {"kind": {"gt": "a"}},
        "filters.kind.gt",
        "unsuitable_operator",
    ),
    "no operator": ({"key": {}}, "filters.key", "too_short"),
    "a number for a text": ({"key": 1}, "filters.key", "wrong_type"),
    "null": ({"metadata.a": None}, "filters.metadata.a", "wrong_type"),
    "null for a key": ({"key": None}, "filters.key", "wrong_type"),
    "an empty key": ({"key": ""}, "filters.key", "blank"),
    "a text for a number": ({"confidence": {"gt": "0.5"}}, "filters.confidence.gt", "wrong_type"),
    "true for a number": ({"confidence": True}, "filters.confidence", "wrong_type"),
    "true in order": ({"metadata.a": {"gt": True}}, "filters.metadata.a.gt", "wrong_type"),
    "a list in order": ({"metadata.a": {"gt": [1]}}, "filters.metadata.a.gt", "wrong_type"),
    "no number": ({"metadata.a": float("nan")}, "filters.metadata.a", "number_out_of_range"),
    "an endless number": (
        {"confidence": float("inf")},
        "filters.confidence",
        "number_out_of_range",
    ),
    "a huge number": ({"metadata.a": 10**400}, "filters.metadata.a", "number_out_of_range"),
    "a number readers round": (
        {"metadata": {"a": [2**53 + 1]}},
        "filters.metadata",
        "number_out_of_range",
    ),
    "an unknown kind": ({"kind": "wish"}, "filters.kind", "invalid_choice"),
    "an unknown kind among others": (
        {"kind": ["fact", "wish"]},
        "filters.kind.1",
        "invalid_choice",
    ),
    "a time without a zone": (
        {"created_at": {"gt": "2026-01-01T00:00:00"}},
        "filters.created_at.gt",
        "naive_datetime",
    ),
    "a day": ({"created_at": "2026-01-01"}, "filters.created_at", "wrong_type"),
    "no day": ({"created_at": "2026-02-30T00:00:00Z"}, "filters.created_at", "wrong_type"),
    "a time before the calendar": (
        {"created_at": "0001-01-01T00:00:00+01:00"},
        "filters.created_at",
        "wrong_type",
    ),
    "an agent by name": ({"agent": "robo"}, "filters.agent", "wrong_type"),
    "an agent in braces": ({"agent": f"{{{UUID(int=1)}}}"}, "filters.agent", "wrong_type"),
    "a namespace in one text": ({"namespace": "a"}, "filters.namespace", "wrong_type"),
    "existence in words": ({"key": {"exists": "yes"}}, "filters.key.exists", "wrong_type"),
    "an empty list": ({"kind": []}, "filters.kind", "too_short"),
    "a long list": ({"key": ["a"] * (MAX_LIST + 1)}, "filters.key", "too_long"),
    "a long text": ({"key": "a" * 1_001}, "filters.key", "too_long"),
    "NUL": ({"metadata.a": "\0"}, "filters.metadata.a", "unstorable_text"),
    "half a surrogate": ({"metadata": {"a": "\ud800"}}, "filters.metadata", "unstorable_text"),
    "metadata as text": ({"metadata": "x"}, "filters.metadata", "wrong_type"),
    "operators inside metadata": (
        {"metadata": {"price": {"gt": 5}}},
        "filters.metadata",
        "ambiguous_filter",
    ),
    "large metadata": (
        {"metadata": {f"m{n}": "x" * 900 for n in range(20)}},
        "filters.metadata",
        "too_long",
    ),
    "no part": ({"or": []}, "filters.or", "too_short"),
    "an empty part": ({"or": [{}]}, "filters.or.0", "too_short"),
    "nothing negated": ({"not": {}}, "filters.not", "too_short"),
    "parts in an object": ({"and": {"kind": "fact"}}, "filters.and", "wrong_type"),
    "an error deep inside": (
        {"or": [{"kind": "fact"}, {"not": {"metadata.a": {"gt": None}}}]},
        "filters.or.1.not.metadata.a.gt",
        "wrong_type",
    ),
    "too many conditions": (
        {"and": [{"key": "a"}] * (MAX_CONDITIONS + 1)},
        f"filters.and.{MAX_CONDITIONS}.key",
        "too_many_conditions",
    ),
}


@pytest.mark.parametrize(("filters", "field", "code"), REFUSED.values(), ids=REFUSED)
def test_a_filter_that_cannot_be_obeyed_is_refused_with_its_place(filters, field, code):
    with pytest.raises(InvalidInputError) as refused:
        parse_filter(filters)
    (problem,) = refused.value.problems
    assert (problem.field, problem.code) == (field, code)


def test_a_filter_is_as_deep_as_a_person_writes_and_no_deeper():
    filters = {"kind": "fact"}
    for _ in range(MAX_DEPTH - 1):
        filters = {"not": filters}
    parse_filter(filters)
    with pytest.raises(InvalidInputError) as refused:
        parse_filter({"not": filters})
    assert refused.value.problems[0].code == "filter_too_deep"

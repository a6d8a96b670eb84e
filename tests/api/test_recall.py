from datetime import timedelta

import pytest

from audit.models import AuditEvent, MemoryAccess
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from tests.api.door import door_of, field_codes, problem_of
from tests.cast import a_memory, remember


def test_what_fits_is_recalled_with_its_scores_and_the_recall_is_recorded(acme, robo):
    memory = a_memory(
        robo,
        "Jonas prefers to be called after 16:00.",
        value={"after": "16:00"},
        subject="customer-4711",
        confidence=0.9,
        key="contact/time",
    )
    a_memory(robo, "The office plants are watered on Mondays.")
    response = door_of(robo).post(
        "recall", {"query": "When to call Jonas?", "subject": "customer-4711", "purpose": "a call"}
    )
    answer = response.json()
    assert response.status_code == 200
    (hit,) = answer["results"]
    assert hit["id"] == str(memory.id)
    assert hit["version"] == 1
    assert hit["content"] == "Jonas prefers to be called after 16:00."
    assert hit["value"] == {"after": "16:00"}
    assert hit["state"] == "active"
    assert hit["key"] == "contact/time"
    assert hit["subject"] == "customer-4711"
    assert hit["confidence"] == 0.9
    assert hit["score"] == hit["scores"]["fused"]
    assert set(hit["scores"]) == {"dense", "lexical", "fused"}
    assert hit["explanation"]["words_asked"] == hit["explanation"]["words_matched"] == 2
    assert hit["explanation"]["approved"] is False
    assert hit["conflicting"] == []
    assert hit["age_seconds"] >= 0
    assert hit["weak"] is False
    assert answer["weak"] is False
    with tenant_scope(acme.id):
        event = AuditEvent.objects.get(kind="memory.recalled")
        assert str(event.object_id) == answer["id"]
        assert MemoryAccess.objects.filter(access="read").get().purpose == "a call"


def test_nothing_found_is_weak(robo):
    answer = door_of(robo).post("recall", {"query": "Anything?"}).json()
    assert answer["results"] == []
    assert answer["weak"] is True


def test_a_held_memory_is_not_recalled_even_by_its_writer(rookie):
    remember(rookie, "Jonas prefers e-mail.")
    answer = door_of(rookie).post("recall", {"query": "Jonas prefers e-mail."}).json()
    assert answer["results"] == []


def test_filters_take_one_or_many(robo):
    fact = a_memory(robo, "Jonas lives in Bonn.", kind="fact")
    event = a_memory(robo, "Jonas called on Monday.", kind="event")
    a_memory(robo, "Jonas likes Bonn.", kind="preference")
    door = door_of(robo)

    def found(filters):
        answer = door.post("recall", {"query": "Jonas", "filters": filters}).json()
        return {hit["id"] for hit in answer["results"]}

    assert found({"kind": "fact"}) == {str(fact.id)}
    assert found({"kind": ["fact", "event"]}) == {str(fact.id), str(event.id)}


def test_the_past_is_recalled_as_it_was(robo):
    door = door_of(robo)
    memory = a_memory(robo, "Jonas lives in Bonn.")
    then = now().isoformat()
    door.patch(f"memories/{memory.id}", {"content": "Jonas lives in Kiel.", "expected_version": 1})
    question = {"query": "Where does Jonas live?"}
    today = door.post("recall", question).json()["results"][0]
    past = door.post("recall", {**question, "as_of": then}).json()["results"][0]
    assert (today["content"], today["version"]) == ("Jonas lives in Kiel.", 2)
    assert (past["content"], past["version"]) == ("Jonas lives in Bonn.", 1)


def test_what_was_true_then_is_recalled_as_it_was(robo):
    a_memory(robo, "Jonas lives in Bonn.", valid_to=now() - timedelta(days=1))
    a_memory(robo, "Jonas lives in Kiel.", valid_from=now() - timedelta(days=1))
    question = {
        "query": "Where does Jonas live?",
        "valid_at": (now() - timedelta(days=2)).isoformat(),
    }
    (hit,) = door_of(robo).post("recall", question).json()["results"]
    assert hit["content"] == "Jonas lives in Bonn."


REFUSED = {
    "no question": ({}, "query", "required"),
    "an empty one": ({"query": " "}, "query", "blank"),
    "a long one": ({"query": "q" * 4_001}, "query", "too_long"),
    "none wanted": ({"query": "q", "top_k": 0}, "top_k", "out_of_range"),
    "too many wanted": ({"query": "q", "top_k": 101}, "top_k", "out_of_range"),
    "many in text": ({"query": "q", "top_k": "5"}, "top_k", "wrong_type"),
    "no budget": ({"query": "q", "token_budget": 0}, "token_budget", "out_of_range"),
    "a time without a zone": (
        {"query": "q", "as_of": "2026-01-01T00:00:00"},
        "as_of",
        "naive_datetime",
    ),
    "a filter nobody knows": (
        {"query": "q", "filters": {"mood": "x"}},
        "filters.mood",
        "unknown_field",
    ),
    "filters as a list": ({"query": "q", "filters": []}, "filters", "wrong_type"),
    "an unknown kind": (
        {"query": "q", "filters": {"kind": "x"}},
        "filters.kind",
        "invalid_choice",
    ),
    "no kind": ({"query": "q", "filters": {"kind": []}}, "filters.kind", "too_short"),
    "a kind that is a number": (
        {"query": "q", "filters": {"kind": 1}},
        "filters.kind",
        "wrong_type",
    ),
    "metadata as text": (
        {"query": "q", "filters": {"metadata": "x"}},
        "filters.metadata",
        "wrong_type",
    ),
    "a namespace in one text": ({"query": "q", "namespace": "a"}, "namespace", "wrong_type"),
    "a long purpose": ({"query": "q", "purpose": "p" * 501}, "purpose", "too_long"),
    "a misspelt field": ({"query": "q", "topk": 3}, "topk", "unknown_field"),
}


@pytest.mark.parametrize(("body", "field", "code"), REFUSED.values(), ids=REFUSED)
def test_a_question_that_does_not_hold_is_refused_and_recalls_nothing(
    acme, robo, body, field, code
):
    problem = problem_of(door_of(robo).post("recall", body), 422, "invalid")
    assert field_codes(problem) == {field: code}
    with tenant_scope(acme.id):
        assert not AuditEvent.objects.filter(kind="memory.recalled").exists()

"""What an agent gets back, and what it never gets."""

from datetime import timedelta

import pytest
import time_machine

from audit.models import AuditEvent, MemoryAccess
from console.platform.clock import now
from console.platform.errors import InvalidInputError
from console.tenancy.scope import tenant_scope
from memory.actions import expire_memory, recall_memories, retire_memory, revise_memory
from memory.models import Visibility
from memory.retrieval.filters import parse_filter
from memory.retrieval.query import RecallQuery
from tests.cast import a_memory, a_write, an_agent, remember


def recall(machine, query="contact preference", **fields):
    return recall_memories(actor=machine.actor, query=RecallQuery(query=query, **fields)).hits


def texts(hits):
    return [hit.version.content for hit in hits]


def test_the_best_match_comes_first_by_words_and_by_meaning(in_acme, robo):
    a_memory(robo, "The invoice of March is paid.")
    a_memory(robo, "Jonas wants to be contacted by e-mail, in German.")
    a_memory(robo, "The parcel 77 was lost in Leipzig.")
    assert texts(recall(robo, "how should we contact Jonas"))[0].startswith("Jonas wants")
    assert texts(recall(robo, "Leipzig"))[0].startswith("The parcel")
    assert texts(recall(robo, "shipment went missing"))[0].startswith("The parcel")


def test_every_hit_is_recorded_with_its_rank_version_and_purpose(in_acme, robo):
    memory = a_memory(robo)
    recall(robo, purpose="answer a ticket")
    access = MemoryAccess.objects.get(access="read")
    assert (access.memory_id, access.version, access.rank) == (str(memory.id), 1, 1)
    assert access.purpose == "answer a ticket"
    event = AuditEvent.objects.get(kind="memory.recalled")
    assert event.payload == {"memories": [str(memory.id)]}


def test_held_expired_deleted_and_not_yet_valid_memories_are_not_recalled(in_acme, robo, rookie):
    remember(rookie, "held")
    expire_memory(actor=robo.actor, memory=a_memory(robo, "expired"), reason="outdated")
    retire_memory(actor=robo.actor, memory=a_memory(robo, "deleted"), reason="not_needed")
    a_memory(robo, "tomorrow", valid_from=now() + timedelta(days=1))
    a_memory(robo, "yesterday", valid_to=now() - timedelta(days=1))
    a_memory(robo, "due", expires_at=now() + timedelta(minutes=1))
    with time_machine.travel(now() + timedelta(minutes=2)):
        assert texts(recall(robo, "held expired deleted tomorrow yesterday due")) == []


def test_another_tenant_recalls_nothing_of_acme(robo, spybot):
    a_memory(robo)
    with tenant_scope(spybot.actor.tenant_id):
        assert recall(spybot) == []


def test_a_namespace_matches_whole_segments_from_the_left(in_acme, robo):
    for namespace in (("acme",), ("acme", "eu"), ("acme-corp",), ()):
        a_memory(robo, "/".join(namespace) or "root", namespace=namespace)
    assert sorted(texts(recall(robo, "acme root", namespace=("acme",)))) == ["acme", "acme/eu"]


def test_a_subject_bounds_the_recall(in_acme, robo):
    a_memory(robo, "Jonas likes tea.", subject="customer-1")
    a_memory(robo, "Mia likes tea.", subject="customer-2")
    assert texts(recall(robo, "tea", subject="customer-1")) == ["Jonas likes tea."]
    assert recall(robo, "tea", subject="nobody") == []


def test_what_is_private_to_an_agent_or_a_subject_stays_there(in_acme, robo, acme):
    other = an_agent(acme, "other")
    a_memory(robo, "own tea", visibility=Visibility.AGENT)
    a_memory(robo, "her tea", visibility=Visibility.SUBJECT, subject="mia")
    assert texts(recall(robo, "tea")) == ["own tea"]
    assert texts(recall(other, "tea")) == []
    assert texts(recall(other, "tea", subject="mia")) == ["her tea"]


def test_filters_narrow_and_an_unknown_one_is_refused(in_acme, robo):
    a_memory(robo, "tea", metadata={"channel": "mail"})
    a_memory(robo, "more tea", metadata={"channel": "phone"})
    assert texts(recall(robo, "tea", filters=parse_filter({"metadata": {"channel": "mail"}}))) == [
        "tea"
    ]
    for filters in ({"colour": "red"}, {"kind": "wish"}, {"metadata": 3}):
        with pytest.raises(InvalidInputError):
            recall(robo, filters=parse_filter(filters))


def test_a_token_budget_bounds_the_text(in_acme, robo):
    a_memory(robo, "tea " * 100)
    a_memory(robo, "tea with milk")
    assert texts(recall(robo, "tea", token_budget=20)) == ["tea with milk"]


def test_a_value_spends_the_token_budget_too(in_acme, robo):
    a_memory(robo, "tea", value={"kinds": ["green", "black"] * 20})
    a_memory(robo, "tea with milk")
    assert texts(recall(robo, "tea", token_budget=20)) == ["tea with milk"]


def test_recall_as_of_answers_with_the_text_in_force_then(in_acme, robo, rookie, bob):
    start = now()
    with time_machine.travel(start - timedelta(days=2)):
        memory = a_memory(robo, "Lives in Hamburg.")
        held = remember(rookie, "Lives on a boat.")
    with time_machine.travel(start - timedelta(days=1)):
        revise_memory(
            actor=robo.actor,
            memory=memory,
            write=a_write("Lives in Kiel."),
            expected_version=1,
        )
    then = recall(robo, "where lives", as_of=start - timedelta(days=1, hours=12))
    assert texts(then) == ["Lives in Hamburg."]
    assert texts(recall(robo, "where lives")) == ["Lives in Kiel."]
    assert texts(recall(robo, "where lives", as_of=start - timedelta(days=3))) == []
    assert held.memory.is_held


def test_recall_as_of_asks_its_filters_of_the_version_of_then(in_acme, robo):
    with time_machine.travel(now() - timedelta(days=2)):
        memory = a_memory(robo, "Prefers mail.", metadata={"channel": "mail"})
        a_memory(robo, "Prefers fax.", metadata={"channel": "fax"})
    write = a_write("Prefers the phone.", metadata={"channel": "phone"})
    revise_memory(actor=robo.actor, memory=memory, write=write, expected_version=1)
    then = now() - timedelta(days=1)
    by_mail = parse_filter({"metadata.channel": "mail", "kind": "fact"})
    by_phone = parse_filter({"metadata.channel": "phone"})
    assert texts(recall(robo, "prefers", as_of=then, filters=by_mail)) == ["Prefers mail."]
    assert texts(recall(robo, "prefers", as_of=then, filters=by_phone)) == []
    assert texts(recall(robo, "prefers", filters=by_phone)) == ["Prefers the phone."]


@pytest.mark.parametrize("query", ["", "   ", "!!!", "' OR 1=1 --", "\u200b", "a" * 5000])
def test_any_text_is_a_query(in_acme, robo, query):
    a_memory(robo)
    assert len(recall(robo, query)) == 1


def test_a_recall_asks_a_bounded_number_of_queries(in_acme, robo, django_assert_max_num_queries):
    for number in range(20):
        a_memory(robo, f"tea number {number}")
    recall(robo, "warm up the model")
    with django_assert_max_num_queries(9):
        assert len(recall(robo, "tea")) == 10


def test_a_hit_that_shares_neither_words_nor_meaning_is_weak(in_acme, robo):
    a_memory(robo, "The invoice of March is paid.")
    assert [hit.is_weak for hit in recall(robo, "zebra xylophone")] == [True]
    assert [hit.is_weak for hit in recall(robo, "Is the invoice paid?")] == [False]


def test_what_is_true_at_a_time_is_told_apart_from_what_was_known_then(in_acme, robo):
    start = now()
    a_memory(robo, "Lives in Bonn.", valid_to=start - timedelta(days=10))
    a_memory(robo, "Lives in Kiel.", valid_from=start - timedelta(days=10))
    before = start - timedelta(days=20)
    assert texts(recall(robo, "where lives")) == ["Lives in Kiel."]
    assert texts(recall(robo, "where lives", valid_at=before)) == ["Lives in Bonn."]
    assert texts(recall(robo, "where lives", as_of=before)) == []
    assert texts(recall(robo, "where lives", as_of=now(), valid_at=before)) == ["Lives in Bonn."]


def test_hits_that_say_otherwise_at_one_place_name_each_other(in_acme, robo):
    later = now() + timedelta(days=1)
    tea = a_memory(robo, "Likes tea.", subject="mia", key="drink", valid_from=later)
    coffee = a_memory(robo, "Likes coffee.", subject="mia", key="drink")
    with time_machine.travel(later + timedelta(days=1)):
        hits = {hit.memory.id: hit for hit in recall(robo, "likes tea coffee", subject="mia")}
    assert hits[tea.id].conflicting == (coffee.id,)
    assert hits[coffee.id].conflicting == (tea.id,)

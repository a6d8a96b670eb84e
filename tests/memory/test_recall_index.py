"""What the recall index holds, and that a large scope loses nothing of it."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from console.keys.keyring import keyring_for
from console.keys.models import Purpose
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from memory.actions import recall_memories, retire_memory, revise_memory, write_memories
from memory.models import RecallIndex
from memory.retrieval import graph, search
from memory.retrieval.query import RecallQuery
from memory.retrieval.terms import blind
from memory.tasks import settle_index_of
from tests.cast import a_memory, a_write, remember


def recalled(machine, query, **fields):
    return recall_memories(actor=machine.actor, query=RecallQuery(query=query, **fields)).hits


def row_of(memory):
    return RecallIndex.objects.get(id=memory.id)


@pytest.fixture
def small_sample(monkeypatch):
    """A scope of more than twenty is large here."""
    for module in (search, graph):
        monkeypatch.setattr(module, "WHOLE", 20)
    monkeypatch.setattr(graph, "KEPT", 5)
    monkeypatch.setattr(search, "NEAR", 15)


def fill(machine, count=80):
    writes = [a_write(f"Customer {number} likes tea.") for number in range(count)]
    write_memories(actor=machine.actor, writes=writes)


def test_the_index_holds_no_word_of_a_memory(in_acme, robo):
    memory = a_memory(robo, "Jonas prefers Leipzig.", key="home/town")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(i)::text FROM memory_recallindex i")
        [(row,)] = cursor.fetchall()
    for word in ("jonas", "prefer", "leipzig", "home", "town"):
        assert word not in row.lower()
    key = keyring_for().current(Purpose.INDEX)
    assert blind("leipzig", key.secret) in row_of(memory).terms
    assert row_of(memory).key_generation == key.generation


def test_two_tenants_have_different_terms_for_one_word(robo, spybot, acme, globex):
    terms = {}
    for machine, tenant in ((robo, acme), (spybot, globex)):
        with tenant_scope(tenant.id):
            terms[tenant.slug] = row_of(a_memory(machine, "Leipzig")).terms
    assert terms["acme"] != terms["globex"]


def test_only_what_is_active_is_in_the_index(in_acme, robo, rookie):
    held = remember(rookie, "held").memory
    memory = a_memory(robo, "tea")
    assert not RecallIndex.objects.filter(id=held.id).exists()
    retire_memory(actor=robo.actor, memory=memory, reason="not_needed")
    assert not RecallIndex.objects.exists()


def test_a_revision_takes_the_place_of_what_was_indexed(in_acme, robo):
    memory = a_memory(robo, "Lives in Hamburg.")
    revise_memory(
        actor=robo.actor, memory=memory, write=a_write("Lives in Kiel."), expected_version=1
    )
    assert row_of(memory).version == 2
    key = keyring_for().current(Purpose.INDEX)
    assert blind("kiel", key.secret) in row_of(memory).terms
    assert blind("hamburg", key.secret) not in row_of(memory).terms


def test_every_memory_of_a_batch_is_indexed(in_acme, robo):
    fill(robo, count=30)
    assert RecallIndex.objects.count() == 30


@pytest.mark.parametrize("settled", [False, True])
def test_a_large_scope_finds_the_old_memory_by_words_and_by_meaning(
    in_acme, robo, small_sample, settled
):
    by_words = a_memory(robo, "Order 4711 needs a passport copy.")
    by_meaning = a_memory(robo, "Her parcel went missing.")
    fill(robo)
    if settled:
        settle_index_of(tenant_id=str(in_acme.id))
        assert row_of(by_words).graph == row_of(by_meaning).graph == 256
        assert RecallIndex.objects.filter(graph=0).count() == 5
    assert recalled(robo, "passport copy")[0].memory.id == by_words.id
    assert recalled(robo, "shipment lost underway")[0].memory.id == by_meaning.id


@pytest.mark.parametrize("settled", [False, True])
def test_as_many_are_answered_as_are_asked_for_where_so_many_exist(
    in_acme, robo, small_sample, settled
):
    fill(robo)
    few = [a_memory(robo, f"Mia {n} likes tea.", subject="mia") for n in range(12)]
    if settled:
        settle_index_of(tenant_id=str(in_acme.id))
    assert len(recalled(robo, "tea", top_k=50)) == 50
    assert {hit.memory.id for hit in recalled(robo, "tea", subject="mia", top_k=50)} == {
        memory.id for memory in few
    }


def test_what_has_expired_is_not_found_in_a_large_scope_either(in_acme, robo, small_sample):
    lapsing = a_memory(robo, "The passport is lost.", expires_at=now() + timedelta(minutes=1))
    fill(robo)
    settle_index_of(tenant_id=str(in_acme.id))
    assert recalled(robo, "passport")[0].memory.id == lapsing.id
    with time_machine.travel(now() + timedelta(minutes=2)):
        found = recalled(robo, "passport", top_k=100)
    assert lapsing.id not in {hit.memory.id for hit in found}


def test_a_small_tenant_is_never_moved_into_the_graph(in_acme, robo):
    fill(robo, count=30)
    settle_index_of(tenant_id=str(in_acme.id))
    assert not RecallIndex.objects.filter(graph__gt=0).exists()

"""A change of the embedding model: nothing is lost, nothing waits for it, nothing is missed."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from console.administration import create_tenant
from console.tenancy.scope import tenant_scope
from memory.actions import recall_memories, revise_memory
from memory.models import RecallIndex
from memory.retrieval import embedding_http, reembedding, search
from memory.retrieval.embedding import EmbeddingUnavailableError, embedding_provider
from memory.retrieval.query import RecallQuery
from memory.retrieval.reembedding import embed_waiting, waiting_in
from memory.tasks import embed_waiting as embed_everywhere
from memory.tasks import embed_waiting_in
from tests.cast import a_memory, a_write, an_agent
from tests.retrieval.embedding_peer import embedding_peer

# A backend holds its own virtual transaction's lock as long as a transaction is open.
IN_TRANSACTION = "SELECT count(*) FROM pg_locks WHERE locktype = 'virtualxid' AND pid = %s"
BUILT_IN = "wordllama-l2-supercat-256"


@pytest.fixture
def peer():
    with embedding_peer() as peer:
        yield peer


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(embedding_http, "FIRST_PAUSE", 0.001)


def recall(machine, query, **fields):
    with tenant_scope(machine.actor.tenant_id):
        return recall_memories(actor=machine.actor, query=RecallQuery(query=query, **fields)).hits


def models_in(tenant):
    with tenant_scope(tenant.id):
        rows = RecallIndex.objects.order_by("id").values_list("model", "embedding")
        return [(model, None if vector is None else len(vector)) for model, vector in rows]


def run_all(tenant):
    return list(embed_waiting(tenant.id))


def test_a_write_does_not_wait_for_the_network_and_its_words_find_it_at_once(
    acme, robo, peer, settings
):
    settings.EMBEDDING_SERVERS = (peer.server(),)
    memory = a_memory(robo, "The parcel was lost in Leipzig.")
    assert peer.asked == []
    assert models_in(acme) == [("", None)]
    assert [hit.memory.id for hit in recall(robo, "Leipzig")] == [memory.id]
    (progress,) = run_all(acme)
    assert (progress.embedded, progress.waiting) == (1, 0)
    assert models_in(acme) == [("peer-64", 64)]
    (hit,) = recall(robo, "parcel Leipzig lost")
    assert hit.scores.dense > 0.5


def test_the_worker_is_woken_by_the_write(
    acme, robo, peer, settings, django_capture_on_commit_callbacks
):
    settings.EMBEDDING_SERVERS = (peer.server(),)
    with django_capture_on_commit_callbacks(execute=True):
        a_memory(robo, "The parcel was lost in Leipzig.")
    assert models_in(acme) == [("peer-64", 64)]


def test_a_dead_server_loses_no_write_and_no_recall(acme, robo, peer, settings, caplog):
    settings.EMBEDDING_SERVERS = (peer.server(),)
    peer.answers = [(503, {}, b"")] * 99
    memory = a_memory(robo, "The parcel was lost in Leipzig.")
    with pytest.raises(EmbeddingUnavailableError):
        run_all(acme)
    assert models_in(acme) == [("", None)]
    (hit,) = recall(robo, "Leipzig parcel")
    assert (hit.memory.id, hit.scores.dense) == (memory.id, 0)
    assert "recall.without_meaning" in caplog.text
    assert "Leipzig" not in caplog.text
    peer.answers = []
    run_all(acme)
    assert models_in(acme) == [("peer-64", 64)]


def test_midway_every_memory_is_found_by_its_meaning_in_its_own_model(
    acme, robo, peer, settings, monkeypatch
):
    texts = [f"Customer number {number} prefers green tea." for number in range(7)]
    wanted = {a_memory(robo, text).id for text in texts}
    settings.EMBEDDING_SERVERS = (peer.server(),)
    monkeypatch.setattr(reembedding, "BATCH", 2)
    steps = embed_waiting(acme.id)
    for done in (0, 2, 4, 6, 7):
        assert [model for model, _ in models_in(acme)].count("peer-64") == done
        hits = recall(robo, "prefers green tea", top_k=20)
        assert {hit.memory.id for hit in hits} == wanted
        # By meaning, and not by the words alone: each compared with the query of its own model.
        assert all(hit.scores.dense > 0.3 for hit in hits)
        next(steps, None)


def test_in_a_large_scope_too_what_waits_is_found_by_its_words(
    acme, robo, peer, settings, monkeypatch
):
    monkeypatch.setattr(search, "WHOLE", 3)
    settings.EMBEDDING_SERVERS = (peer.server(),)
    wanted = a_memory(robo, "The parcel was lost in Leipzig.")
    for number in range(6):
        a_memory(robo, f"Customer number {number} prefers tea.")
    assert [model for model, _ in models_in(acme)] == [""] * 7
    assert recall(robo, "Leipzig")[0].memory.id == wanted.id


def test_it_goes_on_where_it_stopped(acme, robo, peer, settings, monkeypatch):
    for number in range(5):
        a_memory(robo, f"Fact {number}")
    settings.EMBEDDING_SERVERS = (peer.server(),)
    monkeypatch.setattr(reembedding, "BATCH", 2)
    first = next(embed_waiting(acme.id))
    assert (first.embedded, first.waiting) == (2, 3)
    asked = sum(len(body["input"]) for _, body in peer.asked)
    assert [step.waiting for step in run_all(acme)] == [1, 0]
    assert sum(len(body["input"]) for _, body in peer.asked) - asked == 3
    assert waiting_in(acme.id) == 0


def test_what_is_revised_while_the_model_is_asked_keeps_its_new_text(acme, robo, peer, settings):
    memory = a_memory(robo, "Lives in Bonn.")
    settings.EMBEDDING_SERVERS = (peer.server(),)
    texts = reembedding._texts_after(acme.id, reembedding.FIRST, embedding_provider())
    # No transaction is open while the model is asked: a revision gets in between.
    with tenant_scope(acme.id):
        write = a_write("Lives in Kiel.")
        revise_memory(actor=robo.actor, memory=memory, write=write, expected_version=1)
    made, vectors = reembedding._embedded(texts, embedding_provider())
    reembedding._store(acme.id, made, vectors, embedding_provider())
    assert models_in(acme) == [("", None)]
    run_all(acme)
    (hit,) = recall(robo, "Lives in Kiel.")
    assert hit.scores.dense > 0.9


def test_a_text_the_model_refuses_keeps_no_other_waiting(acme, robo, peer, settings):
    settings.EMBEDDING_SERVERS = (peer.server(),)
    for text in ("one", "two", "POISON", "four"):
        a_memory(robo, text)
    answer = peer.answer
    peer.answer = lambda path, headers, body: (
        (400, {}, b"no")
        if any("POISON" in text for text in body["input"])
        else answer(path, headers, body)
    )
    (progress,) = run_all(acme)
    assert (progress.embedded, progress.refused) == (3, 1)
    assert [model for model, _ in models_in(acme)] == ["peer-64", "peer-64", "", "peer-64"]
    assert any(hit.version.content == "POISON" for hit in recall(robo, "poison"))


def test_back_to_the_built_in_model_and_from_server_to_server(acme, robo, peer, settings):
    a_memory(robo, "Green tea.")
    settings.EMBEDDING_SERVERS = (peer.server(model="old"),)
    run_all(acme)
    settings.EMBEDDING_SERVERS = (peer.server(model="new", dimensions=32), peer.server(model="old"))
    (hit,) = recall(robo, "Green tea.")
    assert hit.scores.dense > 0.9
    run_all(acme)
    assert models_in(acme) == [("new-32", 32)]
    settings.EMBEDDING_SERVERS = ()
    run_all(acme)
    assert models_in(acme) == [(BUILT_IN, 256)]


def test_the_default_installation_asks_nothing_more_for_any_of_this(
    acme, robo, django_assert_num_queries
):
    a_memory(robo, "Green tea.")
    assert waiting_in(acme.id) == 0
    assert run_all(acme) == []


def test_no_transaction_is_open_while_the_model_is_asked(committed_db, peer, settings):
    acme = create_tenant(slug="acme", name="Acme")
    robo = an_agent(acme, "robo")
    a_memory(robo, "Green tea.")
    settings.EMBEDDING_SERVERS = (peer.server(),)
    answer, held = peer.answer, []
    pid = connection.connection.info.backend_pid

    def watched(*asked):
        with connections["owner"].cursor() as cursor:
            cursor.execute(IN_TRANSACTION, [pid])
            held.append(cursor.fetchone()[0])
        connections["owner"].close()
        return answer(*asked)

    peer.answer = watched
    with tenant_scope(acme.id):
        embedding_provider().embed(["A control: this one holds a transaction."])
    run_all(acme)
    assert held == [1, 0]


def test_another_tenants_rows_are_left_to_its_own_pass(acme, globex, robo, spybot, peer, settings):
    a_memory(robo, "a")
    a_memory(spybot, "b")
    settings.EMBEDDING_SERVERS = (peer.server(),)
    run_all(acme)
    assert models_in(globex) == [(BUILT_IN, 256)]
    embed_everywhere()
    assert models_in(globex) == [("peer-64", 64)]


def test_a_second_pass_at_the_same_time_asks_for_nothing(acme, robo, peer, settings):
    from django.core.cache import cache  # noqa: PLC0415

    a_memory(robo, "a")
    settings.EMBEDDING_SERVERS = (peer.server(),)
    cache.add(f"embedding/{acme.id}", 1, timeout=60)
    embed_waiting_in(tenant_id=str(acme.id))
    assert peer.asked == []
    cache.delete(f"embedding/{acme.id}")
    embed_waiting_in(tenant_id=str(acme.id))
    assert models_in(acme) == [("peer-64", 64)]


def test_the_command_tells_its_progress(acme, globex, robo, spybot, peer, settings, capsys):
    a_memory(robo, "a")
    a_memory(spybot, "b")
    settings.EMBEDDING_SERVERS = (peer.server(),)
    call_command("reembed", "--tenant", "acme", "--json")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == {
        "tenant": "acme",
        "model": "peer-64",
        "embedded": 0,
        "refused": 0,
        "waiting": 1,
    }
    assert lines[-1]["embedded"] == 1
    call_command("reembed")
    out = capsys.readouterr().out
    assert "globex: 1 embedded by peer-64, 0 waiting" in out
    assert "acme: 0 embedded by peer-64, 0 waiting" in out


def test_the_command_says_what_to_do_when_the_server_is_down(acme, robo, peer, settings):
    a_memory(robo, "a")
    settings.EMBEDDING_SERVERS = (peer.server(),)
    peer.answers = [(503, {}, b"")] * 9
    with pytest.raises(CommandError, match="run it again"):
        call_command("reembed")
    with pytest.raises(CommandError, match="no tenant 'nobody'"):
        call_command("reembed", "--tenant", "nobody")

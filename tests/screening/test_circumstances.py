"""What the database adds to a write's screening, through the real write path."""

import time

import pytest

from audit.models import AuditEvent
from console.accounts.models import Subject
from console.platform.errors import InvalidInputError, NotPermittedError
from console.tenancy.scope import tenant_scope
from memory.actions import name_subject, recall_memories, revise_memory, write_memories
from memory.models import Memory, MemoryFingerprint, State, SubjectName
from memory.retrieval.query import RecallQuery
from memory.screening.bursts import MOST_A_MINUTE
from tests.cast import a_memory, a_write, an_agent, remember

LIKING = "Jonas Weber likes his parcels delivered to the back door on Friday mornings before nine."
NEARLY = "Jonas Weber likes his parcels delivered to the back door on Friday mornings before nine!"
OTHER = "The annual report is due at the end of the month and has to be signed by two people."


def codes(outcome):
    return {one["code"] for one in outcome.version.findings}


def a_subject(external_id):
    subject, _ = Subject.objects.get_or_create(external_id=external_id)
    return subject


def test_a_text_that_is_stored_already_is_noted_with_the_memory_that_says_so(in_acme, robo):
    first = a_memory(robo, LIKING, subject="c-1")
    repeated = remember(robo, NEARLY, subject="c-1")
    assert codes(repeated) == {"near_duplicate"}
    assert str(first.id) in repeated.version.findings[0]["detail"]
    assert repeated.memory.state == State.ACTIVE
    assert codes(remember(robo, OTHER, subject="c-1")) == set()


@pytest.mark.parametrize(
    "elsewhere", [{"subject": "c-2"}, {"subject": "c-1", "namespace": ("crm",)}, {}]
)
def test_the_same_words_of_another_subject_or_namespace_are_no_duplicate(in_acme, robo, elsewhere):
    a_memory(robo, LIKING, subject="c-1")
    assert codes(remember(robo, LIKING, **elsewhere)) == set()


def test_what_is_no_longer_in_force_is_not_repeated(in_acme, robo):
    memory = a_memory(robo, LIKING)
    Memory.objects.filter(id=memory.id).update(state=State.RETIRED)
    assert codes(remember(robo, LIKING)) == set()


def test_a_revision_does_not_repeat_the_memory_it_revises(in_acme, robo):
    memory = a_memory(robo, OTHER)
    outcome = revise_memory(
        actor=robo.actor, memory=memory, write=a_write(LIKING), expected_version=1
    )
    assert codes(outcome) == set()
    # What is found from now on is what it says now.
    assert codes(remember(robo, LIKING)) == {"near_duplicate"}
    assert codes(remember(robo, OTHER)) == set()


def test_what_an_agent_recalled_and_writes_again_is_an_echo_unless_it_says_where_from(
    in_acme, robo
):
    memory = a_memory(robo, LIKING)
    recall_memories(actor=robo.actor, query=RecallQuery(query="parcels at the back door"))
    assert codes(remember(robo, LIKING, derived_from=(memory.id,))) == {"near_duplicate"}
    echo = remember(robo, LIKING)
    assert codes(echo) == {"self_echo"}


def test_another_agent_that_says_the_same_echoes_nothing(in_acme, acme, robo):
    a_memory(robo, LIKING)
    recall_memories(actor=robo.actor, query=RecallQuery(query="parcels at the back door"))
    assert codes(remember(an_agent(acme, "second"), LIKING)) == {"near_duplicate"}


def test_an_unknown_agent_that_floods_is_held_and_its_neighbour_is_not(in_acme, rookie, robo):
    for _ in range(2):
        results = write_memories(
            actor=rookie.actor,
            writes=[a_write(f"Parcel number {n} has left the house.") for n in range(60)],
        ).results
    assert all("burst" not in codes(outcome) for outcome in results)
    flood = remember(rookie, "One more parcel.")
    assert "burst" in codes(flood)
    assert Memory.objects.filter(agent_id=rookie.agent.id).count() == MOST_A_MINUTE + 1
    assert "burst" not in codes(remember(robo, "One parcel of mine."))


def test_a_batch_counts_as_the_writes_it_holds(in_acme, robo):
    writes = [a_write(f"Parcel number {n} has left the house.") for n in range(MOST_A_MINUTE + 1)]
    results = write_memories(actor=robo.actor, writes=writes).results
    assert all(codes(outcome) >= {"burst"} for outcome in results)
    assert {outcome.memory.state for outcome in results} == {State.ACTIVE}


def test_a_name_of_the_directory_is_found_in_whatever_case_it_is_written(in_acme, bob, robo):
    anna = a_subject("c-1")
    name_subject(actor=bob.actor, subject=anna, names=["Anna Weber", "Frau Weber"])
    text = "Yesterday ANNA weber called; Hanna Weber did not."
    outcome = remember(robo, text, subject="c-2")
    [finding] = outcome.version.findings
    assert text[finding["start"] : finding["end"]] == "ANNA weber"
    assert finding["label"] == "name of a person"
    own = remember(robo, text, subject="c-1")
    assert [one["label"] for one in own.version.findings] == ["name of the subject"]


def test_another_subjects_identifier_is_found_and_ones_own_is_not(in_acme, robo):
    a_subject("kunde-4711")
    text = "Same parcel as kunde-4711 had."
    outcome = remember(robo, text, subject="kunde-1")
    [finding] = outcome.version.findings
    assert text[finding["start"] : finding["end"]] == "kunde-4711"
    assert codes(remember(robo, text, subject="kunde-4711")) == set()


def test_a_name_in_a_value_is_found_there(in_acme, bob, robo):
    name_subject(actor=bob.actor, subject=a_subject("c-1"), names=["Anna Weber"])
    outcome = remember(robo, "See the value.", value={"with": ["anna weber"]})
    assert [one["path"] for one in outcome.version.findings] == ["/value/with/0"]


def test_names_are_replaced_and_neither_stored_nor_audited_in_the_clear(in_acme, bob, robo):
    anna = a_subject("c-1")
    name_subject(actor=bob.actor, subject=anna, names=["Anna Weber"])
    name_subject(actor=bob.actor, subject=anna, names=["Anna Weiss"])
    assert SubjectName.objects.count() == 1
    assert codes(remember(robo, "Anna Weber called about her parcel.")) == set()
    event = AuditEvent.objects.filter(kind="subject.named").latest("id")
    assert event.object_id == anna.id
    assert event.payload == {"names": 1}


@pytest.mark.parametrize("name", ["", "!?", "the", "Li", "a b c d e"])
def test_an_ordinary_word_is_no_name(in_acme, bob, name):
    subject = a_subject("c-1")
    with pytest.raises(InvalidInputError) as refused:
        name_subject(actor=bob.actor, subject=subject, names=[name])
    assert [(p.field, p.code) for p in refused.value.problems] == [("names", "not_a_name")]
    assert not SubjectName.objects.exists()


def test_an_agent_does_not_edit_the_directory(in_acme, robo):
    with pytest.raises(NotPermittedError):
        name_subject(actor=robo.actor, subject=a_subject("c-1"), names=["Anna Weber"])


def test_equal_texts_of_two_tenants_have_fingerprints_of_their_own(acme, globex, robo, spybot):
    simhashes = set()
    for machine in (robo, spybot):
        memory = a_memory(machine, LIKING)
        with tenant_scope(machine.actor.tenant_id):
            simhashes.add(MemoryFingerprint.objects.get(id=memory.id).simhash)
    assert len(simhashes) == 2


def test_a_batch_is_gathered_by_one_statement(in_acme, robo, monkeypatch):
    from memory.screening import gathering  # noqa: PLC0415 - counted here

    asked = []
    fetch = gathering.fetch
    monkeypatch.setattr(gathering, "fetch", lambda *a: asked.append(1) or fetch(*a))
    write_memories(actor=robo.actor, writes=[a_write(f"Note {n} of many.") for n in range(20)])
    assert len(asked) == 1


@pytest.mark.parametrize("piece", ["a", "a1", "@", "-", "a.", "1 ", "password "])
def test_no_text_keeps_the_screen_busy(in_acme, robo, piece):
    content = (piece * 32_000)[:32_000]
    began = time.process_time()
    remember(robo, content)
    # A hundred times what it takes: only work that grows with the square is as slow.
    assert time.process_time() - began < 5

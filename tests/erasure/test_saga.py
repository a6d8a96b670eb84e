"""An erasure goes on where it was stopped, whoever stopped it, and leaves each receipt once."""

import os
import signal

import pytest
from django.db import DatabaseError, connection, connections, transaction

from audit.models import AuditEvent
from console.accounts.models import Subject
from console.accounts.permissions import Role
from console.administration import create_tenant
from console.keys.models import DataKey
from console.platform.errors import ErasedSubjectError
from console.tenancy.scope import tenant_scope
from memory.actions import place_hold, release_hold, write_memory
from memory.desk import approve_request, receive_request, set_desk
from memory.erasure.saga import advance, progress_of, under_way
from memory.erasure.steps import STEPS
from memory.models import ErasureCertificate, ErasureStep, LegalHold, Memory, SubjectRequest
from memory.verification import check_memories
from tests.cast import a_memory, a_person, a_write, an_agent
from tests.erasure.carrying import gone_on, receipts_of
from tests.erasure.test_erasure import SAYS

NAMES = [step.name for step in STEPS]


@pytest.fixture
def approved(in_acme, alice, bob, robo):
    for number in range(3):
        a_memory(robo, f"Jonas said {number}.", subject="jonas-weber")
    set_desk(actor=alice.actor, cool_off_hours=0)
    subject = Subject.objects.get(external_id="jonas-weber")
    request = receive_request(actor=bob.actor, subject=subject, **SAYS)
    return approve_request(actor=alice.actor, request=request)


def test_every_step_leaves_its_receipt_once_and_the_page_can_tell_how_far_it_is(approved):
    assert list(under_way()) == [approved.id]
    assert [one.state for one in progress_of(approved)] == ["waiting"] * len(STEPS)
    assert advance(approved.id)
    assert advance(approved.id)
    assert [one.state for one in progress_of(approved)][:3] == ["done", "done", "waiting"]
    done = gone_on(approved)
    assert done.status == "completed"
    assert [one.state for one in progress_of(done)] == ["done"] * len(STEPS)
    assert sorted(receipts_of(done)) == sorted(NAMES)
    assert receipts_of(done)["memories"].counts == {"rows": 3}
    assert not advance(approved.id)
    assert list(under_way()) == []


def test_what_it_looked_for_is_gone_at_the_end(approved):
    gone_on(approved)
    assert not ErasureStep.objects.filter(sealed__isnull=False).exists()
    assert not DataKey.objects.filter(subject_id__isnull=False, wrapped__isnull=False).exists()
    assert "jonas" not in str(list(AuditEvent.objects.values_list("payload", "note"))).lower()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE memory_erasurestep SET counts = '{}'",
        "UPDATE memory_erasurestep SET finished_at = now()",
        "DELETE FROM memory_erasurestep",
        "UPDATE memory_erasurecertificate SET note = ''",
        "DELETE FROM memory_erasurecertificate",
    ],
)
def test_receipts_and_certificates_stay_as_they_are(approved, statement):
    gone_on(approved)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_hold_that_is_placed_meanwhile_stops_it_and_its_release_lets_it_go_on(
    approved, alice, robo
):
    advance(approved.id)
    place_hold(actor=alice.actor, ground="Case 7 O 12/26", subject="jonas-weber")
    stopped = gone_on(approved)
    assert stopped.status == "carrying_out"
    assert "hold" in stopped.waiting_for
    assert Memory.objects.filter(state="erased").count() == 0
    release_hold(actor=alice.actor, hold=LegalHold.objects.get(), reason="Settled.")
    done = gone_on(approved)
    assert (done.status, done.waiting_for) == ("completed", "")
    with pytest.raises(ErasedSubjectError):
        write_memory(actor=robo.actor, write=a_write("Again.", subject="jonas-weber"))


def test_a_step_that_fails_is_tried_again_later_and_says_so(approved, alice, settings):
    settings.ERASER_DSN = "postgresql://nobody@/nowhere?host=/nonexistent"
    request = gone_on(approved)
    assert request.status == "carrying_out"
    failed = next(one for one in progress_of(request) if one.state == "failed")
    assert (failed.name, failed.error) == ("space", "OperationalError")
    assert failed.retry_at is not None
    assert AuditEvent.objects.filter(kind="erasure.failed").count() == 1
    assert not advance(request.id)
    settings.ERASER_DSN = None
    ErasureStep.objects.filter(name="space").update(retry_at=None)
    assert gone_on(approved).status == "completed"


def test_killed_anywhere_it_ends_as_if_it_had_not_been(committed_db):
    """Each child is killed some statements on, in the midst of a step, until one gets through."""
    acme = create_tenant(slug="acme", name="Acme")
    alice, bob = a_person(acme, "alice", Role.OWNER), a_person(acme, "bob", Role.REVIEWER)
    robo = an_agent(acme, "robo")
    for number in range(5):
        a_memory(robo, f"Jonas said {number}.", subject="jonas-weber")
    with tenant_scope(acme.id):
        set_desk(actor=alice.actor, cool_off_hours=0)
        subject = Subject.objects.get(external_id="jonas-weber")
        request = receive_request(actor=bob.actor, subject=subject, **SAYS)
        request = approve_request(actor=alice.actor, request=request)
    kills, after = 0, 3
    while _child_is_killed(request.id, acme.id, after):
        kills, after = kills + 1, after + 7
    with tenant_scope(acme.id):
        assert kills >= 10
        done = SubjectRequest.objects.get()
        assert done.status == "completed"
        assert sorted(ErasureStep.objects.values_list("name", flat=True)) == sorted(NAMES)
        assert receipts_of(done)["memories"].counts == {"rows": 5}
        assert ErasureCertificate.objects.count() == 1
        kinds = list(AuditEvent.objects.values_list("kind", flat=True))
        assert kinds.count("memory.erased") == 5
        assert kinds.count("erasure.certified") == kinds.count("subject_request.completed") == 1
    assert check_memories(acme.id, lambda count: None).problems == []


def _child_is_killed(request_id, tenant_id, after):
    """Whether it was, after so many statements of its own."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        told = 0

        def count(execute, sql, params, many, context):
            nonlocal told
            told += 1
            if told == after:
                os.kill(os.getpid(), signal.SIGKILL)
            return execute(sql, params, many, context)

        try:
            with connection.execute_wrapper(count):
                while advance(request_id, tenant_id=tenant_id):
                    pass
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)

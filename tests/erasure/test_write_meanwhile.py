"""A write about somebody that is under way while they are erased."""

import threading
from contextlib import suppress

import pytest
from django.db import IntegrityError, connection, connections

from console.accounts.permissions import Role
from console.administration import create_tenant
from console.tenancy.scope import tenant_scope
from memory.actions import write as write_module
from memory.actions import write_memory
from memory.desk import set_desk
from memory.models import Memory, MemoryFingerprint, RecallIndex, SealedContent, SubjectName
from tests.cast import a_memory, a_person, a_write, an_agent
from tests.desk.desk import about, approved
from tests.erasure.carrying import carried_out


@pytest.mark.parametrize("guarded", [True, False])
def test_a_write_under_way_leaves_nothing_of_an_erased_person(committed_db, guarded):
    """The control, without the database's look at the key, leaves an index of lost words."""
    acme = create_tenant(slug="acme", name="Acme")
    alice, bob = a_person(acme, "alice", Role.OWNER), a_person(acme, "bob", Role.REVIEWER)
    robo = an_agent(acme, "robo")
    a_memory(robo, subject="customer-7")
    with tenant_scope(acme.id):
        set_desk(actor=alice.actor, cool_off_hours=0)
        request = approved(bob, alice, about("customer-7"))
    _guard("ENABLE" if guarded else "DISABLE")
    try:
        _write_while_erasing(acme, alice, robo, request)
    finally:
        _guard("ENABLE")
    with tenant_scope(acme.id):
        left = Memory.objects.filter(subject_id=request.subject_id).exclude(state="erased").count()
        found = RecallIndex.objects.filter(subject_id=request.subject_id).count()
        prints, names = MemoryFingerprint.objects.count(), SubjectName.objects.count()
        words = SealedContent.objects.count()
    if guarded:
        assert (left, found, prints, names, words) == (0, 0, 0, 0, 0)
    else:
        assert found == 1


def _write_while_erasing(acme, alice, robo, request):
    """The write has loaded the key, then the person is erased, then the write goes on."""
    loaded, erased = threading.Event(), threading.Event()
    save = write_module._save

    def slow_save(*args, **kwargs):
        loaded.set()
        erased.wait(10)
        save(*args, **kwargs)

    def write():
        try:
            with suppress(IntegrityError), tenant_scope(acme.id):
                write_memory(actor=robo.actor, write=a_write("Late.", subject="customer-7"))
        finally:
            connection.close()

    write_module._save = slow_save
    try:
        writer = threading.Thread(target=write)
        writer.start()
        assert loaded.wait(10)
        write_module._save = save
        with tenant_scope(acme.id):
            carried_out(alice, request)
        erased.set()
        writer.join(20)
    finally:
        write_module._save = save


def _guard(verb):
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE memory_sealedcontent {verb} TRIGGER under_a_living_key")
    connections["owner"].close()

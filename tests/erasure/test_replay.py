"""A restored backup holds whoever was erased since: they are erased again before it is served."""

import pytest

from audit.anchors.erased_file import erased_subjects, path_of, tell_erased
from audit.models import AuditEvent
from console.accounts.models import Subject
from console.administration import create_tenant
from console.keys.models import DataKey
from console.keys.suppression import digests_of
from console.platform.errors import ErasedSubjectError, LegalHoldError
from console.platform.ids import uuid7
from console.tenancy.scope import tenant_scope
from memory.actions import place_hold, write_memory
from memory.desk import approve_request, receive_request, set_desk
from memory.erasure.replay import replay
from memory.models import Memory, RecallIndex, State
from tests.cast import a_memory, a_write, an_agent
from tests.erasure.carrying import gone_on
from tests.erasure.test_erasure import SAYS


@pytest.fixture(autouse=True)
def outside(settings, tmp_path):
    settings.ANCHOR_DIR = str(tmp_path / "anchors")


@pytest.fixture
def came_back(acme, robo):
    """Jonas, as a backup from before his erasure has him; the list outside knows better."""
    for number in range(3):
        a_memory(robo, f"Jonas said {number}.", subject="jonas-weber")
    a_memory(robo, "Ida hears jazz.", subject="ida")
    with tenant_scope(acme.id):
        subject = Subject.objects.get(external_id="jonas-weber")
        tell_erased(subject.id, {b"\1" * 32})
    return subject


def test_who_had_come_back_is_erased_again_and_refused_for_good(acme, robo, came_back):
    assert replay(acme.id) == 1
    with tenant_scope(acme.id):
        memories = Memory.objects.filter(subject_id=came_back.id)
        assert set(memories.values_list("state", flat=True)) == {State.ERASED}
        assert not RecallIndex.objects.filter(subject_id=came_back.id).exists()
        assert not DataKey.objects.filter(subject_id=came_back.id, wrapped__isnull=False).exists()
        assert not Subject.objects.filter(external_id="jonas-weber").exists()
        assert Memory.objects.filter(state=State.ACTIVE).count() == 1, "Ida's stays"
        steps = AuditEvent.objects.filter(kind="erasure.replayed", object_id=came_back.id)
        assert "suppression" in {event.payload["step"] for event in steps}
        with pytest.raises(ErasedSubjectError):
            write_memory(actor=robo.actor, write=a_write("He is back.", subject="jonas-weber"))


def test_twice_changes_nothing_and_says_nothing(acme, came_back):
    replay(acme.id)
    with tenant_scope(acme.id):
        events = AuditEvent.objects.count()
    assert replay(acme.id) == 0
    with tenant_scope(acme.id):
        assert AuditEvent.objects.count() == events


def test_an_erasure_puts_itself_on_the_list_outside(acme, alice, bob, robo):
    with tenant_scope(acme.id):
        a_memory(robo, "Jonas said it.", subject="jonas-weber")
        set_desk(actor=alice.actor, cool_off_hours=0)
        subject = Subject.objects.get(external_id="jonas-weber")
        request = receive_request(actor=bob.actor, subject=subject, **SAYS)
        gone_on(approve_request(actor=alice.actor, request=request))
        kept = erased_subjects(acme.id)
        assert kept == {subject.id: digests_of(subject.id)}
        assert kept[subject.id]
    assert "jonas" not in path_of(acme.id).read_text().lower()
    assert replay(acme.id) == 0, "nobody came back"


def test_a_database_that_never_knew_them_learns_the_list(acme, came_back):
    stranger = uuid7()
    with tenant_scope(acme.id):
        tell_erased(stranger, {b"\2" * 32})
    replay(acme.id)
    with tenant_scope(acme.id):
        assert digests_of(stranger) == {b"\2" * 32}


def test_what_a_crash_left_of_a_line_is_passed_over(acme, came_back):
    with path_of(acme.id).open("ab") as file:
        file.write(b'{"subject":"01')
    assert list(erased_subjects(acme.id)) == [came_back.id]


def test_a_hold_in_the_backup_stands_in_the_way_and_says_so(acme, alice, came_back):
    with tenant_scope(acme.id):
        place_hold(actor=alice.actor, subject="jonas-weber", ground="Case 7")
    with pytest.raises(LegalHoldError, match="Case 7"):
        replay(acme.id)
    with tenant_scope(acme.id):
        assert Memory.objects.filter(subject_id=came_back.id, state=State.ACTIVE).count() == 3


def test_a_backup_from_before_the_first_erasure_has_no_key_of_the_list_and_is_given_one(
    committed_db,
):
    """Committed, since a change that no event of its transaction tells of is refused only then."""
    tenant = create_tenant(slug="acme", name="Acme")
    robo = an_agent(tenant, "robo")
    a_memory(robo, "Jonas said it.", subject="jonas-weber")
    with tenant_scope(tenant.id):
        subject = Subject.objects.get(external_id="jonas-weber")
        tell_erased(subject.id, {b"\1" * 32})
    assert replay(tenant.id) == 1
    assert replay(tenant.id) == 0
    with tenant_scope(tenant.id), pytest.raises(ErasedSubjectError):
        write_memory(actor=robo.actor, write=a_write("He is back.", subject="jonas-weber"))

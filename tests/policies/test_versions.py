"""alice saves versions of the policy and switches one on; who did what and when is kept."""

import pytest
from django.db import DatabaseError, transaction

from audit.models import AuditEvent
from audit.trail import append
from console.platform.errors import InvalidInputError, NotPermittedError
from console.tenancy.scope import tenant_scope
from memory.actions import activate_policy, save_policy, write_memories
from memory.actions.policy import AnotherPolicyError
from memory.models import Memory, PolicyActivation, PolicyVersion, State
from memory.policies import RejectedByPolicyError, policy_in_force
from tests.cast import a_memory, a_write, remember
from tests.policies.conftest import a_rule

ON_DOCUMENTS = a_rule("documents", "write.kind == 'document'", because="Documents wait.")


def save(person, *rules, **fields):
    with tenant_scope(person.actor.tenant_id):
        return save_policy(actor=person.actor, body={"rules": list(rules)}, **fields)


def switch_on(person, version, **fields):
    with tenant_scope(person.actor.tenant_id):
        return activate_policy(actor=person.actor, version=version, **fields)


def test_a_saved_version_rules_nothing_until_it_is_switched_on(in_acme, alice, robo):
    version = save(alice, ON_DOCUMENTS, comment="documents too")
    assert a_memory(robo, kind="document").state == State.ACTIVE
    switch_on(alice, version, comment="agreed on Monday")
    outcome = remember(robo, kind="document")
    assert outcome.memory.state == State.PENDING
    assert (outcome.ruling.policy, outcome.review.reasons) == (
        1,
        [{"code": "documents", "detail": "Documents wait."}],
    )
    written = AuditEvent.objects.filter(kind="memory.written").order_by("-id").first()
    assert written.payload["policy"] == 1


def test_saving_and_switching_on_are_told_with_who_and_why(in_acme, alice):
    version = save(alice, ON_DOCUMENTS, comment="documents too")
    switch_on(alice, version, comment="agreed")
    saved = AuditEvent.objects.get(kind="policy.saved")
    activated = AuditEvent.objects.get(kind="policy.activated")
    assert (saved.object_id, saved.actor_id, saved.note) == (
        version.id,
        alice.user.id,
        "documents too",
    )
    assert (activated.payload, activated.note) == ({"policy": 1, "was": 0}, "agreed")
    row = PolicyActivation.objects.get()
    assert (row.activated_by_id, row.version_id) == (alice.user.id, version.id)


def test_the_policy_that_ships_can_be_switched_on_again(in_acme, alice):
    switch_on(alice, save(alice))
    assert policy_in_force().number == 1
    switch_on(alice, None)
    assert policy_in_force().number == 0
    assert [row.number for row in PolicyActivation.objects.order_by("id")] == [1, 0]


def test_versions_are_counted_and_none_is_ever_changed(in_acme, alice):
    assert [save(alice, ON_DOCUMENTS).number, save(alice).number] == [1, 2]
    for model in (PolicyVersion, PolicyActivation):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.update(number=9)


def test_who_looked_at_another_policy_switches_nothing_on(in_acme, alice):
    first, second = save(alice), save(alice, ON_DOCUMENTS)
    switch_on(alice, second, instead_of=0)
    with pytest.raises(AnotherPolicyError):
        switch_on(alice, first, instead_of=0)
    assert policy_in_force().number == 2


def test_a_policy_that_does_not_hold_is_not_saved(in_acme, alice):
    with pytest.raises(InvalidInputError):
        save(alice, a_rule(when="write.kindd == 'x'"))
    assert not PolicyVersion.objects.exists()
    assert not AuditEvent.objects.filter(kind="policy.saved").exists()


def test_only_the_owner_edits(in_acme, alice, bob, carol, dana, robo):
    version = save(alice)
    for person in (bob, carol, dana, robo):
        with pytest.raises(NotPermittedError):
            save(person, ON_DOCUMENTS)
        with pytest.raises(NotPermittedError):
            switch_on(person, version)
    assert PolicyVersion.objects.count() == 1
    assert not PolicyActivation.objects.exists()


def test_another_tenant_sees_and_feels_nothing_of_it(alice, mallory, spybot):
    version = save(alice, a_rule(effect="reject"))
    switch_on(alice, version)
    with tenant_scope(mallory.actor.tenant_id):
        assert not PolicyVersion.objects.exists()
        assert policy_in_force().number == 0
        assert remember(spybot).memory.state == State.ACTIVE
    with pytest.raises(DatabaseError):
        switch_on(mallory, version)


def test_a_rejected_write_leaves_nothing_and_stops_no_other(in_acme, alice, robo):
    switch_on(alice, save(alice, a_rule("short", "write.size < 5", effect="reject")))
    with pytest.raises(RejectedByPolicyError) as refused:
        remember(robo, "no")
    assert (refused.value.code, refused.value.http_status) == ("rejected_by_policy", 422)
    assert not Memory.objects.exists()
    writes = [a_write("no"), a_write("long enough")]
    rejected, kept = write_memories(actor=robo.actor, writes=writes).results
    assert isinstance(rejected, RejectedByPolicyError)
    assert [memory.id for memory in Memory.objects.all()] == [kept.id]


def test_a_stored_version_that_cannot_be_read_holds_everything(in_acme, alice, robo):
    version = save(alice)
    with transaction.atomic():
        broken = PolicyVersion(number=9, body={"rules": [a_rule(when="what is this")]})
        broken.created_by_kind, broken.created_by_id = "user", version.created_by_id
        broken.save()
        append(actor=alice.actor, kind="policy.saved", object_id=broken.id)
    switch_on(alice, broken)
    outcome = remember(robo)
    assert outcome.memory.state == State.PENDING
    assert [reason.code for reason in outcome.ruling.reasons] == ["policy_failed"]


def test_the_policy_is_compiled_once_and_asked_for_each_time(in_acme, alice):
    switch_on(alice, save(alice, ON_DOCUMENTS))
    assert policy_in_force() is policy_in_force()
    switch_on(alice, save(alice, ON_DOCUMENTS))
    assert policy_in_force().number == 2

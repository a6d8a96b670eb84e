"""A run of screening over what is stored: resumed, told of, bounded, and for whom."""

import io

import pytest
from django.core.management import CommandError, call_command

from audit.models import AuditEvent
from console.accounts.actor import system_actor
from console.platform.errors import NotPermittedError
from console.tenancy.scope import tenant_scope
from memory.actions import begin_screening
from memory.models import (
    Memory,
    MemoryFingerprint,
    ReviewItem,
    ScreeningRun,
    State,
)
from memory.rescreening import ScreeningBrokenError
from tests.cast import a_memory, remember
from tests.screening.test_screen_stored import (
    COUNT,
    colours,
    command,
    new_rules,
    sweep,
    the_run,
    told,
)

__all__ = ["new_rules"]


class Killed(BaseException):
    """What no except clause of ours would catch."""


def test_a_sweep_that_is_killed_goes_on_where_it_was(acme, robo, new_rules):
    ids = [a_memory(robo, f"Crimson door number {n}, crimson.").id for n in range(COUNT)]
    seen = []

    def dying(content):
        seen.append(content)
        if len(seen) == 4:  # in the second batch of two
            raise Killed
        return colours(content)

    new_rules(dying)
    with pytest.raises(Killed):
        sweep(acme)
    with tenant_scope(acme.id):
        run = the_run()
        assert (run.looked_at, run.quarantined, run.total) == (2, 2, COUNT)
        assert not run.is_ended
        states = dict(Memory.objects.values_list("id", "state"))
        assert [states[one] == State.QUARANTINED for one in ids] == [True] * 2 + [False] * 5
    sweep(acme)
    with tenant_scope(acme.id):
        run = the_run()
        assert run.is_ended
        assert (run.looked_at, run.quarantined) == (COUNT, COUNT)
        assert ScreeningRun.objects.count() == 1
        assert ReviewItem.objects.count() == COUNT
        assert AuditEvent.objects.filter(kind="memory.quarantined").count() == COUNT
    # What was not committed was looked at again; what was is not.
    assert len(seen) == COUNT + 2


def test_the_same_rules_look_once(acme, robo, new_rules):
    a_memory(robo, "The crimson door is open.")
    new_rules()
    sweep(acme)
    sweep(acme)
    with tenant_scope(acme.id):
        assert ScreeningRun.objects.count() == 1


def test_a_detector_that_breaks_does_not_empty_the_memory(acme, robo, new_rules):
    memory = a_memory(robo)

    def broken(_content):
        raise RuntimeError("boom")

    new_rules(broken)
    with pytest.raises(ScreeningBrokenError):
        sweep(acme)
    with tenant_scope(acme.id):
        assert Memory.objects.get(id=memory.id).state == State.ACTIVE
        assert not ReviewItem.objects.exists()


def test_an_operator_sees_the_progress_after_each_batch(acme, robo, new_rules):
    for n in range(3):
        a_memory(robo, f"Crimson door number {n}, crimson.")
    a_memory(robo, "The purple door is open.")
    new_rules()
    steps = told(tenant="acme")
    assert [(one["looked_at"], one["quarantined"], one["reviews"]) for one in steps] == [
        (2, 2, 0),
        (4, 3, 1),
        (4, 3, 1),
    ]
    assert [one["ended"] for one in steps] == [False, False, True]
    assert {one["total"] for one in steps} == {4}


def test_a_dry_run_tells_the_same_and_changes_nothing(acme, robo, new_rules):
    memory = a_memory(robo, "The crimson door is open.")
    new_rules()
    assert "1 of 1 looked at, 1 would be quarantined" in command(tenant="acme", dry_run=True)
    with tenant_scope(acme.id):
        assert Memory.objects.get(id=memory.id).state == State.ACTIVE
        assert not ScreeningRun.objects.exists()
        assert not AuditEvent.objects.filter(kind__startswith="screening.").exists()
    assert told(tenant="acme")[-1]["quarantined"] == 1


def test_since_leaves_the_older_ones_alone(acme, robo, new_rules):
    a_memory(robo, "The crimson door is open.")
    new_rules()
    call_command("screen_memories", "--since=2999-01-01T00:00:00Z", stdout=io.StringIO())
    with tenant_scope(acme.id):
        assert the_run().total == 0
        assert Memory.objects.get().state == State.ACTIVE
    # And it does not count as a look at all of them.
    sweep(acme)
    with tenant_scope(acme.id):
        assert Memory.objects.get().state == State.QUARANTINED


@pytest.mark.parametrize("options", [{"tenant": "nobody"}, {"since": "yesterday"}])
def test_what_the_command_cannot_obey_it_refuses(acme, options):
    arguments = [f"--{name}={value}" for name, value in options.items()]
    with pytest.raises(CommandError):
        call_command("screen_memories", *arguments)


def test_another_tenants_memories_are_not_looked_at(acme, robo, globex, spybot, new_rules):
    theirs = a_memory(spybot, "The crimson door is open.")
    new_rules()
    sweep(acme)
    with tenant_scope(globex.id):
        assert Memory.objects.get(id=theirs.id).state == State.ACTIVE


def test_what_lost_its_fingerprint_has_one_again(acme, robo, new_rules):
    text = "Jonas likes his parcels delivered to the back door on Friday mornings."
    a_memory(robo, text)
    with tenant_scope(acme.id):
        MemoryFingerprint.objects.all().delete()
    new_rules()
    sweep(acme)
    codes = [one["code"] for one in remember(robo, text).version.findings]
    assert codes == ["near_duplicate"]


def test_the_system_may_and_a_reader_may_not(acme, robo, carol, in_acme):
    with pytest.raises(NotPermittedError):
        begin_screening(actor=carol.actor)
    assert begin_screening(actor=system_actor(acme.id, "test")).total == 0

"""A deletion is not taken for a removal, nor hidden by one."""

import json

import pytest

from audit.proof.pruned import payload_of
from tests.proof.log import leaves
from tests.pruning.old_log import (
    checkpoint,
    in_force,
    seal,
    swept,
    tampered,
    verification,
)


def test_events_that_are_gone_already_are_not_swept_under_a_removal(acme, alice, postgres):
    in_force(acme, alice)
    stolen = leaves(acme)[1].id
    tampered(postgres, "DELETE FROM audit_auditevent WHERE id = %s", stolen)
    line = swept(acme)
    assert (line["count"], line["reason"]) == (0, "refused")
    assert verification()[0] == {("event_deleted", 1)}


@pytest.mark.parametrize("place", [0, -1])
def test_a_deletion_that_no_event_tells_of_is_found(acme, alice, postgres, place):
    old = checkpoint(acme, 2)
    index = range(old.size)[place]
    tampered(postgres, "DELETE FROM audit_auditevent WHERE id = %s", leaves(acme)[index].id)
    assert verification()[0] == {("event_deleted", index)}


def test_a_deletion_behind_a_removal_is_found(acme, alice, postgres):
    in_force(acme, alice)
    swept(acme)
    old = checkpoint(acme, 2)
    tampered(postgres, "DELETE FROM audit_auditevent WHERE id = %s", leaves(acme)[old.size].id)
    assert verification()[0] == {("event_deleted", old.size)}


def test_an_event_that_was_edited_to_speak_for_a_deletion_does_not(acme, alice, postgres):
    in_force(acme, alice)
    swept(acme)
    seal()
    newer = checkpoint(acme, 3)
    tampered(
        postgres,
        "UPDATE audit_auditevent SET payload = %s WHERE kind = 'log.pruned'",
        json.dumps(payload_of(0, newer)),
    )
    tampered(
        postgres, "DELETE FROM audit_auditevent WHERE id = %s", leaves(acme)[newer.size - 1].id
    )
    found = verification()[0]
    assert ("event_deleted", newer.size - 1) in found
    assert ("event_deleted", 0) in found
    assert any(code == "event_changed" for code, _ in found)

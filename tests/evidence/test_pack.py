"""Real events, sealed, exported and verified by a program that shares nothing with the server."""

import json
import zipfile
from datetime import timedelta

import pytest
import time_machine

from audit.actions import export_evidence
from audit.evidence.extent import NothingSealedError
from audit.models import AuditEvent, Checkpoint
from audit.trail import forget_words
from console.accounts.permissions import Role
from console.administration import create_tenant
from console.platform.clock import now
from console.platform.errors import InvalidInputError, NotPermittedError
from console.tenancy.scope import tenant_scope
from memory.desk import set_desk
from tests.cast import a_memory, a_person, an_agent
from tests.desk.desk import about, approved
from tests.erasure.carrying import gone_on
from tests.evidence.packs import a_pack, key_of, seal, verified
from tests.proof.log import behind_the_applications_back, events, leaves, some_events


@pytest.fixture
def acme(committed_db):
    return create_tenant(slug="acme", name="Acme")


@pytest.fixture
def sealed(acme, dana):
    """Three checkpoints over what people and an agent did."""
    a_person(acme, "alice", Role.OWNER)
    seal(acme)
    robo = an_agent(acme, "robo")
    for number in range(5):
        a_memory(robo, f"The customer bought {number} lamps.")
    seal(acme)
    some_events(acme, 20)
    seal(acme)
    return acme


@pytest.fixture
def dana(acme):
    return a_person(acme, "dana", Role.AUDITOR).actor


def places(tenant):
    """The events, by their place in the log."""
    known = events(tenant)
    return [known[leaf.id] for leaf in leaves(tenant)]


def test_an_honest_pack_verifies_and_says_what_it_holds(dana, sealed, tmp_path):
    extent = a_pack(dana, tmp_path / "pack.zip")
    code, said = verified(tmp_path / "pack.zip", key_of(sealed))
    assert (code, said["findings"]) == (0, [])
    assert said["size"] == said["events"] == extent.size
    assert said["checkpoints"] == {"count": 3, "first": 1, "last": 3}
    with tenant_scope(sealed.id):
        taken = AuditEvent.objects.get(kind="evidence.exported")
    assert taken.actor_id == dana.id
    assert taken.payload["size"] == extent.size


def test_the_verifier_in_the_pack_verifies_the_pack(dana, sealed, tmp_path):
    pack = tmp_path / "pack.zip"
    a_pack(dana, pack)
    code, said = verified(pack, key_of(sealed), source=f"{pack}/verifier")
    assert (code, said["verdict"]) == (0, "ok")


def test_a_period_begins_and_ends_at_a_checkpoint(dana, sealed, tmp_path):
    with tenant_scope(sealed.id):
        first, second, third = Checkpoint.objects.order_by("number")
    between = first.made_at + (second.made_at - first.made_at) / 2
    extent = a_pack(dana, tmp_path / "pack.zip", between, second.made_at)
    assert (extent.first, extent.size) == (first.size, second.size)
    code, said = verified(tmp_path / "pack.zip", key_of(sealed))
    assert (code, said["checkpoints"]) == (0, {"count": 2, "first": 1, "last": 2})
    notes = tmp_path / "sink.log"
    notes.write_text("".join(json.dumps({"note": one.note}) + "\n" for one in (first, third)))
    code, said = verified(tmp_path / "pack.zip", key_of(sealed), "--checkpoint", str(notes))
    assert (code, said["outside"]["seen"]) == (0, 1)


def test_what_is_not_under_a_checkpoint_yet_is_said_to_wait(dana, sealed, tmp_path):
    some_events(sealed, 3)
    extent = a_pack(dana, tmp_path / "pack.zip")
    assert extent.waiting == 3
    with zipfile.ZipFile(tmp_path / "pack.zip") as pack:
        assert json.loads(pack.read("manifest.json"))["waiting"] == extent.waiting
        assert f"{extent.waiting} later events" in pack.read("README.md").decode()


def test_it_holds_the_policies_the_access_list_and_no_secret(dana, sealed, tmp_path):
    a_pack(dana, tmp_path / "pack.zip")
    with zipfile.ZipFile(tmp_path / "pack.zip") as pack:
        names = set(pack.namelist())
        access = json.loads(pack.read("access.json"))
        settings = json.loads(pack.read("settings.json"))
        everything = b"".join(pack.read(name) for name in names)
    assert {"policies/activations.json", "settings.json", "keys.txt", "leaves.bin"} <= names
    assert {member["role"] for member in access["members"]} == {"owner", "auditor"}
    assert {key["agent"] is None for key in access["keys"]} == {True, False}
    assert set(settings["retention"]) == {"memories", "traces", "event_days"}
    assert all("digest" not in key for key in access["keys"])
    assert b"lamps" not in everything  # memories' words are no evidence


def test_forgotten_words_leave_the_pack_verifying(dana, sealed, tmp_path):
    with tenant_scope(sealed.id):
        forget_words(AuditEvent.objects.values_list("id", flat=True))
    a_pack(dana, tmp_path / "pack.zip")
    code, said = verified(tmp_path / "pack.zip", key_of(sealed))
    assert (code, said["forgotten"]) == (0, said["events"])


def test_certificates_of_erasures_verify_until_a_byte_is_changed(postgres, dana, sealed, tmp_path):
    alice, bob = a_person(sealed, "alma", Role.OWNER), a_person(sealed, "bob", Role.REVIEWER)
    robo = an_agent(sealed, "rose")
    a_memory(robo, "Jonas prefers e-mail.", subject="jonas-weber")
    with tenant_scope(sealed.id):
        set_desk(actor=alice.actor, cool_off_hours=0)
        request = approved(bob, alice, about("jonas-weber"))
    assert gone_on(request).status == "completed"
    seal(sealed)
    a_pack(dana, tmp_path / "pack.zip")
    code, said = verified(tmp_path / "pack.zip", key_of(sealed))
    assert (code, said["findings"], said["certificates"]) == (0, [], 1)
    with zipfile.ZipFile(tmp_path / "pack.zip") as pack:
        certificate = pack.read(f"certificates/{request.reference}.note")
        everything = b"".join(pack.read(name) for name in pack.namelist())
    assert certificate.startswith(b"mnemoscope.erasure-certificate/1\n")
    assert b"jonas-weber" not in everything
    # The pack of an altered database is signed as a whole: the certificate's own signature tells.
    tampered(
        postgres,
        "UPDATE memory_erasurecertificate SET note = overlay(note PLACING '2'"
        " FROM position('\"memories\":1' IN note) + 11)"
        " WHERE tenant_id = %s AND position('\"memories\":1' IN note) > 0",
        sealed.id,
    )
    a_pack(dana, tmp_path / "pack.zip")
    with zipfile.ZipFile(tmp_path / "pack.zip") as pack:
        altered = pack.read(f"certificates/{request.reference}.note")
    assert sum(one != other for one, other in zip(certificate, altered, strict=True)) == 1
    code, said = verified(tmp_path / "pack.zip", key_of(sealed))
    [finding] = said["findings"]
    assert (code, finding["kind"], said["certificates"]) == (1, "edit", 0)
    assert f"{request.reference}.note' was altered" in finding["says"]


def tampered(postgres, statement, *values):
    with behind_the_applications_back(postgres) as superuser:
        assert superuser.execute(statement, values).rowcount


@pytest.mark.parametrize("place", [0, 11, -1])
def test_a_superusers_edit_is_found_at_its_place(postgres, dana, sealed, tmp_path, place):
    event = places(sealed)[place]
    tampered(
        postgres,
        "UPDATE audit_auditevent SET outcome = 'refused' WHERE tenant_id = %s AND id = %s",
        sealed.id,
        event.id,
    )
    a_pack(dana, tmp_path / "pack.zip")
    code, said = verified(tmp_path / "pack.zip", key_of(sealed))
    assert code == 1
    [finding] = said["findings"]
    assert (finding["kind"], finding["event"]) == ("edit", str(event.id))


def test_a_superusers_deletion_is_found_at_its_place(postgres, dana, sealed, tmp_path):
    known = places(sealed)
    statement = "DELETE FROM audit_auditevent WHERE tenant_id = %s AND id = %s"
    tampered(postgres, statement, sealed.id, known[9].id)
    a_pack(dana, tmp_path / "pack.zip")
    code, said = verified(tmp_path / "pack.zip", key_of(sealed))
    assert code == 1
    assert [(one["kind"], one["index"]) for one in said["findings"]] == [("deletion", 9)]
    tampered(postgres, statement, sealed.id, known[-1].id)
    a_pack(dana, tmp_path / "pack.zip")
    _, said = verified(tmp_path / "pack.zip", key_of(sealed))
    assert [one["kind"] for one in said["findings"]] == ["deletion", "cut tail"]


def test_a_superusers_re_dating_is_found_with_the_true_time(postgres, dana, sealed, tmp_path):
    event = places(sealed)[7]
    tampered(
        postgres,
        "UPDATE audit_auditevent SET recorded_at = recorded_at - interval '90 seconds'"
        " WHERE tenant_id = %s AND id = %s",
        sealed.id,
        event.id,
    )
    a_pack(dana, tmp_path / "pack.zip")
    code, said = verified(tmp_path / "pack.zip", key_of(sealed))
    [finding] = said["findings"]
    assert (code, finding["kind"], finding["index"]) == (1, "re-dating", 7)
    assert f"{event.recorded_at:%H:%M:%S.%f}" in finding["says"]


def test_a_superusers_change_of_words_is_found(postgres, dana, sealed, tmp_path):
    event = places(sealed)[5]
    tampered(
        postgres,
        "UPDATE audit_auditevent SET actor_label = 'somebody else'"
        " WHERE tenant_id = %s AND id = %s",
        sealed.id,
        event.id,
    )
    a_pack(dana, tmp_path / "pack.zip")
    code, said = verified(tmp_path / "pack.zip", key_of(sealed))
    assert code == 1
    assert [(one["kind"], one["index"]) for one in said["findings"]] == [("edit", 5)]


def test_whoever_rewrites_leaves_and_tiles_as_well_is_found(postgres, dana, sealed, tmp_path):
    event = places(sealed)[6]
    for statement in (
        "DELETE FROM audit_auditevent WHERE tenant_id = %s AND id = %s",
        "DELETE FROM audit_logleaf WHERE tenant_id = %s AND id = %s",
    ):
        tampered(postgres, statement, sealed.id, event.id)
    a_pack(dana, tmp_path / "pack.zip")
    code, said = verified(tmp_path / "pack.zip", key_of(sealed))
    assert (code, said["findings"][0]["kind"]) == (1, "deletion")


def test_a_cut_tail_is_told_by_what_the_anchors_kept(postgres, dana, sealed, tmp_path):
    with tenant_scope(sealed.id):
        newest = Checkpoint.objects.order_by("-number").first()
    (tmp_path / "kept").write_text(newest.note)
    for table, column, least in (
        ("audit_checkpoint", "number", newest.number),
        ("audit_logleaf", "index", newest.size - 20),
    ):
        tampered(
            postgres,
            f"DELETE FROM {table} WHERE tenant_id = %s AND {column} >= %s",
            sealed.id,
            least,
        )
    with time_machine.travel(now() + timedelta(minutes=2)):
        extent = a_pack(dana, tmp_path / "pack.zip")
    assert extent.size < newest.size
    code, said = verified(tmp_path / "pack.zip", key_of(sealed))
    assert code == 0  # by itself it is whole
    code, said = verified(
        tmp_path / "pack.zip", key_of(sealed), "--checkpoint", str(tmp_path / "kept")
    )
    [finding] = said["findings"]
    assert (code, finding["kind"], finding["index"]) == (1, "cut tail", extent.size)


def test_before_the_first_checkpoint_there_is_nothing_to_take(dana, acme):
    with tenant_scope(acme.id), pytest.raises(NothingSealedError):
        export_evidence(actor=dana, begins=None, ends=None)
    with tenant_scope(acme.id):
        assert not AuditEvent.objects.filter(kind="evidence.exported").exists()


def test_a_period_that_ends_before_it_begins_is_none(dana, sealed):
    with tenant_scope(sealed.id), pytest.raises(InvalidInputError):
        export_evidence(actor=dana, begins=now(), ends=now() - timedelta(days=1))


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.READER])
def test_who_may_not_see_the_trail_and_the_members_takes_nothing(acme, role):
    actor = a_person(acme, "bob", role).actor
    seal(acme)
    with tenant_scope(acme.id), pytest.raises(NotPermittedError):
        export_evidence(actor=actor, begins=None, ends=None)


def test_a_pack_is_of_one_tenant_alone(dana, sealed, tmp_path):
    globex = create_tenant(slug="globex", name="Globex")
    some_events(globex, 30)
    seal(globex)
    a_pack(dana, tmp_path / "pack.zip")
    with zipfile.ZipFile(tmp_path / "pack.zip") as pack:
        everything = b"".join(pack.read(name) for name in pack.namelist())
    assert str(globex.id).encode() not in everything

"""Somebody with the superuser's rights changes history, and the verification names what."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from audit.anchors.notes_file import path_of
from audit.models import AuditEvent, Checkpoint
from audit.proof.checkpoints import signers
from audit.proof.entry import entry_of
from audit.proof.merkle import CompactRange, leaf_hash
from audit.proof.notes import Signer, note_of, origin_of, signed
from audit.proof.sequencer import Sequencer
from audit.trail import forget_words
from console.administration import create_tenant
from console.tenancy.scope import tenant_scope
from tests.proof.log import behind_the_applications_back, leaves, some_events
from tests.proof.test_sequencer import a_sequencer

AT = 560  # a place amid the log, past the second tile


@pytest.fixture
def tenant(committed_db, settings, tmp_path):
    """A log of 603 events under three checkpoints."""
    settings.ANCHOR_DIR = str(tmp_path / "anchors")
    acme = create_tenant(slug="acme", name="Acme")
    a_sequencer().finish()
    for count in (200, 401):
        some_events(acme, count)
        a_sequencer().finish()
    return acme


@pytest.fixture
def tamper(postgres, tenant):
    """As a superuser whom no trigger stops; `{at}` is the event in the place AT."""
    at = leaves(tenant)[AT].id

    def run(statement, *parameters):
        with behind_the_applications_back(postgres) as superuser:
            cursor = superuser.cursor()
            cursor.execute(statement.replace("{at}", f"'{at}'"), parameters)
            assert cursor.rowcount > 0

    return run


def verified():
    """What the command found, as codes with where."""
    out = StringIO()
    try:
        call_command("verify_audit", "--json", stdout=out)
    except CommandError:
        failed = True
    else:
        failed = False
    report = json.loads(out.getvalue())["acme"]
    assert failed == bool(report["found"])
    assert report["found"] == len(report["problems"])
    return {(one["code"], one["checkpoint"] or one["index"]) for one in report["problems"]}


def test_a_log_that_nobody_touched_is_well(tenant, capsys):
    call_command("verify_audit")
    said = capsys.readouterr().out
    assert "acme: 603 events and 3 checkpoints verified; all is well." in said
    with tenant_scope(tenant.id):
        event = AuditEvent.objects.get(kind="log.verified")
    assert event.payload == {"events": 603, "checkpoints": 3, "problems": 0}


def test_a_log_that_is_written_to_meanwhile_is_well(tenant):
    some_events(tenant, 3)
    Sequencer.round(a_sequencer())
    some_events(tenant, 2)
    assert verified() == set()


def test_a_tenant_without_a_log_yet_is_well(tenant):
    create_tenant(slug="globex", name="Globex")
    assert verified() == set()


def test_words_that_are_forgotten_by_the_rules_are_no_tampering(tenant):
    with tenant_scope(tenant.id):
        assert forget_words([leaves(tenant)[AT].id]) == 1
    assert verified() == set()


EVENT = "UPDATE audit_auditevent SET {} WHERE id = {{at}}".format
TILE = "UPDATE audit_logtile SET hashes = overlay(hashes placing '\\x00' from 5) WHERE {}".format
A_COPY = """
INSERT INTO audit_auditevent SELECT (
  jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid()))).*
FROM audit_auditevent e WHERE id = {at}
"""
UNSIGNED = "UPDATE audit_checkpoint SET note = replace(note, '— ', '— x') WHERE number = 3"
TAMPERINGS = {
    "an event's reason": (EVENT("reason = 'x'"), {("event_changed", AT)}),
    "its time, by as little as can be": (
        EVENT("recorded_at = recorded_at - interval '1 us'"),
        {("event_changed", AT)},
    ),
    "its payload": (EVENT("""payload = '{"a": 1}'"""), {("event_changed", AT)}),
    "who acted, by name": (EVENT("actor_label = 'Mallory'"), {("words_changed", AT)}),
    "the salt alone": (EVENT("salt = NULL"), {("words_changed", AT)}),
    "an event is gone": (
        "DELETE FROM audit_auditevent WHERE id = {at}",
        {("event_deleted", AT)},
    ),
    "an event is added": (A_COPY, {("event_inserted", None)}),
    "a tile": (TILE("level = 0 AND number = 2"), {("tile_changed", 512)}),
    "a tile above": (TILE("level = 1"), {("tile_changed", 0)}),
    "a tile is gone": (
        "DELETE FROM audit_logtile WHERE level = 0 AND number = 1",
        {("tile_changed", 256)},
    ),
    "a checkpoint is gone": (
        "DELETE FROM audit_checkpoint WHERE number = 2",
        {("checkpoint_missing", 3), ("kept_differs", 2)},
    ),
    "when a checkpoint was made": (
        "UPDATE audit_checkpoint SET made_at = now() WHERE number = 2",
        {("checkpoint_changed", 2)},
    ),
    "a signature": (UNSIGNED, {("signature_invalid", 3), ("kept_differs", 3)}),
    "the tail of the log": (
        "DELETE FROM audit_logleaf WHERE index > 580",
        {("tail_missing", 3), ("event_inserted", None)},
    ),
}


@pytest.mark.parametrize(("statement", "found"), TAMPERINGS.values(), ids=TAMPERINGS)
def test_what_was_changed_is_named(tenant, tamper, statement, found):
    tamper(statement)
    assert verified() == found


def test_the_sentence_says_which_event_and_what_that_means(tenant, tamper, capsys):
    tamper("UPDATE audit_auditevent SET reason = 'x' WHERE id = {at}")
    with pytest.raises(CommandError, match="1 do not hold"):
        call_command("verify_audit", "--tenant", "acme")
    said = capsys.readouterr().out
    event = leaves(tenant)[AT].id
    assert f"event {event}, place {AT}: event_changed" in said
    assert "event_changed: it is not what was put into the log." in said


def test_a_leaf_that_was_changed_with_its_event_gives_the_tree_away(tenant, tamper):
    tamper("UPDATE audit_auditevent SET reason = 'x' WHERE id = {at}")
    with tenant_scope(tenant.id):
        event = AuditEvent.objects.get(id=leaves(tenant)[AT].id)
    tamper(
        "UPDATE audit_logleaf SET leaf_hash = %s WHERE index = %s", leaf_hash(entry_of(event)), AT
    )
    assert verified() == {("tile_changed", 512), ("root_differs", 3)}


def test_a_leaf_of_a_full_tile_gives_the_tile_above_away_too(tenant, tamper):
    tamper("UPDATE audit_logleaf SET leaf_hash = sha256('x') WHERE index = 300")
    assert verified() == {
        ("event_changed", 300),
        ("tile_changed", 256),
        ("tile_changed", 0),
        ("root_differs", 3),
    }


def rewritten(tenant, postgres, signer):
    """An event and all that follows from it: leaf, tiles, the checkpoint and its signature."""
    at = leaves(tenant)[AT]
    with behind_the_applications_back(postgres) as superuser:
        superuser.execute("UPDATE audit_auditevent SET reason = 'x' WHERE id = %s", [at.id])
    with tenant_scope(tenant.id):
        changed = leaf_hash(entry_of(AuditEvent.objects.get(id=at.id)))
        before, last = Checkpoint.objects.order_by("number")[1:3]
    hashes = [bytes(leaf.leaf_hash) for leaf in leaves(tenant)]
    hashes[AT] = changed
    tree, tiles = CompactRange(), {}
    for number, leaf in enumerate(hashes):
        tree.append(leaf)
        tiles.setdefault(number // 256, []).append(leaf)
        if tree.size == last.size:
            root = tree.root
    upper = []
    for row in tiles.values():
        part = CompactRange()
        for leaf in row:
            part.append(leaf)
        upper += [part.root] if len(row) == 256 else []
    body = note_of(
        origin=origin_of(tenant.id),
        size=last.size,
        root=root,
        number=last.number,
        made_at=last.made_at,
        before=before.note,
    )
    with behind_the_applications_back(postgres) as superuser:
        superuser.execute("UPDATE audit_logleaf SET leaf_hash = %s WHERE index = %s", [changed, AT])
        for number, row in tiles.items():
            superuser.execute(
                "UPDATE audit_logtile SET hashes = %s WHERE level = 0 AND number = %s",
                [b"".join(row), number],
            )
        superuser.execute("UPDATE audit_logtile SET hashes = %s WHERE level = 1", [b"".join(upper)])
        superuser.execute(
            "UPDATE audit_checkpoint SET root = %s, note = %s WHERE number = %s",
            [root, signed(body, [signer]), last.number],
        )


def test_who_rewrites_all_of_it_cannot_sign_it(tenant, postgres):
    forger = Signer(origin_of(tenant.id), bytes(32))
    rewritten(tenant, postgres, forger)
    assert ("signature_invalid", 3) in verified()


def test_who_has_the_keys_too_is_found_out_by_what_is_kept_elsewhere(tenant, postgres):
    with tenant_scope(tenant.id):
        key = signers()[0]
    rewritten(tenant, postgres, key)
    assert verified() == {("kept_differs", 3)}
    path_of(tenant.id).unlink()
    assert verified() == set(), "nobody can tell without what is kept elsewhere"


def test_a_kept_file_that_somebody_edited_is_told(tenant):
    path = path_of(tenant.id)
    path.write_text(path.read_text() + "{}\n")
    assert verified() == {("kept_unreadable", None)}

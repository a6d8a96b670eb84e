"""What the file beside the database was told, the database cannot take back unseen."""

import json
import stat

import pytest
from django.db import connection
from django.db.utils import ProgrammingError

from audit.anchors import deliver_new
from audit.anchors.notes_file import path_of
from audit.models import Anchor, AuditEvent
from audit.models.stream import THE_FILE, StreamState
from console.tenancy.scope import tenant_scope
from tests.streams.sequenced import a_checkpoint


@pytest.fixture
def file(settings, tmp_path, acme):
    settings.ANCHOR_DIR = str(tmp_path / "elsewhere" / "anchors")
    return path_of(acme.id)


def checkpoints(tenant, count):
    with tenant_scope(tenant.id):
        return [a_checkpoint().note for _ in range(count)]


def notes(file):
    return [json.loads(line)["note"] for line in file.read_text().splitlines()]


def anchored(tenant):
    with tenant_scope(tenant.id):
        return list(Anchor.objects.order_by("checkpoint").values_list("checkpoint", "sink"))


def events(tenant, kind):
    with tenant_scope(tenant.id):
        return [event.payload for event in AuditEvent.objects.filter(kind=kind)]


def state_of(tenant):
    with tenant_scope(tenant.id):
        return StreamState.objects.get(id=THE_FILE)


def test_each_checkpoint_is_put_down_once_in_order_for_nobody_else_to_read(file, acme):
    made = checkpoints(acme, 2)
    assert deliver_new(acme.id) == 2
    assert deliver_new(acme.id) == 0
    made += checkpoints(acme, 1)
    assert deliver_new(acme.id) == 1
    assert notes(file) == made
    assert anchored(acme) == [(1, "file"), (2, "file"), (3, "file")]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert state_of(acme).next == 4


def test_tenants_have_files_of_their_own(file, acme, globex):
    checkpoints(acme, 1)
    theirs = checkpoints(globex, 1)
    deliver_new(acme.id)
    deliver_new(globex.id)
    assert notes(path_of(globex.id)) == theirs
    assert path_of(globex.id) != file


def test_a_crash_after_the_file_and_before_the_database_doubles_nothing(file, acme):
    made = checkpoints(acme, 2)
    file.parent.mkdir(parents=True)
    file.write_text("".join(json.dumps({"note": note}) + "\n" for note in made))
    assert deliver_new(acme.id) == 0
    assert notes(file) == made
    assert anchored(acme) == [(1, "file"), (2, "file")]


def test_a_crash_within_a_line_leaves_whole_lines(file, acme):
    made = checkpoints(acme, 2)
    file.parent.mkdir(parents=True)
    whole = json.dumps({"note": made[0]}) + "\n"
    file.write_text(whole + json.dumps({"note": made[1]})[:40])
    assert deliver_new(acme.id) == 1
    assert notes(file) == made


@pytest.mark.parametrize(
    ("other", "number"),
    [
        (lambda note: note.replace("root", "toor"), 2),
        (lambda note: note.replace(" 2 2", " 7 2"), 7),
    ],
    ids=["rewritten", "restored from before"],
)
def test_a_log_that_lacks_what_its_file_holds_is_told_once_and_added_to_no_more(
    file, acme, other, number
):
    made = checkpoints(acme, 2)
    held = [made[0], other(made[1])]
    assert held != made
    file.parent.mkdir(parents=True)
    file.write_text("".join(json.dumps({"note": note}) + "\n" for note in held))
    checkpoints(acme, 1)
    assert deliver_new(acme.id) == 0
    assert deliver_new(acme.id) == 0
    assert notes(file) == held
    assert anchored(acme) == []
    assert events(acme, "log.forked") == [{"checkpoint": number}]
    assert (state_of(acme).last_error, state_of(acme).attempts) == ("forked", 2)


def test_a_file_that_lost_its_end_is_mended_and_told_of(file, acme):
    made = checkpoints(acme, 3)
    deliver_new(acme.id)
    file.write_text(json.dumps({"note": made[0]}) + "\n")
    assert deliver_new(acme.id) == 2
    assert notes(file) == made
    assert events(acme, "anchor.file_cut") == [{"kept": 1, "had": 3}]


def test_a_file_that_says_something_else_is_left_alone(file, acme):
    checkpoints(acme, 1)
    file.parent.mkdir(parents=True)
    file.write_text("not ours\n")
    assert deliver_new(acme.id) == 0
    assert file.read_text() == "not ours\n"
    assert state_of(acme).last_error == "unreadable"
    assert anchored(acme) == []


def test_a_folder_that_cannot_be_written_is_noted_and_tried_again(file, acme):
    made = checkpoints(acme, 1)
    file.parent.parent.write_text("a file where the folder should be")
    assert deliver_new(acme.id) == 0
    assert state_of(acme).last_error == "not_written"
    file.parent.parent.unlink()
    assert deliver_new(acme.id) == 1
    assert notes(file) == made
    assert (state_of(acme).last_error, state_of(acme).attempts) == ("", 0)


def test_what_was_anchored_cannot_be_taken_back(file, acme):
    checkpoints(acme, 1)
    deliver_new(acme.id)
    for change in ("UPDATE audit_anchor SET sink = 'x'", "DELETE FROM audit_anchor"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            tenant_scope(acme.id),
            connection.cursor() as cursor,
        ):
            cursor.execute(change)
    assert anchored(acme) == [(1, "file")]

"""A restored log beside the file that stood outside: whole, too short, or another."""

import json

import pytest

from audit.anchors import deliver_new
from audit.anchors.notes_file import path_of
from audit.anchors.restored import Beside, Comparison, compare, put_aside
from console.tenancy.scope import tenant_scope
from tests.streams.sequenced import a_checkpoint


@pytest.fixture
def file(settings, tmp_path, acme):
    settings.ANCHOR_DIR = str(tmp_path / "anchors")
    return path_of(acme.id)


@pytest.fixture
def made(acme, file):
    """Two checkpoints, in the log and in the file."""
    with tenant_scope(acme.id):
        checkpoints = [a_checkpoint() for _ in range(2)]
    deliver_new(acme.id)
    return checkpoints


def a_later_one(of, *, events):
    """As the lost database went on: its next checkpoint, which no backup has."""
    lines = of.note.splitlines()
    lines[1] = str(of.size + events)
    lines[3] = lines[3].replace(f"checkpoint {of.number} ", f"checkpoint {of.number + 1} ")
    return "\n".join(lines) + "\n"


def add(file, note):
    with file.open("a") as lines:
        lines.write(json.dumps({"note": note}) + "\n")


def test_a_log_with_the_newest_checkpoint_is_whole(acme, file, made):
    size = made[1].size
    assert compare(acme.id) == Comparison(Beside.WHOLE, 2, size, 2, size)


def test_a_log_that_went_on_since_is_whole_too(acme, file, made):
    with tenant_scope(acme.id):
        a_checkpoint()
    assert compare(acme.id).beside is Beside.WHOLE


def test_what_is_lost_of_a_shorter_log_is_counted(acme, file, made):
    add(file, a_later_one(made[1], events=7))
    compared = compare(acme.id)
    assert (compared.beside, compared.checkpoint, compared.outside) == (Beside.SHORT, 2, 3)
    assert compared.lost_events == 7


@pytest.mark.parametrize("place", ["newest", "before"])
def test_a_log_that_was_changed_is_another(acme, file, made, place):
    notes = [one.note for one in made]
    if place == "before":
        notes.append(a_later_one(made[1], events=7))
    changed = [note.replace("mnemoscope/", "mnemoscope.", 1) for note in notes]
    file.write_text("".join(json.dumps({"note": note}) + "\n" for note in changed))
    assert compare(acme.id).beside is Beside.OTHER


def test_without_a_file_there_is_nothing_to_compare_with(acme, file):
    assert compare(acme.id) == Comparison(Beside.NOTHING)
    assert not file.exists()


def test_a_file_put_aside_is_kept_and_a_new_one_begins(acme, file, made):
    add(file, a_later_one(made[1], events=7))
    said = file.read_text()
    aside = put_aside(acme.id)
    assert aside.read_text() == said
    assert deliver_new(acme.id) == 2
    assert compare(acme.id).beside is Beside.WHOLE


def test_another_tenants_file_says_nothing_of_ours(acme, globex, file, made):
    assert compare(globex.id).beside is Beside.NOTHING

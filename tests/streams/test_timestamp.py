"""Somebody independent signs what the log was, and when: believed only where it verifies."""

import shutil
import subprocess
from datetime import timedelta

import pytest
import time_machine

from audit.models import Anchor
from audit.models.stream import StreamState
from audit.streams.sending import TIMESTAMP_PAUSE, send_due
from console.platform.clock import now
from console.platform.errors import InvalidInputError
from console.tenancy.scope import tenant_scope
from tests.streams.sequenced import a_checkpoint
from tests.streams.tsa import make_authority, timestamping

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is the authority")


@pytest.fixture
def authority(settings, tmp_path):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with timestamping(tmp_path) as one:
        yield one


@pytest.fixture
def stamped(authority, a_stream):
    def make(root):
        return a_stream(authority.url, kind="timestamp", sends="checkpoints", certificates=root)

    return make


def checkpoints(acme, count):
    with tenant_scope(acme.id):
        return [a_checkpoint().note for _ in range(count)]


def test_the_newest_checkpoint_is_timestamped_and_anybody_can_verify_it(acme, authority, stamped):
    stamped(authority.root)
    notes = checkpoints(acme, 3)
    [result] = send_due(acme.id)
    assert result.error == ""
    with tenant_scope(acme.id):
        anchor = Anchor.objects.get()
    assert anchor.checkpoint == 3
    folder = authority.folder
    (folder / "note").write_text(notes[-1])
    (folder / "answer").write_bytes(anchor.receipt)
    verify = ["openssl", "ts", "-verify", "-CAfile", "root.pem", "-in", "answer", "-data", "note"]
    said = subprocess.run(verify, cwd=folder, check=True, capture_output=True, text=True)
    assert "Verification: OK" in said.stdout + said.stderr


def test_an_authority_is_not_asked_more_often_than_it_likes(acme, authority, stamped):
    stamped(authority.root)
    checkpoints(acme, 1)
    assert send_due(acme.id)
    checkpoints(acme, 1)
    assert send_due(acme.id) == []
    with time_machine.travel(now() + TIMESTAMP_PAUSE, tick=True):
        [result] = send_due(acme.id)
    assert result.error == ""


def test_a_timestamp_of_another_authority_or_of_something_else_anchors_nothing(
    acme, authority, stamped, tmp_path
):
    other = tmp_path / "other"
    other.mkdir()
    issued = stamped(make_authority(other))
    checkpoints(acme, 1)
    [result] = send_due(acme.id)
    assert result.error == "bad_timestamp"
    with tenant_scope(acme.id):
        assert StreamState.objects.get(id=issued.id).next == 0
        assert not Anchor.objects.exists()


def test_an_answer_to_another_question_anchors_nothing(acme, authority, stamped):
    stamped(authority.root)
    checkpoints(acme, 1)
    send_due(acme.id)
    authority.replays = True
    checkpoints(acme, 1)
    with time_machine.travel(now() + TIMESTAMP_PAUSE, tick=True):
        [result] = send_due(acme.id)
    assert result.error == "bad_timestamp"
    with tenant_scope(acme.id):
        assert list(Anchor.objects.values_list("checkpoint", flat=True)) == [1]


@pytest.mark.parametrize("root", ["", "not a certificate"])
def test_an_authority_without_a_root_to_believe_is_refused(stamped, root):
    with pytest.raises(InvalidInputError, match="PEM"):
        stamped(root)


def test_it_is_tried_again_later(acme, authority, stamped, settings):
    stamped(authority.root)
    checkpoints(acme, 1)
    settings.WEBHOOK_ALLOW_PRIVATE = False
    [result] = send_due(acme.id)
    assert result.error == "address_refused"
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with time_machine.travel(now() + timedelta(seconds=6), tick=True):
        [result] = send_due(acme.id)
    assert result.error == ""

"""The page on which an auditor takes an evidence pack."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import AuditEvent, Checkpoint
from console.administration import create_tenant
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from tests.evidence.packs import key_of, seal, verified
from tests.proof.log import some_events

PAGE = "/audit/evidence"


@pytest.fixture
def acme(committed_db):
    """Committed: what is of a running transaction is not sealed yet."""
    return create_tenant(slug="acme", name="Acme")


@pytest.fixture
def globex(committed_db):
    return create_tenant(slug="globex", name="Globex")


@pytest.fixture
def sealed(acme, dana):
    seal(acme)
    return acme


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_dana_sees_what_a_pack_would_hold_and_takes_one_that_verifies(desk, dana, sealed, tmp_path):
    page = desk(dana).get(PAGE)
    assert page.status_code == 200
    with tenant_scope(sealed.id):
        checkpoint = Checkpoint.objects.get()
        recorded = AuditEvent.objects.count()
    assert f"Events {checkpoint.size}" in text_of(page)
    assert f"{recorded - checkpoint.size} newer event" in text_of(page)
    taken = desk(dana).post(PAGE, {"begins": "", "ends": ""})
    assert taken["Content-Type"] == "application/zip"
    assert "evidence-beginning-to-" in taken["Content-Disposition"]
    pack = tmp_path / "pack.zip"
    pack.write_bytes(taken.getvalue())
    code, said = verified(pack, key_of(sealed))
    assert (code, said["size"]) == (0, checkpoint.size)
    with tenant_scope(sealed.id):
        event = AuditEvent.objects.get(kind="evidence.exported")
    assert (event.actor_id, event.payload["size"]) == (dana.user.id, checkpoint.size)


def test_a_period_is_chosen_by_days(desk, dana, sealed):
    today = f"{now():%Y-%m-%d}"
    taken = desk(dana).post(PAGE, {"begins": today, "ends": today})
    with zipfile.ZipFile(io.BytesIO(taken.getvalue())) as pack:
        assert f'"from": "{today}T00:00:00.000000Z"'.encode() in pack.read("manifest.json")


def test_a_period_that_is_none_is_named_and_nothing_is_taken(desk, dana, sealed):
    tomorrow = f"{now() + timedelta(days=1):%Y-%m-%d}"
    for answer, status in (
        (desk(dana).get(PAGE, {"begins": tomorrow}), 200),
        (desk(dana).post(PAGE, {"begins": tomorrow}), 422),
        (desk(dana).post(PAGE, {"begins": "31.12.2026"}), 422),
    ):
        assert answer.status_code == status
        assert "no period" in text_of(answer)
    with tenant_scope(sealed.id):
        assert not AuditEvent.objects.filter(kind="evidence.exported").exists()


def test_before_the_first_checkpoint_the_page_says_so(desk, dana):
    assert "Nothing is sealed yet" in text_of(desk(dana).get(PAGE))
    assert desk(dana).post(PAGE, {}).status_code == 422


def test_whoever_may_not_see_the_members_finds_no_such_page(desk, bob, carol, mallory, sealed):
    assert desk(bob).get(PAGE).status_code == 404
    assert desk(carol).post(PAGE, {}).status_code == 404
    assert PAGE not in desk(bob).get("/audit/").content.decode()
    assert "Nothing is sealed yet" in text_of(desk(mallory).get(PAGE))


def test_it_is_asked_again_who_takes_it(desk, dana, sealed):
    client = desk(dana)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 0}]
    session.save()
    assert client.post(PAGE, {}).status_code == 302


def test_the_page_asks_no_more_of_the_database_when_there_is_more(desk, dana, sealed):
    client = desk(dana)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        client.get(PAGE)
    for _ in range(3):
        some_events(sealed, 5)
        seal(sealed)
    with CaptureQueriesContext(connection) as more:
        client.get(PAGE)
    assert len(more) <= len(few)

"""What proves an event, as a person sees it and takes it along."""

import html
import re

import orjson
import pytest
from mnemoscope_verify.inclusion import fault_in, parse_proof
from mnemoscope_verify.notes import parse_key

from audit.models import AuditEvent
from audit.trail import append, forget_words
from console.accounts.permissions import Role
from console.administration import create_tenant
from console.tenancy.scope import tenant_scope
from tests.cast import a_person
from tests.proof.log import behind_the_applications_back, checkpoint_of, sequence_all


@pytest.fixture
def acme(committed_db):
    return create_tenant(slug="acme", name="Acme")


@pytest.fixture
def dana(acme):
    return a_person(acme, "dana", Role.AUDITOR)


@pytest.fixture
def event(acme, dana):
    payload = {"purpose": "</pre> \u202e \r\n 1 < 2"}
    with tenant_scope(acme.id):
        append(kind="memory.recalled", actor=dana.actor, text="She\r\nasked.", payload=payload)
        return AuditEvent.objects.get(kind="memory.recalled")


def sealed(tenant):
    sequence_all(tenant)
    return checkpoint_of(tenant)


def exact(page, name):
    """The text of an element, as a script reads it."""
    return html.unescape(re.search(rf"<pre[^>]* {name}>(.*?)</pre>", page, re.DOTALL)[1])


def test_an_event_goes_from_recorded_to_sequenced_and_says_so(desk, acme, dana, event):
    client = desk(dana)
    assert ">recorded</span>" in client.get("/audit/").content.decode()
    page = client.get(f"/audit/{event.id}").content.decode()
    assert "The log takes it within seconds" in page
    assert "data-verify" not in page
    assert client.get(f"/audit/{event.id}/proof.json").status_code == 409
    sealed(acme)
    assert ">sequenced</span>" in client.get("/audit/").content.decode()
    page = client.get(f"/audit/{event.id}").content.decode()
    assert "data-verify" in page
    assert "No checkpoint that covers it is kept outside the database yet." in page


def test_the_proof_that_dana_downloads_verifies_without_us(desk, acme, dana, event):
    sealed(acme)
    said = orjson.loads(desk(dana).get(f"/audit/{event.id}/proof.json").content)
    keys = [parse_key(key) for key in said["keys"]]
    assert fault_in(parse_proof(said), keys) is None
    changed = said | {"entry": said["entry"].replace("memory.recalled", "memory.retired")}
    assert fault_in(parse_proof(changed), keys) is not None


def test_the_page_shows_what_is_hashed_to_the_letter(desk, acme, dana, event):
    sealed(acme)
    client = desk(dana)
    page = client.get(f"/audit/{event.id}").content.decode()
    said = orjson.loads(client.get(f"/audit/{event.id}/proof.json").content)
    assert exact(page, "data-entry") == said["entry"]
    assert orjson.loads(exact(page, "data-words")) == said["words"]
    assert exact(page, "data-note") == said["checkpoint"]["note"]
    assert said["words"]["note"] == "She\r\nasked."
    assert re.findall(r"data-hash>([^<]+)<", page) == said["hashes"]
    assert re.findall(r"data-key>([^<]+)<", page) == said["keys"]


def test_an_event_whose_words_were_erased_still_verifies(desk, acme, dana, event):
    sealed(acme)
    with tenant_scope(acme.id):
        forget_words([event.id])
    client = desk(dana)
    page = client.get(f"/audit/{event.id}").content.decode()
    assert exact(page, "data-words") == "null"
    assert "Somebody whose name was erased" in page
    said = orjson.loads(client.get(f"/audit/{event.id}/proof.json").content)
    assert fault_in(parse_proof(said), [parse_key(key) for key in said["keys"]]) is None


def test_a_log_that_lost_a_part_says_so(desk, acme, dana, event, postgres):
    sealed(acme)
    with behind_the_applications_back(postgres) as superuser:
        superuser.execute("DELETE FROM audit_logtile")
    client = desk(dana)
    assert "A part of the log is missing" in client.get(f"/audit/{event.id}").content.decode()
    assert client.get(f"/audit/{event.id}/proof.json").status_code == 409


def test_the_log_shows_its_state_and_the_key_to_keep(desk, acme, dana, event):
    client = desk(dana)
    page = client.get("/audit/log").content.decode()
    assert "It is made with the first checkpoint." in page
    checkpoint = sealed(acme)
    page = client.get("/audit/log").content.decode()
    assert f"mnemoscope/{acme.id}+" in page
    assert f'<dt>Events</dt><dd class="num">{checkpoint.size}</dd>' in page
    assert "nowhere yet" in page

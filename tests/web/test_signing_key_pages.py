"""Signing keys in a browser: made once, replaced without a gap, revoked after a question."""

import pytest

from console.keys.models import SigningKey
from console.tenancy.scope import tenant_scope
from tests.api.door import door_of
from tests.signing.signer import Signer, a_signing_key

LIST = "/settings/keys/"
NEW = "/settings/signing-keys/new"


def test_alice_makes_a_signing_key_and_sees_it_once(desk, acme, alice, robo):
    client = desk(alice)
    assert "No agent signs yet" in client.get(LIST).content.decode()
    response = client.post(NEW, {"agent": str(robo.agent.id), "lifetime": "90"})
    text = response.context["issued"].text
    assert text in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    with tenant_scope(acme.id):
        key = SigningKey.objects.get()
    listed = client.get(LIST).content.decode()
    assert key.prefix in listed
    assert text not in listed
    sent = Signer(text).signed({"content": "Jonas prefers e-mail."})
    assert door_of(robo).post("memories", sent).status_code == 201


@pytest.mark.parametrize("fields", [{"lifetime": "7"}, {"agent": ""}, {"agent": "x"}])
def test_a_form_that_does_not_hold_makes_no_key(desk, acme, alice, robo, fields):
    sent = {"agent": str(robo.agent.id), "lifetime": "90"} | fields
    assert desk(alice).post(NEW, sent).status_code == 422
    with tenant_scope(acme.id):
        assert not SigningKey.objects.exists()


def test_replacing_a_key_asks_for_how_long_both_count(desk, acme, alice, robo):
    old = a_signing_key(robo).key
    page = f"/settings/signing-keys/{old.id}/rotate"
    assert "The old key counts for" in desk(alice).get(page).content.decode()
    assert desk(alice).post(page, {"overlap": "9999"}).status_code == 422
    response = desk(alice).post(page, {"overlap": "24"})
    assert response.context["issued"].text in response.content.decode()
    with tenant_scope(acme.id):
        assert SigningKey.objects.count() == 2
        assert SigningKey.objects.get(id=old.id).retired_at is not None
    assert "being replaced" in desk(alice).get(LIST).content.decode()


def test_revoking_asks_first(desk, acme, alice, robo):
    key = a_signing_key(robo).key
    page = f"/settings/signing-keys/{key.id}/revoke"
    assert "Revoke the signing key of" in desk(alice).get(page).content.decode()
    with tenant_scope(acme.id):
        assert not SigningKey.objects.get().is_revoked
    desk(alice).post(page)
    with tenant_scope(acme.id):
        assert SigningKey.objects.get().is_revoked


def test_bob_and_mallory_neither_see_nor_touch_them(desk, acme, alice, bob, mallory, robo):
    key = a_signing_key(robo).key
    for other in (bob, mallory):
        assert key.prefix not in desk(other).get(LIST).content.decode()
        for verb in ("rotate", "revoke"):
            answer = desk(other).post(f"/settings/signing-keys/{key.id}/{verb}", {"overlap": "1"})
            assert answer.status_code in {403, 404}
    assert desk(bob).get(NEW).status_code in {403, 404}
    with tenant_scope(acme.id):
        kept = SigningKey.objects.get()
    assert (kept.revoked_at, kept.retired_at) == (None, None)


def test_a_memorys_page_says_by_which_key_it_is_signed(desk, acme, bob, robo):
    issued = a_signing_key(robo)
    sent = Signer(issued.text).signed({"content": "Jonas prefers e-mail."})
    signed = door_of(robo).post("memories", sent).json()["id"]
    unsigned = door_of(robo).post("memories", {"content": "Unsigned."}).json()["id"]
    page = desk(bob).get(f"/memories/{signed}").content.decode()
    assert issued.key.key_id in page
    assert "verifies" in page
    assert "Signed by" not in desk(bob).get(f"/memories/{unsigned}").content.decode()

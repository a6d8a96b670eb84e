"""Making and revoking keys in a browser."""

import pytest

from audit.models import AuditEvent
from console.accounts.key_text import parse_key
from console.accounts.models import ApiKey
from console.accounts.permissions import AGENT_SCOPES
from console.tenancy.scope import tenant_scope
from console.web.forms.key import SCOPES

NEW = "/settings/keys/new"


def test_every_scope_of_an_agent_has_words_on_the_form():
    assert {scope for scope, _ in SCOPES} == AGENT_SCOPES


def test_carol_makes_a_key_and_sees_it_once(desk, acme, carol):
    client = desk(carol)
    response = client.post(NEW, {"label": "script", "holder": "me", "lifetime": "30"})
    text = response.context["issued"].text
    assert text in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert text not in client.get("/settings/keys/").content.decode()
    with tenant_scope(acme.id):
        key = ApiKey.objects.get(label="script")
        assert key.user_id == carol.user.id
        assert parse_key(text).matches(key.digest)
        assert AuditEvent.objects.filter(kind="api_key.created", object_id=key.id).exists()


def test_alice_makes_a_key_for_an_agent_with_just_those_scopes(desk, acme, alice, robo):
    desk(alice).post(
        NEW,
        {
            "label": "prod",
            "holder": str(robo.agent.id),
            "scopes": ["memory.recall", "traces.ingest"],
            "lifetime": "never",
        },
    )
    with tenant_scope(acme.id):
        key = ApiKey.objects.get(label="prod")
        assert key.agent_id == robo.agent.id
        assert sorted(key.scopes) == ["memory.recall", "traces.ingest"]
        assert key.expires_at is None


@pytest.mark.parametrize(
    "fields",
    [{"label": ""}, {"lifetime": "10000"}, {"holder": "01990000-0000-7000-8000-000000000000"}],
)
def test_a_form_that_does_not_hold_makes_no_key(desk, acme, carol, fields):
    sent = {"label": "script", "holder": "me", "lifetime": "30", **fields}
    assert desk(carol).post(NEW, sent).status_code == 422
    with tenant_scope(acme.id):
        assert not ApiKey.objects.filter(label="script").exists()


def test_an_agents_key_that_may_nothing_is_refused_beside_its_field(desk, alice, robo):
    sent = {"label": "prod", "holder": str(robo.agent.id), "lifetime": "30"}
    response = desk(alice).post(NEW, sent)
    assert response.status_code == 422
    assert "Choose from" in response.content.decode()


def test_carol_cannot_make_a_key_for_an_agent(desk, acme, carol, robo):
    sent = {"label": "x", "holder": str(robo.agent.id), "scopes": ["memory.read"], "lifetime": "30"}
    assert desk(carol).post(NEW, sent).status_code == 422
    with tenant_scope(acme.id):
        assert not ApiKey.objects.filter(label="x").exists()


def test_revoking_asks_first(desk, acme, carol):
    with tenant_scope(acme.id):
        key = ApiKey.objects.get(user=carol.user)
    client = desk(carol)
    assert "Revoke laptop?" in client.get(f"/settings/keys/{key.id}/revoke").content.decode()
    with tenant_scope(acme.id):
        assert not ApiKey.objects.get(id=key.id).is_revoked
    client.post(f"/settings/keys/{key.id}/revoke")
    with tenant_scope(acme.id):
        assert ApiKey.objects.get(id=key.id).is_revoked


def test_carol_sees_and_revokes_only_her_own_keys(desk, acme, alice, carol):
    with tenant_scope(acme.id):
        hers = ApiKey.objects.get(user=alice.user)
    client = desk(carol)
    assert hers.prefix not in client.get("/settings/keys/").content.decode()
    assert client.post(f"/settings/keys/{hers.id}/revoke").status_code == 404
    with tenant_scope(acme.id):
        assert not ApiKey.objects.get(id=hers.id).is_revoked


def test_alice_sees_everybodys_keys_and_mallory_none_of_them(desk, acme, alice, carol, mallory):
    with tenant_scope(acme.id):
        prefix = ApiKey.objects.get(user=carol.user).prefix
    assert prefix in desk(alice).get("/settings/keys/").content.decode()
    assert prefix not in desk(mallory).get("/settings/keys/").content.decode()

"""Signing in through a provider, against a real one; and what it cannot talk us into."""

import time
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from audit.models import AuditEvent
from console.accounts.models import User
from console.platform.clock import now
from console.platform.sign_in_provider import oidc_provider, saml_provider
from console.tenancy.scope import tenant_scope
from console.web.checks import check_saml
from tests.web.oidc_provider import CLIENT_ID, CLIENT_SECRET, a_provider

LOGIN = "/accounts/oidc/sso/login/"


@pytest.fixture(scope="module")
def running():
    with a_provider() as provider:
        yield provider


@pytest.fixture
def provider(running, settings, monkeypatch, db):
    cache.clear()
    running.claims, running.userinfo, running.signer = {}, {}, running.key
    running.algorithm = "RS256"
    monkeypatch.setenv("MNEMOSCOPE_OIDC_ISSUER", running.issuer)
    monkeypatch.setenv("MNEMOSCOPE_OIDC_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("MNEMOSCOPE_OIDC_CLIENT_SECRET", CLIENT_SECRET)
    monkeypatch.setenv("MNEMOSCOPE_OIDC_NAME", "Acme ID")
    settings.OIDC_PROVIDER = oidc_provider()
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [settings.OIDC_PROVIDER]}}
    return running


def come_back(client, provider, path=LOGIN):
    return client.get(provider.consent(client.get(path)["Location"]))


def is_in(client):
    return client.get("/runs/").status_code == 200


def test_the_button_is_there_only_where_a_provider_is_set(client, db, provider, settings):
    page = client.get("/accounts/login/?next=/review/").content.decode()
    assert "Sign in with Acme ID" in page
    assert f'href="{LOGIN}?next=/review/"' in page
    settings.OIDC_PROVIDER = None
    assert "Acme ID" not in client.get("/accounts/login/").content.decode()
    assert client.get(LOGIN).status_code == 404


def test_bob_is_vouched_for_and_gets_where_he_wanted(client, provider, acme, bob):
    provider.claims = {"email": "Bob@acme.example"}
    response = come_back(client, provider, f"{LOGIN}?next=/review/")
    assert response["Location"] == "/review/"
    assert client.get("/review/").status_code == 200
    assert provider.asked["code_challenge_method"] == "S256"
    with tenant_scope(acme.id):
        kinds = AuditEvent.objects.filter(actor_id=bob.user.id).values_list("kind", flat=True)
        assert {"member.identity_linked", "session.started"} <= set(kinds)


def test_afterwards_he_is_known_by_what_never_changes(client, provider, bob):
    provider.claims = {"email": bob.user.email}
    come_back(client, provider)
    provider.claims = {"email": "robert@acme.example", "email_verified": False}
    other = Client()
    come_back(other, provider)
    assert is_in(other)
    assert SocialAccount.objects.get().user_id == bob.user.id


def test_a_thin_token_is_filled_from_userinfo_about_the_same_person_only(client, provider, bob):
    provider.userinfo = {"sub": "person-2", "email": bob.user.email, "email_verified": True}
    provider.claims = {"email_verified": None}
    come_back(client, provider)
    assert not is_in(client)
    provider.userinfo["sub"] = "person-1"
    come_back(client, provider)
    assert is_in(client)


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"aud": "another client"}, id="another audience"),
        pytest.param({"aud": [CLIENT_ID, "other"], "azp": "other"}, id="another party"),
        pytest.param({"exp": 1_000_000_000}, id="expired"),
        pytest.param({"exp": None}, id="without an end"),
        pytest.param({"iss": "https://evil.example"}, id="another issuer"),
        pytest.param({"nonce": "of another sign-in"}, id="another nonce"),
        pytest.param({"nonce": None}, id="no nonce"),
        pytest.param({"email_verified": False}, id="an address nobody verified"),
        pytest.param({"email_verified": None}, id="an address nobody speaks of"),
        pytest.param({"email_verified": "yes"}, id="something like true"),
        pytest.param({"email": "nobody@acme.example"}, id="an unknown person"),
        pytest.param({"email": ["bob@acme.example"]}, id="an address that is a list"),
        pytest.param({"sub": None}, id="nobody"),
    ],
)
def test_what_does_not_hold_signs_nobody_in(client, provider, bob, claims):
    provider.claims = {"email": bob.user.email, **claims}
    response = come_back(client, provider)
    assert response.status_code == 403
    assert "You are not signed in" in response.content.decode()
    assert not is_in(client)
    assert not SocialAccount.objects.exists()
    assert User.objects.count() == 1


def test_a_token_of_another_key_signs_nobody_in(client, provider, bob):
    provider.claims = {"email": bob.user.email}
    provider.signer = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert come_back(client, provider).status_code == 403
    # Signed with what is public, as if it were a shared secret; and not signed at all.
    provider.signer, provider.algorithm = "k1" * 32, "HS256"
    assert come_back(client, provider).status_code == 403
    provider.signer, provider.algorithm = None, "none"
    assert come_back(client, provider).status_code == 403
    assert not is_in(client)


def test_the_way_back_opens_once_and_only_in_the_browser_that_went(client, provider, bob):
    provider.claims = {"email": bob.user.email}
    back = provider.consent(client.get(LOGIN)["Location"])
    assert Client().get(back).status_code == 403
    again = provider.consent(client.get(LOGIN)["Location"])
    assert client.get(again).status_code == 302
    client.logout()
    assert client.get(again).status_code == 403
    assert not is_in(client)


@pytest.mark.parametrize("back", ["", "?code=x", "?state=x", "?error=access_denied&state=x"])
def test_a_way_back_without_a_way_out_leads_nowhere(client, provider, back):
    assert client.get(f"{LOGIN}callback/{back}").status_code == 403


def test_a_switched_off_person_stays_out(client, provider, bob):
    User.objects.filter(id=bob.user.id).update(is_active=False)
    provider.claims = {"email": bob.user.email}
    come_back(client, provider)
    assert not is_in(client)


def test_a_second_factor_is_asked_for_all_the_same(client, provider, bob):
    Authenticator.objects.create(user=bob.user, type="totp", data={"secret": "x"})
    provider.claims = {"email": bob.user.email}
    assert come_back(client, provider)["Location"] == "/accounts/mfa/authenticate/"
    assert not is_in(client)


def test_who_opened_the_account_by_a_link_alone_loses_it_to_whom_the_address_belongs(
    client, provider, bob
):
    """By an invitation's link anybody could have chosen the password, and waited."""
    EmailAddress.objects.create(user=bob.user, email=bob.user.email, verified=False)
    Authenticator.objects.create(user=bob.user, type="webauthn", data={"name": "x"})
    provider.claims = {"email": bob.user.email}
    come_back(client, provider)
    bob.user.refresh_from_db()
    assert is_in(client)
    assert not bob.user.has_usable_password()
    assert not Authenticator.objects.exists()


def test_another_site_signs_nobody_in_unasked(client, provider):
    response = client.get(LOGIN, headers={"sec-fetch-site": "cross-site"})
    assert response.status_code == 200
    assert "Another site sent you here" in response.content.decode()


def test_the_way_on_is_never_to_another_site(client, provider, bob):
    provider.claims = {"email": bob.user.email}
    response = come_back(client, provider, f"{LOGIN}?next=https://evil.example/")
    assert response["Location"] == "/"


def test_a_silent_sign_in_is_no_proof_and_a_fresh_one_is(client, provider, alice):
    alice.user.set_unusable_password()
    alice.user.save()
    provider.claims = {"email": alice.user.email, "auth_time": int(time.time()) - 3600}
    come_back(client, provider)
    asked = client.get("/settings/keys/new")
    assert asked["Location"] == f"{LOGIN}?next=%2Fsettings%2Fkeys%2Fnew"
    # One that asks nobody when it is asked to would lead in a circle.
    assert come_back(client, provider, asked["Location"]).status_code == 403
    provider.claims["auth_time"] = int(time.time())
    back = come_back(client, provider, asked["Location"])
    assert (provider.asked["prompt"], provider.asked["max_age"]) == ("login", "0")
    assert back["Location"] == "/settings/keys/new"
    assert client.get("/settings/keys/new").status_code == 200
    with time_machine.travel(now() + timedelta(minutes=6)):
        assert client.get("/settings/keys/new").status_code == 302


def test_a_provider_that_is_down_is_told(client, provider, settings):
    settings.OIDC_PROVIDER["settings"]["server_url"] = "http://127.0.0.1:9"
    assert client.get(LOGIN).status_code == 503


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"OIDC_ISSUER": "https://id.example"}, "together"),
        ({"OIDC_CLIENT_ID": "x"}, "together"),
        ({"OIDC_ISSUER": "http://id.example", "OIDC_CLIENT_ID": "x"}, "https://"),
        ({"OIDC_ISSUER": "https://id.example", "OIDC_CLIENT_ID": "x"}, "OIDC_CLIENT_SECRET"),
    ],
)
def test_half_a_setting_stops_the_boot(monkeypatch, said, complaint):
    for name, value in said.items():
        monkeypatch.setenv(f"MNEMOSCOPE_{name}", value)
    with pytest.raises(ImproperlyConfigured, match=complaint):
        oidc_provider()


def test_nothing_said_is_no_provider():
    assert oidc_provider() is None


def test_saml_without_its_library_is_complained_of_by_name(monkeypatch, settings):
    monkeypatch.setenv("MNEMOSCOPE_SAML_METADATA_URL", "https://id.example/metadata")
    monkeypatch.setenv("MNEMOSCOPE_SAML_ENTITY_ID", "https://id.example")
    assert check_saml() == []
    settings.SAML_PROVIDER = saml_provider()
    [complaint] = check_saml()
    assert complaint.id == "mnemoscope.E101"
    assert "django-allauth[saml]" in complaint.hint
    monkeypatch.delenv("MNEMOSCOPE_SAML_ENTITY_ID")
    with pytest.raises(ImproperlyConfigured, match="together"):
        saml_provider()

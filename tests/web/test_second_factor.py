"""Authenticator apps and recovery codes, kept sealed; and roles that must have a second factor."""

import time
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.core.management import CommandError, call_command

from audit.models import AuditEvent
from console.accounts.actor import system_actor
from console.accounts.permissions import Role
from console.administration import add_member, require_second_factor
from console.platform.clock import now
from console.platform.crypto.envelope import SealBrokenError
from console.platform.crypto.second_factor import open_secret, seal_secret
from console.platform.errors import NotPermittedError
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from tests.cast import PASSWORD

APP = "/accounts/mfa/totp/activate/"
RULE = "/settings/members/second-factor"


@pytest.fixture(autouse=True)
def _nobody_has_failed_yet(db):
    cache.clear()


def code_of(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def soon():
    """When the app shows its next code."""
    return time_machine.travel(now() + timedelta(seconds=31))


def set_up(client):
    secret = client.get(APP).context["form"].secret
    assert client.post(APP, {"code": code_of(secret)}).status_code == 302
    return secret


def password_given(client, person):
    return client.post("/accounts/login/", {"login": person.user.email, "password": PASSWORD})


def test_bob_sets_up_an_app_and_is_asked_for_its_code(desk, client, bob):
    secret = set_up(desk(bob))
    assert password_given(client, bob)["Location"] == "/accounts/mfa/authenticate/"
    assert client.get("/review/").status_code == 302
    client.post("/accounts/mfa/authenticate/", {"code": "000000"})
    assert client.get("/review/").status_code == 302
    with soon():
        client.post("/accounts/mfa/authenticate/", {"code": code_of(secret)})
    assert client.get("/review/").status_code == 200


def test_a_code_that_somebody_watched_opens_nothing_again(desk, client, bob):
    secret = set_up(desk(bob))
    with soon():
        for is_in in (True, False):
            password_given(client, bob)
            client.post("/accounts/mfa/authenticate/", {"code": code_of(secret)})
            assert (client.get("/review/").status_code == 200) is is_in
            client.logout()


def test_a_recovery_code_works_once(desk, client, bob):
    owner = desk(bob)
    set_up(owner)
    codes = owner.get("/accounts/mfa/recovery-codes/").context["unused_codes"]
    assert len(codes) == 10
    password_given(client, bob)
    client.post("/accounts/mfa/authenticate/", {"code": codes[0]})
    assert client.get("/review/").status_code == 200
    client.logout()
    password_given(client, bob)
    client.post("/accounts/mfa/authenticate/", {"code": codes[0]})
    assert client.get("/review/").status_code == 302


def test_what_is_kept_tells_no_secret(desk, bob):
    client = desk(bob)
    secret = set_up(client)
    codes = client.get("/accounts/mfa/recovery-codes/").context["unused_codes"]
    kept = str(list(Authenticator.objects.values("data")))
    assert secret not in kept
    assert not any(code in kept for code in codes)
    assert open_secret(Authenticator.objects.get(type="totp").data["secret"]) == secret


def test_a_replaced_secret_key_still_opens_while_it_is_named(settings):
    sealed = seal_secret("ABCDEFGH")
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another"
    with pytest.raises(SealBrokenError, match="MNEMOSCOPE_OLD_SECRET_KEY"):
        open_secret(sealed)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert open_secret(sealed) == "ABCDEFGH"


def test_the_account_page_gathers_it_and_ends_other_sessions(desk, client, bob, acme):
    password_given(client, bob)
    there = desk(bob)
    page = there.get("/account/").content.decode()
    for heading in ("Passkeys", "Authenticator app", "Recovery codes", "Password", "signed in"):
        assert heading in page
    assert client.get("/review/").status_code == 200
    there.post("/account/sessions/end")
    assert client.get("/review/").status_code == 302
    assert there.get("/account/").status_code == 200


def test_alice_requires_it_of_reviewers_who_are_led_to_set_it_up(desk, alice, bob, carol, acme):
    client = desk(bob)
    assert client.get("/review/").status_code == 200
    desk(alice).post(RULE, {"roles": ["reviewer"]})
    led = client.get("/review/", follow=True)
    assert led.redirect_chain == [("/account/", 302)]
    assert "Your role here needs a second factor" in led.content.decode()
    assert client.post("/review/", {}).status_code == 302
    assert desk(carol).get("/runs/").status_code == 200
    set_up(client)
    assert client.get("/review/").status_code == 200
    with tenant_scope(acme.id):
        event = AuditEvent.objects.get(kind="tenant.second_factor_set")
        assert event.payload == {"before": [], "roles": ["reviewer"]}


def test_his_key_goes_on_working(desk, alice, bob, client):
    desk(alice).post(RULE, {"roles": ["reviewer"]})
    answer = client.get("/api/v1/reviews", headers={"authorization": f"Bearer {bob.key}"})
    assert answer.status_code == 200


def test_the_rule_is_taken_back_by_ticking_nobody(desk, alice, bob, acme):
    client = desk(alice)
    client.post(RULE, {"roles": ["reviewer"]})
    client.post(RULE, {})
    assert desk(bob).get("/review/").status_code == 200


def test_only_an_owner_sets_the_rule(desk, acme, bob, dana):
    assert desk(dana).post(RULE, {"roles": ["reader"]}).status_code == 404
    with tenant_scope(acme.id), pytest.raises(NotPermittedError):
        require_second_factor(actor=bob.actor, roles=[Role.READER])
    with tenant_scope(acme.id):
        assert Tenant.objects.get().second_factor_roles == []


def test_the_rule_of_one_workspace_binds_nobody_in_another(desk, alice, mallory):
    desk(alice).post(RULE, {"roles": ["owner"]})
    assert desk(mallory).get("/review/").status_code == 200


def reset(person, *flags):
    said = StringIO()
    call_command(
        "reset_second_factor", person.user.email, "--reason=Lost phone.", *flags, stdout=said
    )
    return said.getvalue()


def resets(tenant):
    with tenant_scope(tenant.id):
        return list(AuditEvent.objects.filter(kind="member.second_factor_reset"))


def test_an_operator_lets_bob_in_who_lost_his_phone(desk, client, acme, globex, bob):
    owner = desk(bob)
    set_up(owner)
    assert "Would take from bob@acme.example: 1 recovery_codes, 1 totp" in reset(bob)
    assert password_given(client, bob)["Location"] == "/accounts/mfa/authenticate/"
    assert resets(acme) == []
    assert "Taken from bob@acme.example" in reset(bob, "--yes")
    assert not Authenticator.objects.exists()
    # The browser that was asked for a code is led back to the beginning, and not in a ring.
    asked = client.get("/accounts/mfa/authenticate/", follow=True)
    assert asked.redirect_chain == [("/accounts/login/", 302)]
    password_given(client, bob)
    assert client.get("/review/").status_code == 200
    [event] = resets(acme)
    assert (event.actor_label, event.note) == ("reset_second_factor", "Lost phone.")
    assert event.payload["taken"] == {"recovery_codes": 1, "totp": 1}
    assert resets(globex) == []


def test_a_reset_ends_what_the_lost_device_is_signed_in_to(client, bob):
    password_given(client, bob)
    set_up(client)
    assert client.get("/review/").status_code == 200
    reset(bob, "--yes")
    assert client.get("/review/").status_code == 302


def test_every_workspace_of_theirs_is_told(desk, acme, globex, bob):
    set_up(desk(bob))
    with tenant_scope(globex.id):
        add_member(actor=system_actor(globex.id, "cast"), user=bob.user, role=Role.READER)
    reset(bob, "--yes")
    assert len(resets(acme)) == len(resets(globex)) == 1


def test_a_reset_of_nobody_or_of_nothing_says_so(acme, bob):
    with pytest.raises(CommandError, match="no second factor"):
        reset(bob, "--yes")
    with pytest.raises(CommandError, match="Nobody here"):
        call_command("reset_second_factor", "eve@acme.example", "--reason=x", "--yes")
    assert resets(acme) == []

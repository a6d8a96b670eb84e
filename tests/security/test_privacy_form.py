"""A stranger with nothing but the public form learns neither whom nor which tenants there are."""

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from console.tenancy.scope import tenant_scope
from memory.desk import set_desk
from tests.cast import a_memory

ASKS = {"kind": "erasure", "contact": "mallory@mail.example"}


@pytest.fixture
def form(acme, alice, robo):
    with tenant_scope(acme.id):
        set_desk(actor=alice.actor, form_open=True)
    a_memory(robo, "Ada likes tea.", subject="customer-7")


@pytest.fixture
def letters(form, settings, django_capture_on_commit_callbacks):
    """How many come, after each time that somebody is asked about in turn."""
    settings.MAILS = True

    def count(*names):
        counts = []
        for name in names:
            before = len(mail.outbox)
            with django_capture_on_commit_callbacks(execute=True):
                assert Client().post("/privacy/acme/", {**ASKS, "named": name}).status_code == 200
            counts.append(len(mail.outbox) - before)
        return counts

    return count


def test_each_time_one_letter_comes_whether_they_are_known_or_not(letters):
    known = letters("customer-7", "CUSTOMER-7", "customer-7")
    assert known == letters("customer-9", "CUSTOMER-9", "customer-9") == [1, 1, 1]


def test_a_closed_form_takes_as_long_as_none(acme, globex, form):
    """Which workspaces there are is nobody's business: not by the time an answer takes either."""
    asked = []
    for slug in ("globex", "nobody"):
        with CaptureQueriesContext(connection) as queries:
            assert Client().get(f"/privacy/{slug}/").status_code == 404
        asked.append(len(queries))
    assert asked[0] == asked[1]


@pytest.mark.parametrize(("proxies", "statuses"), [(0, {200, 429}), (1, {200})])
def test_behind_a_proxy_one_who_floods_shuts_the_form_for_nobody_else(
    form, settings, proxies, statuses
):
    """And who sends the header themselves, past no proxy, is who they are."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    answered = set()
    for number in range(12):
        sent = {**ASKS, "named": f"customer-{number}"}
        answer = Client().post(
            "/privacy/acme/", sent, headers={"X-Forwarded-For": f"198.51.100.7, 203.0.113.{number}"}
        )
        answered.add(answer.status_code)
    assert answered == statuses

"""The public form: whoever asks gets the same answer, and nothing that tells whom we know."""

import re

import pytest
from django.core import mail
from django.test import Client

from audit.models import AuditEvent
from console.tenancy.scope import tenant_scope
from memory.desk import set_desk
from memory.models import IdentityCode, SubjectRequest
from tests.cast import a_memory

FORM = "/privacy/acme/"
ASKS = {"kind": "erasure", "named": "customer-7", "contact": "jonas@mail.example"}
REFERENCE = re.compile(r"R-[0-9A-Z]{4}-[0-9A-Z]{4}")


@pytest.fixture
def form(acme, alice, robo):
    with tenant_scope(acme.id):
        set_desk(actor=alice.actor, form_open=True, form_words="Or write to <b>us</b>.")
    a_memory(robo, "Jonas likes tea.", subject="jonas@mail.example")
    a_memory(robo, "Ada likes tea.", subject="customer-7")


def ask(client=None, **more):
    return (client or Client()).post(FORM, {**ASKS, **more})


def same(response):
    """What differs by chance taken out."""
    page = re.sub(r'"\w{64}"', "", response.content.decode())
    return response.status_code, REFERENCE.sub("R", page)


def requests_of(tenant):
    with tenant_scope(tenant.id):
        return list(SubjectRequest.objects.order_by("id"))


def test_a_form_that_is_not_open_looks_like_one_that_does_not_exist(acme, alice, globex, form):
    answers = []
    for slug in ("globex", "nobody"):
        got, sent = Client().get(f"/privacy/{slug}/"), Client().post(f"/privacy/{slug}/", ASKS)
        answers.append((same(got), same(sent)))
        assert Client().get(f"/privacy/{slug}/code").status_code == 404
    assert answers[0] == answers[1]
    assert [status for status, _ in answers[0]] == [404, 404]
    assert requests_of(globex) == []


def test_it_is_for_people_and_for_no_search_engine(form):
    response = Client().get(FORM)
    page = response.content.decode()
    assert response.status_code == 200
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert '<meta name="robots" content="noindex, nofollow">' in page
    assert "no-store" in response["Cache-Control"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "<script>" not in page
    assert " style=" not in page
    assert "Or write to &lt;b&gt;us&lt;/b&gt;." in page


@pytest.mark.parametrize("mails", [True, False])
def test_the_answer_is_the_same_whether_anything_is_held_or_not(form, acme, settings, mails):
    settings.MAILS = mails
    answers = {
        same(ask()),
        same(ask(named="customer-99", contact="nobody@mail.example")),
        same(ask(named="jonas@mail.example", contact="jonas@mail.example")),
        same(ask(named="jonas@mail.example", contact="jonas@mail.example")),  # again
        same(ask(website="https://spam.example")),
    }
    assert len(answers) == 1
    assert "R" in answers.pop()[1]
    statuses = [one.status for one in requests_of(acme)]
    known = "awaiting_identity" if mails else "received"
    assert statuses == ["received", "received", known, "duplicate"]


def test_what_is_asked_waits_for_people(form, acme):
    ask(also_named="Jonas, customer-8", wish="<script>alert(1)</script>")
    [request] = requests_of(acme)
    assert (request.came_by, request.taken_in_by_kind) == ("form", "system")
    assert (request.also_named, request.alias_ids) == (["Jonas", "customer-8"], [])
    with tenant_scope(acme.id):
        event = AuditEvent.objects.get(kind="subject_request.received")
    assert "jonas" not in str(event.payload).lower()


def test_a_code_goes_to_the_address_on_record_and_settles_who_asks(
    form, acme, settings, django_capture_on_commit_callbacks
):
    settings.MAILS = True
    with django_capture_on_commit_callbacks(execute=True):
        page = ask(named="jonas@mail.example").content.decode()
    reference = REFERENCE.search(page)[0]
    [letter] = mail.outbox
    assert letter.to == ["jonas@mail.example"]
    code = re.search(r"\b(\d{8})\b", letter.body)[1]
    client = Client()
    wrong = client.post(f"{FORM}code", {"reference": reference, "code": "x"})
    unheard = client.post(f"{FORM}code", {"reference": "R-0000-0000", "code": code})
    assert {wrong.status_code, unheard.status_code} == {422}
    assert "That is no code that works" in wrong.content.decode()
    right = client.post(f"{FORM}code", {"reference": reference.lower(), "code": code})
    assert "We know now that it is you" in right.content.decode()
    again = client.post(f"{FORM}code", {"reference": reference, "code": code})
    assert again.status_code == 422
    [request] = requests_of(acme)
    assert (request.status, request.identified_by_kind) == ("ready", "system")


def test_a_stranger_gets_an_acknowledgement_and_no_code(
    form, acme, settings, django_capture_on_commit_callbacks
):
    settings.MAILS = True
    with django_capture_on_commit_callbacks(execute=True):
        ask(named="jonas@mail.example", contact="mallory@mail.example")
    [letter] = mail.outbox
    assert letter.to == ["mallory@mail.example"]
    assert not re.search(r"\b\d{8}\b", letter.body)
    with tenant_scope(acme.id):
        assert not IdentityCode.objects.exists()


def test_who_is_signed_in_while_they_fill_it_in_does_not_approve_it(form, acme, desk, bob):
    ask(desk(bob))
    [request] = requests_of(acme)
    assert request.taken_in_by_id == bob.user.id
    assert bob.user.id in request.prepared_by


def test_ten_an_hour_come_from_one_address(form, acme):
    answers = [ask(named=f"customer-{number}").status_code for number in range(11)]
    assert answers == [200] * 10 + [429]
    assert len(requests_of(acme)) == 10


@pytest.mark.parametrize(
    "wrong",
    [{"contact": "no address"}, {"named": ""}, {"kind": "nonsense"}, {"wish": "x" * 2001}],
)
def test_what_does_not_hold_is_said_beside_its_field(form, acme, wrong):
    response = ask(**wrong)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == set(wrong)
    assert requests_of(acme) == []

"""The desk in a browser: what comes next, who may do it, and why you cannot."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from audit.models import AuditEvent
from console.accounts.models import Subject
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from memory.models import Handover, IdentityCode, Memory, SubjectRequest, SubjectRestriction
from tests.cast import a_memory, versions

LIST = "/requests/"
ASKS = {"kind": "erasure", "subject": "customer-7", "asked_by": "The <b>customer</b>, by letter"}


@pytest.fixture
def known(acme, robo):
    memory = a_memory(robo, "Jonas lives in Bonn.", subject="customer-7")
    a_memory(robo, "Jonas likes tea.", subject="jonas@mail.example")
    a_memory(robo, "Ada prefers the phone.", subject="customer-8")
    return memory


def taken_in(desk, person, **more):
    response = desk(person).post(f"{LIST}new", {**ASKS, **more})
    assert response.status_code == 302, response.context["form"].errors
    return response["Location"]


def of(tenant, address):
    with tenant_scope(tenant.id):
        return SubjectRequest.objects.get(id=address.rsplit("/", 1)[1])


def shown(desk, person, address):
    return desk(person).get(address).content.decode()


def test_from_request_to_approval_each_step_says_what_comes_next(desk, acme, alice, bob, known):
    page = taken_in(desk, bob, also_named="jonas@mail.example")
    assert of(acme, page).status == "received"
    says = shown(desk, bob, page)
    assert "The &lt;b&gt;customer&lt;/b&gt;, by letter" in says
    assert "Find out that it is them" in says
    assert "jonas@mail.example" in says
    empty = desk(bob).post(f"{page}/confirm", {"identity_check": " "})
    assert empty.status_code == 422
    assert "This field is required." in empty.content.decode()
    desk(bob).post(f"{page}/confirm", {"identity_check": "Called back."})
    says = shown(desk, bob, page)
    assert "You took it in, so somebody else must approve it" in says
    assert desk(bob).post(f"{page}/approve").status_code == 403
    assert "Approve</button>" in shown(desk, alice, page)
    desk(alice).post(f"{page}/approve")
    says = shown(desk, alice, page)
    assert "It cools off until" in says
    assert "Erase for good" not in says
    assert desk(alice).post(f"{page}/carry-out", {"sure": "on"}).status_code == 409
    desk(bob).post(f"{page}/stop", {"reason": "They called again."})
    stopped = of(acme, page)
    assert (stopped.status, stopped.approved_by_id) == ("ready", None)
    assert "They called again." in shown(desk, alice, page)


def test_once_cooled_off_it_begins_and_is_not_stopped_any_more(desk, acme, alice, bob, known):
    page = taken_in(desk, bob, identity_check="Called back.")
    desk(alice).post(f"{page}/approve")
    with time_machine.travel(now() + timedelta(hours=25)):
        client = desk(alice)
        assert "Erase for good" in client.get(page).content.decode()
        client.post(f"{page}/carry-out", {"sure": "on"})
    begun = of(acme, page)
    assert begun.status == "carrying_out"
    assert begun.started_at >= begun.carry_out_after
    assert desk(bob).post(f"{page}/stop", {"reason": "Too late."}).status_code == 409


def test_the_preview_counts_what_is_held_under_every_name(desk, bob, known):
    page = taken_in(desk, bob, also_named="jonas@mail.example")
    preview = {one.store: one.count for one in desk(bob).get(page).context["screen"].preview}
    assert preview["memories"] == 2


def test_a_code_is_shown_once_and_entered_for_them(desk, acme, bob, known):
    page = taken_in(desk, bob)
    answer = desk(bob).post(f"{page}/code", {"by": "hand"})
    code = re.search(r'class="once">(\d{8})<', answer.content.decode())[1]
    assert code not in shown(desk, bob, page)
    wrong = "1" * 8 if code != "1" * 8 else "2" * 8
    told = desk(bob).post(f"{page}/enter", {"code": wrong}, follow=True).content.decode()
    assert "That is not the code" in told
    assert "it was tried 1 of 3 times" in told
    desk(bob).post(f"{page}/enter", {"code": f"{code[:4]} {code[4:]}"})
    assert of(acme, page).status == "ready"


def test_a_code_is_mailed_to_the_address_on_record_only(desk, acme, bob, known, settings):
    settings.MAILS = True
    page = taken_in(desk, bob, subject="jonas@mail.example", contact="jonas@mail.example")
    desk(bob).post(f"{page}/code", {"by": "mail"})
    other = taken_in(desk, bob, contact="stranger@mail.example")
    assert "was not on record" in shown(desk, bob, other)
    assert desk(bob).post(f"{other}/code", {"by": "mail"}).status_code == 422
    with tenant_scope(acme.id):
        assert IdentityCode.objects.count() == 1


def test_whom_a_request_is_about_is_said_by_somebody(desk, acme, bob, known):
    page = taken_in(desk, bob, subject="Jonas Weber")
    assert "Say whom it is about" in shown(desk, bob, page)
    wrong = desk(bob).post(f"{page}/name", {"subject": "customer-99", "aliases": ""})
    assert "Nothing is held about customer-99." in wrong.content.decode()
    desk(bob).post(f"{page}/name", {"subject": "customer-7", "aliases": "jonas@mail.example\n"})
    found = of(acme, page)
    with tenant_scope(acme.id):
        names = Subject.objects.filter(id__in=found.subject_ids).values_list("external_id")
        assert {name for (name,) in names} == {"customer-7", "jonas@mail.example"}


def test_it_is_prolonged_refused_and_acknowledged_with_words(desk, acme, alice, bob, known):
    page = taken_in(desk, bob)
    desk(bob).post(f"{page}/acknowledge", {"how": "letter"})
    assert "Not mailed" not in shown(desk, bob, page)
    assert desk(bob).post(f"{page}/extend", {"reason": ""}).status_code == 422
    desk(bob).post(f"{page}/extend", {"reason": "Many systems."})
    longer = of(acme, page)
    assert longer.extended_at is not None
    assert "Many systems." in shown(desk, bob, page)
    assert desk(bob).post(f"{page}/refuse", {"reason": "x", "ground": ""}).status_code == 422
    desk(alice).post(f"{page}/refuse", {"reason": "Invoices.", "ground": "legal_obligation"})
    says = shown(desk, bob, page)
    assert "A law obliges us to keep it (17(3)(b))" in says
    assert "data protection authority" in says


def test_one_that_repeats_another_is_closed_as_its_duplicate(desk, acme, bob, known):
    first, second = taken_in(desk, bob), taken_in(desk, bob, contact="x@mail.example")
    assert of(acme, first).reference in shown(desk, bob, second)
    unknown = desk(bob).post(f"{second}/duplicate", {"reference": "R-0000-0000"})
    assert "There is no such request here." in unknown.content.decode()
    desk(bob).post(f"{second}/duplicate", {"reference": of(acme, first).reference.lower()})
    assert of(acme, second).duplicate_of_id == of(acme, first).id


def test_an_owner_hands_the_copy_over_and_nobody_else(desk, acme, alice, bob, known):
    page = taken_in(desk, bob, kind="access", identity_check="Called back.")
    desk(alice).post(f"{page}/approve")
    assert "An owner hands the copy over" in shown(desk, bob, page)
    assert desk(bob).post(f"{page}/copy").status_code == 403
    answer = desk(alice).post(f"{page}/copy")
    assert b"Jonas lives in Bonn." in answer.getvalue()
    assert of(acme, page).status == "completed"


def test_a_link_to_the_copy_is_shown_once(desk, acme, alice, bob, known, client):
    page = taken_in(desk, bob, kind="access", identity_check="Called back.")
    desk(alice).post(f"{page}/approve")
    answer = desk(alice).post(f"{page}/link", {"by": "hand"}).content.decode()
    link = re.search(r"http://testserver(/privacy/copy/mnc_\w+)", answer)[1]
    opened = client.get(link)
    assert opened.status_code == 200
    assert opened["X-Robots-Tag"] == "noindex, nofollow"
    with tenant_scope(acme.id):
        assert Handover.objects.get().downloads == 0  # looking takes nothing
    taken = client.post(link)
    assert b"Jonas lives in Bonn." in taken.getvalue()
    assert of(acme, page).status == "completed"
    with time_machine.travel(now() + timedelta(days=8)):
        assert client.get(link).status_code == 404
    assert client.get(f"{link}x").status_code == 404


def test_what_is_wrong_is_corrected_from_the_request(desk, acme, alice, bob, known):
    page = taken_in(desk, bob, kind="rectification", identity_check="Passport seen.", wish="Berlin")
    assert desk(bob).get(f"{page}/rectify/{known.id}").status_code == 200
    desk(alice).post(f"{page}/approve")
    says = {"content": "Jonas lives in Berlin.", "version": "1", "erase_old": "on"}
    with tenant_scope(acme.id):
        other = Memory.objects.get(subject__external_id="customer-8")
    assert desk(bob).post(f"{page}/rectify/{other.id}", says).status_code == 404
    desk(bob).post(f"{page}/rectify/{known.id}", says)
    desk(bob).post(f"{page}/finish", {"comment": ""})
    assert of(acme, page).status == "completed"
    with tenant_scope(acme.id):
        assert [one.content for one in versions(memory_id=known.id)] == [
            "",
            "Jonas lives in Berlin.",
        ]
        assert AuditEvent.objects.filter(kind="memory.revealed").exists()


def test_a_restriction_holds_with_the_approval_and_ends_by_another(desk, acme, alice, bob, known):
    page = taken_in(desk, bob, kind="restriction", identity_check="Called back.")
    desk(alice).post(f"{page}/approve")
    with tenant_scope(acme.id):
        assert SubjectRestriction.objects.get().lifted_at is None
    lift = taken_in(desk, bob, kind="lift", identity_check="Called back.")
    assert "End of the restriction" in shown(desk, alice, lift)
    desk(alice).post(f"{lift}/approve")
    with tenant_scope(acme.id):
        assert SubjectRestriction.objects.get().lifted_at is not None


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["customer-8", "customer-7"]),
        ("kind=access", ["customer-8"]),
        ("status=ready", ["customer-8"]),
        ("due=overdue", ["customer-8"]),
        ("q=mer-7", ["customer-7"]),
        ("status=closed", ["jonas@mail.example"]),
        ("status=withdrawn", ["jonas@mail.example"]),
        ("status=nonsense", ["customer-8", "customer-7"]),
    ],
)
def test_the_list_is_narrowed_by_its_address(desk, bob, dana, known, query, names):
    taken_in(desk, bob)
    late = {"kind": "access", "identity_check": "x", "received_on": "2026-01-05"}
    taken_in(desk, bob, subject="customer-8", **late)
    gone = taken_in(desk, bob, subject="jonas@mail.example")
    desk(bob).post(f"{gone}/withdraw", {"reason": "Called off."})
    response = desk(dana).get(f"{LIST}?{query}")
    assert [row.asked.named for row in response.context["rows"]] == names
    assert response.context["counts"].overdue == 1


def test_readers_and_other_tenants_see_nothing_of_it(desk, bob, dana, carol, mallory, known):
    page = taken_in(desk, bob)
    assert desk(carol).get(page).status_code == 404
    assert desk(mallory).get(page).status_code == 404
    assert "Approve</button>" not in shown(desk, dana, page)
    for deed in ("approve", "name", "refuse", "code", "link", "copy"):
        assert desk(dana).post(f"{page}/{deed}", {"reason": "x"}).status_code == 404, deed
        assert desk(mallory).post(f"{page}/{deed}", {"reason": "x"}).status_code == 404, deed
    assert desk(bob).post(f"{page}/nonsense").status_code == 404


def test_more_requests_ask_no_more_questions(
    desk, acme, bob, dana, robo, known, django_assert_max_num_queries
):
    page = taken_in(desk, bob)
    client = desk(dana)
    client.get(LIST)
    with django_assert_max_num_queries(40) as few:
        client.get(LIST)
    listed = len(few.captured_queries)  # before another request empties the log
    with django_assert_max_num_queries(100) as one:
        client.get(page)
    read = len(one.captured_queries)
    for number in range(8):
        a_memory(robo, f"Fact {number}", subject=f"customer-{20 + number}")
        a_memory(robo, f"Fact {number}", subject="customer-7")
        taken_in(desk, bob, subject=f"customer-{20 + number}", contact="same@mail.example")
    with django_assert_max_num_queries(listed):
        client.get(LIST)
    with django_assert_max_num_queries(read):
        client.get(page)


def test_alice_sets_how_the_desk_is_run_and_bob_reads_it(desk, acme, alice, bob):
    address = "/settings/desk/"
    assert "The public form is closed" in desk(bob).get(address).content.decode()
    says = {"form_open": "on", "form_words": "Write to us.", "law": "ccpa", "cool_off_hours": "1"}
    assert desk(bob).post(address, says).status_code == 403
    assert desk(alice).post(address, {**says, "cool_off_hours": "-1"}).status_code == 422
    desk(alice).post(address, says)
    told = desk(bob).get(address).content.decode()
    assert "http://testserver/privacy/acme/" in told
    with tenant_scope(acme.id):
        event = AuditEvent.objects.get(kind="desk.set")
    assert event.payload["after"] == {"form_open": True, "law": "ccpa", "cool_off_hours": 1}
    assert mail.outbox == []

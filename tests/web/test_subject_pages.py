"""People that memories are about, in a browser: what is held, its export, and its erasure."""

import json
from datetime import timedelta

import pytest

from audit.models import AuditEvent
from console.accounts.actor import system_actor
from console.accounts.models import Subject
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from memory.actions import place_hold
from memory.desk import set_desk
from memory.models import LegalBasis, Memory, SubjectRequest
from tests.api.door import door_of, problem_of
from tests.cast import a_memory, remember
from tests.erasure.carrying import gone_on

LIST, REQUESTS = "/subjects/", "/requests/"
SAYS = {
    "kind": "erasure",
    "asked_by": "The <b>customer</b>, by letter",
    "identity_check": "Called back",
}
SURE = {"sure": "on"}


def subject_of(tenant, name="customer-7"):
    with tenant_scope(tenant.id):
        return Subject.objects.get(external_id=name)


@pytest.fixture
def known(acme, robo, rookie):
    a_memory(robo, "Jonas prefers e-mail.", subject="customer-7", kind="preference")
    remember(rookie, "Jonas may move house.", subject="customer-7")
    a_memory(robo, "Ada prefers the phone.", subject="customer-8")
    with tenant_scope(acme.id):
        set_desk(actor=system_actor(acme.id, "test"), cool_off_hours=0)
    return subject_of(acme)


@pytest.fixture
def page(known):
    return f"{LIST}{known.id}"


def asked(desk, person, page, **more):
    response = desk(person).post(f"{page}/request", {**SAYS, **more})
    assert response.status_code == 302, response.context["form"].errors
    return response["Location"]


def test_dana_reads_what_is_held_about_whom_and_not_a_word_of_it(desk, dana, robo, known, page):
    door_of(robo).post("recall", {"query": "mail", "subject": "customer-7"})
    rows = {row.subject.external_id: row for row in desk(dana).get(LIST).context["rows"]}
    assert (rows["customer-7"].held, rows["customer-7"].waiting) == (2, 1)
    response = desk(dana).get(page)
    screen = response.context["screen"]
    kinds = {row.kind: row.total for row in screen.by_kind.rows}
    assert kinds == {"Preference": 1, "Fact": 1}
    assert [(one.agent, one.times, one.memories) for one in screen.readers] == [("robo", 1, 1)]
    assert dict(screen.writers) == {"robo": 1, "rookie": 1}
    assert len(screen.reviews) == 1
    assert screen.retention.without_end == 0
    shown = response.content.decode()
    assert "Jonas" not in shown
    assert "Export…" not in shown
    assert "Take a request in…" not in shown


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["customer-7", "customer-8"]),
        ("q=MER-8", ["customer-8"]),
        ("standing=held", ["customer-8"]),
        ("standing=asked", ["customer-7"]),
        ("standing=erased", []),
        ("standing=no_basis", ["customer-7", "customer-8"]),
        ("standing=nonsense", ["customer-7", "customer-8"]),
    ],
)
def test_the_list_is_narrowed_by_its_address(desk, acme, alice, dana, page, query, names):
    with tenant_scope(acme.id):
        place_hold(actor=alice.actor, subject="customer-8", ground="Case 7")
    asked(desk, alice, page)
    rows = desk(dana).get(f"{LIST}?{query}").context["rows"]
    assert [row.subject.external_id for row in rows] == names


def test_bob_records_a_legal_basis_and_withdraws_it(desk, acme, bob, dana, known, page):
    client = desk(bob)
    future = (now() + timedelta(days=2)).date().isoformat()
    wrong = client.post(f"{page}/basis", {"basis": "consent", "since": future})
    assert wrong.status_code == 422
    client.post(f"{page}/basis", {"basis": "consent", "since": "2026-01-01", "note": "Form 12"})
    assert "Consent" in desk(dana).get(LIST).content.decode()
    with tenant_scope(acme.id):
        basis = LegalBasis.objects.get()
        assert (basis.subject_id, basis.recorded_by_id) == (known.id, bob.actor.id)
    address = f"{page}/bases/{basis.id}/withdraw"
    assert desk(dana).post(address).status_code == 404
    assert "Nothing is deleted" in client.post(address, follow=True).content.decode()
    assert client.post(address).status_code == 409
    with tenant_scope(acme.id):
        assert AuditEvent.objects.filter(kind="subject.basis_withdrawn").count() == 1
        assert Memory.objects.filter(subject_id=known.id, state="active").count() == 1


def test_alice_takes_away_everything_and_the_trail_says_why(desk, acme, alice, robo, known, page):
    door_of(robo).post("recall", {"query": "mail", "subject": "customer-7", "purpose": "to write"})
    client = desk(alice)
    asks = client.get(f"{page}/export").content.decode()
    assert "what traces that name them said" in asks
    response = client.post(f"{page}/export", {"reason": "Request of 12 November"})
    assert response["Content-Disposition"] == f'attachment; filename="subject-{known.id}.json"'
    document = json.loads(response.getvalue())
    assert (document["format"], document["complete"]) == ("mnemoscope.subject/1", True)
    contents = [
        version["content"] for memory in document["memories"] for version in memory["versions"]
    ]
    assert contents == ["Jonas prefers e-mail.", "Jonas may move house."]
    assert {one["agent"] for one in document["accesses"]} >= {"robo"}
    assert [one["status"] for one in document["reviews"]] == ["open"]
    with tenant_scope(acme.id):
        event = AuditEvent.objects.get(kind="subject.exported")
    assert (event.object_id, event.note) == (known.id, "Request of 12 November")
    assert event.payload == {"memories": 2, "versions": 2, "accesses": 3}


def test_a_large_export_comes_in_pieces_and_whole(desk, alice, robo, page, monkeypatch):
    from memory.erasure import export  # noqa: PLC0415

    monkeypatch.setattr(export, "PAGE", 2)
    for number in range(5):
        a_memory(robo, f"Fact {number}", subject="customer-7")
    response = desk(alice).post(f"{page}/export", {"reason": "x"})
    pieces = list(response.streaming_content)
    document = json.loads(b"".join(pieces))
    assert len(document["memories"]) == 7
    assert len(document["accesses"]) == 7
    assert len(pieces) > 10


def test_others_export_nothing(desk, acme, bob, dana, carol, page):
    for person in (bob, dana, carol):
        assert desk(person).get(f"{page}/export").status_code == 404
        assert desk(person).post(f"{page}/export", {"reason": "x"}).status_code == 404
    assert desk(carol).get(page).status_code == 404
    assert desk(carol).get(LIST).status_code == 404
    with tenant_scope(acme.id):
        assert not AuditEvent.objects.filter(kind="subject.exported").exists()


def test_two_people_erase_a_person_and_late_writes_are_refused(
    desk, acme, alice, bob, robo, known, page
):
    preview = desk(bob).get(f"{page}/request").content.decode()
    assert "What an erasure would erase" in preview
    assert "Not covered" in preview
    request = asked(desk, bob, page)
    shown = desk(bob).get(request).content.decode()
    assert "The &lt;b&gt;customer&lt;/b&gt;, by letter" in shown
    assert "You took it in, so somebody else must approve it" in shown
    assert desk(bob).post(f"{request}/approve").status_code == 403
    assert desk(alice).post(f"{request}/carry-out", SURE).status_code == 409
    assert desk(alice).post(f"{request}/approve").status_code == 302
    assert desk(alice).post(f"{request}/carry-out", {"sure": ""}).status_code == 422
    with tenant_scope(acme.id):
        assert Memory.objects.filter(subject_id=known.id, state="active").exists()
    begun = desk(alice).post(f"{request}/carry-out", SURE, follow=True).content.decode()
    assert "How far it has come" in begun
    with tenant_scope(acme.id):
        asked_for = SubjectRequest.objects.get()
    gone_on(asked_for)
    erased = desk(alice).get(request).content.decode().partition("What was erased")[2]
    assert 0 < erased.index("<dt>Embeddings<") < erased.index("<dt>Your identifier of the person<")
    problem_of(
        door_of(robo).post("memories", {"content": "x", "subject": "customer-7"}),
        410,
        "subject_erased",
    )
    after = desk(alice).get(page).content.decode()
    assert "erased</span>" in after
    assert f"{page}/request" not in after
    emptied = desk(alice).post(f"{page}/export", {"reason": "proof"}).getvalue()
    assert b"Jonas" not in emptied
    assert "completed" in desk(alice).get(f"{REQUESTS}?status=closed").content.decode()


def test_a_hold_is_named_and_nothing_can_be_carried_out(desk, acme, alice, bob, page):
    with tenant_scope(acme.id):
        place_hold(actor=alice.actor, subject="customer-7", ground="Case 7 O 12/26")
    assert "Case 7 O 12/26" in desk(bob).get(f"{page}/request").content.decode()
    request = asked(desk, bob, page)
    desk(alice).post(f"{request}/approve")
    shown = desk(alice).get(request).content.decode()
    assert "Case 7 O 12/26" in shown
    assert "Erase for good" not in shown
    assert desk(alice).post(f"{request}/carry-out", SURE).status_code == 423


def test_what_is_late_is_said_in_words(desk, acme, alice, bob, dana, page):
    asked(desk, bob, page, received_on="2026-01-05")
    shown = desk(dana).get(REQUESTS).content.decode()
    assert "overdue" in shown
    assert "Take a request in" not in shown
    with tenant_scope(acme.id):
        request = SubjectRequest.objects.get()
    assert (request.due_at - request.received_at).days == 31


def test_a_refusal_needs_a_reason_and_stays_on_record(desk, alice, bob, page):
    request = asked(desk, bob, page)
    assert desk(alice).post(f"{request}/refuse", {"reason": ""}).status_code == 422
    desk(alice).post(
        f"{request}/refuse", {"ground": "legal_obligation", "reason": "Invoices must be kept."}
    )
    assert "Invoices must be kept." in desk(bob).get(request).content.decode()
    assert desk(alice).post(f"{request}/approve").status_code == 409
    assert asked(desk, bob, page) != request


def test_a_request_about_somebody_unknown_is_kept_and_nobody_found(desk, acme, bob, known):
    unknown = desk(bob).post(f"{REQUESTS}new", {**SAYS, "subject": "customer-99"}, follow=True)
    assert "customer-99" in unknown.content.decode()
    by_name = desk(bob).post(f"{REQUESTS}new", {**SAYS, "subject": "customer-7"})
    again = desk(bob).post(f"{REQUESTS}new", {**SAYS, "subject": "customer-7"})
    with tenant_scope(acme.id):
        found = list(SubjectRequest.objects.order_by("id").values_list("status", "subject_id"))
    assert found == [("received", None), ("ready", known.id), ("duplicate", known.id)]
    assert by_name["Location"] != again["Location"]


def test_another_tenants_people_and_requests_are_not_there(
    desk, acme, globex, alice, mallory, spybot, page
):
    a_memory(spybot, subject="customer-7")
    theirs = f"{LIST}{subject_of(globex).id}"
    request = asked(desk, mallory, theirs)
    for address in (theirs, f"{theirs}/basis", f"{theirs}/export", f"{theirs}/request", request):
        assert desk(alice).get(address).status_code == 404
    for deed in ("approve", "refuse", "withdraw", "carry-out"):
        said = {"reason": "x", "ground": "other", **SURE}
        assert desk(alice).post(f"{request}/{deed}", said).status_code == 404
    assert "customer-7" not in desk(alice).get(REQUESTS).content.decode()
    with tenant_scope(globex.id):
        assert SubjectRequest.objects.get().status == "ready"


def test_more_people_ask_no_more_questions(
    desk, dana, robo, page, django_assert_max_num_queries, django_assert_num_queries
):
    client = desk(dana)
    with django_assert_max_num_queries(40) as few:
        client.get(LIST)
    with django_assert_max_num_queries(50) as one:
        client.get(page)
    for number in range(10):
        a_memory(robo, f"Fact {number}", subject=f"customer-{20 + number}")
        a_memory(robo, f"Fact {number}", subject="customer-7")
    with django_assert_num_queries(len(few.captured_queries)):
        client.get(LIST)
    with django_assert_max_num_queries(len(one.captured_queries)):
        client.get(page)

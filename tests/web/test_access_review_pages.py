"""A review of access in a browser: begun, answered, closed, and taken away as a file."""

import csv
from io import StringIO

from audit.models import AuditEvent
from console.access_review.models import AccessReview, Answer, Line
from console.accounts.models import Membership
from console.accounts.permissions import Role
from console.tenancy.scope import tenant_scope
from tests.cast import a_person

REVIEWS = "/settings/access-review/"


def begun(client):
    return client.post(f"{REVIEWS}start")["Location"]


def tokens(client, page):
    return {row.line.name: row.token for row in client.get(page).context["rows"]}


def test_alice_begins_one_and_is_told_what_waits(desk, alice, bob):
    client = desk(alice)
    assert "None was held yet" in client.get(REVIEWS).content.decode()
    page = begun(client)
    assert "bob (bob@acme.example)" in client.get(page).content.decode()
    assert "wait for an answer" in client.get(REVIEWS).content.decode()


def test_dana_attests_what_she_ticked_and_not_her_own(desk, acme, alice, bob, dana):
    page = begun(desk(alice))
    client = desk(dana)
    shown = tokens(client, page)
    html = client.get(page).content.decode()
    assert f'value="{shown["bob (bob@acme.example)"]}"' in html
    assert f'value="{shown["dana (dana@acme.example)"]}"' not in html
    client.post(f"{page}/attest", {"line": [shown["bob (bob@acme.example)"]]})
    with tenant_scope(acme.id):
        assert Answer.objects.get().answered_by_id == dana.user.id
    response = client.post(f"{page}/attest", {"line": [shown["dana (dana@acme.example)"]]})
    assert response.status_code == 403
    assert "bob@acme" not in client.get(page).content.decode()
    assert "attested" in client.get(f"{page}?all").content.decode()


def test_nothing_ticked_is_told_and_nonsense_is_refused(desk, acme, alice):
    client = desk(alice)
    page = begun(client)
    assert "Tick what you attest" in client.post(f"{page}/attest", follow=True).content.decode()
    for nonsense in ("x", "::", "00000000-0000-7000-8000-000000000000:"):
        assert client.post(f"{page}/attest", {"line": [nonsense]}).status_code in {302, 404}
    with tenant_scope(acme.id):
        assert not Answer.objects.exists()


def test_alice_revokes_with_a_question_and_a_reason(desk, acme, alice, bob):
    client = desk(alice)
    page = begun(client)
    with tenant_scope(acme.id):
        member = Membership.objects.get(user=bob.user)
        line = Line.objects.get(grant_id=member.id)
    revoke = f"{page}/lines/{line.id}/revoke"
    assert "put out of the workspace" in client.get(revoke).content.decode()
    assert client.post(revoke, {"comment": ""}).status_code == 422
    client.post(revoke, {"comment": "left in May"})
    with tenant_scope(acme.id):
        assert not Membership.objects.filter(user=bob.user).exists()
        assert AuditEvent.objects.filter(kind="access_review.revoked").exists()


def test_what_an_auditor_cannot_do_is_not_offered(desk, alice, bob, dana):
    page = begun(desk(alice))
    client = desk(dana)
    assert "/revoke" not in client.get(page).content.decode()
    assert client.post(f"{REVIEWS}start").status_code == 404


def test_others_see_no_such_page(desk, alice, bob, carol, mallory):
    page = begun(desk(alice))
    for person in (bob, carol):
        assert desk(person).get(REVIEWS).status_code == 404
        assert desk(person).get(page).status_code == 404
    assert desk(mallory).get(page).status_code == 404
    assert desk(mallory).get(f"{page}/evidence.csv").status_code == 404


def test_the_evidence_is_a_file_that_runs_nothing(desk, acme, alice, dana):
    with tenant_scope(acme.id):
        alice.user.name = '=HYPERLINK("https://evil.example")'
        alice.user.save()
    client = desk(alice)
    page = begun(client)
    shown = tokens(desk(dana), page)
    name = next(name for name in shown if name.startswith("=HYPERLINK"))
    desk(dana).post(f"{page}/attest", {"line": [shown[name]]})
    response = client.get(f"{page}/evidence.csv")
    assert response["Content-Disposition"].startswith("attachment;")
    rows = list(csv.DictReader(StringIO(response.content.decode())))
    attested = next(row for row in rows if row["verdict"] == "attested")
    assert attested["name"].startswith("'=HYPERLINK")
    assert attested["answered_by"] == "dana"
    document = client.get(f"{page}/evidence.json").json()
    assert len(document["lines"]) == len(rows)
    assert document["closed_at"] is None


def test_a_page_of_it_asks_as_much_for_many_as_for_few(
    desk, acme, alice, django_assert_max_num_queries
):
    client = desk(alice)
    page = begun(client)
    with django_assert_max_num_queries(60) as few:
        client.get(page)
    asked = len(few)
    with tenant_scope(acme.id):
        AccessReview.objects.update(closed_at="2026-01-01T00:00:00Z")
    for number in range(20):
        a_person(acme, f"person{number}", Role.READER)
    again = begun(client)
    with django_assert_max_num_queries(asked):
        assert "person19" in client.get(again).content.decode()

"""Placing and releasing legal holds in a browser."""

from console.accounts.permissions import Role
from console.tenancy.scope import tenant_scope
from memory.models import LegalHold, Memory, State
from tests.cast import a_memory, a_person
from tests.holds.conftest import run_of
from tests.ingest.conftest import no_day_remembered

__all__ = ["no_day_remembered"]

LIST, NEW = "/holds/", "/holds/new"
GROUND = "Case <b>7</b>"


def test_alice_holds_a_memory_sees_the_badge_and_releases_it(desk, acme, alice, robo):
    memory = a_memory(robo, subject="customer-7")
    page = f"/memories/{memory.id}"
    client = desk(alice)
    assert "legal hold" not in client.get(page).content.decode()
    response = client.post(
        f"{NEW}?memory={memory.id}", {"scope": "memory", "ground": GROUND}, follow=True
    )
    assert response.request["PATH_INFO"] == page
    shown = response.content.decode()
    assert "legal hold</span>" in shown
    assert "Case &lt;b&gt;7" in shown
    assert f"{page}/delete" not in shown
    assert f"{page}/expire" not in shown
    assert client.post(f"{page}/delete", {"reason": "mistake"}).status_code == 423
    with tenant_scope(acme.id):
        hold = LegalHold.objects.get()
        assert Memory.objects.get().state == State.ACTIVE
    release = f"/holds/{hold.id}/release"
    assert "Release this hold?" in client.get(release).content.decode()
    assert client.post(release, {"reason": ""}).status_code == 422
    assert client.post(release, {"reason": "Settled."}).status_code == 302
    assert "Settled." in client.get(f"{LIST}?status=released").content.decode()
    assert f"{page}/delete" in client.get(page).content.decode()


def test_all_about_a_subject_may_be_held_from_one_memory_or_by_name(desk, acme, alice, robo):
    memory = a_memory(robo, subject="customer-7")
    client = desk(alice)
    client.post(f"{NEW}?memory={memory.id}", {"scope": "subject", "ground": "a"})
    client.post(
        NEW, {"scope": "subject", "subject": "customer-9", "ground": "b", "review_on": "2099-01-01"}
    )
    shown = client.get(LIST).content.decode()
    assert "All about customer-7" in shown
    assert "All about customer-9" in shown
    with tenant_scope(acme.id):
        assert LegalHold.objects.filter(memory_id__isnull=True).count() == 2


def test_a_form_that_does_not_hold_says_so_beside_the_field(desk, acme, alice):
    wrong = {"scope": "subject", "subject": "", "ground": "", "review_on": "2001-01-01"}
    response = desk(alice).post(NEW, wrong)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"subject", "ground", "review_on"}
    with tenant_scope(acme.id):
        assert not LegalHold.objects.exists()


def test_others_read_and_do_not_place(desk, acme, bob, carol, alice, robo):
    memory = a_memory(robo)
    desk(alice).post(f"{NEW}?memory={memory.id}", {"scope": "memory", "ground": "secret case"})
    page = desk(bob).get(LIST).content.decode()
    assert "secret case" in page
    assert "Place a hold" not in page
    assert desk(bob).get(NEW).status_code == 404
    assert desk(carol).get(LIST).status_code == 404
    seen = desk(carol).get(f"/memories/{memory.id}").content.decode()
    assert "legal hold" in seen
    assert "secret case" not in seen


def test_an_unknown_memory_is_held_by_nobody(desk, alice):
    for named in ("no", "01990000-0000-7000-8000-000000000000"):
        assert desk(alice).get(f"{NEW}?memory={named}").status_code == 404


def test_a_run_an_agent_and_a_period_are_held_too(desk, acme, alice, robo, no_day_remembered):
    run = run_of(acme, 1, "customer-7")
    client = desk(alice)
    chosen = client.get(f"{NEW}?run={run.id}").content.decode()
    assert str(run.id) in chosen
    client.post(NEW, {"scope": "run", "run": str(run.id), "ground": "a"})
    client.post(NEW, {"scope": "agent", "agent": str(robo.agent.id), "ground": "b"})
    period = {"scope": "period", "since": "2026-01-01", "until": "2026-01-31", "ground": "c"}
    client.post(NEW, period)
    shown = client.get(LIST).content.decode()
    assert f"/runs/{run.id}" in shown
    assert "All of robo" in shown
    assert "All since 2026-01-01, before 2026-02-01" in shown
    for scope in ("run", "agent", "period"):
        refused = client.post(NEW, {"scope": scope, "ground": "d"})
        field = "since" if scope == "period" else scope
        assert set(refused.context["form"].errors) == {field}


def test_where_it_takes_two_the_same_person_cannot_do_both(desk, acme, alice):
    client = desk(alice)
    body = {"scope": "subject", "subject": "customer-7", "ground": "a", "release_people": "2"}
    client.post(NEW, body)
    with tenant_scope(acme.id):
        release = f"/holds/{LegalHold.objects.get().id}/release"
    assert "Ask for the release" in client.get(release).content.decode()
    client.post(release, {"reason": "Settled."})
    assert "release asked by" in client.get(LIST).content.decode()
    assert client.post(release, {"reason": "Settled."}).status_code == 403
    with tenant_scope(acme.id):
        assert LegalHold.objects.get().stands
    other = desk(a_person(acme, "anna", Role.OWNER))
    other.post(release, {"reason": "Settled."})
    with tenant_scope(acme.id):
        assert not LegalHold.objects.get().stands

"""Merging, lineage and the lifecycle's rules in a browser."""

import pytest

from audit.trail import audited
from console.accounts.actor import system_actor
from console.tenancy.scope import tenant_scope
from memory.actions import retire_memory
from memory.keeping.rules import LifecycleRules
from memory.keeping.setting import rules_in_force
from memory.models import Kind, Memory, ReviewItem, ReviewKind, State
from memory.reviews.opening import item_about, open_items
from tests.api.door import door_of
from tests.cast import a_memory

RULES = "/settings/lifecycle/"


def test_alice_merges_two_and_sees_where_each_went(desk, acme, alice, robo):
    first, second = (a_memory(robo, f"Jonas {n}.", subject="jonas") for n in ("one", "two"))
    a_memory(robo, "Ada three.", subject="ada")
    client = desk(alice)
    page = f"/memories/{first.id}/merge"
    shown = client.get(page).content.decode()
    assert "Jonas two." in shown
    assert "Ada three." not in shown
    assert client.post(page, {"content": "x"}).status_code == 422
    response = client.post(
        page, {"others": [str(second.id)], "content": "Jonas one and two."}, follow=True
    )
    made = response.content.decode()
    assert "in force in their place" in made
    assert f"/memories/{first.id}" in made
    assert f"/memories/{second.id}" in made
    with tenant_scope(acme.id):
        merged = Memory.objects.get(state=State.ACTIVE, subject__external_id="jonas")
    for source in (first, second):
        gone = client.get(f"/memories/{source.id}").content.decode()
        assert f'A newer memory took its place: <a href="/memories/{merged.id}"' in gone


def test_a_memory_with_nothing_to_merge_says_so(desk, alice, robo, carol):
    memory = a_memory(robo, subject="jonas")
    page = f"/memories/{memory.id}/merge"
    assert "Nothing to merge it with" in desk(alice).get(page).content.decode()
    assert desk(carol).get(page).status_code == 404


def test_a_summary_and_its_sources_lead_to_each_other(desk, carol, robo, rookie):
    source = a_memory(robo, "Jonas lives in Bonn.")
    summary = a_memory(robo, "A dossier.", kind=Kind.SUMMARY, derived_from=(source.id,))
    held = a_memory(rookie, "Not yet.", kind=Kind.SUMMARY, derived_from=(source.id,))
    client = desk(carol)
    above = client.get(f"/memories/{source.id}").content.decode()
    assert "Made from it" in above
    assert f"/memories/{summary.id}" in above
    assert str(held.id) not in above
    below = client.get(f"/memories/{summary.id}").content.decode()
    assert "Jonas lives in Bonn." in below
    answer = door_of(carol).get(f"memories/{source.id}").json()
    assert (answer["derived"], answer["legal_hold"]) == ([str(summary.id)], False)


def test_bob_is_told_why_he_is_asked_about_a_doubt(desk, acme, bob, robo):
    source = a_memory(robo, "Jonas lives in Bonn.")
    a_memory(robo, "A dossier.", kind=Kind.SUMMARY, derived_from=(source.id,))
    with tenant_scope(acme.id):
        retire_memory(actor=robo.actor, memory=source, reason="mistake")
        doubt = ReviewItem.objects.get()
    page = desk(bob).get(f"/review/{doubt.id}").content.decode()
    assert "Doubted summary" in page
    assert "Why you are asked" in page
    assert "It stands: it stays in force as it is." in page


def test_alice_changes_the_rules_and_goes_back(desk, acme, alice, dana, carol):
    client = desk(alice)
    assert "the defaults hold" in client.get(RULES).content.decode()
    fields = LifecycleRules().as_dict()
    sent = fields | {"budget_per_subject": "500", "reason": "<b>less</b>"}
    shown = client.post(RULES, sent, follow=True).content.decode()
    assert "The next sweep keeps to it." in shown
    assert "Budget per subject 500" in shown
    assert "Refresh share 0.5, Refresh cap days 1095, Renewal notice days 14" in shown
    assert "<b>less" not in shown
    with tenant_scope(acme.id):
        assert rules_in_force() == LifecycleRules(budget_per_subject=500)
    for wrong in (
        {"refresh_share": "1.5"},
        {"budget_per_subject": "1.5"},
        {"archive_after_days": ""},
    ):
        response = client.post(RULES, fields | wrong)
        assert response.status_code == 422
        assert set(response.context["form"].errors) == set(wrong)
    assert desk(dana).post(RULES, fields).status_code == 403
    assert desk(carol).get(RULES).status_code == 404
    client.post(f"{RULES}defaults")
    with tenant_scope(acme.id):
        assert rules_in_force() == LifecycleRules()


@audited("review.opened")
def asked(*, actor, memory, kind):
    return open_items([item_about(memory, kind, code="code", detail="Why.", risk=0.5)])


REASON = {"approve": "accurate", "reject": "inaccurate", "expire": "not_needed"}
ANSWERS = {
    (ReviewKind.RENEWAL, "approve"): ("active", "Renewed."),
    (ReviewKind.RENEWAL, "reject"): ("active", "It ends when it was to end."),
    (ReviewKind.UNUSED, "approve"): ("active", "It stays in force."),
    (ReviewKind.UNUSED, "expire"): ("expired", "Expired."),
    (ReviewKind.HARMFUL, "approve"): ("active", "It stays in force."),
    (ReviewKind.HARMFUL, "reject"): ("rejected", "Rejected."),
    (ReviewKind.DOUBT, "approve"): ("active", "It stays in force."),
    (ReviewKind.DOUBT, "reject"): ("rejected", "Rejected."),
}


@pytest.mark.parametrize(("kind", "decision"), ANSWERS)
def test_bob_answers_a_question_about_what_is_in_force(desk, acme, bob, robo, kind, decision):
    memory = a_memory(robo, "Refunds need no receipt.")
    with tenant_scope(acme.id):
        actor = system_actor(acme.id, "sweep")
        [review] = asked(actor=actor, memory=memory, kind=kind).changed
    client = desk(bob)
    assert "Refunds need no receipt." in client.get("/review/").content.decode()
    assert "A reviewer is asked about it" in client.get(f"/memories/{memory.id}").content.decode()
    page = client.get(f"/review/{review.id}").content.decode()
    assert "Why you are asked" in page
    assert "It never takes effect" not in page
    assert "Agents can recall it from now on" not in page
    said = {"decision": decision, "reason": REASON[decision]}
    said["seen"] = bytes(review.content_digest).hex()
    answer = client.post(f"/review/{review.id}/decide", said, follow=True).content.decode()
    state, sentence = ANSWERS[kind, decision]
    assert sentence in answer
    with tenant_scope(acme.id):
        assert Memory.objects.get(id=memory.id).state == state
        assert not ReviewItem.objects.filter(status="open").exists()

"""Review quality, and items that are looked at a second time, as people see them."""

import pytest

from console.accounts.permissions import Role
from console.tenancy.scope import tenant_scope
from memory.actions import decide_review, save_queue, set_gold_item, skip_review
from memory.actions.decide import Decision
from memory.models import GoldItem, SecondOpinion
from memory.review_audit import draw_samples
from memory.reviews.figures import QueueFigures
from tests.cast import a_person, remember

SECRET_COMMENT = "Bob was sure of it."


@pytest.fixture
def erin(acme):
    return a_person(acme, "erin", Role.REVIEWER)


@pytest.fixture
def review(acme, alice, bob, rookie):
    with tenant_scope(acme.id):
        figures = QueueFigures(double_blind_share=1.0)
        save_queue(actor=alice.actor, name="", figures=figures)
        held = remember(rookie, "Jonas is away.", confidence=0.2).review
        return decide_review(
            actor=bob.actor,
            review=held,
            decision=Decision.APPROVE,
            reason="accurate",
            comment=SECRET_COMMENT,
        )


@pytest.fixture
def opinion(acme, review):
    draw_samples(acme.id)
    with tenant_scope(acme.id):
        return SecondOpinion.objects.get()


def answer(client, opinion, verdict, seen=None):
    page = client.get(f"/review/second/{opinion.id}").content.decode()
    seen = seen or page.split('name="seen" value="')[1].split('"')[0]
    return client.post(f"/review/second/{opinion.id}", {"verdict": verdict, "seen": seen})


def test_erin_sees_the_text_and_not_what_bob_decided(desk, erin, opinion):
    page = desk(erin).get(f"/review/second/{opinion.id}").content.decode()
    main = page.split("<main", 1)[1]
    assert "Jonas is away." in main
    assert SECRET_COMMENT not in main
    for told in ("approved", "Approved", "bob", "double", "gold"):
        assert told not in main


def test_erin_answers_and_is_led_back_to_the_queue(desk, acme, erin, opinion):
    response = answer(desk(erin), opinion, "lets_in")
    assert (response.status_code, response["Location"]) == (302, "/review/")
    with tenant_scope(acme.id):
        assert SecondOpinion.objects.get().person_label == "erin"


def test_erin_is_led_to_a_second_look_by_her_next_decision(desk, acme, erin, rookie, opinion):
    with tenant_scope(acme.id):
        held = remember(rookie, "Ada has moved.", confidence=0.2).review
    erins = desk(erin)
    seen = bytes(held.content_digest).hex()
    sent = {"decision": "approve", "reason": "accurate", "seen": seen}
    url = f"/review/{held.id}/decide"
    response = erins.post(url, sent)
    assert response["Location"] == f"/review/second/{opinion.id}"


def test_an_answer_without_a_verdict_is_asked_for_again(desk, erin, opinion):
    assert answer(desk(erin), opinion, "perhaps").status_code == 422


def test_bob_who_decided_and_carol_who_decides_nothing_are_not_shown_it(desk, bob, carol, opinion):
    for person in (bob, carol):
        assert desk(person).get(f"/review/second/{opinion.id}").status_code == 404


def test_mallory_is_not_shown_it(desk, mallory, opinion):
    assert desk(mallory).get(f"/review/second/{opinion.id}").status_code == 404


def test_alice_reads_the_figures_and_where_two_disagree(desk, alice, erin, opinion):
    answer(desk(erin), opinion, "keeps_out")
    page = desk(alice).get("/review/quality/").content.decode()
    assert "Jonas is away." in page
    assert "second answer: keep it out" in page
    assert "not known before 20 pairs" in page


def test_alice_reads_who_left_what_to_others_and_why(desk, acme, alice, bob, erin, rookie):
    held = [remember(rookie, f"Order {n} is late.", confidence=0.2).review for n in (7, 8)]
    said = {"reason": "not_impartial", "comment": "<b>She is my aunt.</b>"}
    with tenant_scope(acme.id):
        skip_review(actor=bob.actor, review=held[0], **said)
        skip_review(actor=erin.actor, review=held[1], reason="needs_context")
    page = desk(alice).get("/review/quality/").content.decode()
    left = page.split('id="skipped"', 1)[1].split("</section>", 1)[0]
    assert left.index("Order 8 is late.") < left.index("Order 7 is late.")
    for words in ("bob: I am not impartial", "&lt;b&gt;She is my aunt.", "erin: I cannot tell"):
        assert words in left
    assert f'href="/review/{held[0].id}"' in left


def test_an_empty_page_of_quality_says_what_to_do(desk, bob):
    page = desk(bob).get("/review/quality/").content.decode()
    assert "Nothing decided yet" in page
    assert "Nobody has skipped an item" in page


def test_alice_measures_by_a_decision_and_withdraws_it(desk, acme, alice, review):
    alices = desk(alice)
    assert "Measure others" in alices.get(f"/review/{review.id}/gold").content.decode()
    assert alices.post(f"/review/{review.id}/gold").status_code == 302
    assert "Let it in" in alices.get("/review/quality/").content.decode()
    assert alices.post(f"/review/{review.id}/gold/withdraw").status_code == 302
    with tenant_scope(acme.id):
        assert GoldItem.objects.get().withdrawn_at is not None


def test_bob_may_not_say_what_is_right(desk, acme, bob, review):
    bobs = desk(bob)
    assert bobs.get(f"/review/{review.id}/gold").status_code == 404
    assert bobs.post(f"/review/{review.id}/gold").status_code == 404
    with tenant_scope(acme.id):
        assert not GoldItem.objects.exists()


def test_the_page_asks_as_often_for_many_as_for_one(
    desk, acme, alice, bob, rookie, django_assert_max_num_queries
):
    with tenant_scope(acme.id):
        for number in range(4):
            held = remember(rookie, f"Order {number} is late.", confidence=0.2).review
            decided = decide_review(
                actor=bob.actor, review=held, decision=Decision.APPROVE, reason="accurate"
            )
            set_gold_item(actor=alice.actor, review=decided)
            other = remember(rookie, f"Parcel {number} is late.", confidence=0.2).review
            skip_review(actor=bob.actor, review=other, reason="later")
    alices = desk(alice)
    alices.get("/review/quality/")
    with django_assert_max_num_queries(30):
        alices.get("/review/quality/")

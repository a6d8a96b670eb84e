"""Working at the review desk: claims, skipping, raising, undoing, views, and what is beside it."""

from datetime import timedelta

import pytest

from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from memory.actions import claim_review, revise_memory
from memory.models import Memory, ReviewItem, SavedView, State
from tests.cast import a_memory, a_write, remember, versions

HTMX = {"HX-Request": "true"}


@pytest.fixture
def held(rookie):
    return remember(rookie, "Jonas is on holiday in May.", subject="customer-1")


def at(outcome):
    return f"/review/{outcome.review.id}"


def current(tenant, outcome):
    with tenant_scope(tenant.id):
        return ReviewItem.objects.get(id=outcome.review.id)


def decide(client, outcome, decision="approve", reason="accurate", headers=None, **fields):
    digest = bytes(outcome.review.content_digest).hex()
    sent = {"decision": decision, "reason": reason, "seen": digest, **fields}
    return client.post(f"{at(outcome)}/decide", sent, headers=headers)


def test_one_answer_holds_the_decision_and_the_next_item(desk, acme, bob, rookie, held):
    other = remember(rookie, "Jonas likes tea.", subject="customer-1")
    answer = decide(desk(bob), held, headers=HTMX)
    page = answer.content.decode()
    assert answer["HX-Push-Url"] == at(other)
    assert f'data-review="{other.review.id}"' in page
    assert "Approved. Agents can recall it now." in page
    assert f'<li id="row-{held.review.id}" hx-swap-oob="delete">' in page
    assert "<html" not in page
    assert current(acme, other).claimed_by_id == bob.user.id


def test_a_decision_and_the_next_item_ask_no_more_of_a_long_queue(
    desk, bob, rookie, held, django_assert_max_num_queries
):
    client = desk(bob)

    def likes(number):
        # By the key each is like the others: whether texts are is up to the tenant's random key.
        return remember(
            rookie, f"Customer {number} likes tea.", subject=f"customer-{number}", key="drink"
        )

    first, second, _third = likes(2), likes(3), likes(4)
    decide(client, held, headers=HTMX)
    with django_assert_max_num_queries(50) as short:
        decide(client, first, headers=HTMX)
    for number in range(5, 25):
        likes(number)
    with django_assert_max_num_queries(len(short)):
        decide(client, second, headers=HTMX)


def test_the_next_item_is_of_the_queue_on_the_screen(desk, bob, rookie, held):
    elsewhere = [remember(rookie, f"Note {n}.", subject="customer-2") for n in range(2)]
    answer = desk(bob).post(
        f"{at(elsewhere[0])}/decide?subject=customer-2",
        {
            "decision": "approve",
            "reason": "accurate",
            "seen": bytes(elsewhere[0].review.content_digest).hex(),
        },
    )
    assert answer["Location"] == f"{at(elsewhere[1])}?subject=customer-2"


def test_no_two_people_are_led_to_the_same_item(desk, acme, alice, bob, rookie):
    for n in range(2):
        remember(rookie, f"Note {n}.")
    places = {desk(person).post("/review/next")["Location"] for person in (alice, bob)}
    assert len(places) == 2
    assert desk(bob).post("/review/next")["Location"] == "/review/"


def test_bob_is_told_that_alice_decides_it(desk, acme, alice, bob, held):
    desk(alice).post(f"{at(held)}/presence", headers=HTMX)
    page = desk(bob).get(at(held)).content.decode()
    assert "<strong>alice</strong> is deciding this." in page
    assert "Take the next one meanwhile." in page
    assert "/decide" not in page
    assert decide(desk(bob), held).status_code == 409
    told = desk(bob).post(f"{at(held)}/presence", headers=HTMX).content.decode()
    assert "alice" in told
    assert "bob" in desk(alice).post(f"{at(held)}/presence", headers=HTMX).content.decode()


def test_a_page_that_is_left_gives_the_item_back(desk, acme, alice, bob, held):
    client = desk(alice)
    client.post(f"{at(held)}/presence", headers=HTMX)
    assert desk(bob).post(f"{at(held)}/release").status_code == 204
    assert current(acme, held).is_claimed
    assert client.post(f"{at(held)}/release").status_code == 204
    assert not current(acme, held).is_claimed


def test_an_open_page_keeps_the_claim(desk, acme, bob, held):
    with tenant_scope(acme.id):
        claim_review(actor=bob.actor, review=held.review, lease=timedelta(seconds=20))
    desk(bob).post(f"{at(held)}/presence", headers=HTMX)
    assert current(acme, held).claimed_until > now() + timedelta(minutes=1)


def test_bob_skips_and_is_not_led_to_it_again(desk, acme, bob, held):
    client = desk(bob)
    answer = client.post(f"{at(held)}/skip", {"reason": "not_my_field"})
    assert answer["Location"] == "/review/"
    assert client.post("/review/next")["Location"] == "/review/"
    assert "holiday" in client.get("/review/").content.decode()
    assert client.post(f"{at(held)}/skip", {"reason": "whim"}).status_code == 422


def test_bob_escalates_with_a_word_and_it_is_told(desk, acme, alice, bob, held):
    client = desk(bob)
    assert client.post(f"{at(held)}/escalate", {"comment": " "}).status_code == 422
    client.post(f"{at(held)}/escalate", {"comment": "He travels today.", "two_people": "on"})
    page = desk(alice).get(at(held)).content.decode()
    assert "He travels today." in page
    assert "High priority" in page
    assert "Two people must approve this" in page


def test_bob_takes_back_what_he_decided_and_the_item_is_open_again(desk, acme, bob, held):
    client = desk(bob)
    decide(client, held, "reject", "inaccurate")
    assert f"{at(held)}/undo" in client.get("/review/").content.decode()
    answer = client.post(f"{at(held)}/undo", headers=HTMX)
    assert answer["HX-Push-Url"] == at(held)
    assert answer["HX-Trigger"] == "queue-changed"
    assert current(acme, held).is_open
    assert f"{at(held)}/undo" not in client.get("/review/").content.decode()


def test_alice_is_offered_no_undo_of_bobs_decision_on_her_desk(desk, alice, bob, held):
    decide(desk(bob), held)
    assert "/undo" not in desk(alice).get("/review/").content.decode()


def test_bob_merges_into_the_nearest_by_the_choice_that_is_made_for_him(desk, acme, bob, robo):
    said = "Deliveries go to the back entrance, ring twice and wait for the porter."
    kept = a_memory(robo, said, subject="customer-1", confidence=0.9)
    other = remember(robo, said.replace("back", "front"), subject="customer-1", confidence=0.2)
    client = desk(bob)
    page = client.get(at(other)).content.decode()
    assert "Against the nearest memory in force" in page
    assert f'value="{kept.id}"' in page
    answer = decide(client, other, "merge", "duplicate", into=str(kept.id))
    assert answer.status_code == 302
    with tenant_scope(acme.id):
        assert Memory.objects.get(id=other.memory.id).state == State.SUPERSEDED
    assert decide(client, other, "merge", "duplicate", into="nobody").status_code == 422


@pytest.fixture
def moved(acme, robo):
    """Jonas lived in Hamburg, lives in Bonn, and is said to live on the moon."""
    memory = a_memory(robo, "Jonas lives in Hamburg.")

    def revised(content, number, **fields):
        return revise_memory(
            actor=robo.actor,
            memory=Memory.objects.get(id=memory.id),
            write=a_write(content, **fields),
            expected_version=number,
        )

    with tenant_scope(acme.id):
        revised("Jonas lives in Bonn.", 1)
        return revised("Jonas lives on the moon.", 2, confidence=0.1)


def test_bob_puts_back_what_was_in_force_before(desk, acme, bob, moved):
    client = desk(bob)
    page = client.get(at(moved)).content.decode()
    panel = page.split('data-key="v"', 1)[1].split("</details>", 1)[0]
    assert "Version 1: Jonas lives in Hamburg." in panel
    assert "Version 2" not in panel
    answer = decide(client, moved, "restore", "earlier_holds", number="2")
    assert answer.status_code == 422
    assert decide(client, moved, "restore", "earlier_holds", number="1").status_code == 302
    assert current(acme, moved).status == "restored"
    with tenant_scope(acme.id):
        memory = Memory.objects.get(id=moved.memory.id)
        [said] = versions(memory_id=memory.id, number=memory.version)
    assert (memory.version, said.content) == (4, "Jonas lives in Hamburg.")


def test_where_nothing_was_in_force_before_there_is_nothing_to_put_back(desk, bob, robo, held):
    client = desk(bob)
    assert 'data-key="v"' not in client.get(at(held)).content.decode()
    assert decide(client, held, "restore", "earlier_holds", number="1").status_code == 422


def test_bob_quarantines_and_it_waits_on(desk, acme, bob, held):
    client = desk(bob)
    decide(client, held, "quarantine", "suspicious")
    with tenant_scope(acme.id):
        assert Memory.objects.get(id=held.memory.id).state == State.QUARANTINED
    page = client.get(at(held)).content.decode()
    assert "Quarantined fact" in page
    assert 'value="quarantine">' not in page.split('class="decisions"', 1)[1]


def test_an_item_leads_to_the_agent_and_to_the_subject(desk, bob, rookie, held):
    page = desk(bob).get(at(held)).content.decode()
    assert f'href="/agents/{rookie.agent.id}"' in page
    assert f'<a href="/subjects/{held.memory.subject_id}">customer-1</a>' in page


def test_the_place_in_the_queue_is_explained_by_its_parts(desk, bob, held):
    page = desk(bob).get(at(held)).content.decode()
    for words in ("Its place in the queue", "of the time it was given", "Priority normal"):
        assert words in page


def test_what_is_late_says_so_in_words(desk, acme, bob, held):
    assert "overdue, " not in desk(bob).get("/review/").content.decode()
    with tenant_scope(acme.id):
        past = now() - timedelta(hours=3)
        late = ReviewItem.objects.filter(id=held.review.id)
        late.update(due_at=past, opened_at=past - timedelta(days=1))
    for address in ("/review/", at(held)):
        assert "overdue, " in desk(bob).get(address).content.decode()
    assert "1 overdue" in desk(bob).get("/review/").content.decode()


@pytest.mark.parametrize(
    "words", ["customer-1", "rookie", "ROOKIE", "the review", "the memory"], ids=str
)
def test_search_finds_an_item_by_what_names_it(desk, bob, rookie, held, words):
    remember(rookie, "Jonas likes tea.", subject="customer-2")
    named = {"the review": held.review.id, "the memory": held.memory.id}.get(words, words)
    page = desk(bob).get("/review/", {"q": str(named)}).content.decode()
    assert "holiday" in page
    assert "Nothing matches" in desk(bob).get("/review/?q=holiday").content.decode()


def test_bob_names_his_filters_and_they_are_one_press_away(desk, acme, bob, dana, held):
    client = desk(bob)
    client.post("/review/views/save?subject=customer-1", {"name": "Jonas", "shared": "on"})
    page = client.get("/review/").content.decode()
    assert "?subject=customer-1" in page
    assert ">Jonas</a>" in page
    assert ">Jonas</a>" in desk(dana).get("/review/").content.decode()
    shown = client.get("/review/?subject=customer-1").content.decode()
    assert "Delete this view" in shown
    assert "Delete this view" not in desk(dana).get("/review/?subject=customer-1").content.decode()
    with tenant_scope(acme.id):
        view = SavedView.objects.get()
    assert desk(dana).post(f"/views/{view.id}/delete").status_code == 404
    client.post(f"/views/{view.id}/delete")
    assert ">Jonas</a>" not in client.get("/review/").content.decode()


def test_a_view_of_ones_own_is_nobody_elses(desk, bob, dana, mallory, held):
    desk(bob).post("/review/views/save?subject=customer-1", {"name": "Jonas"})
    for person in (dana, mallory):
        assert ">Jonas</a>" not in desk(person).get("/review/").content.decode()


@pytest.mark.parametrize(
    ("address", "name"),
    [("?subject=x", ""), ("?subject=x", "n" * 61), ("", "All"), ("?subject=x", "Taken")],
)
def test_a_view_that_does_not_hold_is_refused_beside_its_name(desk, acme, bob, address, name):
    client = desk(bob)
    client.post("/review/views/save?subject=customer-1", {"name": "Taken"})
    assert client.post(f"/review/views/save{address}", {"name": name}).status_code == 422
    with tenant_scope(acme.id):
        assert SavedView.objects.count() == 1

"""What the review desk keeps off the screen until somebody asks for it, on record."""

import pytest

from audit.models import AuditEvent
from console.tenancy.scope import tenant_scope
from console.web.masking import Mask
from tests.cast import a_memory, remember

EMAIL, PHONE = "jonas.weber@acme.example", "+49 30 901820"
FROM_REVIEW = {"subject": "customer-1", "key": "contact", "confidence": 0.9}


@pytest.fixture
def held(rookie):
    return remember(rookie, f"Reach Jonas at {EMAIL}.", subject="customer-1")


def page_of(client, address, **how):
    return client.get(address, **how).content.decode()


def revealed(tenant):
    with tenant_scope(tenant.id):
        return list(AuditEvent.objects.filter(kind="memory.revealed"))


def test_bob_sees_that_there_is_an_address_and_not_which(desk, acme, bob, held):
    client = desk(bob)
    for address in ("/review/", f"/review/{held.review.id}", "/"):
        page = page_of(client, address)
        assert EMAIL not in page
        assert "[email address]" in page
    assert revealed(acme) == []


def test_revealing_shows_it_once_and_is_on_record(desk, acme, bob, held):
    client = desk(bob)
    address = f"/review/{held.review.id}"
    assert EMAIL in client.post(f"{address}/reveal").content.decode()
    [event] = revealed(acme)
    assert (event.actor_id, event.object_id) == (bob.user.id, held.memory.id)
    assert event.payload["review_id"] == str(held.review.id)
    assert EMAIL not in str(event.payload)
    assert EMAIL not in page_of(client, address)


def test_the_form_to_edit_holds_the_text_only_once_it_is_revealed(desk, acme, bob, held):
    client = desk(bob)
    page = page_of(client, f"/review/{held.review.id}")
    assert "To edit it is to see it, which is recorded." in page
    assert 'name="content"' not in page
    shown = client.post(f"/review/{held.review.id}/reveal", {"edit": "yes"}).content.decode()
    assert EMAIL in shown.split('name="content"', 1)[1]
    assert len(revealed(acme)) == 1


def test_dana_may_reveal_and_mallory_finds_nothing_to(desk, acme, dana, carol, mallory, held):
    address = f"/review/{held.review.id}/reveal"
    assert desk(dana).post(address).status_code == 200
    for person in (carol, mallory):
        assert desk(person).post(address).status_code == 404
    assert len(revealed(acme)) == 1


def test_a_subject_known_by_an_address_is_masked_too(desk, bob, rookie):
    review = remember(rookie, "Likes tea.", subject=EMAIL).review
    client = desk(bob)
    for address in ("/review/", f"/review/{review.id}"):
        assert EMAIL not in page_of(client, address)
    assert EMAIL in client.post(f"/review/{review.id}/reveal").content.decode()


def test_a_comparison_tells_that_the_address_changed_and_not_to_what(desk, bob, robo):
    a_memory(robo, f"Reach Jonas at {EMAIL}.", **FROM_REVIEW)
    other = EMAIL.replace("weber", "moser")
    review = remember(robo, f"Reach Jonas at {other}.", **FROM_REVIEW).review
    page = page_of(desk(bob), f"/review/{review.id}")
    assert EMAIL not in page
    assert other not in page
    assert "[email address 2]" in page or "email address" in page
    assert "<ins>" in page


def test_what_stands_beside_the_text_is_masked(desk, bob, rookie):
    review = remember(rookie, "Call him.", value={"phone": PHONE}, metadata={"mail": EMAIL}).review
    client = desk(bob)
    page = page_of(client, f"/review/{review.id}")
    assert PHONE not in page
    assert EMAIL not in page
    shown = client.post(f"/review/{review.id}/reveal").content.decode()
    assert PHONE in shown
    assert EMAIL in shown


def finding(start, end, label="", code="personal_data"):
    return {"start": start, "end": end, "label": label, "code": code, "path": ""}


def test_equal_words_have_one_name_and_others_another():
    mask = Mask()
    text = "a@x.example, b@x.example, a@x.example"
    spans = [finding(at, at + 11, "email address") for at in (0, 13, 26)]
    assert mask.text(text, spans)[0] == "[email address], [email address 2], [email address]"


def test_other_findings_move_with_the_text_they_mark():
    text = "Tell a@x.example to forward all records."
    spans = [finding(5, 16, "email address"), finding(20, 39)]
    said, moved = Mask().text(text, spans)
    assert said[moved[1]["start"] : moved[1]["end"]] == text[20:39]
    assert said[moved[0]["start"] : moved[0]["end"]] == "[email address]"


def test_a_finding_over_a_masked_word_keeps_its_ends():
    text = "Send it to a@x.example now."
    said, moved = Mask().text(text, [finding(0, 26), finding(11, 22, "email address")])
    assert said[moved[0]["start"] : moved[0]["end"]] == "Send it to [email address] now"


@pytest.mark.parametrize("span", [(-3, 4), (2, 999), (5, 5), (9, 2)])
def test_spans_out_of_the_text_hide_no_less_and_break_nothing(span):
    said, _ = Mask().text("secret word", [finding(*span, "secret")])
    assert isinstance(said, str)

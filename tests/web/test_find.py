"""The palette: a line of typing leads to a page, a name or an id, never to what one may not see."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import a_memory, an_agent, remember


def found(client, asked, **headers):
    return client.get("/find/", {"q": asked}, headers=headers).content.decode()


def test_bob_goes_to_a_page_by_the_beginning_of_its_name_or_by_another_word_for_it(desk, bob):
    bobs = desk(bob)
    assert 'href="/memories/"' in found(bobs, "mem")
    assert 'href="/policies/"' in found(bobs, "ttl")


def test_carol_is_led_to_no_page_that_does_not_open_for_her(desk, carol):
    page = found(desk(carol), "", **{"HX-Request": "true"})
    assert 'href="/memories/"' in page
    for forbidden in ("/review/", "/audit/", "/policies/", "/settings/recall/"):
        assert f'href="{forbidden}"' not in page


def test_bob_finds_an_agent_a_subject_and_a_memory_by_its_id(desk, bob, robo):
    memory = a_memory(robo, subject="customer-7")
    bobs = desk(bob)
    agent, subject = f"/agents/{robo.agent.id}", f"/subjects/{memory.subject_id}"
    for asked, there in {
        "rob": agent,
        str(robo.agent.id): agent,
        "customer": subject,
        str(memory.subject_id): subject,
    }.items():
        assert f'href="{there}"' in found(bobs, asked)
        assert bobs.get(there).status_code == 200
    assert f'href="/memories/{memory.id}"' in found(bobs, str(memory.id))


def test_carol_who_reads_no_subjects_page_is_led_to_the_memories(desk, carol, robo):
    memory = a_memory(robo, subject="customer-7")
    carols = desk(carol)
    assert "/memories/?subject=customer-7" in found(carols, "customer")
    assert f"/subjects/{memory.subject_id}" not in found(carols, str(memory.subject_id))


def test_what_waits_is_found_by_id_by_bob_and_not_by_carol(desk, bob, carol, rookie):
    review = remember(rookie, "Jonas is away.").review
    assert f'href="/review/{review.id}"' in found(desk(bob), str(review.id))
    page = found(desk(carol), str(review.id), **{"HX-Request": "true"})
    assert f'href="/review/{review.id}"' not in page


def test_mallory_finds_nothing_of_acme(desk, mallory, robo):
    memory = a_memory(robo, subject="customer-7")
    page = found(desk(mallory), str(memory.id), **{"HX-Request": "true"})
    assert "/memories/0" not in page
    for asked in ("customer-7", str(memory.subject_id), "robo", str(robo.agent.id)):
        page = found(desk(mallory), asked, **{"HX-Request": "true"})
        assert "subject=customer-7" not in page
        assert "/subjects/0" not in page
        assert "/agents/0" not in page


@pytest.mark.parametrize("nonsense", ["", "\0", "%", "_", "x" * 5000, "<script>", "' OR 1=1 --"])
def test_nonsense_is_answered_with_a_page(desk, bob, nonsense):
    response = desk(bob).get("/find/", {"q": nonsense})
    assert response.status_code == 200
    assert "<script>" not in response.content.decode().split("<main", 1)[1].split("</main", 1)[0]


def test_it_asks_as_often_with_many_agents_as_with_one(desk, bob, robo, acme):
    bobs = desk(bob)
    found(bobs, "ro")
    with CaptureQueriesContext(connection) as once:
        found(bobs, "ro")
    for number in range(8):
        an_agent(acme, f"robot-{number}")
    with CaptureQueriesContext(connection) as again:
        page = found(bobs, "ro")
    assert page.count('href="/agents/0') == 5
    assert len(again) == len(once)

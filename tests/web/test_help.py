"""Help stands beside each page, for those who may open the page."""

import pytest

from console.web.navigation import PLACES, SETTINGS


@pytest.mark.parametrize("place", [*PLACES, SETTINGS], ids=lambda place: place.slug)
def test_alice_reads_what_each_page_is_for(desk, alice, place):
    page = desk(alice).get(f"/help/{place.slug}").content.decode()
    assert place.purpose.split("'")[0] in page
    assert "<h2>" in page.split('class="guide"', 1)[1]


def test_a_page_leads_to_its_own_help(desk, bob):
    assert 'href="/help/review"' in desk(bob).get("/review/").content.decode()
    assert 'href="/help/keys"' in desk(bob).get("/settings/keys/new").content.decode()


def test_carol_reads_no_help_on_what_does_not_open_for_her(desk, carol):
    carols = desk(carol)
    assert carols.get("/help/audit").status_code == 404
    assert 'href="/help/audit"' not in carols.get("/help/").content.decode()


def test_help_on_nothing_is_not_there(desk, alice):
    assert desk(alice).get("/help/page").status_code == 404
    assert desk(alice).get("/help/index").status_code == 404

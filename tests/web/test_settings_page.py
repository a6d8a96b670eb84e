"""Where settings are found: one link in the rail, and a page that lists what one may see."""

import re

from django.utils.html import escape

from console.web.navigation import PLACES, SETTINGS, place_of


def test_alice_finds_every_setting_on_one_page(desk, alice):
    page = desk(alice).get("/settings/").content.decode()
    for place in PLACES:
        if place.href.startswith("/settings/"):
            assert f'href="{place.href}"' in page
            assert escape(place.purpose) in page


def test_carol_who_only_reads_is_shown_her_keys_and_nothing_else(desk, carol):
    page = desk(carol).get("/settings/").content.decode()
    assert re.findall(r'place-name" href="([^"]+)"', page) == ["/settings/keys/"]


def test_the_rail_says_where_one_is_on_a_page_below_a_place(desk, bob):
    page = desk(bob).get("/settings/recall/").content.decode()
    assert re.search(r'href="/settings/" aria-current="true"', page)
    assert re.search(r'aria-current="page"', desk(bob).get("/memories/").content.decode())


def test_a_page_belongs_to_the_nearest_place_above_it():
    assert place_of("/settings/keys/new").label == "Keys"
    assert place_of("/settings/") is SETTINGS
    assert place_of("/nowhere") is None

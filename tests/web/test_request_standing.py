"""The page of a request tells how it stands now: while it goes on, too late, or tried too often."""

import re
from datetime import timedelta

import time_machine

from console.platform.clock import now
from tests.erasure.carrying import gone_on
from tests.web.test_request_pages import known, of, shown, taken_in

__all__ = ["known"]


def test_the_page_of_an_erasure_under_way_renews_itself(desk, acme, alice, bob, carol, known):
    page = taken_in(desk, bob, identity_check="Called back.")
    asks = re.compile(r'hx-get="([^"]+)"[^>]* hx-trigger="every')
    assert not asks.search(shown(desk, bob, page))
    desk(alice).post(f"{page}/approve")
    with time_machine.travel(now() + timedelta(hours=25)):
        desk(alice).post(f"{page}/carry-out", {"sure": "on"})
        says = shown(desk, bob, page)
        address = asks.search(says)[1]
        assert "<progress" in says
        assert desk(carol).get(address).status_code == 404
        assert desk(bob).get(address)["Location"] == page
        htmx = {"HX-Request": "true"}
        steps = desk(bob).get(address, headers=htmx)
        assert f'hx-get="{address}"' in steps.content.decode()
        assert "<h1" not in steps.content.decode()  # what is being typed elsewhere stays
        gone_on(of(acme, page))
        ended = desk(bob).get(address, headers=htmx)
    assert ended["HX-Retarget"] == ended["HX-Reselect"] == "#request"
    whole = ended.content.decode()
    assert f'href="{page}/certificate"' in whole
    assert not asks.search(whole)


def test_a_code_that_works_no_more_is_not_asked_for(desk, bob, known):
    page = taken_in(desk, bob)
    desk(bob).post(f"{page}/code", {"by": "hand"})
    for _ in range(3):
        assert "The code they tell you" in shown(desk, bob, page)
        desk(bob).post(f"{page}/enter", {"code": "no code"})
    says = shown(desk, bob, page)
    assert "it works no more" in says
    assert "The code they tell you" not in says


def test_whoever_comes_too_late_is_led_back_to_how_it_stands(desk, alice, bob, known):
    page = taken_in(desk, bob, identity_check="Called back.")
    for client in (desk(alice), desk(alice)):
        late = client.post(f"{page}/approve", headers={"Referer": f"http://testserver{page}"})
    says = late.content.decode()
    assert late.status_code == 409
    assert "That is no longer possible" in says
    assert f'href="{page}"' in says
    elsewhere = {"Referer": f"https://evil.example{page}"}
    assert (
        f'href="{page}"'
        not in desk(alice).post(f"{page}/approve", headers=elsewhere).content.decode()
    )

"""Finding an event again."""

import pytest

from tests.cast import a_memory


@pytest.fixture
def written(robo):
    return a_memory(robo)


def rows(response):
    return response.context["page"].items


def test_dana_sees_who_did_what_to_what(desk, dana, written):
    page = desk(dana).get("/audit/?kind=memory.written").content.decode()
    assert f"/memories/{written.id}" in page
    assert "robo" in page
    assert "content_digest" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("outcome=done", True),
        ("outcome=refused", False),
        ("actor=robo", True),
        ("actor=ROBO", True),
        ("actor=rob", False),
        ("since=2020-01-01&until=2099-01-01", True),
        ("since=2099-01-01", False),
        ("until=2020-01-01", False),
    ],
)
def test_filters_narrow_the_trail(desk, dana, written, query, found):
    events = rows(desk(dana).get(f"/audit/?kind=memory.written&{query}"))
    assert bool(events) is found


def test_events_are_found_by_object_by_actor_and_by_key(desk, dana, robo, written):
    client = desk(dana)
    assert {event.object_id for event in rows(client.get(f"/audit/?object={written.id}"))} == {
        written.id
    }
    for actor in (robo.actor.id, robo.actor.api_key_id):
        events = rows(client.get(f"/audit/?actor={actor}"))
        assert {event.actor_id for event in events} == {robo.actor.id}


@pytest.mark.parametrize("query", ["object=7", "since=yesterday", "kind=memory.dreamt"])
def test_a_filter_that_does_not_hold_says_so(desk, dana, written, query):
    response = desk(dana).get(f"/audit/?{query}")
    assert response.status_code == 200
    assert 'class="error"' in response.content.decode()


def test_the_trail_is_for_those_who_audit(desk, carol, mallory, written):
    assert desk(carol).get("/audit/").status_code == 404
    assert not [
        event for event in rows(desk(mallory).get("/audit/")) if event.actor_label == "robo"
    ]

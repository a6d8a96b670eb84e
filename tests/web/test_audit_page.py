"""Finding an event again, from whichever side it is known."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.event_counts import count_events
from audit.ingest.receive import receive_protobuf
from audit.kinds import KINDS
from audit.models import AuditEvent, Run
from audit.sentences import OBJECT, noun_of, said_of
from audit.trail import append
from console.accounts.models import Membership
from console.platform.requests import RequestContext, TraceContext, request_context
from console.tenancy.scope import tenant_scope
from memory.actions import decide_review, place_hold
from memory.models import ReviewItem
from memory.reviews.decisions import Decision
from tests.api.door import door_of
from tests.cast import a_memory, remember
from tests.ingest.messages import a_span, moment_ns, protobuf_body


@pytest.fixture
def written(robo):
    return a_memory(robo)


def rows(response):
    assert response.status_code == 200
    return response.context["screen"].page.items


def kinds(response):
    return {event.kind for event in rows(response)}


def test_dana_reads_who_did_what_to_what_and_why(desk, dana, alice, acme, written):
    with tenant_scope(acme.id):
        place_hold(actor=alice.actor, memory=written, ground="Case 118")
    page = desk(dana).get("/audit/?kind=memory.written").content.decode()
    assert ">robo</a>" in page
    assert "wrote" in page
    assert f'href="/memories/{written.id}"' in page
    assert "hold.placed" not in page.split('id="found"')[1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("outcome=done", True),
        ("outcome=refused", False),
        ("actor=robo", True),
        ("actor=ROB", True),
        ("actor=robot", False),
        ("by=agent", True),
        ("by=user", False),
        ("since=2020-01-01&until=2099-01-01", True),
        ("since=2099-01-01", False),
        ("until=2020-01-01", False),
        ("reason=other", False),
        ("q=nothing", False),
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


def test_several_kinds_at_once_and_all_of_a_noun(desk, dana, acme, alice, written):
    with tenant_scope(acme.id):
        place_hold(actor=alice.actor, memory=written, ground="Case 118")
    client = desk(dana)
    both = client.get("/audit/?kind=memory.written&kind=hold.placed")
    assert kinds(both) == {"memory.written", "hold.placed"}
    assert [chip.value for chip in both.context["screen"].chips] == [
        "memory.written",
        "hold.placed",
    ]
    assert kinds(client.get("/audit/" + both.context["screen"].chips[0].href)) == {"hold.placed"}
    assert kinds(client.get("/audit/?kind=hold")) == {"hold.placed"}


def test_all_about_a_memory_is_found_its_review_its_hold_and_its_recalls_too(
    desk, dana, alice, bob, acme, robo, rookie
):
    held = remember(rookie, "Ada may have moved.", subject="customer-1")
    other = a_memory(robo, "Otto pays by card.", subject="customer-2")
    with tenant_scope(acme.id):
        review = ReviewItem.objects.get(memory_id=held.memory.id)
        decide_review(
            actor=bob.actor,
            review=review,
            decision=Decision.APPROVE,
            reason="accurate",
            comment="She said so.",
        )
        place_hold(actor=alice.actor, memory=held.memory, ground="Case 118")
    door_of(robo).post("recall", {"query": "Ada moved", "subject": "customer-1"})
    door_of(robo).post("recall", {"query": "Otto pays", "subject": "customer-2"})
    client = desk(dana)
    wanted = {
        "memory.written",
        "review.opened",
        "review.approved",
        "hold.placed",
        "memory.recalled",
    }
    with tenant_scope(acme.id):
        subject_id = held.memory.subject_id
    for angle in (
        f"memory={held.memory.id}",
        "subject=customer-1",
        f"subject={subject_id}",
        f"subject=customer-1&memory={held.memory.id}",
    ):
        found = rows(client.get(f"/audit/?{angle}"))
        assert wanted <= {event.kind for event in found}, angle
        assert sum(event.kind == "memory.recalled" for event in found) == 1, angle
        assert other.id not in {event.object_id for event in found}, angle
    assert rows(client.get("/audit/?q=she+SAID"))[0].kind == "review.approved"
    assert kinds(client.get("/audit/?reason=accurate")) == {"review.approved"}
    assert rows(client.get("/audit/?subject=nobody")) == []


def test_all_of_a_request_is_found(desk, dana, robo):
    with request_context(RequestContext(trace=TraceContext(b"\1" * 16, b"\2" * 8))) as request:
        a_memory(robo)
    a_memory(robo, "Otto pays by card.")
    events = rows(desk(dana).get(f"/audit/?request={request.id}"))
    assert [event.kind for event in events] == ["memory.written"]


@pytest.mark.parametrize(
    "query", ["object=7", "since=yesterday", "kind=memory.dreamt", "run=x", "request=1", "q=%00"]
)
def test_a_filter_that_does_not_hold_says_so(desk, dana, written, query):
    response = desk(dana).get(f"/audit/?{query}")
    assert response.status_code == 200
    assert 'class="error"' in response.content.decode()


def test_the_trail_says_what_it_can_be_narrowed_by(desk, dana, acme, written):
    response = desk(dana).get("/audit/facets?actor=robo")
    facets = {facet.label: facet for facet in response.context["screen"].facets}
    assert "Actor" not in facets  # of it one is chosen
    [value] = [one for one in facets["Event"].values if one.label == "memory.written"]
    assert (value.count.number, value.count.at_least) == (1, False)
    assert value.href == "/audit/?actor=robo&kind=memory.written"
    assert 'id="by-day"' in response.content.decode()
    with tenant_scope(acme.id):
        counts = count_events(AuditEvent.objects.all())
        assert sum(one.times for one in counts.facets["kind"]) == AuditEvent.objects.count()


def test_a_reason_in_ones_own_words_is_told_as_it_was_given(desk, dana, alice, acme):
    with tenant_scope(acme.id):
        append(kind="view.saved", actor=alice.actor, reason="For Ada, who asked")
    client = desk(dana)
    facets = client.get("/audit/facets?kind=view.saved").context["screen"].facets
    [value] = next(facet for facet in facets if facet.label == "Reason").values
    page = client.get(value.href).content.decode()
    assert "because: <b>For Ada, who asked</b>" in page


def test_an_event_has_a_page_of_its_own(desk, dana, robo, written):
    [event] = rows(desk(dana).get("/audit/?kind=memory.written"))
    page = desk(dana).get(f"/audit/{event.id}").content.decode()
    assert KINDS["memory.written"] in page
    assert "content_digest" in page
    assert f"/audit/?request={event.request_id}" in page
    assert f"/audit/?memory={written.id}" in page
    assert f"/agents/{robo.agent.id}" in page


def test_what_is_looked_at_leads_to_its_events(desk, acme, alice, robo):
    memory = a_memory(robo, subject="customer-1")
    trace = protobuf_body(a_span("case", trace_id=b"\1" * 16, span_id=b"\2" * 8, start=moment_ns()))
    receive_protobuf(acme.id, trace)
    with tenant_scope(acme.id):
        run, member = Run.objects.get(), Membership.objects.get(user_id=alice.actor.id)
    client = desk(alice)
    for page, link in {
        f"/memories/{memory.id}": f"/audit/?memory={memory.id}",
        f"/subjects/{memory.subject_id}": "/audit/?subject=customer-1",
        f"/agents/{robo.agent.id}": f"/audit/?actor={robo.agent.id}",
        f"/runs/{run.id}": f"/audit/?run={run.id}",
        "/settings/members/": f"/audit/?actor={member.user_id}",
        "/settings/keys/": f"/audit/?actor={robo.actor.api_key_id}",
    }.items():
        assert f'href="{link}"' in client.get(page).content.decode(), page
        assert client.get(link).status_code == 200


def test_the_trail_is_for_those_who_audit(desk, dana, carol, mallory, written):
    [event] = rows(desk(dana).get("/audit/?kind=memory.written"))
    for address in ("/audit/", "/audit/facets", f"/audit/{event.id}"):
        assert desk(carol).get(address).status_code == 404
    assert desk(mallory).get(f"/audit/{event.id}").status_code == 404
    assert not [
        event for event in rows(desk(mallory).get("/audit/")) if event.actor_label == "robo"
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_reads_as_a_sentence(kind):
    said = said_of(kind)
    assert "_" not in said
    assert said.count(OBJECT) <= 1
    assert not said.startswith(OBJECT)


def test_kinds_read_as_people_would_say_them():
    assert said_of("review.approved") == "approved {}"
    assert said_of("agent.owner_changed") == "changed the owner of {}"
    assert said_of("erasure.certified") == "certified {}"
    assert said_of("agent.frozen") == "froze {}"
    assert noun_of("api_token") == "api token"


@pytest.mark.parametrize("query", ["", "?subject=customer-1", "?actor=robo&kind=memory"])
def test_more_events_ask_no_more_statements(desk, dana, robo, query):
    client = desk(dana)

    def asked():
        client.get(f"/audit/{query}")
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/audit/{query}")
        return len(captured)

    a_memory(robo, "Ada has one order.", subject="customer-1")
    few = asked()
    for number in range(12):
        a_memory(robo, f"Ada has {number + 2} orders.", subject="customer-1")
    assert asked() == few

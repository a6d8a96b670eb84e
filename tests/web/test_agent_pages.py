"""Agents in a browser: who they are, how they do, and the stop button."""

import pytest

from audit.models import AuditEvent
from console.accounts.models import Agent, AgentFreeze
from console.tenancy.scope import tenant_scope
from memory.actions import decide_review
from memory.actions.decide import Decision
from tests.api.door import door_of, problem_of
from tests.cast import a_memory, an_agent, remember

LIST = "/agents/"
WHY = "It writes <b>what</b> nobody told it."


def page_of(robo):
    return f"/agents/{robo.agent.id}"


def test_carol_reads_who_remembers_and_how_much(desk, carol, robo, rookie):
    a_memory(robo)
    door_of(robo).post("recall", {"query": "mail"})
    response = desk(carol).get(LIST)
    rows = {row.agent.name: row for row in response.context["rows"]}
    assert (rows["robo"].week, rows["robo"].month) == ((1, 1), (1, 1))
    assert (rows["robo"].health, rows["rookie"].health) == ("healthy", "silent")
    assert rows["rookie"].agent.trusted_at is None
    assert "Freeze" not in response.content.decode()


def test_what_reviewers_made_of_it_is_told_with_the_reviews(desk, acme, bob, rookie):
    for number in range(5):
        review = remember(rookie, f"Fact number {number}").review
        with tenant_scope(acme.id):
            bad = number < 2
            decide_review(
                actor=bob.actor,
                review=review,
                decision=Decision.REJECT if bad else Decision.APPROVE,
                reason="inaccurate" if bad else "accurate",
            )
    response = desk(bob).get(page_of(rookie))
    figures = response.context["screen"].figures
    assert (figures.reviewed.approved, figures.reviewed.rejected) == (3, 2)
    assert figures.health == "doubtful"
    assert len(response.context["screen"].corrected) == 2
    assert "40 %" in response.content.decode()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"robo", "rookie"}),
        ("q=ROO", {"rookie"}),
        ("trust=yes", {"robo"}),
        ("health=silent", {"rookie"}),
        ("health=frozen", set()),
        ("owner=no-such", {"robo", "rookie"}),
        ("health=nonsense", {"robo", "rookie"}),
    ],
)
def test_the_list_is_narrowed_by_its_address(desk, carol, robo, rookie, query, names):
    a_memory(robo)
    rows = desk(carol).get(f"{LIST}?{query}").context["rows"]
    assert {row.agent.name for row in rows} == names


def test_bob_stops_an_agent_and_its_next_request_is_refused(desk, acme, bob, robo):
    client = desk(bob)
    asked = client.get(f"{page_of(robo)}/freeze").content.decode()
    assert "traces still arrive" in asked
    assert client.post(f"{page_of(robo)}/freeze", {"stops": "both"}).status_code == 422
    done = client.post(
        f"{page_of(robo)}/freeze", {"stops": "both", "reason": WHY}, follow=True
    ).content.decode()
    assert "it reads and writes nothing" in done
    assert "writes &lt;b&gt;what&lt;/b&gt; nobody" in done
    assert "Thaw…" not in done
    for path, body in (("memories", {"content": "x"}), ("recall", {"query": "x"})):
        problem_of(door_of(robo).post(path, body), 403, "agent_frozen")
    with tenant_scope(acme.id):
        refusals = AuditEvent.objects.filter(kind="request.refused", reason="agent_frozen")
        assert {event.actor_id for event in refusals} == {robo.agent.id}
        assert refusals.count() == 2
    assert client.get(f"{page_of(robo)}/thaw").status_code == 404
    assert desk(bob).get(f"{LIST}?health=frozen").context["rows"][0].agent.name == "robo"


def test_alice_thaws_it_again_with_a_reason(desk, acme, alice, robo):
    client = desk(alice)
    client.post(f"{page_of(robo)}/freeze", {"stops": "writes", "reason": WHY})
    assert door_of(robo).post("recall", {"query": "x"}).status_code == 200
    assert client.post(f"{page_of(robo)}/thaw", {"reason": ""}).status_code == 422
    assert client.post(f"{page_of(robo)}/thaw", {"reason": "Fixed."}).status_code == 302
    assert door_of(robo).post("memories", {"content": "x"}).status_code == 201
    assert "Nothing is frozen here" in client.get(f"{page_of(robo)}/thaw").content.decode()


def test_every_agent_is_stopped_and_each_page_says_so(desk, alice, bob, robo, rookie):
    desk(bob).post("/agents/freeze", {"stops": "both", "reason": WHY})
    for machine in (robo, rookie):
        problem_of(door_of(machine).post("recall", {"query": "x"}), 403, "agent_frozen")
        assert "Every agent is frozen" in desk(bob).get(page_of(machine)).content.decode()
    assert "Every agent is frozen" in desk(bob).get(LIST).content.decode()
    assert desk(alice).post("/agents/thaw", {"reason": "Fixed."}).status_code == 302
    assert door_of(robo).post("recall", {"query": "x"}).status_code == 200


def test_wherever_its_doing_is_shown_it_says_that_it_is_frozen(desk, alice, carol, robo, rookie):
    memory, review = a_memory(robo), remember(rookie).review
    pages = {"/": robo, f"/memories/{memory.id}": robo, f"/review/{review.id}": rookie}
    for address in pages:
        assert "frozen</span>" not in desk(alice).get(address).content.decode()
        assert "is frozen" not in desk(alice).get(address).content.decode()
    for machine in (robo, rookie):
        desk(alice).post(f"{page_of(machine)}/freeze", {"stops": "both", "reason": WHY})
    overview = desk(carol).get("/").content.decode()
    for machine in (robo, rookie):
        assert f'<a href="{page_of(machine)}">{machine.agent.name}</a> is frozen' in overview
    for address in list(pages)[1:]:
        shown = desk(alice).get(address).content.decode()
        assert "frozen</span>" in shown
        assert page_of(pages[address]) in shown


def test_alice_registers_an_agent_and_is_told_how_to_connect_it(desk, acme, alice, bob):
    client = desk(alice)
    assert "No agents yet" in client.get(LIST).content.decode()
    response = client.post(f"{LIST}new", {"name": "helper", "owner": str(bob.user.id)}, follow=True)
    shown = response.content.decode()
    assert "Connect it" in shown
    assert "/v1/traces" in shown
    with tenant_scope(acme.id):
        agent = Agent.objects.get()
        assert (agent.name, agent.owner_id, agent.is_trusted) == ("helper", bob.user.id, False)
        assert AuditEvent.objects.filter(kind="agent.registered", object_id=agent.id).exists()
    again = client.post(f"{LIST}new", {"name": " helper "})
    assert again.status_code == 422
    assert "Another agent has this name." in again.content.decode()
    key = client.get(f"/settings/keys/new?agent={agent.id}").content.decode()
    assert f'value="{agent.id}" selected' in key


def test_alice_names_an_owner_and_no_stranger(desk, acme, alice, bob, mallory, robo):
    client = desk(alice)
    strange = client.post(f"{page_of(robo)}/owner", {"owner": str(mallory.user.id)})
    assert strange.status_code == 422
    client.post(f"{page_of(robo)}/owner", {"owner": str(bob.user.id)})
    with tenant_scope(acme.id):
        assert Agent.objects.get(id=robo.agent.id).owner_id == bob.user.id
        event = AuditEvent.objects.get(kind="agent.owner_changed")
        assert event.payload == {"was": None, "owner_id": str(bob.user.id)}
    client.post(f"{page_of(robo)}/owner", {"owner": ""})
    with tenant_scope(acme.id):
        assert Agent.objects.get(id=robo.agent.id).owner_id is None


def test_trust_is_given_and_withdrawn(desk, acme, alice, robo, rookie):
    client = desk(alice)
    client.post(f"{page_of(rookie)}/trust")
    assert door_of(rookie).post("memories", {"content": "It is so."}).status_code == 201
    assert client.post(f"{page_of(rookie)}/untrust", {"reason": ""}).status_code == 422
    client.post(f"{page_of(rookie)}/untrust", {"reason": "It errs."})
    assert door_of(rookie).post("memories", {"content": "It is not so."}).status_code == 202
    with tenant_scope(acme.id):
        assert AuditEvent.objects.get(kind="agent.untrusted").note == "It errs."
    assert client.post(f"{page_of(rookie)}/untrust", {"reason": "x"}).status_code == 409


@pytest.mark.parametrize("path", ["", "/freeze", "/thaw", "/owner", "/untrust"])
def test_another_tenants_agent_is_not_there(desk, alice, spybot, path):
    client = desk(alice)
    assert client.get(f"{page_of(spybot)}{path}").status_code == 404
    if path:
        assert client.post(f"{page_of(spybot)}{path}", {"reason": "x"}).status_code == 404


@pytest.mark.parametrize("path", ["freeze", "thaw", "owner", "untrust", "trust"])
def test_a_reader_stops_and_changes_nothing(desk, acme, carol, dana, robo, path):
    for person in (carol, dana):
        response = desk(person).post(
            f"{page_of(robo)}/{path}", {"reason": "x", "stops": "both", "owner": ""}
        )
        assert response.status_code == 404
    with tenant_scope(acme.id):
        assert not AgentFreeze.objects.exists()
        assert Agent.objects.get(id=robo.agent.id).is_trusted


def test_more_agents_ask_no_more_questions(
    desk, acme, alice, robo, django_assert_max_num_queries, django_assert_num_queries
):
    client = desk(alice)
    a_memory(robo)
    with django_assert_max_num_queries(40) as one:
        client.get(LIST)
    for number in range(12):
        a_memory(an_agent(acme, f"agent {number}"))
    with django_assert_num_queries(len(one.captured_queries)):
        client.get(LIST)
    with django_assert_max_num_queries(40):
        client.get(page_of(robo))

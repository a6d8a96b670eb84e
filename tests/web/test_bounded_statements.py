"""Whatever a tenant holds, a page asks the database the same few questions."""

from uuid import UUID

import psycopg
import pytest

from audit.ingest.receive import receive_protobuf
from audit.models import Run
from audit.rules import trace_rules
from console.accounts.models import Subject
from console.tenancy.scope import tenant_scope
from memory.actions import decide_review, place_hold
from memory.models import Memory, ReviewItem, ReviewStatus
from memory.reviews.decisions import Decision
from tests.api.door import door_of
from tests.cast import a_memory, an_agent, remember
from tests.ingest.messages import a_span, moment_ns, protobuf_body

MOST = 50
LISTS = (
    "/",
    "/review/",
    "/review/?status=decided",
    "/review/quality/",
    "/memories/",
    "/memories/?state=active&signed=no",
    "/memories/?q=orders",
    "/runs/",
    "/agents/",
    "/agents/?health=healthy",
    "/subjects/",
    "/audit/",
    "/audit/?subject=customer-1",
    "/audit/facets",
    "/audit/log",
    "/holds/",
    "/notices/",
    "/policies/0/try",
    "/settings/keys/",
    "/settings/queues/",
    "/settings/members/",
    "/settings/traces/",
    "/settings/traces/redaction",
    "/settings/traces/prices",
    "/settings/traces/replay",
    "/settings/retention/",
    "/settings/retention/reports/",
)


@pytest.fixture
def statements(monkeypatch):
    """Every statement that is sent, by the ORM or past it."""
    sent = []
    execute = psycopg.Cursor.execute

    def noted(cursor, query, *args, **kwargs):
        sent.append(str(query))
        return execute(cursor, query, *args, **kwargs)

    monkeypatch.setattr(psycopg.Cursor, "execute", noted)
    return sent


def something_of_everything(acme, alice, bob, number):
    """By an agent of its own, about people of its own."""
    clerk = an_agent(acme, f"clerk-{number}")
    novice = an_agent(acme, f"novice-{number}", trusted=False)
    memory = a_memory(clerk, f"Ada has {number} orders.", subject=f"customer-{number}", run="case")
    for words in ("may", "might", "could"):
        remember(novice, f"Ada {words} have {number} orders.", subject=f"customer-{number}")
    door_of(clerk).post("recall", {"query": "orders", "subject": f"customer-{number}"})
    receive_protobuf(
        acme.id,
        protobuf_body(
            a_span("case", trace_id=bytes([number]) * 16, span_id=b"\1" * 8, start=moment_ns())
        ),
    )
    with tenant_scope(acme.id):
        waiting = ReviewItem.objects.filter(status=ReviewStatus.OPEN, agent_id=novice.agent.id)
        for decision in (Decision.APPROVE, Decision.REJECT):
            review = waiting.order_by("id")[0]
            decide_review(
                actor=bob.actor, review=review, decision=decision, reason="other", comment="x"
            )
        place_hold(actor=alice.actor, memory=memory, ground=f"Case {number}")


def pages_about_one(acme):
    """Those of the first of each."""
    with tenant_scope(acme.id):
        memory = Memory.objects.order_by("id")[0].id
        review = ReviewItem.objects.filter(status=ReviewStatus.OPEN).order_by("id")[0].id
        subject = Subject.objects.order_by("id")[0].id
        run = Run.objects.order_by("id")[0].id
        agent: UUID = Memory.objects.order_by("id")[0].agent_id
    return (
        f"/memories/{memory}",
        f"/memories/{memory}/versions",
        f"/memories/{memory}/uses",
        f"/review/{review}",
        f"/subjects/{subject}",
        f"/subjects/{subject}/request",
        f"/runs/{run}",
        f"/agents/{agent}",
    )


def test_more_of_everything_asks_no_more_statements(
    desk, acme, alice, bob, statements, monkeypatch
):
    # What is kept for a few seconds is kept throughout, however slow the machine.
    monkeypatch.setattr(trace_rules, "FRESH", float("inf"))
    for number in (1, 2):
        something_of_everything(acme, alice, bob, number)
    client = desk(alice)
    pages = (*LISTS, *pages_about_one(acme))

    def asked():
        counts = {}
        for page in pages:
            client.get(page)  # what is kept in a process is asked for once
            statements.clear()
            assert client.get(page).status_code == 200, page
            counts[page] = len(statements)
        return counts

    few = asked()
    for number in range(3, 8):
        something_of_everything(acme, alice, bob, number)
    more = asked()
    assert {page: count for page, count in more.items() if count > few[page]} == {}
    assert {page: count for page, count in more.items() if count > MOST} == {}

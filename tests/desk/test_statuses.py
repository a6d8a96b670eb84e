"""Which status follows which: the table, the database and the document say the same."""

import re
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from console.platform.clock import now
from console.platform.errors import WrongStateError
from memory.desk import ask_identity, begin_request, refuse_request, withdraw_request
from memory.desk.statuses import MOVES, PAIRS
from memory.models import OPEN_REQUESTS, RequestStatus, SubjectRequest
from tests.desk.desk import approved, ready, received, somebody

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "subject-requests.md"


def test_every_status_is_reached_and_only_closed_ones_end():
    reached = {end for _, end in PAIRS} | {RequestStatus.RECEIVED}
    assert reached == set(RequestStatus)
    assert {start for start, _ in PAIRS} == set(OPEN_REQUESTS)


def test_the_diagram_of_the_document_is_the_table():
    [diagram] = re.findall(r"```mermaid\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    drawn = set(re.findall(r"^ +(\w+) --> (\w+): (\w+)", diagram, re.MULTILINE))
    assert drawn == {(move.start.value, move.end.value, move.verb) for move in MOVES}


@pytest.mark.parametrize("start", sorted(OPEN_REQUESTS))
def test_the_database_lets_a_request_go_by_the_table_only(in_acme, alice, bob, robo, start):
    """Each end is tried with all that it would need, so that only the way can be refused."""
    request = _at(start, alice, bob, somebody(robo))
    other = ready(bob, somebody(robo, "customer-8"))
    for end in RequestStatus:
        if end == start:
            continue
        with connection.cursor() as cursor, transaction.atomic():
            allowed = _moved(cursor, request, end, other, alice)
            transaction.set_rollback(True)
        assert allowed == ((start, end) in PAIRS), (start, end)


def _at(status, alice, bob, subject):
    if status in {RequestStatus.RECEIVED, RequestStatus.AWAITING_IDENTITY}:
        request = received(bob, subject, kind="access")
        if status == RequestStatus.RECEIVED:
            return request
        return ask_identity(actor=bob.actor, request=request, by_mail=False).request
    if status == RequestStatus.READY:
        return ready(bob, subject, kind="access")
    request = approved(bob, alice, subject, kind="access")
    if status == RequestStatus.APPROVED:
        return request
    return begin_request(actor=bob.actor, request=request)


def _moved(cursor, request, end, other, alice):
    closed = end not in OPEN_REQUESTS
    agreed = end in {"ready", "approved", "carrying_out", "completed"}
    past = end in {"approved", "carrying_out", "completed"}
    changes = {
        "status": end.value,
        "closed_at": now() if closed else None,
        "ground": "other" if end == "refused" else "",
        "duplicate_of_id": other.id if end == "duplicate" else None,
        "identified_at": request.identified_at or (now() if agreed else None),
    }
    if past and request.status not in {"approved", "carrying_out"}:
        changes |= {"approved_by_id": alice.actor.id, "approved_by_kind": "user"}
        changes |= {"approved_at": now(), "carry_out_after": now()}
    if request.status == "approved" and end == "ready":
        changes |= {"approved_by_id": None, "approved_by_kind": "", "approved_by_label": ""}
        changes |= {"approved_at": None, "carry_out_after": None}
    columns = ", ".join(f"{name} = %s" for name in changes)
    try:
        with transaction.atomic():
            cursor.execute(
                f"UPDATE memory_subjectrequest SET {columns} WHERE id = %s",
                [*changes.values(), request.id],
            )
    except DatabaseError as error:
        if "does not go from" not in str(error):
            raise
        return False
    return True


def test_what_is_closed_stays_closed(in_acme, alice, bob, robo):
    subject = somebody(robo)
    for end in (refuse_request, withdraw_request):
        request = end(actor=alice.actor, request=ready(bob, subject), comment="x")
        with pytest.raises(WrongStateError):
            end(actor=alice.actor, request=request, comment="x")
    assert SubjectRequest.objects.count() == 2

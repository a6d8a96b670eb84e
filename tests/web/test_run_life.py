"""A run's page says why the run is in its state."""

from datetime import timedelta

import pytest
import time_machine

from audit.ingest.heartbeats import record_heartbeat
from audit.ingest.receive import receive_protobuf
from audit.ingest.run_key import RunKey
from audit.models import Run, StitchedBy
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from tests.ingest.messages import a_span, protobuf_body

CASE = {"gen_ai.conversation.id": "case-7", "gen_ai.operation.name": "chat"}
WAITS = CASE | {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "ask_human"}


@pytest.mark.parametrize(
    ("attributes", "parent", "seconds", "later", "status", "words"),
    [
        (WAITS, b"", 0, timedelta(days=2), "waiting", "for a person"),
        (CASE, b"", 0, timedelta(minutes=11), "stuck", "open, and not heard of since"),
        (CASE, b"\1" * 8, 1, timedelta(days=2), "finished", "its root never arrived"),
    ],
)
def test_the_page_tells_why(acme, desk, carol, attributes, parent, seconds, later, status, words):
    receive_protobuf(
        acme.id, protobuf_body(a_span(parent=parent, seconds=seconds, attributes=attributes))
    )
    with time_machine.travel(now() + later):
        page = the_page(acme, desk(carol))
    assert words in page
    assert f">{status}</span>" in page


def test_the_page_tells_of_the_last_heartbeat(acme, desk, carol):
    with tenant_scope(acme.id):
        record_heartbeat(RunKey(StitchedBy.CONVERSATION, "case-7"))
    page = the_page(acme, desk(carol))
    assert "heartbeat <time" in page
    assert ">running</span>" in page


def the_page(acme, browser) -> str:
    with tenant_scope(acme.id):
        run = Run.objects.get()
    answer = browser.get(f"/runs/{run.id}")
    assert answer.status_code == 200
    return str(answer.content.decode())

"""The trail taken away: lines that verify, CSV that runs nothing, OCSF that holds to its schema."""

import csv
import io
import json
from hashlib import sha256
from hmac import digest
from uuid import uuid4

import pytest

from audit.export import events as pages
from audit.export import ocsf
from audit.export.events import Form, event_json, exported
from audit.export.log_lines import log_line
from audit.export.ocsf import ocsf_of
from audit.kinds import KINDS
from audit.models import AuditEvent, Outcome
from audit.trail import append
from console.platform.ids import uuid7
from console.tenancy.scope import tenant_scope
from tests.cast import a_memory

# https://github.com/ocsf/ocsf-schema at v1.6.0, read by hand: what each class requires beside what
# every event does, its numbers, and its activities.
EVERY = {
    "activity_id",
    "category_uid",
    "class_uid",
    "metadata",
    "severity_id",
    "time",
    "type_uid",
}
CLASSES = {
    3001: (3, {"user"}, {0, *range(1, 13), 99}),
    3002: (3, {"user"}, {0, *range(1, 8), 99}),
    3004: (3, {"entity"}, {0, *range(1, 14), 99}),
    6003: (6, {"actor", "api", "src_endpoint"}, {0, 1, 2, 3, 4, 99}),
}
# Attributes of every class (base_event, host), and of the four.
KNOWN = EVERY | {
    "activity_name",
    "actor",
    "category_name",
    "class_name",
    "message",
    "severity",
    "status",
    "status_code",
    "status_detail",
    "status_id",
    "type_name",
    "unmapped",
}
OF_CLASS = {
    3001: {"user"},
    3002: {"user", "service"},
    3004: {"entity"},
    6003: {"api", "src_endpoint", "resources"},
}
METADATA = {
    "version",
    "product",
    "uid",
    "event_code",
    "correlation_uid",
    "tenant_uid",
    "original_time",
    "log_name",
}
USER = {"uid", "name", "type", "type_id", "credential_uid"}


def holds_to_the_schema(told):
    category, required, activities = CLASSES[told["class_uid"]]
    assert EVERY | required <= told.keys()
    assert told.keys() <= KNOWN | OF_CLASS[told["class_uid"]]
    assert told["category_uid"] == category
    assert told["activity_id"] in activities
    assert told["type_uid"] == told["class_uid"] * 100 + told["activity_id"]
    assert told["severity_id"] in {0, 1, 2, 3, 4, 5, 6, 99}
    assert told["status_id"] in {0, 1, 2, 99}
    assert isinstance(told["time"], int)
    assert told["metadata"].keys() <= METADATA
    assert told["metadata"]["version"] == "1.6.0"
    assert told["metadata"]["product"]["vendor_name"]
    for user in (told["actor"]["user"], told.get("user", {"uid": "x"})):
        assert user["uid"]
        assert user.keys() <= USER
        assert user.get("type_id", 0) in {0, 1, 2, 3, 4, 99}
    if told["class_uid"] == 3002:
        assert told["service"]["name"]  # of a service and a destination it wants one
    if told["class_uid"] == 3004:
        assert told["entity"]["name"]
        assert told["entity"]["type_id"] in {0, *range(1, 8), 99}
    if told["class_uid"] == 6003:
        assert told["api"]["operation"]
        assert told["api"]["request"]["uid"]
        assert told["src_endpoint"]["name"]


@pytest.fixture
def told(in_acme, alice):
    def tell(**event):
        append(actor=alice.actor, **event)
        return AuditEvent.objects.latest("id")

    return tell


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_holds_to_the_schema_done_or_refused(kind):
    for outcome in Outcome:
        for object_id in (None, uuid4()):
            event = AuditEvent(
                tenant_id=uuid4(),
                kind=kind,
                outcome=outcome,
                actor_kind="user",
                actor_id=uuid4(),
                actor_label="",
                object_kind="policy" if object_id else "",
                object_id=object_id,
                reason="other",
                note="Why not.",
                words_digest=bytes(32),
                request_id=uuid4(),
                trace_id=bytes(16),
            )
            holds_to_the_schema(ocsf_of(event))


def test_the_classes_are_those_that_a_siem_expects(in_acme, alice, robo, told):
    a_memory(robo)
    written = ocsf_of(AuditEvent.objects.get(kind="memory.written"))
    assert (written["class_uid"], written["activity_name"]) == (6003, "Create")
    assert written["actor"]["user"] == {
        "uid": str(robo.agent.id),
        "type_id": 4,
        "type": "Service",
        "name": "robo",
        "credential_uid": str(robo.actor.api_key_id),
    }
    assert written["message"] == "robo wrote memory"
    signed_in = ocsf_of(told(kind="session.started"))
    assert (signed_in["type_uid"], signed_in["type_name"]) == (300201, "Authentication: Logon")
    frozen = ocsf_of(told(kind="agent.frozen", object_kind="agent", object_id=robo.agent.id))
    assert (frozen["class_name"], frozen["activity_name"]) == ("Entity Management", "Suspend")
    removed = ocsf_of(told(kind="member.removed", payload={"user_id": str(alice.actor.id)}))
    assert removed["user"] == {"uid": str(alice.actor.id)}
    assert removed["type_name"] == "Account Change: Delete"
    leaked = ocsf_of(told(kind="tenant.leaked", outcome=Outcome.REFUSED))
    assert (leaked["severity"], leaked["status"]) == ("Critical", "Failure")


def test_a_kind_that_is_in_no_table_is_an_api_activity(told):
    event = told(kind="memory.written")
    event.kind = "weather.changed"
    of = ocsf_of(event)
    assert (of["class_uid"], of["activity_name"]) == (6003, "Update")
    holds_to_the_schema(of)


def test_tables_name_kinds_that_there_are():
    assert set(ocsf.KINDS) | set(ocsf.OF_MEMBERS) <= set(KINDS)
    assert set(ocsf.CLASSES) <= {kind.split(".")[0] for kind in KINDS}


@pytest.mark.parametrize("note", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_spreadsheet_runs_nothing_that_somebody_noted(acme, alice, note):
    with tenant_scope(acme.id):
        append(kind="memory.retired", actor=alice.actor, text=note, reason="=cmd")
    written = b"".join(exported(Form.CSV, AuditEvent.objects.all, acme.id, uuid7())).decode()
    [row] = [
        row
        for row in csv.DictReader(io.StringIO(written, newline=""))
        if row["kind"] == "memory.retired"
    ]
    assert row["note"] == f"'{note}"
    assert row["reason"] == "'=cmd"
    assert row["payload"] == "{}"


def test_pages_leave_out_nothing_and_repeat_nothing(acme, alice, monkeypatch):
    monkeypatch.setattr(pages, "PAGE", 3)
    with tenant_scope(acme.id):
        for number in range(7):
            append(kind="memory.written", actor=alice.actor, payload={"number": number})

    def written():
        return AuditEvent.objects.filter(kind="memory.written")

    lines = b"".join(exported(Form.JSONL, written, acme.id, uuid7())).splitlines()
    assert [json.loads(line)["payload"]["number"] for line in lines] == [6, 5, 4, 3, 2, 1, 0]
    with tenant_scope(acme.id):
        newest = written().latest("id")
        assert json.loads(lines[0]) == event_json(newest)
    assert len(b"".join(exported(Form.OCSF, written, acme.id, newest.id)).splitlines()) == 6


def test_the_entry_of_a_line_is_to_the_byte_and_its_words_match_their_digest(told):
    event = told(kind="memory.retired", text='Said "words": {}, really.')
    line = log_line(event)
    entry = json.loads(line[9 : line.rfind(b',"words":')])
    whole = json.loads(line)
    assert whole["entry"] == entry
    words = whole["words"]
    said = words["actor_label"].encode() + b"\0" + words["note"].encode()
    assert digest(bytes.fromhex(words["salt"]), said, sha256).hex() == entry["words"]
    event.salt = None
    assert log_line(event).endswith(b',"words":null}\n')

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from mnemoscope_client import PermissionDeniedError
from sdk_fakes import Ask, ScriptedServer, answer, paged

REQUEST: dict[str, Any] = {
    "id": "q-1",
    "reference": "R-7F3K-22AB",
    "kind": "erasure",
    "status": "ready",
    "subject": "customer-7",
    "law": "gdpr",
    "received_at": "2026-11-01T10:00:00Z",
    "due_at": "2026-12-01T10:00:00Z",
    "waiting_for": None,
    "certificate": None,
}


def test_somebodys_wish_to_be_erased_is_taken_in_with_all_that_was_said(ask: Ask) -> None:
    server = ScriptedServer(answer(201, REQUEST))
    taken = ask(
        server,
        lambda client: client.subject_requests.receive(
            "erasure",
            "customer-7",
            asked_by="She, by letter",
            also_named=("c7@example.com",),
            identity_check="Called back",
            received_at=datetime(2026, 11, 1, 10, tzinfo=UTC),
            idempotency_key="letter-12",
        ),
    )
    assert (taken.reference, taken.status, taken.is_certified) == ("R-7F3K-22AB", "ready", False)
    assert taken.due_at == datetime(2026, 12, 1, 10, tzinfo=UTC)
    assert server.request.headers["Idempotency-Key"] == "letter-12"
    assert json.loads(server.request.content) == {
        "kind": "erasure",
        "subject": "customer-7",
        "asked_by": "She, by letter",
        "also_named": ["c7@example.com"],
        "identity_check": "Called back",
        "received_at": "2026-11-01T10:00:00+00:00",
    }


def test_requests_are_followed_by_kind_and_status(ask: Ask) -> None:
    server = ScriptedServer(*paged(([REQUEST], None)), answer(200, REQUEST | {"certificate": "/c"}))
    [listed] = ask(
        server, lambda client: client.subject_requests.list(kind="erasure", status="ready")
    )
    assert dict(server.requests[0].url.params) == {"kind": "erasure", "status": "ready"}
    assert ask(server, lambda client: client.subject_requests.get(listed.id)).is_certified


def test_who_took_it_in_is_told_that_somebody_else_approves(ask: Ask) -> None:
    server = ScriptedServer(
        answer(403, {"code": "own_proposal", "title": "Yours", "status": 403}),
    )
    with pytest.raises(PermissionDeniedError) as refused:
        ask(server, lambda client: client.subject_requests.move("q-1", "approve"))
    assert refused.value.code == "own_proposal"
    assert server.request.url.path.endswith("/subject-requests/q-1/transitions")


def test_a_verb_takes_what_it_needs_along(ask: Ask) -> None:
    server = ScriptedServer(answer(200, REQUEST))
    ask(server, lambda client: client.subject_requests.move("q-1", "extend", reason="Many rows."))
    assert json.loads(server.request.content) == {"verb": "extend", "reason": "Many rows."}


def test_the_certificate_says_what_remains_and_keeps_its_note(ask: Ask) -> None:
    told = {
        "reference": "R-7F3K-22AB",
        "subjects": ["0199f0aa-0000-7000-8000-000000000001"],
        "issued_at": "2026-11-02T10:00:00Z",
        "residue": {"columns": 290, "files": 1924, "found": 0},
        "limits": ["backups"],
        "note": "mnemoscope.erasure-certificate/1\n{}\n\n— mnemoscope/acme AAAA\n",
    }
    server = ScriptedServer(answer(200, told))
    certificate = ask(server, lambda client: client.subject_requests.certificate("q-1"))
    assert (certificate.found, certificate.limits) == (0, ("backups",))
    assert (certificate.note, certificate.raw) == (told["note"], told)

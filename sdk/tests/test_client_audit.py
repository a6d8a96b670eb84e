from __future__ import annotations

from typing import Any

import pytest
from mnemoscope_client import ConflictError, ProofState
from sdk_fakes import MEMORY_ID, Ask, ScriptedServer, answer, paged

CHECKPOINT: dict[str, Any] = {
    "number": 3,
    "size": 40,
    "root": "AAAA",
    "note": "mnemoscope/acme\n40\nAAAA\n",
    "made_at": "2026-11-01T10:00:30Z",
    "anchors": [{"sink": "file", "accepted_at": "2026-11-01T10:00:31Z"}],
}
EVENT: dict[str, Any] = {
    "id": "e-1",
    "kind": "review.approved",
    "outcome": "done",
    "note": "She said so.",
    "proof": {"state": "anchored", "index": 7, "checkpoint": 1},
}


def test_an_auditor_finds_events_from_any_side(ask: Ask) -> None:
    server = ScriptedServer(*paged(([EVENT], "next"), ([EVENT], None)))
    found = ask(
        server,
        lambda client: client.audit.events(
            kind=["memory", "review.approved"],
            memory=MEMORY_ID,
            subject="customer-1",
            key="k-1",
            request="r-1",
            text="said so",
        ),
    )
    assert [event.note for event in found] == ["She said so."] * 2
    assert found[0].proof == ProofState("anchored", 7, 1)
    params = server.requests[0].url.params
    assert params.get_list("kind") == ["memory", "review.approved"]
    assert {name: params[name] for name in params if name != "kind"} == {
        "memory": MEMORY_ID,
        "subject": "customer-1",
        "key": "k-1",
        "request": "r-1",
        "q": "said so",
    }
    assert server.requests[1].url.params.get_list("kind") == ["memory", "review.approved"]


def test_one_kind_is_sent_as_one(ask: Ask) -> None:
    server = ScriptedServer(*paged(([], None)))
    assert ask(server, lambda client: client.audit.events(kind="memory.written")) == []
    assert dict(server.request.url.params) == {"kind": "memory.written"}


def test_an_auditor_takes_a_proof_and_the_keys_of_the_log(ask: Ask) -> None:
    proof = {"entry": "{}", "index": 7, "hashes": ["AAAA"], "checkpoint": CHECKPOINT}
    log = {"origin": "mnemoscope/acme", "size": 40, "checkpoint": CHECKPOINT, "keys": ["k"]}
    server = ScriptedServer(answer(200, EVENT), answer(200, proof), answer(200, log))
    event = ask(server, lambda client: client.audit.get("e-1"))
    assert event.kind == "review.approved"
    taken = ask(server, lambda client: client.audit.proof("e-1"))
    assert server.requests[-1].url.path.endswith("/audit/events/e-1/proof")
    assert (taken.index, taken.checkpoint.size, taken.raw) == (7, 40, proof)
    head = ask(server, lambda client: client.audit.log())
    assert (head.size, head.keys, head.anchored) == (40, ("k",), None)
    assert head.checkpoint is not None
    assert head.checkpoint.anchors == ("file",)


def test_a_log_without_a_checkpoint_has_none(ask: Ask) -> None:
    server = ScriptedServer(
        answer(200, {"origin": "mnemoscope/acme", "size": 0, "checkpoint": None, "keys": []})
    )
    assert ask(server, lambda client: client.audit.log()).checkpoint is None


def test_checkpoints_and_consistency_are_asked_for_by_number(ask: Ask) -> None:
    server = ScriptedServer(*paged(([CHECKPOINT], None)), answer(200, {"hashes": ["AAAA", "BBBB"]}))
    [checkpoint] = ask(server, lambda client: client.audit.checkpoints())
    assert (checkpoint.number, checkpoint.note) == (3, CHECKPOINT["note"])
    assert ask(server, lambda client: client.audit.consistency(3, 40)) == ("AAAA", "BBBB")
    assert dict(server.requests[-1].url.params) == {"from": "3", "to": "40"}


def test_a_proof_asked_for_too_early_says_so(ask: Ask) -> None:
    server = ScriptedServer(
        answer(409, {"code": "not_sealed", "title": "Not sealed", "status": 409})
    )
    with pytest.raises(ConflictError) as refused:
        ask(server, lambda client: client.audit.proof("e-1"))
    assert refused.value.code == "not_sealed"

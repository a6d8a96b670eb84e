"""The log over the API, checked as an auditor would: by what it answers and nothing else."""

import hmac
import json
from base64 import b64decode

import pytest

from audit.anchors import deliver_new
from audit.models import AuditEvent
from audit.proof.checkpoints import make_checkpoint
from audit.proof.sequence import lock_log, sequence_everything
from audit.trail import forget_words
from console.tenancy.scope import tenant_scope
from tests.api.door import door_of, field_codes, problem_of
from tests.cast import a_memory
from tests.proof import rfc9162
from tests.proof.test_checkpoints import verified_by


@pytest.fixture
def sealed(acme, robo, settings, tmp_path):
    """As the sequencer does it, over events of the transaction at hand."""
    settings.ANCHOR_DIR = str(tmp_path / "anchors")

    def seal():
        with tenant_scope(acme.id):
            assert lock_log()
            sequence_everything()
            make_checkpoint()
        deliver_new(acme.id)

    a_memory(robo)
    seal()
    return seal


def test_dana_reads_how_far_the_log_is(acme, dana, sealed):
    log = door_of(dana).get("audit/log").json()
    assert log["origin"] == f"mnemoscope/{acme.id}"
    assert log["checkpoint"]["number"] == log["anchored"] == 1
    assert log["size"] == log["checkpoint"]["size"] > 1
    assert [anchor["sink"] for anchor in log["checkpoint"]["anchors"]] == ["file"]
    assert verified_by(log["checkpoint"]["note"], log["keys"][0])


def test_dana_proves_an_event_with_what_she_is_answered(dana, sealed):
    door = door_of(dana)
    event = door.get("audit/events?kind=memory.written").json()["results"][0]
    proof = door.get(f"audit/events/{event['id']}/proof").json()
    leaf = rfc9162.tree_hash([proof["entry"].encode()])
    assert b64decode(proof["leaf_hash"]) == leaf
    _, size, root, *_ = proof["checkpoint"]["note"].splitlines()
    hashes = [b64decode(text) for text in proof["hashes"]]
    assert rfc9162.includes(proof["index"], int(size), leaf, hashes, b64decode(root))
    assert verified_by(proof["checkpoint"]["note"], proof["keys"][0])
    entry, words = json.loads(proof["entry"]), proof["words"]
    assert (entry["id"], entry["action"]) == (event["id"], "memory.written")
    told = f"{words['actor_label']}\0{words['note']}".encode()
    assert hmac.digest(bytes.fromhex(words["salt"]), told, "sha256").hex() == entry["words"]


def test_an_event_whose_words_are_forgotten_is_still_proved(acme, dana, sealed):
    door = door_of(dana)
    event = door.get("audit/events?kind=memory.written").json()["results"][0]
    before = door.get(f"audit/events/{event['id']}/proof").json()
    with tenant_scope(acme.id):
        forget_words([event["id"]])
    after = door.get(f"audit/events/{event['id']}/proof").json()
    assert after["words"] is None
    assert (after["entry"], after["hashes"]) == (before["entry"], before["hashes"])


def test_dana_sees_that_the_log_only_grew(dana, robo, sealed):
    for number in range(3):
        a_memory(robo, f"Fact {number}")
        sealed()
    door = door_of(dana)
    newest, *others = door.get("audit/checkpoints").json()["results"]
    assert [one["number"] for one in (newest, *others)] == [4, 3, 2, 1]
    for older in others:
        sizes = older["size"], newest["size"]
        answer = door.get(f"audit/consistency?from={sizes[0]}&to={sizes[1]}").json()
        assert rfc9162.continues(
            *sizes,
            b64decode(older["root"]),
            b64decode(newest["root"]),
            [b64decode(text) for text in answer["hashes"]],
        )
    assert door.get("audit/checkpoints/4").json() == newest


def test_checkpoints_are_paged(dana, robo, sealed):
    for number in range(2):
        a_memory(robo, f"Fact {number}")
        sealed()
    door = door_of(dana)
    page = door.get("audit/checkpoints?limit=2").json()
    rest = door.get(f"audit/checkpoints?limit=2&cursor={page['next_cursor']}").json()
    assert [one["number"] for one in page["results"] + rest["results"]] == [3, 2, 1]
    assert rest["next_cursor"] is None


def test_what_is_not_sealed_yet_says_so(acme, dana, robo):
    a_memory(robo)
    with tenant_scope(acme.id):
        event = AuditEvent.objects.order_by("-id")[0]
        assert lock_log()
    problem_of(door_of(dana).get(f"audit/events/{event.id}/proof"), 409, "not_sealed")
    log = door_of(dana).get("audit/log").json()
    assert (log["checkpoint"], log["anchored"], log["keys"]) == (None, None, [])
    assert log["waiting_since"] is not None


@pytest.mark.parametrize("path", ["log", "checkpoints", "checkpoints/1", "consistency?from=1&to=1"])
def test_the_log_is_for_who_may_read_the_audit_trail(robo, carol, sealed, path):
    for holder in (robo, carol):
        problem_of(door_of(holder).get(f"audit/{path}"), 403, "not_permitted")


def test_another_tenants_log_is_not_there(dana, mallory, sealed):
    event = door_of(dana).get("audit/events?kind=memory.written").json()["results"][0]
    door = door_of(mallory)
    problem_of(door.get(f"audit/events/{event['id']}/proof"), 404, "not_found")
    for number in (0, 99, 10**30):
        problem_of(door.get(f"audit/checkpoints/{number}"), 404, "not_found")
    assert door.get("audit/log").json()["origin"] == f"mnemoscope/{mallory.actor.tenant_id}"


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("from=1", {"to": "required"}),
        ("from=0&to=1", {"from": "out_of_range"}),
        ("from=2&to=1", {"from": "out_of_range"}),
        ("from=1&to=1000000", {"to": "too_large"}),
        ("from=x&to=1", {"from": "wrong_type"}),
        ("from=1&to=1&why=x", {"why": "unknown_parameter"}),
    ],
)
def test_a_proof_of_what_never_was_is_refused_by_name(dana, sealed, query, codes):
    problem = problem_of(door_of(dana).get(f"audit/consistency?{query}"), 422, "invalid")
    assert field_codes(problem) == codes

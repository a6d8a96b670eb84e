"""The export of a person, and requests to be erased, over the API."""

import json
import re

import pytest

from audit.models import AuditEvent
from console.tenancy.scope import tenant_scope
from memory.desk import approve_request, set_desk
from memory.models import ErasureCertificate, SubjectRequest
from tests.api.door import door_of, field_codes, problem_of
from tests.cast import a_memory
from tests.erasure.carrying import gone_on

ASKED = {"subject": "customer-7", "asked_by": "She, by letter", "identity_check": "Called back"}
EXPORT = "subjects/export?subject=customer-7&reason=She+asked"


def test_alice_exports_all_about_a_person(acme, alice, robo):
    memory = a_memory(robo, "Jonas prefers e-mail.", subject="customer-7")
    a_memory(robo, "Ada prefers the phone.", subject="customer-8")
    response = door_of(alice).get(EXPORT)
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    document = json.loads(response.getvalue())
    assert [one["id"] for one in document["memories"]] == [str(memory.id)]
    assert b"Ada" not in response.getvalue()
    with tenant_scope(acme.id):
        assert AuditEvent.objects.get(kind="subject.exported").note == "She asked"


def test_others_and_other_tenants_export_nothing(alice, bob, dana, robo, mallory):
    a_memory(robo, subject="customer-7")
    for holder in (bob, dana, robo):
        problem_of(door_of(holder).get(EXPORT), 403, "not_permitted")
    problem_of(door_of(mallory).get(EXPORT), 404, "not_found")
    unnamed = problem_of(door_of(alice).get("subjects/export?subject=x"), 422, "invalid")
    assert field_codes(unnamed) == {"reason": "required"}


def test_bob_takes_in_a_request_and_dana_follows_it(acme, bob, dana, robo):
    a_memory(robo, subject="customer-7")
    door = door_of(bob)
    taken = door.post("erasure-requests", ASKED)
    assert taken.status_code == 201
    body = taken.json()
    assert (body["status"], body["approved_by"], body["outcome"]) == ("ready", None, None)
    assert body["taken_in_by"]["label"] == bob.actor.label
    assert door_of(dana).get(f"erasure-requests/{body['id']}").json() == body
    assert door_of(dana).get("erasure-requests?status=ready").json()["results"] == [body]
    assert door_of(dana).get("erasure-requests?status=refused").json()["results"] == []
    again = door.post("erasure-requests", ASKED).json()
    assert (again["status"], again["duplicate_of"]) == ("duplicate", body["id"])
    unknown = door.post("erasure-requests", ASKED | {"subject": "nobody"}).json()
    assert (unknown["status"], unknown["subject"], unknown["named"]) == ("received", None, "nobody")
    problem_of(door_of(dana).post("erasure-requests", ASKED), 403, "not_permitted")
    problem_of(door_of(robo).post("erasure-requests", ASKED), 403, "not_permitted")
    with tenant_scope(acme.id):
        assert SubjectRequest.objects.count() == 3


@pytest.mark.parametrize(
    ("more", "codes"),
    [
        ({"asked_by": " "}, {"asked_by": "blank"}),
        ({"received_at": "2099-01-01T00:00:00Z"}, {"received_at": "in_the_future"}),
        (
            {"received_at": "2026-01-02T00:00:00Z", "due_at": "2026-01-01T00:00:00Z"},
            {"due_at": "ends_before_it_begins"},
        ),
    ],
)
def test_a_request_that_does_not_hold_together_is_refused(acme, bob, robo, more, codes):
    a_memory(robo, subject="customer-7")
    answer = door_of(bob).post("erasure-requests", ASKED | more)
    assert field_codes(problem_of(answer, 422, "invalid")) == codes


def test_another_tenants_request_is_not_there(alice, mallory, spybot):
    a_memory(spybot, subject="customer-7")
    theirs = door_of(mallory).post("erasure-requests", ASKED).json()["id"]
    for identifier in (theirs, "nonsense"):
        problem_of(door_of(alice).get(f"erasure-requests/{identifier}"), 404, "not_found")
    assert door_of(alice).get("erasure-requests").json()["results"] == []


def test_every_kind_is_taken_in_and_moved_over_the_api(acme, alice, bob, robo):
    a_memory(robo, subject="customer-7")
    door = door_of(bob)
    asks = {"kind": "access", "subject": "customer-7", "asked_by": "She"}
    taken = door.post("subject-requests", asks).json()
    assert (taken["status"], taken["kind"], taken["reference"][:2]) == ("received", "access", "R-")
    moves = f"subject-requests/{taken['id']}/transitions"
    lacking = problem_of(door.post(moves, {"verb": "confirm_identity"}), 422, "invalid")
    assert field_codes(lacking) == {"identity_check": "required"}
    told = {"verb": "confirm_identity", "identity_check": "Called back."}
    assert door.post(moves, told).json()["status"] == "ready"
    problem_of(door.post(moves, {"verb": "approve"}), 403, "own_proposal")
    approved = door_of(alice).post(moves, {"verb": "approve"}).json()
    assert (approved["status"], approved["approved_by"]["id"]) == ("approved", str(alice.user.id))
    stopped = door.post(moves, {"verb": "stop", "reason": "She called."}).json()
    assert (stopped["status"], stopped["approved_by"]) == ("ready", None)
    refused = {"verb": "refuse", "reason": "Hers is another.", "ground": "not_them"}
    assert door.post(moves, refused).json()["ground"] == "not_them"
    problem_of(door.post(moves, refused), 409, "wrong_state")
    listed = door.get("subject-requests?kind=access&status=refused").json()["results"]
    assert [one["id"] for one in listed] == [taken["id"]]
    problem_of(door.get(f"erasure-requests/{taken['id']}"), 404, "not_found")


def test_a_request_is_taken_in_once_however_often_it_is_sent(acme, bob, robo):
    a_memory(robo, subject="customer-7")
    key = {"Idempotency_Key": "letter-12"}
    first, again = (door_of(bob).post("erasure-requests", ASKED, **key) for _ in range(2))
    assert first.json() == again.json()
    with tenant_scope(acme.id):
        assert SubjectRequest.objects.count() == 1


def test_others_move_nothing(bob, dana, robo, mallory):
    a_memory(robo, subject="customer-7")
    taken = door_of(bob).post("erasure-requests", ASKED).json()
    moves = f"subject-requests/{taken['id']}/transitions"
    problem_of(door_of(mallory).post(moves, {"verb": "approve"}), 404, "not_found")
    for holder in (dana, robo):
        problem_of(door_of(holder).post(moves, {"verb": "approve"}), 403, "not_permitted")


def test_the_certificate_of_an_erasure_is_read_with_its_note(acme, alice, bob, dana, robo, mallory):
    a_memory(robo, "Jonas prefers e-mail.", subject="customer-7")
    taken = door_of(bob).post("erasure-requests", ASKED).json()
    address = f"subject-requests/{taken['id']}/certificate"
    assert taken["certificate"] is None
    problem_of(door_of(dana).get(address), 404, "not_found")
    with tenant_scope(acme.id):
        set_desk(actor=alice.actor, cool_off_hours=0)
        request = SubjectRequest.objects.get(id=taken["id"])
        gone_on(approve_request(actor=alice.actor, request=request))
        note = ErasureCertificate.objects.get().note
    answer = door_of(dana).get(f"subject-requests/{taken['id']}").json()
    assert answer["certificate"] == f"/api/v1/{address}"
    told = door_of(dana).get(address).json()
    assert told.pop("note") == note
    assert told == json.loads(note.splitlines()[1])
    assert (told["reference"], told["held"]["memories"]) == (taken["reference"], 1)
    assert "customer-7" not in note
    problem_of(door_of(robo).get(address), 403, "not_permitted")
    problem_of(door_of(mallory).get(address), 404, "not_found")
    problem_of(door_of(dana).get("subject-requests/nonsense/certificate"), 404, "not_found")


def test_a_code_is_mailed_to_whom_it_is_about_and_never_told_to_the_caller(
    bob, robo, settings, mailoutbox, django_capture_on_commit_callbacks
):
    a_memory(robo, subject="jonas@example.com")
    door = door_of(bob)
    asks = {"subject": "jonas@example.com", "asked_by": "He", "contact": "jonas@example.com"}
    taken = door.post("erasure-requests", asks).json()
    moves = f"subject-requests/{taken['id']}/transitions"
    settings.MAILS = False
    problem_of(door.post(moves, {"verb": "ask_identity"}), 409, "wrong_state")
    settings.MAILS = True
    with django_capture_on_commit_callbacks(execute=True):
        asked = door.post(moves, {"verb": "ask_identity"})
    assert asked.json()["status"] == "awaiting_identity"
    letter = mailoutbox[-1]
    assert letter.to == ["jonas@example.com"]
    [code] = re.findall(r"\b\d{4} ?\d{4}\b", letter.body)
    assert code not in asked.text
    entered = door.post(moves, {"verb": "enter_code", "code": code}).json()
    assert (entered["status"], entered["identified_by"]["label"]) == ("ready", bob.actor.label)

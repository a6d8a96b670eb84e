"""What a person asked for at the desk, in words of their own, and by letters: at last to be erased.

A request of each kind, to its end; one of somebody who was not them; and the erasure.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core import mail
from django.test import Client
from django.test.utils import override_settings

from console.tenancy.scope import tenant_scope
from memory.desk import set_desk
from memory.models import SubjectRequest
from tests.api.door import door_of
from tests.erasure.said import ok
from tests.erasure.workspace import CANARY, NAME, Workspace

REQUESTS = "subject-requests"


def ask_for_everything(workspace: Workspace) -> str:
    """The id of the request for erasure, approved."""
    with tenant_scope(workspace.acme.id):
        set_desk(actor=workspace.alice.actor, cool_off_hours=0, form_open=True)
    with mailed() as letters:
        _withdrawn(workspace)
        _a_strangers(workspace)
        _copy(workspace)
        _corrected(workspace)
        _restricted(workspace)
        made = _erasure(workspace)
    sent_to = [address for letter in letters for address in letter.to]
    assert sent_to == [f"{CANARY}@other.example", f"{CANARY}@mail.example"]
    return made


@contextmanager
def mailed() -> Iterator[list[Any]]:
    backend = "django.core.mail.backends.locmem.EmailBackend"
    with override_settings(MAILS=True, EMAIL_BACKEND=backend):
        mail.outbox = []
        yield mail.outbox


def _asked(workspace: Workspace, kind: str) -> dict[str, Any]:
    words = workspace.words
    return {
        "kind": kind,
        "subject": CANARY,
        "asked_by": f"{NAME} {words.at(f'asked_by_{kind}')}",
        "contact": f"{CANARY}@mail.example",
        "identity_check": words.at(f"identity_{kind}"),
        "wish": words.at(f"wish_{kind}"),
    }


def _approved(workspace: Workspace, kind: str) -> str:
    """Asked by bob, approved by alice."""
    made = ok(door_of(workspace.bob).post(REQUESTS, _asked(workspace, kind)), 201)
    path = f"{REQUESTS}/{made['id']}/transitions"
    how = workspace.words.at(f"acknowledged_{kind}")[:60]
    ok(door_of(workspace.bob).post(path, {"verb": "acknowledge", "how": how}))
    ok(door_of(workspace.alice).post(path, {"verb": "approve"}))
    return str(made["id"])


def _withdrawn(workspace: Workspace) -> None:
    words, bob = workspace.words, door_of(workspace.bob)
    asked = _asked(workspace, "access") | {"wish": words.at("withdrawn_wish")}
    ended = ok(bob.post(REQUESTS, asked, **{"Idempotency-Key": "ask-1"}), 201)
    verb = {"verb": "withdraw", "reason": words.at("withdrawn")}
    ok(bob.post(f"{REQUESTS}/{ended['id']}/transitions", verb))


def _a_strangers(workspace: Workspace) -> None:
    words, bob = workspace.words, door_of(workspace.bob)
    form = {"kind": "erasure", "named": CANARY, "contact": f"{CANARY}@other.example"}
    received = Client().post("/privacy/acme/", form | {"wish": words.at("form")})
    assert received.status_code == 200
    with tenant_scope(workspace.acme.id):
        stranger = SubjectRequest.objects.get(came_by="form")
    refused = {"verb": "refuse", "ground": "not_them", "reason": words.at("refused")}
    ok(bob.post(f"{REQUESTS}/{stranger.id}/transitions", refused))


def _copy(workspace: Workspace) -> None:
    """By a link, which is mailed."""
    request = _approved(workspace, "access")
    desk = workspace.page(workspace.alice)
    assert desk.post(f"/requests/{request}/link", {"by": "mail"}).status_code == 302
    link = next(line for line in mail.outbox[-1].body.splitlines() if "/privacy/copy/" in line)
    taken = Client().post(link.partition("testserver")[2])
    assert taken.status_code == 200
    copy = b"".join(taken)
    found = workspace.words.found_in(copy)
    assert {"content as text", "output as text"} <= found, sorted(found)


def _corrected(workspace: Workspace) -> None:
    request, memory = _approved(workspace, "rectification"), workspace.memories()[-2]
    desk = workspace.page(workspace.alice)
    corrected = {"content": workspace.words.at("corrected"), "version": memory.version}
    address = f"/requests/{request}/rectify/{memory.id}"
    assert desk.post(address, corrected).status_code == 302
    completed = {"verb": "complete", "reason": workspace.words.at("completed")}
    ok(door_of(workspace.alice).post(f"{REQUESTS}/{request}/transitions", completed))


def _restricted(workspace: Workspace) -> None:
    """It stands from the moment it is approved."""
    request = _approved(workspace, "restriction")
    with tenant_scope(workspace.acme.id):
        assert SubjectRequest.objects.get(id=request).status == "completed"


def _erasure(workspace: Workspace) -> str:
    words, bob = workspace.words, door_of(workspace.bob)
    made = ok(bob.post(REQUESTS, _asked(workspace, "erasure")), 201)
    path = f"{REQUESTS}/{made['id']}/transitions"
    ok(bob.post(path, {"verb": "extend", "reason": words.at("extension")}))
    how = words.at("acknowledged")[:60]
    ok(bob.post(path, {"verb": "acknowledge", "how": how}))
    ok(door_of(workspace.alice).post(path, {"verb": "approve"}))
    return str(made["id"])

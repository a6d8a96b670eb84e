"""Requests of people in every state a page of theirs can show, made as people make them."""

import time
from dataclasses import dataclass

from mnemoscope_client import MnemoscopeClient

from tests.e2e.people import Desks
from tests.e2e.scene import api_of, post
from tests.instance import Instance

ERASED_WITHIN_SECONDS = 120
# Of whom nothing else tells.
ERASED, HELD, REFUSED, LATE, COPIED = (f"customer-80{number}" for number in range(5))
KNOWN = "Signature compared with the contract."


@dataclass(frozen=True)
class Desk:
    """Ids of requests, and of the comparison of changes with their events."""

    erased: str
    held: str
    refused: str
    overdue: str
    access: str
    rectification: str
    comparison: str


def set_desk(desks: Desks, instance: Instance, rectified: str) -> Desk:
    """`rectified` is a subject of whom something is remembered. Nothing cools off from now on."""
    alice = desks.sit("owner")
    alice.goto("/settings/desk/")
    alice.get_by_label("hours").fill("0")
    alice.get_by_label("Anybody may ask by the public form").check()
    alice.get_by_role("button", name="Change it").click()
    alice.goto("/audit/completeness")
    alice.get_by_role("button", name="Compare now").click()
    alice.wait_for_load_state()
    with MnemoscopeClient(instance.url, instance.demo["agent_key"], timeout=30) as robo:
        for whom in (ERASED, HELD, REFUSED, LATE, COPIED):
            robo.memories.write(f"{whom} asks before noon.", subject=whom, confidence=0.9)
    with api_of(instance, "owner") as owner, api_of(instance, "reviewer") as bob:

        def asked(kind: str, whom: str, **said: str) -> str:
            told = {"asked_by": "By letter of 2 March", "identity_check": KNOWN, **said}
            id_: str = post(owner, "subject-requests", kind=kind, subject=whom, **told)["id"]
            return id_

        def moved(request: str, verb: str, **said: str) -> str:
            post(bob, f"subject-requests/{request}/transitions", verb=verb, **said)
            return request

        post(owner, "holds", subject=HELD, ground="Dispute 2026/119: keep what was said.")
        law = {"reason": "Invoices are kept for ten years.", "ground": "legal_obligation"}
        erased = moved(asked("erasure", ERASED), "approve")
        desk = Desk(
            erased=erased,
            held=moved(asked("erasure", HELD), "approve"),
            refused=moved(asked("erasure", REFUSED), "refuse", **law),
            overdue=asked("access", LATE, received_at="2026-01-05T09:00:00Z"),
            access=moved(asked("access", COPIED), "approve"),
            rectification=moved(asked("rectification", rectified), "approve"),
            comparison=owner.get("audit/reconciliations").json()["results"][0]["id"],
        )
        deadline = time.monotonic() + ERASED_WITHIN_SECONDS
        while owner.get(f"subject-requests/{erased}").json()["status"] != "completed":
            assert time.monotonic() < deadline, "The erasure was not carried out."
            time.sleep(0.5)
    return desk

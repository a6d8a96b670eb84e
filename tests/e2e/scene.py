"""What a small team would have done in the demo's workspace: every screen shows something."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
from mnemoscope_client import MnemoscopeClient

from tests.instance import Instance

PREFERENCES = (
    ("customer-4820", "Mara Berg prefers to be called before noon.", "preference", 0.95),
    ("customer-4820", "Mara Berg pays by invoice, 30 days net.", "fact", 0.9),
    ("customer-4820", "Mara Berg asked twice for a paper receipt.", "event", 0.8),
    ("customer-5107", "Otto Kern has a business account since March.", "fact", 0.92),
    ("customer-5107", "Otto Kern wants parcels left with the neighbour.", "preference", 0.88),
    ("customer-5233", "Ida Noll returns shoes that arrive in a damaged box.", "event", 0.85),
    (None, "Refunds above 200 EUR need a second signature.", "procedure", 0.97),
    (None, "Orders before 14:00 leave the warehouse the same day.", "fact", 0.93),
)
DOUBTFUL = (
    ("customer-4820", "Mara Berg may have moved to Leipzig.", "fact", 0.35),
    ("customer-5107", "Otto Kern's card ends in 4417, he thinks.", "fact", 0.3),
    ("customer-5233", "Ida Noll seems to be on leave until June.", "fact", 0.4),
    ("customer-5233", "Ida Noll perhaps prefers e-mail.", "preference", 0.3),
)
QUESTIONS = (
    ("When should Mara Berg be called?", "customer-4820"),
    ("Where should the parcel go?", "customer-5107"),
    ("May I refund 250 EUR?", None),
)


@dataclass(frozen=True)
class Scene:
    """What the addresses of the pages name."""

    memory: str
    agent: str
    subject: str
    item: str
    erasure: str
    webhook: str
    moment: str


def api_of(instance: Instance, role: str) -> httpx.Client:
    key = next(user["key"] for user in instance.demo["users"] if user["role"] == role)
    return httpx.Client(
        base_url=f"{instance.url}/api/v1/", headers={"Authorization": f"Bearer {key}"}, timeout=30
    )


def post(api: httpx.Client, path: str, **body: Any) -> Any:
    return api.post(path, json=body).raise_for_status().json()


def a_decided_review(instance: Instance, robo: MnemoscopeClient) -> str:
    held = robo.memories.write("Ada may like blue.", subject="customer-6", confidence=0.2)
    with api_of(instance, "reviewer") as bob:
        post(bob, f"reviews/{held.review_id}/decide", decision="approve", reason="accurate")
    return str(held.review_id)


def set_scene(instance: Instance) -> Scene:
    with MnemoscopeClient(instance.url, instance.demo["agent_key"], timeout=30) as robo:
        known = [_written(robo, *said) for said in PREFERENCES]
        doubted = [_written(robo, *said) for said in DOUBTFUL]
        moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        robo.memories.revise(
            known[0].id,
            expected_version=1,
            content="Mara Berg prefers to be called before noon, on her mobile.",
        )
        for question, subject in QUESTIONS:
            robo.recall(question, subject=subject)
        agent = robo.memories.get(known[0].id).agent
    with api_of(instance, "reviewer") as bob:
        post(bob, f"reviews/{doubted[3].review_id}/decide", decision="approve", reason="accurate")
        post(bob, f"reviews/{doubted[1].review_id}/decide", decision="reject", reason="unsupported")
        post(bob, f"reviews/{doubted[2].review_id}/claim")
    with api_of(instance, "owner") as alice:
        return Scene(
            memory=known[0].id,
            agent=agent,
            moment=moment,
            item=doubted[0].review_id,
            **_set_up(alice),
        )


def _set_up(alice: httpx.Client) -> dict[str, str]:
    post(alice, "holds", subject="customer-5107", ground="Dispute 2026/118: keep what was said.")
    post(
        alice,
        "snapshots",
        name="before the spring release",
        reason="To compare answers after the prompt changes.",
    )
    post(alice, "queues", name="payments", description="What touches money.", sla_urgent=1_800)
    erasure = post(
        alice,
        "erasure-requests",
        subject="customer-5233",
        asked_by="Ida Noll, by letter of 2 March",
        identity_check="Signature compared with the contract.",
    )
    webhook = post(
        alice,
        "webhooks",
        url="https://support.example/hooks/memory",
        description="Tells the ticket system.",
    )
    post(alice, f"webhooks/{webhook['id']}/test")
    exported = alice.get("subjects/export", params={"subject": "customer-4820", "reason": "Asked."})
    return {
        "subject": exported.raise_for_status().json()["subject"]["id"],
        "erasure": erasure["id"],
        "webhook": webhook["id"],
    }


def _written(
    robo: MnemoscopeClient, subject: str | None, content: str, kind: Any, confidence: float
) -> Any:
    about = {"subject": subject} if subject else {}
    return robo.memories.write(content, kind=kind, confidence=confidence, **about)

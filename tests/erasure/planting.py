"""Words about a person, said wherever agents and people can say some, by the doors they use.

Each place has a word of its own, as text, as base64 and as hexadecimal digits, so that one that is
found again tells where it was let in.
"""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.userkit import user_id_to_str
from django.test import Client

from console.accounts.models import Subject
from console.accounts.permissions import Role
from console.administration import create_tenant
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from console.webhooks.sending import deliver_due
from memory.actions import name_subject, next_opinion, save_queue
from memory.desk import set_desk
from memory.models import LegalHold, Memory, ReviewItem, SubjectRequest
from memory.reviews.figures import QueueFigures
from tests.api.door import door_of
from tests.cast import Person, a_memory, a_person, an_agent
from tests.erasure.said import Words, ok
from tests.ingest.messages import a_span, protobuf_body
from tests.webhooks.receiver import Receiver

CANARY = "zyxcanary-4711"
NAME = "Quirinus Zyxenbach"
ENCODED = [b64encode(f"xyz{CANARY}{NAME}".encode()).decode(), CANARY.encode().hex()]
TRACE, RUN = b"c" * 16, "wozzle-conversation"


@dataclass
class Cast:
    """A workspace and who is in it."""

    receiver: Receiver

    def __post_init__(self) -> None:
        self.acme = create_tenant(slug="acme", name="Acme")
        self.alice = a_person(self.acme, "alice", Role.OWNER)
        self.bob = a_person(self.acme, "bob", Role.REVIEWER)
        self.erin = a_person(self.acme, "erin", Role.REVIEWER)
        self.robo = an_agent(self.acme, "robo")
        self.rookie = an_agent(self.acme, "rookie", trusted=False)
        self.words = Words()
        # A receiver of webhooks that repeats what it has heard elsewhere.
        self.receiver.status, self.receiver.answer = 200, self.words.at("receiver").encode()
        hook = {"url": self.receiver.url, "kinds": ["review.decided"]}
        ok(door_of(self.alice).post("webhooks", hook), 201)

    def page(self, person: Person) -> Client:
        client = Client()
        client.force_login(person.user)
        session = client.session
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [
            {"method": "password", "at": now().timestamp()}
        ]
        session["account_authentication_methods_user"] = user_id_to_str(person.user)
        session.save()
        return client

    def plant(self) -> None:
        for number in range(5):
            a_memory(self.robo, f"Ada wants thing {number}.", subject="ada-lind")
        self.send_traces()
        self.write()
        with tenant_scope(self.acme.id):
            self.subject = Subject.objects.get(external_id=CANARY)
        self.review()
        self.look_into()
        self.keep()
        self.ask()
        while deliver_due(self.acme.id):
            pass
        assert self.receiver.got

    def write(self) -> None:
        """By agents, who may call things as they like."""
        words, robo, rookie = self.words, door_of(self.robo), door_of(self.rookie)
        for number in range(12):
            body = {
                "content": f"{words.at('content')} wants thing {number}",
                "subject": CANARY,
                "key": f"wozzle.key.said/{number}",
                "namespace": ["people", words.at("namespace")],
                "metadata": {"who": words.at("metadata"), "as": ENCODED},
                "source": words.at("source"),
            }
            if number > 3:
                body |= {"namespace": ["people"]}
            headers = {"Idempotency-Key": f"wozzle.idempotency_key.said-{number}"}
            ok(robo.post("memories", body, **headers), 201)
        words.said |= {one: f"wozzle.{one}.said" for one in ("key", "idempotency_key")}
        self.held = [
            ok(rookie.post("memories", {"content": f"Jonas {n} may move.", "subject": CANARY}), 202)
            for n in range(7)
        ]
        first, second, third = self.memories()[:3]
        path = f"memories/{first.id}"
        change = {"content": words.at("revision"), "reason": words.at("revising")[:60]}
        ok(robo.patch(path, change | {"expected_version": 1}))
        ok(door_of(self.bob).send("DELETE", f"{path}?reason=wozzle.deleting.said"), 204)
        words.said["deleting"] = "wozzle.deleting.said"
        # One word that looks like a code.
        words.said["coded"] = "wozzle_coded"
        ok(robo.post(f"memories/{self.memories()[-1].id}/expire", {"reason": "wozzle_coded"}))
        ok(robo.post(f"memories/{second.id}/expire", {"reason": words.at("expiring")[:60]}))
        merged = {"memories": [str(third.id), str(self.memories()[3].id)]}
        ok(
            robo.post(
                "memories/merge",
                merged | {"content": words.at("merged"), "reason": words.at("merging")[:60]},
            ),
            201,
        )
        recall = {"query": words.at("query"), "subject": CANARY, "purpose": words.at("purpose")}
        ok(robo.post("recall", recall))
        summary = {"content": words.at("summary"), "derived_from": [str(self.memories()[5].id)]}
        ok(robo.post("memories", summary), 201)

    def memories(self) -> list[Memory]:
        with tenant_scope(self.acme.id):
            about = Memory.objects.filter(subject__external_id=CANARY, state="active")
            return list(about.order_by("id"))

    def reviews(self) -> list[ReviewItem]:
        with tenant_scope(self.acme.id):
            about = ReviewItem.objects.filter(subject__external_id=CANARY, status="open")
            return list(about.exclude(kind="quarantine").order_by("id"))

    def review(self) -> None:
        """By people, beside what agents wrote; a webhook's receiver repeats what it likes."""
        words, bob, erin = self.words, door_of(self.bob), door_of(self.erin)
        decided = {"decision": "approve", "reason": "accurate"}
        with tenant_scope(self.acme.id):
            figures = QueueFigures(gold_share=1.0, sampled_share=1.0)
            save_queue(actor=self.alice.actor, name="", figures=figures)
        one, two, three, four, five, *_ = [item.id for item in self.reviews()]
        skipped = {"reason": "not_my_field", "note": words.at("skip")}
        ok(erin.post(f"reviews/{one}/skip", skipped))
        ok(erin.post(f"reviews/{one}/escalate", {"note": words.at("escalation")}))
        ok(bob.post(f"reviews/{one}/decide", decided | {"note": words.at("decision")}))
        assert self.page(self.alice).post(f"/review/{one}/gold").status_code == 302
        ok(bob.post(f"reviews/{two}/decide", decided))
        ok(bob.post(f"reviews/{two}/undo", {"note": words.at("undoing")}))
        together: dict[str, Any] = {"reviews": [{"id": str(three)}, {"id": str(four)}]}
        together |= {"decision": "reject", "reason": "inaccurate", "note": words.at("together")}
        batch = ok(bob.post("reviews/decisions", together))
        undone = {"note": words.at("undone_together")}
        ok(bob.post(f"reviews/decisions/{batch['batch_id']}/undo", undone))
        edited = decided | {"decision": "edit_and_approve", "content": words.at("edited")}
        ok(erin.post(f"reviews/{five}/decide", edited | {"note": words.at("editing")}))
        with tenant_scope(self.acme.id):
            opinion = next_opinion(actor=self.erin.actor, queue="")
            assert opinion is not None
            digest = bytes(opinion.review.content_digest).hex()
        given = {"verdict": "keeps_out", "comment": words.at("opinion"), "seen": digest}
        answered = self.page(self.erin).post(f"/review/second/{opinion.id}", given)
        assert answered.status_code == 302, answered.content
        quarantine: dict[str, Any] = {"memories": [str(one.id) for one in self.memories()[:2]]}
        quarantine |= {"reason": "poisoned", "note": words.at("quarantine")}
        ok(bob.post("quarantines", quarantine))

    def send_traces(self) -> None:
        words = self.words
        said = {
            "user.id": CANARY,
            "gen_ai.conversation.id": RUN,
            "input.value": words.at("input"),
            "gen_ai.input.messages": words.at("messages"),
        }
        spans = [
            a_span(words.at("first_step"), trace_id=TRACE, span_id=b"1" * 8, attributes=said),
            a_span(
                words.at("second_step"),
                trace_id=TRACE,
                span_id=b"2" * 8,
                parent=b"1" * 8,
                attributes={"error.type": words.at("error"), "output.value": words.at("output")},
            ),
        ]
        body = protobuf_body(*spans)
        response = Client().post(
            "/v1/traces",
            body,
            content_type="application/x-protobuf",
            headers={"Authorization": f"Bearer {self.robo.key}"},
        )
        assert response.status_code == 200, response.content

    def look_into(self) -> None:
        """What people do with runs and memories: outcomes, influence, snapshots, views, trials."""
        words, bob, robo = self.words, door_of(self.bob), door_of(self.robo)
        failed = {"result": "failure", "note": words.at("outcome")}
        ok(robo.post("outcomes", failed | {"trace_id": TRACE.hex()}), 201)
        failed["note"] = words.at("outcome_of_run")
        ok(robo.post("outcomes", failed | {"conversation": RUN}), 201)
        kept = {
            "subject": CANARY,
            "namespace": ["people"],
            "name": "wozzle.snapshot.said",
            "reason": words.at("keeping"),
        }
        words.said["snapshot"] = "wozzle.snapshot.said"
        made = ok(bob.post("snapshots", kept), 201)
        ok(bob.post("snapshots", kept | {"name": "theirs", "reason": words.at("gone")}), 201)
        ok(bob.send("DELETE", f"snapshots/{made['id']}?reason=wozzle.deletion said"), 204)
        desk = self.page(self.bob)
        for place, query in (
            ("view", f"review/views/save?subject={CANARY}"),
            ("run_view", f"runs/views/save?subject={CANARY}"),
            ("words_view", f"runs/views/save?q=about+{CANARY}"),
        ):
            words.said[place] = f"wozzle.{place}.said"
            saved = desk.post(f"/{query}", {"name": words.said[place]})
            assert saved.status_code == 302, (saved.status_code, saved.headers, query)
        memory = self.memories()[3]
        for address in (
            f"/find/?q={CANARY}",
            f"/review/?subject={CANARY}",
            f"/memories/?subject={CANARY}",
            f"/memories/{memory.id}",
            f"/audit/?subject={CANARY}&q={CANARY}",
        ):
            assert desk.get(address).status_code == 200, address
        taken = {"reason": words.at("influence"), "form": "csv", "words": "yes"}
        exported = desk.post(f"/influence/export?memory={memory.id}", taken)
        assert exported.status_code == 200, exported.content
        b"".join(exported)

    def keep(self) -> None:
        """Why it is kept: holds, released since, and a basis."""
        words, alice = self.words, door_of(self.alice)
        run = ok(door_of(self.bob).get("runs"))["results"][0]["id"]
        for name, over in (
            ("subject", {"subject": CANARY}),
            ("memory", {"memory": str(self.memories()[3].id)}),
            ("run", {"run": run}),
        ):
            hold = ok(alice.post("holds", over | {"ground": words.at(f"hold_{name}")}), 201)
            release = f"holds/{hold['id']}?reason={words.at(f'release_{name}').split()[0]} it"
            ok(alice.delete(release), 204)
        with tenant_scope(self.acme.id):
            assert not LegalHold.objects.filter(released_at__isnull=True).exists()
            name_subject(actor=self.alice.actor, subject=self.subject, names=[NAME])
        page = self.page(self.alice)
        basis = {"basis": "consent", "note": words.at("basis")}
        assert page.post(f"/subjects/{self.subject.id}/basis", basis).status_code == 302

    def ask(self) -> None:
        """At the desk: an access request that ended, one by the form, and the erasure."""
        words, bob = self.words, door_of(self.bob)
        with tenant_scope(self.acme.id):
            set_desk(actor=self.alice.actor, cool_off_hours=0, form_open=True)
        asked = {
            "subject": CANARY,
            "asked_by": f"{NAME} {words.at('asked_by')}",
            "contact": f"{CANARY}@mail.example",
            "identity_check": words.at("identity"),
        }
        access = asked | {"kind": "access", "wish": words.at("wish")}
        ended = ok(bob.post("subject-requests", access, **{"Idempotency-Key": "ask-1"}), 201)
        withdrawn = {"verb": "withdraw", "reason": words.at("withdrawn")}
        ok(bob.post(f"subject-requests/{ended['id']}/transitions", withdrawn))
        form = {"kind": "erasure", "named": CANARY, "contact": f"{CANARY}@other.example"}
        assert Client().post("/privacy/acme/", form | {"wish": words.at("form")}).status_code == 200
        with tenant_scope(self.acme.id):
            stranger = SubjectRequest.objects.get(came_by="form")
        refused = {"verb": "refuse", "ground": "not_them", "reason": words.at("refused")}
        ok(bob.post(f"subject-requests/{stranger.id}/transitions", refused))
        made = ok(bob.post("subject-requests", asked | {"kind": "erasure"}), 201)
        extended = {"verb": "extend", "reason": words.at("extension")}
        ok(bob.post(f"subject-requests/{made['id']}/transitions", extended))
        path = f"subject-requests/{made['id']}/transitions"
        ok(bob.post(path, {"verb": "acknowledge", "how": words.at("acknowledged")[:60]}))
        ok(door_of(self.alice).post(path, {"verb": "approve"}))
        self.request_id = made["id"]

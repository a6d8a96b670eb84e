"""Words about a person, said wherever agents and people can say some, by the doors they use.

Each place has a word of its own, as text, as base64 and as hexadecimal digits, so that one that is
found again tells where it was let in.
"""

from io import StringIO
from typing import Any

from django.core.management import call_command
from django.test import Client

from audit.streams.sending import send_due
from console.accounts.models import Subject
from console.tenancy.scope import tenant_scope
from console.webhooks.sending import deliver_due
from memory.actions import name_subject, next_opinion, save_queue
from memory.models import LegalHold, ScreeningRun
from memory.reviews.figures import QueueFigures
from tests.api.door import door_of
from tests.cast import a_memory
from tests.erasure.asking import ask_for_everything
from tests.erasure.said import ok
from tests.erasure.workspace import CANARY, ENCODED, NAME, Workspace
from tests.ingest.messages import a_span, protobuf_body
from tests.proof.log import checkpoint_of, sequence_all

TRACE, RUN = b"c" * 16, "wozzle-conversation"


class Cast(Workspace):
    """Its doors are used for all they are there for, and a word is said at each."""

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
        self.govern()
        self.request_id = ask_for_everything(self)
        self.send_out()

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

    def govern(self) -> None:
        """What goes over all that is stored, or over everybody: screening, and who has access."""
        call_command("screen_memories", stdout=StringIO())
        with tenant_scope(self.acme.id):
            assert ScreeningRun.objects.get().looked_at > 0
        begun = self.page(self.alice).post("/settings/access-review/start")
        assert begun.status_code == 302, begun.content

    def send_out(self) -> None:
        """Webhooks, and the log to a SIEM, which answers with what it heard elsewhere."""
        for sends in ("events", "checkpoints"):
            stream: dict[str, Any] = {"name": sends, "sends": sends, "kind": "webhook"}
            stream |= {"address": self.receiver.url, "with_words": True, "begins": "beginning"}
            ok(door_of(self.alice).post("audit/streams", stream), 201)
        sequence_all(self.acme)
        checkpoint_of(self.acme)
        while deliver_due(self.acme.id) or send_due(self.acme.id):
            pass
        sent = b"".join(got.body for got in self.receiver.got)
        assert {"decision as text", "release_subject as text"} <= self.words.found_in(sent)

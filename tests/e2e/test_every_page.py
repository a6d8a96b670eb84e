"""Every page, in both themes, on a telephone and on a desk: readable by anybody, and silent."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from console.web.navigation import PLACES
from tests.e2e.desk import Desk, set_desk
from tests.e2e.reading import TELEPHONE, reads_well
from tests.e2e.scene import a_decided_review, api_of, post

pytestmark = pytest.mark.e2e

PAGES = {
    "overview": "/",
    "queue": "/review/",
    "decided": "/review/?status=decided",
    "queue of a person": "/review/?subject=customer-6&due=day",
    "no such item": "/review/?q=nobody",
    "review item": "/review/{held.review_id}",
    "review item of a person": "/review/{held.review_id}?subject=customer-6",
    "review quality": "/review/quality/",
    "review item decided": "/review/{decided}",
    "gold item": "/review/{decided}/gold",
    "memories": "/memories/",
    "memories found": "/memories/?q=Ada+has+orders&kind=fact",
    "memories then": "/memories/?at={moment}",
    "nothing found": "/memories/?q=nobodywroteanysuchword",
    "try a recall": "/memories/try",
    "memory": "/memories/{revised.id}",
    "memory then": "/memories/{revised.id}?at={moment}",
    "versions": "/memories/{revised.id}/versions?old=1&new=2",
    "uses of a memory": "/memories/{revised.id}/uses",
    "blast radius": "/memories/{revised.id}/influence",
    "blast radius of an agent": "/influence?agent={agent}&show=runs",
    "export a blast radius": "/influence/export?memory={revised.id}",
    "revise": "/memories/{revised.id}/revise",
    "delete": "/memories/{revised.id}/delete",
    "runs": "/runs/",
    "runs found": "/runs/?q=refund&sort=cost&longer=1+ms",
    "no such run": "/runs/?longer=soon&q=nobody",
    "export of a run": "/runs/{run.id}/export",
    "run": "/runs/{run.id}",
    "run by lanes": "/runs/{run.id}?view=lanes",
    "time of a run": "/runs/{run.id}/time",
    "step": "/runs/{run.id}/{span.trace_id}/{span.span_id}",
    "memories of a step": "/runs/{run.id}/{span.trace_id}/{span.span_id}?tab=memory",
    "attributes of a step": "/runs/{run.id}/{span.trace_id}/{span.span_id}?tab=attributes",
    "decisions of a run": "/runs/{run.id}/decisions",
    "compare a run": "/runs/{run.id}/compare",
    "two runs compared": "/runs/{run.id}/compare/{run.id}",
    "agents": "/agents/",
    "agent": "/agents/{agent}",
    "new agent": "/agents/new",
    "freeze an agent": "/agents/{agent}/freeze",
    "withdraw trust": "/agents/{agent}/untrust",
    "thaw an agent": "/agents/{agent}/thaw",
    "owner of an agent": "/agents/{agent}/owner",
    "freeze all": "/agents/freeze",
    "thaw all": "/agents/thaw",
    "subjects": "/subjects/",
    "subject": "/subjects/{subject}",
    "legal basis": "/subjects/{subject}/basis",
    "export a subject": "/subjects/{subject}/export",
    "a request of a subject": "/subjects/{subject}/request",
    "erasure": "/requests/",
    "take in an erasure": "/requests/new",
    "erasure closed": "/requests/?status=closed",
    "requests overdue": "/requests/?due=overdue&kind=erasure",
    "the desk's setting": "/settings/desk/",
    "erasure asked for": "/requests/{erasure}",
    "erasure carried out": "/requests/{desk.erased}",
    "certificate": "/requests/{desk.erased}/certificate",
    "erasure that waits for a hold": "/requests/{desk.held}",
    "request refused": "/requests/{desk.refused}",
    "request overdue": "/requests/{desk.overdue}",
    "copy to hand over": "/requests/{desk.access}",
    "correct a memory": "/requests/{desk.rectification}/rectify/{revised.id}",
    "audit": "/audit/",
    "audit of a person": "/audit/?subject=customer-6&kind=memory&kind=review.opened",
    "no such event": "/audit/?run=x&q=nobodywroteanysuchword",
    "event": "/audit/{event}",
    "the log": "/audit/log",
    "completeness": "/audit/completeness",
    "comparison": "/audit/completeness/{desk.comparison}",
    "evidence pack": "/audit/evidence",
    "export the trail": "/audit/export?kind=memory.written",
    "isolation": "/isolation/",
    "policies": "/policies/",
    "policy": "/policies/0",
    "edit the policy": "/policies/0/edit",
    "try the policy": "/policies/0/try",
    "merge": "/memories/{revised.id}/merge",
    "lifecycle": "/settings/lifecycle/",
    "queues": "/settings/queues/",
    "new queue": "/settings/queues/new",
    "change a queue": "/settings/queues/general/edit",
    "holds": "/holds/",
    "place a hold": "/holds/new?memory={revised.id}",
    "place any hold": "/holds/new",
    "release a hold": "/holds/{hold}/release",
    "holds released": "/holds/?status=released",
    "go to": "/find/",
    "gone to": "/find/?q=re",
    "notices": "/notices/",
    "help": "/help/",
    **{f"help on {place.label}": f"/help/{place.slug}" for place in PLACES},
    "settings": "/settings/",
    "keys": "/settings/keys/",
    "new key": "/settings/keys/new",
    "new signing key": "/settings/signing-keys/new",
    "webhooks": "/settings/webhooks/",
    "new webhook": "/settings/webhooks/new",
    "webhook": "/settings/webhooks/{webhook}",
    "change a webhook": "/settings/webhooks/{webhook}/edit",
    "new secret": "/settings/webhooks/{webhook}/rotate",
    "delete a webhook": "/settings/webhooks/{webhook}/delete",
    "send again": "/settings/webhooks/{webhook}/replay",
    "delivery": "/settings/webhooks/{webhook}/deliveries/{delivery}",
    "audit streams": "/settings/audit-streams/",
    "new audit stream": "/settings/audit-streams/new",
    "audit stream": "/settings/audit-streams/{stream}",
    "change an audit stream": "/settings/audit-streams/{stream}/edit",
    "delete an audit stream": "/settings/audit-streams/{stream}/delete",
    "renew its secret": "/settings/audit-streams/{stream}/renew",
    "snapshots": "/snapshots/",
    "new snapshot": "/snapshots/new",
    "snapshot": "/snapshots/{snapshot}",
    "delete a snapshot": "/snapshots/{snapshot}/delete",
    "recall setting": "/settings/recall/",
    "mapping of traces": "/settings/traces/",
    "new mapping": "/settings/traces/mapping/new",
    "redaction": "/settings/traces/redaction",
    "new redaction": "/settings/traces/redaction/new",
    "prices": "/settings/traces/prices",
    "new price": "/settings/traces/prices/new",
    "retention": "/settings/retention/",
    "reports of retention": "/settings/retention/reports/",
    "report of retention": "/settings/retention/reports/{report}",
    "replay of traces": "/settings/traces/replay",
    "members": "/settings/members/",
    "invite": "/settings/members/invite",
    "second factor": "/settings/members/second-factor",
    "access reviews": "/settings/access-review/",
    "account": "/account/",
    "new passkey": "/accounts/mfa/webauthn/add/",
    "new authenticator app": "/accounts/mfa/totp/activate/",
    "is it still you": "/accounts/reauthenticate/",
    "change password": "/accounts/password/change/",
    "sign out": "/accounts/logout/",
    "not found": "/no/such/page",
    "unknown memory": "/memories/00000000-0000-7000-8000-000000000000",
}
PAPER = 718  # A4 between its margins
NOWHERE = "https://hooks.invalid/"
STRANGERS = {
    "sign in": "/accounts/login/",
    "spent invitation": "/invitations/mni_spent",
    "forgotten password": "/accounts/password/reset/",
    "not found": "/no/such/page",
    "API docs": "/api/docs/",
    "privacy form": "/privacy/acme/",
    "code of a request": "/privacy/acme/code",
    "spent link to a copy": "/privacy/copy/mnc_spent",
}
# Swagger UI's own markup, which we do not write: both are moderate.
NUISANCES = {"API docs": frozenset({"heading-order", "region"})}


@dataclass(frozen=True)
class Things:
    """What the addresses of the pages name."""

    agent: str
    subject: str
    held: object
    revised: object
    run: object
    span: object
    moment: str
    webhook: str
    delivery: str
    stream: str
    decided: str
    erasure: str
    hold: str
    snapshot: str
    report: str
    event: str
    desk: Desk


@pytest.fixture(scope="module")
def desk(desks, instance, robo) -> Desk:
    robo.memories.write("Ada has an account.", subject="customer-6", confidence=0.9)
    return set_desk(desks, instance, rectified="customer-6")


@pytest.fixture(scope="module")
def things(instance, robo, auditor, desk) -> Things:
    held = robo.memories.write("Ada may prefer the post.", subject="customer-6", confidence=0.2)
    revised = robo.memories.write("Ada has one order open.", subject="customer-6", confidence=0.9)
    robo.memories.revise(revised.id, expected_version=1, content="Ada has two orders open.")
    steps = ((run, step) for run in auditor.runs.list() for step in auditor.runs.spans(run.id))
    run, span = next((run, step) for run, step in steps if "create_memory" in step.name)
    agent = auditor.memories.get(revised.id).agent
    moment = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    subject = subject_of(instance, "customer-6")
    return Things(
        agent,
        subject,
        held,
        revised,
        run,
        span,
        moment,
        **made_by_people(instance, revised.id),
        decided=a_decided_review(instance, robo),
        event=next(iter(auditor.audit.events(object=revised.id))).id,
        desk=desk,
    )


def subject_of(instance, external_id):
    """Its id stands in its export."""
    with api_of(instance, "owner") as alice:
        asked = {"subject": external_id, "reason": "test"}
        return alice.get("subjects/export", params=asked).json()["subject"]["id"]


def made_by_people(instance, memory_id) -> dict[str, str]:
    """The test on its way to the webhook never arrives."""
    asked = {"subject": "customer-6", "asked_by": "Ada, by letter", "identity_check": "Signature"}
    with api_of(instance, "owner") as alice:

        def made(path, **body):
            return post(alice, path, **body)["id"]

        webhook = made("webhooks", url=NOWHERE)
        return {
            "webhook": webhook,
            "delivery": made(f"webhooks/{webhook}/test"),
            "stream": made("audit/streams", name="SIEM", kind="webhook", address=NOWHERE),
            "erasure": made("erasure-requests", **asked),
            "hold": made("holds", memory=memory_id, ground="Case 118"),
            "snapshot": made("snapshots", name="before the release"),
            "report": made("retention/reports", memories=[{"age_days": 30}]),
        }


@pytest.mark.parametrize("name", PAGES)
def test_alice_reads_every_page(sit, things, name):
    alice = sit("owner")
    alice.goto(PAGES[name].format(**vars(things)))
    reads_well(alice)


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("name", STRANGERS)
def test_a_stranger_reads_what_is_open_to_strangers(sit, name):
    stranger = sit()
    stranger.goto(STRANGERS[name])
    if name == "API docs":
        expect(stranger.get_by_text("Write a memory").first).to_be_visible()
    reads_well(stranger, NUISANCES.get(name, frozenset()))


def test_a_certificate_fits_on_paper(sit, desk):
    alice = sit("owner", width=PAPER)
    alice.goto(f"/requests/{desk.erased}/certificate")
    alice.emulate_media(media="print")
    assert alice.evaluate("document.documentElement.scrollWidth") <= PAPER
    expect(alice.get_by_role("link", name="Signed note")).to_be_hidden()


def test_alice_chooses_the_dark_theme_on_a_telephone_and_it_stays(sit):
    alice = sit("owner", width=TELEPHONE)
    alice.goto("/")
    alice.get_by_role("button", name="Menu").click()
    alice.locator(".account summary").click()
    alice.get_by_label("Dark").check()
    expect(alice.locator("html")).to_have_attribute("data-theme", "dark")
    assert Axe().run(alice).response["violations"] == []
    alice.get_by_role("link", name="Memories", exact=True).click()
    expect(alice.get_by_role("heading", name="Memories", level=1)).to_be_visible()
    expect(alice.locator("html")).to_have_attribute("data-theme", "dark")

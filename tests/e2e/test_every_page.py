"""Every page, in both themes, on a telephone and on a desk: readable by anybody, and silent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e

TELEPHONE, DESK = 360, 1440
# A browser takes on another theme with its next frames; axe would read old colours before.
NEXT_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
RUN_AXE = "(options) => axe.run(options).then(({ violations }) => violations)"
OF_COLOUR = ["color-contrast", "link-in-text-block"]  # all that a second theme can break
SCREENS = [(theme, width) for theme in ("light", "dark") for width in (TELEPHONE, DESK)]
PAGES = {
    "overview": "/",
    "queue": "/review/",
    "decided": "/review/?status=decided",
    "queue of a person": "/review/?subject=customer-6&due=day",
    "no such item": "/review/?q=nobody",
    "review item": "/review/{held.review_id}",
    "review item of a person": "/review/{held.review_id}?subject=customer-6",
    "review quality": "/review/quality/",
    "memories": "/memories/",
    "memories found": "/memories/?q=Ada+has+orders&kind=fact",
    "memories then": "/memories/?at={moment}",
    "nothing found": "/memories/?q=nobodywroteanysuchword",
    "try a recall": "/memories/try",
    "memory": "/memories/{revised.id}",
    "memory then": "/memories/{revised.id}?at={moment}",
    "versions": "/memories/{revised.id}/versions?old=1&new=2",
    "uses of a memory": "/memories/{revised.id}/uses",
    "revise": "/memories/{revised.id}/revise",
    "delete": "/memories/{revised.id}/delete",
    "runs": "/runs/",
    "run": "/runs/{run.id}",
    "step": "/runs/{run.id}/{span.trace_id}/{span.span_id}",
    "agents": "/agents/",
    "agent": "/agents/{agent}",
    "new agent": "/agents/new",
    "freeze an agent": "/agents/{agent}/freeze",
    "withdraw trust": "/agents/{agent}/untrust",
    "owner of an agent": "/agents/{agent}/owner",
    "freeze all": "/agents/freeze",
    "subjects": "/subjects/",
    "subject": "/subjects/{subject}",
    "legal basis": "/subjects/{subject}/basis",
    "export a subject": "/subjects/{subject}/export",
    "erase a subject": "/subjects/{subject}/erase",
    "erasure": "/erasure/",
    "take in an erasure": "/erasure/new",
    "audit": "/audit/",
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
    "go to": "/find/",
    "notices": "/notices/",
    "help": "/help/",
    "help on a page": "/help/review",
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
    "snapshots": "/snapshots/",
    "new snapshot": "/snapshots/new",
    "recall setting": "/settings/recall/",
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
STRANGERS = {
    "sign in": "/accounts/login/",
    "spent invitation": "/invitations/mni_spent",
    "forgotten password": "/accounts/password/reset/",
    "not found": "/no/such/page",
    "API docs": "/api/docs/",
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


@pytest.fixture(scope="module")
def things(instance, robo, auditor) -> Things:
    held = robo.memories.write("Ada may prefer the post.", subject="customer-6", confidence=0.2)
    revised = robo.memories.write("Ada has one order open.", subject="customer-6", confidence=0.9)
    robo.memories.revise(revised.id, expected_version=1, content="Ada has two orders open.")
    steps = ((run, step) for run in auditor.runs.list() for step in auditor.runs.spans(run.id))
    run, span = next((run, step) for run, step in steps if "create_memory" in step.name)
    agent = auditor.memories.get(revised.id).agent
    moment = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    subject = subject_of(instance, "customer-6")
    webhook, delivery = a_webhook(instance)
    return Things(agent, subject, held, revised, run, span, moment, webhook, delivery)


def subject_of(instance, external_id):
    """Its id stands in its export."""
    key = next(user["key"] for user in instance.demo["users"] if user["role"] == "owner")
    exported = httpx.get(
        f"{instance.url}/api/v1/subjects/export",
        params={"subject": external_id, "reason": "test"},
        headers={"Authorization": f"Bearer {key}"},
    )
    return exported.json()["subject"]["id"]


def a_webhook(instance) -> tuple[str, str]:
    """And a test on its way to it, which never arrives."""
    owner = next(user["key"] for user in instance.demo["users"] if user["role"] == "owner")
    with httpx.Client(
        base_url=f"{instance.url}/api/v1", headers={"Authorization": f"Bearer {owner}"}
    ) as api:
        made = api.post("/webhooks", json={"url": "https://hooks.invalid/"}).json()["id"]
        return made, api.post(f"/webhooks/{made}/test").json()["id"]


@pytest.mark.parametrize("name", PAGES)
def test_alice_reads_every_page(sit, things, name):
    alice = sit("owner")
    alice.goto(PAGES[name].format(**vars(things)))
    reads_well(alice)


@pytest.mark.parametrize("name", STRANGERS)
def test_a_stranger_reads_what_is_open_to_strangers(sit, name):
    stranger = sit()
    stranger.goto(STRANGERS[name])
    if name == "API docs":
        expect(stranger.get_by_text("Write a memory").first).to_be_visible()
    reads_well(stranger, NUISANCES.get(name, frozenset()))


def test_alice_holds_an_access_review(sit):
    alice = sit("owner")
    alice.goto("/settings/members/invite")
    alice.get_by_label("E-mail address").fill("eve@acme.example")
    alice.get_by_role("button", name="Make the invitation").click()
    expect(alice.get_by_text("/invitations/mni_")).to_be_visible()
    reads_well(alice)
    link = alice.locator("#secret").inner_text()
    alice.goto("/settings/access-review/")
    alice.get_by_role("button", name="Begin a review").click()
    expect(alice.get_by_role("heading", name="Access review of")).to_be_visible()
    reads_well(alice)
    alice.get_by_role("button", name="Tick all on this page").click()
    alice.get_by_role("button", name="Attest what is ticked").click()
    expect(alice.get_by_role("status").filter(has_text="Attested")).to_be_visible()
    alice.get_by_role("link", name="Revoke").first.click()
    reads_well(alice)
    stranger = sit()
    stranger.goto(link)
    expect(stranger.get_by_role("heading", name="Join")).to_be_visible()
    reads_well(stranger)


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


def reads_well(page: Page, nuisances: frozenset[str] = frozenset()) -> None:
    """On every screen, with all that folds unfolded."""
    expect(page.get_by_role("heading").first).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
    assert list(flaws(page, nuisances)) == []


def flaws(page: Page, nuisances: frozenset[str]) -> Iterator[str]:
    page.evaluate(Axe().axe_script)
    for theme, width in SCREENS:
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(NEXT_FRAMES)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            yield f"{width} px: the page is {wide} px wide"
        checks = {} if theme == "light" else {"runOnly": OF_COLOUR}
        for found in page.evaluate(RUN_AXE, {"resultTypes": ["violations"], **checks}):
            if found["id"] not in nuisances:
                where = [node["target"] for node in found["nodes"]]
                yield f"{theme} {width} px: {found['impact']} {found['id']} at {where}"

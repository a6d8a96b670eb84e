"""A decision by two keys in a browser, to the next item on the screen, with 5,000 items open.

A running instance, filled over its API, and a reviewer in Chromium. Timed inside the page, from the
key that sends the decision until the frame with the next item's heading is drawn; the floor is the
same browser's time for an answer that asks nothing (`/healthz/live`), waited for in the same way.
MNEMOSCOPE_BENCH_ITEMS makes the queue smaller.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import httpx
from playwright.sync_api import Page, sync_playwright

from benchmarks.table import Table, percentile
from tests.e2e.chromium import find_chromium
from tests.e2e.people import FLAGS, Desks
from tests.instance import Instance, running_instance

ITEMS = int(os.environ.get("MNEMOSCOPE_BENCH_ITEMS", "5000"))
DECISIONS, WARM_UP = 50, 10
CLIENTS, BATCH, SUBJECTS = 4, 100, 100
LOW = 0.1  # the demo's policy sends what its agent doubts to a person
TARGET_MS = 200.0

# A message sent from a frame's callback arrives once that frame is drawn.
DRAWN = """() => {
  window.drawn = (then) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = then;
    port2.postMessage(null);
  });
}"""
WATCH = """() => {
  window.took = [];
  let pressed = 0;
  let shown = document.querySelector("#item [data-review]").dataset.review;
  addEventListener("keydown", (event) => {
    if (event.key === "Enter") pressed = performance.now();
  }, true);
  new MutationObserver(() => {
    const review = document.querySelector("#item [data-review]")?.dataset.review;
    if (!review || review === shown || !pressed) return;
    shown = review;
    const from = pressed;
    drawn(() => window.took.push(performance.now() - from));
  }).observe(document.getElementById("item"), { childList: true });
}"""
NOTHING = """async (times) => {
  const took = [];
  for (let time = 0; time < times; time++) {
    const from = performance.now();
    await (await fetch("/healthz/live")).text();
    await new Promise(drawn);
    took.push(performance.now() - from);
  }
  return took;
}"""


def fill(instance: Instance) -> None:
    """What waits for a person, as an agent writes it."""
    headers = {"Authorization": f"Bearer {instance.demo['agent_key']}"}
    with httpx.Client(base_url=instance.url, headers=headers, timeout=60) as agent:

        def write(first: int) -> None:
            doubted = [_doubted(number) for number in range(first, min(first + BATCH, ITEMS))]
            answer = agent.post("/api/v1/memories/batch", json={"memories": doubted})
            answer.raise_for_status()
            if wrong := [
                one for one in answer.json()["results"] if one["status"] != httpx.codes.ACCEPTED
            ]:
                raise RuntimeError(f"Of a batch {len(wrong)} do not wait: {wrong[0]}")

        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(write, range(0, ITEMS, BATCH)))


def _doubted(number: int) -> dict[str, object]:
    code = number * 7919 % 99991
    return {
        "content": f"Customer {number} asked for an offer by e-mail; their order was {code}.",
        "subject": f"customer-{number % SUBJECTS}",
        "confidence": LOW,
    }


def decide(page: Page, times: int) -> list[float]:
    """Approves and rejects in turns; milliseconds each."""
    page.evaluate(WATCH)
    for number in range(times):
        page.keyboard.press("ax"[number % 2])
        page.wait_for_selector("details.decision[open]")
        page.keyboard.press("Enter")
        page.wait_for_function("number => window.took.length > number", arg=number)
    took: list[float] = page.evaluate("window.took")
    return took


def measure(instance: Instance) -> Table:
    chromium = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        desks = Desks(browser, instance)
        page = desks.sit("reviewer")
        page.goto("/review/")
        page.keyboard.press("n")
        page.wait_for_selector("#item [data-review]")
        page.evaluate(DRAWN)
        took = decide(page, WARM_UP + DECISIONS)[WARM_UP:]
        nothing: list[float] = page.evaluate(NOTHING, DECISIONS)
        if complaints := desks.clear():
            raise RuntimeError(f"The browser complained: {complaints[0]}")
        browser.close()
    table = Table(
        f"A decision by keyboard, {ITEMS:,} items open, {DECISIONS} decisions;"
        f" at most {TARGET_MS:.0f} ms are wanted",
        "an answer that asks nothing, in the same browser",
    )
    for share in (50, 95):
        table.add(f"p{share}", percentile(took, share), "ms", percentile(nothing, share))
    return table


def main() -> Table:
    with running_instance() as instance:
        fill(instance)
        return measure(instance)

// Who is at which item: a page that is open keeps its claim, and gives it back when it is left.
(() => {
  const BEAT_MS = 12_000;
  const FEW_ROWS = 8;
  const presence = () => document.querySelector("[data-presence]");

  setInterval(() => {
    if (document.visibilityState === "visible" && presence()) htmx.trigger(presence(), "beat");
  }, BEAT_MS);

  // Only what the page says is ours is given back. A decision has ended the claim itself.
  const giveBack = () => {
    const at = presence();
    if (!at?.querySelector("[data-mine]")) return;
    const form = new FormData();
    form.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    navigator.sendBeacon(at.dataset.release, form);
  };
  addEventListener("pagehide", giveBack);
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    const leaves = detail.target.id === "item" && detail.requestConfig.verb === "get";
    if (leaves || detail.requestConfig.path.startsWith("/review/next")) giveBack();
  });

  // The queue is asked for anew before it runs out under somebody's hands.
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target.id !== "item") return;
    const rows = document.querySelectorAll("#queue .item").length;
    const more = document.querySelector("#queue .pagination a[rel=next]");
    if (rows < FEW_ROWS && more) htmx.trigger(document.body, "queue-changed");
    count();
  });

  const boxes = () => [...document.querySelectorAll("#queue [name=review]")];
  const count = () => {
    const label = document.querySelector("[data-counts]");
    const all = document.querySelector("[data-ticks-all]");
    if (!label) return;
    const ticked = boxes().filter((box) => box.checked).length;
    label.hidden = ticked === 0;
    label.textContent = `${ticked} ticked`;
    all.checked = ticked > 0 && ticked === boxes().length;
    all.indeterminate = ticked > 0 && !all.checked;
  };
  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-ticks-all]")) for (const box of boxes()) box.checked = target.checked;
    if (target.matches("[data-ticks-all], #queue [name=review]")) count();
  });

  // What can no longer be undone is offered no longer.
  setInterval(() => {
    const offer = document.querySelector("#last [data-until]");
    if (!offer) return;
    const left = Math.ceil((Date.parse(offer.dataset.until) - Date.now()) / 60_000);
    if (left <= 0) document.getElementById("last").replaceChildren();
    else offer.querySelector("[data-left]").textContent = `, ${left} min left`;
  }, 5_000);
  count();
})();

// The waterfall: the opened step is marked, and brought into view where it lies below the fold.
(() => {
  document.addEventListener("htmx:afterSwap", (event) => {
    const panel = event.detail.target;
    const row = event.detail.requestConfig.elt.closest(".waterfall-row");
    if (panel.id !== "panel" || !row) return;
    for (const other of document.querySelectorAll(".waterfall-row[aria-current]")) {
      other.removeAttribute("aria-current");
    }
    row.setAttribute("aria-current", "true");
    if (panel.getBoundingClientRect().top > innerHeight - 100) panel.scrollIntoView();
  });
  // Opened at one step of a long run: that step is what somebody came for.
  document.querySelector(".waterfall-row[aria-current]")?.scrollIntoView({ block: "center" });
})();

// The list of runs while agents work: what is newer is told of, and shown at once only to somebody
// who is at the top and does nothing. Nobody's place in the list moves under their eyes.
(() => {
  const LOOK_MS = 5_000;
  const AT_THE_TOP = 40;
  const browse = () => document.getElementById("browse");
  const pause = document.querySelector("[data-pause]");
  const isPaused = () => pause?.getAttribute("aria-pressed") === "true";

  setInterval(() => {
    const newer = document.querySelector("[data-newer]");
    if (newer && document.visibilityState === "visible" && !isPaused()) htmx.trigger(newer, "look");
  }, LOOK_MS);

  pause?.addEventListener("click", () => {
    pause.setAttribute("aria-pressed", String(!isPaused()));
  });

  const reads = () =>
    scrollY > AT_THE_TOP ||
    browse().contains(document.activeElement) ||
    browse().matches(":has(.table-box:hover, :popover-open, details[open])") ||
    !getSelection().isCollapsed;

  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (!detail.target.matches("[data-newer]")) return;
    const link = detail.target.querySelector("a");
    if (link && !isPaused() && !reads()) link.click();
  });

  // j and k go down and up the list, Enter opens.
  document.addEventListener("keydown", (event) => {
    const by = { j: 1, k: -1 }[event.key];
    if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, dialog")) return;
    const links = [...document.querySelectorAll("#browse .runs tbody th > a")];
    const at = links.indexOf(document.activeElement);
    links[Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
  });
})();

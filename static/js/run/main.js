// A run's page. Without scripts its first rows are there to be read, page by page.
import { Timeline } from "./timeline.js";

const JUMPS = { e: ["error", 1], E: ["error", -1], m: ["memory", 1], M: ["memory", -1] };
const typing = (target) =>
  target.isContentEditable || target.closest?.("input, textarea, select, dialog[open]");

const root = document.getElementById("timeline");
const panel = document.getElementById("panel");
const timeline = new Timeline(root);

const press = (event) => {
  const { key } = event;
  if (key in JUMPS) timeline.jump(...JUMPS[key]);
  else if (key === "n") timeline.jump("found", 1);
  else if (key === "N") timeline.jump("found", -1);
  else if (key === "?") document.getElementById("keys").showModal();
  else if (timeline.zoom.key(event)) return true;
  else if (timeline.list.list.contains(event.target)) {
    return timeline.list.key(event, (item) => timeline.toggle(item));
  } else return false;
  return true;
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (!timeline.run || typing(event.target)) return;
  if (press(event)) event.preventDefault();
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-opens=keys]")) document.getElementById("keys").showModal();
});
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target !== panel) return;
  timeline.keepAddress(); // what came may have an address without what is shown here
  if (panel.getBoundingClientRect().top > innerHeight - 100) panel.scrollIntoView();
});
await timeline.open();

// The keyboard of the review desk: one key opens a decision, Enter or a digit sends it. Every key
// presses something that is on the page, and works without a script too.
(() => {
  const typing = (target) =>
    target.isContentEditable ||
    target.closest("textarea, select, input:not([type=radio], [type=checkbox])");
  const plain = (event) => !(event.ctrlKey || event.metaKey || event.altKey || event.isComposing);
  const item = () => document.getElementById("item");
  const rows = () => [...document.querySelectorAll("#queue .item-title")];
  const shown = (element) => Boolean(element?.offsetParent);

  const openPanel = (panel) => {
    panel.open = true;
    const atOnce = panel.querySelector("form[data-at-once]");
    if (atOnce) return atOnce.requestSubmit();
    const first = panel.querySelector("textarea[data-first], input:checked, input[type=radio]");
    first?.focus();
  };

  const choose = (digit) => {
    const choice = document
      .querySelector("details.decision[open]")
      ?.querySelectorAll("input[name=reason]")[digit - 1];
    if (!choice) return false;
    choice.checked = true;
    choice.form.requestSubmit();
    return true;
  };

  // Beside the queue the next item opens; where the queue stands alone, its link is focused.
  const step = (by) => {
    const links = rows();
    const current = links.findIndex((link) => link.hasAttribute("aria-current"));
    const at = shown(item()) ? current : links.indexOf(document.activeElement);
    const next = links[Math.min(Math.max(at + by, 0), links.length - 1)];
    if (!next || (at >= 0 && next === links[at])) return;
    if (shown(item())) next.click();
    else next.focus();
  };

  const press = (key) => {
    const keyed = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (keyed?.matches("details")) openPanel(keyed);
    else if (keyed?.matches("form")) keyed.requestSubmit();
    else if (keyed) keyed.click();
    else if (key === "j") step(1);
    else if (key === "k") step(-1);
    else if (key === "?") document.getElementById("keys").showModal();
    else return false;
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (!plain(event) || event.repeat) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") {
      const panel = document.querySelector("details.decision[open]");
      if (!panel) return;
      panel.open = false;
      panel.querySelector("summary").focus();
      return;
    }
    if (typing(event.target)) return;
    if ((event.key >= "1" && event.key <= "9" && choose(Number(event.key))) || press(event.key)) {
      event.preventDefault();
    }
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-opens=keys]")) document.getElementById("keys").showModal();
  });

  // Not by scrollIntoView: Tab would go on from there instead of from where one is.
  const bring = (row) => {
    if (!row) return;
    const list = document.getElementById("queue");
    const [box, frame] = [row.getBoundingClientRect(), list.getBoundingClientRect()];
    const bar = list.querySelector(".together-bar")?.offsetHeight ?? 0;
    if (box.top < frame.top) list.scrollTop += box.top - frame.top;
    if (box.bottom > frame.bottom - bar) list.scrollTop += box.bottom - frame.bottom + bar;
  };

  // Another item has come: the queue says which, and reading begins at its heading.
  const show = () => {
    const review = item().querySelector("[data-review]");
    for (const current of document.querySelectorAll("#queue .item[data-current]")) {
      delete current.dataset.current;
      current.querySelector(".item-title").removeAttribute("aria-current");
    }
    const row = review && document.getElementById(`row-${review.dataset.review}`);
    if (!row) return;
    row.dataset.current = "";
    row.querySelector(".item-title").setAttribute("aria-current", "true");
    bring(row);
  };
  const arrive = () => {
    const review = item().querySelector("[data-review]");
    document.querySelector(".desk").toggleAttribute("data-open", Boolean(review));
    show();
    item().scrollTop = 0;
    const opened = item().querySelector("details.decision[open]");
    if (opened) return openPanel(opened);
    const heading = item().querySelector("[data-arrive]");
    heading?.focus({ preventScroll: true });
    if (review) document.title = `${heading.textContent.trim()} · Review · Mnemoscope`;
    if (!matchMedia("(min-width: 64rem)").matches) scrollTo(0, 0);
  };
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "item") arrive();
    if (event.detail.target.id === "queue") show();
  });
  bring(document.querySelector("#queue .item[data-current]"));
})();

// What every page gains from a script. Nothing here is needed to read or to decide.
(() => {
  const announce = (text) => {
    const region = document.getElementById("announce");
    if (region) region.textContent = text;
  };

  // What renews itself says what has changed, once, to whoever does not see it move.
  let said = document.querySelector("[data-says]")?.dataset.says;
  document.addEventListener("htmx:afterSettle", () => {
    const says = document.querySelector("[data-says]")?.dataset.says;
    if (says && says !== said) announce(says);
    said = says;
  });

  document.addEventListener("click", async (event) => {
    const copy = event.target.closest("[data-copy]");
    if (!copy) return;
    await navigator.clipboard.writeText(copy.dataset.copy);
    announce("Copied.");
    const label = copy.querySelector("[data-copied]");
    if (label) label.textContent = label.dataset.copied;
  });

  document.addEventListener("click", (event) => {
    const tick = event.target.closest("[data-tick]");
    if (!tick) return;
    for (const box of tick.form.querySelectorAll(`input[name="${tick.dataset.tick}"]`)) {
      box.checked = true;
    }
  });

  // A filter applies when it is chosen; typing waits for Enter.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-auto]");
    if (form && event.target.matches("select, input[type=date]")) form.requestSubmit();
  });

  // An empty filter has no place in the address.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || !event.target.matches("form[method=get]")) return;
    for (const control of event.target.elements) {
      if (control.name && !control.value) control.disabled = true;
    }
  });
  document.addEventListener("htmx:configRequest", (event) => {
    const { verb, formData } = event.detail;
    if (verb !== "get") return;
    for (const [name, value] of [...formData]) if (!value) formData.delete(name);
  });
  addEventListener("pageshow", () => {
    for (const control of document.querySelectorAll("form[method=get] :disabled")) {
      control.disabled = false;
    }
  });

  // A second press must not send a decision twice.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method !== "post") return;
    if ("download" in event.target.dataset) return; // the page stays, to be pressed again
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select")) return;
    const search = document.querySelector("input[type=search]");
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
  });
})();

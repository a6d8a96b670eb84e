// The keyboard of the review desk: one key opens a decision, Enter or a digit sends it.
(() => {
  const typing = (target) =>
    target.closest("textarea, select, input:not([type=radio], [type=checkbox])");
  const plain = (event) => !(event.ctrlKey || event.metaKey || event.altKey || event.isComposing);
  const follow = (selector) => document.querySelector(selector)?.click();

  const open = (panel) => {
    panel.open = true;
    panel.scrollIntoView({ block: "nearest" });
    const first = panel.querySelector("textarea[data-first], input:checked, input[type=radio]");
    first?.focus();
  };

  const choose = (digit) => {
    const panel = document.querySelector("details.decision[open]");
    const choice = panel?.querySelectorAll("input[type=radio]")[digit - 1];
    if (!choice) return false;
    choice.checked = true;
    choice.form.requestSubmit();
    return true;
  };

  const step = (by) => {
    const links = [...document.querySelectorAll(".items .item-title")];
    if (!links.length) return follow(by > 0 ? "a[rel=next]" : "a[rel=prev]");
    const at = links.indexOf(document.activeElement);
    links[Math.min(Math.max(at + by, 0), links.length - 1)].focus();
  };

  document.addEventListener("keydown", (event) => {
    if (!plain(event)) return;
    const help = document.getElementById("keys");
    if (event.key === "Escape") {
      const panel = document.querySelector("details.decision[open]");
      if (panel && !help?.open) {
        panel.open = false;
        panel.querySelector("summary").focus();
      }
      return;
    }
    if (typing(event.target) || help?.open) return;
    if (event.key >= "1" && event.key <= "9" && choose(Number(event.key))) {
      event.preventDefault();
      return;
    }
    const panel = document.querySelector(`details.decision[data-key="${CSS.escape(event.key)}"]`);
    if (panel) open(panel);
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "?") help?.showModal();
    else return;
    event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-opens=keys]")) document.getElementById("keys")?.showModal();
  });
})();

// The palette: Ctrl or Command and K from anywhere; arrows choose, Enter goes.
(() => {
  const palette = () => document.getElementById("palette");
  const field = () => document.getElementById("palette_q");
  const links = () => [...palette().querySelectorAll(".found-link")];

  const open = () => {
    if (palette().open) return;
    palette().showModal();
    field().select();
    htmx.trigger(field(), "palette:open");
  };

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey) {
      event.preventDefault();
      open();
    }
  });
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens=palette]");
    if (opener && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      open();
    }
    if (event.target === palette()) palette().close(); // beside it
  });

  document.addEventListener("keydown", (event) => {
    if (!event.target.closest?.("#palette")) return;
    const found = links();
    const at = found.indexOf(document.activeElement);
    if (event.key === "ArrowDown") (found[at + 1] ?? found[0])?.focus();
    else if (event.key === "ArrowUp") (at > 0 ? found[at - 1] : field()).focus();
    else if (event.key === "Enter" && event.target === field()) found[0]?.click();
    else return;
    event.preventDefault();
  });
})();

// A step opened: copying what is shown, and finding one of many attributes.
(() => {
  document.addEventListener("click", async (event) => {
    const copy = event.target.closest("[data-copies]");
    if (!copy) return;
    await navigator.clipboard.writeText(document.getElementById(copy.dataset.copies).textContent);
    const region = document.getElementById("announce");
    if (region) region.textContent = "Copied.";
    const label = copy.querySelector("[data-copied]");
    if (label) label.textContent = label.dataset.copied;
  });

  document.addEventListener("input", (event) => {
    const box = event.target.closest("[data-narrows]");
    if (!box) return;
    const sought = box.value.toLowerCase();
    for (const row of document.getElementById(box.dataset.narrows).children) {
      row.hidden = !row.textContent.toLowerCase().includes(sought);
    }
  });
})();

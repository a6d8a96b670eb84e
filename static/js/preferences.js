// In the head and blocking, so that no page shows in the wrong theme or density first.
(() => {
  const root = document.documentElement;
  // What may be chosen; anything else is the first paint's own.
  const CHOICES = { theme: ["light", "dark"], density: ["compact"] };
  const OTHERWISE = { theme: "system", density: "comfortable" };

  const stored = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null; // storage can be refused; what the system says holds then
    }
  };
  const show = (name, value) => {
    if (CHOICES[name].includes(value)) root.dataset[name] = value;
    else delete root.dataset[name];
  };
  root.classList.add("has-script");
  for (const name in CHOICES) show(name, stored(name));
  addEventListener("storage", ({ key, newValue }) => key in CHOICES && show(key, newValue));

  document.addEventListener("DOMContentLoaded", () => {
    for (const name in CHOICES) {
      for (const choice of document.querySelectorAll(`input[name=${name}]`)) {
        choice.checked = choice.value === (stored(name) ?? OTHERWISE[name]);
        choice.addEventListener("change", () => {
          show(name, choice.value);
          try {
            localStorage.setItem(name, choice.value);
          } catch {
            // lasts for this page
          }
        });
      }
    }
  });
})();

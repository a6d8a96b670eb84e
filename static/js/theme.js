// In the head and blocking, so that the page never shows in the wrong theme first.
(() => {
  const root = document.documentElement;
  const stored = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // storage can be refused; the system's theme holds then
    }
  };
  const show = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
  };
  root.classList.add("has-script");
  show(stored());
  addEventListener("storage", (event) => event.key === "theme" && show(event.newValue));

  document.addEventListener("DOMContentLoaded", () => {
    for (const choice of document.querySelectorAll("input[name=theme]")) {
      choice.checked = choice.value === (stored() ?? "system");
      choice.addEventListener("change", () => {
        show(choice.value);
        try {
          localStorage.setItem("theme", choice.value);
        } catch {
          // lasts for this page
        }
      });
    }
  });
})();

// Light or dark: what the visitor chose last, before anything is painted; then the switch.
// Loaded in the head without defer. Without it the page follows the system.

(() => {
  const root = document.documentElement;
  const night = window.matchMedia("(prefers-color-scheme: dark)");

  function remembered() {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // storage is switched off: the system decides
    }
  }

  function remember(theme) {
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // it lasts for this page
    }
  }

  function current() {
    return root.dataset.theme || (night.matches ? "dark" : "light");
  }

  const chosen = remembered();
  if (chosen === "light" || chosen === "dark") {
    root.dataset.theme = chosen;
  }

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector(".theme-toggle");
    if (!button) {
      return;
    }
    const label = () => {
      const text = current() === "dark" ? button.dataset.toLight : button.dataset.toDark;
      button.setAttribute("aria-label", text);
      button.title = text;
    };
    button.hidden = false;
    label();
    night.addEventListener("change", label);
    button.addEventListener("click", () => {
      root.dataset.theme = current() === "dark" ? "light" : "dark";
      remember(root.dataset.theme);
      label();
    });
  });
})();

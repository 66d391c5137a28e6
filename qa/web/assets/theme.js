// Runs before the first paint: the student's own choice, else what the system prefers.
(() => {
  "use strict";
  const KEY = "tanya-theme";
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // storage is blocked: follow the system
    }
  };
  const apply = () => {
    document.documentElement.dataset.theme = chosen() || (system.matches ? "dark" : "light");
  };
  window.tanyaTheme = {
    current: () => document.documentElement.dataset.theme,
    toggle: () => {
      const next = window.tanyaTheme.current() === "dark" ? "light" : "dark";
      try {
        if (next === (system.matches ? "dark" : "light")) localStorage.removeItem(KEY);
        else localStorage.setItem(KEY, next);
      } catch {
        // storage is blocked: the choice lasts until the page is left
      }
      document.documentElement.dataset.theme = next;
    },
  };
  system.addEventListener("change", apply);
  apply();
})();

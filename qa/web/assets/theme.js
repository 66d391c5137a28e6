// Runs before the first paint: light or dark, text size and language, as the student chose them or the system prefers.
(() => {
  "use strict";
  const THEME = "tanya-theme";
  const SIZE = "tanya-size";
  const LANGUAGE = "tanya-language";
  const LANGUAGES = ["id", "en"];
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const course = root.lang; // what the server wrote: the language of the course

  function chosen(key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // storage is blocked: follow the system
    }
  }

  function keep(key, value) {
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
    } catch {
      // storage is blocked: the choice lasts until the page is left
    }
  }

  const named = new URLSearchParams(window.location.search);

  function theme() {
    const asked = named.get("theme");
    const fixed = asked === "light" || asked === "dark" ? asked : root.dataset.fixedTheme;
    root.dataset.theme = chosen(THEME) || fixed || (system.matches ? "dark" : "light");
  }

  const language = [named.get("lang"), root.dataset.lang, chosen(LANGUAGE), course].find((code) => LANGUAGES.includes(code));
  root.dataset.size = ["2", "3"].includes(chosen(SIZE)) ? chosen(SIZE) : "1";
  root.dataset.language = language || "id";
  system.addEventListener("change", theme);
  theme();

  window.tanyaTheme = {
    current: () => root.dataset.theme,
    toggle: () => {
      const next = root.dataset.theme === "dark" ? "light" : "dark";
      keep(THEME, next === (system.matches ? "dark" : "light") ? null : next);
      root.dataset.theme = next;
    },
    size: (step) => {
      root.dataset.size = step;
      keep(SIZE, step === "1" ? null : step);
    },
    language: (code) => {
      root.dataset.language = code;
      keep(LANGUAGE, code);
    },
  };
})();

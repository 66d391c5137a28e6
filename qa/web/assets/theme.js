// Runs before the first paint: light or dark, text size and language. What the address names wins and is not kept: a
// teacher's data-theme must not change what the student chose for the full chat. Then comes the student's own choice,
// then the system (light or dark) and the course (language).
(() => {
  "use strict";
  const THEME = "tanya-theme";
  const SIZE = "tanya-size";
  const LANGUAGE = "tanya-language";
  const THEMES = ["light", "dark"];
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

  // What the address names, "" for nothing that is known.
  function named(name, known) {
    const value = new URLSearchParams(window.location.search).get(name);
    return known.includes(value) ? value : "";
  }

  // A choice on a page whose address names something else holds for this page, also when it is loaded again.
  function rename(name, value) {
    const address = new URL(window.location.href);
    address.searchParams.set(name, value);
    window.history.replaceState(window.history.state, "", address);
  }

  const preferred = () => (system.matches ? "dark" : "light");

  function theme() {
    root.dataset.theme = named("theme", THEMES) || THEMES.find((one) => one === chosen(THEME)) || preferred();
  }

  const language = [named("lang", LANGUAGES), chosen(LANGUAGE), course].find((code) => LANGUAGES.includes(code));
  root.dataset.size = ["2", "3"].includes(chosen(SIZE)) ? chosen(SIZE) : "1";
  root.dataset.language = language || "id";
  system.addEventListener("change", theme);
  theme();

  window.tanyaTheme = {
    current: () => root.dataset.theme,
    toggle: () => {
      const next = root.dataset.theme === "dark" ? "light" : "dark";
      if (named("theme", THEMES)) rename("theme", next);
      else keep(THEME, next === preferred() ? null : next);
      root.dataset.theme = next;
    },
    size: (step) => {
      root.dataset.size = step;
      keep(SIZE, step === "1" ? null : step);
    },
    language: (code) => {
      root.dataset.language = code;
      if (named("lang", LANGUAGES)) rename("lang", code);
      else keep(LANGUAGE, code);
    },
  };
})();

// What the chat does in the browser beyond Gradio: turns are put in place, sources open, answers are copied and voted on.
// HTML that comes from the server is built and escaped there (render.py); nothing else is ever put in as HTML.
(() => {
  "use strict";

  const PARTS = ["question", "label", "answer", "note", "sources", "actions"];
  const WATCH_MS = 6000;
  const opened = new Map(); // id of a <details> → what the student chose
  const dismissed = new Set(); // turns of conversations that were put away
  let send = () => {};
  let flashTimer = 0;
  let watchTimer = 0;

  const $ = (selector, root = document) => root.querySelector(selector);
  const log = () => $("#tm-log");
  const input = () => $("#tm-question textarea");
  const words = () => document.getElementById("tm-texts").dataset;
  const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const busy = () => document.documentElement.dataset.busy === "true";

  function say(text) {
    const spoken = $("#tm-spoken");
    if (spoken && text && spoken.textContent !== text) spoken.textContent = text;
  }

  function scrollTo(element, block = "start") {
    element.scrollIntoView({ block, behavior: calm() ? "auto" : "smooth" });
  }

  function focusInput() {
    // On a phone the keyboard would cover the answer.
    if (!window.matchMedia("(pointer: coarse)").matches) input()?.focus({ preventScroll: true });
  }

  // ---- turns -------------------------------------------------------------------------------------------------

  function receive(html) {
    if (!html) return;
    const template = document.createElement("template");
    template.innerHTML = html;
    const fresh = template.content.firstElementChild;
    if (!fresh || dismissed.has(fresh.id)) return;
    const shown = document.getElementById(fresh.id);
    if (shown) replaceParts(shown, fresh);
    else appendTurn(fresh);
    const over = ["done", "stopped", "error"].includes(fresh.dataset.state);
    setBusy(!over);
    say(fresh.dataset.spoken);
    if (over) clearTimeout(watchTimer);
    else watch();
  }

  // Gradio only says in English, in a corner, that the server is gone; so ask it when nothing has come for a while.
  function watch() {
    clearTimeout(watchTimer);
    watchTimer = setTimeout(async () => {
      const alive = await fetch("healthz").then((response) => response.ok, () => false);
      if (!busy()) return;
      if (alive && $('.tm-turn:last-child:is([data-state="searching"], [data-state="writing"])')) {
        watch();
        return;
      }
      setBusy(false);
      document.getElementById("tm-lost").textContent = alive ? "" : words().signalLost;
    }, WATCH_MS);
  }

  function asking() {
    document.getElementById("tm-lost").textContent = "";
    setBusy(true);
    watch();
  }

  function appendTurn(turn) {
    log().append(turn);
    document.documentElement.dataset.started = "true";
    focusInput();
    requestAnimationFrame(() => scrollTo(turn));
  }

  function replaceParts(shown, fresh) {
    for (const name of ["state", "kind", "spoken"]) shown.dataset[name] = fresh.dataset[name];
    for (const part of PARTS) {
      const before = $(`[data-part="${part}"]`, shown);
      const after = $(`[data-part="${part}"]`, fresh);
      if (before.innerHTML === after.innerHTML) continue;
      const focused = before.contains(document.activeElement) ? document.activeElement.closest("[id]")?.id : "";
      before.replaceChildren(...after.childNodes);
      for (const details of before.querySelectorAll("details")) details.open = opened.get(details.id) === true;
      if (focused) $(`#${CSS.escape(focused)} summary`)?.focus({ preventScroll: true });
    }
  }

  function setBusy(on) {
    document.documentElement.dataset.busy = String(on);
    for (const turn of log().children) {
      $(".tm-answer", turn).setAttribute("aria-busy", String(on && turn === log().lastElementChild));
    }
    if (!on && (document.activeElement === document.body || document.activeElement?.id === "tm-stop")) focusInput();
  }

  function newChat() {
    for (const turn of log().children) dismissed.add(turn.id);
    log().replaceChildren();
    opened.clear();
    delete document.documentElement.dataset.started;
    setBusy(false);
    document.getElementById("tm-new-event")?.click();
    say(words().newChat);
    window.scrollTo({ top: 0 });
    focusInput();
  }

  // ---- what can be clicked -----------------------------------------------------------------------------------

  function openSource(id) {
    const source = document.getElementById(id);
    if (!source) return;
    source.open = true;
    opened.set(id, true);
    for (const other of document.querySelectorAll(".tm-source.tm-target")) other.classList.remove("tm-target");
    source.classList.add("tm-target");
    $("summary", source).focus({ preventScroll: true });
    scrollTo(source, "nearest");
  }

  async function copy(button, turn) {
    const source = $("textarea", turn);
    let done = false;
    try {
      await navigator.clipboard.writeText(source.value);
      done = true;
    } catch {
      source.hidden = false; // no permission, or a page without HTTPS
      source.select();
      done = document.execCommand("copy");
      source.hidden = true;
      button.focus();
    }
    flash(turn, done ? "copied" : "copyFailed");
  }

  async function vote(button, turn) {
    const on = button.getAttribute("aria-pressed") !== "true";
    const value = on ? Number(button.dataset.vote) : 0;
    try {
      const response = await fetch("api/feedback", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ id: turn.id.slice(2), vote: value }),
      });
      if (!response.ok) throw new Error(String(response.status));
    } catch {
      flash(turn, "voteFailed");
      return;
    }
    for (const other of turn.querySelectorAll("[data-vote]")) other.setAttribute("aria-pressed", String(on && other === button));
    flash(turn, on ? "voteThanks" : "voteRemoved");
  }

  function flash(turn, name) {
    const text = words()[name];
    const note = $(".tm-flash", turn);
    note.textContent = text;
    say(text);
    clearTimeout(flashTimer);
    flashTimer = setTimeout(() => (note.textContent = ""), 4000);
  }

  function retry(turn) {
    if (busy()) return;
    asking();
    send("retry", { question: turn.dataset.question });
    if (turn === log().lastElementChild) {
      dismissed.add(turn.id);
      turn.remove();
    }
  }

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    const cite = target.closest("a.tm-cite");
    const turn = target.closest(".tm-turn");
    const action = target.closest("[data-do]");
    const summary = target.closest(".tm-source > summary");
    if (cite) {
      event.preventDefault();
      openSource(decodeURIComponent(cite.hash.slice(1)));
    } else if (summary) {
      opened.set(summary.parentElement.id, !summary.parentElement.open);
    } else if (action && turn) {
      ({ copy, vote, retry: (_, of) => retry(of) })[action.dataset.do]?.(action, turn);
    } else if (target.closest("#tm-new")) {
      newChat();
    } else if (target.closest("#tm-theme")) {
      window.tanyaTheme.toggle();
      nameTheme();
    } else if (target.closest(".tm-skip")) {
      event.preventDefault();
      input()?.focus();
    } else if (target.closest("#tm-send, .tm-suggestion")) {
      if (busy() || (target.closest("#tm-send") && !input().value.trim())) hold(event);
      else asking();
    }
  }, true);

  function hold(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
    focusInput();
  }

  // Enter sends (Gradio), Shift+Enter makes a line; nothing is sent while an answer is written or when nothing is asked.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.target !== input()) return;
    if (event.isComposing) event.stopImmediatePropagation();
    else if (busy() || !input().value.trim()) hold(event);
    else asking();
  }, true);

  // ---- mending Gradio's page ---------------------------------------------------------------------------------

  function nameTheme() {
    const button = document.getElementById("tm-theme");
    if (!button) return;
    const name = window.tanyaTheme.current() === "dark" ? button.dataset.light : button.dataset.dark;
    button.setAttribute("aria-label", name);
    button.title = name;
  }

  function attach(element, props, trigger, onChange) {
    send = trigger;
    onChange("value", () => receive(props.value));
    nameTheme();
    keepLanguage();
    whenReady();
  }

  // The page is ready when the composer is there too; Gradio puts its parts in one after the other.
  function whenReady() {
    if (!input() || !document.getElementById("tm-send")) {
      setTimeout(whenReady, 20);
      return;
    }
    document.documentElement.dataset.ready = "true";
    document.getElementById("tm-boot")?.remove();
    focusInput();
  }

  // Gradio names the browser's language as the page's; the page is Indonesian.
  function keepLanguage() {
    const root = document.documentElement;
    const set = () => {
      if (root.lang !== "id") root.lang = "id";
    };
    new MutationObserver(set).observe(root, { attributeFilter: ["lang"] });
    set();
  }

  window.tanyaMateri = { attach };
})();

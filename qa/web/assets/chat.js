// What the chat does in the browser beyond Gradio: turns are put in place, sources open, answers are copied and voted on,
// conversations are kept. HTML that comes from the server is built and escaped there (render.py, shell.py); nothing else
// is ever put in as HTML.
import { download, markdown } from "./export.js";
import { conversation, fitting, save } from "./history.js";
import { clicked as clickedPanel, markChoices, start as startPanels } from "./panels.js";

const PARTS = ["question", "label", "answer", "note", "sources", "why", "actions"];
const FIRST_WATCH_MS = 2000; // a question that was refused never begins
const WATCH_MS = 6000;
const SUGGEST_MS = 400;
const opened = new Map(); // id of a <details> → what the student chose
const dismissed = new Set(); // turns of conversations that were put away
let talk = fresh(); // the conversation on the page, as it is kept
let send = () => {};
let flashTimer = 0;
let watchTimer = 0;
let suggestTimer = 0;

const $ = (selector, root = document) => root.querySelector(selector);
const byId = (id) => document.getElementById(id);
const root = document.documentElement;
const log = () => byId("tm-log");
const input = () => $("#tm-question textarea");
const words = () => byId("tm-texts").dataset;
const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const busy = () => root.dataset.busy === "true";

function fresh() {
  return { id: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, title: "", turns: [] };
}

function say(text) {
  const spoken = byId("tm-spoken");
  if (spoken && text && spoken.textContent !== text) spoken.textContent = text;
}

function scrollTo(element, block = "start") {
  element.scrollIntoView({ block, behavior: calm() ? "auto" : "smooth" });
}

function focusInput() {
  // On a phone the keyboard would cover the answer.
  if (!window.matchMedia("(pointer: coarse)").matches) input()?.focus({ preventScroll: true });
}

// Asked for by the student's own click, so also on a phone.
function focusComposer() {
  input()?.focus({ preventScroll: true });
}

// ---- turns ---------------------------------------------------------------------------------------------------

function receive(html) {
  if (!html) return;
  const template = document.createElement("template");
  template.innerHTML = html;
  const turns = [...template.content.children].filter((turn) => !dismissed.has(turn.id));
  turns.forEach(place);
  const last = turns.at(-1);
  if (last?.dataset.kept === "true") kept(last);
  else if (last) answered(last);
}

function place(turn) {
  const shown = byId(turn.id);
  if (shown) replaceParts(shown, turn);
  else log().append(turn);
  root.dataset.started = "true";
}

// A turn that the server writes, or has just finished.
function answered(turn) {
  const shown = byId(turn.id);
  if (shown === turn) {
    focusInput();
    requestAnimationFrame(() => scrollTo(turn));
  }
  const over = ["done", "stopped", "error"].includes(turn.dataset.state);
  setBusy(!over);
  say(turn.dataset.spoken);
  if (!over) {
    watch();
    return;
  }
  clearTimeout(watchTimer);
  if (turn.dataset.turn) keep(JSON.parse(turn.dataset.turn));
  delete shown.dataset.turn;
  suggestLater();
}

// Turns of an old conversation, or all turns in another language.
function kept(turn) {
  setBusy(busy());
  if (byId(turn.id) === turn) {
    scrollTo(turn);
    focusInput();
    say(words().opened);
  }
  suggestLater();
}

function keep(turn) {
  talk.turns = [...talk.turns.filter((one) => one.id !== turn.id), turn];
  talk.title ||= turn.question.slice(0, 120);
  save(words().course, talk);
}

// Gradio only says in English, in a corner, that the server is gone or refuses; so ask it when nothing came for a while.
function watch(wait = WATCH_MS) {
  clearTimeout(watchTimer);
  watchTimer = setTimeout(async () => {
    const status = await fetch(`v1/models/${words().course}`, { headers: withToken() }).then((response) => response.status, () => 0);
    if (!busy()) return;
    const alive = status > 0 && status < 500;
    const refused = status === 401 || status === 403;
    if (alive && !refused && (wait < WATCH_MS || $('.tm-turn:last-child:is([data-state="searching"], [data-state="writing"])'))) {
      watch();
      return;
    }
    setBusy(false);
    byId("tm-lost").textContent = refused ? words().notAdmitted : alive ? "" : words().signalLost;
  }, wait);
}

function asking() {
  byId("tm-lost").textContent = "";
  clearTimeout(suggestTimer);
  setBusy(true);
  watch(FIRST_WATCH_MS);
}

function replaceParts(shown, turn) {
  for (const name of ["state", "kind", "spoken"]) shown.dataset[name] = turn.dataset[name];
  for (const part of PARTS) {
    const before = $(`[data-part="${part}"]`, shown);
    const after = $(`[data-part="${part}"]`, turn);
    before.lang = after.lang;
    if (before.innerHTML === after.innerHTML) continue;
    const focused = before.contains(document.activeElement) ? document.activeElement.closest("[id]")?.id : "";
    before.replaceChildren(...after.childNodes);
    for (const details of before.querySelectorAll("details")) details.open = opened.get(details.id) === true;
    if (focused) $(`#${CSS.escape(focused)} summary`)?.focus({ preventScroll: true });
  }
}

function setBusy(on) {
  root.dataset.busy = String(on);
  for (const turn of log().children) {
    $(".tm-answer", turn).setAttribute("aria-busy", String(on && turn === log().lastElementChild));
  }
  if (!on && (document.activeElement === document.body || document.activeElement?.id === "tm-stop")) focusInput();
}

function clear() {
  for (const turn of log().children) dismissed.add(turn.id);
  log().replaceChildren();
  opened.clear();
  clearTimeout(suggestTimer);
  setBusy(false);
  talk = fresh();
}

function newChat() {
  clear();
  delete root.dataset.started;
  byId("tm-new-event")?.click();
  say(words().newChat);
  window.scrollTo({ top: 0 });
  focusInput();
}

function openConversation(id) {
  const found = conversation(words().course, id);
  if (!found || id === talk.id) return;
  clear();
  talk = { id: found.id, title: found.title, turns: found.turns };
  for (const turn of found.turns) dismissed.delete(`t-${turn.id}`);
  root.dataset.started = "true";
  send("show", { language: root.dataset.language, turns: found.turns, replaces: true });
}

function forgotten(id) {
  // What is still on the page becomes a conversation of its own with the next question.
  if (id === undefined || id === talk.id) talk = { ...fresh(), turns: [] };
}

// ---- what could be asked next --------------------------------------------------------------------------------

function suggestLater() {
  clearTimeout(suggestTimer);
  suggestTimer = setTimeout(() => {
    const last = talk.turns.at(-1);
    if (!last || busy() || log().lastElementChild?.id !== `t-${last.id}`) return;
    const asked = talk.turns.slice(0, -1).map(({ id, question }) => ({ id, question, state: "done" }));
    send("next", { language: root.dataset.language, turns: [...asked, last] });
  }, SUGGEST_MS);
}

function suggest(html) {
  const template = document.createElement("template");
  template.innerHTML = html || "";
  const found = template.content.firstElementChild;
  const part = found && $('[data-part="next"]', byId(found.dataset.for) || undefined);
  if (part && byId(found.dataset.for)) part.replaceChildren(...found.childNodes);
}

// ---- what can be clicked -------------------------------------------------------------------------------------

function openSource(id) {
  const source = byId(id);
  if (!source) return;
  source.open = true;
  opened.set(id, true);
  for (const other of document.querySelectorAll(".tm-source.tm-target")) other.classList.remove("tm-target");
  source.classList.add("tm-target");
  $("summary", source).focus({ preventScroll: true });
  scrollTo(source, "nearest");
}

async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea"); // no permission, or a page without HTTPS
    const focused = document.activeElement;
    area.value = text;
    area.className = "tm-sr";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    focused?.focus({ preventScroll: true });
    return done;
  }
}

async function copy(_button, turn) {
  flash(turn, (await write($("textarea", turn).value)) ? "copied" : "copyFailed");
}

async function reference(button, turn) {
  const text = $(".tm-reference-text", button.closest(".tm-reference")).textContent;
  flash(turn, (await write(text)) ? "referenceCopied" : "copyFailed", button);
}

// What lets the page ask, where the operator requires it.
function withToken() {
  return root.dataset.token ? { "X-Tanya-Token": root.dataset.token } : {};
}

async function vote(button, turn) {
  const on = button.getAttribute("aria-pressed") !== "true";
  const value = on ? Number(button.dataset.vote) : 0;
  try {
    const response = await fetch("api/feedback", {
      method: "POST",
      headers: { "Content-Type": "application/json", ...withToken() },
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

function flash(turn, name, button) {
  const text = words()[name];
  const note = $(".tm-flash", turn);
  say(text);
  clearTimeout(flashTimer);
  if (button) {
    button.dataset.done = "true"; // the card itself shows that it was copied
    setTimeout(() => delete button.dataset.done, 2500);
  }
  if (!note) return;
  note.textContent = text;
  flashTimer = setTimeout(() => (note.textContent = ""), 4000);
}

function retry(turn) {
  if (busy()) return;
  const last = turn === log().lastElementChild;
  askFor(turn.dataset.question);
  if (!last) return;
  dismissed.add(turn.id);
  talk.turns = talk.turns.filter((one) => `t-${one.id}` !== turn.id);
  turn.remove();
}

function askFor(question) {
  if (busy()) return;
  asking();
  send("retry", { question });
}

const ACTIONS = {
  copy,
  vote,
  reference,
  retry: (_button, turn) => retry(turn),
  suggest: (button) => askFor(button.textContent.trim()),
};

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (!target || !log()) return;
  const cite = target.closest("a.tm-cite");
  const turn = target.closest(".tm-turn");
  const action = target.closest("[data-do]");
  const summary = target.closest("details[id] > summary");
  if (cite) {
    event.preventDefault();
    openSource(decodeURIComponent(cite.hash.slice(1)));
  } else if (summary) {
    opened.set(summary.parentElement.id, !summary.parentElement.open);
  } else if (action && turn) {
    ACTIONS[action.dataset.do]?.(action, turn);
  } else if (target.closest("#tm-new")) {
    newChat();
  } else if (target.closest(".tm-skip")) {
    event.preventDefault();
    input()?.focus();
  } else if (target.closest(".tm-suggestion")) {
    askFor(target.closest(".tm-suggestion").textContent.trim());
  } else if (target.closest("#tm-send")) {
    if (busy() || !input().value.trim()) hold(event);
    else asking();
  } else {
    clickedPanel(target);
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

// ---- the whole conversation ----------------------------------------------------------------------------------

function exportIt() {
  if (!talk.turns.length) {
    nothingYet();
    return;
  }
  const date = new Intl.DateTimeFormat(root.lang, { dateStyle: "long" }).format();
  const text = markdown({ title: talk.title, course: $(".tm-brand h1").textContent, turns: talk.turns, date }, words());
  download(text, `tanya-materi-${words().course}-${new Date().toISOString().slice(0, 10)}.md`);
}

function print() {
  if (log().children.length) window.print();
  else nothingYet();
}

function nothingYet() {
  byId("tm-lost").textContent = words().nothingYet;
  setTimeout(() => (byId("tm-lost").textContent = ""), 4000);
}

// On paper every source is open, and afterwards as before.
window.addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll(".tm-source:not([open])")) {
    details.open = true;
    details.dataset.printed = "true";
  }
});
window.addEventListener("afterprint", () => {
  for (const details of document.querySelectorAll("[data-printed]")) {
    details.open = false;
    delete details.dataset.printed;
  }
});

function copyLast() {
  const turn = [...log().children].reverse().find((one) => $("textarea", one));
  if (turn) copy(null, turn);
}

function stop() {
  if (busy()) byId("tm-stop")?.click();
  else if (document.activeElement === input()) input().blur();
}

// ---- language ------------------------------------------------------------------------------------------------

// The fixed parts lie in the page in each language; turns, composer and buttons come anew from the server.
function speak(code) {
  window.tanyaTheme.language(code);
  const inMenu = byId("tm-menu")?.matches(":popover-open");
  changeFixedParts();
  send("show", { language: code, turns: fitting(talk.turns) });
  if (!inMenu) return;
  byId("tm-menu").showPopover();
  $(`[data-set-language="${code}"]`).focus();
}

function changeFixedParts() {
  const code = root.dataset.language;
  root.lang = code;
  for (const part of document.querySelectorAll(".tm-fixed")) {
    if (part.dataset.language === code) continue;
    const template = $(`:scope > template[data-language="${code}"]`, part.parentElement);
    part.replaceChildren(template.content.cloneNode(true));
    part.dataset.language = code;
  }
  byId("tm-talk").setAttribute("aria-label", words().talk);
  markChoices();
}

// ---- mending Gradio's page -----------------------------------------------------------------------------------

function attach(element, props, trigger, onChange) {
  send = trigger;
  onChange("value", () => receive(props.value));
  keepLanguage();
  whenReady();
}

// The page is ready when the last parts are there too; Gradio puts them in one after the other.
function whenReady() {
  if (!input() || !byId("tm-send") || !byId("tm-texts") || !byId("tm-new") || !byId("tm-greeting")) {
    setTimeout(whenReady, 20);
    return;
  }
  const built = $(".tm-fixed").dataset.language;
  changeFixedParts();
  if (built !== root.dataset.language) send("show", { language: root.dataset.language, turns: [] });
  root.dataset.ready = "true";
  byId("tm-boot")?.remove();
  if (!root.hasAttribute("data-embed")) focusInput(); // the page outside keeps its focus
}

// Gradio names the browser's language as the page's; it is the one that the student chose.
function keepLanguage() {
  const set = () => {
    if (root.lang !== root.dataset.language) root.lang = root.dataset.language;
  };
  new MutationObserver(set).observe(root, { attributeFilter: ["lang"] });
  set();
}

startPanels({
  open: openConversation, current: () => talk.id, forgotten, putAway: newChat, copyLast, stop,
  compose: () => input()?.focus(), exportIt, print, say, speak,
});
window.tanyaMateri = { attach, suggest, ask: askFor, compose: focusComposer };

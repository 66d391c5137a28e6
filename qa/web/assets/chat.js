// What the chat does in the browser beyond Gradio: turns are put in place, sources open, answers are copied and voted on,
// conversations are kept. HTML that comes from the server is built and escaped there (render.py, shell.py); nothing else
// is ever put in as HTML.
import { day, download, markdown } from "./export.js";
import { conversation, fitting, keyOf, merged, parse, save } from "./history.js";
import { clicked as clickedPanel, markChoices, start as startPanels } from "./panels.js";

const PARTS = ["question", "label", "answer", "note", "sources", "why", "actions"];
const FIRST_WATCH_MS = 2000; // a question that was refused never begins
const WATCH_MS = 6000;
const SUGGEST_MS = 400;
const opened = new Map(); // id of a <details> → what the student chose
const dismissed = new Set(); // turns of conversations that were put away
let talk = fresh(); // the conversation on the page, as it is kept
let opening = null; // the conversation that shall stand in its place, until the server has made HTML of it
let replaced = null; // the turn that is asked again, until its new answer begins
let told = ""; // the turn and the status that were said last
let send = () => {};
let flashTimer = 0;
let watchTimer = 0;
let showTimer = 0;
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

// Emptied first: a text that was said before is said again.
function say(text) {
  const spoken = byId("tm-spoken");
  if (!spoken || !text) return;
  spoken.textContent = "";
  requestAnimationFrame(() => (spoken.textContent = text));
}

// In the dock, so that it is seen wherever the page is scrolled to.
function warn(text) {
  byId("tm-lost").textContent = text;
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
  const all = [...template.content.children];
  if (opening && all.some((turn) => isKept(turn) && isOf(opening, turn))) changeTo(opening);
  const turns = all.filter((turn) => (isKept(turn) ? isOf(talk, turn) : !dismissed.has(turn.id)));
  turns.forEach(place);
  const last = turns.at(-1);
  if (last && isKept(last)) kept(last);
  else if (last) answered(last);
}

const isKept = (turn) => turn.dataset.kept === "true";
const isOf = ({ turns }, turn) => turns.some((one) => `t-${one.id}` === turn.id);

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
    // An answer stays where the same question is refused now.
    if (replaced && (turn.dataset.state !== "error" || !isOf(talk, replaced))) putAway(replaced);
    replaced = null;
    focusInput();
    requestAnimationFrame(() => scrollTo(turn));
  }
  const over = ["done", "stopped", "error"].includes(turn.dataset.state);
  setBusy(!over);
  warn("");
  const news = `${turn.id} ${turn.dataset.spoken}`;
  if (news !== told) say(turn.dataset.spoken);
  told = news;
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
  clearTimeout(showTimer);
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
async function trouble() {
  const status = await fetch(`v1/models/${words().course}`, { headers: withToken() }).then((response) => response.status, () => 0);
  if (status === 401 || status === 403) return words().notAdmitted;
  return status > 0 && status < 500 ? "" : words().signalLost;
}

function watch(wait = WATCH_MS) {
  clearTimeout(watchTimer);
  watchTimer = setTimeout(async () => {
    const wrong = await trouble();
    if (!busy()) return;
    const running = $('.tm-turn:last-child:is([data-state="searching"], [data-state="writing"])');
    if (!wrong && (wait < WATCH_MS || running)) {
      watch();
      return;
    }
    replaced = null;
    if (wrong && running) breakOff(running);
    setBusy(false);
    warn(wrong);
  }, wait);
}

// The answer will not go on: nothing shows that it does, and the question can be asked again.
function breakOff(turn) {
  turn.dataset.state = "lost";
  $(".tm-status", turn)?.remove();
  const again = document.createElement("button");
  again.type = "button";
  again.className = "tm-action";
  again.dataset.do = "retry";
  again.textContent = words().retry;
  $(".tm-actions", turn).replaceChildren(again);
}

// Ask the server for turns as HTML; what hinders it is said.
function show(turns, replaces = false) {
  warn("");
  clearTimeout(showTimer);
  send("show", { language: root.dataset.language, turns, replaces });
  showTimer = setTimeout(async () => {
    const wrong = await trouble();
    if (wrong) warn(wrong);
  }, FIRST_WATCH_MS);
}

function asking() {
  warn("");
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
  opening = null;
  replaced = null;
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
  opening = found;
  show(found.turns, true);
}

function changeTo({ id, title, turns }) {
  clear();
  talk = { id, title, turns };
  for (const turn of turns) dismissed.delete(`t-${turn.id}`);
}

function forgotten(id) {
  // What is still on the page becomes a conversation of its own with the next question.
  if (id === undefined || id === talk.id) talk = fresh();
}

// The same conversation in another tab: its new turns are taken over, and what it dropped or deleted is dropped here.
function changedElsewhere({ key, oldValue, newValue }) {
  if (key !== null && key !== keyOf(words().course, talk.id)) return;
  const after = parse(newValue)?.turns.filter((turn) => !dismissed.has(`t-${turn.id}`));
  if (after) talk.turns = merged(talk.turns, parse(oldValue)?.turns ?? [], after);
  else forgotten();
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
  if (turn === log().lastElementChild) replaced = turn;
  askFor(turn.dataset.question);
}

function putAway(turn) {
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
  download(text, `tanya-materi-${words().course}-${day(new Date())}.md`);
}

function print() {
  if (log().children.length) window.print();
  else nothingYet();
}

function nothingYet() {
  warn(words().nothingYet);
  setTimeout(() => warn(""), 4000);
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
  show(fitting(talk.turns));
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
  if (built !== root.dataset.language) show([]);
  byId("tm-dock").prepend(byId("tm-lost"));
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
  open: openConversation, current: () => talk.id, forgotten, changedElsewhere, putAway: newChat, copyLast, stop,
  compose: () => input()?.focus(), exportIt, print, say, speak,
});
window.tanyaMateri = { attach, suggest, ask: askFor, compose: focusComposer };
